//! Copies of all that this device has.

use crate::{HostError, host::Host, lock::IdentityLock};
use js_sys::Array;
use peer::places::{READ, TAKE, WRITE};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// What a page keeps besides records: names and values.
pub type Settings = Vec<(String, String)>;

impl Host {
    /// Writes all that this device has, and `settings`, into one file that `passphrase` opens.
    ///
    /// # Errors
    /// [`HostError::Copy`].
    pub async fn write_copy(
        &self,
        passphrase: &str,
        settings: &Settings,
    ) -> Result<Blob, HostError> {
        if self.0.is_closed.get() {
            return Err(HostError::Closed);
        }
        let entry = |(name, value): &(String, String)| Array::of2(&name.into(), &value.into());
        let settings: Array = settings.iter().map(entry).collect();
        let order = Array::of3(&WRITE.into(), &passphrase.into(), &settings);
        Ok(self.0.recall.copier()?.order(&order).await?.unchecked_into())
    }

    /// Whether `passphrase` opens a copy, and a device can be what is in it. Nothing is changed.
    ///
    /// # Errors
    /// [`HostError::Copy`].
    pub async fn check_copy(&self, file: &Blob, passphrase: &str) -> Result<(), HostError> {
        if self.0.is_closed.get() {
            return Err(HostError::Closed);
        }
        let order = Array::of3(&READ.into(), file, &passphrase.into());
        self.0.recall.copier()?.order(&order).await.map(drop)
    }

    /// Makes this device the one that a copy is of. What is here goes, and this peer is closed: whoever comes next is that
    /// device. Gives the settings that came with it.
    ///
    /// All of the copy is read before anything is changed; and however this ends, this device is all of the one or all of the other.
    ///
    /// # Errors
    /// [`HostError::Copy`]. If the code is `wrong_passphrase` or `invalid_copy`, nothing has happened; else this peer may be closed.
    /// [`HostError::SecondTab`] if another tab has become this device as soon as this one was not.
    pub async fn become_copy(&self, file: &Blob, passphrase: &str) -> Result<Settings, HostError> {
        let Some(device) = self.0.recall.device() else { return Err(HostError::Closed) };
        if self.0.is_closed.get() {
            return Err(HostError::Closed);
        }
        let mut copier = self.0.recall.copier()?;
        let order = Array::of3(&READ.into(), file, &passphrase.into());
        let settings = copier.order(&order).await?;
        self.close();
        // Nobody may become this device before it is the other one.
        let lock = IdentityLock::acquire(device).await?;
        copier.order(&Array::of1(&TAKE.into())).await?;
        drop(lock);
        let entry = |entry: JsValue| {
            let entry = entry.dyn_into::<Array>().ok()?;
            Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
        };
        let settings = settings.dyn_into::<Array>().unwrap_or_default();
        Ok(settings.iter().filter_map(entry).collect())
    }
}
