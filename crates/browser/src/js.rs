//! Small bridges to JavaScript.

use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Event, EventTarget};

#[wasm_bindgen]
extern "C" {
    type ImportMeta;

    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static IMPORT_META: ImportMeta;

    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> String;
}

/// The address of the module that this wasm was loaded by, such as `https://example.org/sdk/peerceptron.js`.
pub fn module_url() -> String {
    IMPORT_META.with(ImportMeta::url)
}

/// What a thrown value says, for a person to read.
pub(crate) fn describe(thrown: &JsValue) -> String {
    let property = |name: &str| {
        js_sys::Reflect::get(thrown, &name.into()).ok().and_then(|value| value.as_string())
    };
    match (property("name"), property("message")) {
        (Some(name), Some(message)) if !message.is_empty() => format!("{message} ({name})"),
        (_, Some(message)) if !message.is_empty() => message,
        (Some(name), _) => name,
        _ => thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
    }
}

/// A handler of a DOM event that is taken off when dropped.
pub(crate) struct Listener {
    target: EventTarget,
    event: &'static str,
    handler: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `handler` for every `event` of `target`.
    pub(crate) fn new(
        target: &EventTarget,
        event: &'static str,
        handler: impl FnMut(Event) + 'static,
    ) -> Self {
        let handler = Closure::<dyn FnMut(Event)>::new(handler);
        // Adding a listener throws for nothing that can be passed here.
        let _ = target.add_event_listener_with_callback(event, handler.as_ref().unchecked_ref());
        Self { target: target.clone(), event, handler }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let handler = self.handler.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, handler);
    }
}
