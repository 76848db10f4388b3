//! The compute worker: a workbench that does one job after the other, in a thread and a WebAssembly module of its own.
//!
//! Pages do not hold any of this: they start `/sdk/worker.js`, which loads this module as `/sdk/compute.js`. The one and
//! the other come from one server, and [`GREETING`] says whether they are of one build too. A page may start two workers
//! that share the work of one workbench: see [`peer::FirstLane`].

mod bench;
mod second;

use bench::Bench;
use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedReceiver},
};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use peer::handover::{FIRST_LANE, GREETING, SECOND_LANE, decode_job, encode_answer};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

/// The worker's entry; called by `worker.js` only. `waiting` are the messages that came before it.
///
/// The page gets [`GREETING`] first, then an answer for every job. Any other text is the reason why the worker has failed.
#[wasm_bindgen]
pub fn worker_main(waiting: &Array) {
    report_panics();
    let (sender, messages) = mpsc::unbounded();
    // The receiver lives as long as the worker.
    let take = move |data| drop(sender.unbounded_send(data));
    waiting.iter().for_each(&take);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        take(event.data());
    });
    scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    say(GREETING);
    spawn_local(work(messages));
}

/// Messages are jobs, in an `ArrayBuffer` that is handed over; before the first of them, one may say which lane this is.
async fn work(mut messages: UnboundedReceiver<JsValue>) {
    let mut bench = Bench::default();
    while let Some(data) = messages.next().await {
        if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
            answer(&mut bench, buffer).await;
            continue;
        }
        match lane(&data) {
            Some((lane, port)) if lane == FIRST_LANE => bench = Bench::with_second_lane(port),
            Some((lane, port)) if lane == SECOND_LANE => second::listen(port),
            _ => say("a message that is no job"),
        }
    }
}

fn lane(data: &JsValue) -> Option<(String, MessagePort)> {
    let parts = data.dyn_ref::<Array>()?;
    Some((parts.get(0).as_string()?, parts.get(1).dyn_into().ok()?))
}

async fn answer(bench: &mut Bench, buffer: &ArrayBuffer) {
    let (id, job) = match decode_job(&Uint8Array::new(buffer).to_vec()) {
        Ok(read) => read,
        Err(error) => return say(&format!("a job of {error}")),
    };
    let result = bench.run(job, buffer).await;
    let buffer = to_buffer(&encode_answer(id, &result));
    if scope().post_message_with_transfer(&buffer, &Array::of1(&buffer)).is_err() {
        say("an answer could not be sent");
    }
}

/// A panic ends the WebAssembly: the page is told why before the trap that follows says only `unreachable`.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        say(&panic.to_string());
    }));
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Tells the page.
fn say(text: &str) {
    // Posting a text throws for nothing that can be passed here.
    let _ = scope().post_message(&text.into());
}

fn to_buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}
