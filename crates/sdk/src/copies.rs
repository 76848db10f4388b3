//! Copies of all that a device has. In the application their code comes with that of the memory, which is a module of its own.

use crate::{
    argument::{kind, text},
    failure::Failure,
    later::later,
    memory::{Ask, beginning},
};
use browser::{Host, Settings};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Writes all that a device has, and settings, into one file that a passphrase opens.
///
/// # Errors
/// Those of [`Host::write_copy`], and `not_loaded`.
pub async fn write_copy(
    host: Host,
    passphrase: String,
    settings: Settings,
) -> Result<Blob, Failure> {
    let written = later!(beginning(host, Ask::WriteCopy(passphrase, settings)))?;
    Ok(written.unchecked_into())
}

/// Whether a passphrase opens a copy, and a device can be what is in it.
///
/// # Errors
/// Those of [`Host::check_copy`], and `not_loaded`.
pub async fn check_copy(host: Host, file: Blob, passphrase: String) -> Result<(), Failure> {
    later!(beginning(host, Ask::CheckCopy(file, passphrase))).map(drop)
}

/// Makes a device the one that a copy is of; gives the settings that came with it.
///
/// # Errors
/// Those of [`Host::become_copy`], and `not_loaded`.
pub async fn become_copy(host: Host, file: Blob, passphrase: String) -> Result<Settings, Failure> {
    let settings = later!(beginning(host, Ask::BecomeCopy(file, passphrase)))?;
    let setting = |entry: JsValue| {
        let entry = Array::from(&entry);
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    Ok(Array::from(&settings).iter().filter_map(setting).collect())
}

pub(crate) async fn write(
    host: &Host,
    passphrase: &str,
    settings: &Settings,
) -> Result<JsValue, Failure> {
    Ok(host.write_copy(passphrase, settings).await?.into())
}

pub(crate) async fn put(host: &Host, file: &Blob, passphrase: &str) -> Result<JsValue, Failure> {
    let settings = host.become_copy(file, passphrase).await?;
    let entry = |(name, value): (String, String)| Array::of2(&name.into(), &value.into());
    Ok(settings.into_iter().map(entry).collect::<Array>().into())
}

/// The file as bytes.
pub(crate) async fn export(host: &Host, passphrase: &JsValue) -> Result<JsValue, Failure> {
    let file = host.write_copy(&text(passphrase, "the passphrase")?, &Vec::new()).await?;
    let buffer = JsFuture::from(file.array_buffer()).await;
    let buffer = buffer.and_then(|it| it.dyn_into::<ArrayBuffer>()).map_err(|_| Failure {
        code: "storage".to_owned(),
        message: "the copy was written and cannot be read: there may be too little memory for it"
            .to_owned(),
    })?;
    Ok(Uint8Array::new(&buffer).into())
}

pub(crate) async fn import(
    host: &Host,
    bytes: JsValue,
    passphrase: &JsValue,
) -> Result<JsValue, Failure> {
    let passphrase = text(passphrase, "the passphrase")?;
    let file = match bytes.dyn_into::<Blob>() {
        Ok(file) => file,
        Err(bytes) if bytes.is_instance_of::<Uint8Array>() => {
            let file = Blob::new_with_u8_array_sequence(&Array::of1(&bytes));
            file.map_err(|_| Failure::invalid("there is too little memory for this copy"))?
        }
        Err(other) => {
            let problem = format!("a copy must be a Uint8Array or a Blob, not {}", kind(&other));
            return Err(Failure::invalid(problem));
        }
    };
    host.become_copy(&file, &passphrase).await?;
    Ok(JsValue::UNDEFINED)
}
