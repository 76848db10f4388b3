//! Jobs that look at a cluster.

use super::{
    cluster::{Cluster, Question},
    invalid,
};
use crate::job::{
    Answer, Class, ClusterState, Evaluation, JobError, LayerState, Prediction, WeightedUpdate,
};
use neural::{Dataset, InvalidInput, Network, Sight, Stream, Update};
use protocol::session::SCORE_MAX;
use units::ClusterId;

/// Rows on which updates of others are judged: enough to tell harm from luck, few beside those of a round's training.
const JUDGED_ROWS_MAX: usize = 64;

impl Cluster {
    pub(super) fn evaluate(
        &mut self,
        id: &ClusterId,
        dataset: Option<&Dataset>,
    ) -> Result<Answer, JobError> {
        if let Some(dataset) = dataset {
            self.check_fit(dataset)?;
            let rows: Vec<u32> = (0..dataset.rows() as u32).collect();
            let evaluation = neural::evaluate(self.model.network(), dataset, &rows);
            return Ok(Answer::Evaluated(self.note(evaluation)));
        }
        if self.data.is_none() {
            return Err(JobError::NoData(id.clone()));
        }
        let nothing = || invalid(format_args!("cluster `{id}` has no held-out rows"));
        self.together().map(Answer::Evaluated).ok_or_else(nothing)
    }

    /// The shared network on the held-out rows.
    pub(super) fn together(&mut self) -> Option<Evaluation> {
        let (network, data) = (self.model.network(), self.data.as_ref()?);
        let evaluation = data.judge(network)?;
        self.memories.look(network, data);
        Some(self.note(evaluation))
    }

    /// What each update brings by itself on held-out rows of this device, in hundredths of a nat. Bytes that are no update
    /// bring as little as can be.
    pub(super) fn judge(&self, updates: &[WeightedUpdate]) -> Vec<i16> {
        let rows = self.data.as_ref().map(|data| data.sample_of_held_out(JUDGED_ROWS_MAX));
        let (Some(data), Some(rows)) = (&self.data, rows.filter(|rows| !rows.is_empty())) else {
            return Vec::new();
        };
        let network = self.model.network();
        let score = |weighted: &WeightedUpdate| {
            let Ok(update) = Update::decode(&weighted.update, network.spec()) else {
                return -SCORE_MAX;
            };
            let gain = neural::scores(network, &[&update], &data.dataset, &rows)[0];
            let most = f64::from(SCORE_MAX);
            (100.0 * gain).round().clamp(-most, most) as i16
        };
        updates.iter().map(score).collect()
    }

    /// Remembers how the shared network's nodes fired.
    fn note(&mut self, evaluation: neural::Evaluation) -> Evaluation {
        let rows = evaluation.rows.max(1) as f32;
        let rates = |fired: &Vec<u32>| fired.iter().map(|fired| *fired as f32 / rows).collect();
        let statistics = &mut self.statistics;
        statistics.firing_rates = evaluation.fired.iter().map(rates).collect();
        statistics.multiplications += evaluation.multiplications;
        statistics.multiplications_ungated += evaluation.multiplications_ungated;
        for_people(evaluation)
    }

    pub(super) fn predict(&mut self, input: Vec<f32>) -> Result<Answer, JobError> {
        let spec = self.model.network().spec();
        let sight = if spec.steps > 1 && input.len() == spec.frame() as usize {
            self.look_at_next_frame(&input)
        } else if spec.steps > 1 && input.len() != spec.inputs as usize {
            return Err(invalid(format_args!(
                "{} values where this network takes {} of a whole input, or {} of its next frame",
                input.len(),
                spec.inputs,
                spec.frame()
            )));
        } else {
            self.look_at_whole(input)
        };
        let Sight { probabilities, fired } = sight.map_err(invalid)?;
        let classes = classes_of(probabilities);
        Ok(Answer::Predicted(Prediction { classes, fired, missing_nodes: 0 }))
    }

    fn look_at_whole(&mut self, input: Vec<f32>) -> Result<Sight, InvalidInput> {
        let sight = self.answering().look(&input)?;
        self.question = Some(Question::Input(input));
        Ok(sight)
    }

    /// The first frame of a stream, or the one after those before.
    fn look_at_next_frame(&mut self, frame: &[f32]) -> Result<Sight, InvalidInput> {
        if let Some(Question::Stream(stream)) = &mut self.question {
            return stream.look(frame);
        }
        let network = self.answering().clone();
        // An error may come as late as an input is long.
        let decay = 1.0 - 1.0 / network.spec().steps as f32;
        let mut stream = Stream::new(network, decay)?;
        let sight = stream.look(frame)?;
        self.question = Some(Question::Stream(Box::new(stream)));
        Ok(sight)
    }

    /// The network that answers on this device.
    fn answering(&self) -> &Network {
        self.taught.as_ref().unwrap_or(self.model.network())
    }

    /// Firing rates come from the newest evaluation, which is made now if there was none and there are rows for it.
    pub(super) fn state(&mut self) -> Answer {
        if self.statistics.firing_rates.is_empty() {
            self.together();
        }
        let statistics = &self.statistics;
        let layers = self.model.network().layers().enumerate().map(|(number, layer)| LayerState {
            thresholds: layer.thresholds.to_vec(),
            firing_rates: match statistics.firing_rates.get(number) {
                Some(rates) => rates.clone(),
                None => vec![0.0; layer.nodes()],
            },
            memory: self.memories.of_layer(number),
        });
        let ungated = statistics.multiplications_ungated.max(1) as f64;
        let saved = statistics.multiplications_ungated - statistics.multiplications;
        let operations_saved = (saved as f64 / ungated) as f32;
        let layers = layers.collect();
        Answer::State(ClusterState { model: self.model_hash, layers, operations_saved })
    }
}

/// All classes by falling probability.
pub(super) fn classes_of(probabilities: Vec<f32>) -> Vec<Class> {
    let mut classes: Vec<_> =
        (0..).zip(probabilities).map(|(class, probability)| Class { class, probability }).collect();
    // The sort is stable: equally likely classes stay in order of their number.
    classes.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    classes
}

pub(super) fn for_people(evaluation: neural::Evaluation) -> Evaluation {
    let firing_rate = evaluation.firing_rate();
    let neural::Evaluation { rows, correct, confusion, .. } = evaluation;
    Evaluation { rows, correct, confusion, firing_rate }
}
