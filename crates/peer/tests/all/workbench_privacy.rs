//! Private training on a workbench: the budget is the accountant's, and nothing else that was learnt goes along.

use neural::{Compression, Dataset};
use peer::{Answer, Job, JobError, LocalTraining, RowBudget, Spent, WeightedUpdate, Workbench};
use private::{Budget, Release};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    session::DELTA,
};
use units::{ClusterId, PeerId, SessionId};

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");
const ROUNDS: u32 = 4;
const TRAINING: LocalTraining = LocalTraining {
    steps: 10,
    batch_rows: 16,
    learning_rate: 1e-2,
    compression: Compression::Rows,
    seed: 1,
};

fn cluster() -> ClusterId {
    "a".parse().unwrap()
}

/// A workbench with the digits of one device, and how many of them it trains on.
fn workbench() -> (Workbench, u32) {
    let mut workbench = Workbench::new();
    let layers = vec![LayerSpec::new(32, 4)];
    let network = NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 3 };
    workbench.run(Job::CreateCluster { cluster: cluster(), network, model: None }).unwrap();
    let rows = load(&mut workbench, 0);
    (workbench, rows)
}

fn load(workbench: &mut Workbench, part: u32) -> u32 {
    let dataset = Dataset::decode_file(DIGITS).unwrap().part(part, 4).unwrap();
    let job = Job::LoadDataset { cluster: cluster(), dataset, held_out_percent: 30 };
    let Answer::Loaded { train_rows, .. } = workbench.run(job).unwrap() else { panic!("rows") };
    train_rows
}

fn train(
    workbench: &mut Workbench,
    round: u32,
    epsilon_thousandths: u32,
    before: Option<&Spent>,
) -> Result<(Vec<u8>, Spent), JobError> {
    let budget = RowBudget {
        session: SessionId::from_bytes([1; 16]),
        epsilon_thousandths,
        steps_later: u64::from(ROUNDS.saturating_sub(round + 1)) * u64::from(TRAINING.steps),
        account: before.map(|spent| spent.account.clone()).unwrap_or_default(),
        entropy: [round as u8; 32],
    };
    let job = Job::TrainPrivately { cluster: cluster(), training: TRAINING, budget };
    match workbench.run(job)? {
        Answer::Trained { update, spent: Some(spent), loss, .. } => {
            assert_eq!(loss, 0.0, "the loss would tell of rows");
            Ok((update, spent))
        }
        other => panic!("private training was asked for: {other:?}"),
    }
}

fn aggregate(workbench: &mut Workbench, update: Vec<u8>) {
    let peer = PeerId::from_bytes([1; 32]);
    let update = WeightedUpdate { peer, own: true, samples: 160, update };
    workbench.run(Job::Aggregate { cluster: cluster(), updates: vec![update] }).unwrap();
}

/// What the accountant says of so many rounds with that noise.
fn accounted(rows: u32, noise_multiplier: f64, rounds: u32) -> f64 {
    let mut budget = Budget::new(DELTA).unwrap();
    budget.spend(Release { multiplier: 20.0, rate: 1.0 }, 1).unwrap();
    let rate = f64::from(TRAINING.batch_rows) / f64::from(rows);
    let step = Release { multiplier: noise_multiplier, rate };
    budget.spend(step, u64::from(rounds * TRAINING.steps)).unwrap();
    budget.epsilon()
}

#[test]
fn what_is_spent_is_the_accountants_figure_and_all_rounds_fit_the_budget() {
    let (mut workbench, rows) = workbench();
    let mut before: Option<Spent> = None;
    for round in 0..ROUNDS {
        let (update, spent) = train(&mut workbench, round, 3_000, before.as_ref()).unwrap();
        aggregate(&mut workbench, update);
        assert_eq!(spent.epsilon, accounted(rows, spent.noise_multiplier, round + 1));
        assert_eq!(spent.epsilon_after, accounted(rows, spent.noise_multiplier, ROUNDS));
        assert!(spent.epsilon_after <= 3.0 && spent.epsilon_after > 2.9, "{spent:?}");
        before = Some(spent);
    }
    let one_more = train(&mut workbench, ROUNDS, 3_000, before.as_ref());
    assert_eq!(one_more, Err(JobError::BudgetSpent));
}

#[test]
fn other_rows_are_counted_anew_and_within_the_same_budget() {
    let (mut workbench, _) = workbench();
    let (_, first) = train(&mut workbench, 0, 3_000, None).unwrap();
    load(&mut workbench, 1);
    let (_, second) = train(&mut workbench, 1, 3_000, Some(&first)).unwrap();
    assert!(second.epsilon > first.epsilon && second.epsilon_after <= 3.0);
    assert_ne!(second.noise_multiplier, first.noise_multiplier);
}

#[test]
fn no_lesson_and_no_open_training_is_in_a_private_update() {
    let (mut plain, _) = workbench();
    let (mut taught, _) = workbench();
    let input = vec![0.5; 64];
    taught.run(Job::Train { cluster: cluster(), training: TRAINING }).unwrap();
    taught.run(Job::Predict { cluster: cluster(), input }).unwrap();
    let mut error = vec![0.1; 10];
    error[3] = -0.9;
    taught.run(Job::LearnFromError { cluster: cluster(), error }).unwrap();
    assert_eq!(train(&mut plain, 0, 3_000, None), train(&mut taught, 0, 3_000, None));
}

#[test]
fn the_next_private_round_goes_on_after_a_checkpoint_as_without_one() {
    let (mut one, _) = workbench();
    let (update, spent) = train(&mut one, 0, 3_000, None).unwrap();
    aggregate(&mut one, update);
    let Answer::Checkpoint { bytes, .. } = one.run(Job::Checkpoint { cluster: cluster() }).unwrap()
    else {
        panic!("a checkpoint was asked for")
    };
    let mut other = Workbench::new();
    other.run(Job::RestoreCluster { cluster: cluster(), checkpoint: bytes }).unwrap();
    load(&mut other, 0);
    let next = |workbench| train(workbench, 1, 3_000, Some(&spent));
    assert_eq!(next(&mut one), next(&mut other));
}

#[test]
fn a_damaged_account_is_refused_and_named() {
    let (mut workbench, _) = workbench();
    let spent = Spent { epsilon: 0.0, epsilon_after: 0.0, noise_multiplier: 0.0, account: vec![9] };
    let problem = train(&mut workbench, 0, 3_000, Some(&spent)).unwrap_err().to_string();
    assert!(problem.contains("begin another session"), "{problem}");
}

/// A crash may leave a checkpoint behind that is newer than what is known to be spent.
#[test]
fn what_a_checkpoint_has_of_a_training_that_is_not_accounted_for_never_goes_out() {
    let (mut crashed, _) = workbench();
    let (_, spent) = train(&mut crashed, 0, 3_000, None).unwrap();
    train(&mut crashed, 1, 3_000, Some(&spent)).unwrap();
    let checkpoint = Job::Checkpoint { cluster: cluster() };
    let Answer::Checkpoint { bytes, .. } = crashed.run(checkpoint).unwrap() else {
        panic!("a checkpoint was asked for")
    };
    let mut back = Workbench::new();
    back.run(Job::RestoreCluster { cluster: cluster(), checkpoint: bytes }).unwrap();
    load(&mut back, 0);
    let (mut fresh, _) = workbench();
    let next = |workbench| train(workbench, 2, 3_000, Some(&spent));
    assert_eq!(next(&mut back), next(&mut fresh));
}
