//! A picture of what is remembered: near what means something like it.

use super::{Library, ranking::strength};
use crate::{
    capsule::{Content, Kind, Privacy, Space},
    projection::project,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{Hash, UnixMillis};

/// Capsules that a picture shows: more are a cloud, and take longer to draw than anybody waits.
pub const POINTS_MAX: usize = 2_000;

/// Characters of a text that a picture tells.
const TEXT_CHARS: usize = 120;

/// Groups that are named.
const GROUPS_MAX: usize = 8;

/// Capsules that a group has at least, or there is nothing common to name.
const GROUP_MIN: usize = 3;

/// Rounds in which groups settle.
const ROUNDS: usize = 16;

/// A picture of what is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// What it shows; the strongest last, so that it is drawn above the others.
    pub points: Vec<Point>,
    /// Groups of points that lie together, the largest first.
    pub groups: Vec<Group>,
    /// Capsules that could be shown: the strongest of them are.
    pub of: u32,
}

/// A capsule in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Which.
    pub capsule: Hash,
    /// Where it lies, from -1 to 1 from left to right and from top to bottom.
    pub place: [f32; 2],
    /// In which of the groups.
    pub group: u8,
    /// What it is.
    pub kind: Kind,
    /// Who may have it.
    pub privacy: Privacy,
    /// How much it counts now, from 0 to 1.
    pub strength: f32,
    /// How its text begins; empty if it has none.
    pub text: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// Points that lie together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The middle of them.
    pub place: [f32; 2],
    /// How many they are.
    pub count: u32,
    /// The tag that tells them from the others; `None` if they have none in common.
    pub tag: Option<String>,
}

impl Library {
    /// A picture of the strongest of what can be found by meaning: as many as [`POINTS_MAX`], all of one kind of embedding.
    pub fn map(&self, now: UnixMillis) -> Map {
        let Some(space) = self.space_of_most() else { return Map::default() };
        let Some(places) = self.places.get(&space) else { return Map::default() };
        let mut chosen: Vec<(f32, u32, &[f32])> = self
            .kept
            .iter()
            .enumerate()
            .filter_map(|(key, kept)| {
                let kept = kept.as_ref().filter(|kept| kept.can_be_found())?;
                let vector = places.vector(key as u32)?;
                let importance = kept.capsule.head().importance;
                Some((strength(importance, kept.uses, kept.used_at, now), key as u32, vector))
            })
            .collect();
        let of = chosen.len() as u32;
        chosen.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let chosen = chosen.split_off(chosen.len().saturating_sub(POINTS_MAX));
        let vectors: Vec<&[f32]> = chosen.iter().map(|(_, _, vector)| *vector).collect();
        let places = project(&vectors);
        let groups_of = grouped(&places);
        let points: Vec<Point> = chosen
            .iter()
            .zip(places.iter().zip(&groups_of))
            .filter_map(|((strength, key, _), (place, group))| {
                let capsule = &self.kept.get(*key as usize)?.as_ref()?.capsule;
                let head = capsule.head();
                Some(Point {
                    capsule: capsule.id(),
                    place: *place,
                    group: *group,
                    kind: head.kind,
                    privacy: head.privacy,
                    strength: *strength,
                    text: beginning(&capsule.content),
                    tags: head.tags.clone(),
                })
            })
            .collect();
        let groups = named(&points);
        Map { points, groups, of }
    }

    /// Where most capsules lie; of equals, the first.
    fn space_of_most(&self) -> Option<Space> {
        let counts = self.places.iter().map(|(space, places)| (places.len(), *space));
        counts.rev().max_by_key(|(count, _)| *count).filter(|it| it.0 > 0).map(|it| it.1)
    }
}

fn beginning(content: &Content) -> String {
    let text = content.text().unwrap_or_default();
    match text.char_indices().nth(TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The group of each place, the largest group first: Lloyd's algorithm from middles that lie far from each other.
fn grouped(places: &[[f32; 2]]) -> Vec<u8> {
    let count = ((places.len() as f32 / 2.0).sqrt() as usize).clamp(1, GROUPS_MAX);
    let mut middles = vec![[0.0f32; 2]];
    while middles.len() < count {
        let far = |place: &[f32; 2]| {
            middles.iter().map(|it| distance(place, it)).fold(f32::INFINITY, f32::min)
        };
        let farthest = places.iter().copied().max_by(|a, b| far(a).total_cmp(&far(b)));
        middles.extend(farthest);
        if farthest.is_none() {
            break;
        }
    }
    let mut groups = vec![0u8; places.len()];
    for _ in 0..ROUNDS {
        let nearest = |place: &[f32; 2]| {
            let numbered = middles.iter().enumerate();
            let near =
                numbered.min_by(|a, b| distance(place, a.1).total_cmp(&distance(place, b.1)));
            near.map_or(0, |(group, _)| group as u8)
        };
        groups = places.iter().map(nearest).collect();
        let mut sums = vec![([0.0f32; 2], 0u32); middles.len()];
        for (place, group) in places.iter().zip(&groups) {
            let (sum, count) = &mut sums[usize::from(*group)];
            *sum = [sum[0] + place[0], sum[1] + place[1]];
            *count += 1;
        }
        for (middle, (sum, count)) in middles.iter_mut().zip(&sums) {
            if *count > 0 {
                *middle = sum.map(|it| it / *count as f32);
            }
        }
    }
    let mut sizes = vec![0u32; middles.len()];
    groups.iter().for_each(|group| sizes[usize::from(*group)] += 1);
    let mut order: Vec<u8> = (0..middles.len() as u8).collect();
    order.sort_by_key(|group| core::cmp::Reverse(sizes[usize::from(*group)]));
    let mut rank = vec![0u8; middles.len()];
    order.iter().enumerate().for_each(|(place, group)| rank[usize::from(*group)] = place as u8);
    groups.iter().map(|group| rank[usize::from(*group)]).collect()
}

fn distance(a: &[f32; 2], b: &[f32; 2]) -> f32 {
    let (x, y) = (a[0] - b[0], a[1] - b[1]);
    x * x + y * y
}

/// The groups of points, each with the tag that more than half of its points have and few of the others, if there is one. No two
/// have the same.
fn named(points: &[Point]) -> Vec<Group> {
    let mut everywhere: BTreeMap<&str, u32> = BTreeMap::new();
    for tag in points.iter().flat_map(|point| &point.tags) {
        *everywhere.entry(tag).or_default() += 1;
    }
    let groups = points.iter().map(|point| point.group + 1).max().unwrap_or_default();
    let mut taken: Vec<&str> = Vec::new();
    (0..groups)
        .map(|group| {
            let of: Vec<&Point> = points.iter().filter(|point| point.group == group).collect();
            let mut sum = [0.0f32; 2];
            let mut tags: BTreeMap<&str, u32> = BTreeMap::new();
            for point in &of {
                sum = [sum[0] + point.place[0], sum[1] + point.place[1]];
                point.tags.iter().for_each(|tag| *tags.entry(tag).or_default() += 1);
            }
            let tag = tags
                .iter()
                .filter(|(tag, count)| {
                    let count = **count as usize;
                    count >= GROUP_MIN && 2 * count > of.len() && !taken.contains(tag)
                })
                .max_by_key(|(tag, count)| {
                    u64::from(**count).pow(2) * 1000 / u64::from(everywhere[**tag])
                })
                .map(|(tag, _)| *tag);
            taken.extend(tag);
            let place = sum.map(|sum| sum / of.len().max(1) as f32);
            Group { place, count: of.len() as u32, tag: tag.map(str::to_owned) }
        })
        .collect()
}
