//! Two records become one: the same whichever comes first, and however often.

use crate::record::{Record, Revocation};
use std::collections::{BTreeMap, btree_map::Entry};

impl Record {
    /// Takes up all that another record of the same person says; says whether that was news.
    pub fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        for (peer, member) in &other.members {
            // A device that was admitted twice was paired twice: the later pairing counts.
            let rank = |it: &crate::record::Member| {
                (it.since, it.by, it.signature.to_bytes(), it.named, it.name.clone())
            };
            let is_newer = self.members.get(peer).is_none_or(|known| rank(known) < rank(member));
            if is_newer {
                self.members.insert(*peer, member.clone());
            }
        }
        self.join_revoked(other);
        self.epochs.extend(other.epochs.iter().cloned());
        join_newest(&mut self.settings, &other.settings);
        join_newest(&mut self.models, &other.models);
        for (pair, permit) in &other.permits {
            self.permits.entry(*pair).or_insert(*permit);
        }
        self.trim();
        *self != before
    }

    /// Takes up who was taken out, of those that are known here.
    pub(crate) fn join_revoked(&mut self, other: &Self) {
        for (peer, revocation) in &other.revoked {
            match self.revoked.entry(*peer) {
                Entry::Occupied(mut known) => known.get_mut().join(revocation),
                Entry::Vacant(place) if self.members.contains_key(peer) => {
                    place.insert(revocation.clone());
                }
                Entry::Vacant(_) => {}
            }
        }
    }
}

impl Revocation {
    /// Taken out twice: who stays is who both have known.
    fn join(&mut self, other: &Self) {
        self.keeps = self.keeps.intersection(&other.keeps).copied().collect();
        (self.at, self.by) = (self.at, self.by).min((other.at, other.by));
    }
}

fn join_newest<K: Ord + Clone, V: Ord + Clone>(into: &mut BTreeMap<K, V>, from: &BTreeMap<K, V>) {
    for (key, value) in from {
        if into.get(key).is_none_or(|known| known < value) {
            into.insert(key.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Setting;
    use proptest::prelude::*;
    use protocol::identity::Identity;
    use units::{PeerId, UnixMillis};

    fn device(number: u8) -> Identity {
        Identity::from_seed([number; 32])
    }

    fn founded() -> Record {
        Record::founded(&device(0), "first".to_owned(), [1; 16], [2; 32], UnixMillis(1))
    }

    /// Something that one device did while it was away from the others.
    #[derive(Debug, Clone)]
    enum Edit {
        Admit(u8),
        Revoke(u8),
        Set(u8, u64, String),
    }

    fn edit() -> impl Strategy<Value = Edit> {
        prop_oneof![
            (1u8..6).prop_map(Edit::Admit),
            (1u8..6).prop_map(Edit::Revoke),
            (0u8..3, 0u64..5, "[a-c]")
                .prop_map(|(name, stamp, value)| Edit::Set(name, stamp, value)),
        ]
    }

    fn edited(by: u8, edits: &[Edit]) -> Record {
        let mut record = founded();
        record.admit(&device(0), device(by).peer_id(), "one".to_owned(), UnixMillis(2));
        for (at, edit) in edits.iter().enumerate() {
            let now = UnixMillis(10 + at as u64);
            match edit {
                Edit::Admit(it) => {
                    record.admit(&device(by), device(*it).peer_id(), format!("by {by}"), now);
                }
                // Nobody is taken out who was never in.
                Edit::Revoke(it) if !record.members.contains_key(&device(*it).peer_id()) => {}
                Edit::Revoke(it) => {
                    let secret = [by.wrapping_mul(31).wrapping_add(at as u8); 32];
                    record.revoke(device(*it).peer_id(), device(by).peer_id(), secret, now);
                }
                Edit::Set(name, stamp, value) => {
                    let setting = Setting {
                        stamp: *stamp,
                        device: device(by).peer_id(),
                        value: value.clone(),
                    };
                    // One device writes a stamp once.
                    record.settings.entry(name.to_string()).or_insert(setting);
                }
            }
        }
        record
    }

    fn joined(records: &[&Record]) -> Record {
        let mut joined = records[0].clone();
        records[1..].iter().for_each(|it| {
            joined.join(it);
        });
        joined
    }

    proptest! {
        #[test]
        fn devices_agree_in_whatever_order_they_meet(
            a in prop::collection::vec(edit(), 0..6),
            b in prop::collection::vec(edit(), 0..6),
            c in prop::collection::vec(edit(), 0..6),
        ) {
            let (a, b, c) = (edited(1, &a), edited(2, &b), edited(3, &c));
            let one = joined(&[&a, &b, &c]);
            prop_assert_eq!(&one, &joined(&[&c, &a, &b]));
            prop_assert_eq!(&one, &joined(&[&b, &joined(&[&c, &a])]));
            prop_assert!(!one.clone().join(&a), "what was taken up is no news");
        }
    }

    #[test]
    fn who_was_taken_out_brings_nobody_in() {
        let peer = |number| device(number).peer_id();
        let mut ours = founded();
        ours.admit(&device(0), peer(1), "phone".to_owned(), UnixMillis(2));
        ours.admit(&device(1), peer(2), "tablet".to_owned(), UnixMillis(3));
        let mut thief = ours.clone();
        ours.revoke(peer(1), peer(0), [7; 32], UnixMillis(4));
        thief.admit(&device(1), peer(3), "stranger".to_owned(), UnixMillis(4));
        ours.join(&thief);
        let devices: Vec<PeerId> = ours.devices().collect();
        assert!(devices.contains(&peer(2)), "whom it had admitted before stays");
        assert!(!devices.contains(&peer(1)) && !devices.contains(&peer(3)));
        assert!(!ours.wants_renewal());
        assert_eq!(ours.secret(), [7; 32]);
    }

    #[test]
    fn two_that_take_out_different_devices_need_a_key_that_neither_gets() {
        let peer = |number| device(number).peer_id();
        let mut a = founded();
        for it in 1..4 {
            a.admit(&device(0), peer(it), String::new(), UnixMillis(2));
        }
        let mut b = a.clone();
        a.revoke(peer(2), peer(0), [7; 32], UnixMillis(4));
        b.revoke(peer(3), peer(1), [8; 32], UnixMillis(4));
        a.join(&b);
        assert!(a.wants_renewal(), "each of the two knows one of the keys");
        a.renew([9; 32]);
        assert!(!a.wants_renewal());
        assert_eq!(a.secret(), [9; 32]);
    }
}
