//! What a member does that wants the room to learn nothing, or to stand still.
//!
//! A liar's engine keeps to the protocol: it trains, commits, reveals and signs. Between its workbench and its engine, or
//! between its engine and its channels, something else takes the place of what was learnt. So a lie is committed to,
//! revealed and aggregated as any update is, whatever the messages of a round are.

use crate::{classroom, network::HostId, world::World};
use attacks::Attack;
use core::{fmt, str::FromStr};
use neural::{Compression, Dataset, Network, Update, compress};
use peer::{Answer, Input};
use protocol::cluster::NetworkSpec;
use std::collections::VecDeque;
use units::Hash;

/// Rounds whose honest changes are remembered: members are a round apart at times.
const ROUNDS_KEPT: usize = 4;

/// A wicked member's strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// Sends a lie about what it has learnt, knowing what everybody honest has.
    Lie(Attack),
    /// Commits to two updates in a round, one before some members, the other before the rest, and reveals either.
    Equivocate,
    /// Commits, and reveals nothing; leads, and neither closes nor decides.
    Silent,
    /// Commits to bytes that are no update, and reveals them; under masks, to values that are none.
    Garbage,
    /// Hands out wrong shares where masks come off; in the open, it is honest.
    WrongShares,
}

/// A text names no strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStrategy(String);

impl Strategy {
    /// All that do harm in the open.
    pub fn all() -> impl Iterator<Item = Self> {
        let lies = Attack::ALL.into_iter().map(|(_, attack)| Self::Lie(attack));
        lies.chain([Self::Equivocate, Self::Silent, Self::Garbage])
    }

    /// The rows that such a member learns from.
    pub(crate) fn rows(self, dataset: Dataset) -> Dataset {
        match self {
            Self::Lie(attack) if attack.poisons_labels() => {
                let all: Vec<u32> = (0..dataset.rows() as u32).collect();
                attacks::with_flipped_labels(&dataset, &all)
            }
            _ => dataset,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Lie(attack) => {
                let mut known = Attack::ALL.iter().filter(|(_, known)| known == attack);
                known.next().map_or("lie", |(name, _)| name)
            }
            Self::Equivocate => "equivocate",
            Self::Silent => "silent",
            Self::Garbage => "garbage",
            Self::WrongShares => "wrong-shares",
        };
        f.write_str(name)
    }
}

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(text: &str) -> Result<Self, UnknownStrategy> {
        let named = Self::all().find(|strategy| strategy.to_string() == text);
        named.ok_or_else(|| UnknownStrategy(text.to_owned()))
    }
}

impl fmt::Display for UnknownStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = Strategy::all().map(|strategy| strategy.to_string()).collect();
        write!(f, "`{}` is no strategy: there are {}", self.0, names.join(", "))
    }
}

/// What honest members have learnt in the newest rounds, by the model that they began with.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    rounds: VecDeque<(Hash, Vec<Vec<f32>>)>,
}

impl Learnt {
    fn note(&mut self, model: Hash, change: Vec<f32>) {
        if let Some((_, changes)) = self.rounds.iter_mut().find(|(known, _)| *known == model) {
            return changes.push(change);
        }
        if self.rounds.len() == ROUNDS_KEPT {
            self.rounds.pop_front();
        }
        self.rounds.push_back((model, vec![change]));
    }

    fn from(&self, model: Hash) -> &[Vec<f32>] {
        let round = self.rounds.iter().find(|(known, _)| *known == model);
        round.map_or(&[], |(_, changes)| changes)
    }
}

impl World {
    /// A device has trained: if it is honest, liars know what it has learnt.
    pub(crate) fn note_learnt(&mut self, id: HostId, answer: &Answer) {
        let Answer::Trained { update, .. } = answer else { return };
        if self.hosts[id.0].is_honest() && self.hosts.iter().any(|host| host.strategy.is_some()) {
            let change = change_of(update, &self.config.network);
            let model = self.model_of(id);
            if let (Some(change), Some(model)) = (change, model) {
                self.learnt.note(model, change);
            }
        }
    }

    /// What a device's engine is told in the place of what its workbench has answered. By then, its training has taken
    /// so long that the others' has begun, and liars know what comes of that.
    pub(crate) fn instead_of_answer(&mut self, id: HostId, input: Input) -> Input {
        let strategy = self.hosts[id.0].strategy;
        let Input::JobDone { job, result: Ok(Answer::Trained { update, samples, loss, spent }) } =
            input
        else {
            return input;
        };
        let update = match strategy {
            Some(strategy) => self.instead_of_update(id, strategy, update, samples),
            None => update,
        };
        self.observer.made(self.peer_id(id), &update, samples, spent.as_ref());
        Input::JobDone { job, result: Ok(Answer::Trained { update, samples, loss, spent }) }
    }

    fn instead_of_update(
        &mut self,
        id: HostId,
        strategy: Strategy,
        update: Vec<u8>,
        samples: u32,
    ) -> Vec<u8> {
        match strategy {
            Strategy::Garbage => self.env.dice.garbage(update.len()),
            Strategy::Lie(attack) => {
                let spec = &self.config.network;
                let honest = self.model_of(id).map_or(&[][..], |model| self.learnt.from(model));
                let lie = change_of(&update, spec).map(|own| attack.lie(&own, honest));
                lie.and_then(|lie| update_of(&lie, spec)).unwrap_or(update)
            }
            Strategy::Equivocate => {
                if let Some(other) = opposite(&update, &self.config.network) {
                    self.observer.made(self.peer_id(id), &other, samples, None);
                    self.hosts[id.0].deceit.show(&update, other);
                }
                update
            }
            Strategy::Silent | Strategy::WrongShares => update,
        }
    }

    /// The hash of the shared network on a device.
    fn model_of(&self, id: HostId) -> Option<Hash> {
        let view = self.hosts[id.0].page.as_ref()?.engine.view();
        let cluster = view.clusters.into_iter().find(|known| known.id == classroom::cluster())?;
        Some(cluster.model)
    }
}

/// What an update changes, one number a parameter.
fn change_of(update: &[u8], spec: &NetworkSpec) -> Option<Vec<f32>> {
    let update = Update::decode(update, spec).ok()?;
    let mut change = vec![0.0; update.parameters()];
    update.add_to(&mut change, 1.0);
    Some(change)
}

/// An update that changes so much; `None` if no update may.
fn update_of(change: &[f32], spec: &NetworkSpec) -> Option<Vec<u8>> {
    let from = Network::new(spec).ok()?;
    let to = from.parameters().iter().zip(change).map(|(from, change)| from + change).collect();
    let to = from.with_parameters(to)?;
    let mut rest = vec![0.0; change.len()];
    compress(&from, &to, &mut rest, Compression::Rows).ok().map(|update| update.encode())
}

/// Another update of the same network than this: the opposite.
fn opposite(update: &[u8], spec: &NetworkSpec) -> Option<Vec<u8>> {
    let change = change_of(update, spec)?;
    update_of(&Attack::SignFlip.lie(&change, core::slice::from_ref(&change)), spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strategies_read_back_what_they_write() {
        assert_eq!(Strategy::all().count(), 9);
        for strategy in Strategy::all() {
            assert_eq!(strategy.to_string().parse(), Ok(strategy));
        }
        assert!("kind".parse::<Strategy>().unwrap_err().to_string().contains("sign-flip"));
    }

    #[test]
    fn the_opposite_of_an_update_takes_back_what_it_changes() {
        let spec = classroom::network();
        let change: Vec<f32> = (0..spec.parameters()).map(|n| (n as f32 - 50.0) * 0.001).collect();
        let update = update_of(&change, &spec).unwrap();
        let back = change_of(&opposite(&update, &spec).unwrap(), &spec).unwrap();
        let there = change_of(&update, &spec).unwrap();
        assert!(there.iter().zip(&back).all(|(there, back)| (there + back).abs() < 1e-3));
        assert!(there.iter().any(|change| change.abs() > 0.01));
    }
}
