//! Where the things of a map are drawn, and what lies in which direction of what.

use memory::library::{Group, Point};

/// The picture's own units.
pub(super) const WIDTH: f64 = 1_000.0;
pub(super) const HEIGHT: f64 = 560.0;
const MARGIN_X: f64 = 70.0;
const MARGIN_Y: f64 = 48.0;

/// How near to a point one has to come to mean it.
const REACH: f64 = 36.0;

/// How far labels keep from each other.
const LABEL_APART_X: f64 = 190.0;
const LABEL_APART_Y: f64 = 34.0;
const LABEL_TOP: f64 = 24.0;

/// Where a place of a map is in the picture.
pub(super) fn on_picture(place: [f32; 2]) -> [f64; 2] {
    let [x, y] = place.map(f64::from);
    [WIDTH / 2.0 + x * (WIDTH / 2.0 - MARGIN_X), HEIGHT / 2.0 + y * (HEIGHT / 2.0 - MARGIN_Y)]
}

/// The point that is meant by a place of the picture.
pub(super) fn meant(points: &[Point], at: [f64; 2]) -> Option<usize> {
    let distance = |point: &Point| {
        let [x, y] = on_picture(point.place);
        (x - at[0]).hypot(y - at[1])
    };
    let near = points.iter().map(distance).enumerate().filter(|(_, distance)| *distance <= REACH);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(number, _)| number)
}

/// A direction of the four keys with arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    pub(super) fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            _ => return None,
        })
    }
}

/// The point that comes next in a direction: near, and not far to its side.
pub(super) fn next(points: &[Point], from: usize, direction: Direction) -> Option<usize> {
    let [x, y] = on_picture(points.get(from)?.place);
    let cost = |point: &Point| {
        let [its_x, its_y] = on_picture(point.place);
        let (right, down) = (its_x - x, its_y - y);
        let (along, aside) = match direction {
            Direction::Left => (-right, down),
            Direction::Right => (right, down),
            Direction::Up => (-down, right),
            Direction::Down => (down, right),
        };
        (along > 0.0).then(|| along + 2.0 * aside.abs())
    };
    let numbered = points.iter().enumerate().filter(|(number, _)| *number != from);
    let costs = numbered.filter_map(|(number, point)| Some((number, cost(point)?)));
    costs.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(number, _)| number)
}

/// A label, and where its middle is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) at: [f64; 2],
    /// The group's number.
    pub(super) group: usize,
}

/// Labels of groups that have a name, each above its group's ground and none above another.
pub(super) fn labels(groups: &[Group], spreads: &[[f64; 2]]) -> Vec<Label> {
    let named = groups.iter().zip(spreads).enumerate().filter_map(|(group, (it, spread))| {
        let [x, y] = on_picture(it.place);
        let at = [x, (y - spread[1] - 4.0).max(LABEL_TOP)];
        Some(Label { text: it.tag.clone()?, at, group })
    });
    let mut labels: Vec<Label> = named.collect();
    labels.sort_by(|a, b| a.at[1].total_cmp(&b.at[1]));
    for place in 1..labels.len() {
        let (above, rest) = labels.split_at_mut(place);
        let label = &mut rest[0];
        for other in above {
            let is_beside = (other.at[0] - label.at[0]).abs() >= LABEL_APART_X;
            if !is_beside && label.at[1] - other.at[1] < LABEL_APART_Y {
                label.at[1] = other.at[1] + LABEL_APART_Y;
            }
        }
    }
    labels
}

/// How far the points of each group lie from its middle, as a rule: half the width and half the height.
pub(super) fn spreads(points: &[Point], groups: &[Group]) -> Vec<[f64; 2]> {
    let mut sums = vec![[0.0; 2]; groups.len()];
    for point in points {
        let group = usize::from(point.group);
        if let (Some(sum), Some(of)) = (sums.get_mut(group), groups.get(group)) {
            let ([x, y], [middle_x, middle_y]) = (on_picture(point.place), on_picture(of.place));
            sum[0] += (x - middle_x).powi(2);
            sum[1] += (y - middle_y).powi(2);
        }
    }
    let spread = |(sum, group): ([f64; 2], &Group)| {
        sum.map(|sum| 1.6 * (sum / f64::from(group.count.max(1))).sqrt() + 26.0)
    };
    sums.into_iter().zip(groups).map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory::capsule::{Kind, Privacy};
    use units::Hash;

    fn point(x: f32, y: f32) -> Point {
        Point {
            capsule: Hash::of(b"a"),
            place: [x, y],
            group: 0,
            kind: Kind::Note,
            privacy: Privacy::Personal,
            strength: 0.5,
            text: String::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn arrows_lead_to_what_lies_there_and_every_point_is_reached() {
        let points = [point(0.0, 0.0), point(0.5, 0.1), point(-0.5, 0.0), point(0.1, 0.6)];
        assert_eq!(next(&points, 0, Direction::Right), Some(1));
        assert_eq!(next(&points, 0, Direction::Left), Some(2));
        assert_eq!(next(&points, 0, Direction::Down), Some(3));
        assert_eq!(next(&points, 0, Direction::Up), None);
        assert_eq!(next(&points, 3, Direction::Up), Some(0));
        assert_eq!(next(&points, 9, Direction::Up), None);
        assert_eq!(next(&points, 2, Direction::Right), Some(0));
    }

    #[test]
    fn the_nearest_point_is_meant_and_none_where_there_is_none() {
        let points = [point(0.0, 0.0), point(0.02, 0.0)];
        let [x, y] = on_picture([0.02, 0.0]);
        assert_eq!(meant(&points, [x + 3.0, y]), Some(1));
        assert_eq!(meant(&points, [x + 200.0, y]), None);
    }

    #[test]
    fn labels_do_not_cover_each_other() {
        let group = |tag: &str, x: f32, y: f32| Group {
            place: [x, y],
            count: 3,
            tag: (!tag.is_empty()).then(|| tag.to_owned()),
        };
        let groups = [
            group("bees", 0.0, 0.0),
            group("bread", 0.01, 0.0),
            group("", 0.0, 0.0),
            group("far", 0.9, 0.0),
        ];
        let labels = labels(&groups, &[[40.0, 40.0]; 4]);
        assert_eq!(labels.len(), 3);
        for (number, label) in labels.iter().enumerate() {
            for other in &labels[number + 1..] {
                let is_beside = (label.at[0] - other.at[0]).abs() >= LABEL_APART_X;
                assert!(is_beside || (label.at[1] - other.at[1]).abs() >= LABEL_APART_Y);
            }
        }
    }

    #[test]
    fn everything_is_within_the_picture() {
        for place in [[-1.0, -1.0], [1.0, 1.0]] {
            let [x, y] = on_picture(place);
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y));
        }
    }
}
