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
mod whole;

use core::{pin::pin, time::Duration};
use file::File;
use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedReceiver},
    future::{Either, select},
    stream,
};
use gloo_timers::future::sleep;
use js_sys::{Array, ArrayBuffer, Date, Uint8Array};
use memory::{
    call::WholeModel,
    keeper::{Answer, Keeper, Told},
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
use whole::Whole;

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

/// The same before texts are read by the whole model: somebody who types asks more often.
const QUIET: Duration = Duration::from_millis(250);

/// How long a slice of reading takes, a step more or less: so long may a question wait.
const SLICE_MS: f64 = 25.0;

/// How often it is told how far reading is.
const TOLD_EVERY_MS: f64 = 500.0;

/// Something that the worker waits for.
enum Event {
    Message(JsValue),
    OfWholeModel(whole::Step),
}

async fn work(mut messages: UnboundedReceiver<JsValue>) {
    let Some(first) = messages.next().await else { return };
    if let Some(device) = copies::device_of(&first) {
        return copies::work(&device, messages).await;
    }
    let Some(device) = first.as_string() else {
        return say("nobody has said whose memory this is");
    };
    let (steps, of_whole_model) = mpsc::unbounded();
    let mut worker = Worker {
        keeper: Keeper::new(File::open(&device).await),
        model: Model::default(),
        whole: Whole::new(&device, steps),
        reads: false,
        told_at: 0.0,
    };
    let of_whole_model = of_whole_model.map(Event::OfWholeModel);
    let mut events = stream::select(messages.map(Event::Message), of_whole_model);
    let mut is_quiet = false;
    loop {
        let wait = match (worker.reads, is_quiet) {
            (true, true) => Duration::ZERO,
            (true, false) => QUIET,
            (false, _) => IDLE,
        };
        let timer = pin!(sleep(wait));
        let event = select(events.next(), timer).await;
        is_quiet = matches!(event, Either::Right(_));
        match event {
            Either::Left((Some(Event::Message(data)), _)) => worker.answer(&data).await,
            Either::Left((Some(Event::OfWholeModel(step)), _)) => worker.take(step).await,
            Either::Left((None, _)) => return,
            Either::Right(_) if worker.reads => worker.read_on(),
            Either::Right(_) => tidy(&mut worker.keeper),
        }
    }
}

struct Worker {
    keeper: Keeper<File>,
    model: Model,
    whole: Whole,
    /// Whether there may be something for the whole model to read.
    reads: bool,
    told_at: f64,
}

impl Worker {
    async fn answer(&mut self, data: &JsValue) {
        let Some(buffer) = data.dyn_ref::<ArrayBuffer>() else {
            return say("a message that is no job");
        };
        let (id, job) = match decode_memory_job(&Uint8Array::new(buffer).to_vec()) {
            Ok(read) => read,
            Err(error) => return say(&format!("a job of {error}")),
        };
        let MemoryJob { now, call } = job;
        if self.keeper.wants_model(&call)
            && let Some(model) = self.model.bring(&tell).await
        {
            self.keeper.take_model(model);
        }
        let result = self.keeper.run(call, now).map_err(JobError::Storage);
        let buffer = to_buffer(&encode_memory_answer(id, &result));
        if scope().post_message_with_transfer(&buffer, &Array::of1(&buffer)).is_err() {
            say("an answer could not be sent");
        }
        if let Some(is_wanted) = self.keeper.take_wish_for_whole_model() {
            tell(News::WholeModel(self.whole.wish(is_wanted, &mut self.keeper).await));
        } else if self.keeper.tokenizer().is_some() {
            self.whole.look();
        }
        self.reads = matches!(self.keeper.whole_model(), WholeModel::On { read, of } if read < of);
    }

    async fn take(&mut self, step: whole::Step) {
        let Some((state, answer)) = self.whole.take(step, &mut self.keeper, now()).await else {
            return;
        };
        self.reads = matches!(state, WholeModel::On { .. });
        tell(News::WholeModel(state));
        if let Some(Answer { news, .. }) = answer
            && !news.is_empty()
        {
            tell_bytes(&news);
        }
    }

    /// Has the whole model read on for a slice of time.
    fn read_on(&mut self) {
        let start = Date::now();
        while Date::now() - start < SLICE_MS {
            match self.keeper.read_on(now()) {
                None => {
                    self.reads = false;
                    break;
                }
                Some(Ok(answer)) if answer.news.is_empty() => {}
                Some(Ok(answer)) => tell_bytes(&answer.news),
                Some(Err(reason)) => tell(News::NotStored { reason }),
            }
        }
        if !self.reads || Date::now() - self.told_at > TOLD_EVERY_MS {
            self.told_at = Date::now();
            tell(News::WholeModel(self.keeper.whole_model()));
        }
    }
}

fn now() -> UnixMillis {
    UnixMillis(Date::now() as u64)
}

/// Nobody has asked for anything for a while: what is due is done.
fn tidy(keeper: &mut Keeper<File>) {
    let now = now();
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
