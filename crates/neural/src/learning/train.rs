//! Local training: every layer descends its own readout's error; thresholds follow their nodes' firing rates.

use crate::{
    dataset::Dataset,
    learning::{
        Error, Lesson,
        adam::AdamStep,
        homeostasis::Rates,
        plan::Plan,
        row_order::RowOrder,
        state::LearningState,
        verdict::{Verdict, find_errors, find_errors_among},
    },
    network::{Network, PARAMETER_MAX, events::Events, layer::Activity, layer_of},
    random::Counter,
    temporal::{Glimpses, Past},
};

/// Training left the range of useful numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("training diverged: choose a smaller learning rate")]
pub struct Diverged;

/// Trains `network` on those `rows` of `dataset`, which must fit it; gives the mean loss over steps and layers.
///
/// Rows are taken in an order drawn from the seed, each once before any comes again.
///
/// # Errors
/// [`Diverged`]; the network and its learning state are then of no use.
///
/// # Panics
/// If there are no rows, the data set does not fit the network, or rows that are no square pictures are to be moved.
pub fn train(
    network: &mut Network,
    state: &mut LearningState,
    dataset: &Dataset,
    rows: &[u32],
    plan: &Plan,
) -> Result<f32, Diverged> {
    plan.check(network, dataset, rows);
    let mut order = RowOrder::new(rows, plan.seed);
    let mut school = School::new(network, plan);
    let mut loss = 0.0;
    for step in 0..plan.steps {
        school.take_rows(dataset, (0..plan.batch_rows).map(|_| order.next_row()));
        loss += school.teach(network, state, plan.learning_rate_at(step));
        if !loss.is_finite() {
            return Err(Diverged);
        }
    }
    mean_loss(network, plan, plan.batch_rows, loss)
}

impl Plan {
    /// Panics if there are no rows, the data set does not fit the network, or rows that are no square pictures are to be moved.
    pub(super) fn check(&self, network: &Network, dataset: &Dataset, rows: &[u32]) {
        assert!(!rows.is_empty() && self.batch_rows > 0);
        assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
        let side = dataset.inputs.isqrt();
        assert!(self.jitter == 0 || (self.jitter < side && side * side == dataset.inputs));
    }
}

/// What a stretch of steps of so many rows has lost on average, if it has led to useful numbers.
pub(super) fn mean_loss(
    network: &Network,
    plan: &Plan,
    step_rows: u32,
    loss: f64,
) -> Result<f32, Diverged> {
    if !network.parameters.iter().all(|parameter| parameter.abs() <= PARAMETER_MAX) {
        return Err(Diverged);
    }
    let terms = f64::from(plan.steps) * f64::from(step_rows) * network.spec.layers.len() as f64;
    Ok((loss / terms.max(1.0)) as f32)
}

/// Of a batch in which old rows are rehearsed, the new ones: the first of its samples.
pub(super) struct Incoming {
    samples: usize,
    /// One a class: whether one of them is of it.
    present: Vec<bool>,
}

impl Incoming {
    /// Of new rows with these labels.
    pub(super) fn of(labels: &[usize], classes: u32) -> Self {
        let mut present = vec![false; classes as usize];
        labels.iter().for_each(|label| present[*label] = true);
        Self { samples: labels.len(), present }
    }
}

/// Everything that training needs beside the network; reused from batch to batch.
pub(super) struct School<'a> {
    plan: &'a Plan,
    input: Events,
    past: Past,
    /// Decides how far pictures are moved.
    moves: Counter,
    pub(super) labels: Vec<usize>,
    /// If old rows are rehearsed with new ones, which are new.
    pub(super) incoming: Option<Incoming>,
    activities: Vec<Activity>,
    glimpses: Glimpses,
    /// A row a sample, a column a class: logits, and what becomes of them.
    errors: Vec<f32>,
    lesson: Lesson,
    /// One a node of the layer at work: the samples of the batch on which it fired.
    fired: Vec<u32>,
}

impl<'a> School<'a> {
    pub(super) fn new(network: &Network, plan: &'a Plan) -> Self {
        Self {
            plan,
            input: Events::new(network.spec.inputs),
            past: Past::new(&network.spec),
            moves: Counter::new(plan.seed, 1),
            labels: Vec::new(),
            incoming: None,
            activities: vec![Activity::default(); network.layout.layers.len()],
            glimpses: Glimpses::new(network.layout.layers.len(), plan.seed),
            errors: Vec::new(),
            lesson: Lesson::default(),
            fired: Vec::new(),
        }
    }

    pub(super) fn take_rows(&mut self, dataset: &Dataset, rows: impl Iterator<Item = usize>) {
        self.input.reset(dataset.inputs);
        self.labels.clear();
        for row in rows {
            dataset.read_row(row, &mut self.input);
            self.take_newest(dataset.labels[row]);
        }
    }

    /// Adds a row that is in no data set to the batch.
    pub(super) fn take_row(&mut self, values: &[f32], label: u16) {
        self.input.push_dense(values.iter().copied());
        self.take_newest(label);
    }

    /// Notes the newest row's label, and moves its picture.
    fn take_newest(&mut self, label: u16) {
        self.labels.push(usize::from(label));
        if self.plan.jitter > 0 {
            let mut pixels =
                || self.moves.below(2 * self.plan.jitter + 1) as i32 - self.plan.jitter as i32;
            let (down, right) = (pixels(), pixels());
            self.input.move_newest(down, right);
        }
    }

    /// Takes one step of every layer; gives the loss, summed over samples and layers.
    pub(super) fn teach(
        &mut self,
        network: &mut Network,
        state: &mut LearningState,
        learning_rate: f32,
    ) -> f64 {
        self.glimpses.pick_frames(&mut self.past, self.labels.len());
        self.past.recall(network, &self.input);
        let learning_rate = learning_rate * state.gain();
        state.calm_down();
        let mut step: AdamStep<'_> = state.adam.step(learning_rate, self.plan.epsilon);
        let mut loss = 0.0;
        let Network { spec, layout, parameters } = network;
        let layers = layout.layers.iter().zip(&spec.layers).zip(&mut state.layers);
        for (number, ((layout, spec), homeostasis)) in layers.enumerate() {
            let layer = layout.view(parameters);
            let (below, activity) = layer_of(&mut self.activities, number, &self.input, &self.past);
            let kernels = self.plan.kernels;
            layer.forward(below, activity, kernels);
            layer.logits(activity.events(), &mut self.errors);
            self.glimpses.fire(number, &layer, &self.past, kernels);
            let Verdict { loss: layer_loss, error } = self.judge(layout.classes);
            loss += layer_loss;
            homeostasis.notice_error(error);
            let mean = 1.0 / self.labels.len() as f32;
            let error = Error { values: &self.errors, nodes_scale: mean, readout_scale: mean };
            let activity = &self.activities[number];
            self.lesson.teach(layout, parameters, &error, activity, kernels, &mut step);
            let thresholds = &mut parameters[layout.thresholds()];
            let rates = Rates {
                learning: learning_rate,
                timer: self.plan.timer_rate,
                timer_wanted: spec.timer,
            };
            let (events, glimpses) = (activity.events(), self.glimpses.events_of(number));
            homeostasis.move_thresholds(thresholds, events, glimpses, &rates, &mut self.fired);
        }
        loss
    }

    /// Turns one layer's logits into errors; new rows that come with old ones compete among their own classes alone.
    fn judge(&mut self, classes: usize) -> Verdict {
        let Some(Incoming { samples, present }) = &self.incoming else {
            return find_errors(&mut self.errors, &self.labels, classes, self.plan);
        };
        let (new_labels, old_labels) = self.labels.split_at(*samples);
        let (new, old) = self.errors.split_at_mut(samples * classes);
        let new = find_errors_among(present, new, new_labels, self.plan);
        let even = Plan { log_prior: None, ..*self.plan };
        let old = find_errors(old, old_labels, classes, &even);
        let part = *samples as f32 / self.labels.len() as f32;
        let error = part * new.error + (1.0 - part) * old.error;
        Verdict { loss: new.loss + old.loss, error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dataset::Values, learning::plan::Kernels};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    fn blobs() -> Dataset {
        let mut counter = Counter::new(5, 0);
        let mut values = Vec::new();
        let mut labels = Vec::new();
        for row in 0..300u16 {
            let label = row % 3;
            for input in 0..12 {
                let centre = if input % 3 == label { 1.5 } else { 0.0 };
                values.push(centre + 0.4 * counter.normal());
            }
            labels.push(label);
        }
        Dataset { inputs: 12, classes: 3, values: Values::Floats(values), labels }
    }

    fn trained(timer: u32, steps: u32) -> (Network, f32) {
        let layers = vec![LayerSpec::new(64, timer)];
        let spec = NetworkSpec { inputs: 12, steps: 1, layers, classes: 3, seed: 1 };
        let mut network = Network::new(&spec).unwrap();
        let mut state = LearningState::new(&spec);
        let plan = Plan { steps, seed: 1, ..Plan::default() };
        let rows: Vec<u32> = (0..300).collect();
        let loss = train(&mut network, &mut state, &blobs(), &rows, &plan).unwrap();
        (network, loss)
    }

    #[test]
    fn the_loss_falls() {
        let (_, early) = trained(4, 10);
        let (_, late) = trained(4, 400);
        assert!(late < 0.5 * early, "{early} to {late}");
    }

    /// Homeostasis rests where 1 - q = q / 2, at a rate of 1 - (2/3)^(1/T); counts in small batches lift it a little.
    #[test]
    fn the_timer_sets_the_firing_rate() {
        for (timer, expected) in [(3, 0.126), (6, 0.065), (12, 0.033)] {
            let (network, _) = trained(timer, 3_000);
            let rows: Vec<u32> = (0..300).collect();
            let rate = crate::evaluate(&network, &blobs(), &rows).firing_rate();
            assert!((rate - expected).abs() < 0.35 * expected, "T = {timer}: {rate}");
        }
    }

    #[test]
    fn dense_kernels_teach_the_same_bits() {
        let layers = vec![LayerSpec::new(43, 4), LayerSpec::new(7, 3)];
        let spec = NetworkSpec { inputs: 12, steps: 1, layers, classes: 3, seed: 1 };
        let rows: Vec<u32> = (0..300).collect();
        let taught = |kernels| {
            let mut network = Network::new(&spec).unwrap();
            let mut state = LearningState::new(&spec);
            let plan = Plan { steps: 50, batch_rows: 13, kernels, ..Plan::default() };
            train(&mut network, &mut state, &blobs(), &rows, &plan).unwrap();
            (network, state)
        };
        let (events, dense) = (taught(Kernels::EventDriven), taught(Kernels::Dense));
        assert_eq!(events, dense);
        assert_eq!(taught(Kernels::Chosen), dense);
    }

    #[test]
    fn a_timer_that_adapts_stays_within_a_quarter_of_its_description() {
        let spec = NetworkSpec {
            inputs: 12,
            steps: 1,
            layers: vec![LayerSpec::new(64, 8)],
            classes: 3,
            seed: 1,
        };
        let mut network = Network::new(&spec).unwrap();
        let mut state = LearningState::new(&spec);
        let rows: Vec<u32> = (0..300).collect();
        let plan = Plan { steps: 400, timer_rate: 10.0, ..Plan::default() };
        train(&mut network, &mut state, &blobs(), &rows, &plan).unwrap();
        let timer = state.layers[0].timer;
        assert!(timer != 8.0 && (6.0..=10.0).contains(&timer), "{timer}");
    }

    #[test]
    fn a_call_for_learning_lengthens_the_steps() {
        let spec = NetworkSpec {
            inputs: 12,
            steps: 1,
            layers: vec![LayerSpec::new(64, 4)],
            classes: 3,
            seed: 1,
        };
        let rows: Vec<u32> = (0..300).collect();
        let moved = |urgency| {
            let mut network = Network::new(&spec).unwrap();
            let mut state = LearningState::new(&spec);
            state.call_for_learning(urgency);
            let plan = Plan { steps: 5, ..Plan::default() };
            let before = network.parameters.clone();
            train(&mut network, &mut state, &blobs(), &rows, &plan).unwrap();
            let squares = network.parameters.iter().zip(before).map(|(a, b)| (a - b) * (a - b));
            squares.sum::<f32>().sqrt()
        };
        assert!(moved(1.0) > 1.5 * moved(0.0), "{} and {}", moved(1.0), moved(0.0));
    }
}
