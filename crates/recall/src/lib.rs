//! The memory worker: what a device remembers, in a thread and a WebAssembly module of its own, so that a search waits for no
//! training and a page that remembers nothing does not load it.
//!
//! Pages start `/sdk/worker.js`, which loads this module as `/sdk/recall.js`. The first message is the device's name; the others
//! are jobs. A worker that is told [`peer::places::COPIES`] beside the name writes and reads copies of all that the device has.

mod copies;
mod database;
mod file;
mod model;
mod slots;

use core::{pin::pin, time::Duration};
use file::File;
use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedReceiver},
    future::{Either, select},
};
use gloo_timers::future::sleep;
use js_sys::{Array, ArrayBuffer, Date, Uint8Array};
use memory::{
    keeper::{Keeper, Told},
    library::News,
};
use model::Model;
use peer::{
    JobError, MemoryJob,
    handover::{GREETING, decode_memory_job, encode_memory_answer},
};
use units::UnixMillis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// The worker's entry; called by `worker.js` only. `waiting` are the messages that came before it.
///
/// The page gets [`GREETING`] first, then an answer for every job as an `ArrayBuffer`, and news that nobody asked for as a
/// `Uint8Array`. Any other text is the reason why the worker has failed.
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

/// How long nobody has to ask for anything before the memory is tidied up.
const IDLE: Duration = Duration::from_secs(30);

async fn work(mut messages: UnboundedReceiver<JsValue>) {
    let Some(first) = messages.next().await else { return };
    if let Some(device) = copies::device_of(&first) {
        return copies::work(&device, messages).await;
    }
    let Some(device) = first.as_string() else {
        return say("nobody has said whose memory this is");
    };
    let mut keeper = Keeper::new(File::open(&device).await);
    let mut model = Model::default();
    loop {
        let data = match select(messages.next(), pin!(sleep(IDLE))).await {
            Either::Left((Some(data), _)) => data,
            Either::Left((None, _)) => return,
            Either::Right(_) => {
                tidy(&mut keeper);
                continue;
            }
        };
        let Some(buffer) = data.dyn_ref::<ArrayBuffer>() else {
            say("a message that is no job");
            continue;
        };
        let (id, job) = match decode_memory_job(&Uint8Array::new(buffer).to_vec()) {
            Ok(read) => read,
            Err(error) => {
                say(&format!("a job of {error}"));
                continue;
            }
        };
        let MemoryJob { now, call } = job;
        if keeper.wants_model(&call)
            && let Some(model) = model.bring(&tell).await
        {
            keeper.take_model(model);
        }
        let result = keeper.run(call, now).map_err(JobError::Storage);
        let buffer = to_buffer(&encode_memory_answer(id, &result));
        if scope().post_message_with_transfer(&buffer, &Array::of1(&buffer)).is_err() {
            say("an answer could not be sent");
        }
    }
}

/// Nobody has asked for anything for a while: what is due is done.
fn tidy(keeper: &mut Keeper<File>) {
    let now = UnixMillis(Date::now() as u64);
    if !keeper.wants_to_tidy(now) {
        return;
    }
    match keeper.run(Told::Idle, now) {
        Ok(answer) if !answer.news.is_empty() => tell_bytes(&answer.news),
        Ok(_) => {}
        Err(reason) => tell(News::NotStored { reason }),
    }
}

/// Tells the page what nobody has asked for.
fn tell(news: News) {
    tell_bytes(&News::encode_all(&[news]));
}

fn tell_bytes(news: &[u8]) {
    let bytes = Uint8Array::from(news);
    // Posting bytes throws for nothing that can be passed here.
    let _ = scope().post_message(&bytes);
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
