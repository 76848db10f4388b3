//! What one page's engine was told, to be told again without network, storage and work around it.
//!
//! A page that comes back needs nobody's hand: its storage says in which room it was and what it trained. So a recording
//! is its configuration, its inputs, and the rows that its owner put back on a cluster.

use neural::Dataset;
use peer::{Channel, Config, ConnectionInput, Engine, Input, Origin, Output, SignalingInput};
use protocol::message::{ControlMessage, SessionMessage};
use units::{ClusterId, Instant};

/// Everything that went into one engine, and how much came out of it.
#[derive(Debug, Clone)]
pub struct Recording {
    config: Config,
    steps: Vec<(Instant, Step)>,
    /// What the engine asked for while it was recorded.
    pub outputs: u64,
}

#[derive(Debug, Clone)]
enum Step {
    Input(Input),
    Rows { cluster: ClusterId, dataset: Dataset, held_out_percent: u8, origin: Origin },
}

/// A recording that is ready to be played: copies are made before, so that playing costs what the engine costs.
pub struct Playback {
    engine: Engine,
    steps: std::vec::IntoIter<(Instant, Step)>,
    outputs: u64,
}

impl Recording {
    pub(crate) fn new(config: Config) -> Self {
        Self { config, steps: Vec::new(), outputs: 0 }
    }

    pub(crate) fn input(&mut self, now: Instant, input: &Input) {
        self.steps.push((now, Step::Input(input.clone())));
    }

    pub(crate) fn rows(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        origin: Origin,
    ) {
        self.steps.push((now, Step::Rows { cluster, dataset, held_out_percent, origin }));
    }

    /// What happened in each step, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.steps.iter().map(|(_, step)| step.kind()).collect()
    }

    /// A fresh engine with all that it will be told.
    pub fn playback(&self) -> Playback {
        let mut engine = Engine::new(self.config.clone(), Instant::ZERO);
        let outputs = drain(&mut engine);
        Playback { engine, steps: self.steps.clone().into_iter(), outputs }
    }
}

impl Playback {
    /// Tells the engine the next thing and takes all that it asks for; `false` once there is no more.
    pub fn step(&mut self) -> bool {
        let Some((now, step)) = self.steps.next() else { return false };
        match step {
            Step::Input(input) => self.engine.handle_input(now, input),
            Step::Rows { cluster, dataset, held_out_percent, origin } => {
                let _ = self.engine.load_dataset(now, cluster, dataset, held_out_percent, origin);
            }
        }
        self.outputs += drain(&mut self.engine);
        true
    }

    /// What the engine has asked for so far: as much as when it was recorded, or it is not the same history.
    pub fn outputs(&self) -> u64 {
        self.outputs
    }
}

/// Takes all that an engine asks for; says how much it was.
fn drain(engine: &mut Engine) -> u64 {
    let mut outputs = 0;
    while !matches!(std::hint::black_box(engine.poll_output()), Output::Timeout(_)) {
        outputs += 1;
    }
    outputs
}

impl Step {
    fn kind(&self) -> String {
        match self {
            Self::Rows { .. } => "rows loaded".to_owned(),
            Self::Input(input) => kind(input),
        }
    }
}

fn kind(input: &Input) -> String {
    let name = match input {
        Input::Timeout => "timeout",
        Input::Stored { .. } => "storage answered",
        Input::JobDone { .. } => "job done",
        Input::Signaling(SignalingInput::Text(_)) => "signaling message",
        Input::Signaling(_) => "signaling socket",
        Input::Connection(_, ConnectionInput::Message(Channel::Bulk, _)) => "bulk frame",
        Input::Connection(_, ConnectionInput::Message(Channel::Control, bytes)) => {
            return ControlMessage::decode(bytes).map_or_else(
                |_| "nonsense".to_owned(),
                |message| match message {
                    ControlMessage::Session { message, .. } => session_kind(&message),
                    other => crate::story::first_word(&other),
                },
            );
        }
        Input::Connection(_, ConnectionInput::Stats(_)) => "path statistics",
        Input::Connection(_, ConnectionInput::BulkDrained { .. }) => "bulk drained",
        Input::Connection(..) => "connection's state",
    };
    name.to_owned()
}

fn session_kind(message: &SessionMessage) -> String {
    format!("session {}", crate::story::first_word(message))
}
