//! A worker that writes and reads copies of all that a device has. It lives for one of them.

use super::script::{RECALL, WorkerScript};
use crate::{
    HostError,
    js::{Listener, describe},
};
use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedReceiver},
};
use js_sys::Array;
use peer::{
    handover::{GREETING, is_of_another_build},
    places::{COPIES, DONE},
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// Such a worker; it ends when this is dropped.
pub(crate) struct Copier {
    worker: Worker,
    answers: UnboundedReceiver<Result<Array, String>>,
    _listeners: [Listener; 2],
}

impl Copier {
    pub(super) fn start(script: &WorkerScript, device: &str) -> Result<Self, HostError> {
        let start = || -> Result<Worker, JsValue> {
            let worker = script.start(RECALL)?;
            worker.post_message(&Array::of2(&COPIES.into(), &device.into()))?;
            Ok(worker)
        };
        let worker = start().map_err(|thrown| lost(&describe(&thrown)))?;
        let (sender, answers) = mpsc::unbounded();
        let failed = sender.clone();
        // Whoever waits for an answer may have gone.
        let on_message = move |event: web_sys::Event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            let answer = match data.as_string() {
                Some(text) if text == GREETING => return,
                Some(text) if is_of_another_build(&text) => Err(super::OTHER_BUILD.to_owned()),
                Some(reason) => Err(reason),
                None => data.dyn_into().map_err(|_| "it said something else".to_owned()),
            };
            drop(sender.unbounded_send(answer));
        };
        let on_error = move |event: web_sys::Event| {
            let said = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            let said = said.filter(|text| !text.is_empty());
            let reason = said.unwrap_or("its script did not load".into());
            drop(failed.unbounded_send(Err(reason)));
        };
        let _listeners = [
            Listener::new(&worker, "message", on_message),
            Listener::new(&worker, "error", on_error),
        ];
        Ok(Self { worker, answers, _listeners })
    }

    /// Gives an order and waits for what comes of it.
    pub(crate) async fn order(&mut self, order: &Array) -> Result<JsValue, HostError> {
        self.worker.post_message(order).map_err(|thrown| lost(&describe(&thrown)))?;
        let answer = self.answers.next().await.ok_or_else(|| lost("it ended"))?;
        let answer = answer.map_err(|reason| lost(&reason))?;
        match answer.get(0).as_string().as_deref() {
            Some(DONE) => Ok(answer.get(1)),
            _ => {
                let text = |place| answer.get(place).as_string().unwrap_or_default();
                Err(HostError::Copy { code: text(1), message: text(2) })
            }
        }
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn lost(reason: &str) -> HostError {
    let message = format!("the worker for copies failed ({reason}): reload the page");
    HostError::Copy { code: "worker_lost".to_owned(), message }
}
