//! Groups of which only the sum is seen, over the workbenches of their members.

use neural::{Compression, Dataset, Model, Update};
use peer::{
    Answer, GroupSum, Job, JobError, LocalTraining, MaskBytes, MaskGroup, MaskJob, MaskedSum,
    Workbench,
};
use private::Sum;
use protocol::cluster::{LayerSpec, NetworkSpec};
use transcript::sums::{Counting, aggregate};
use units::{ClusterId, Hash, PeerId, SessionId};

const DIGITS: &[u8] = include_bytes!("../../../../public/data/digits.bin");
const REACH: f32 = 0.4;
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

fn network() -> NetworkSpec {
    NetworkSpec { inputs: 64, steps: 1, layers: vec![LayerSpec::new(32, 4)], classes: 10, seed: 3 }
}

/// Members with digits of their own, who have trained; what each has learnt is what it would have sent in the open.
struct Group {
    members: Vec<Workbench>,
    group: MaskGroup,
    dealt: Vec<MaskBytes>,
    updates: Vec<MaskBytes>,
    learnt: Vec<Vec<f32>>,
}

fn run(member: &mut Workbench, job: MaskJob) -> Result<Vec<u8>, JobError> {
    match member.run(Job::Mask { cluster: cluster(), job })? {
        Answer::Bytes(bytes) | Answer::Masked(bytes) | Answer::Sum(bytes) => Ok(bytes),
        other => panic!("bytes were asked for: {other:?}"),
    }
}

fn member(part: u32, parts: u32) -> Workbench {
    let mut workbench = Workbench::new();
    let job = Job::CreateCluster { cluster: cluster(), network: network(), model: None };
    workbench.run(job).unwrap();
    let dataset = Dataset::decode_file(DIGITS).unwrap().part(part, parts).unwrap();
    let job = Job::LoadDataset { cluster: cluster(), dataset, held_out_percent: 30 };
    workbench.run(job).unwrap();
    workbench
}

fn peer(number: usize) -> PeerId {
    PeerId::from_bytes([number as u8 + 1; 32])
}

fn model() -> Model {
    Model::new(&network()).unwrap()
}

fn papers() -> Hash {
    Hash::of(b"papers")
}

/// What a device learns, as a plain update says it.
fn learns_openly(part: u32, parts: u32) -> Vec<f32> {
    let mut workbench = member(part, parts);
    let job = Job::Train { cluster: cluster(), training: TRAINING };
    let Answer::Trained { update, .. } = workbench.run(job).unwrap() else { panic!("trained") };
    let update = Update::decode(&update, &network()).unwrap();
    let mut change = vec![0.0; update.parameters()];
    update.add_to(&mut change, 1.0);
    change
}

fn entropy(kind: u8, number: usize) -> [u8; 32] {
    [kind ^ number as u8; 32]
}

impl Group {
    /// So many members that have dealt their shares and trained, and have not masked.
    fn trained(count: u32) -> Self {
        let mut members: Vec<Workbench> = (0..count).map(|part| member(part, count)).collect();
        let mut keys = Vec::new();
        for (number, member) in members.iter_mut().enumerate() {
            let job = MaskJob::MakeKeys { entropy: entropy(0x10, number) };
            keys.push((peer(number), MaskBytes(run(member, job).unwrap())));
        }
        let (session, parent) = (SessionId::from_bytes([1; 16]), Hash::of(b"parent"));
        let group = MaskGroup { session, parent, number: 0, members: keys };
        let mut dealt = Vec::new();
        for (number, member) in members.iter_mut().enumerate() {
            let job = MaskJob::Deal { group: group.clone(), entropy: entropy(0x80, number) };
            dealt.push(MaskBytes(run(member, job).unwrap()));
            let training = TRAINING;
            let job = Job::TrainMasked { cluster: cluster(), training, budget: None };
            let Answer::Trained { update, samples, .. } = member.run(job).unwrap() else {
                panic!("a training was asked for")
            };
            assert_eq!((update.len(), samples), (0, 160), "what was learnt stays here");
        }
        let learnt = (0..count).map(|part| learns_openly(part, count)).collect();
        Self { members, group, dealt, updates: Vec::new(), learnt }
    }

    /// The same with masks on what they have learnt.
    fn masked(count: u32) -> Self {
        let mut group = Self::trained(count);
        for place in 0..count as usize {
            let update = group.mask(place).unwrap();
            group.updates.push(MaskBytes(update));
        }
        group
    }

    fn mask(&mut self, place: usize) -> Result<Vec<u8>, JobError> {
        let job = MaskJob::Mask { papers: papers(), dealt: self.dealt.clone(), reach: REACH };
        run(&mut self.members[place], job)
    }

    /// What those who answer come to of the changes of survivors, as the first member finds it.
    fn sum(&mut self, survivors: u16, answering: &[usize]) -> Result<Vec<u8>, JobError> {
        let mut unmasks = Vec::new();
        for place in answering {
            let unmask = run(&mut self.members[*place], MaskJob::Unmask { survivors })?;
            unmasks.push((*place as u8, MaskBytes(unmask)));
        }
        let shown = |(place, _): &(usize, &MaskBytes)| survivors >> place & 1 == 1;
        let updates = self.updates.iter().enumerate().filter(shown).map(|it| it.1.clone());
        let (group, dealt, updates) =
            (self.group.clone(), self.dealt.clone(), updates.collect::<Vec<_>>());
        let sum = MaskedSum { group, dealt, survivors, updates, unmasks, reach: REACH };
        run(&mut self.members[0], MaskJob::Recover(Box::new(sum)))
    }
}

fn read(sum: &[u8]) -> (Sum, Vec<f32>) {
    let counting = Counting::new(model().network(), REACH);
    let sum = counting.read(sum).unwrap();
    let mean = sum.mean(counting.grid(), counting.tensors());
    (sum, mean)
}

#[test]
fn a_sum_is_that_of_what_members_would_have_sent_in_the_open_and_all_find_it() {
    let mut group = Group::masked(4);
    let all = group.sum(0b1111, &[0, 1, 2, 3]).unwrap();
    let (sum, mean) = read(&all);
    assert_eq!(sum.members(), 4);
    let step = 4.0 / 5_000.0;
    // Updates in the open are rounded more coarsely: 127 steps are the largest change of a row.
    for (place, mean) in mean.iter().enumerate() {
        let open: Vec<f32> = group.learnt.iter().map(|learnt| learnt[place]).collect();
        let open_mean = open.iter().sum::<f32>() / 4.0;
        assert!((mean - open_mean).abs() <= step + 0.002, "{place}: {mean}, not {open_mean}");
    }
    assert!(mean.iter().any(|mean| mean.abs() > 0.01), "something was learnt");
    // Whoever sees one masked change sees nothing of it.
    let half = group.updates[0].0.iter().skip(46).filter(|byte| **byte >= 128).count();
    let values = group.updates[0].0.len() - 46;
    assert!((4 * values..6 * values).contains(&(10 * half)), "{half} of {values}");
}

#[test]
fn one_of_four_may_drop_out_and_of_two_nothing_is_seen() {
    let mut group = Group::masked(4);
    let sum = group.sum(0b1011, &[0, 1, 3]).unwrap();
    assert_eq!(read(&sum).0.members(), 3);
    let refused = group.sum(0b1111, &[0, 1, 3]).unwrap_err().to_string();
    assert!(refused.contains("other kind"), "{refused}");
    let mut group = Group::masked(4);
    assert!(group.sum(0b0011, &[0, 1]).unwrap_err().to_string().contains("where it takes 3"));
}

#[test]
fn one_mask_is_never_put_on_two_changes() {
    let mut group = Group::trained(3);
    group.mask(0).unwrap();
    let again = group.mask(0).unwrap_err().to_string();
    assert!(again.contains("masks are put on once"), "{again}");
    let deal = MaskJob::Deal { group: group.group.clone(), entropy: [9; 32] };
    let again = run(&mut group.members[0], deal).unwrap_err().to_string();
    assert!(again.contains("keys are good for one round"), "{again}");
    // An attempt that fails takes the keys with it too.
    group.dealt[2].0[110] ^= 1;
    assert!(group.mask(1).is_err());
    group.dealt[2].0[110] ^= 1;
    assert!(group.mask(1).unwrap_err().to_string().contains("masks are put on once"));
}

#[test]
fn a_change_whose_group_came_to_nothing_goes_with_the_next_one() {
    let mut group = Group::masked(3);
    for (number, member) in group.members.iter_mut().enumerate() {
        let (sums, own) = (Vec::new(), number > 0);
        let job = Job::AggregateSums { cluster: cluster(), sums, reach: REACH, own };
        let Answer::Aggregated { model: same, scores, .. } = member.run(job).unwrap() else {
            panic!("an aggregation was asked for")
        };
        assert_eq!((same, scores.len()), (model().hash(), 0), "without sums the model stays");
    }
    group.begin_anew();
    let mean = read(&group.sum(0b111, &[0, 1, 2]).unwrap()).1;
    for (place, mean) in mean.iter().enumerate() {
        let expected = group.learnt[0][place] / 3.0;
        assert!((mean - expected).abs() < 0.002, "{place}: {mean}, not {expected}");
    }
}

impl Group {
    /// New keys, shares and masks for what each has at hand; nobody trains.
    fn begin_anew(&mut self) {
        for number in 0..self.members.len() {
            let job = MaskJob::MakeKeys { entropy: entropy(0x33, number) };
            let keys = run(&mut self.members[number], job).unwrap();
            self.group.members[number].1 = MaskBytes(keys);
        }
        for number in 0..self.members.len() {
            let group = self.group.clone();
            let job = MaskJob::Deal { group, entropy: entropy(0x44, number) };
            self.dealt[number] = MaskBytes(run(&mut self.members[number], job).unwrap());
        }
        for number in 0..self.members.len() {
            self.updates[number] = MaskBytes(self.mask(number).unwrap());
        }
    }
}

#[test]
fn all_members_come_to_one_model_which_is_that_of_the_groups_means() {
    let mut groups = [Group::masked(3), Group::masked(4)];
    let sums =
        [groups[0].sum(0b111, &[0, 1, 2]).unwrap(), groups[1].sum(0b1111, &[1, 2, 3]).unwrap()];
    let parts = [(480, &sums[0][..]), (640, &sums[1][..])];
    let mut expected = model();
    aggregate(&mut expected, REACH, &parts);
    assert_ne!(expected.hash(), model().hash());
    let sums: Vec<GroupSum> = parts
        .iter()
        .map(|(samples, sum)| GroupSum { samples: *samples, sum: sum.to_vec() })
        .collect();
    for member in groups.iter_mut().flat_map(|group| &mut group.members) {
        let (cluster, sums) = (cluster(), sums.clone());
        let job = Job::AggregateSums { cluster, sums, reach: REACH, own: true };
        let Answer::Aggregated { model, .. } = member.run(job).unwrap() else { panic!("a model") };
        assert_eq!(model, expected.hash());
    }
}

#[test]
fn garbage_under_one_mask_is_a_sum_that_is_no_longer_than_honest_ones_may_be() {
    let mut group = Group::masked(3);
    for byte in &mut group.updates[1].0[46..] {
        *byte = byte.wrapping_mul(31).wrapping_add(7);
    }
    let sum = group.sum(0b111, &[0, 1, 2]).unwrap();
    let mean = read(&sum).1;
    let rms = (mean.iter().map(|value| value * value).sum::<f32>() / mean.len() as f32).sqrt();
    assert!(rms <= 1.0, "{rms}");
    group.updates[1].0.truncate(100);
    assert!(group.sum(0b111, &[0, 1, 2]).is_err(), "bytes that are no masked change");
}
