//! What is chosen in the form for data: by a person, or else as it is on this device, or else as it is proposed.

use crate::{
    AvailableSets, BuiltinPart,
    compact::follow,
    dom,
    state::{
        defaults::{BuiltinSet, SETS},
        page::Page,
    },
};
use leptos::prelude::*;

/// The form's state. A person's own choices are `None` until they are made.
#[derive(Clone, Copy)]
pub struct DataChoice {
    page: Page,
    /// Positions in [`SETS`] of the sets that this site has.
    pub available: RwSignal<Vec<usize>>,
    /// The position in [`SETS`] of the set that is chosen.
    pub position: Memo<usize>,
    /// The part of a set whose rows are on this device.
    here: Memo<Option<BuiltinPart>>,
    own_position: RwSignal<Option<usize>>,
    own_part: RwSignal<Option<u32>>,
    own_held_out: RwSignal<Option<String>>,
}

impl DataChoice {
    /// Nothing is chosen by a person yet.
    pub fn new(page: Page) -> Self {
        let available = available_sets();
        let own_position = RwSignal::new(None::<usize>);
        let here = Memo::new(move |_| part_here(page));
        let position_here = move || {
            let position = here.with(|here| position_of(&here.as_ref()?.set))?;
            available.with(|available| available.contains(&position)).then_some(position)
        };
        let position =
            Memo::new(move |_| own_position.get().or_else(position_here).unwrap_or_default());
        let (own_part, own_held_out) = (RwSignal::new(None), RwSignal::new(None));
        Self { page, available, position, here, own_position, own_part, own_held_out }
    }

    /// The set.
    pub fn set(self) -> &'static BuiltinSet {
        &SETS[self.position.get()]
    }

    /// Which part of it, from 0.
    pub fn part(self) -> u32 {
        let of_parts = |here: &BuiltinPart| here.parts == self.set().parts;
        let here = self.here_of_set().filter(of_parts).map(|here| here.part);
        let proposed = || self.set().part_for(self.page.place.came_before());
        self.own_part.get().or(here).unwrap_or_else(proposed)
    }

    /// Of a hundred rows, how many are held out: as it was typed, which may be anything.
    pub fn held_out_percent(self) -> String {
        let proposed = || self.set().held_out_percent;
        let here = || self.here_of_set().map_or_else(proposed, |here| here.held_out_percent);
        self.own_held_out.get().unwrap_or_else(|| here().to_string())
    }

    /// A person chooses another set; nothing is chosen of it yet.
    pub fn choose_set(self, id: &str) {
        self.own_position.set(position_of(id));
        self.own_part.set(None);
        self.own_held_out.set(None);
    }

    /// A person chooses a part.
    pub fn choose_part(self, part: &str) {
        self.own_part.set(part.parse().ok());
    }

    /// A person types how many rows in a hundred are held out.
    pub fn hold_out(self, percent: String) {
        self.own_held_out.set(Some(percent));
    }

    fn here_of_set(self) -> Option<BuiltinPart> {
        self.here.get().filter(|here| here.set == self.set().id)
    }
}

/// The position in [`SETS`] of the set of that name.
pub fn position_of(id: &str) -> Option<usize> {
    SETS.iter().position(|set| set.id == id)
}

/// The server draws every page with the first set alone, which is part of every site.
fn available_sets() -> RwSignal<Vec<usize>> {
    let available = RwSignal::new(AvailableSets::positions(""));
    follow(move || {
        let names = dom::meta(AvailableSets::META).unwrap_or_default();
        available.set(AvailableSets::positions(&names));
    });
    available
}

/// The part of a built-in set whose rows are on the cluster in use.
fn part_here(page: Page) -> Option<BuiltinPart> {
    page.cluster().filter(|cluster| cluster.train_rows > 0)?.origin?.title().parse().ok()
}
