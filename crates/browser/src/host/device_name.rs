//! The name that a person gave this device, kept beside the engine's records: the engine is told of it at every start.

use super::Inner;
use peer::StoredRecord;
use protocol::signaling::Capability;
use wasm_bindgen_futures::spawn_local;

/// No record of the engine begins like this.
const KEY: &str = "host/device_name";

/// Takes the name out of the records of an earlier life.
pub(super) fn take(records: &mut Vec<StoredRecord>) -> Option<String> {
    let at = records.iter().position(|record| record.key == KEY)?;
    let device_name = String::from_utf8(records.swap_remove(at).value).ok()?;
    let capability = Capability { device_name, ..Capability::default() };
    // A damaged name costs the name, and must not keep the device out of its room.
    capability.validate().is_ok().then_some(capability.device_name)
}

/// Keeps the name for the next life.
pub(super) fn keep(inner: &Inner, name: &str) {
    let written = inner.storage.write(KEY, Some(name.as_bytes().to_vec()));
    let dispatch = inner.dispatch.clone();
    spawn_local(async move {
        if let Err(reason) = written.await {
            let message = format!("the device's name is forgotten when this page closes: {reason}");
            dispatch.problem("storage", message);
        }
    });
}
