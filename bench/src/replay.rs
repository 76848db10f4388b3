//! Split MNIST: ten digits that come two at a time, each row once. What is left of the first ones at the end?
//!
//! Class-incremental (van de Ven, Tuytelaars and Tolias 2022, "Three types of incremental learning"): one readout of ten
//! classes, and nothing says which task a row is of.

use neural::{Cluster, Counter, Dataset, Plan, Prototypes, evaluate};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::error::Error;

/// Classes that come together.
const TASK_CLASSES: u16 = 2;

/// On every so many of the rows that judge, the curve is measured.
const CURVE_EVERY: usize = 10;

/// Everything that the outcome depends on, beside the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Nodes of each layer.
    pub layers: Vec<u32>,
    /// After how many silent samples a node is forced by its timer.
    pub timer: u32,
    /// Rows that come at once; a step of training takes them all.
    pub batch_rows: u32,
    /// Prototypes at most; 0 is plain training.
    pub prototypes: u32,
    /// Prototypes that every step takes along.
    pub replayed_rows: u32,
    /// Adam's step size.
    pub learning_rate: f32,
    /// The part of the wanted probability that is spread evenly.
    pub smoothing: f32,
    /// How many pixels pictures are moved at most.
    pub jitter: u32,
    /// Batches after which the curve has its next point.
    pub curve_batches: u32,
    /// Decides the first weights, the order of rows, and what is kept.
    pub seed: u64,
}

/// How much is known while rows come.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Batches so far.
    pub batches: u32,
    /// Mean over the tasks that have begun of the part of their rows told right, in percent.
    pub seen_percent: f64,
    /// The same over all tasks.
    pub all_percent: f64,
}

/// What became of a course.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// On every tenth of the rows that judge.
    pub curve: Vec<Point>,
    /// For each task, what is told right of its rows in the end, in percent.
    pub tasks_percent: Vec<f64>,
    /// Nodes that fired, in percent.
    pub firing_percent: f64,
    /// Prototypes kept in the end.
    pub kept: usize,
}

impl Course {
    /// The settings that did best on validation rows.
    pub fn standard(seed: u64) -> Self {
        Self {
            layers: vec![400],
            timer: 4,
            batch_rows: 10,
            prototypes: 500,
            replayed_rows: 30,
            learning_rate: 5e-4,
            smoothing: 0.2,
            jitter: 1,
            curve_batches: 100,
            seed,
        }
    }

    /// The same without a memory.
    pub fn plain(&self) -> Self {
        Self { prototypes: 0, replayed_rows: 0, ..self.clone() }
    }

    /// Takes each row of `train` once, task after task, and is judged by the rows of `test`.
    ///
    /// # Errors
    /// If a setting is out of bounds or training diverges.
    pub fn run(
        &self,
        dataset: &Dataset,
        train: &[u32],
        test: &[u32],
    ) -> Result<Outcome, Box<dyn Error>> {
        let mut cluster = Cluster::new(&self.network(dataset))?;
        // Plain training is that without rehearsal, and what would be kept is looked at by nobody.
        let room = self.prototypes.max(dataset.classes);
        let mut prototypes = Prototypes::new(dataset.inputs, dataset.classes, room, self.seed)?;
        let some: Vec<u32> = test.iter().copied().step_by(CURVE_EVERY).collect();
        let (mut curve, mut batches) = (Vec::new(), 0);
        for task in 0..dataset.classes as u16 / TASK_CLASSES {
            let mut rows: Vec<u32> = train.to_vec();
            rows.retain(|row| task_of(dataset, *row) == task);
            Counter::new(self.seed, 100 + u64::from(task)).shuffle(&mut rows);
            for rows in rows.chunks(self.batch_rows as usize) {
                batches += 1;
                let plan = self.plan(rows.len(), batches);
                if self.prototypes == 0 {
                    cluster.train(dataset, rows, &plan)?;
                } else {
                    let replayed = self.replayed_rows;
                    cluster.train_and_rehearse(&mut prototypes, dataset, rows, &plan, replayed)?;
                }
                if batches.is_multiple_of(self.curve_batches) {
                    let (tasks, _) = tasks_percent(&cluster, dataset, &some);
                    let seen_percent = mean(&tasks[..=usize::from(task)]);
                    curve.push(Point { batches, seen_percent, all_percent: mean(&tasks) });
                }
            }
        }
        let (tasks_percent, firing_percent) = tasks_percent(&cluster, dataset, test);
        let kept = if self.prototypes == 0 { 0 } else { prototypes.len() };
        Ok(Outcome { curve, tasks_percent, firing_percent, kept })
    }

    fn network(&self, dataset: &Dataset) -> NetworkSpec {
        NetworkSpec {
            inputs: dataset.inputs,
            steps: 1,
            layers: self.layers.iter().map(|nodes| LayerSpec::new(*nodes, self.timer)).collect(),
            classes: dataset.classes,
            seed: self.seed,
        }
    }

    /// One step on the rows of a batch.
    fn plan(&self, rows: usize, batch: u32) -> Plan {
        Plan {
            steps: 1,
            batch_rows: rows as u32,
            learning_rate: self.learning_rate,
            smoothing: self.smoothing,
            jitter: self.jitter,
            seed: (self.seed << 32) + u64::from(batch),
            ..Plan::default()
        }
    }
}

impl Outcome {
    /// The mean over tasks of what is told right in the end, in percent.
    pub fn percent(&self) -> f64 {
        mean(&self.tasks_percent)
    }
}

fn task_of(dataset: &Dataset, row: u32) -> u16 {
    dataset.labels[row as usize] / TASK_CLASSES
}

/// What is told right of each task's rows, among all classes; and how many nodes fired.
fn tasks_percent(cluster: &Cluster, dataset: &Dataset, rows: &[u32]) -> (Vec<f64>, f64) {
    let evaluation = evaluate(&cluster.network, dataset, rows);
    let classes = dataset.classes as usize;
    let of_task = |task: &[(usize, &[u32])]| {
        let right: u32 = task.iter().map(|(class, predicted)| predicted[*class]).sum();
        let all: u32 = task.iter().flat_map(|(_, predicted)| *predicted).sum();
        100.0 * f64::from(right) / f64::from(all.max(1))
    };
    let rows: Vec<_> = evaluation.confusion.chunks_exact(classes).enumerate().collect();
    let tasks = rows.chunks(usize::from(TASK_CLASSES)).map(of_task).collect();
    (tasks, 100.0 * f64::from(evaluation.firing_rate()))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_came_first_are_forgotten_without_prototypes_alone() {
        let file = include_bytes!("../../public/data/digits.bin");
        let dataset = Dataset::decode_file(file).expect("ships with the site");
        let split = dataset.split(20).expect("a fifth");
        let course = Course {
            layers: vec![128],
            prototypes: 100,
            learning_rate: 3e-3,
            jitter: 0,
            ..Course::standard(1)
        };
        let run =
            |course: &Course| course.run(&dataset, &split.train, &split.held_out).expect("learns");
        let (rehearsed, plain) = (run(&course), run(&course.plain()));
        assert_eq!((rehearsed.kept, plain.kept), (100, 0));
        assert!(plain.tasks_percent[0] < 20.0 && plain.tasks_percent[4] > 80.0, "{plain:?}");
        assert!(rehearsed.percent() > 80.0, "{rehearsed:?}");
        assert_eq!(run(&course), rehearsed, "a seed repeats it");
    }
}
