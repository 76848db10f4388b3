//! The whole model of texts, for those who want it: from the server once, into this device's storage, and from there into use.
//!
//! It comes beside all other work. That its file is stored is what says that it is wanted the next time, too.

use crate::{
    file::{File, Place, describe},
    model::load,
};
use core::cell::Cell;
use futures::channel::mpsc::UnboundedSender;
use memory::{
    call::WholeModel,
    embedding::{Transformer, WHOLE_MODEL, WHOLE_MODEL_BYTES_MAX, WordPiece},
    keeper::{Answer, Keeper},
};
use std::rc::Rc;
use units::{Hash, UnixMillis};
use wasm_bindgen_futures::spawn_local;
use web_sys::RequestCache;

/// The model's file, beside the worker's module.
const FILE: &str = "texts-whole.model";

/// Where the model is brought, and whether it is.
pub(crate) struct Whole {
    device: String,
    steps: UnboundedSender<Step>,
    /// The attempt that is under way, if one is; what others come to is of no interest.
    under_way: Option<Rc<Attempt>>,
    has_looked: bool,
}

struct Attempt {
    /// Whether the server is asked for what is not stored.
    fetches: Cell<bool>,
    is_given_up: Cell<bool>,
}

/// What an attempt has come to.
pub(crate) struct Step {
    attempt: Rc<Attempt>,
    what: What,
}

enum What {
    Coming(u32, u32),
    /// The file, and whether it is to be stored.
    Here(Vec<u8>, bool),
    NotStored,
    Failed(String),
}

impl Whole {
    pub(crate) fn new(device: &str, steps: UnboundedSender<Step>) -> Self {
        Self { device: device.to_owned(), steps, under_way: None, has_looked: false }
    }

    /// Takes it from storage, if it is there; looks for it once.
    pub(crate) fn look(&mut self) {
        if !core::mem::replace(&mut self.has_looked, true) {
            self.begin(false);
        }
    }

    /// Somebody wants it, or does not any more. What is to be said of it now.
    pub(crate) async fn wish(&mut self, is_wanted: bool, keeper: &mut Keeper<File>) -> WholeModel {
        // Whoever brings it looks first whether it is stored.
        self.has_looked = true;
        if is_wanted {
            if matches!(keeper.whole_model(), WholeModel::On { .. }) {
                return keeper.whole_model();
            }
            match &self.under_way {
                Some(attempt) => attempt.fetches.set(true),
                None => self.begin(true),
            }
            keeper.note_whole_model(WholeModel::Coming { bytes: 0, of: 0 });
            return keeper.whole_model();
        }
        self.give_up();
        if let Some(vectors) = keeper.drop_whole_model() {
            vectors.close();
        }
        let removed = match Place::of(&self.device).await {
            Ok(place) => place.remove_model().await,
            Err(thrown) => Err(thrown),
        };
        if let Err(thrown) = removed {
            let reason = format!("its file could not be removed: {}", describe(&thrown));
            keeper.note_whole_model(WholeModel::Failed { reason });
        }
        keeper.whole_model()
    }

    /// Takes a step of an attempt. What is to be said of it, and what the keeper has answered.
    pub(crate) async fn take(
        &mut self,
        Step { attempt, what }: Step,
        keeper: &mut Keeper<File>,
        now: UnixMillis,
    ) -> Option<(WholeModel, Option<Answer>)> {
        if !self.under_way.as_ref().is_some_and(|it| Rc::ptr_eq(it, &attempt)) {
            return None;
        }
        if let What::Coming(bytes, of) = what {
            keeper.note_whole_model(WholeModel::Coming { bytes, of });
            return Some((keeper.whole_model(), None));
        }
        self.under_way = None;
        let used = match what {
            What::Here(file, is_new) => self.put_to_use(file, is_new, keeper, now).await,
            What::Failed(reason) => Err(reason),
            What::NotStored if attempt.fetches.get() => {
                // It was asked for after this attempt had looked whether it is.
                self.begin(true);
                return None;
            }
            What::NotStored | What::Coming(..) => {
                keeper.note_whole_model(WholeModel::Off);
                return Some((WholeModel::Off, None));
            }
        };
        match used {
            Ok(answer) => Some((keeper.whole_model(), Some(answer))),
            Err(reason) => {
                keeper.note_whole_model(WholeModel::Failed { reason });
                Some((keeper.whole_model(), None))
            }
        }
    }

    async fn put_to_use(
        &self,
        file: Vec<u8>,
        is_new: bool,
        keeper: &mut Keeper<File>,
        now: UnixMillis,
    ) -> Result<Answer, String> {
        let missing = "the table whose words it reads has not come: reload the page";
        let tokenizer = keeper.tokenizer().ok_or(missing)?.clone();
        let place = Place::of(&self.device).await.map_err(|thrown| describe(&thrown))?;
        let model = match read(&file, tokenizer) {
            Ok(model) => model,
            Err(problem) => {
                // What is damaged, or of an earlier version of the page, is of no use the next time either. If it cannot be
                // removed, it is found again.
                let _ = place.remove_model().await;
                return Err(problem);
            }
        };
        if is_new {
            place.write_model(&file).await.map_err(|thrown| describe(&thrown))?;
        }
        let vectors = File::open_vectors(&place).await.map_err(|thrown| describe(&thrown))?;
        keeper.take_whole_model(model, vectors, now)
    }

    fn begin(&mut self, fetches: bool) {
        self.give_up();
        let attempt = Attempt { fetches: Cell::new(fetches), is_given_up: Cell::new(false) };
        let attempt = Rc::new(attempt);
        self.under_way = Some(attempt.clone());
        let (device, steps) = (self.device.clone(), self.steps.clone());
        spawn_local(async move {
            // The other end lives as long as the worker.
            let say = |what| drop(steps.unbounded_send(Step { attempt: attempt.clone(), what }));
            say(bring(&device, &attempt, &say).await);
        });
    }

    fn give_up(&mut self) {
        if let Some(attempt) = self.under_way.take() {
            attempt.is_given_up.set(true);
        }
    }
}

async fn bring(device: &str, attempt: &Attempt, say: &impl Fn(What)) -> What {
    let stored = match Place::of(device).await {
        Ok(place) => place.read_model().await,
        Err(thrown) => Err(thrown),
    };
    match stored {
        Ok(Some(file)) => return What::Here(file, false),
        _ if !attempt.fetches.get() => return What::NotStored,
        Err(thrown) => return What::Failed(describe(&thrown)),
        Ok(None) => {}
    }
    let coming = |bytes, of| {
        say(What::Coming(bytes, of));
        !attempt.is_given_up.get()
    };
    match load(FILE, WHOLE_MODEL_BYTES_MAX, RequestCache::NoStore, coming).await {
        Ok(file) => What::Here(file, true),
        Err(thrown) => {
            let why = describe(&thrown);
            What::Failed(format!(
                "it could not be fetched ({why}): see to the connection, and try again"
            ))
        }
    }
}

/// Reads the file, if it is the one that this version of the page goes by.
fn read(file: &[u8], tokenizer: WordPiece) -> Result<(Transformer, Hash), String> {
    let (model, hash) =
        Transformer::decode(file, tokenizer).map_err(|problem| problem.to_string())?;
    if hash.to_string() != WHOLE_MODEL.trim() {
        return Err(format!(
            "a model of texts of another version came, {}: reload the page, and switch it on again",
            hash.short()
        ));
    }
    Ok((model, hash))
}
