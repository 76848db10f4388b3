//! What nodes remember of their own past: running means at three time scales, so that the memory of a node stays as it is however
//! long it lives.

use super::cluster::Data;
use crate::job::NodeMemory;
use neural::{Network, profile};

/// Held-out rows that are looked at each time.
const ROWS_MAX: usize = 64;

/// What a new look counts for, of late, for a while and for long: it is half forgotten after one more, five and 22.
const SHARES: [f32; 3] = [0.5, 0.125, 0.031_25];

/// One memory a node, layer by layer.
#[derive(Debug, Default)]
pub(super) struct NodeMemories {
    layers: Vec<Vec<NodeMemory>>,
}

impl NodeMemories {
    /// The shared network was judged once more.
    pub(super) fn look(&mut self, network: &Network, data: &Data) {
        let rows = data.sample_of_held_out(ROWS_MAX);
        if rows.is_empty() {
            return;
        }
        let looked = profile(network, &data.dataset, &rows);
        let is_first = self.layers.is_empty();
        self.layers.resize_with(network.layers().len(), Vec::new);
        let numbers = looked.activity_rates().into_iter().zip(looked.sent()).zip(looked.signals());
        for ((layer, nodes), ((rates, sent), signals)) in
            network.layers().zip(&mut self.layers).zip(numbers)
        {
            nodes.resize_with(layer.nodes(), NodeMemory::default);
            for (node, memory) in nodes.iter_mut().enumerate() {
                let shares = if is_first { [1.0; 3] } else { SHARES };
                follow(&mut memory.activity, rates[node], shares);
                follow(&mut memory.error, signals[node], shares);
                follow(&mut memory.threshold, layer.thresholds[node], shares);
                let [share, ..] = shares;
                memory.trace += share * (sent[node] - memory.trace);
            }
        }
    }

    /// Of a layer; nothing before the first look.
    pub(super) fn of_layer(&self, layer: usize) -> Vec<NodeMemory> {
        self.layers.get(layer).cloned().unwrap_or_default()
    }
}

fn follow(means: &mut [f32; 3], value: f32, shares: [f32; 3]) {
    for (mean, share) in means.iter_mut().zip(shares) {
        *mean += share * (value - *mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_of_late_is_forgotten_first() {
        let mut means = [0.0; 3];
        follow(&mut means, 1.0, [1.0; 3]);
        assert_eq!(means, [1.0; 3]);
        (0..5).for_each(|_| follow(&mut means, 0.0, SHARES));
        assert!(means[0] < 0.05 && (0.4..0.6).contains(&means[1]) && means[2] > 0.8, "{means:?}");
        (0..17).for_each(|_| follow(&mut means, 0.0, SHARES));
        assert!((0.45..0.55).contains(&means[2]), "{means:?}");
    }
}
