//! Where a device's log is: in the browser's private file system, or nowhere.

use crate::{
    copies, scope,
    slots::{self, Slots},
    tell,
};
use core::time::Duration;
use gloo_timers::future::sleep;
use memory::{keeper::LogFile, library::News};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemSyncAccessHandle,
};

/// How long the worker of a page that was closed may hold on to the files.
const HELD_MAX: Duration = Duration::from_secs(10);
pub(crate) const TRY_AGAIN: Duration = Duration::from_millis(50);

/// A device's log.
pub(crate) enum File {
    /// In two files, of which one counts.
    Stored(Slots),
    /// In this worker's own memory, because the browser gives no storage: it is lost with the page.
    Nowhere(Vec<u8>),
}

impl File {
    /// The log of a device. Where the browser gives no storage, the page is told.
    pub(crate) async fn open(device: &str) -> Self {
        match open(device).await {
            Ok(slots) => Self::Stored(slots),
            Err(thrown) => {
                tell(News::NotStored { reason: describe(&thrown) });
                Self::Nowhere(Vec::new())
            }
        }
    }
}

impl File {
    /// The file of the whole model's vectors; none is there at first.
    pub(crate) async fn open_vectors(place: &Place) -> Result<Self, JsValue> {
        let first = handle(&place.root, &place.vectors(0)).await?;
        let second = handle(&place.root, &place.vectors(1)).await?;
        Slots::new([first, second]).map(Self::Stored)
    }

    /// Lets go of the files, so that they can be removed.
    pub(crate) fn close(self) {
        if let Self::Stored(slots) = self {
            slots.close();
        }
    }
}

async fn open(device: &str) -> Result<Slots, JsValue> {
    let place = Place::of(device).await?;
    let mut slots = place.slots().await?;
    copies::settle(&mut slots, &place, device).await?;
    Ok(slots)
}

/// Where the files of a device lie.
pub(crate) struct Place {
    root: FileSystemDirectoryHandle,
    name: String,
}

impl Place {
    pub(crate) async fn of(device: &str) -> Result<Self, JsValue> {
        let storage = scope().navigator().storage();
        let root = JsFuture::from(storage.get_directory()).await?.unchecked_into();
        // A device may have any name.
        let name: String = device.bytes().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { root, name })
    }

    /// The log's two files, for nobody else meanwhile.
    pub(crate) async fn slots(&self) -> Result<Slots, JsValue> {
        let first = handle(&self.root, &self.slot(0)).await?;
        let second = handle(&self.root, &self.slot(1)).await?;
        Slots::new([first, second])
    }

    /// The log's two files as they lie there, whoever writes to them; none of what is not there.
    pub(crate) async fn read_slots(&self) -> Result<Vec<Vec<u8>>, JsValue> {
        let mut files = Vec::new();
        for number in [0, 1] {
            files.extend(self.read(&self.slot(number)).await?);
        }
        Ok(files)
    }

    /// The log of a copy that is to take this one's place, if there is one.
    pub(crate) async fn read_staged(&self) -> Result<Option<Vec<u8>>, JsValue> {
        self.read(&self.staged()).await
    }

    pub(crate) async fn write_staged(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.write(&self.staged(), bytes).await
    }

    pub(crate) async fn remove_staged(&self) -> Result<(), JsValue> {
        self.remove(&self.staged()).await
    }

    /// The file of the whole model, if it is here.
    pub(crate) async fn read_model(&self) -> Result<Option<Vec<u8>>, JsValue> {
        self.read(&self.model()).await
    }

    pub(crate) async fn write_model(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.write(&self.model(), bytes).await
    }

    /// Removes the whole model with its vectors; what is not there is removed already.
    pub(crate) async fn remove_model(&self) -> Result<(), JsValue> {
        for name in [self.model(), self.vectors(0), self.vectors(1)] {
            match self.remove(&name).await {
                Err(thrown) if !is_called(&thrown, "NotFoundError") => return Err(thrown),
                _ => {}
            }
        }
        Ok(())
    }

    fn slot(&self, number: u8) -> String {
        format!("memory-{}-{number}", self.name)
    }

    fn staged(&self) -> String {
        format!("memory-{}-copy", self.name)
    }

    fn model(&self) -> String {
        format!("memory-{}-model", self.name)
    }

    fn vectors(&self, number: u8) -> String {
        format!("memory-{}-vectors-{number}", self.name)
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), JsValue> {
        let file = handle(&self.root, name).await?;
        let written = file
            .truncate_with_u32(0)
            .and_then(|()| slots::write(&file, bytes, 0))
            .and_then(|()| file.flush());
        file.close();
        written
    }

    async fn remove(&self, name: &str) -> Result<(), JsValue> {
        JsFuture::from(self.root.remove_entry(name)).await.map(drop)
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, JsValue> {
        let handle = match JsFuture::from(self.root.get_file_handle(name)).await {
            Ok(handle) => handle.unchecked_into::<FileSystemFileHandle>(),
            Err(thrown) if is_called(&thrown, "NotFoundError") => return Ok(None),
            Err(thrown) => return Err(thrown),
        };
        let file: web_sys::File = JsFuture::from(handle.get_file()).await?.unchecked_into();
        let bytes = JsFuture::from(file.array_buffer()).await?;
        Ok(Some(js_sys::Uint8Array::new(&bytes).to_vec()))
    }
}

/// Only one worker at a time has a file, and that of a page that was just closed may still be ending.
async fn handle(
    root: &FileSystemDirectoryHandle,
    name: &str,
) -> Result<FileSystemSyncAccessHandle, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file = JsFuture::from(root.get_file_handle_with_options(name, &options)).await?;
    let file: FileSystemFileHandle = file.unchecked_into();
    let mut waited = Duration::ZERO;
    loop {
        match JsFuture::from(file.create_sync_access_handle()).await {
            Ok(handle) => return Ok(handle.unchecked_into()),
            Err(thrown) if is_held(&thrown) && waited < HELD_MAX => {
                sleep(TRY_AGAIN).await;
                waited += TRY_AGAIN;
            }
            Err(thrown) => return Err(thrown),
        }
    }
}

fn is_held(thrown: &JsValue) -> bool {
    is_called(thrown, "NoModificationAllowedError") || is_called(thrown, "InvalidStateError")
}

fn is_called(thrown: &JsValue, name: &str) -> bool {
    thrown.dyn_ref::<DomException>().is_some_and(|exception| exception.name() == name)
}

/// What a browser has thrown, for people.
pub(crate) fn describe(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "QuotaExceededError" => slots::FULL.to_owned(),
        Some(exception) => exception.message(),
        None => match thrown.dyn_ref::<js_sys::Error>() {
            Some(error) => error.message().into(),
            None => thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
        },
    }
}

impl LogFile for File {
    fn read(&mut self) -> Result<Vec<u8>, String> {
        match self {
            Self::Stored(slots) => slots.read().map_err(|thrown| describe(&thrown)),
            Self::Nowhere(bytes) => Ok(bytes.clone()),
        }
    }

    fn cut(&mut self, bytes: u64) -> Result<(), String> {
        match self {
            Self::Stored(slots) => slots.cut(bytes).map_err(|thrown| describe(&thrown)),
            Self::Nowhere(log) => {
                log.truncate(bytes as usize);
                Ok(())
            }
        }
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), String> {
        match self {
            Self::Stored(slots) => slots.append(bytes).map_err(|thrown| describe(&thrown)),
            Self::Nowhere(log) => {
                log.extend(bytes);
                Ok(())
            }
        }
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), String> {
        match self {
            Self::Stored(slots) => slots.replace(bytes).map_err(|thrown| describe(&thrown)),
            Self::Nowhere(log) => {
                *log = bytes.to_vec();
                Ok(())
            }
        }
    }
}
