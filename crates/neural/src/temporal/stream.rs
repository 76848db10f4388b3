//! A network at work on one frame after another.

use super::{eligibility::Eligibility, traces::Traces};
use crate::{
    kernels::numbers::log_softmax,
    learning::{
        lesson::{LESSON_RATE, PlainStep, check_error, teach_present},
        plan::Kernels,
    },
    network::{
        InvalidInput, Network, Sight, add_belief, check_values, events::Events, layer::Activity,
    },
};

/// A network that is given one frame after another, answers each at once, and learns from errors that come when they come.
///
/// It holds the traces of temporal layers, and for learning an eligibility for every weight: at most as many numbers as
/// the network has parameters, however long it goes on. After the frames of an input from the beginning, its answer has
/// the bits of [`Network::probabilities`].
#[derive(Debug, Clone)]
pub struct Stream {
    network: Network,
    /// Of the temporal layers, from the input upwards.
    traces: Vec<Traces>,
    /// Of all layers; of none for a stream that learns from the present alone.
    eligibilities: Vec<Eligibility>,
    frame: Events,
    /// What the temporal layer at work is given.
    given: Events,
    activities: Vec<Activity>,
}

impl Stream {
    /// Before its first frame. `eligibility_decay` is the part of a frame's eligibility that is left at the next one, from
    /// 0 to less than 1: errors that are some `1 / (1 - eligibility_decay)` frames late still teach the weights that they
    /// are about. With 0 an error teaches what happens at the present frame, and frames cost least.
    ///
    /// # Errors
    /// [`InvalidInput::Decay`] for another decay.
    pub fn new(network: Network, eligibility_decay: f32) -> Result<Self, InvalidInput> {
        if !(0.0..1.0).contains(&eligibility_decay) {
            return Err(InvalidInput::Decay(eligibility_decay));
        }
        let layers = network.layout.layers.iter().filter(|_| eligibility_decay > 0.0);
        Ok(Self {
            traces: Traces::of_network(&network.spec),
            eligibilities: layers.map(|it| Eligibility::new(it, eligibility_decay)).collect(),
            frame: Events::new(network.spec.frame()),
            given: Events::new(0),
            activities: vec![Activity::default(); network.layout.layers.len()],
            network,
        })
    }

    /// The network as it has become.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Goes on with another network of the same description: frames are not forgotten.
    ///
    /// # Panics
    /// If it is of another description.
    pub fn go_on_with(&mut self, network: Network) {
        assert_eq!(network.spec(), self.network.spec(), "a stream's traces are of one description");
        self.network = network;
    }

    /// Forgets all frames, but nothing that it learnt.
    pub fn forget(&mut self) {
        self.traces.iter_mut().for_each(Traces::forget);
        self.eligibilities.iter_mut().for_each(Eligibility::forget);
        self.frame.reset(self.network.spec.frame());
    }

    /// Lets every layer fire on one more frame; gives the answer now.
    ///
    /// # Errors
    /// [`InvalidInput`] names what is wrong with the frame, which is then not taken.
    pub fn look(&mut self, frame: &[f32]) -> Result<Sight, InvalidInput> {
        check_values(frame, self.network.spec.frame())?;
        self.frame.reset(self.network.spec.frame());
        self.frame.push_dense(frame.iter().copied());
        let mut belief = vec![0.0; self.network.spec.classes as usize];
        let mut logits = Vec::new();
        for (number, layer) in self.network.layers().enumerate() {
            let (below, rest) = self.activities.split_at_mut(number);
            let mut below = below.last().map_or(&self.frame, Activity::events);
            if let Some(traces) = self.traces.get_mut(number) {
                traces.take_frame(below.sample(0), 0);
                self.given.reset(traces.width());
                traces.tell(&mut self.given);
                below = &self.given;
            }
            layer.forward(below, &mut rest[0], Kernels::Chosen);
            add_belief(&mut belief, &layer, rest[0].events(), &mut logits);
            if let Some(eligibility) = self.eligibilities.get_mut(number) {
                eligibility.take_frame(&layer, &rest[0]);
            }
        }
        log_softmax(&mut belief);
        Ok(Sight::of(&belief, &self.activities))
    }

    /// Takes one local step in every layer from `error` (predicted less wanted probability, one a class) about what
    /// happened lately. Before the first frame there is nothing to learn.
    ///
    /// The step is normalised as in [`Network::learn_from_error`], by what all frames together were given: the logits and
    /// accumulators of a frame move by at most half of their error signal, unless it was stronger than the faded mean.
    ///
    /// # Errors
    /// [`InvalidInput`] names what is wrong with the error; the network is then as it was.
    pub fn learn_from_error(&mut self, error: &[f32]) -> Result<(), InvalidInput> {
        check_error(error, self.network.spec.classes)?;
        let Network { layout, parameters, .. } = &mut self.network;
        for (layout, eligibility) in layout.layers.iter().zip(&self.eligibilities) {
            eligibility.teach(layout, parameters, error, LESSON_RATE, &mut PlainStep);
        }
        if self.eligibilities.is_empty() && self.frame.samples() > 0 {
            teach_present(&mut self.network, &self.activities, error);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::{LayerSpec, NetworkSpec};

    const STEPS: u32 = 12;
    const FRAME: usize = 6;

    /// Two temporal layers and a static one.
    fn network() -> Network {
        let layer = LayerSpec::new(32, 4);
        let layers = vec![layer.with_traces(4), layer.with_traces(2), layer];
        let inputs = STEPS * FRAME as u32;
        Network::new(&NetworkSpec { inputs, steps: STEPS, layers, classes: 2, seed: 3 }).unwrap()
    }

    fn symbol(place: usize) -> [f32; FRAME] {
        let mut frame = [0.0; FRAME];
        frame[place] = 1.0;
        frame
    }

    #[test]
    fn frame_after_frame_has_the_bits_of_a_whole_input() {
        let network = network();
        let value = |place: usize| ((place * 5) % 7) as f32 - 3.0;
        let input: Vec<f32> = (0..STEPS as usize * FRAME).map(value).collect();
        let mut stream = Stream::new(network.clone(), 0.9).unwrap();
        for _ in 0..2 {
            let frames = input.chunks_exact(FRAME);
            let answers: Vec<_> =
                frames.map(|frame| stream.look(frame).unwrap().probabilities).collect();
            assert_eq!(answers.last(), network.probabilities(&input).ok().as_ref());
            stream.forget();
        }
    }

    /// The probability of the right one of two cues, after lessons whose errors come so many frames of other symbols late.
    fn taught_late(network: Network, frames_late: usize, eligibility_decay: f32) -> f32 {
        let mut stream = Stream::new(network, eligibility_decay).unwrap();
        let mut right = 0.0;
        for lesson in 0..200 {
            let class = lesson % 2;
            stream.forget();
            let mut error = stream.look(&symbol(class)).unwrap().probabilities;
            right = 0.9 * right + 0.1 * error[class];
            for frame in 0..frames_late {
                stream.look(&symbol(2 + (frame * 3 + lesson / 2) % 4)).unwrap();
            }
            error[class] -= 1.0;
            stream.learn_from_error(&error).unwrap();
        }
        right
    }

    #[test]
    fn an_error_that_comes_ten_frames_late_teaches_by_eligibility_alone() {
        let layers = vec![LayerSpec::new(32, 4); 2];
        let spec = NetworkSpec { inputs: FRAME as u32, steps: 1, layers, classes: 2, seed: 3 };
        let network = Network::new(&spec).unwrap();
        let (with, without) =
            (taught_late(network.clone(), 10, 0.9), taught_late(network, 10, 0.0));
        assert!(with > 0.8, "{with}");
        assert!(without < 0.5, "{without}");
    }

    /// Traces ring on, and tell of a cue for a while by themselves; but they turn, and then teach something else.
    #[test]
    fn eligibility_outlasts_traces() {
        let (with, without) = (taught_late(network(), 30, 0.97), taught_late(network(), 30, 0.0));
        assert!(with > 0.7, "{with}");
        assert!(without < 0.5, "{without}");
    }

    #[test]
    fn what_is_no_frame_error_or_decay_is_refused_and_changes_nothing() {
        let mut stream = Stream::new(network(), 0.5).unwrap();
        stream.learn_from_error(&[0.5, -0.5]).unwrap();
        assert_eq!(
            stream.network(),
            &network(),
            "before the first frame there is nothing to learn"
        );
        stream.look(&symbol(0)).unwrap();
        assert!(stream.look(&[1.0]).unwrap_err().to_string().contains("takes 6"));
        assert!(stream.look(&[f32::NAN; FRAME]).is_err());
        assert!(stream.learn_from_error(&[2.0, 0.0]).is_err());
        assert_eq!(stream.network(), &network());
        for decay in [1.0, -0.1, f32::NAN] {
            assert!(matches!(Stream::new(network(), decay), Err(InvalidInput::Decay(_))));
        }
    }
}
