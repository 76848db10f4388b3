//! A network that fits the data and the device, and the reason in a sentence.
//!
//! Measured by `examples/sizes.rs`: percent of the validation rows told right, the mean of ten seeds that each draw other
//! rows and weights (60 percent to train on, 20 to validate; 1,000 steps of 16 rows, learning rate 0.005, falling).
//!
//! | one layer of, with a timer of 4 | 8 | 16 | 32 | 64 | 128 | 256 | two of 32 | two of 128 |
//! |---|---|---|---|---|---|---|---|---|
//! | iris, 150 rows of 4 numbers | 87.7 | 91.0 | 91.7 | 94.0 | 96.0 | 95.0 | 92.3 | 94.3 |
//! | wine, 178 of 13 | 83.1 | 90.3 | 94.2 | 96.7 | 97.2 | 97.5 | 94.2 | 96.7 |
//! | breast cancer, 569 of 30 | 92.2 | 94.0 | 96.3 | 95.9 | 96.1 | 96.9 | 96.2 | 96.4 |
//! | digits, 1,797 of 64 | 77.6 | 92.6 | 94.7 | 96.0 | 96.9 | 97.1 | 94.5 | 96.7 |
//!
//! So: one layer, as a second one told no more right; 128 nodes for hundreds of rows, 256 for thousands. From ten thousand
//! rows on, two layers of 512, by what was measured on 60,000 pictures. A timer of 2 (one node in six fires) was better
//! for layers under 64 nodes alone. Between 200 and 3,000 steps and between 0.001 and 0.01, steps and learning rate made
//! up for each other within the noise of about a percent; 0.03 was worse on three tables of four. Smoothed labels helped
//! on digits (96.3 to 96.9) and on no small table for sure.

use neural::Plan;
use protocol::{
    cluster::{InvalidSpec, LayerSpec, NetworkSpec},
    limits,
};

/// What is known of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows to train on.
    pub rows: u32,
    /// Values in one input.
    pub inputs: u32,
    /// Classes to tell apart.
    pub classes: u32,
}

/// A network, how to train it, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The description of the network.
    pub spec: NetworkSpec,
    /// Its training from beginning to end.
    pub plan: Plan,
    /// One sentence for a person.
    pub reason: String,
}

/// Data that no network is suggested for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SizingError {
    /// Nothing to learn from.
    #[error("no rows to train on")]
    NoRows,
    /// No network has such inputs or classes.
    #[error(transparent)]
    Spec(#[from] InvalidSpec),
    /// A device that is too small.
    #[error(
        "{NODES_MIN} nodes for {inputs} inputs have {parameters} parameters, where this device takes {parameters_max}: leave out columns, or make pictures smaller"
    )]
    Device {
        /// Values in one input.
        inputs: u32,
        /// Of the least network.
        parameters: u64,
        /// As given.
        parameters_max: u64,
    },
}

/// A layer of fewer nodes told much less right on every table.
const NODES_MIN: u32 = 8;

/// Rows from which the next larger network is worth its time.
const ROWS_FOR_MORE_NODES: u32 = 1_000;
const ROWS_FOR_TWO_LAYERS: u32 = 10_000;

/// One node in ten fires; small layers need more of them.
const TIMER: u32 = 4;
const TIMER_OF_SMALL_LAYERS: u32 = 2;
const SMALL_LAYER_NODES: u32 = 63;

/// How often each of many rows is seen.
const EPOCHS_OF_MANY_ROWS: u32 = 10;

/// A network for data of that shape, of at most `parameters_max` parameters (a device's memory; the limit of the protocol
/// holds besides), and its training. `seed` decides the first weights and the order of the rows.
///
/// # Errors
/// [`SizingError`] says what is too large or too small.
pub fn suggest_network(
    shape: Shape,
    parameters_max: u64,
    seed: u64,
) -> Result<Suggestion, SizingError> {
    let Shape { rows, inputs, classes } = shape;
    if rows == 0 {
        return Err(SizingError::NoRows);
    }
    let network = |layers: usize, nodes: u32| {
        let layers = vec![layer_of(nodes); layers];
        NetworkSpec { inputs, steps: 1, layers, classes, seed }
    };
    let (layers, wanted, why) = match rows {
        ROWS_FOR_TWO_LAYERS.. => (2, 512, "tens of thousands of rows have use for a second layer"),
        ROWS_FOR_MORE_NODES.. => (1, 256, "on thousands of rows more layers told no more right"),
        _ => (1, 128, "on hundreds of rows more nodes or layers told no more right"),
    };
    let parameters_max = parameters_max.min(limits::NETWORK_PARAMETERS_MAX as u64);
    let mut nodes = wanted;
    while nodes > NODES_MIN && network(layers, nodes).parameters() > parameters_max {
        nodes /= 2;
    }
    let spec = network(layers, nodes);
    let parameters = spec.parameters();
    if parameters > parameters_max {
        return Err(SizingError::Device { inputs, parameters, parameters_max });
    }
    spec.validate()?;
    let plan = plan_for(rows, seed);
    let layers = if layers == 1 { "one layer" } else { "two layers" };
    let why = match nodes < wanted {
        true => format!(
            "{wanted} nodes would have more than the {parameters_max} parameters that fit here"
        ),
        false => why.to_owned(),
    };
    let reason = format!(
        "{rows} rows of {inputs} values in {classes} classes: {layers} of {nodes} nodes, because {why}; \
         {} steps of {} rows see each row about {} times.",
        plan.steps,
        plan.batch_rows,
        (u64::from(plan.steps) * u64::from(plan.batch_rows)).div_ceil(rows.into()),
    );
    Ok(Suggestion { spec, plan, reason })
}

/// A layer of that many nodes, with the timer that suits it.
pub fn layer_of(nodes: u32) -> LayerSpec {
    let timer = if nodes > SMALL_LAYER_NODES { TIMER } else { TIMER_OF_SMALL_LAYERS };
    LayerSpec::new(nodes, timer)
}

fn plan_for(rows: u32, seed: u64) -> Plan {
    let many = rows >= ROWS_FOR_MORE_NODES;
    let (batch_rows, learning_rate) = match rows {
        ROWS_FOR_TWO_LAYERS.. => (64, 0.001),
        ROWS_FOR_MORE_NODES.. => (32, 0.005),
        _ => (16, 0.005),
    };
    let steps = (rows / batch_rows).saturating_mul(EPOCHS_OF_MANY_ROWS).max(1_000);
    let smoothing = if many { 0.1 } else { 0.0 };
    Plan { steps, batch_rows, learning_rate, decay: 0.99, smoothing, seed, ..Plan::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(rows: u32, inputs: u32, parameters_max: u64) -> Result<Suggestion, SizingError> {
        suggest_network(Shape { rows, inputs, classes: 3 }, parameters_max, 1)
    }

    #[test]
    fn the_choice_is_explained_in_a_sentence() {
        let suggestion = suggested(90, 5, u64::MAX).unwrap();
        assert_eq!(suggestion.spec.layers, [LayerSpec::new(128, 4)]);
        assert_eq!(
            suggestion.reason,
            "90 rows of 5 values in 3 classes: one layer of 128 nodes, because on hundreds of rows more nodes or \
             layers told no more right; 1000 steps of 16 rows see each row about 178 times."
        );
        assert_eq!(suggested(5_000, 64, u64::MAX).unwrap().spec.layers, [LayerSpec::new(256, 4)]);
        let many = suggested(60_000, 784, u64::MAX).unwrap();
        assert_eq!(many.spec.layers, [LayerSpec::new(512, 4); 2]);
        assert_eq!((many.plan.steps, many.plan.batch_rows), (9_370, 64));
    }

    #[test]
    fn a_small_device_gets_a_small_network_or_a_reason() {
        let small = suggested(90, 5, 500).unwrap();
        assert_eq!(small.spec.layers, [LayerSpec::new(32, 2)]);
        assert!(small.reason.contains("128 nodes would have more than the 500 parameters"));
        let wide = suggested(60_000, 65_536, u64::MAX).unwrap();
        assert!(wide.spec.parameters() <= limits::NETWORK_PARAMETERS_MAX as u64);
        let problem = suggested(90, 1_000, 500).unwrap_err().to_string();
        assert!(problem.contains("8 nodes for 1000 inputs have 8043 parameters"), "{problem}");
        assert_eq!(suggested(0, 5, 500), Err(SizingError::NoRows));
        let one = suggest_network(Shape { rows: 9, inputs: 5, classes: 1 }, 5_000, 1).unwrap_err();
        assert!(one.to_string().contains("1 classes: 2 to 1024 are possible"), "{one}");
        let none = suggest_network(Shape { rows: 9, inputs: 0, classes: 2 }, 5_000, 1);
        assert!(matches!(none, Err(SizingError::Spec(_))));
    }
}
