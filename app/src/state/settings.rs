//! What is set on this device and is the same on all devices of its person.

use super::{page::Page, port::PeerPort};
use crate::dom;
use leptos::prelude::*;

/// The theme: `dark` or `light`.
const THEME: &str = "theme";

/// A person has chosen a theme here.
pub fn share_theme(port: &dyn PeerPort, dark: bool) {
    port.share_setting(THEME, if dark { "dark" } else { "light" });
}

/// What was chosen in an earlier life of this page.
pub(super) fn share_all(port: &dyn PeerPort) {
    if let Some(theme) = dom::remembered(THEME) {
        port.share_setting(THEME, &theme);
    }
}

/// Another device has set something.
pub(super) fn take(page: Page, name: &str, value: &str) {
    if name == THEME && matches!(value, "dark" | "light") {
        dom::set_theme(value == "dark");
        page.theme_changes.update(|changes| *changes += 1);
    }
}
