//! The few things that components ask of the browser itself. Called from handlers and effects only, which never run on
//! the server.

use crate::compact::follow;
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, HtmlElement, Window};

fn window() -> Option<Window> {
    web_sys::window()
}

/// The time of day on this device, `hh:mm:ss`.
pub(crate) fn time_of_day() -> String {
    time_of(js_sys::Date::now())
}

/// The time of day on this device at a point in Unix time, `hh:mm:ss`.
pub(crate) fn time_of(unix_ms: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(unix_ms));
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// A moment as people name it, `today 15:57` or `2026-11-29`, and whole, for whoever asks.
pub(crate) fn moment_of(unix_ms: f64) -> (String, String) {
    let date = js_sys::Date::new(&JsValue::from_f64(unix_ms));
    let now = js_sys::Date::new(&JsValue::from_f64(js_sys::Date::now()));
    let day = |date: &js_sys::Date| {
        format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
    };
    let minute = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
    let short = if day(&date) == day(&now) { format!("today {minute}") } else { day(&date) };
    (short, format!("{} {minute}", day(&date)))
}

/// Takes what pairs this device out of the page's address, so that no reload asks again.
pub(crate) fn forget_pairing() {
    let whole = fragment();
    let Some((room, _)) = whole.split_once("&pair=") else { return };
    let history = window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        // Where that is refused, the question comes again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(room));
    }
}

/// The site's address, such as `https://example.org`.
pub(crate) fn origin() -> String {
    window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// The address of the site's own signaling server, such as `wss://example.org/signal`.
pub(crate) fn own_signaling_server() -> String {
    // `http` becomes `ws`, and `https` becomes `wss`.
    origin().replacen("http", "ws", 1) + "/signal"
}

/// What stands behind `#` in the page's address, with the `#`.
pub(crate) fn fragment() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Brings a part of the page into sight, once it is drawn.
pub(crate) fn show(id: &str) {
    let document = window().and_then(|window| window.document());
    if let Some(element) = document.and_then(|document| document.get_element_by_id(id)) {
        element.scroll_into_view();
    }
}

/// Gives the focus to the first that a selector finds, once what has changed is drawn: a button that goes takes it along.
pub(crate) fn focus_soon(selector: String) {
    request_animation_frame(move || focus(&selector));
}

/// The same where what had the focus is gone, and nothing has it since.
pub(crate) fn focus_soon_if_lost(selector: String) {
    request_animation_frame(move || {
        if !has_focus_in("body *") {
            focus(&selector);
        }
    });
}

fn focus(selector: &str) {
    let found = window().and_then(|it| it.document()?.query_selector(selector).ok()?);
    if let Some(Ok(element)) = found.map(|it| it.dyn_into::<HtmlElement>()) {
        // What cannot have it leaves it where it is.
        let _ = element.focus();
    }
}

/// Whether what has the focus is inside of one that a selector finds.
pub(crate) fn has_focus_in(selector: &str) -> bool {
    let focused = window().and_then(|window| window.document()?.active_element());
    focused.is_some_and(|it| it.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Puts a text on the clipboard; `false` where the browser refuses.
pub(crate) async fn copy(text: &str) -> bool {
    // Pages that were not loaded securely have no clipboard at all.
    let Some(window) = window().filter(Window::is_secure_context) else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// The content of the page's `<meta>` element of that name.
pub(crate) fn meta(name: &str) -> Option<String> {
    let selector = format!("meta[name='{name}']");
    window()?.document()?.query_selector(&selector).ok()??.get_attribute("content")
}

/// What this browser was asked to remember for this site.
pub(crate) fn remembered(key: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(key).ok()?
}

/// Asks this browser to remember something for this site. Where it refuses, it is forgotten with the page.
pub(crate) fn remember(key: &str, value: &str) {
    if let Some(Ok(Some(storage))) = window().map(|window| window.local_storage()) {
        let _ = storage.set_item(key, value);
    }
}

/// The day on this device, `2026-11-29`.
pub(crate) fn today() -> String {
    let date = js_sys::Date::new_0();
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// Loads the page once more, as if it were opened for the first time.
pub(crate) fn start_anew() {
    if let Some(window) = window() {
        // A page that is not allowed to is one that somebody closes.
        let _ = window.location().reload();
    }
}

/// What the browser gives a site to keep things in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Space {
    /// What is used of it.
    pub used_bytes: u64,
    /// All of it.
    pub all_bytes: u64,
    /// Whether it is cleared by nobody but a person.
    pub is_kept: bool,
}

/// How that stands; nothing where the browser does not say.
pub(crate) async fn space() -> Option<Space> {
    let storage = window().filter(Window::is_secure_context)?.navigator().storage();
    let estimate = JsFuture::from(storage.estimate().ok()?).await.ok()?;
    let number = |name: &str| {
        js_sys::Reflect::get(&estimate, &name.into()).ok()?.as_f64().map(|bytes| bytes as u64)
    };
    let is_kept = JsFuture::from(storage.persisted().ok()?).await.ok()?.is_truthy();
    Some(Space { used_bytes: number("usage")?, all_bytes: number("quota")?, is_kept })
}

/// Asks the browser to keep it, and says whether it does. Some ask a person, some answer by themselves.
pub(crate) async fn keep_space() -> bool {
    let Some(window) = window().filter(Window::is_secure_context) else { return false };
    let Ok(asked) = window.navigator().storage().persist() else { return false };
    JsFuture::from(asked).await.is_ok_and(|kept| kept.is_truthy())
}

/// The theme in use: `true` for dark.
pub(crate) fn theme_is_dark() -> bool {
    match root_theme().as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten())
            .is_some_and(|query| query.matches()),
    }
}

/// Uses a theme from here on, on this device.
pub(crate) fn set_theme(dark: bool) {
    let theme = if dark { "dark" } else { "light" };
    let document = window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.document_element()) {
        let _ = root.set_attribute("data-theme", theme);
    }
    remember("theme", theme);
}

fn root_theme() -> Option<String> {
    window()?.document()?.document_element()?.get_attribute("data-theme")
}

/// The value of a custom property of the style sheet on an element, such as `--ink`.
pub(crate) fn style_value(element: &web_sys::Element, property: &str) -> String {
    window()
        .and_then(|window| window.get_computed_style(element).ok().flatten())
        .and_then(|style| style.get_property_value(property).ok())
        .map(|value| value.trim().to_owned())
        .unwrap_or_default()
}

/// Device pixels in a CSS pixel.
pub(crate) fn pixel_ratio() -> f64 {
    window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 4.0)
}

/// Keeps the page, and with it the room, where a file is dropped beside the places that take files: a browser would open the
/// file in its stead.
pub(crate) fn keep_page_on_drop() {
    follow(move || {
        let over = window_event_listener(ev::dragover, |event| refuse_files(&event));
        let drop = window_event_listener(ev::drop, |event| refuse_files(&event));
        on_cleanup(move || {
            over.remove();
            drop.remove();
        });
    });
}

/// What a place has taken is done with; texts may be dragged into fields.
fn refuse_files(event: &DragEvent) {
    let Some(transfer) = event.data_transfer().filter(|_| !event.default_prevented()) else {
        return;
    };
    if transfer.types().includes(&JsValue::from_str("Files"), 0) {
        event.prevent_default();
        transfer.set_drop_effect("none");
    }
}

/// Counts changes of the window's size, so that canvases are drawn again.
pub(crate) fn resizes() -> RwSignal<u32> {
    let resizes = RwSignal::new(0_u32);
    follow(move || {
        let handle =
            window_event_listener(ev::resize, move |_| resizes.update(|count| *count += 1));
        on_cleanup(move || handle.remove());
    });
    resizes
}
