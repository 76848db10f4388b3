//! Training that keeps each row private (DP-SGD, Abadi et al. 2016): no step depends on any one row by more than a bound,
//! and noise hides what is below it.
//!
//! What a row would change in a layer is an outer product, `(Mᵀ e ⊙ ψ) x̂ᵀ` for the nodes and `e yᵀ` for the readout, so its
//! length is known without it (Goodfellow 2015): `|Mᵀ e ⊙ ψ|² (|x̂|² + 1) + |e|² (|y|² + 1)`, summed over layers. And as both
//! are linear in the row's error `e`, a row is shortened by shortening its error: the kernels that teach stay the same.
//!
//! Firing rates and errors of a batch tell of rows too, so nothing follows them here: thresholds, timers and the pace of
//! layers stay where they are. A network that starts like that fires at every second node, and learns no worse for it.

use crate::{
    dataset::Dataset,
    kernels::{add_scaled, sum_of_squares},
    learning::{
        Descent, Error, Lesson, plan::Plan, state::LearningState, surrogate_gate, train::Diverged,
        verdict::find_errors,
    },
    network::{
        Network, PARAMETER_MAX,
        events::Events,
        layer::{Activity, Layer},
        layer_of,
    },
    temporal::Past,
};

/// What a row is shortened by more than it need be, so that roundings of its length do not lengthen it.
const MARGIN: f32 = 0.9999;

/// How training keeps rows private.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowPrivacy {
    /// The longest change of one row in a step, over all layers, before the step's own scale.
    pub clip: f32,
    /// The deviation of the noise in every parameter, in lengths of `clip`.
    pub noise_multiplier: f32,
}

/// Random bits that must be such as nobody else can know, such as a stream cipher's: of them are the noise, and which rows
/// take part in a step.
pub type Draw<'a> = &'a mut dyn FnMut() -> u64;

/// Trains `network` as [`crate::train`] does, but so that each row stays private: in each of the plan's steps, every row takes
/// part with probability `batch_rows / rows`, whatever the others do. Gives that probability, which a budget is kept with
/// (the mechanism is the sampled Gaussian of Mironov, Talwar and Zhang 2019).
///
/// The plan's decay, smoothing and kernels count as ever; pictures are not moved, and timers stay. Its `log_prior` must itself
/// be of noisy counts.
///
/// Noise is in `f32`, whose last bits are not those of a real Gaussian (Mironov 2012): who sees every bit of every step may
/// learn more than the budget says. Others see the sum of all steps of a round, in 255 steps a row.
///
/// # Errors
/// [`Diverged`]; the network and its learning state are then of no use.
///
/// # Panics
/// If there are no rows, the data set does not fit the network, or the plan moves pictures.
pub fn train_privately(
    network: &mut Network,
    state: &mut LearningState,
    dataset: &Dataset,
    rows: &[u32],
    plan: &Plan,
    privacy: &RowPrivacy,
    draw: Draw<'_>,
) -> Result<f64, Diverged> {
    assert!(!rows.is_empty() && plan.batch_rows > 0 && plan.jitter == 0);
    assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
    let rate = f64::min(1.0, f64::from(plan.batch_rows) / rows.len() as f64);
    let mut school = School::new(network, plan, *privacy);
    for step in 0..plan.steps {
        school.take_rows(dataset, rows, rate, draw);
        school.gather(network);
        school.add_noise(draw);
        school.descend(network, state, plan.learning_rate_at(step));
    }
    let is_sound = network.parameters.iter().all(|parameter| parameter.abs() <= PARAMETER_MAX);
    is_sound.then_some(rate).ok_or(Diverged)
}

struct School<'a> {
    plan: &'a Plan,
    privacy: RowPrivacy,
    input: Events,
    past: Past,
    labels: Vec<usize>,
    activities: Vec<Activity>,
    /// Of each layer, a row a sample, a column a class.
    errors: Vec<Vec<f32>>,
    /// One a sample: the square of how far it would change all layers.
    squares: Vec<f32>,
    signal: Vec<f32>,
    lesson: Lesson,
    /// One a parameter; those of thresholds are left alone.
    gradient: Vec<f32>,
}

impl<'a> School<'a> {
    fn new(network: &Network, plan: &'a Plan, privacy: RowPrivacy) -> Self {
        let layers = network.layout.layers.len();
        Self {
            plan,
            privacy,
            input: Events::new(network.spec.inputs),
            past: Past::new(&network.spec),
            labels: Vec::new(),
            activities: vec![Activity::default(); layers],
            errors: vec![Vec::new(); layers],
            squares: Vec::new(),
            signal: Vec::new(),
            lesson: Lesson::default(),
            gradient: vec![0.0; network.parameters.len()],
        }
    }

    /// Each row on its own throws a coin.
    fn take_rows(&mut self, dataset: &Dataset, rows: &[u32], rate: f64, draw: Draw<'_>) {
        self.input.reset(dataset.inputs);
        self.labels.clear();
        // A rate of 1 is above every number drawn.
        let below = (rate * 2f64.powi(53)) as u64;
        for row in rows {
            if draw() >> 11 < below {
                dataset.read_row(*row as usize, &mut self.input);
                self.labels.push(usize::from(dataset.labels[*row as usize]));
            }
        }
    }

    /// The sum of what all rows of the batch would change, each shortened to `clip`.
    fn gather(&mut self, network: &mut Network) {
        self.gradient.fill(0.0);
        if self.labels.is_empty() {
            return;
        }
        self.look(network);
        for (sample, square) in self.squares.iter().enumerate() {
            let (length, longest) = (square.sqrt(), MARGIN * self.privacy.clip);
            if length > longest {
                let factor = longest / length;
                for (errors, layout) in self.errors.iter_mut().zip(&network.layout.layers) {
                    let error = &mut errors[sample * layout.classes..][..layout.classes];
                    error.iter_mut().for_each(|value| *value *= factor);
                }
            }
        }
        let layers = network.layout.layers.iter().zip(&self.errors).zip(&self.activities);
        for ((layout, errors), activity) in layers {
            let error = Error { values: errors, nodes_scale: 1.0, readout_scale: 1.0 };
            let mut sums = Sums(&mut self.gradient);
            let parameters = &mut network.parameters;
            self.lesson.teach(layout, parameters, &error, activity, self.plan.kernels, &mut sums);
        }
    }

    /// Lets all layers fire and err, and finds how far each row would change them.
    fn look(&mut self, network: &Network) {
        self.past.recall(network, &self.input);
        self.squares.clear();
        self.squares.resize(self.labels.len(), 0.0);
        for (number, (layer, layout)) in network.layers().zip(&network.layout.layers).enumerate() {
            let (below, activity) = layer_of(&mut self.activities, number, &self.input, &self.past);
            layer.forward(below, activity, self.plan.kernels);
            let errors = &mut self.errors[number];
            layer.logits(activity.events(), errors);
            find_errors(errors, &self.labels, layout.classes, self.plan);
            for (sample, square) in self.squares.iter_mut().enumerate() {
                let error = &errors[sample * layout.classes..][..layout.classes];
                *square += change_of(&layer, activity, sample, error, &mut self.signal);
            }
        }
    }

    fn add_noise(&mut self, draw: Draw<'_>) {
        let deviation = self.privacy.noise_multiplier * self.privacy.clip;
        let mut normal = Normal { draw, spare: None };
        self.gradient.iter_mut().for_each(|value| *value += deviation * normal.next());
    }

    fn descend(&mut self, network: &mut Network, state: &mut LearningState, learning_rate: f32) {
        let mean = 1.0 / self.plan.batch_rows as f32;
        self.gradient.iter_mut().for_each(|value| *value *= mean);
        let learning_rate = learning_rate * state.gain();
        state.calm_down();
        let mut step = state.adam.step(learning_rate, self.plan.epsilon);
        for segment in network.layout.segments().filter(|segment| !segment.is_threshold) {
            let range = segment.range;
            step.descend(&mut network.parameters, range.start, &self.gradient[range]);
        }
    }
}

/// The square of how far one sample would change a layer with that error.
fn change_of(
    layer: &Layer<'_>,
    activity: &Activity,
    sample: usize,
    error: &[f32],
    signal: &mut Vec<f32>,
) -> f32 {
    let nodes = layer.nodes();
    signal.clear();
    signal.resize(nodes, 0.0);
    for (row, error) in layer.readout.chunks_exact(nodes).zip(error) {
        add_scaled(signal, row, *error);
    }
    let accumulators = &activity.accumulators[sample * nodes..][..nodes];
    for ((signal, a), threshold) in signal.iter_mut().zip(accumulators).zip(layer.thresholds) {
        *signal *= surrogate_gate(a - threshold);
    }
    let input = sum_of_squares(activity.input.sample(sample).1);
    let events = sum_of_squares(activity.events().sample(sample).1);
    sum_of_squares(signal) * (input + 1.0) + sum_of_squares(error) * (events + 1.0)
}

/// Adds gradients up in the place of a step.
struct Sums<'a>(&'a mut [f32]);

impl Descent for Sums<'_> {
    fn descend(&mut self, _: &mut [f32], place: usize, gradient: &[f32]) {
        add_scaled(&mut self.0[place..place + gradient.len()], gradient, 1.0);
    }
}

/// Normal numbers from random bits (Marsaglia and Bray 1964, the polar method), two at a time.
struct Normal<'a> {
    draw: Draw<'a>,
    spare: Option<f32>,
}

impl Normal<'_> {
    fn next(&mut self) -> f32 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let bits = (self.draw)();
            let symmetric = |bits: u32| (bits >> 8) as f32 / 8_388_608.0 - 1.0;
            let (u, v) = (symmetric(bits as u32), symmetric((bits >> 32) as u32));
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * crate::kernels::numbers::ln(square) / square).sqrt();
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dataset::Values, random::Counter};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    const ROWS: usize = 240;

    fn spec() -> NetworkSpec {
        let layers = vec![LayerSpec::new(24, 4), LayerSpec::new(11, 4)];
        NetworkSpec { inputs: 12, steps: 1, layers, classes: 3, seed: 1 }
    }

    fn blobs() -> Dataset {
        let mut counter = Counter::new(5, 0);
        let mut values = Vec::new();
        let labels: Vec<u16> = (0..ROWS as u16).map(|row| row % 3).collect();
        for label in &labels {
            let centre = |input: u16| if input % 3 == *label { 1.5 } else { 0.0 };
            values.extend((0..12).map(|input| centre(input) + 0.4 * counter.normal()));
        }
        Dataset { inputs: 12, classes: 3, values: Values::Floats(values), labels }
    }

    fn length(values: impl IntoIterator<Item = f32>) -> f32 {
        values.into_iter().map(|value| value * value).sum::<f32>().sqrt()
    }

    /// The sum that a batch of just those rows comes to.
    fn gathered(rows: &[u32], clip: f32) -> (Vec<f32>, Vec<f32>) {
        let mut network = Network::new(&spec()).unwrap();
        let plan = Plan { batch_rows: 1, ..Plan::default() };
        let privacy = RowPrivacy { clip, noise_multiplier: 0.0 };
        let mut school = School::new(&network, &plan, privacy);
        school.take_rows(&blobs(), rows, 1.0, &mut || 0);
        school.gather(&mut network);
        (school.gradient, school.squares)
    }

    #[test]
    fn how_far_a_row_would_go_is_known_without_going() {
        for row in 0..20 {
            let (gradient, squares) = gathered(&[row], f32::INFINITY);
            let found = squares[0].sqrt();
            let expected = length(gradient);
            assert!((found / expected - 1.0).abs() < 1e-4, "{found} and not {expected}");
        }
    }

    #[test]
    fn no_row_moves_a_step_by_more_than_the_bound() {
        let rows: Vec<u32> = (0..40).collect();
        for clip in [0.5, 2.0, 20.0] {
            let (with, _) = gathered(&rows, clip);
            for left_out in 0..40 {
                let others: Vec<u32> =
                    rows.iter().copied().filter(|row| *row != left_out).collect();
                let (without, _) = gathered(&others, clip);
                let moved = length(with.iter().zip(without).map(|(with, without)| with - without));
                assert!(moved <= clip * 1.0001, "{moved} where {clip} is the bound");
            }
        }
    }

    #[test]
    fn rows_take_part_as_likely_as_the_rate_says_whatever_others_do() {
        let rows: Vec<u32> = (0..ROWS as u32).collect();
        let network = Network::new(&spec()).unwrap();
        let plan = Plan::default();
        let mut school =
            School::new(&network, &plan, RowPrivacy { clip: 1.0, noise_multiplier: 1.0 });
        let mut counter = Counter::new(3, 0);
        let (mut total, mut sizes) = (0, std::collections::BTreeSet::new());
        for _ in 0..400 {
            school.take_rows(&blobs(), &rows, 0.1, &mut || counter.next_u64());
            total += school.labels.len();
            sizes.insert(school.labels.len());
        }
        let mean = total as f32 / 400.0;
        assert!((mean - 24.0).abs() < 1.2, "{mean}");
        assert!(sizes.len() > 10, "batches are not of one size: {sizes:?}");
    }

    #[test]
    fn noisy_steps_learn_and_leave_thresholds_alone() {
        let rows: Vec<u32> = (0..ROWS as u32).collect();
        let trained = |noise_multiplier| {
            let mut network = Network::new(&spec()).unwrap();
            let mut state = LearningState::new(&spec());
            let plan = Plan { steps: 150, batch_rows: 60, learning_rate: 0.01, ..Plan::default() };
            let privacy = RowPrivacy { clip: 2.0, noise_multiplier };
            let mut counter = Counter::new(9, 0);
            let mut draw = || counter.next_u64();
            let rate = train_privately(
                &mut network,
                &mut state,
                &blobs(),
                &rows,
                &plan,
                &privacy,
                &mut draw,
            );
            assert_eq!(rate, Ok(0.25));
            network
        };
        let network = trained(1.0);
        let accuracy = crate::evaluate(&network, &blobs(), &rows).accuracy();
        assert!(accuracy > 0.9, "{accuracy}");
        assert!(network.layers().all(|layer| layer.thresholds.iter().all(|it| *it == 0.0)));
        assert_ne!(network, trained(0.0), "noise makes a difference");
    }

    #[test]
    fn a_step_without_rows_is_noise_alone() {
        let mut network = Network::new(&spec()).unwrap();
        let mut state = LearningState::new(&spec());
        let privacy = RowPrivacy { clip: 1.0, noise_multiplier: 1.0 };
        let plan = Plan { steps: 1, batch_rows: 1, ..Plan::default() };
        let before = network.clone();
        // With so high numbers no row takes part, and noise has the same number throughout.
        let mut draws =
            (0..ROWS).map(|_| u64::MAX).chain(core::iter::repeat(0x9000_0000_9000_0000));
        let mut draw = || draws.next().unwrap_or_default();
        let rows: Vec<u32> = (0..ROWS as u32).collect();
        train_privately(&mut network, &mut state, &blobs(), &rows, &plan, &privacy, &mut draw)
            .unwrap();
        assert_ne!(network, before);
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut counter = Counter::new(1, 2);
        let mut draw = || counter.next_u64();
        let mut normal = Normal { draw: &mut draw, spare: None };
        let numbers: Vec<_> = (0..100_000).map(|_| f64::from(normal.next())).collect();
        let mean = numbers.iter().sum::<f64>() / 1e5;
        let variance = numbers.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} and {variance}");
    }
}
