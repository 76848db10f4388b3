//! A device's storage: writes take time, and a crash may catch them half-way.

use crate::dice::Dice;
use peer::StoredRecord;
use std::collections::BTreeMap;
use units::Instant;

/// Records that are durable, and writes that are on their way.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    durable: BTreeMap<String, Vec<u8>>,
    pending: BTreeMap<u64, Write>,
    writes: u64,
}

#[derive(Debug)]
struct Write {
    key: String,
    value: Option<Vec<u8>>,
    due: Instant,
    fails: bool,
}

impl Disk {
    /// Accepts a write; returns its number and when it will be done. Writes to one key keep their order, writes to
    /// different keys overtake each other.
    pub(crate) fn write(
        &mut self,
        now: Instant,
        key: String,
        value: Option<Vec<u8>>,
        fails: bool,
        dice: &mut Dice,
    ) -> (u64, Instant) {
        let earliest = now + dice.duration_ms(0, 30);
        let same_key = self.pending.values().filter(|write| write.key == key);
        let due = same_key.map(|write| write.due).max().map_or(earliest, |last| last.max(earliest));
        self.writes += 1;
        self.pending.insert(self.writes, Write { key, value, due, fails });
        (self.writes, due)
    }

    /// Carries a write out; returns its key and outcome.
    pub(crate) fn finish(&mut self, write: u64) -> Option<(String, Result<(), String>)> {
        let Write { key, value, fails, .. } = self.pending.remove(&write)?;
        if fails {
            return Some((key, Err("the device's storage is full".to_owned())));
        }
        self.apply(key.clone(), value);
        Some((key, Ok(())))
    }

    /// The page is gone: of the writes on their way to each key, some first ones may have arrived.
    pub(crate) fn crash(&mut self, dice: &mut Dice) {
        let mut lost: Vec<String> = Vec::new();
        for Write { key, value, fails, .. } in std::mem::take(&mut self.pending).into_values() {
            if lost.contains(&key) || fails || dice.chance(0.5) {
                lost.push(key);
            } else {
                self.apply(key, value);
            }
        }
    }

    /// Changes some bytes of one record that `may` be damaged; returns its key.
    pub(crate) fn damage(&mut self, dice: &mut Dice, may: impl Fn(&str) -> bool) -> Option<String> {
        let keys: Vec<_> = self.durable.keys().filter(|key| may(key)).cloned().collect();
        if keys.is_empty() {
            return None;
        }
        let key = dice.pick(&keys).clone();
        let value = self.durable.get_mut(&key)?;
        if dice.chance(0.3) || value.is_empty() {
            value.truncate(dice.below(value.len() + 1));
        } else {
            let at = dice.below(value.len());
            value[at] ^= dice.between(1, 255) as u8;
        }
        Some(key)
    }

    /// Everything that is durable.
    pub(crate) fn records(&self) -> Vec<StoredRecord> {
        let record = |(key, value): (&String, &Vec<u8>)| StoredRecord {
            key: key.clone(),
            value: value.clone(),
        };
        self.durable.iter().map(record).collect()
    }

    /// A record that is durable.
    pub(crate) fn durable(&self, key: &str) -> Option<&[u8]> {
        self.durable.get(key).map(Vec::as_slice)
    }

    fn apply(&mut self, key: String, value: Option<Vec<u8>>) {
        match value {
            Some(value) => self.durable.insert(key, value),
            None => self.durable.remove(&key),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answered_write_survives_and_writes_to_a_key_keep_their_order() {
        let mut dice = Dice::new(3);
        let mut disk = Disk::default();
        let mut due = Vec::new();
        for value in 0..5u8 {
            due.push(disk.write(Instant::ZERO, "a".into(), Some(vec![value]), false, &mut dice));
        }
        assert!(due.is_sorted_by_key(|(_, due)| *due));
        for (write, _) in &due[..3] {
            assert_eq!(disk.finish(*write), Some(("a".to_owned(), Ok(()))));
        }
        disk.crash(&mut dice);
        let records = disk.records();
        assert!(records[0].value[0] >= 2, "{records:?}");
    }
}
