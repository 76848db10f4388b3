//! What a map says in words, and what its colours stand for.

use super::map::privacy_of;
use crate::{
    compact::{CollectAny, Erase},
    format::plural,
};
use leptos::prelude::*;
use memory::{
    capsule::{Kind, Privacy},
    library::{Map, Point},
};

/// Notes of a group that the list shows.
const LISTED: usize = 12;

/// What the colours of a map stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Colours {
    /// The groups.
    #[default]
    Groups,
    /// What points are.
    Kinds,
    /// Who may have them.
    Privacy,
}

impl Colours {
    pub(super) const ALL: [Self; 3] = [Self::Groups, Self::Kinds, Self::Privacy];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Kinds => "kinds",
            Self::Privacy => "privacy",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|it| it.name() == name).unwrap_or_default()
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Groups => "what it is about",
            Self::Kinds => "what it is",
            Self::Privacy => "who may have it",
        }
    }

    /// The number of a point's colour.
    pub(super) fn of_point(self, point: &Point) -> u8 {
        match self {
            Self::Groups => point.group,
            Self::Kinds => kind_hue(point.kind),
            Self::Privacy => privacy_hue(point.privacy),
        }
    }

    /// The number of the colour of what belongs to a group; none where colours say something else.
    pub(super) fn of_group(self, group: usize) -> Option<u8> {
        (self == Self::Groups).then_some(group as u8)
    }

    /// Each colour with what it stands for and how many points have it.
    pub(super) fn legend(self, map: &Map) -> Vec<(u8, String, usize)> {
        let mut entries: Vec<(u8, String, usize)> = Vec::new();
        for point in &map.points {
            let hue = self.of_point(point);
            match entries.iter_mut().find(|entry| entry.0 == hue) {
                Some(entry) => entry.2 += 1,
                None => entries.push((hue, self.words_of(map, point), 1)),
            }
        }
        entries.sort_by_key(|entry| entry.0);
        entries
    }

    fn words_of(self, map: &Map, point: &Point) -> String {
        match self {
            Self::Groups => group_name(map, point.group),
            Self::Kinds => kind_words(point.kind).to_owned(),
            Self::Privacy => privacy_of(point).to_owned(),
        }
    }
}

fn group_name(map: &Map, group: u8) -> String {
    let tag = map.groups.get(usize::from(group)).and_then(|group| group.tag.clone());
    tag.unwrap_or_else(|| "without a common tag".to_owned())
}

fn kind_hue(kind: Kind) -> u8 {
    match kind {
        Kind::Note => 0,
        Kind::Episode => 1,
        Kind::Skill => 2,
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Note => "notes",
        Kind::Episode => "what networks learnt",
        Kind::Skill => "skills of nodes",
    }
}

fn privacy_hue(privacy: Privacy) -> u8 {
    match privacy {
        Privacy::Personal => 6,
        Privacy::Behavioural => 1,
        Privacy::Open => 0,
    }
}

/// What is said of a point.
pub(super) fn told(point: &Point) -> String {
    let text = match point.text.is_empty() {
        true => kind_words(point.kind),
        false => &point.text,
    };
    match point.tags.is_empty() {
        true => format!("{text} ({})", privacy_of(point)),
        false => format!("{text} ({}; {})", point.tags.join(", "), privacy_of(point)),
    }
}

/// What there is to see.
pub(super) fn summary(map: &Map) -> String {
    let shown = map.points.len() as u64;
    let shown = plural(shown, "note", "notes");
    let beyond = u64::from(map.of).saturating_sub(map.points.len() as u64);
    let what = "what means something like it lies near it";
    match beyond {
        0 => format!("{shown}: {what}. The larger, the more it counts."),
        beyond => format!(
            "{shown} that count most, of {}: {what}.",
            plural(beyond + map.points.len() as u64, "note", "notes")
        ),
    }
}

/// Groups with what is in them.
pub(super) fn list(map: &Map) -> Vec<AnyView> {
    let group = |(number, group): (usize, &memory::library::Group)| {
        let points = map.points.iter().rev().filter(|point| usize::from(point.group) == number);
        let items = points.take(LISTED).map(|point| view! { <li>{told(point)}</li> });
        let items = items.collect_any();
        let beyond = (group.count as usize).saturating_sub(LISTED);
        let beyond = (beyond > 0).then(|| view! { <li>{format!("and {beyond} more")}</li> });
        view! {
            <h3>{format!("{} ({})", group_name(map, number as u8), group.count)}</h3>
            <ul>{items} {beyond.erased()}</ul>
        }
        .into_any()
    };
    map.groups.iter().enumerate().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory::library::Group;
    use units::Hash;

    fn map() -> Map {
        let point = |group, privacy| Point {
            capsule: Hash::of(&[group]),
            place: [0.0, 0.0],
            group,
            kind: Kind::Note,
            privacy,
            strength: 0.5,
            text: "the hive is full".to_owned(),
            tags: vec!["bees".to_owned()],
        };
        let group = |tag: Option<&str>, count| Group {
            place: [0.0, 0.0],
            count,
            tag: tag.map(str::to_owned),
        };
        Map {
            points: vec![
                point(0, Privacy::Personal),
                point(0, Privacy::Open),
                point(1, Privacy::Open),
            ],
            groups: vec![group(Some("bees"), 2), group(None, 1)],
            of: 3,
        }
    }

    #[test]
    fn a_legend_says_what_each_colour_stands_for_and_counts() {
        let entry = |hue, name: &str, count| (hue, name.to_owned(), count);
        assert_eq!(
            Colours::Groups.legend(&map()),
            [entry(0, "bees", 2), entry(1, "without a common tag", 1)]
        );
        assert_eq!(
            Colours::Privacy.legend(&map()),
            [entry(0, "open", 2), entry(6, "only your devices", 1)]
        );
        assert_eq!(Colours::named("privacy"), Colours::Privacy);
        assert_eq!(Colours::named("?"), Colours::Groups);
    }

    #[test]
    fn a_point_is_told_with_its_tags_and_who_may_have_it() {
        assert_eq!(told(&map().points[0]), "the hive is full (bees; only your devices)");
        let mut more = map();
        more.of = 5_000;
        assert!(summary(&more).contains("of 5,000 notes") || summary(&more).contains("5000"));
        assert!(summary(&map()).starts_with("3 notes: "));
    }
}
