//! Where a device's log is: in the browser's private file system, or nowhere.

use crate::{scope, slots::Slots, tell};
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
const TRY_AGAIN: Duration = Duration::from_millis(50);

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

async fn open(device: &str) -> Result<Slots, JsValue> {
    let storage = scope().navigator().storage();
    let root: FileSystemDirectoryHandle =
        JsFuture::from(storage.get_directory()).await?.unchecked_into();
    // A device may have any name.
    let name: String = device.bytes().map(|byte| format!("{byte:02x}")).collect();
    let first = handle(&root, &format!("memory-{name}-0")).await?;
    let second = handle(&root, &format!("memory-{name}-1")).await?;
    Slots::new([first, second])
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
    let exception = thrown.dyn_ref::<DomException>();
    exception.is_some_and(|it| {
        it.name() == "NoModificationAllowedError" || it.name() == "InvalidStateError"
    })
}

/// What a browser has thrown, for people.
pub(crate) fn describe(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "QuotaExceededError" => {
            "the browser's storage for this site is full: forget some memories, or free some space on this device"
                .to_owned()
        }
        Some(exception) => exception.message(),
        None => format!("{thrown:?}"),
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
