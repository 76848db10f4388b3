//! Who does the jobs: a whole workbench, or the first lane of two.

use crate::say;
use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedReceiver},
};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use peer::{
    Answer, FirstLane, Job, JobError, SecondAnswer, SecondPart, Workbench,
    handover::{KEEP_TRAINING, decode_second},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, MessagePort};

pub(crate) enum Bench {
    Whole(Workbench),
    Lanes(FirstLane, Second),
}

impl Default for Bench {
    fn default() -> Self {
        Self::Whole(Workbench::new())
    }
}

impl Bench {
    pub(crate) fn with_second_lane(port: MessagePort) -> Self {
        Self::Lanes(FirstLane::new(), Second::new(port))
    }

    /// Does a job. `buffer` has it as it came: what belongs to the second lane goes on to there.
    pub(crate) async fn run(&mut self, job: Job, buffer: &ArrayBuffer) -> Result<Answer, JobError> {
        let (first, second) = match self {
            Self::Whole(workbench) => return workbench.run(job),
            Self::Lanes(first, second) => (first, second),
        };
        let part = job.second_part();
        if part == SecondPart::AtOnce {
            second.pass_on(buffer);
        }
        let begun = first.begin(job);
        let beside = match part {
            SecondPart::AtOnce => Some(second.answer().await?),
            SecondPart::Afterwards | SecondPart::Nothing => None,
        };
        let result = first.end(begun, beside);
        match &result {
            Ok(_) if part == SecondPart::Afterwards => second.pass_on(buffer),
            Ok(Answer::Trained { .. }) => second.keep_training(),
            _ => {}
        }
        result
    }
}

/// The way to the second lane.
pub(crate) struct Second {
    port: MessagePort,
    answers: UnboundedReceiver<JsValue>,
}

impl Second {
    fn new(port: MessagePort) -> Self {
        let (sender, answers) = mpsc::unbounded();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // The receiver lives as long as the worker.
            drop(sender.unbounded_send(event.data()));
        });
        port.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        Self { port, answers }
    }

    fn pass_on(&self, buffer: &ArrayBuffer) {
        if self.port.post_message_with_transferable(buffer, &Array::of1(buffer)).is_err() {
            say("a job could not be passed on");
        }
    }

    fn keep_training(&self) {
        // Posting a text throws for nothing that can be passed here.
        let _ = self.port.post_message(&KEEP_TRAINING.into());
    }

    /// Its answer to what was passed on. A second lane that has failed never answers: it tells the page, which ends both.
    async fn answer(&mut self) -> Result<Result<SecondAnswer, JobError>, JobError> {
        let lost = |problem: &str| JobError::WorkerLost(format!("its second lane: {problem}"));
        let data = self.answers.next().await.ok_or_else(|| lost("it is gone"))?;
        let buffer = data.dyn_ref::<ArrayBuffer>().ok_or_else(|| lost("it said something else"))?;
        decode_second(&Uint8Array::new(buffer).to_vec()).map_err(|error| lost(&error.to_string()))
    }
}
