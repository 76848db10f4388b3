//! One course of training, from the first weights to the last epoch.

use crate::order;
use neural::{
    Cluster, Dataset, Diverged, Evaluation, InvalidInput, Kernels, Network, Plan, Stream, evaluate,
};
use protocol::cluster::{InvalidSpec, LayerSpec, NetworkSpec};

/// The part of the step size that is left at a course's end.
const LAST_RATE: f32 = 0.01;

/// Everything that a course's result depends on, beside its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Nodes of each layer.
    pub layers: Vec<u32>,
    /// Frames of an input.
    pub steps: u32,
    /// Traces of the temporal layers, from the input upwards.
    pub traces: Vec<u32>,
    /// After how many silent samples a node is forced by its timer; sets the firing rate.
    pub timer: u32,
    /// Times that every row is taken.
    pub epochs: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size at the start; it falls evenly to a hundredth.
    pub learning_rate: f32,
    /// The part of the wanted probability that is spread evenly.
    pub smoothing: f32,
    /// How far a timer moves in a step at most.
    pub timer_rate: f32,
    /// Which kernels do the work.
    pub kernels: Kernels,
    /// How many pixels pictures are moved at most.
    pub jitter: u32,
    /// Decides the first weights and the order of rows.
    pub seed: u64,
}

/// Somebody on a course.
#[derive(Debug, Clone)]
pub struct Pupil {
    course: Course,
    cluster: Cluster,
    epoch: u32,
}

impl Course {
    /// 784-512-512-10 at no more than 10 % firing, the network that every rival is measured with.
    pub fn standard(seed: u64) -> Self {
        Self {
            layers: vec![512, 512],
            steps: 1,
            traces: Vec::new(),
            timer: 5,
            epochs: 20,
            batch_rows: 64,
            learning_rate: 1e-3,
            smoothing: 0.2,
            timer_rate: 0.0,
            kernels: Kernels::Chosen,
            jitter: 0,
            seed,
        }
    }

    /// The order task: see [`crate::order`].
    pub fn order(seed: u64) -> Self {
        Self {
            layers: vec![256],
            steps: order::STEPS,
            traces: vec![8],
            timer: 10,
            epochs: 5,
            learning_rate: 5e-3,
            ..Self::standard(seed)
        }
    }

    /// In a line.
    pub fn describe(&self) -> String {
        let layers: Vec<_> = self.layers.iter().map(u32::to_string).collect();
        let Self { steps, traces, timer, epochs, batch_rows, learning_rate, smoothing, .. } = self;
        let time = match traces.as_slice() {
            [] => String::new(),
            traces => format!(", {steps} frames, {traces:?} traces"),
        };
        let moved = match self.jitter {
            0 => String::new(),
            pixels => format!(", pictures moved by up to {pixels} pixel in each direction"),
        };
        format!(
            "{} nodes{time}, timer {timer}, {epochs} epochs, batch {batch_rows}, Adam {learning_rate} to a hundredth, label \
             smoothing {smoothing}{moved}",
            layers.join("-")
        )
    }
}

impl Pupil {
    /// At the start of a course on rows like those of `dataset`.
    ///
    /// # Errors
    /// [`InvalidSpec`] if no network is so large.
    pub fn new(course: Course, dataset: &Dataset) -> Result<Self, InvalidSpec> {
        let traces = course.traces.iter().copied().chain(core::iter::repeat(0));
        let layer =
            |(nodes, traces): (&u32, u32)| LayerSpec::new(*nodes, course.timer).with_traces(traces);
        let layers = course.layers.iter().zip(traces).map(layer).collect();
        let Dataset { inputs, classes, .. } = *dataset;
        let Course { steps, seed, .. } = course;
        let cluster = Cluster::new(&NetworkSpec { inputs, steps, layers, classes, seed })?;
        Ok(Self { course, cluster, epoch: 0 })
    }

    /// Goes on with other kernels.
    pub fn use_kernels(&mut self, kernels: Kernels) {
        self.course.kernels = kernels;
    }

    /// Takes so many steps of the epoch that has begun, on those rows.
    ///
    /// # Errors
    /// [`Diverged`], if the course's step size is too long.
    pub fn take_steps(
        &mut self,
        dataset: &Dataset,
        rows: &[u32],
        steps: u32,
    ) -> Result<(), Diverged> {
        let Course {
            batch_rows, learning_rate, smoothing, timer_rate, kernels, jitter, seed, ..
        } = self.course;
        let left = |epoch: u32| {
            1.0 - (1.0 - LAST_RATE) * (epoch as f32 / self.course.epochs as f32).min(1.0)
        };
        let (before, after) = (left(self.epoch), left(self.epoch + 1));
        let plan = Plan {
            steps,
            batch_rows,
            learning_rate: learning_rate * before,
            decay: 1.0 - after / before,
            smoothing,
            timer_rate,
            kernels,
            jitter,
            seed: seed ^ (u64::from(self.epoch) << 32),
            log_prior: None,
            ..Plan::default()
        };
        self.cluster.train(dataset, rows, &plan)?;
        self.epoch += 1;
        Ok(())
    }

    /// Takes every row once.
    ///
    /// # Errors
    /// [`Diverged`], if the course's step size is too long.
    pub fn take_epoch(&mut self, dataset: &Dataset, rows: &[u32]) -> Result<(), Diverged> {
        self.take_steps(dataset, rows, rows.len() as u32 / self.course.batch_rows)
    }

    /// How well it knows those rows.
    pub fn evaluate(&self, dataset: &Dataset, rows: &[u32]) -> Evaluation {
        evaluate(&self.cluster.network, dataset, rows)
    }

    /// The part of nodes that fires, the mean over all nodes and over all frames of those rows.
    ///
    /// # Errors
    /// [`InvalidInput`], if the rows are of another data set.
    pub fn firing_in_time(&self, dataset: &Dataset, rows: &[u32]) -> Result<f64, InvalidInput> {
        let spec = self.network().spec();
        let mut stream = Stream::new(self.network().clone(), 0.0)?;
        let mut fired = 0;
        for row in rows {
            stream.forget();
            for frame in dataset.row(*row as usize).chunks_exact(spec.frame() as usize) {
                fired += stream.look(frame)?.fired.iter().map(Vec::len).sum::<usize>();
            }
        }
        let chances = rows.len() as u64 * u64::from(spec.steps) * spec.nodes();
        Ok(fired as f64 / chances as f64)
    }

    /// What it has learnt.
    pub fn network(&self) -> &Network {
        &self.cluster.network
    }
}
