//! How many devices were in a room before this one: by that, devices propose different parts of a data set.
//!
//! Found out once, on arrival, and remembered, so that what is proposed does not change under a person's hands.

use super::page::Page;
use crate::{compact::follow, dom};
use core::time::Duration;
use leptos::prelude::*;
use peer::SignalingState;
use units::RoomId;

/// A device's place in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    room: RoomId,
    came_before: u32,
    /// Whether it stays as it is: whoever is seen from then on came later.
    settled: bool,
}

/// What is known of a room at some moment.
#[derive(Debug, Clone, Copy)]
struct Sight {
    room: RoomId,
    /// Whether the server has been asked who is here.
    registered: bool,
    others: u32,
}

/// Who is found in a room is told at once by the server. A room in which nobody is seen for this long is empty.
const EMPTY_AFTER: Duration = Duration::from_secs(2);

/// What the browser remembers it as. One room is enough: a device is in one at a time.
const KEY: &str = "place";

impl Place {
    /// Whoever makes a room is the first one there.
    fn first(room: RoomId) -> Self {
        Self { room, came_before: 0, settled: true }
    }

    /// The place after what is seen.
    fn after(place: Option<Self>, sight: Sight) -> Self {
        let Sight { room, registered, others } = sight;
        match place {
            Some(place) if place.room == room && place.settled => place,
            _ => Self { room, came_before: others, settled: registered && others > 0 },
        }
    }

    fn to_text(self) -> String {
        format!("{} {}", self.room, self.came_before)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (room, came_before) = text.split_once(' ')?;
        let (room, came_before) = (room.parse().ok()?, came_before.parse().ok()?);
        Some(Self { room, came_before, settled: true })
    }
}

/// The place on a page, in the browser.
#[derive(Clone, Copy, Default)]
pub struct PlaceSignal(RwSignal<Option<Place>>);

impl PlaceSignal {
    /// How many came before this device.
    pub fn came_before(self) -> u32 {
        self.0.get().map_or(0, |place| place.came_before)
    }

    /// This device has made the room of this path, `/room/<id>#<secret>`.
    pub fn made(self, invitation_path: &str) {
        let room = invitation_path.strip_prefix("/room/").and_then(|rest| rest.split('#').next());
        if let Some(room) = room.and_then(|room| room.parse().ok()) {
            self.settle(Place::first(room));
        }
    }

    /// Follows what is seen of the room.
    pub(super) fn follow(self, page: Page) {
        let waiting_in = StoredValue::new(None::<RoomId>);
        follow(move || {
            let Some(room) = page.room.with(|room| room.as_ref().map(|room| room.id)) else {
                return;
            };
            let registered = page.signaling.with(|state| *state == SignalingState::Registered);
            let others = page.peers.with(|peers| peers.len() as u32);
            let known = self.0.get_untracked().filter(|place| place.room == room);
            let known = known.or_else(|| Place::from_text(&dom::remembered(KEY)?));
            let place = Place::after(known, Sight { room, registered, others });
            if place.settled {
                self.settle(place);
            } else {
                self.0.set(Some(place));
                if registered && waiting_in.get_value() != Some(room) {
                    waiting_in.set_value(Some(room));
                    set_timeout(move || self.settle_in(room), EMPTY_AFTER);
                }
            }
        });
    }

    fn settle_in(self, room: RoomId) {
        let place = self.0.try_get_untracked().flatten();
        if let Some(place) = place.filter(|place| place.room == room && !place.settled) {
            self.settle(Place { settled: true, ..place });
        }
    }

    fn settle(self, place: Place) {
        if self.0.get_untracked() != Some(place) {
            dom::remember(KEY, &place.to_text());
            self.0.set(Some(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId::from_bytes([1; 16]);
    const OTHER: RoomId = RoomId::from_bytes([2; 16]);

    fn sight(registered: bool, others: u32) -> Sight {
        Sight { room: ROOM, registered, others }
    }

    #[test]
    fn a_newcomer_counts_who_is_there_and_later_ones_change_nothing() {
        let arriving = Place::after(None, sight(false, 0));
        let alone = Place::after(Some(arriving), sight(true, 0));
        assert!(!alone.settled, "who is here has yet to be told");
        let settled = Place::after(Some(alone), sight(true, 2));
        assert_eq!((settled.came_before, settled.settled), (2, true));
        assert_eq!(Place::after(Some(settled), sight(true, 5)), settled);
    }

    #[test]
    fn who_made_the_room_stays_first_and_another_room_is_another_place() {
        let first = Place::first(ROOM);
        assert_eq!(Place::after(Some(first), sight(true, 3)), first);
        let elsewhere = Place::after(Some(Place::first(OTHER)), sight(true, 3));
        assert_eq!((elsewhere.room, elsewhere.came_before), (ROOM, 3));
    }

    #[test]
    fn a_place_reads_back_what_it_writes_and_nothing_else() {
        let place = Place { came_before: 7, ..Place::first(ROOM) };
        assert_eq!(Place::from_text(&place.to_text()), Some(place));
        for text in ["", "x 1", &format!("{ROOM} -1"), &ROOM.to_string()] {
            assert_eq!(Place::from_text(text), None, "{text}");
        }
    }
}
