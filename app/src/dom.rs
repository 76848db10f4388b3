//! The few things that components ask of the browser itself. Called from handlers and effects only, which never run on
//! the server.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response, Window};

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

/// The site's address, such as `https://example.org`.
pub(crate) fn origin() -> String {
    window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// What stands behind `#` in the page's address, with the `#`.
pub(crate) fn fragment() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Puts a text on the clipboard; `false` where the browser refuses.
pub(crate) async fn copy(text: &str) -> bool {
    // Pages that were not loaded securely have no clipboard at all.
    let Some(window) = window().filter(Window::is_secure_context) else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// Whether the server has something at an address.
pub(crate) async fn exists(path: &str) -> bool {
    let Some(window) = window() else { return false };
    let init = RequestInit::new();
    init.set_method("HEAD");
    let response = JsFuture::from(window.fetch_with_str_and_init(path, &init)).await;
    response.is_ok_and(|response| response.unchecked_into::<Response>().ok())
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
    let Some(window) = window() else { return };
    if let Some(root) = window.document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("data-theme", theme);
    }
    // Storage may be refused; then the theme lasts as long as the page.
    if let Ok(Some(storage)) = window.local_storage() {
        let _ = storage.set_item("theme", theme);
    }
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
