//! The worker's side: a workbench that does one job after the other.

use super::message;
use core::cell::RefCell;
use js_sys::{Array, ArrayBuffer};
use peer::{Job, JobId, Workbench};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// The worker's entry. `waiting` are the messages that came before it.
pub fn worker_main(waiting: &Array) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics();
    let workbench = Rc::new(RefCell::new(Workbench::new()));
    say(&scope, &message::STARTED.into());
    for data in waiting.iter() {
        answer(&scope, &mut workbench.borrow_mut(), &data);
    }
    let jobs = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        answer(&jobs, &mut workbench.borrow_mut(), &event.data());
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It lives as long as the worker.
    on_message.forget();
}

fn answer(scope: &DedicatedWorkerGlobalScope, workbench: &mut Workbench, data: &JsValue) {
    let decoded = data.dyn_ref::<ArrayBuffer>().map(message::decode::<(JobId, Job)>);
    let Some(Ok((id, job))) = decoded else {
        return say(scope, &"a job cannot be read".into());
    };
    let buffer = message::encode(&(id, workbench.run(job)));
    if scope.post_message_with_transfer(&buffer, &Array::of1(&buffer)).is_err() {
        say(scope, &"an answer could not be sent".into());
    }
}

/// A panic ends the wasm: the page is told why before the trap that follows says only `unreachable`.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        say(&js_sys::global().unchecked_into(), &panic.to_string().into());
    }));
}

fn say(scope: &DedicatedWorkerGlobalScope, text: &JsValue) {
    // Posting a text throws for nothing that can be passed here.
    let _ = scope.post_message(text);
}
