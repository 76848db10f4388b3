//! What layers do at earlier frames of some samples, while they learn at the last frame of all.

use super::past::Past;
use crate::{
    events::Events,
    layer::{Activity, Layer},
    plan::Kernels,
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
