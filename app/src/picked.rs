//! Files that a person picks, and the folders that they were found in.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList, HtmlInputElement};

/// A file and where it was found.
#[derive(Clone)]
pub struct Chosen {
    /// The file.
    pub file: File,
    /// Folders and name, such as `pets/cats/1.jpg`; the name alone where there is no folder.
    pub path: String,
}

/// Several files where one is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} files at once: one is taken here, so choose or drop it alone")]
pub struct Several(usize);

/// The one file that was chosen or dropped, if any was.
///
/// # Errors
/// [`Several`], as nobody knows which of them was meant.
pub fn single<T>(mut files: Vec<T>) -> Result<Option<T>, Several> {
    match files.len() {
        0 | 1 => Ok(files.pop()),
        count => Err(Several(count)),
    }
}

/// The files of an input, by their paths. The input forgets them, so that the same ones can be chosen again.
pub(crate) fn chosen(input: &HtmlInputElement) -> Vec<Chosen> {
    let files = input.files().map_or_else(Vec::new, |list| listed(&list));
    input.set_value("");
    files
}

fn listed(list: &FileList) -> Vec<Chosen> {
    let files = (0..list.length()).filter_map(|place| list.get(place));
    let mut files: Vec<Chosen> = files.map(|file| Chosen { path: path_of(&file), file }).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

pub(crate) fn path_of(file: &File) -> String {
    let path = Reflect::get(file.unchecked_ref::<JsValue>(), &"webkitRelativePath".into());
    let path = path.ok().and_then(|path| path.as_string()).filter(|path| !path.is_empty());
    path.unwrap_or_else(|| file.name())
}

#[cfg(test)]
mod tests {
    use super::{Several, single};

    #[test]
    fn of_several_files_none_is_taken_in_silence() {
        assert_eq!(single::<u8>(Vec::new()), Ok(None));
        assert_eq!(single(vec![7]), Ok(Some(7)));
        assert_eq!(single(vec![7, 8, 9]), Err(Several(3)));
    }
}
