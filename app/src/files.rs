//! Files that come into the page and leave it, in the browser.

use crate::format;
use core::time::Duration;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use leptos::prelude::set_timeout;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DragEvent, File, HtmlAnchorElement, HtmlInputElement, Url};

/// How long a file that was offered for download is held: the browser needs its address until it has begun to save.
const OFFERED_FOR: Duration = Duration::from_secs(60);

/// A file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// It is beyond what may be read.
    #[error("`{name}` has {}: at most {} are read here", format::bytes(*size_bytes), format::bytes(*most_bytes))]
    TooLarge {
        /// Its name.
        name: String,
        /// How large it is.
        size_bytes: u64,
        /// How large it may be.
        most_bytes: u64,
    },
    /// The browser gave none of it.
    #[error("this browser cannot read `{0}`: is it still where it was?")]
    Refused(String),
}

/// Everything in a file of at most `most_bytes`; a larger one is refused before a byte is read.
pub(crate) async fn read(file: &File, most_bytes: u64) -> Result<Vec<u8>, Unreadable> {
    check_size(file.name(), file.size() as u64, most_bytes)?;
    let read = JsFuture::from(file.array_buffer()).await;
    let buffer = read.and_then(|it| it.dyn_into::<ArrayBuffer>());
    let buffer = buffer.map_err(|_| Unreadable::Refused(file.name()))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn check_size(name: String, size_bytes: u64, most_bytes: u64) -> Result<(), Unreadable> {
    match size_bytes <= most_bytes {
        true => Ok(()),
        false => Err(Unreadable::TooLarge { name, size_bytes, most_bytes }),
    }
}

/// The file that a person has chosen in a field. The field is empty afterwards: the same file can be chosen again.
pub(crate) fn chosen(field: &HtmlInputElement) -> Option<File> {
    let file = field.files().and_then(|files| files.get(0));
    field.set_value("");
    file
}

/// The files that a person has dropped; the browser no longer opens them in place of the page.
pub(crate) fn dropped(event: &DragEvent) -> Vec<File> {
    event.prevent_default();
    let files = event.data_transfer().and_then(|transfer| transfer.files());
    files
        .map_or_else(Vec::new, |files| (0..files.length()).filter_map(|at| files.get(at)).collect())
}

/// Has the browser save bytes under a name, as it saves what was downloaded.
pub(crate) fn save(bytes: &[u8], name: &str) -> Option<()> {
    offer(bytes, name).ok()
}

/// The same for what is with the browser already.
pub(crate) fn save_blob(blob: &Blob, name: &str) -> Option<()> {
    offer_blob(blob, name).ok()
}

fn offer(bytes: &[u8], name: &str) -> Result<(), JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let kind = BlobPropertyBag::new();
    kind.set_type("application/octet-stream");
    offer_blob(&Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?, name)
}

fn offer_blob(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        OFFERED_FOR,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beyond_the_limit_is_refused_by_name_and_size() {
        assert_eq!(check_size("a.safetensors".to_owned(), 64, 64), Ok(()));
        let problem = check_size("a.safetensors".to_owned(), 65_000_000, 64_000_000).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "`a.safetensors` has 65.0 MB: at most 64.0 MB are read here"
        );
    }
}
