//! Local training: every layer descends its own readout's error; thresholds follow their nodes' firing rates.

use crate::{
    adam::Adam,
    dataset::Dataset,
    events::Events,
    kernels::add_scaled,
    layer::Activity,
    learning::{Error, Lesson},
    network::{Network, PARAMETER_MAX, layer_of},
    numbers::{exp, ln, log_softmax, whole_power},
    random::Counter,
    temporal::Past,
};

/// How far a threshold moves in a step at most.
const HOMEOSTASIS_RATE_MAX: f32 = 0.05;

/// How far it moves for each unit of Adam's step size. Thresholds that come to rest with the weights told one in a
/// hundred digits more right than thresholds that jump to the end.
const HOMEOSTASIS_RATE_PER_LEARNING_RATE: f32 = 25.0;

/// The least probability a class is taken to have: a class without rows must stay learnable from others.
const PRIOR_FLOOR: f32 = 1e-3;

/// One stretch of local training.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Steps.
    pub steps: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size at the first step.
    pub learning_rate: f32,
    /// The part of it that is gone after the last step, from 0 to 1; it falls evenly.
    pub decay: f32,
    /// The part of the wanted probability that is spread evenly over all classes, from 0 to less than 1 (label smoothing,
    /// Szegedy et al. 2016). Readouts that are never quite sure go on teaching the nodes below: with a tenth, two layers
    /// of 512 nodes tell half a percent more of MNIST right than with none.
    pub smoothing: f32,
    /// Decides which rows make which step.
    pub seed: u64,
    /// Added to the logits while training, one a class: with [`log_prior`] of skewed rows, the network learns what it
    /// would learn from even ones (logit adjustment, Menon et al. 2021).
    pub log_prior: Option<Vec<f32>>,
}

/// Training left the range of useful numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("training diverged: choose a smaller learning rate")]
pub struct Diverged;

/// Trains `network` on those `rows` of `dataset`, which must fit it; gives the mean loss over steps and layers.
///
/// Rows are taken in an order drawn from the seed, each once before any comes again.
///
/// # Errors
/// [`Diverged`]; the network and Adam's state are then of no use.
///
/// # Panics
/// If there are no rows, or the data set does not fit the network.
pub fn train(
    network: &mut Network,
    adam: &mut Adam,
    dataset: &Dataset,
    rows: &[u32],
    plan: &Plan,
) -> Result<f32, Diverged> {
    assert!(!rows.is_empty() && plan.batch_rows > 0);
    assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
    let mut order = RowOrder::new(rows, plan.seed);
    let mut school = School::new(network, plan);
    let mut loss = 0.0;
    for step in 0..plan.steps {
        school.take_rows(dataset, (0..plan.batch_rows).map(|_| order.next_row()));
        loss += school.teach(network, adam, plan.learning_rate_at(step));
        if !loss.is_finite() {
            return Err(Diverged);
        }
    }
    if !network.parameters.iter().all(|parameter| parameter.abs() <= PARAMETER_MAX) {
        return Err(Diverged);
    }
    let terms =
        f64::from(plan.steps) * f64::from(plan.batch_rows) * network.spec.layers.len() as f64;
    Ok((loss / terms.max(1.0)) as f32)
}

impl Default for Plan {
    /// A hundred steps of 32 rows, with one step size throughout and labels as they are.
    fn default() -> Self {
        Self {
            steps: 100,
            batch_rows: 32,
            learning_rate: 1e-3,
            decay: 0.0,
            smoothing: 0.0,
            seed: 0,
            log_prior: None,
        }
    }
}

impl Plan {
    fn learning_rate_at(&self, step: u32) -> f32 {
        self.learning_rate * (1.0 - self.decay * (step as f32 / self.steps as f32))
    }
}

/// The logarithm of each class's part of the rows, at least ln 0.001.
pub fn log_prior(class_rows: &[u32]) -> Vec<f32> {
    let total: u64 = class_rows.iter().map(|rows| u64::from(*rows)).sum();
    let part = |rows: &u32| *rows as f32 / total.max(1) as f32;
    class_rows.iter().map(|rows| ln(part(rows).max(PRIOR_FLOOR))).collect()
}

/// Rows in one random order after another.
struct RowOrder {
    rows: Vec<u32>,
    next: usize,
    counter: Counter,
}

impl RowOrder {
    fn new(rows: &[u32], seed: u64) -> Self {
        let mut counter = Counter::new(seed, 0);
        let mut rows = rows.to_vec();
        counter.shuffle(&mut rows);
        Self { rows, next: 0, counter }
    }

    fn next_row(&mut self) -> usize {
        if self.next == self.rows.len() {
            self.counter.shuffle(&mut self.rows);
            self.next = 0;
        }
        self.next += 1;
        self.rows[self.next - 1] as usize
    }
}

/// Everything that training needs beside the network; reused from batch to batch.
struct School<'a> {
    plan: &'a Plan,
    input: Events,
    past: Past,
    labels: Vec<usize>,
    activities: Vec<Activity>,
    /// A row a sample, a column a class: logits, and what becomes of them.
    errors: Vec<f32>,
    lesson: Lesson,
    /// One a node of the layer at work: the samples of the batch on which it fired.
    fired: Vec<u32>,
}

impl<'a> School<'a> {
    fn new(network: &Network, plan: &'a Plan) -> Self {
        Self {
            plan,
            input: Events::new(network.spec.inputs),
            past: Past::new(&network.spec),
            labels: Vec::new(),
            activities: vec![Activity::default(); network.layout.layers.len()],
            errors: Vec::new(),
            lesson: Lesson::default(),
            fired: Vec::new(),
        }
    }

    fn take_rows(&mut self, dataset: &Dataset, rows: impl Iterator<Item = usize>) {
        self.input.reset(dataset.inputs);
        self.labels.clear();
        for row in rows {
            dataset.read_row(row, &mut self.input);
            self.labels.push(usize::from(dataset.labels[row]));
        }
    }

    /// Takes one step of every layer; gives the loss, summed over samples and layers.
    fn teach(&mut self, network: &mut Network, adam: &mut Adam, learning_rate: f32) -> f64 {
        self.past.recall(network, &self.input);
        let mut step = adam.step(learning_rate);
        let mut loss = 0.0;
        let Network { spec, layout, parameters } = network;
        for (number, (layout, spec)) in layout.layers.iter().zip(&spec.layers).enumerate() {
            let layer = layout.view(parameters);
            let (below, activity) = layer_of(&mut self.activities, number, &self.input, &self.past);
            layer.forward(below, activity);
            layer.logits(activity.events(), &mut self.errors);
            loss += self.find_errors(layout.classes);
            let mean = 1.0 / self.labels.len() as f32;
            let error = Error { values: &self.errors, nodes_scale: mean, readout_scale: mean };
            let activity = &self.activities[number];
            self.lesson.teach(layout, parameters, &error, activity, &mut step);
            let thresholds = &mut parameters[layout.thresholds()];
            let (events, fired) = (activity.events(), &mut self.fired);
            move_thresholds(thresholds, spec.timer, learning_rate, events, fired);
        }
        loss
    }

    /// Turns logits into predicted less wanted probabilities; gives the loss.
    fn find_errors(&mut self, classes: usize) -> f64 {
        let everywhere = self.plan.smoothing / classes as f32;
        let mut loss = 0.0;
        for (logits, label) in self.errors.chunks_exact_mut(classes).zip(&self.labels) {
            if let Some(log_prior) = &self.plan.log_prior {
                add_scaled(logits, log_prior, 1.0);
            }
            log_softmax(logits);
            loss -= f64::from(logits[*label]);
            logits.iter_mut().for_each(|logit| *logit = exp(*logit) - everywhere);
            logits[*label] -= 1.0 - self.plan.smoothing;
        }
        loss
    }
}

/// Homeostasis: a threshold rises as far as the timer stays quiet, and falls half as far as it runs out. `fired` is
/// memory for the samples on which each node fired.
fn move_thresholds(
    thresholds: &mut [f32],
    timer: u32,
    learning_rate: f32,
    events: &Events,
    fired: &mut Vec<u32>,
) {
    let rate = HOMEOSTASIS_RATE_PER_LEARNING_RATE * learning_rate;
    let rate = rate.min(HOMEOSTASIS_RATE_MAX);
    fired.clear();
    fired.resize(thresholds.len(), 0);
    events.nodes().iter().for_each(|node| fired[*node as usize] += 1);
    for (threshold, fired) in thresholds.iter_mut().zip(fired) {
        let silent = 1.0 - *fired as f32 / events.samples() as f32;
        let runs_out = whole_power(silent, timer);
        *threshold += rate * ((1.0 - runs_out) - 0.5 * runs_out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Values;
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
        let mut adam = Adam::new(network.parameters.len());
        let plan = Plan { steps, seed: 1, ..Plan::default() };
        let rows: Vec<u32> = (0..300).collect();
        let loss = train(&mut network, &mut adam, &blobs(), &rows, &plan).unwrap();
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
    fn the_prior_of_a_missing_class_has_a_floor() {
        let prior = log_prior(&[3, 1, 0]);
        assert!((prior[0] - 0.75f32.ln()).abs() < 1e-5);
        assert!((prior[2] - 1e-3f32.ln()).abs() < 1e-5);
    }

    #[test]
    fn every_row_comes_once_before_any_comes_again() {
        let mut order = RowOrder::new(&[4, 5, 6], 1);
        for _ in 0..3 {
            let mut epoch: Vec<_> = (0..3).map(|_| order.next_row()).collect();
            epoch.sort_unstable();
            assert_eq!(epoch, [4, 5, 6]);
        }
    }
}
