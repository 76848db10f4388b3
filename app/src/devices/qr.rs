//! A link as a picture for a camera.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone around it, in modules (ISO/IEC 18004).
const MARGIN: i32 = 4;

/// CSS pixels of a module's side.
const PIXELS: i32 = 4;

/// The picture; nothing where the link is too long for one.
pub fn picture(link: &str) -> Option<AnyView> {
    let code = QrCode::encode_text(link, QrCodeEcc::Low).ok()?;
    let size = code.size() + 2 * MARGIN;
    // Whole pixels for each module: ragged ones are harder to read.
    let pixels = (size * PIXELS).to_string();
    let view_box = format!("0 0 {size} {size}");
    Some(
        view! {
            <svg class="devices-code" viewBox=view_box width=pixels.clone() height=pixels role="img" aria-label="The link as a picture for a camera">
                <path d=dark_modules(&code) />
            </svg>
        }
        .into_any(),
    )
}

/// One square for each dark module.
fn dark_modules(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                path += &format!("M{},{}h1v1h-1z", x + MARGIN, y + MARGIN);
            }
        }
    }
    path
}
