//! A device's memory with its file: does what it is told, and answers once that is written.

mod answers;
mod whole;

use crate::{
    call::{Activity, Call, Refusal, Reply},
    capsule::{Draft, Embedding, Event, Keyring, PersonalKey, Privacy, Space},
    embedding::StaticTable,
    library::{Library, News},
    log::{self, Entry},
    message::Message,
};
use answers::refusal;
use person::Person;
use protocol::{encoding::encode, identity::Identity};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, UnixMillis};
use whole::Wish;

/// Where a log is.
pub trait LogFile {
    /// All of it; nothing if there is none.
    ///
    /// # Errors
    /// A sentence for people.
    fn read(&mut self) -> Result<Vec<u8>, String>;

    /// Cuts it off there.
    ///
    /// # Errors
    /// A sentence for people.
    fn cut(&mut self, bytes: u64) -> Result<(), String>;

    /// Writes behind its end, and waits until it is stored.
    ///
    /// # Errors
    /// A sentence for people. Some of the bytes may be written all the same.
    fn append(&mut self, bytes: &[u8]) -> Result<(), String>;

    /// Puts another in its place, as a whole or not at all.
    ///
    /// # Errors
    /// A sentence for people.
    fn replace(&mut self, bytes: &[u8]) -> Result<(), String>;
}

/// Something that a memory is told or asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// Whose it is, before anything else.
    Open {
        /// The device's secret seed: capsules are signed where they are.
        seed: [u8; 32],
        /// What others call this device.
        name: String,
    },
    /// What is set on this device, and is the same on all of this person's: a name and a value.
    Set(String, String),
    /// The device has another name.
    Named(String),
    /// The models that are on this device.
    Models(Vec<(ClusterId, Hash)>),
    /// A neighbour has connected.
    Connected(PeerId),
    /// A neighbour has gone.
    Disconnected(PeerId),
    /// A neighbour's message.
    Hear {
        /// Whose.
        from: PeerId,
        /// What it says.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Something that happened to a network.
    Happened {
        /// What.
        event: Event,
        /// Of 100, how much it matters.
        surprise: u8,
        /// What its activity was like, where that is known.
        activity: Option<Activity>,
    },
    /// Nobody has asked for anything for a while.
    Idle,
    /// A [`Call`], encoded.
    Ask(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// What follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Messages to neighbours.
    pub messages: Vec<(PeerId, serde_bytes::ByteBuf)>,
    /// Peers that sent what no honest device sends, with the reason.
    pub refused: Vec<(PeerId, String)>,
    /// Some [`News`], encoded; empty if there are none.
    #[serde(with = "serde_bytes")]
    pub news: Vec<u8>,
    /// A [`Reply`] or [`Refusal`], encoded, to who has asked.
    #[serde(with = "serde_bytes")]
    pub reply: Vec<u8>,
    /// Capsules that are kept.
    pub capsules: u32,
    /// `person::News`, encoded; empty if there are none.
    #[serde(with = "serde_bytes")]
    pub person_news: Vec<u8>,
    /// Other devices of this person.
    pub siblings: Vec<PeerId>,
    /// What another one of them has set.
    pub settings: Vec<(String, String)>,
    /// Clusters that one of them wants to have.
    pub gives: Vec<(PeerId, ClusterId)>,
    /// Clusters that one of them was asked for.
    pub wants: Vec<(PeerId, ClusterId)>,
}

/// A library with its file.
pub struct Keeper<F> {
    file: F,
    open: Option<Open>,
    /// Handed over to the next library.
    model: Option<StaticTable>,
    whole: Wish,
    /// Where the whole model's vectors are; none where it is not here, or they could not be written.
    vectors: Option<F>,
}

struct Open {
    seed: [u8; 32],
    name: String,
    library: Library,
    person: Person,
    damaged: u32,
    neighbours: Vec<PeerId>,
}

impl<F: LogFile> Keeper<F> {
    /// With this file, which is not read yet.
    pub fn new(file: F) -> Self {
        Self { file, open: None, model: None, whole: Wish::default(), vectors: None }
    }

    /// Texts are embedded by this model from now on.
    pub fn take_model(&mut self, model: StaticTable) {
        match &mut self.open {
            Some(open) => open.library.take_model(model),
            None => self.model = Some(model),
        }
    }

    /// Whether there is something to do once nobody asks for anything.
    pub fn wants_to_tidy(&self, now: UnixMillis) -> bool {
        self.open.as_ref().is_some_and(|open| open.library.wants_consolidation(now))
    }

    /// Whether it would be better to get the model first.
    pub fn wants_model(&self, told: &Told) -> bool {
        let has_model =
            self.open.as_ref().map_or(self.model.is_some(), |it| it.library.has_model());
        let Told::Ask(bytes) = told else { return false };
        !has_model
            && matches!(
                Call::decode(bytes),
                Ok(Call::Remember { .. }
                    | Call::Search { .. }
                    | Call::Map
                    | Call::UseWholeModel(true))
            )
    }

    /// Does what it is told.
    ///
    /// # Errors
    /// A sentence, if the file cannot be read or written: nothing has changed then.
    pub fn run(&mut self, told: Told, now: UnixMillis) -> Result<Answer, String> {
        if let Told::Open { seed, name } = told {
            self.open_file(seed, name, now)?;
            return self.settle(None, now);
        }
        let open = self.open.as_mut().ok_or("nobody has said whose memory this is")?;
        let reply = match told {
            Told::Open { .. } => None,
            Told::Connected(peer) => {
                open.neighbours.push(peer);
                open.library.connected(peer);
                open.person.connected(peer, now);
                None
            }
            Told::Disconnected(peer) => {
                open.neighbours.retain(|it| *it != peer);
                open.library.disconnected(peer);
                open.person.disconnected(peer);
                None
            }
            Told::Happened { event, surprise, activity } => {
                // There is no room for it where there is none for a note.
                let draft = Draft::episode(event, surprise, Privacy::Behavioural);
                let embedding = activity.map(|it| it.embedding());
                let embedding = embedding.unwrap_or(Embedding::none(Space(0)));
                let _ = open.library.remember_at(draft, embedding, now);
                None
            }
            Told::Idle => {
                if open.library.wants_consolidation(now) {
                    open.library.consolidate(now);
                }
                None
            }
            Told::Hear { from, bytes } => {
                match Message::decode(&bytes) {
                    Ok(Message::Devices(bytes)) => open.person.hear(from, &bytes, now),
                    _ => open.library.hear(from, &bytes, now),
                }
                None
            }
            Told::Set(name, value) => {
                open.person.set(&name, &value);
                None
            }
            Told::Named(name) => {
                open.person.rename(&name);
                None
            }
            Told::Models(models) => {
                open.person.models(models);
                None
            }
            Told::Ask(bytes) => Some(match Call::decode(&bytes) {
                Ok(call) => open.answer(call, &mut self.whole, now),
                Err(problem) => Err(refusal("invalid_input", problem)),
            }),
        };
        self.settle(reply, now)
    }

    fn open_file(&mut self, seed: [u8; 32], name: String, now: UnixMillis) -> Result<(), String> {
        let bytes = self.file.read()?;
        let read = log::read(&bytes).map_err(|problem| problem.to_string())?;
        let stored = read.entries.iter().rev().find_map(|entry| match entry {
            Entry::Person(bytes) => Some(bytes),
            _ => None,
        });
        // One of another version costs what devices agree on, not what is remembered.
        let stored = stored.and_then(|bytes| postcard::from_bytes(bytes).ok());
        let owner = Identity::from_seed(seed);
        let mut person = Person::new(owner.clone(), &name, stored.unwrap_or_default());
        // Its person may have called it otherwise since.
        person.rename(&name);
        let (mut library, opened) = Library::of_log(owner, keyring(&person), read);
        library.set_siblings(person.siblings());
        if opened.whole_bytes < bytes.len() as u64 {
            self.file.cut(opened.whole_bytes)?;
        }
        let mut before = self.open.take();
        let whole = before.as_mut().and_then(|it| it.library.drop_whole_model());
        if let Some((model, hash)) = whole {
            library.take_whole_model(model, hash, &whole::read(&mut self.vectors));
        }
        let model = before.as_ref().and_then(|it| it.library.model().cloned());
        if let Some(model) = model.or_else(|| self.model.take()) {
            library.take_model(model);
        }
        let neighbours = before.map(|it| it.neighbours).unwrap_or_default();
        for peer in &neighbours {
            library.connected(*peer);
            person.connected(*peer, now);
        }
        let damaged = opened.damaged;
        self.open = Some(Open { seed, name, library, person, damaged, neighbours });
        Ok(())
    }

    /// Writes what is to be written. If that fails, everything is as the file has it.
    fn settle(
        &mut self,
        reply: Option<Result<Reply, Refusal>>,
        now: UnixMillis,
    ) -> Result<Answer, String> {
        let Some(open) = &mut self.open else { return Ok(Answer::default()) };
        let of_person = open.person.take_outcome();
        if of_person.changed {
            open.library.keep_person(encode(open.person.stored()), keyring(&open.person));
            open.library.set_siblings(open.person.siblings());
        }
        let mut outcome = open.library.take_outcome();
        let said = of_person.messages.into_iter();
        let said = said.map(|(to, bytes)| (to, Message::Devices(bytes).encode()));
        // Keys come before what is sealed with them.
        outcome.messages.splice(0..0, said);
        outcome.refused.extend(of_person.refused);
        let mut settings = Vec::new();
        let mut person_news = Vec::new();
        for news in of_person.news {
            match news {
                person::News::Setting { name, value } => settings.push((name, value)),
                news => person_news.push(news),
            }
        }
        let person_news = match person_news.is_empty() {
            true => Vec::new(),
            false => person::News::encode_all(&person_news),
        };
        let written = match &outcome.rewrite {
            Some(log) => self.file.replace(log),
            None => Ok(()),
        };
        let written = written.and_then(|()| match outcome.append.is_empty() {
            true => Ok(()),
            false => self.file.append(&outcome.append),
        });
        if let Err(problem) = written {
            let (seed, name) = (open.seed, open.name.clone());
            self.open_file(seed, name, now)?;
            return Err(problem);
        }
        if let Err(reason) = whole::write(&mut self.vectors, &outcome) {
            outcome.news.push(News::NotStored { reason });
        }
        let capsules = open.library.stats().capsules;
        let messages = outcome.messages.into_iter();
        let news = match outcome.news.is_empty() {
            true => Vec::new(),
            false => News::encode_all(&outcome.news),
        };
        Ok(Answer {
            messages: messages.map(|(to, bytes)| (to, bytes.into())).collect(),
            refused: outcome.refused,
            news,
            reply: reply.as_ref().map(Reply::encode).unwrap_or_default(),
            capsules,
            person_news,
            siblings: open.person.siblings(),
            settings,
            gives: of_person.gives,
            wants: of_person.wants,
        })
    }
}

fn keyring(person: &Person) -> Keyring {
    let mut keys = person.secrets().into_iter().map(PersonalKey::from_bytes);
    let newest = keys.next().expect("a device has a key from the beginning");
    Keyring::new(newest, keys)
}
