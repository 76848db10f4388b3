//! What devices tell each other of what they remember.

use super::{
    Found, KeepError, Library, News, Query, RANKING, may_leave,
    search::{cosine, part_of_tags, sort},
};
use crate::{
    capsule::{Capsule, Embedding, SignedHead},
    limits,
    message::{Declined, Message, check_forget},
};
use units::{Hash, PeerId, SortedMap, SortedSet, UnixMillis};

/// Questions of this device that are open: who types asks anew with each letter.
const QUESTIONS_MAX: usize = 8;

/// Capsules that a neighbour which has just connected is asked to forget.
const FORGET_MAX: usize = 256;

/// Capsules that are on their way here because somebody asked for them.
const FETCHES_MAX: usize = 64;

/// Bytes of heads in one answer.
const ANSWER_BYTES_MAX: usize = 24 * 1024;

#[derive(Default)]
pub(super) struct Exchange {
    neighbours: SortedSet<PeerId>,
    questions: SortedMap<u32, Question>,
    next_query: u32,
    fetches: SortedSet<(PeerId, Hash)>,
}

/// What neighbours were asked.
struct Question {
    embedding: Embedding,
    tags: Vec<String>,
    waits_for: SortedSet<PeerId>,
}

impl Library {
    /// A neighbour has connected: it is told what is to be forgotten.
    pub fn connected(&mut self, peer: PeerId) {
        self.exchange.neighbours.insert(peer);
        let asked = self.forgotten.iter().filter(|(_, asks)| **asks).map(|(id, _)| *id);
        for id in asked.take(FORGET_MAX).collect::<Vec<_>>() {
            self.say(peer, &Message::forget(&self.owner, id));
        }
        if self.is_sibling(peer) {
            self.compare(peer);
        }
    }

    /// A neighbour has gone.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.exchange.neighbours.remove(&peer);
        self.sibling_left(peer);
        self.exchange.fetches.retain(|(from, _)| *from != peer);
        for query in self.exchange.questions.keys().copied().collect::<Vec<_>>() {
            self.take_answer(peer, query, Vec::new());
        }
    }

    /// Asks all neighbours; [`News::Found`] comes with each answer. Says the question's number, and how many were asked.
    pub fn ask_around(&mut self, query: &Query) -> (u32, u32) {
        let number = self.exchange.next_query;
        let Some(embedding) = self.embedding_of(query) else { return (number, 0) };
        self.exchange.next_query = number.wrapping_add(1);
        let count = query.count.min(limits::HITS_MAX) as u8;
        let (tags, waits_for) = (query.tags.clone(), self.exchange.neighbours.clone());
        let ask = Message::Ask { query: number, embedding, tags, count };
        let asked = waits_for.len() as u32;
        waits_for.iter().for_each(|peer| self.say(*peer, &ask));
        let Message::Ask { embedding, tags, .. } = ask else { return (number, 0) };
        if self.exchange.questions.len() >= QUESTIONS_MAX {
            self.exchange.questions.pop_first();
        }
        self.exchange.questions.insert(number, Question { embedding, tags, waits_for });
        (number, asked)
    }

    /// Asks a neighbour for a capsule that it has; it is kept when it comes.
    pub fn fetch(&mut self, from: PeerId, id: Hash) {
        let fetches = &mut self.exchange.fetches;
        if fetches.len() >= FETCHES_MAX {
            let oldest = fetches.first().copied();
            oldest.map(|oldest| fetches.remove(&oldest));
        }
        fetches.insert((from, id));
        self.say(from, &Message::Fetch(id));
    }

    /// Gives a capsule to a neighbour; [`News::Given`] comes once it has checked and stored it.
    ///
    /// # Errors
    /// [`KeepError::Unknown`], [`KeepError::Personal`].
    pub fn give(&mut self, to: PeerId, id: Hash) -> Result<(), KeepError> {
        let capsule = self.capsule(id).ok_or(KeepError::Unknown { capsule: id })?;
        if !may_leave(capsule.head().privacy) {
            return Err(KeepError::Personal { capsule: id });
        }
        let keep = Message::Keep(capsule.encode());
        self.say(to, &keep);
        Ok(())
    }

    pub(super) fn ask_to_forget(&mut self, id: Hash) {
        let forget = Message::forget(&self.owner, id);
        for peer in self.exchange.neighbours.iter().copied().collect::<Vec<_>>() {
            self.say(peer, &forget);
        }
    }

    /// A neighbour's message.
    pub fn hear(&mut self, from: PeerId, bytes: &[u8], now: UnixMillis) {
        let message = match Message::decode(bytes) {
            Ok(message) => message,
            Err(problem) => return self.outcome.refused.push((from, problem.to_string())),
        };
        match message {
            Message::Ask { query, embedding, tags, count } => {
                let heads = self.heads_near(&embedding, &tags, usize::from(count));
                let heads = that_fit(heads);
                self.say(from, &Message::Found { query, heads });
            }
            Message::Found { query, heads } => self.take_heads(from, query, heads, now),
            Message::Fetch(id) => {
                let capsule = self.capsule(id).filter(|it| may_leave(it.head().privacy));
                let answer = match capsule.map(Capsule::encode) {
                    Some(bytes) => Message::Here(bytes),
                    None => Message::NotHere(id),
                };
                self.say(from, &answer);
            }
            Message::Here(bytes) => self.take_fetched(from, &bytes),
            Message::NotHere(capsule) => {
                self.sibling_has_not(from, capsule);
                if self.exchange.fetches.remove(&(from, capsule)) {
                    self.outcome.news.push(News::NotHere { capsule, from });
                }
            }
            Message::Keep(bytes) => self.take_given(from, &bytes),
            Message::Kept(capsule) => self.outcome.news.push(News::Given { capsule, to: from }),
            Message::Declined { capsule, why } => {
                self.outcome.news.push(News::NotGiven { capsule, to: from, why });
            }
            Message::Forget { capsule, signature } => {
                let Some(owner) = self.capsule(capsule).map(|it| it.head().owner) else { return };
                match check_forget(owner, capsule, &signature) {
                    Ok(()) => self.drop_for_good(capsule, false),
                    Err(problem) => self.outcome.refused.push((from, problem.to_string())),
                }
            }
            // Whoever has a library hears these first.
            Message::Devices(_) => {}
            message => self.hear_sibling(from, message),
        }
    }

    pub(super) fn is_neighbour(&self, peer: PeerId) -> bool {
        self.exchange.neighbours.contains(&peer)
    }

    fn take_given(&mut self, from: PeerId, bytes: &[u8]) {
        let answer = match self.receive(from, bytes) {
            Ok((capsule, _)) => Message::Kept(capsule),
            Err(problem) => {
                let capsule =
                    Capsule::decode_unchecked(bytes).map(|it| it.id()).unwrap_or(Hash::of(bytes));
                let why = match problem {
                    KeepError::Forgotten { .. } => Declined::Forgotten,
                    KeepError::Full | KeepError::FullOf { .. } => Declined::Full,
                    _ => {
                        self.outcome.refused.push((from, problem.to_string()));
                        Declined::Invalid
                    }
                };
                Message::Declined { capsule, why }
            }
        };
        self.say(from, &answer);
    }

    /// What nobody asked for is not looked at.
    fn take_fetched(&mut self, from: PeerId, bytes: &[u8]) {
        let Ok(capsule) = Capsule::decode_unchecked(bytes) else {
            return self.outcome.refused.push((from, "something that is no capsule".to_owned()));
        };
        if !self.exchange.fetches.remove(&(from, capsule.id())) {
            return;
        }
        match self.receive(from, bytes) {
            Ok(_) => {}
            Err(KeepError::Invalid(problem)) => {
                self.outcome.refused.push((from, problem.to_string()));
                self.outcome.news.push(News::NotHere { capsule: capsule.id(), from });
            }
            Err(_) => self.outcome.news.push(News::NotHere { capsule: capsule.id(), from }),
        }
    }

    fn take_heads(&mut self, from: PeerId, query: u32, heads: Vec<SignedHead>, now: UnixMillis) {
        let is_asked = |it: &&Question| it.waits_for.contains(&from);
        let Some(question) = self.exchange.questions.get(&query).filter(is_asked) else { return };
        let mut found = Vec::new();
        for signed in heads {
            if let Err(problem) = signed.check() {
                self.outcome.refused.push((from, problem.to_string()));
                break;
            }
            let id = signed.id();
            if self.keys.contains_key(&id) || self.forgotten.contains_key(&id) {
                continue;
            }
            let head = &signed.head;
            let similarity = cosine(&question.embedding, &head.embedding);
            let tags = part_of_tags(&question.tags, &head.tags);
            let strength = super::ranking::strength(head.importance, 0, head.made_at, now);
            let score = RANKING.score(similarity, 0.0, tags, strength);
            let (text, words, at) = (None, Vec::new(), Some(from));
            found.push(Found {
                id,
                signed,
                text,
                event: None,
                skill: None,
                score,
                similarity,
                words,
                strength,
                at,
            });
        }
        sort(&mut found);
        self.take_answer(from, query, found);
    }

    fn take_answer(&mut self, from: PeerId, query: u32, found: Vec<Found>) {
        let Some(question) = self.exchange.questions.get_mut(&query) else { return };
        if !question.waits_for.remove(&from) {
            return;
        }
        let waiting = question.waits_for.len() as u32;
        if waiting == 0 {
            self.exchange.questions.remove(&query);
        }
        self.outcome.news.push(News::Found { query, from, found, waiting });
    }

    pub(super) fn say(&mut self, to: PeerId, message: &Message) {
        self.outcome.messages.push((to, message.encode()));
    }
}

/// As many as one message carries.
fn that_fit(heads: Vec<SignedHead>) -> Vec<SignedHead> {
    let mut bytes = 0;
    let fits = |signed: &SignedHead| {
        bytes += protocol::encoding::encode(signed).len();
        bytes <= ANSWER_BYTES_MAX
    };
    heads.into_iter().take_while(fits).take(limits::HITS_MAX).collect()
}
