//! Who may open one more socket: so many in all, and so many from one address.
//!
//! A browser's page cannot read why a WebSocket was not opened. So a few sockets beyond the limits are opened only to be
//! told, and closed; beyond those the answer is a bare 503.

use super::{address::Network, refusal::Refusal};
use crate::metrics::Metrics;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// Sockets that are open only to be told that there is no place for them.
const REFUSED_SOCKETS_MAX: usize = 64;

/// The places for sockets that a server has.
pub struct Places {
    sockets_max: usize,
    sockets_per_address_max: usize,
    taken: Mutex<Taken>,
    open: watch::Sender<usize>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Taken {
    served: usize,
    /// Of those that are served.
    by_network: BTreeMap<Network, usize>,
    refused: usize,
}

/// The place of one socket; given up when dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    holder: Holder,
}

enum Holder {
    Served(Network),
    Refused(Refusal),
}

impl Places {
    /// All places are free.
    pub fn new(
        sockets_max: usize,
        sockets_per_address_max: usize,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let (taken, open) = (Mutex::default(), watch::Sender::new(0));
        Arc::new(Self { sockets_max, sockets_per_address_max, taken, open, metrics })
    }

    /// A place for one more socket from `network`, if only to be refused in words; `None` if even those are taken.
    pub(crate) fn take(self: &Arc<Self>, network: Network) -> Option<Place> {
        let mut taken = self.taken();
        let holder = match self.refusal(&taken, network) {
            None => {
                taken.served += 1;
                *taken.by_network.entry(network).or_default() += 1;
                Holder::Served(network)
            }
            Some(refusal) if taken.refused < REFUSED_SOCKETS_MAX => {
                taken.refused += 1;
                Holder::Refused(refusal)
            }
            Some(refusal) => {
                self.metrics.refused(refusal.counted_as);
                return None;
            }
        };
        self.show(&taken);
        Some(Place { places: self.clone(), holder })
    }

    /// Waits until no socket is open.
    pub async fn all_given_up(&self) {
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    fn refusal(&self, taken: &Taken, network: Network) -> Option<Refusal> {
        let of_network = taken.by_network.get(&network).copied().unwrap_or(0);
        if of_network >= self.sockets_per_address_max {
            return Some(Refusal::address_full(self.sockets_per_address_max));
        }
        (taken.served >= self.sockets_max).then(|| Refusal::server_full(self.sockets_max))
    }

    fn give_up(&self, holder: &Holder) {
        let mut taken = self.taken();
        match holder {
            Holder::Refused(_) => taken.refused -= 1,
            Holder::Served(network) => {
                taken.served -= 1;
                let left = taken.by_network.get_mut(network).map(|count| {
                    *count -= 1;
                    *count
                });
                if left == Some(0) {
                    taken.by_network.remove(network);
                }
            }
        }
        self.show(&taken);
    }

    fn show(&self, taken: &Taken) {
        let open = taken.served + taken.refused;
        self.metrics.sockets(open);
        self.open.send_replace(open);
    }

    /// No operation leaves the table half changed, so a poisoned lock can be taken over.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Why the socket is not served, if it is not.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.holder {
            Holder::Served(_) => None,
            Holder::Refused(refusal) => Some(refusal),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.give_up(&self.holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn network(last: u8) -> Network {
        Network::of(IpAddr::from([10, 0, 0, last]))
    }

    fn code(place: &Place) -> Option<&'static str> {
        place.refusal().map(|refusal| refusal.counted_as)
    }

    #[test]
    fn one_address_cannot_take_the_places_of_others() {
        let places = Places::new(4, 2, Arc::new(Metrics::new()));
        let first = places.take(network(1)).unwrap();
        let second = places.take(network(1)).unwrap();
        assert_eq!((code(&first), code(&second)), (None, None));
        assert_eq!(code(&places.take(network(1)).unwrap()), Some("address_full"));
        assert_eq!(code(&places.take(network(2)).unwrap()), None);
        drop(first);
        assert_eq!(code(&places.take(network(1)).unwrap()), None);
    }

    #[test]
    fn refused_sockets_take_no_place_from_served_ones_and_are_few() {
        let places = Places::new(2, 1, Arc::new(Metrics::new()));
        let _first = places.take(network(1)).unwrap();
        let told: Vec<_> = std::iter::from_fn(|| places.take(network(1))).collect();
        assert_eq!(told.len(), REFUSED_SOCKETS_MAX);
        assert_eq!(code(&places.take(network(2)).unwrap()), None);
    }

    #[test]
    fn nothing_is_left_behind() {
        let places = Places::new(100, 100, Arc::new(Metrics::new()));
        let taken: Vec<_> = (0..50).filter_map(|last| places.take(network(last))).collect();
        assert_eq!((*places.open.borrow(), places.taken().by_network.len()), (50, 50));
        drop(taken);
        assert_eq!((*places.open.borrow(), places.taken().by_network.len()), (0, 0));
    }
}
