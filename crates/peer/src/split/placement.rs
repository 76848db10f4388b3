//! Which nodes go to whom.

use neural::nodes::Cut;
use protocol::{cluster::NetworkSpec, limits};
use units::{PeerId, sort_by_key};

/// Parameters of one part: its encoding, of 12 bytes each, is a value that travels whole.
const PART_PARAMETERS_MAX: u64 = 1_000_000;

/// A device that carries nodes of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub peer: PeerId,
    /// Nodes that somebody there has agreed to carry.
    pub nodes: u32,
    /// Round trip to it; 0 if not measured.
    pub round_trip_ms: u16,
    /// Its speed in training, in samples a second; 0 if not measured.
    pub speed: u32,
}

impl Offer {
    /// What it is chosen by: near before far, then fast before slow.
    pub(crate) fn order(&self) -> impl Ord + use<> {
        let distance = if self.round_trip_ms == 0 { u16::MAX } else { self.round_trip_ms };
        (distance, u32::MAX - self.speed, self.peer)
    }
}

/// Deals the layers above the lowest to devices that offer to carry nodes, the widest layer to the nearest device, and cuts
/// a layer that several devices have evenly. The lowest layer stays at home, because its events tell most of a row. What nobody takes stays too.
///
/// The outcome is a function of its arguments, whatever their order.
pub(crate) fn place(network: &NetworkSpec, offers: &[Offer]) -> Vec<(Cut, PeerId)> {
    let mut offers: Vec<Offer> = offers.iter().copied().filter(|offer| offer.nodes > 0).collect();
    sort_by_key(&mut offers, Offer::order);
    let mut layers: Vec<u32> = (1..network.layers.len() as u32).collect();
    sort_by_key(&mut layers, |layer| u32::MAX - network.layers[*layer as usize].nodes);
    if offers.is_empty() || layers.is_empty() {
        return Vec::new();
    }
    let deals = offers.len().max(layers.len()).min(limits::SPLIT_PARTS_MAX);
    let mut left: Vec<u32> = offers.iter().map(|offer| offer.nodes).collect();
    let mut placed = Vec::new();
    for (place, layer) in layers.iter().enumerate() {
        let below = network.layers[*layer as usize - 1].nodes;
        let node = u64::from(below) + 2 + u64::from(network.classes);
        let most = ((PART_PARAMETERS_MAX - u64::from(network.classes)) / node).max(1) as u32;
        let takers: Vec<usize> = (place..deals).step_by(layers.len()).collect();
        let (mut first, mut rest) = (0, network.layers[*layer as usize].nodes);
        for (taken, deal) in takers.iter().enumerate() {
            let host = deal % offers.len();
            let fair = rest.div_ceil((takers.len() - taken) as u32);
            let nodes = fair.min(left[host]).min(most);
            if nodes > 0 {
                placed.push((Cut { layer: *layer, first, nodes }, offers[host].peer));
                left[host] -= nodes;
                first += nodes;
                rest -= nodes;
            }
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    fn offer(number: u8, nodes: u32, round_trip_ms: u16) -> Offer {
        Offer { peer: PeerId::from_bytes([number; 32]), nodes, round_trip_ms, speed: 0 }
    }

    fn network(layers: &[u32]) -> NetworkSpec {
        let layers = layers.iter().map(|nodes| LayerSpec::new(*nodes, 4)).collect();
        NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 1 }
    }

    fn placed(layers: &[u32], offers: &[Offer]) -> Vec<(u32, u32, u32, u8)> {
        let placed = place(&network(layers), offers).into_iter();
        placed.map(|(it, peer)| (it.layer, it.first, it.nodes, peer.as_bytes()[0])).collect()
    }

    #[test]
    fn each_layer_has_a_device_and_the_widest_has_the_nearest() {
        let offers = [offer(1, 100, 80), offer(2, 100, 5)];
        assert_eq!(placed(&[64, 48, 32], &offers), [(1, 0, 48, 2), (2, 0, 32, 1)]);
        assert_eq!(placed(&[64, 32, 48], &[offers[1], offers[0]]), [(2, 0, 48, 2), (1, 0, 32, 1)]);
    }

    #[test]
    fn a_layer_of_several_devices_is_cut_evenly() {
        let offers = [offer(1, 100, 1), offer(2, 100, 2), offer(3, 5, 3)];
        assert_eq!(placed(&[64, 48], &offers), [(1, 0, 16, 1), (1, 16, 16, 2), (1, 32, 5, 3)]);
    }

    #[test]
    fn nobody_gets_more_than_it_offers_and_the_lowest_layer_stays() {
        assert_eq!(placed(&[64, 48, 32], &[offer(1, 50, 1)]), [(1, 0, 48, 1), (2, 0, 2, 1)]);
        assert_eq!(placed(&[64], &[offer(1, 50, 1)]), []);
        assert_eq!(placed(&[64, 48], &[offer(1, 0, 1)]), []);
        let all: u32 = placed(&[4_000, 4_000], &[offer(1, 9_000, 1)]).iter().map(|it| it.2).sum();
        assert_eq!(all, 249, "a part is a value that travels whole");
    }
}
