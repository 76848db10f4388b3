//! One line for everything that goes into an engine and comes out of it.

use peer::{
    Channel, ConnectionInput, ConnectionOutput, Input, Job, Output, SignalingInput, SignalingOutput,
};
use protocol::{
    message::{ControlMessage, SessionMessage},
    overlay::{OverlayMessage, Payload},
    signaling,
};

/// One line for an input.
pub(crate) fn input(input: &Input) -> String {
    match input {
        Input::Signaling(SignalingInput::Text(text)) => match signaling::decode_server(text) {
            Ok(message) => format!("server: {}", first_word(&message)),
            Err(_) => format!("server: {} bytes of nonsense", text.len()),
        },
        Input::Signaling(other) => format!("socket {other:?}"),
        Input::Connection(id, ConnectionInput::Message(channel, bytes)) => {
            format!("{} {}", id.0, message(*channel, bytes))
        }
        Input::Connection(id, ConnectionInput::LocalDescription(kind, _)) => {
            format!("{} described: {kind:?}", id.0)
        }
        Input::Connection(id, ConnectionInput::LocalCandidate(_)) => format!("{} candidate", id.0),
        Input::Connection(id, other) => format!("{} {other:?}", id.0),
        Input::Stored { key, result } => format!("stored {key}: {result:?}"),
        Input::JobDone { job, result } => match result {
            Ok(answer) => format!("job {} done: {}", job.0, first_word(answer)),
            Err(error) => format!("job {} failed: {error}", job.0),
        },
        Input::Timeout => "timeout".to_owned(),
    }
}

/// One line for an output.
pub(crate) fn output(output: &Output) -> String {
    match output {
        Output::Signaling(SignalingOutput::Send(text)) => match signaling::decode_client(text) {
            Ok(message) => format!("to the server: {}", first_word(&message)),
            Err(error) => format!("to the server: {error}"),
        },
        Output::Signaling(other) => format!("socket {other:?}"),
        Output::Connection(id, ConnectionOutput::Send(channel, bytes)) => {
            format!("{} {}", id.0, message(*channel, bytes))
        }
        Output::Connection(id, other) => format!("{} {}", id.0, first_word(other)),
        Output::Store { key, value } => {
            format!("store {key}: {:?} bytes", value.as_ref().map(Vec::len))
        }
        Output::Job(id, job) => format!("job {}: {}", id.0, job_line(job)),
        Output::Event(event) => format!("{event:?}"),
        Output::Timeout(deadline) => format!("until {deadline:?}"),
    }
}

fn message(channel: Channel, bytes: &[u8]) -> String {
    if channel == Channel::Bulk {
        return format!("bulk frame of {} bytes", bytes.len());
    }
    match ControlMessage::decode(bytes) {
        Ok(ControlMessage::Session { message, .. }) => session_line(&message),
        Ok(ControlMessage::Overlay(message)) => overlay_line(&message),
        Ok(ControlMessage::Introduce { to, .. }) => format!("Introduce to {}", to.short()),
        Ok(ControlMessage::Introduced { from, .. }) => format!("Introduced from {}", from.short()),
        Ok(message @ (ControlMessage::Text { .. } | ControlMessage::TextReceived { .. })) => {
            format!("{message:?}")
        }
        Ok(other) => first_word(&other),
        Err(error) => error.to_string(),
    }
}

fn overlay_line(message: &OverlayMessage) -> String {
    match message {
        OverlayMessage::Rumour { rumour, .. } => match rumour.payload() {
            Ok(Payload::Session { message, .. }) => format!("Rumour of {}", session_line(&message)),
            Ok(payload) => format!("Rumour of {}", first_word(&payload)),
            Err(error) => format!("Rumour: {error}"),
        },
        other => first_word(other),
    }
}

fn session_line(message: &SessionMessage) -> String {
    match message {
        SessionMessage::Commit(commitment) => format!(
            "Commit of {} on {}: {}",
            commitment.contribution.peer.short(),
            commitment.parent.short(),
            commitment.contribution.update.short()
        ),
        SessionMessage::Close { parent, contributions } => {
            format!("Close on {} with {} commitments", parent.short(), contributions.len())
        }
        SessionMessage::Accuse(proof) => format!("Accuse {}", proof.peer().short()),
        SessionMessage::Decide(decision) => format!(
            "Decide round {} on {} with {} updates",
            decision.round,
            decision.parent.short(),
            decision.contributions.len()
        ),
        SessionMessage::Head(record) => format!(
            "Head {} of round {} with {} samples",
            record.hash().short(),
            record.decision.round,
            record.cumulative_samples
        ),
        SessionMessage::CoSign { record, .. } => format!("CoSign {}", record.short()),
        SessionMessage::RequestUpdate { update } => format!("RequestUpdate {}", update.short()),
        SessionMessage::RequestModel { record, pieces } => {
            format!("RequestModel {} {pieces:?}", record.short())
        }
        other => first_word(other),
    }
}

fn job_line(job: &Job) -> String {
    match job {
        Job::Aggregate { updates, .. } => format!("Aggregate {} updates", updates.len()),
        other => first_word(other),
    }
}

/// The name of a case, without what is in it.
pub(crate) fn first_word(value: &impl core::fmt::Debug) -> String {
    struct Name(String);
    impl core::fmt::Write for Name {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            let end = text.find(|c: char| !c.is_alphanumeric());
            self.0.push_str(&text[..end.unwrap_or(text.len())]);
            // Formatting stops at the first thing that is not the name.
            if end.is_some() { Err(core::fmt::Error) } else { Ok(()) }
        }
    }
    let mut name = Name(String::new());
    let _ = core::fmt::write(&mut name, format_args!("{value:?}"));
    name.0
}
