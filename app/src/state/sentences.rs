//! One sentence for each thing that happens.

use crate::{books::some_credits, format::plural, shown::with_quotation_marks};
use books::News;
use peer::{Event, LineageLeft, LinkStage, LoanStage, LoanView};
use units::{PeerId, SessionId};

/// What happened, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Good, bad or neither.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// The session and the round of it that the sentence is about, where it is about one that is finished: many such
    /// sentences are shown as one.
    pub round: Option<(SessionId, u32)>,
}

/// Whether something is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neither.
    Plain,
    /// A step that was hoped for.
    Good,
    /// Something that a person may want to act on.
    Problem,
}

/// The sentence for an event; `None` for those that only answer a command, which are shown where it was given.
pub fn sentence(event: &Event, name: impl Fn(PeerId) -> String) -> Option<Sentence> {
    let (tone, text) = match event {
        Event::SignalingRegistered => {
            (Tone::Good, "The signaling server knows this device.".into())
        }
        Event::SignalingLost { reason } => {
            let text =
                format!("The signaling server is out of reach ({reason}); the room goes on.");
            (Tone::Problem, text)
        }
        // A handshake for somebody who has just gone: how the attempt ends is told where it was made.
        Event::SignalingRefused { code, .. } if code == "unknown_peer" => return None,
        Event::SignalingRefused { message, .. } => {
            (Tone::Problem, format!("The signaling server refused something: {message}."))
        }
        Event::PeerJoined { peer } => (Tone::Plain, format!("{} is here.", name(*peer))),
        Event::PeerLeft { peer } => (Tone::Plain, format!("{} has left.", name(*peer))),
        Event::Link { peer, stage, detail } => {
            (Tone::Plain, with_detail(&link(*stage, &name(*peer)), detail))
        }
        Event::Connected { peer } => {
            (Tone::Good, format!("Connected with {}; both channels are open.", name(*peer)))
        }
        Event::Disconnected { peer, end, reason } => {
            let tone = if end.was_wanted() { Tone::Plain } else { Tone::Problem };
            (tone, format!("The connection with {} is over: {reason}.", name(*peer)))
        }
        Event::Refused { peer, reason } => {
            let source = peer.map_or("an unknown sender".into(), &name);
            (Tone::Problem, format!("Refused something from {source}: {reason}."))
        }
        Event::Message { from, .. } => {
            (Tone::Plain, format!("A message from {} arrived.", name(*from)))
        }
        Event::MessageDelivered { to, .. } => {
            (Tone::Plain, format!("{} has your message.", name(*to)))
        }
        // Answers are shown where the command was given, measurements in the list of people.
        Event::Answered { .. }
        | Event::Pong { .. }
        | Event::Probe { .. }
        | Event::Memory(_)
        | Event::Devices(_) => return None,
        Event::Setting { name, value } => {
            (Tone::Plain, format!("Another device of yours has set “{name}” to “{value}”."))
        }
        Event::DatasetWanted { cluster, source } => {
            (Tone::Plain, format!("Loading the rows of cluster {cluster} again ({source})."))
        }
        Event::NodesMoved { layer, nodes, host, reason, .. } => {
            let nodes = plural(u64::from(*nodes), "node", "nodes");
            let nodes = format!("{nodes} of layer {}", layer + 1);
            match host {
                Some(host) => (Tone::Good, format!("{} carries {nodes}.", name(*host))),
                None => (Tone::Plain, with_detail(&format!("Here again: {nodes}"), reason)),
            }
        }
        Event::Borrowing { loan, reason, .. } => borrowing(loan, reason, &name),
        Event::LearningCalledFor { peer, cluster, .. } => {
            let text = format!("{} asks for faster learning of cluster {cluster}.", name(*peer));
            (Tone::Plain, text)
        }
        Event::NodesSilent { nodes, .. } => {
            let nodes = plural(u64::from(*nodes), "node", "nodes");
            (Tone::Problem, format!("{nodes} on other devices did not answer in time."))
        }
        Event::SplitTrained { cluster, batches } => {
            let text =
                format!("Cluster {cluster} has learnt from {batches} batches over all devices.");
            (Tone::Good, text)
        }
        Event::SplitEnded { cluster } => {
            (Tone::Good, format!("All nodes of cluster {cluster} are on this device."))
        }
        Event::SessionStarted { session } => {
            (Tone::Good, format!("Training session {} has begun.", session.short()))
        }
        Event::Round { round: 0, model, .. } => {
            (Tone::Good, format!("The model that training begins with is here: {}.", model.short()))
        }
        Event::Round { round, model, .. } => {
            (Tone::Good, format!("Round {round} is finished; its model is {}.", model.short()))
        }
        Event::LineageLeft { left, .. } => (Tone::Plain, lineage_left(left)),
        Event::PartJoined { peer, left_round, round, .. } => {
            let name = name(*peer);
            let text = format!(
                "Parts of the room met: the rounds of {name}’s part, to {left_round}, gave way to those of this one; {name} is in round {round}."
            );
            (Tone::Plain, text)
        }
        Event::SessionEnded { session, reason } => {
            (Tone::Plain, format!("Training session {} is over: {reason}.", session.short()))
        }
        Event::Ledger(news) => return in_the_books(news),
        Event::RecordDamaged { key } => {
            (Tone::Problem, format!("The stored record `{key}` was damaged and has been dropped."))
        }
        Event::Problem { message, .. } => (Tone::Problem, format!("{message}.")),
        // Events of a newer engine: named, until they have a sentence here.
        other => (Tone::Plain, format!("{other:?}")),
    };
    let round = match event {
        Event::Round { session, round, .. } if *round > 0 => Some((*session, *round)),
        _ => None,
    };
    // Reasons may end in a full stop of their own.
    let text = with_quotation_marks(text.trim_end_matches('.'));
    Some(Sentence { tone, text: format!("{text}."), round })
}

/// What became of rounds that were made while the room was in parts.
pub fn lineage_left(left: &LineageLeft) -> String {
    let first = (left.round + 1).saturating_sub(left.rounds_apart);
    let rounds = match left.rounds_apart {
        1 => format!("round {} of this one", left.round),
        _ => format!("rounds {first} to {} of this one", left.round),
    };
    let devices = plural(left.members.into(), "device", "devices");
    let kept = match left.keeps_ours {
        true => " A part of what this device learnt in them goes into its next updates.",
        false => "",
    };
    let round = left.taken_up_round;
    format!(
        "Parts of the room met: {rounds} gave way to round {round} of a part with {devices}.{kept}"
    )
}

/// How far a loan of nodes to this device has come.
fn borrowing(loan: &LoanView, reason: &str, name: impl Fn(PeerId) -> String) -> (Tone, String) {
    let lender = loan.lender.map_or("others".to_owned(), name);
    let (tone, text) = match loan.stage {
        LoanStage::Wanted => (Tone::Plain, "Nodes are looked for on the market".to_owned()),
        LoanStage::Ordered => {
            (Tone::Plain, format!("The loan of nodes of {lender} is being written into the books"))
        }
        LoanStage::Open => (Tone::Good, format!("Nodes of {lender} are on loan to this device")),
        LoanStage::Ending => (Tone::Plain, format!("Nodes come home from {lender}")),
        LoanStage::Over if reason.is_empty() => {
            (Tone::Plain, format!("The loan of nodes of {lender} is over"))
        }
        LoanStage::Over => (Tone::Problem, format!("The loan of nodes of {lender} is over")),
    };
    (tone, with_detail(&text, reason))
}

fn link(stage: LinkStage, name: &str) -> String {
    match stage {
        LinkStage::Discovered => format!("Not connected with {name}"),
        LinkStage::Offering => format!("Offering a connection to {name}"),
        LinkStage::Answering => format!("Answering the offer of {name}"),
        LinkStage::Connecting => format!("Trying paths to {name}"),
        LinkStage::Open => format!("The channels to {name} are open"),
        LinkStage::Restarting => format!("The path to {name} was lost; trying new ones"),
    }
}

fn with_detail(text: &str, detail: &str) -> String {
    if detail.is_empty() { format!("{text}.") } else { format!("{text}: {detail}.") }
}

/// What of the books is worth a line. Pages come all the time.
fn in_the_books(news: &News) -> Option<Sentence> {
    let (tone, text) = match news {
        News::Received { amount, height } => (
            Tone::Good,
            format!("With page {height} of the books you have {} more.", some_credits(*amount)),
        ),
        News::Refused { reason, .. } => {
            (Tone::Problem, format!("The books cannot take what was wanted: {reason}."))
        }
        News::Undone { blocks } => {
            let pages = plural(u64::from(*blocks), "page", "pages");
            let text = format!(
                "The books met heavier ones: {pages} gave way, and what they said is written again."
            );
            (Tone::Plain, text)
        }
        _ => return None,
    };
    Some(Sentence { tone, text, round: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use peer::LinkEnd;

    fn text(event: Event) -> String {
        sentence(&event, |_| "Ada's phone".to_owned()).unwrap().text
    }

    #[test]
    fn a_loan_is_told_as_it_comes_and_goes() {
        let news = |stage, reason: &str| {
            let loan = LoanView {
                loan: None,
                lender: Some(PeerId::from_bytes([1; 32])),
                stage,
                segments: 0,
                events: 0,
                owed: units::Credits::ZERO,
                audits: 0,
            };
            let cluster = "digits".parse().unwrap();
            Event::Borrowing { cluster, part: 0, offer: None, loan, reason: reason.to_owned() }
        };
        let open = text(news(LoanStage::Open, ""));
        assert_eq!(open, "Nodes of Ada's phone are on loan to this device.");
        let lost = sentence(&news(LoanStage::Over, "its lender is gone"), |_| "Ben".to_owned());
        let lost = lost.unwrap();
        assert_eq!(lost.text, "The loan of nodes of Ben is over: its lender is gone.");
        assert_eq!(lost.tone, Tone::Problem);
        let over = sentence(&news(LoanStage::Over, ""), |_| "Ben".to_owned()).unwrap();
        assert_eq!(over.tone, Tone::Plain);
    }

    #[test]
    fn a_lost_server_is_told_with_its_reason_and_what_it_means() {
        let text = text(Event::SignalingLost { reason: "no answer for 10 s".into() });
        assert_eq!(
            text,
            "The signaling server is out of reach (no answer for 10 s); the room goes on."
        );
    }

    #[test]
    fn an_end_that_somebody_wanted_is_no_problem_and_any_other_is() {
        let tone = |end| {
            let event = Event::Disconnected {
                peer: PeerId::from_bytes([1; 32]),
                end,
                reason: "closed on this device".into(),
            };
            sentence(&event, |_| "Ada's phone".to_owned()).unwrap().tone
        };
        assert_eq!(tone(LinkEnd::ClosedHere), Tone::Plain);
        assert_eq!(tone(LinkEnd::ClosedThere), Tone::Plain);
        assert_eq!(tone(LinkEnd::Lost), Tone::Problem);
        assert_eq!(tone(LinkEnd::Misbehaved), Tone::Problem);
    }

    #[test]
    fn rounds_that_gave_way_are_told_with_what_becomes_of_them() {
        let left = LineageLeft {
            round: 12,
            rounds_apart: 7,
            taken_up_round: 20,
            members: 3,
            keeps_ours: true,
        };
        assert_eq!(
            lineage_left(&left),
            "Parts of the room met: rounds 6 to 12 of this one gave way to round 20 of a part with 3 devices. \
             A part of what this device learnt in them goes into its next updates."
        );
        let one = LineageLeft { rounds_apart: 1, members: 1, keeps_ours: false, ..left };
        assert_eq!(
            lineage_left(&one),
            "Parts of the room met: round 12 of this one gave way to round 20 of a part with 1 device."
        );
    }

    #[test]
    fn who_comes_over_from_another_part_of_the_room_is_told_with_both_rounds() {
        let event = Event::PartJoined {
            session: SessionId::from_bytes([1; 16]),
            peer: PeerId::from_bytes([1; 32]),
            left_round: 12,
            round: 21,
        };
        assert_eq!(
            text(event),
            "Parts of the room met: the rounds of Ada's phone’s part, to 12, gave way to those of this one; \
             Ada's phone is in round 21."
        );
    }

    #[test]
    fn peers_are_called_by_their_names_and_details_are_kept() {
        let peer = PeerId::from_bytes([1; 32]);
        let stage = LinkStage::Restarting;
        let event = Event::Link { peer, stage, detail: "silent for 6 s.".into() };
        assert_eq!(
            text(event),
            "The path to Ada's phone was lost; trying new ones: silent for 6 s."
        );
    }
}
