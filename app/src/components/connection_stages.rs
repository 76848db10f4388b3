//! The stages of getting connected, as they are.

use crate::{
    compact::{Each, Erase},
    format::plural,
    shown::with_quotation_marks,
    state::page::{Page, use_page},
};
use leptos::prelude::*;
use peer::{LinkStage, SignalingState};

/// How it stands with one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stage {
    name: &'static str,
    /// `waiting`, `active`, `done` or `problem`.
    state: &'static str,
    words: String,
}

/// Signaling, discovery, handshake, channel.
#[component]
pub fn ConnectionStages() -> impl IntoView {
    let page = use_page();
    let stages = Memo::new(move |_| stages(page));

    view! {
        <ol class="stages" aria-label="Stages of a connection">
            <Each
                each=move || stages.get()
                key=|stage| (stage.name, stage.state, stage.words.clone())
                let(stage)
            >
                <li class="stage" data-state=stage.state aria-label=stage.name>
                    <span class="stage-mark" aria-hidden="true"></span>
                    <span class="stage-name">{stage.name}</span>
                    <span class="hint">{stage.words}</span>
                </li>
            </Each>
        </ol>
    }
    .erased()
}

fn stages(page: Page) -> Vec<Stage> {
    let links = page.peers.with(|peers| peers.iter().map(|peer| peer.stage).collect::<Vec<_>>());
    let failed = page.peers.with(|peers| {
        let idle = peers.iter().filter(|peer| peer.stage == LinkStage::Discovered);
        idle.filter(|peer| peer.ended.as_ref().is_some_and(|it| !it.end.was_wanted())).count()
    });
    vec![
        signaling(&page.signaling.get()),
        discovery(&page.signaling.get(), links.len()),
        handshake(&links, failed),
        channel(&links),
    ]
}

fn signaling(state: &SignalingState) -> Stage {
    let (state, words) = match state {
        SignalingState::Off => ("waiting", "not wanted".to_owned()),
        SignalingState::Connecting => ("active", "opening the socket".to_owned()),
        SignalingState::Registering => ("active", "proving this device’s key".to_owned()),
        SignalingState::Registered => ("done", "the server knows this device".to_owned()),
        SignalingState::Waiting { reason } => {
            ("problem", with_quotation_marks(&format!("out of reach: {reason}")))
        }
    };
    Stage { name: "Signaling", state, words }
}

fn discovery(signaling: &SignalingState, others: usize) -> Stage {
    let (state, words) = match (others, signaling) {
        (0, SignalingState::Registered) => ("active", "nobody else is here yet".to_owned()),
        (0, _) => ("waiting", "nobody found yet".to_owned()),
        (others, _) => ("done", format!("{} found", plural(others as u64, "device", "devices"))),
    };
    Stage { name: "Discovery", state, words }
}

fn handshake(links: &[LinkStage], failed: usize) -> Stage {
    let count = |stage| links.iter().filter(|&&link| link == stage).count();
    let parts: Vec<String> = [
        (LinkStage::Offering, "offering"),
        (LinkStage::Answering, "answering"),
        (LinkStage::Connecting, "trying paths"),
    ]
    .into_iter()
    .map(|(stage, words)| (count(stage), words))
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    let finished = count(LinkStage::Open) + count(LinkStage::Restarting);
    let (state, words) = if !parts.is_empty() {
        ("active", parts.join(", "))
    } else if finished > 0 {
        ("done", format!("{finished} done"))
    } else if failed > 0 {
        ("problem", format!("{failed} failed; see People"))
    } else {
        ("waiting", "nobody to shake hands with".to_owned())
    };
    Stage { name: "Handshake", state, words }
}

fn channel(links: &[LinkStage]) -> Stage {
    let count = |stage| links.iter().filter(|&&link| link == stage).count();
    let (state, words) = match (count(LinkStage::Open), count(LinkStage::Restarting)) {
        (0, 0) => ("waiting", "none open".to_owned()),
        (open, 0) => ("done", format!("open with {}", plural(open as u64, "device", "devices"))),
        (open, lost) => ("problem", format!("{open} open, {lost} looking for a new path")),
    };
    Stage { name: "Channel", state, words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_is_active_while_any_is_and_done_once_channels_are_open() {
        let links = [LinkStage::Open, LinkStage::Connecting];
        assert_eq!(handshake(&links, 0).state, "active");
        assert_eq!(handshake(&links[..1], 0).state, "done");
        assert_eq!(handshake(&[LinkStage::Discovered], 1).state, "problem");
        assert_eq!(channel(&links).words, "open with 1 device");
    }

    #[test]
    fn a_lost_server_does_not_undo_what_was_discovered() {
        let lost = SignalingState::Waiting { reason: "closed".into() };
        assert_eq!(signaling(&lost).state, "problem");
        assert_eq!(discovery(&lost, 2).state, "done");
    }
}
