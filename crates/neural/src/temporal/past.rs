//! What the temporal layers of a network remember of a batch: at its last frames, and in glimpses of earlier ones.

use super::{glimpses::SAMPLES_PER_GLIMPSE, traces::Traces};
use crate::{
    learning::plan::Kernels,
    network::{Network, events::Events, layer::Activity},
};
use protocol::cluster::NetworkSpec;

/// Frames that a layer below a temporal one looks at together: its weights are fetched once for all of them.
const FRAMES_AT_ONCE: u32 = 64;

/// The memories of all temporal layers, from the input upwards; empty for a network that knows of no time. Reused from
/// batch to batch.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    memories: Vec<Memory>,
    /// The frame of each glimpse, one for every fourth sample; none where nobody picked any.
    pub(super) glimpse_frames: Vec<u32>,
    steps: u32,
    frame: u32,
}

/// One temporal layer's.
#[derive(Debug, Clone)]
struct Memory {
    traces: Traces,
    /// What the layer is given at some frames of one sample, and what it did with it: for the temporal layer above.
    frames: Events,
    activity: Activity,
    /// What the layer is given at the last frame, sample after sample.
    last: Events,
    /// What the layer is given in glimpses.
    glimpses: Events,
}

impl Past {
    pub(crate) fn new(spec: &NetworkSpec) -> Self {
        let memories = Traces::of_network(spec).into_iter().map(|traces| Memory {
            traces,
            frames: Events::new(0),
            activity: Activity::default(),
            last: Events::new(0),
            glimpses: Events::new(0),
        });
        Self {
            memories: memories.collect(),
            glimpse_frames: Vec::new(),
            steps: spec.steps,
            frame: spec.frame(),
        }
    }

    /// Frames of an input.
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    /// Goes through all frames of every sample of `input`.
    pub(crate) fn recall(&mut self, network: &Network, input: &Events) {
        for memory in &mut self.memories {
            memory.last.reset(memory.traces.width());
            memory.glimpses.reset(memory.traces.width());
        }
        if self.memories.is_empty() {
            return;
        }
        for sample in 0..input.samples() {
            self.memories.iter_mut().for_each(|memory| memory.traces.forget());
            let has_glimpse = sample % SAMPLES_PER_GLIMPSE == 0;
            let glimpse = self.glimpse_frames.get(sample / SAMPLES_PER_GLIMPSE).copied();
            let glimpse = glimpse.filter(|_| has_glimpse);
            for first in (0..self.steps).step_by(FRAMES_AT_ONCE as usize) {
                let end = self.steps.min(first + FRAMES_AT_ONCE);
                self.take_frames(network, input.sample(sample), first..end, glimpse);
            }
            for memory in &mut self.memories {
                memory.traces.tell(&mut memory.last);
            }
        }
    }

    /// What layer `number` is given at the last frame of every sample; `None` for a static layer.
    pub(crate) fn input_of(&self, number: usize) -> Option<&Events> {
        self.memories.get(number).map(|memory| &memory.last)
    }

    /// What layer `number` is given in glimpses; `None` for a static layer.
    pub(crate) fn glimpses_of(&self, number: usize) -> Option<&Events> {
        self.memories.get(number).map(|memory| &memory.glimpses)
    }

    /// Lets the traces of every temporal layer take some frames of one sample, layer after layer.
    fn take_frames(
        &mut self,
        network: &Network,
        sample: (&[u32], &[f32]),
        frames: core::ops::Range<u32>,
        glimpse: Option<u32>,
    ) {
        let width = self.frame;
        for number in 0..self.memories.len() {
            let (below, memories) = self.memories.split_at_mut(number);
            let (memory, above) = memories.split_first_mut().expect("number is below the length");
            memory.frames.reset(memory.traces.width());
            for (place, frame) in frames.clone().enumerate() {
                match below.last() {
                    None => memory.traces.take_frame(cut(sample, frame, width), frame * width),
                    Some(below) => {
                        memory.traces.take_frame(below.activity.events().sample(place), 0)
                    }
                }
                if !above.is_empty() {
                    memory.traces.tell(&mut memory.frames);
                }
                if glimpse == Some(frame) {
                    memory.traces.tell(&mut memory.glimpses);
                }
            }
            if !above.is_empty() {
                let layer = network.layout.layers[number].view(&network.parameters);
                layer.forward(&memory.frames, &mut memory.activity, Kernels::Chosen);
            }
        }
    }
}

/// The events of one frame of `width` values.
fn cut<'a>(
    (nodes, values): (&'a [u32], &'a [f32]),
    frame: u32,
    width: u32,
) -> (&'a [u32], &'a [f32]) {
    let start = nodes.partition_point(|node| *node < frame * width);
    let length = nodes[start..].partition_point(|node| *node < (frame + 1) * width);
    (&nodes[start..start + length], &values[start..start + length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    /// Two temporal layers of 5 and 4 nodes above frames of 3 values, and a static one.
    fn network(steps: u32) -> Network {
        let layers = vec![
            LayerSpec::new(5, 4).with_traces(2),
            LayerSpec::new(4, 4).with_traces(3),
            LayerSpec::new(6, 4),
        ];
        Network::new(&NetworkSpec { inputs: 3 * steps, steps, layers, classes: 2, seed: 4 })
            .unwrap()
    }

    fn inputs(steps: u32, samples: u32) -> Events {
        let mut input = Events::new(3 * steps);
        for sample in 0..samples {
            input.push_dense((0..3 * steps).map(|place| ((place * 7 + sample) % 4) as f32 - 1.0));
        }
        input
    }

    #[test]
    fn a_frame_is_cut_out_of_a_row() {
        let sample = (&[0, 2, 3, 8][..], &[1.0, 2.0, 3.0, 4.0][..]);
        assert_eq!(cut(sample, 0, 3), (&[0, 2][..], &[1.0, 2.0][..]));
        assert_eq!(cut(sample, 1, 3), (&[3][..], &[3.0][..]));
        assert_eq!(cut(sample, 2, 3), (&[8][..], &[4.0][..]));
        assert!(cut(sample, 3, 3).0.is_empty());
    }

    /// The slow way: every frame of every layer by itself.
    #[test]
    fn a_layer_above_hears_every_frame_of_the_one_below() {
        let steps = FRAMES_AT_ONCE + 6;
        let network = network(steps);
        let input = inputs(steps, 2);
        let mut past = Past::new(&network.spec);
        past.recall(&network, &input);
        let mut traces = [Traces::new(3, 2, steps), Traces::new(5, 3, steps)];
        let mut activity = Activity::default();
        for frame in 0..steps {
            traces[0].take_frame(cut(input.sample(1), frame, 3), 3 * frame);
            let mut below = Events::new(12);
            traces[0].tell(&mut below);
            network.layers().next().unwrap().forward(&below, &mut activity, Kernels::Chosen);
            traces[1].take_frame(activity.events().sample(0), 0);
        }
        let mut expected = Events::new(30);
        traces[1].tell(&mut expected);
        assert_eq!(past.input_of(1).unwrap().sample(1), expected.sample(0));
        assert_eq!(past.input_of(2), None, "the third layer is static");
    }

    #[test]
    fn samples_do_not_know_of_each_other() {
        let network = network(5);
        let mut past = Past::new(&network.spec);
        past.recall(&network, &inputs(5, 3));
        let together = past.input_of(1).unwrap().sample(0).1.to_vec();
        past.recall(&network, &inputs(5, 1));
        assert_eq!(past.input_of(1).unwrap().sample(0).1, together);
    }
}
