//! What layers do at earlier frames of some samples, while they learn at the last frame of all.

use super::past::Past;
use crate::{
    learning::plan::Kernels,
    network::{
        events::Events,
        layer::{Activity, Layer},
    },
    random::Counter,
};

/// Of so many samples of a batch one has a glimpse, and it counts for as many: that tells how often nodes fire in time for
/// a small part of the work.
pub(crate) const SAMPLES_PER_GLIMPSE: usize = 4;

/// Which numbers under a plan's seed pick frames; others order rows and move pictures.
const STREAM: u64 = 2;

/// The glimpses of a batch; none where inputs have no frames. Reused from batch to batch.
#[derive(Debug, Clone)]
pub(crate) struct Glimpses {
    activities: Vec<Activity>,
    frames: Counter,
}

impl Glimpses {
    /// For a network of so many layers.
    pub(crate) fn new(layers: usize, seed: u64) -> Self {
        Self { activities: vec![Activity::default(); layers], frames: Counter::new(seed, STREAM) }
    }

    /// Picks the frames that `past` is to keep of the next batch, each equally likely to be any.
    pub(crate) fn pick_frames(&mut self, past: &mut Past, samples: usize) {
        let steps = past.steps();
        past.glimpse_frames.clear();
        if steps > 1 {
            let count = samples.div_ceil(SAMPLES_PER_GLIMPSE);
            past.glimpse_frames.extend((0..count).map(|_| self.frames.below(steps)));
        }
    }

    /// Lets layer `number` fire in the glimpses, after all layers below it did.
    pub(crate) fn fire(&mut self, number: usize, layer: &Layer<'_>, past: &Past, kernels: Kernels) {
        let (below, rest) = self.activities.split_at_mut(number);
        let below = below.last().map(Activity::events).filter(|events| events.samples() > 0);
        if let Some(given) = past.glimpses_of(number).or(below) {
            layer.forward(given, &mut rest[0], kernels);
        }
    }

    /// What layer `number` sent on, glimpse after glimpse.
    pub(crate) fn events_of(&self, number: usize) -> &Events {
        self.activities[number].events()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Counter, Dataset, LearningState, Network, Plan, Stream, Values, train};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    const STEPS: u32 = 8;
    const FRAME: u32 = 4;

    /// Loud at first, silent at the end; the class is which value was loud.
    fn dataset() -> Dataset {
        let mut counter = Counter::new(8, 0);
        let mut values = vec![0.0; (200 * STEPS * FRAME) as usize];
        let labels: Vec<u16> = (0..200).map(|row| row % 4).collect();
        for (row, label) in values.chunks_exact_mut((STEPS * FRAME) as usize).zip(&labels) {
            for frame in row.chunks_exact_mut(FRAME as usize).take(4) {
                frame.iter_mut().for_each(|value| *value = 0.5 * counter.normal());
                frame[usize::from(*label)] += 1.0;
            }
        }
        Dataset { inputs: STEPS * FRAME, classes: 4, values: Values::Floats(values), labels }
    }

    /// The part of each layer's nodes that fires, mean over all frames.
    fn firing_in_time(network: &Network) -> [f32; 2] {
        let mut stream = Stream::new(network.clone(), 0.0).unwrap();
        let mut fired = [0; 2];
        for row in 0..200 {
            stream.forget();
            for frame in dataset().row(row).chunks_exact(FRAME as usize) {
                let sight = stream.look(frame).unwrap();
                for (fired, nodes) in fired.iter_mut().zip(sight.fired) {
                    *fired += nodes.len();
                }
            }
        }
        fired.map(|fired| fired as f32 / (200 * STEPS * 64) as f32)
    }

    #[test]
    fn the_firing_rate_holds_in_time() {
        let layer = LayerSpec::new(64, 6);
        let layers = vec![layer.with_traces(4), layer];
        let spec = NetworkSpec { inputs: STEPS * FRAME, steps: STEPS, layers, classes: 4, seed: 1 };
        let mut network = Network::new(&spec).unwrap();
        let mut state = LearningState::new(&spec);
        let plan = Plan { steps: 2_000, learning_rate: 2e-3, seed: 1, ..Plan::default() };
        let rows: Vec<u32> = (0..200).collect();
        train(&mut network, &mut state, &dataset(), &rows, &plan).unwrap();
        for rate in firing_in_time(&network) {
            assert!((0.02..0.12).contains(&rate), "{rate}, where a timer of 6 wants 0.065");
        }
    }
}
