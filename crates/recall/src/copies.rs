//! Copies of all that a device has: written to a file under a passphrase, and put in the place of what is there.
//!
//! Records lie in IndexedDB and the log in files of their own, and no transaction holds both. A copy therefore takes its place in
//! three steps, each of which is whole or not there:
//!
//! 1. its log is written beside the one that counts ([`Staged`]);
//! 2. one transaction puts its records in the place of all others, and notes which log is to follow: from here on, the copy counts;
//! 3. the log takes its place, the note goes, and so does what was written beside.
//!
//! Whoever opens the log first looks for what was begun ([`settle`]): after the second step it is brought to its end, and before
//! it, it is taken away.

use crate::{
    database,
    file::{self, Place, describe},
    scope,
    slots::{HEADER_BYTES, Slots, number_in},
};
use backup::{BEGINNING_BYTES, Content, Cost, Entropy, Opener, Sealer};
use futures::{StreamExt, channel::mpsc::UnboundedReceiver};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use memory::log;
use peer::places::{COPIES, DONE, IDENTITY_RECORD, PROBLEM, READ, TAKE, WRITE};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// How much of a file is in this worker's memory at a time, besides what it holds.
const PIECE_BYTES: usize = 1 << 20;

/// How often a log is read again that was being written.
const TRIES: u32 = 8;

const ID_BYTES: usize = 16;

/// A stable code and a sentence.
type Problem = (&'static str, String);

/// Whose copies are asked for, if a worker's first message says that some are.
pub(crate) fn device_of(first: &JsValue) -> Option<String> {
    let parts = first.dyn_ref::<Array>()?;
    (parts.get(0).as_string()? == COPIES).then(|| parts.get(1).as_string())?
}

/// Does what the page orders, one thing after the other.
pub(crate) async fn work(device: &str, mut orders: UnboundedReceiver<JsValue>) {
    let mut read_copy = None;
    while let Some(order) = orders.next().await {
        let parts = order.dyn_into::<Array>().unwrap_or_default();
        let result = match parts.get(0).as_string().as_deref() {
            Some(WRITE) => write(device, &parts).await,
            Some(READ) => read(&parts).await.map(|content| {
                let settings = settings_of(&content);
                read_copy = Some(content);
                settings
            }),
            Some(TAKE) => match read_copy.take() {
                Some(content) => take(device, &content).await,
                None => Err(("invalid_input", "no copy was read".to_owned())),
            },
            _ => Err(("invalid_input", "an order that is none".to_owned())),
        };
        let answer = match result {
            Ok(value) => Array::of2(&DONE.into(), &value),
            Err((code, sentence)) => Array::of3(&PROBLEM.into(), &code.into(), &sentence.into()),
        };
        // Posting these throws for nothing that can be passed here.
        let _ = scope().post_message(&answer);
    }
}

async fn write(device: &str, order: &Array) -> Result<JsValue, Problem> {
    let passphrase = order.get(1).as_string().unwrap_or_default();
    settle_if_free(device).await.map_err(storage)?;
    let content = Content {
        records: database::read(device).await.map_err(storage)?,
        log: read_log(device).await.map_err(storage)?,
        settings: settings_in(&order.get(2)),
    };
    let mut entropy: Entropy = [0; 35];
    getrandom::fill(&mut entropy)
        .map_err(|_| storage("there are no secure random numbers here"))?;
    let refused = |problem: backup::SealError| ("invalid_input", problem.to_string());
    let content_bytes = content.check().map_err(refused)?;
    let (mut sealer, mut piece) =
        Sealer::new(&passphrase, content_bytes, &entropy, Cost::USUAL).map_err(refused)?;
    let pieces = Array::new();
    content.write(|bytes| {
        for part in bytes.chunks(PIECE_BYTES) {
            sealer.push(part, &mut piece);
            if piece.len() >= PIECE_BYTES {
                pieces.push(&Uint8Array::from(&piece[..]));
                piece.clear();
            }
        }
    });
    piece.extend(sealer.finish());
    pieces.push(&Uint8Array::from(&piece[..]));
    let file = Blob::new_with_u8_array_sequence(&pieces);
    file.map(JsValue::from).map_err(|thrown| storage(describe(&thrown)))
}

/// Opens a copy and looks whether it can be one of a device, without changing anything.
async fn read(order: &Array) -> Result<Content, Problem> {
    let no_copy = |problem: String| ("invalid_copy", problem);
    let file = order.get(1).dyn_into::<Blob>();
    let file = file.map_err(|_| ("invalid_input", "a copy is a file".to_owned()))?;
    let passphrase = order.get(2).as_string().unwrap_or_default();
    let size_bytes = file.size();
    let beginning = slice(&file, 0.0, BEGINNING_BYTES as f64).await.map_err(no_copy)?;
    let mut opener = Opener::new(&beginning, size_bytes as u64, &passphrase).map_err(refused)?;
    let mut place = beginning.len() as f64;
    while place < size_bytes {
        let piece = slice(&file, place, place + PIECE_BYTES as f64).await.map_err(no_copy)?;
        if piece.is_empty() {
            break;
        }
        place += piece.len() as f64;
        opener.push(&piece).map_err(refused)?;
    }
    let content = opener.finish().map_err(refused)?;
    if !content.records.iter().any(|(key, _)| key == IDENTITY_RECORD) {
        return Err(no_copy("this copy holds no device: its identity is missing".to_owned()));
    }
    let read = log::read(&content.log);
    read.map_err(|problem| no_copy(format!("what this copy remembers cannot be read: {problem}")))?;
    Ok(content)
}

fn refused(problem: backup::OpenError) -> Problem {
    let code = match &problem {
        backup::OpenError::WrongPassphrase => "wrong_passphrase",
        _ => "invalid_copy",
    };
    (code, problem.to_string())
}

/// Puts a copy in the place of what is there.
async fn take(device: &str, content: &Content) -> Result<JsValue, Problem> {
    let place = Place::of(device).await.map_err(|thrown| storage(describe(&thrown)))?;
    // Whoever has the log's files is alone with them: this waits for the device's own worker to end.
    let mut slots = place.slots().await.map_err(|thrown| storage(describe(&thrown)))?;
    settle(&mut slots, &place, device).await.map_err(storage)?;
    let mut id = [0; ID_BYTES];
    getrandom::fill(&mut id).map_err(|_| storage("there are no secure random numbers here"))?;
    place
        .write_staged(&[&id[..], &content.log].concat())
        .await
        .map_err(|thrown| storage(describe(&thrown)))?;
    if let Err(problem) = database::replace(device, &content.records, &id).await {
        // What was written beside says nothing without the records; whoever opens the log next takes it away too.
        let _ = place.remove_staged().await;
        return Err(storage(format!("{problem}; nothing has changed")));
    }
    // From here on the copy counts. What cannot be ended now is ended when the log is next opened.
    let _ = settle(&mut slots, &place, device).await;
    Ok(JsValue::UNDEFINED)
}

/// Brings to its end, or takes away, what was begun when a tab ended.
pub(crate) async fn settle(slots: &mut Slots, place: &Place, device: &str) -> Result<(), String> {
    let staged = place.read_staged().await.map_err(|thrown| describe(&thrown))?;
    let Some(staged) = staged else { return Ok(()) };
    let begun = database::begun(device).await?;
    if let Some((id, log)) = staged.split_at_checked(ID_BYTES)
        && begun.as_deref() == Some(id)
    {
        slots.replace(log).map_err(|thrown| describe(&thrown))?;
    }
    if begun.is_some() {
        database::end_begun(device).await?;
    }
    place.remove_staged().await.map_err(|thrown| describe(&thrown))
}

/// The same, if nobody has the log open: whoever has, has done it.
async fn settle_if_free(device: &str) -> Result<(), String> {
    let problem = |thrown: JsValue| describe(&thrown);
    let place = Place::of(device).await.map_err(problem)?;
    if place.read_staged().await.map_err(problem)?.is_none() {
        return Ok(());
    }
    let mut slots = place.slots().await.map_err(problem)?;
    settle(&mut slots, &place, device).await
}

/// The log as it lies there. The device's own worker may be writing to it: then it is read once more.
async fn read_log(device: &str) -> Result<Vec<u8>, String> {
    let place = Place::of(device).await.map_err(|thrown| describe(&thrown))?;
    let mut problem = String::new();
    for _ in 0..TRIES {
        match place.read_slots().await {
            Ok(files) => {
                let counts = files.into_iter().max_by_key(|file| number_in(file));
                let file = counts.filter(|file| number_in(file) > 0);
                let bytes = file.map(|file| file[HEADER_BYTES..].to_vec()).unwrap_or_default();
                match log::read(&bytes) {
                    Ok(_) => return Ok(bytes),
                    Err(unreadable) => problem = unreadable.to_string(),
                }
            }
            Err(thrown) => problem = describe(&thrown),
        }
        gloo_timers::future::sleep(file::TRY_AGAIN).await;
    }
    Err(format!("what this device remembers cannot be read: {problem}"))
}

async fn slice(file: &Blob, from: f64, to: f64) -> Result<Vec<u8>, String> {
    let read = async {
        let part = file.slice_with_f64_and_f64(from, to)?;
        let buffer: ArrayBuffer = JsFuture::from(part.array_buffer()).await?.dyn_into()?;
        Ok::<_, JsValue>(Uint8Array::new(&buffer).to_vec())
    };
    read.await.map_err(|thrown| format!("the file cannot be read: {}", describe(&thrown)))
}

fn settings_in(value: &JsValue) -> Vec<(String, String)> {
    let entries = value.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default();
    let setting = |entry: JsValue| {
        let entry = entry.dyn_into::<Array>().ok()?;
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    entries.into_iter().filter_map(setting).collect()
}

fn settings_of(content: &Content) -> JsValue {
    let entry = |(name, value): &(String, String)| Array::of2(&name.into(), &value.into());
    content.settings.iter().map(entry).collect::<Array>().into()
}

fn storage(problem: impl Into<String>) -> Problem {
    ("storage", problem.into())
}
