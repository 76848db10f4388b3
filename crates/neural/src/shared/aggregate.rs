//! Bringing the updates of a round into the shared model.

use crate::{
    network::PARAMETER_MAX,
    shared::{model::Model, robust, update::Update},
};

/// The outer optimiser: Nesterov's momentum on the mean update (DiLoCo, Douillard et al. 2023).
const OUTER_RATE: f32 = 0.7;
const OUTER_MOMENTUM: f32 = 0.9;

/// Rate and momentum for so many members: what one learns alone is taken as it is, and the more members there are, the less
/// of a round is the noise of one.
fn outer(members: usize) -> (f32, f32) {
    let alone = 1.0 / members as f32;
    (OUTER_RATE + (1.0 - OUTER_RATE) * alone, OUTER_MOMENTUM * (1.0 - alone))
}

/// An update with what it weighs.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Samples that it learnt from.
    pub samples: u32,
    /// What it learnt.
    pub update: Update,
}

/// Updates that cannot be brought together; the model is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// No update, or none with samples.
    #[error("no update with samples behind it")]
    Nothing,
    /// An update of another network.
    #[error("an update of {given} parameters for a model of {wanted}")]
    Shape {
        /// Parameters of the update.
        given: usize,
        /// Parameters of the model.
        wanted: usize,
    },
}

impl Model {
    /// Brings updates into the model. All who hold the same model and give the same contributions in the same order
    /// come to the same bits.
    ///
    /// With d what the updates of n members come to, whatever a quarter of them says: `m = μ m + d`, `w += ρ (d + μ m)`,
    /// `μ = 0.9 (1 - 1/n)` and `ρ = 0.7 + 0.3/n`; thresholds, which are set by firing rates and not by a gradient, just
    /// follow d.
    ///
    /// # Errors
    /// [`AggregateError`] if there is nothing to bring in, or an update does not fit.
    pub fn aggregate(&mut self, contributions: &[Contribution]) -> Result<(), AggregateError> {
        let members = members(self.momentum.len(), contributions)?;
        let (rate, outer_momentum) = outer(members.len());
        let direction = robust::combine(&members);
        let bounded = |value: f32| value.clamp(-PARAMETER_MAX, PARAMETER_MAX);
        for segment in self.network.layout.segments() {
            let parameters = &mut self.network.parameters[segment.range.clone()];
            let direction = &direction[segment.range.clone()];
            if segment.is_threshold {
                for (parameter, d) in parameters.iter_mut().zip(direction) {
                    *parameter = bounded(*parameter + d);
                }
                continue;
            }
            let momentum = &mut self.momentum[segment.range];
            for ((parameter, momentum), d) in parameters.iter_mut().zip(momentum).zip(direction) {
                *momentum = bounded(outer_momentum * *momentum + d);
                *parameter = bounded(*parameter + rate * (d + outer_momentum * *momentum));
            }
        }
        Ok(())
    }
}

impl Model {
    /// Brings encoded updates into the model, each with its samples. One that is no update of this network, or has no samples
    /// behind it, is left out: all members see the same bytes, so all leave out the same.
    ///
    /// # Errors
    /// [`AggregateError`] if there is nothing to bring in.
    pub fn aggregate_encoded(&mut self, parts: &[(u32, &[u8])]) -> Result<(), AggregateError> {
        let spec = self.network.spec();
        let read = |(samples, bytes): &(u32, &[u8])| {
            let update = Update::decode(bytes, spec).ok()?;
            Some(Contribution { samples: *samples, update })
        };
        let contributions: Vec<_> = parts.iter().filter_map(read).collect();
        self.aggregate(&contributions)
    }
}

/// The members that count: those with samples, whose updates fit.
fn members(
    parameters: usize,
    contributions: &[Contribution],
) -> Result<Vec<&Contribution>, AggregateError> {
    for Contribution { update, .. } in contributions {
        if update.parameters() != parameters {
            let given = update.parameters();
            return Err(AggregateError::Shape { given, wanted: parameters });
        }
    }
    let members: Vec<_> = contributions.iter().filter(|member| member.samples > 0).collect();
    if members.is_empty() { Err(AggregateError::Nothing) } else { Ok(members) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::update::{Compression, compress};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    fn model() -> Model {
        let layers = vec![LayerSpec::new(4, 4)];
        Model::new(&NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 5 }).unwrap()
    }

    fn moving(model: &Model, by: f32, samples: u32) -> Contribution {
        let from = &model.network;
        let to = from.parameters.iter().map(|parameter| parameter + by).collect();
        let to = from.with_parameters(to).unwrap();
        let update =
            compress(from, &to, &mut vec![0.0; from.parameters.len()], Compression::Rows).unwrap();
        Contribution { samples, update }
    }

    #[test]
    fn updates_weigh_as_much_as_their_samples_but_no_more_than_the_one_in_the_middle() {
        let mut model = model();
        let before = model.network.clone();
        let contributions =
            [moving(&model, 0.4, 3), moving(&model, -0.4, 1), moving(&model, 0.4, 1_000_000)];
        model.aggregate(&contributions).unwrap();
        let layer = before.layout.layers[0];
        let moved = |place: usize| model.network.parameters[place] - before.parameters[place];
        let mean = 0.4 * (3.0 - 1.0 + 3.0) / 7.0;
        assert!((moved(layer.thresholds().start) - mean).abs() < 1e-5);
        assert!((moved(0) - 0.8 * 1.6 * mean).abs() < 1e-5);
    }

    #[test]
    fn the_encoded_model_goes_on_with_the_same_bits() {
        let mut model = model();
        model.aggregate(&[moving(&model, 0.3, 1)]).unwrap();
        let mut joined = Model::decode(&model.encode()).unwrap();
        let contribution = [moving(&model, -0.1, 1)];
        model.aggregate(&contribution).unwrap();
        joined.aggregate(&contribution).unwrap();
        assert_eq!(model.hash(), joined.hash());
    }

    #[test]
    fn nothing_to_bring_in_changes_nothing() {
        let mut model = model();
        let before = model.clone();
        assert_eq!(model.aggregate(&[]), Err(AggregateError::Nothing));
        let contribution = [moving(&model, 0.3, 0)];
        assert_eq!(model.aggregate(&contribution), Err(AggregateError::Nothing));
        assert_eq!(model, before);
    }
}
