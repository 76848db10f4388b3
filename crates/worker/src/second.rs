//! The second lane: does its part of the jobs that the first passes on.

use crate::{say, to_buffer};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use peer::{
    SecondLane, SecondPart,
    handover::{KEEP_TRAINING, decode_job, encode_second},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, MessagePort};

/// From now on, jobs come from this port.
pub(crate) fn listen(port: MessagePort) {
    let mut lane = SecondLane::new();
    let first = port.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        take(&mut lane, &first, &event.data());
    });
    port.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

fn take(lane: &mut SecondLane, first: &MessagePort, data: &JsValue) {
    if data == KEEP_TRAINING {
        return lane.keep_training();
    }
    let Some(buffer) = data.dyn_ref::<ArrayBuffer>() else {
        return say("a message between its lanes that is no job");
    };
    let job = match decode_job(&Uint8Array::new(buffer).to_vec()) {
        Ok((_, job)) => job,
        Err(error) => return say(&format!("a job of {error}")),
    };
    let part = job.second_part();
    let result = lane.run(job);
    match (part, &result) {
        (SecondPart::AtOnce, _) => {
            let buffer = to_buffer(&encode_second(&result));
            if first.post_message_with_transferable(&buffer, &Array::of1(&buffer)).is_err() {
                say("an answer could not be passed back");
            }
        }
        // The first lane has done it already: they are not the same any more.
        (_, Err(error)) => say(&format!("its second lane refused a job: {error}")),
        _ => {}
    }
}
