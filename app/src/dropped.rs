//! What is dropped from outside of the browser: files, and folders with all that is in them.

use crate::picked::{Chosen, path_of};
use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DragEvent, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry,
};

/// Files that one drop or choice brings; more would keep the page busy for an hour.
pub(crate) const FILES_MAX: usize = 50_000;

/// What was dropped, to be walked through. It has to be taken while the event is handled.
pub(crate) struct Dropped {
    files: Vec<File>,
    folders: Vec<FileSystemDirectoryEntry>,
}

impl Dropped {
    /// Files as they are; folders to be looked into later.
    pub(crate) fn of(event: &DragEvent) -> Self {
        let mut dropped = Self { files: Vec::new(), folders: Vec::new() };
        let Some(transfer) = event.data_transfer() else { return dropped };
        let items = transfer.items();
        for item in (0..items.length()).filter_map(|place| items.get(place)) {
            let entry = item.webkit_get_as_entry().ok().flatten();
            match entry.map(JsCast::dyn_into::<FileSystemDirectoryEntry>) {
                Some(Ok(folder)) => dropped.folders.push(folder),
                _ => dropped.files.extend(item.get_as_file().ok().flatten()),
            }
        }
        dropped
    }

    /// All files, by their paths. What cannot be read is passed over, as if it had not been dropped.
    pub(crate) async fn walk(self) -> Vec<Chosen> {
        let files = self.files.into_iter();
        let mut chosen: Vec<_> = files.map(|file| Chosen { path: path_of(&file), file }).collect();
        let mut folders = self.folders;
        while let Some(folder) = folders.pop() {
            for entry in entries(&folder).await {
                if chosen.len() == FILES_MAX {
                    return chosen;
                }
                match entry.dyn_into::<FileSystemDirectoryEntry>() {
                    Ok(inner) => folders.push(inner),
                    Err(entry) => chosen.extend(file(&entry).await),
                }
            }
        }
        chosen.sort_by(|a, b| a.path.cmp(&b.path));
        chosen
    }
}

/// A reader hands out a folder's entries in parts; an empty part is the last.
async fn entries(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all = Vec::new();
    while all.len() < FILES_MAX {
        let part = Promise::new(&mut |done, failed| {
            if reader.read_entries_with_callback_and_callback(&done, &failed).is_err() {
                let _ = failed.call0(&wasm_bindgen::JsValue::NULL);
            }
        });
        let Ok(part) = JsFuture::from(part).await else { break };
        let part = Array::from(&part);
        if part.length() == 0 {
            break;
        }
        all.extend(part.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
    all
}

async fn file(entry: &FileSystemEntry) -> Option<Chosen> {
    let file: &FileSystemFileEntry = entry.dyn_ref()?;
    let promise = Promise::new(&mut |done, failed| {
        file.file_with_callback_and_callback(&done, &failed);
    });
    let file = JsFuture::from(promise).await.ok()?.dyn_into::<File>().ok()?;
    let path = entry.full_path();
    Some(Chosen { path: path.trim_start_matches('/').to_owned(), file })
}
