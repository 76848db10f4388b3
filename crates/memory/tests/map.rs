//! A picture of what is remembered: near what means something like it, and named by what it is tagged with.

use memory::{
    capsule::{Draft, Embedding, PersonalKey, Space},
    library::{Library, Map, POINTS_MAX},
};
use protocol::identity::Identity;
use units::UnixMillis;

const NOW: UnixMillis = UnixMillis(1_000_000);
const DIMENSIONS: usize = 16;

fn library() -> Library {
    let owner = Identity::from_seed([1; 32]);
    let opened = Library::open(owner, PersonalKey::from_bytes([2; 32]), &[]);
    opened.expect("an empty log is a new one").0
}

fn note(library: &mut Library, text: &str, tag: &str, vector: &[f32]) {
    let draft = Draft::personal(text, [tag]).expect("a note");
    let embedding = Embedding::of(Space::by_hand(DIMENSIONS), vector).expect("it has a direction");
    library.remember_at(draft, embedding, NOW).expect("there is room");
    // Nobody writes it down.
    let _ = library.take_outcome();
}

/// Near the axis of its subject, each with a little of its own.
fn vector(subject: usize, number: usize) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    vector[subject] = 1.0;
    vector[3 + number % (DIMENSIONS - 3)] = 0.15;
    vector
}

fn three_subjects() -> Map {
    let mut library = library();
    for number in 0..60 {
        let subject = number % 3;
        let tag = ["bees", "bread", "trains"][subject];
        note(&mut library, &format!("note {number}"), tag, &vector(subject, number));
    }
    library.map(NOW)
}

#[test]
fn what_is_alike_lies_together_and_groups_have_the_tags_that_tell_them_apart() {
    let map = three_subjects();
    assert_eq!((map.points.len(), map.of), (60, 60));
    let mut tags: Vec<&str> = map.groups.iter().filter_map(|group| group.tag.as_deref()).collect();
    tags.sort_unstable();
    assert_eq!(tags, ["bees", "bread", "trains"]);
    for point in &map.points {
        let own = point.tags.first().map(String::as_str);
        let middle = |tag: Option<&str>| {
            let of = map.points.iter().filter(|it| it.tags.first().map(String::as_str) == tag);
            let places: Vec<[f32; 2]> = of.map(|it| it.place).collect();
            let sum = places.iter().fold([0.0, 0.0], |sum, it| [sum[0] + it[0], sum[1] + it[1]]);
            sum.map(|sum| sum / places.len() as f32)
        };
        let distance = |tag| {
            let [x, y] = middle(tag);
            (point.place[0] - x).hypot(point.place[1] - y)
        };
        for other in tags.iter().filter(|tag| Some(**tag) != own) {
            assert!(distance(own) < distance(Some(other)), "{}", point.text);
        }
    }
    assert_eq!(three_subjects(), map, "the same again");
}

#[test]
fn the_largest_group_comes_first_and_counts_are_right() {
    let map = three_subjects();
    let counts: Vec<u32> = map.groups.iter().map(|group| group.count).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    assert_eq!(counts.iter().sum::<u32>(), 60);
    assert!(map.points.iter().all(|it| usize::from(it.group) < map.groups.len()));
}

#[test]
fn a_device_that_remembers_nothing_has_an_empty_picture() {
    assert_eq!(library().map(NOW), Map::default());
}

#[test]
fn of_more_than_a_picture_holds_the_strongest_are_shown() {
    let mut library = library();
    for number in 0..POINTS_MAX + 50 {
        note(&mut library, &format!("note {number}"), "all", &vector(number % 3, number));
    }
    let weakest: Vec<_> = {
        let shown: Vec<_> = library.map(NOW).points.iter().map(|it| it.text.clone()).collect();
        (0..POINTS_MAX + 50).map(|n| format!("note {n}")).filter(|it| !shown.contains(it)).collect()
    };
    assert_eq!(weakest.len(), 50);
    let map = library.map(NOW);
    assert_eq!((map.points.len(), map.of as usize), (POINTS_MAX, POINTS_MAX + 50));
    // What was used counts for more.
    let used = map.points[0].capsule;
    let later = UnixMillis(NOW.0 + 40 * 24 * 3_600_000);
    library.use_capsule(used, later);
    assert_eq!(library.map(later).points.last().map(|it| it.capsule), Some(used));
}
