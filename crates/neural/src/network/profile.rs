//! What the nodes of a network do at each class: which of them matter, and what firing looks like as one vector.

use crate::{
    dataset::Dataset,
    kernels::numbers::{exp, log_softmax, position_of_highest},
    learning::surrogate_gate,
    network::{
        Network, Thought,
        layer::{Activity, Layer},
    },
    nodes::NodeId,
    random::Counter,
};
use units::Hash;

/// Rows looked at together.
const BATCH_ROWS: usize = 64;

/// Numbers of a vector of activity at most: more nodes share them.
pub const ACTIVITY_NUMBERS_MAX: usize = 512;

/// What the nodes of a network did on some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Rows of each class.
    pub class_rows: Vec<u32>,
    /// Rows of each class that were told right.
    pub correct: Vec<u32>,
    /// The mean of -ln p of the right class, in nats.
    pub loss: f32,
    /// For each layer: a row a class, a column a node, the rows on which it fired.
    fired: Vec<Vec<u32>>,
    /// For each layer and node: what it sent, without signs, added up.
    sent: Vec<Vec<f32>>,
    /// For each layer and node: how large its learning signal was, added up.
    signals: Vec<Vec<f32>>,
}

/// Looks at those `rows` of `dataset`.
///
/// # Panics
/// If the data set does not fit the network.
pub fn profile(network: &Network, dataset: &Dataset, rows: &[u32]) -> Profile {
    let classes = network.spec.classes as usize;
    assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
    let nodes = || network.layout.layers.iter().map(|layer| layer.nodes);
    let mut profile = Profile {
        class_rows: vec![0; classes],
        correct: vec![0; classes],
        loss: 0.0,
        fired: nodes().map(|nodes| vec![0; nodes * classes]).collect(),
        sent: nodes().map(|nodes| vec![0.0; nodes]).collect(),
        signals: nodes().map(|nodes| vec![0.0; nodes]).collect(),
    };
    let (mut thought, mut loss) = (Thought::new(network), 0f64);
    for batch in rows.chunks(BATCH_ROWS) {
        thought.input.reset(network.spec.inputs);
        batch.iter().for_each(|row| dataset.read_row(*row as usize, &mut thought.input));
        thought.think(network);
        let labels: Vec<usize> =
            batch.iter().map(|row| usize::from(dataset.labels[*row as usize])).collect();
        for (label, belief) in labels.iter().zip(thought.belief.chunks_exact_mut(classes)) {
            profile.class_rows[*label] += 1;
            profile.correct[*label] += u32::from(position_of_highest(belief) == *label);
            log_softmax(belief);
            loss -= f64::from(belief[*label]);
        }
        for ((layer, activity), signals) in
            network.layers().zip(&thought.activities).zip(&mut profile.signals)
        {
            add_signals(&layer, activity, &labels, signals);
        }
        let layers = thought.activities.iter().zip(&mut profile.fired).zip(&mut profile.sent);
        for ((activity, fired), sent) in layers {
            for (sample, label) in labels.iter().enumerate() {
                let (nodes, values) = activity.events().sample(sample);
                for (node, value) in nodes.iter().zip(values) {
                    fired[label * sent.len() + *node as usize] += 1;
                    sent[*node as usize] += value.abs();
                }
            }
        }
    }
    profile.loss = (loss / rows.len().max(1) as f64) as f32;
    profile
}

/// Adds how large the signal of each node is that it would learn from: what the readout of its layer gets wrong, back through its own
/// column, as far as the node fired or nearly did.
fn add_signals(layer: &Layer<'_>, activity: &Activity, labels: &[usize], signals: &mut [f32]) {
    let (classes, nodes) = (layer.readout_bias.len(), layer.nodes());
    let mut errors = Vec::new();
    layer.logits(activity.events(), &mut errors);
    let rows = errors.chunks_exact_mut(classes).zip(activity.accumulators.chunks_exact(nodes));
    for ((error, accumulators), label) in rows.zip(labels) {
        log_softmax(error);
        error.iter_mut().for_each(|value| *value = exp(*value));
        error[*label] -= 1.0;
        for (node, signal) in signals.iter_mut().enumerate() {
            let column = layer.readout.iter().skip(node).step_by(nodes);
            let back: f32 = column.zip(&*error).map(|(weight, error)| weight * error).sum();
            *signal += (back * surrogate_gate(accumulators[node] - layer.thresholds[node])).abs();
        }
    }
}

impl Profile {
    /// For each layer and node: on which part of the rows it fired.
    pub fn activity_rates(&self) -> Vec<Vec<f32>> {
        let classes = self.class_rows.len();
        let of = |(fired, sent): (&Vec<u32>, &Vec<f32>)| {
            let rate = |node: usize| {
                let all: u32 = (0..classes).map(|class| fired[class * sent.len() + node]).sum();
                all as f32 / self.rows().max(1) as f32
            };
            (0..sent.len()).map(rate).collect()
        };
        self.fired.iter().zip(&self.sent).map(of).collect()
    }

    /// For each layer and node: what it sent without signs, mean over rows.
    pub fn sent(&self) -> impl Iterator<Item = Vec<f32>> {
        self.mean_of(&self.sent)
    }

    /// For each layer and node: how large the signal is that it would learn from, mean over rows.
    pub fn signals(&self) -> impl Iterator<Item = Vec<f32>> {
        self.mean_of(&self.signals)
    }

    fn mean_of<'a>(&'a self, sums: &'a [Vec<f32>]) -> impl Iterator<Item = Vec<f32>> + 'a {
        let rows = self.rows().max(1) as f32;
        sums.iter().map(move |sums| sums.iter().map(|sum| sum / rows).collect())
    }

    /// Rows that were looked at.
    pub fn rows(&self) -> u32 {
        self.class_rows.iter().sum()
    }

    /// How often some nodes of a layer fired at each class, from 0 to 1: their mean. 0 for a class without rows.
    pub fn firing_rates(&self, ids: &[NodeId]) -> Vec<f32> {
        let rate = |class: usize| {
            let fired: u32 = ids.iter().map(|id| self.fired_at(class, *id)).sum();
            let chances = self.class_rows[class] as usize * ids.len();
            fired as f32 / chances.max(1) as f32
        };
        (0..self.class_rows.len()).map(rate).collect()
    }

    fn fired_at(&self, class: usize, id: NodeId) -> u32 {
        let layer = id.layer as usize;
        self.fired[layer][class * self.sent[layer].len() + id.index as usize]
    }

    /// All nodes of a layer, what matters most first: by what a node sends, times how far apart that moves the classes in the readout
    /// of its layer; of equals, the lower address.
    ///
    /// # Panics
    /// If the network has no such layer, or the profile is of another one.
    pub fn by_importance(&self, network: &Network, layer: u32) -> Vec<NodeId> {
        let view = network.layers().nth(layer as usize).expect("there is such a layer");
        let nodes = view.nodes();
        let importance = |node: usize| {
            let column = view.readout.iter().skip(node).step_by(nodes);
            let ends = column.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
            self.sent[layer as usize][node] * (ends.1 - ends.0)
        };
        let mut ids: Vec<(f32, NodeId)> =
            (0..nodes).map(|node| (importance(node), NodeId::new(layer, node as u32))).collect();
        ids.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// What firing looks like at some classes, each by its weight: how much more or less often than at all of them each node fires.
    /// See [`Self::hashed`]; all are 0 unless two classes have rows.
    ///
    /// # Panics
    /// If there is not one weight a class.
    pub fn activity(&self, weights: &[f32]) -> Vec<f32> {
        assert_eq!(weights.len(), self.class_rows.len());
        self.hashed(|layer, node| {
            let mean = self.mean_rate(layer, node);
            let against = |class: usize| weights[class] * (self.rate(class, layer, node) - mean);
            self.known().map(against).sum()
        })
    }

    /// Which nodes are busier than others of their layer, at all classes alike.
    pub fn busy(&self) -> Vec<f32> {
        let mean = |layer: usize| {
            let nodes = self.sent[layer].len();
            (0..nodes).map(|node| self.mean_rate(layer, node)).sum::<f32>() / nodes as f32
        };
        let means: Vec<f32> = (0..self.sent.len()).map(mean).collect();
        self.hashed(|layer, node| self.mean_rate(layer, node) - means[layer])
    }

    /// What firing looks like at one input: nodes that fire there, and how seldom they do at all classes. `fired` names them, layer by
    /// layer.
    pub fn activity_at(&self, fired: &[Vec<u32>]) -> Vec<f32> {
        self.hashed(|layer, node| {
            let fires = fired.get(layer).is_some_and(|it| it.binary_search(&(node as u32)).is_ok());
            f32::from(u8::from(fires)) - self.mean_rate(layer, node)
        })
    }

    /// Classes with rows.
    fn known(&self) -> impl Iterator<Item = usize> + Clone {
        let rows = self.class_rows.iter().enumerate();
        rows.filter(|(_, rows)| **rows > 0).map(|(class, _)| class)
    }

    fn rate(&self, class: usize, layer: usize, node: usize) -> f32 {
        let fired = self.fired[layer][class * self.sent[layer].len() + node];
        fired as f32 / self.class_rows[class] as f32
    }

    /// Over classes that have rows, each counting the same.
    fn mean_rate(&self, layer: usize, node: usize) -> f32 {
        let known = self.known().count().max(1) as f32;
        self.known().map(|class| self.rate(class, layer, node)).sum::<f32>() / known
    }

    /// One number a node, of which only the proportions count, as [`ACTIVITY_NUMBERS_MAX`] at most: where there are more nodes,
    /// several share one, each with a sign of its own (feature hashing, Weinberger et al. 2009).
    fn hashed(&self, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        let all: usize = self.sent.iter().map(Vec::len).sum();
        let numbers = all.min(ACTIVITY_NUMBERS_MAX);
        let mut signs = Counter::new(0, 0);
        let mut activity = vec![0.0; numbers];
        let nodes = self.sent.iter().enumerate();
        let nodes = nodes.flat_map(|(layer, sent)| (0..sent.len()).map(move |node| (layer, node)));
        for (place, (layer, node)) in nodes.enumerate() {
            let sign = if all > numbers && signs.below(2) == 0 { -1.0 } else { 1.0 };
            activity[place % numbers] += sign * value(layer, node);
        }
        activity
    }
}

impl Network {
    /// The name of what vectors of activity are of: only those of networks of one description can be compared, because the seed in it
    /// decides what each node begins as.
    pub fn activity_name(&self) -> Hash {
        Hash::of_parts(&[b"peerceptron activity", &protocol::encoding::encode(&self.spec)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Values, learning::cluster::Cluster, learning::plan::Plan};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    /// Four classes, each with a value of its own.
    fn trained() -> (Cluster, Dataset) {
        let layers = vec![LayerSpec::new(24, 3), LayerSpec::new(12, 3)];
        let spec = NetworkSpec { inputs: 4, steps: 1, layers, classes: 4, seed: 3 };
        let mut values = Vec::new();
        let labels: Vec<u16> = (0..80).map(|row| row % 4).collect();
        for label in &labels {
            let mut row = [0.1f32; 4];
            row[usize::from(*label)] = 1.0 + f32::from(*label) / 10.0;
            values.extend(row);
        }
        let dataset = Dataset { inputs: 4, classes: 4, values: Values::Floats(values), labels };
        let rows: Vec<u32> = (0..80).collect();
        let mut cluster = Cluster::new(&spec).unwrap();
        let plan = Plan { steps: 150, batch_rows: 16, learning_rate: 0.01, ..Plan::default() };
        cluster.train(&dataset, &rows, &plan).unwrap();
        (cluster, dataset)
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn a_class_fires_like_itself_and_unlike_others() {
        let (cluster, dataset) = trained();
        let of = |rows: core::ops::Range<u32>| {
            profile(&cluster.network, &dataset, &rows.collect::<Vec<_>>())
        };
        let (first, second) = (of(0..40), of(40..80));
        let one =
            |class: usize| (0..4).map(|it| f32::from(u8::from(it == class))).collect::<Vec<_>>();
        for class in 0..4 {
            let here = first.activity(&one(class));
            assert!(cosine(&here, &second.activity(&one(class))) > 0.95);
            let other = second.activity(&one((class + 1) % 4));
            assert!(cosine(&here, &other) < 0.5);
        }
        assert_eq!(first.rows(), 40);
        assert_eq!(first.correct, [10; 4]);
        assert!(first.loss < 0.5, "{}", first.loss);
    }

    #[test]
    fn one_row_fires_like_its_class() {
        let (cluster, dataset) = trained();
        let profile = profile(&cluster.network, &dataset, &(0..40).collect::<Vec<_>>());
        for row in 40..44 {
            let sight = cluster.network.look(&dataset.row(row)).unwrap();
            let here = profile.activity_at(&sight.fired);
            let like = |class: usize| {
                let weights: Vec<f32> = (0..4).map(|it| f32::from(u8::from(it == class))).collect();
                cosine(&here, &profile.activity(&weights))
            };
            let own = usize::from(dataset.labels[row]);
            assert!((0..4).all(|class| class == own || like(class) < like(own)));
        }
        assert!(profile.busy().iter().any(|it| *it > 0.0));
    }

    #[test]
    fn what_was_learnt_leaves_smaller_signals() {
        let (cluster, dataset) = trained();
        let untrained = Network::new(cluster.network.spec()).unwrap();
        let sum = |network: &Network| -> f32 {
            let rows: Vec<u32> = (0..80).collect();
            profile(network, &dataset, &rows).signals().flatten().sum()
        };
        assert!(sum(&cluster.network) < 0.5 * sum(&untrained));
        let profile = profile(&cluster.network, &dataset, &(0..80).collect::<Vec<_>>());
        let rates = profile.activity_rates();
        assert_eq!((rates.len(), rates[0].len()), (2, 24));
        assert!(rates.iter().flatten().all(|rate| (0.0..=1.0).contains(rate)));
    }

    #[test]
    fn what_never_fires_matters_least() {
        let (cluster, dataset) = trained();
        let mut parameters = cluster.network.parameters().to_vec();
        let thresholds = cluster.network.layout.layers[0].thresholds();
        parameters[thresholds.start + 5] = 1e6;
        let network = cluster.network.with_parameters(parameters).unwrap();
        let profile = profile(&network, &dataset, &(0..80).collect::<Vec<_>>());
        let order = profile.by_importance(&network, 0);
        assert_eq!(order.len(), 24);
        let silent = order.iter().position(|id| *id == NodeId::new(0, 5)).unwrap();
        assert_eq!(profile.sent[0][5], 0.0);
        assert!(order[silent..].iter().all(|id| profile.sent[0][id.index as usize] == 0.0));
    }
}
