//! A keeper that uses the whole model of texts: what somebody wants of it, and the file of its vectors.

use super::{Answer, Keeper, LogFile};
use crate::{
    call::WholeModel,
    embedding::{Transformer, WordPiece},
    library::Outcome,
};
use units::{Hash, UnixMillis};

/// Bytes of vectors that are written at once while texts are read: a tab that ends loses some seconds of work.
const WRITTEN_AT_ONCE: usize = 8 * 1024;

/// What is wanted of the model, and what became of that.
pub(super) struct Wish {
    /// What somebody has said since it was last looked at.
    pub wanted: Option<bool>,
    /// What is said of it while it is not here.
    pub state: WholeModel,
}

impl Default for Wish {
    fn default() -> Self {
        Self { wanted: None, state: WholeModel::Off }
    }
}

/// What was written of vectors; nothing where that cannot be read, because all of it can be found again.
pub(super) fn read(file: &mut Option<impl LogFile>) -> Vec<u8> {
    file.as_mut().and_then(|file| file.read().ok()).unwrap_or_default()
}

/// Writes what an outcome says. After a failure nothing more is written: vectors are of this life only.
pub(super) fn write<F: LogFile>(place: &mut Option<F>, outcome: &Outcome) -> Result<(), String> {
    let Some(file) = place else { return Ok(()) };
    let anew = outcome.vectors_anew.as_ref().map_or(Ok(()), |bytes| file.replace(bytes));
    let written = anew.and_then(|()| match outcome.vectors.is_empty() {
        true => Ok(()),
        false => file.append(&outcome.vectors),
    });
    if written.is_err() {
        *place = None;
    }
    written
}

impl<F: LogFile> Keeper<F> {
    /// Whether somebody has said since the last call that texts are to be read by the whole model, or not any more.
    pub fn take_wish_for_whole_model(&mut self) -> Option<bool> {
        self.whole.wanted.take()
    }

    /// What is said of the model to who asks, while it is not here.
    pub fn note_whole_model(&mut self, state: WholeModel) {
        self.whole.state = state;
    }

    /// What splits texts for it; there once the table is.
    pub fn tokenizer(&self) -> Option<&WordPiece> {
        Some(self.open.as_ref()?.library.model()?.tokenizer())
    }

    /// The model, the hash of its file, and where its vectors are.
    ///
    /// # Errors
    /// A sentence, if the log cannot be written.
    pub fn take_whole_model(
        &mut self,
        (model, hash): (Transformer, Hash),
        file: F,
        now: UnixMillis,
    ) -> Result<Answer, String> {
        self.vectors = Some(file);
        let stored = read(&mut self.vectors);
        if let Some(open) = &mut self.open {
            open.library.take_whole_model(model, hash, &stored);
        }
        self.settle(None, now)
    }

    /// The model is not used any more: gives the file of its vectors.
    pub fn drop_whole_model(&mut self) -> Option<F> {
        if let Some(open) = &mut self.open {
            open.library.drop_whole_model();
        }
        self.whole.state = WholeModel::Off;
        self.vectors.take()
    }

    /// What became of the model.
    pub fn whole_model(&self) -> WholeModel {
        match &self.open {
            Some(open) => open.whole_model(&self.whole.state),
            None => self.whole.state.clone(),
        }
    }

    /// Reads texts by the whole model for some milliseconds; `None` once all are read and their vectors written.
    ///
    /// # Errors
    /// A sentence, if the log cannot be written.
    pub fn read_on(&mut self, now: UnixMillis) -> Option<Result<Answer, String>> {
        let library = &mut self.open.as_mut()?.library;
        let there_is_more = library.read_on();
        let unwritten = library.unwritten_vectors();
        match there_is_more {
            true if unwritten < WRITTEN_AT_ONCE => Some(Ok(Answer::default())),
            false if unwritten == 0 => None,
            _ => Some(self.settle(None, now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{Call, Reply},
        capsule::Privacy,
        embedding::made_up_model,
        keeper::Told,
        library::News,
    };
    use std::{cell::RefCell, rc::Rc};

    const NOW: UnixMillis = UnixMillis(1_000_000);

    /// A file that its tests can see, on a disk that may be full.
    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<(Vec<u8>, bool)>>);

    impl Shared {
        fn write(&self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), String> {
            let (bytes, is_full) = &mut *self.0.borrow_mut();
            if *is_full {
                return Err("the disk is full".to_owned());
            }
            write(bytes);
            Ok(())
        }
    }

    impl LogFile for Shared {
        fn read(&mut self) -> Result<Vec<u8>, String> {
            Ok(self.0.borrow().0.clone())
        }

        fn cut(&mut self, bytes: u64) -> Result<(), String> {
            self.write(|file| file.truncate(bytes as usize))
        }

        fn append(&mut self, bytes: &[u8]) -> Result<(), String> {
            self.write(|file| file.extend(bytes))
        }

        fn replace(&mut self, bytes: &[u8]) -> Result<(), String> {
            self.write(|file| *file = bytes.to_vec())
        }
    }

    struct Device {
        keeper: Keeper<Shared>,
        vectors: Shared,
    }

    impl Device {
        fn new(log: &Shared, vectors: &Shared) -> Self {
            let mut keeper = Keeper::new(log.clone());
            let open = Told::Open { seed: [1; 32], name: "Ada".to_owned() };
            keeper.run(open, NOW).expect("the log is written");
            Self { keeper, vectors: vectors.clone() }
        }

        fn ask(&mut self, call: Call) -> Reply {
            let answer =
                self.keeper.run(Told::Ask(call.encode()), NOW).expect("the log is written");
            Reply::decode(&answer.reply).expect("a reply").expect("no refusal")
        }

        fn remember(&mut self, text: &str) {
            let (text, privacy) = (text.to_owned(), Privacy::Personal);
            self.ask(Call::Remember { text, tags: Vec::new(), privacy, keep: Vec::new() });
        }

        fn take_model(&mut self) {
            let model = (made_up_model().clone(), Hash::of(b"made up"));
            let file = self.vectors.clone();
            self.keeper.take_whole_model(model, file, NOW).expect("the log is written");
        }

        fn read_all(&mut self) -> Vec<News> {
            let mut news = Vec::new();
            while let Some(answer) = self.keeper.read_on(NOW) {
                let told = answer.expect("the log is written").news;
                news.extend(News::decode_all(&told).unwrap_or_default());
            }
            news
        }

        fn state(&mut self) -> WholeModel {
            let Reply::Overview(overview) = self.ask(Call::Overview) else {
                panic!("an overview was asked for");
            };
            overview.whole_model
        }
    }

    #[test]
    fn what_was_read_is_there_in_the_next_life_until_the_model_is_dropped() {
        let (log, vectors) = (Shared::default(), Shared::default());
        let mut device = Device::new(&log, &vectors);
        device.remember("w1 w2 w3");
        device.remember("w3 w2 w1");
        assert_eq!(device.ask(Call::UseWholeModel(true)), Reply::Done);
        assert_eq!(device.keeper.take_wish_for_whole_model(), Some(true));
        assert_eq!(device.keeper.take_wish_for_whole_model(), None);
        let coming = WholeModel::Coming { bytes: 1, of: 2 };
        device.keeper.note_whole_model(coming.clone());
        assert_eq!(device.state(), coming);
        device.take_model();
        assert_eq!(device.state(), WholeModel::On { read: 0, of: 2 });
        assert_eq!(device.read_all(), []);
        assert_eq!(device.state(), WholeModel::On { read: 2, of: 2 });

        let mut device = Device::new(&log, &vectors);
        device.take_model();
        assert_eq!(device.state(), WholeModel::On { read: 2, of: 2 });
        assert!(device.keeper.drop_whole_model().is_some());
        assert_eq!(device.state(), WholeModel::Off);
        assert!(device.keeper.read_on(NOW).is_none());
    }

    #[test]
    fn vectors_that_cannot_be_written_are_of_this_life_and_cost_nothing_else() {
        let (log, vectors) = (Shared::default(), Shared::default());
        let mut device = Device::new(&log, &vectors);
        device.remember("w1 w2 w3");
        device.take_model();
        vectors.0.borrow_mut().1 = true;
        let reason = "the disk is full".to_owned();
        assert_eq!(device.read_all(), [News::NotStored { reason }]);
        device.remember("w3 w2 w1");
        assert_eq!(device.read_all(), []);
        assert_eq!(device.state(), WholeModel::On { read: 2, of: 2 });
    }

    #[test]
    fn a_log_that_cannot_be_written_leaves_the_model_in_use() {
        let (log, vectors) = (Shared::default(), Shared::default());
        let mut device = Device::new(&log, &vectors);
        device.remember("w1 w2 w3");
        device.take_model();
        device.read_all();
        log.0.borrow_mut().1 = true;
        let (text, privacy) = ("w4".to_owned(), Privacy::Personal);
        let call = Call::Remember { text, tags: Vec::new(), privacy, keep: Vec::new() };
        assert!(device.keeper.run(Told::Ask(call.encode()), NOW).is_err());
        assert_eq!(device.state(), WholeModel::On { read: 1, of: 1 });
    }
}
