//! A panic ends the page's WebAssembly: whoever looks at the page is told, because nothing answers from then on.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, window};

/// From now on, panics are written to the console in full and shown in a sentence.
pub(crate) fn show_panics() {
    // It sets its own hook once: after this, the constructor of the class no longer can.
    console_error_panic_hook::set_once();
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let at = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        show(&format!(
            "Something in this page broke{}. Reload it: what was stored is kept.",
            at.unwrap_or_default()
        ));
    }));
}

/// By the DOM alone: the application's own ways may be what broke. The first sentence stays; what breaks after it does
/// so because of it.
fn show(sentence: &str) -> Option<()> {
    let document = window()?.document()?;
    if document.query_selector(".panic").ok()?.is_some() {
        return None;
    }
    let alert: HtmlElement = document.create_element("p").ok()?.unchecked_into();
    alert.set_class_name("panic");
    alert.set_attribute("role", "alert").ok()?;
    alert.set_text_content(Some(sentence));
    document.body()?.append_child(&alert).ok().map(drop)
}
