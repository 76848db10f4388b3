//! One other device in the room.

use crate::{
    compact::{Erase, live, on},
    components::notice::{CommandProblem, as_sentence},
    format::{count, plural, round_trip_ms},
    state::{command::Command, page::use_page},
};
use leptos::prelude::*;
use peer::{Ended, LinkStage, PathKind, PeerView};
use protocol::signaling::Capability;
use units::PeerId;

/// A device: name, capability, connection, and the button that changes it.
#[component]
pub fn Person(
    /// Which.
    id: PeerId,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let person = Memo::new(move |_| {
        page.peers.with(|peers| peers.iter().find(|peer| peer.peer == id).cloned())
    });
    let stage = Memo::new(move |_| {
        person.with(|person| person.as_ref().map_or(LinkStage::Discovered, |person| person.stage))
    });
    let words = move |words: fn(&PeerView) -> String| {
        move || person.with(|person| person.as_ref().map(words).unwrap_or_default())
    };
    let capability = words(|person| {
        let words = capability_words(&person.capability);
        if person.is_mine { format!("yours · {words}") } else { words }
    });
    let connection = words(connection_words);
    let problem = move || {
        let ended = person.with(|person| person.as_ref().and_then(|person| person.ended.clone()));
        ended
            .filter(|_| stage.get() != LinkStage::Open)
            .map(|Ended { end, reason }| {
                let class = if end.was_wanted() { "hint" } else { "problem" };
                view! { <p class=class>{as_sentence(&reason)}</p> }
            })
            .erased()
    };
    let is_idle = move || stage.get() == LinkStage::Discovered;
    let act = move |_| {
        if untrack(is_idle) {
            command.run(move |port| port.connect(id), |()| {});
        } else {
            command.run(move |port| port.close(id), |()| {});
        }
    };
    let label = move || {
        let verb = if is_idle() { "Connect to" } else { "Close connection to" };
        format!("{verb} {}", page.name_of(id))
    };

    view! {
        <li
            class="person"
            data-peer=id.to_string()
            data-stage=live(move || stage_name(stage.get()))
            aria-label=live(move || page.name_of(id))
        >
            <span class=live(move || format!("dot dot-{}", stage_name(stage.get()))) aria-hidden="true"></span>
            <div class="person-words">
                <p class="person-name">{live(move || page.name_of(id))}</p>
                <p class="person-link">{connection}</p>
                <p class="hint">{capability}</p>
                {live(problem)}
                <CommandProblem command />
            </div>
            <button type="button" class="button button-quiet" aria-label=live(label) on:click=on(act)>
                {live(move || if is_idle() { "Connect" } else { "Close" })}
            </button>
        </li>
    }
    .erased()
}

/// The stage's name for programs.
pub fn stage_name(stage: LinkStage) -> &'static str {
    match stage {
        LinkStage::Discovered => "discovered",
        LinkStage::Offering => "offering",
        LinkStage::Answering => "answering",
        LinkStage::Connecting => "connecting",
        LinkStage::Open => "open",
        LinkStage::Restarting => "restarting",
    }
}

/// What a device can do, in words.
pub fn capability_words(capability: &Capability) -> String {
    let cores = match capability.logical_cores {
        0 => None,
        cores => Some(plural(cores.into(), "core", "cores")),
    };
    let speed = match capability.samples_per_second {
        0 => None,
        speed => Some(format!("{} samples/s", count(speed.into()))),
    };
    cores.into_iter().chain(speed).collect::<Vec<_>>().join(" · ")
}

fn connection_words(person: &PeerView) -> String {
    let mut words = match person.stage {
        LinkStage::Discovered => "Not connected".to_owned(),
        LinkStage::Offering => "Offering a connection".to_owned(),
        LinkStage::Answering => "Answering an offer".to_owned(),
        LinkStage::Connecting => "Trying paths".to_owned(),
        LinkStage::Restarting => "The path was lost; trying new ones".to_owned(),
        LinkStage::Open => match person.stats.and_then(|stats| stats.path) {
            Some(PathKind::Direct) => "Connected directly".to_owned(),
            Some(PathKind::Relayed) => "Connected through a relay".to_owned(),
            None => "Connected".to_owned(),
        },
    };
    if person.stage == LinkStage::Open
        && let Some(ms) = person.ping_ms.or(person.stats.and_then(|stats| stats.round_trip_ms))
    {
        words += &format!(" · {}", round_trip_ms(ms));
    }
    if person.introduced_by.is_some() && person.stage != LinkStage::Discovered {
        words += " · introduced by a neighbour";
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use peer::PathStats;

    fn person(stage: LinkStage) -> PeerView {
        let path = Some(PathKind::Direct);
        PeerView {
            is_mine: false,
            peer: PeerId::from_bytes([1; 32]),
            capability: Capability::default(),
            stage,
            stats: Some(PathStats { path, ..PathStats::default() }),
            ping_ms: Some(0.81),
            introduced_by: None,
            ended: None,
        }
    }

    #[test]
    fn path_and_round_trip_are_told_of_open_connections_only() {
        assert_eq!(connection_words(&person(LinkStage::Open)), "Connected directly · 0.8 ms");
        assert_eq!(connection_words(&person(LinkStage::Connecting)), "Trying paths");
    }

    #[test]
    fn what_a_device_does_not_say_is_not_invented() {
        let mut capability = Capability::default();
        assert_eq!(capability_words(&capability), "");
        capability.logical_cores = 8;
        capability.samples_per_second = 12_000;
        assert_eq!(capability_words(&capability), "8 cores · 12,000 samples/s");
    }
}
