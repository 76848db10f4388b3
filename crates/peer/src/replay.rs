//! Which signals of a peer's life have been seen: an anti-replay window as in IPsec (RFC 4303, section 3.4.3).

use protocol::envelope::Instance;

/// Remembers the newest life of a peer and which of its newest 64 signals have arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReplayWindow {
    instance: Instance,
    highest: u64,
    seen: u64,
}

/// How a signal relates to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Not seen before.
    Fresh,
    /// Not seen before, and the first of a new life.
    NewLife,
    /// Seen before, or too old to tell.
    Replayed,
    /// From a life that is over.
    EarlierLife,
}

impl ReplayWindow {
    pub(crate) fn new() -> Self {
        Self { instance: Instance(0), highest: 0, seen: 0 }
    }

    /// The newest life that a signature has proved.
    pub(crate) fn instance(&self) -> Instance {
        self.instance
    }

    /// Takes note of a life that a signature proves, of whose signals none is meant for this device.
    pub(crate) fn prove(&mut self, instance: Instance) {
        if instance > self.instance {
            *self = Self { instance, ..Self::new() };
        }
    }

    /// Takes note of a signal whose seal and signature hold.
    pub(crate) fn accept(&mut self, instance: Instance, sequence: u64) -> Freshness {
        if instance < self.instance {
            return Freshness::EarlierLife;
        }
        if instance > self.instance {
            *self = Self { instance, highest: sequence, seen: 1 };
            return Freshness::NewLife;
        }
        if sequence > self.highest {
            let step = sequence - self.highest;
            self.seen = if step < 64 { self.seen << step | 1 } else { 1 };
            self.highest = sequence;
            return Freshness::Fresh;
        }
        let age = self.highest - sequence;
        if age >= 64 || self.seen >> age & 1 == 1 {
            return Freshness::Replayed;
        }
        self.seen |= 1 << age;
        Freshness::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_earlier_life_is_over_for_good() {
        let mut window = ReplayWindow::new();
        assert_eq!(window.accept(Instance(5), 1), Freshness::NewLife);
        assert_eq!(window.accept(Instance(4), 9), Freshness::EarlierLife);
        assert_eq!(window.accept(Instance(5), 2), Freshness::Fresh);
    }

    proptest! {
        #[test]
        fn nothing_is_accepted_twice(sequences in prop::collection::vec(1u64..200, 0..300)) {
            let mut window = ReplayWindow::new();
            window.accept(Instance(1), 1);
            let mut accepted = BTreeSet::from([1]);
            for sequence in sequences {
                if window.accept(Instance(1), sequence) == Freshness::Fresh {
                    prop_assert!(accepted.insert(sequence));
                }
            }
        }
    }
}
