//! Local training: every layer descends its own readout's error; thresholds follow their nodes' firing rates.

use crate::{
    adam::Adam,
    dataset::Dataset,
    layer::{Activity, StepSizes},
    network::{Network, PARAMETER_MAX, Thought},
    numbers::{exp, ln, log_softmax, whole_power},
    random::Counter,
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
    /// Adam's step size.
    pub learning_rate: f32,
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
    let mut lesson = Lesson::new(network, plan);
    let mut loss = 0.0;
    for _ in 0..plan.steps {
        lesson.clear();
        for _ in 0..plan.batch_rows {
            loss += f64::from(lesson.add_sample(network, dataset, order.next_row()));
        }
        adam.step(&mut network.parameters, &lesson.gradient, plan.learning_rate);
        lesson.move_thresholds(network, plan.batch_rows);
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

/// What one batch teaches.
struct Lesson<'a> {
    plan: &'a Plan,
    thought: Thought,
    /// One a parameter: its mean gradient over the batch.
    gradient: Vec<f32>,
    /// One a node of a layer: the samples of the batch on which it fired.
    fired: Vec<Vec<u32>>,
}

impl<'a> Lesson<'a> {
    fn new(network: &Network, plan: &'a Plan) -> Self {
        let fired = network.layout.layers.iter().map(|layer| vec![0; layer.nodes]).collect();
        let gradient = vec![0.0; network.parameters.len()];
        Self { plan, thought: Thought::new(network), gradient, fired }
    }

    fn clear(&mut self) {
        self.gradient.fill(0.0);
        self.fired.iter_mut().for_each(|counts| counts.fill(0));
    }

    /// Adds one row's part of the gradient; gives its loss, summed over layers.
    fn add_sample(&mut self, network: &Network, dataset: &Dataset, row: usize) -> f32 {
        let Thought { input, activities, logits, .. } = &mut self.thought;
        dataset.read_row(row, input);
        let label = usize::from(dataset.labels[row]);
        let mean = 1.0 / self.plan.batch_rows as f32;
        let step = StepSizes { nodes: mean, readout: mean };
        let mut loss = 0.0;
        for (number, (layer, layout)) in network.layers().zip(&network.layout.layers).enumerate() {
            let (below, rest) = activities.split_at_mut(number);
            let below = below.last().map_or(&*input, Activity::events);
            let activity = &mut rest[0];
            layer.forward(below, activity);
            layer.logits(activity.events(), logits);
            if let Some(log_prior) = &self.plan.log_prior {
                logits.iter_mut().zip(log_prior).for_each(|(logit, prior)| *logit += prior);
            }
            log_softmax(logits);
            loss -= logits[label];
            logits.iter_mut().for_each(|logit| *logit = exp(*logit));
            logits[label] -= 1.0;
            layer.learn(below, logits, step, activity, layout.changes(&mut self.gradient));
            for node in activity.events().indices() {
                self.fired[number][*node as usize] += 1;
            }
        }
        loss
    }

    /// Homeostasis: a threshold rises as far as the timer stays quiet, and falls half as far as it runs out.
    fn move_thresholds(&self, network: &mut Network, batch_rows: u32) {
        let rate = HOMEOSTASIS_RATE_PER_LEARNING_RATE * self.plan.learning_rate;
        let rate = rate.min(HOMEOSTASIS_RATE_MAX);
        let Network { spec, layout, parameters } = network;
        for ((layer, spec), fired) in layout.layers.iter().zip(&spec.layers).zip(&self.fired) {
            for (threshold, fired) in parameters[layer.thresholds()].iter_mut().zip(fired) {
                let silent = 1.0 - *fired as f32 / batch_rows as f32;
                let runs_out = whole_power(silent, spec.timer);
                *threshold += rate * ((1.0 - runs_out) - 0.5 * runs_out);
            }
        }
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
        let layers = vec![LayerSpec { nodes: 64, timer }];
        let spec = NetworkSpec { inputs: 12, layers, classes: 3, seed: 1 };
        let mut network = Network::new(&spec).unwrap();
        let mut adam = Adam::new(network.parameters.len());
        let plan = Plan { steps, batch_rows: 32, learning_rate: 1e-3, seed: 1, log_prior: None };
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
