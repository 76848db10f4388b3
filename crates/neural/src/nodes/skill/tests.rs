use super::*;
use crate::{Cluster, Dataset, Plan, Values, evaluate, profile};
use protocol::cluster::{LayerSpec, NetworkSpec};

const CLASSES: u16 = 6;

fn recipe() -> Hash {
    Hash::of(b"six kinds")
}

fn cluster(nodes: u32) -> Cluster {
    let layers = vec![LayerSpec::new(nodes, 4), LayerSpec::new(8, 4)];
    let classes = CLASSES.into();
    Cluster::new(&NetworkSpec { inputs: 12, steps: 1, layers, classes, seed: nodes.into() })
        .unwrap()
}

/// Each class is a pattern of its own, with noise that a seed decides.
fn dataset(rows: u32, seed: u64) -> Dataset {
    let mut noise = crate::Counter::new(seed, 0);
    let labels: Vec<u16> = (0..rows).map(|row| row as u16 % CLASSES).collect();
    let mut values = Vec::new();
    for label in &labels {
        let mut pattern = crate::Counter::new(u64::from(*label) + 100, 0);
        values.extend((0..12).map(|_| pattern.normal() + 1.3 * noise.normal()));
    }
    Dataset { inputs: 12, classes: CLASSES.into(), values: Values::Floats(values), labels }
}

fn rows(dataset: &Dataset) -> Vec<u32> {
    (0..dataset.rows() as u32).collect()
}

/// The skill of a cluster that has seen much.
fn skill() -> Skill {
    let (mut cluster, much) = (cluster(32), dataset(1_200, 1));
    let plan = Plan { steps: 400, learning_rate: 3e-3, ..Plan::default() };
    cluster.train(&much, &rows(&much), &plan).unwrap();
    let profile = profile(&cluster.network, &much, &rows(&much));
    let ids: Vec<_> = profile.by_importance(&cluster.network, 0).into_iter().take(12).collect();
    cluster.network.take_skill(&ids, recipe(), &profile.firing_rates(&ids)).unwrap()
}

#[test]
fn a_skill_reads_back_as_it_was() {
    let skill = skill();
    let bytes = skill.encode();
    assert_eq!(bytes.len(), Skill::size_bytes(skill.shape()));
    assert_eq!(Skill::decode(&bytes), Ok(skill));
}

#[test]
fn what_others_learnt_helps_who_has_seen_little() {
    let (mut cluster, little, held_out) = (cluster(16), dataset(18, 2), dataset(600, 3));
    let plan = Plan { steps: 60, batch_rows: 6, learning_rate: 3e-3, ..Plan::default() };
    cluster.train(&little, &rows(&little), &plan).unwrap();
    let skill = skill();
    cluster.network.check_skill(&skill, recipe()).unwrap();
    let without = evaluate(&cluster.network, &held_out, &rows(&held_out));
    let mut with = cluster.clone();
    let new = with.network.graft(&mut with.learning, &skill, 1.0).unwrap();
    assert_eq!(new.len(), 12);
    let grafted = evaluate(&with.network, &held_out, &rows(&held_out));
    assert!(grafted.correct > without.correct + 20, "{} {}", without.correct, grafted.correct);
    // It goes on learning as it is.
    with.train(&little, &rows(&little), &plan).unwrap();
    let trained = evaluate(&with.network, &held_out, &rows(&held_out));
    assert!(trained.correct > without.correct, "{} {}", without.correct, trained.correct);
}

#[test]
fn without_strength_a_layer_believes_what_it_did() {
    let layers = vec![LayerSpec::new(16, 4)];
    let spec = NetworkSpec { inputs: 12, steps: 1, layers, classes: CLASSES.into(), seed: 4 };
    let mut cluster = Cluster::new(&spec).unwrap();
    let data = dataset(30, 5);
    let believes = |cluster: &Cluster| -> Vec<Vec<f32>> {
        let row = |row| cluster.network.probabilities(&data.row(row)).unwrap();
        (0..data.rows()).map(row).collect()
    };
    let before = believes(&cluster);
    cluster.network.graft(&mut cluster.learning, &skill(), 0.0).unwrap();
    assert_eq!(believes(&cluster), before);
}

#[test]
fn a_skill_of_something_else_has_no_place() {
    let (skill, network) = (skill(), cluster(16).network);
    assert_eq!(network.check_skill(&skill, recipe()), Ok(()));
    assert_eq!(network.check_skill(&skill, Hash::of(b"other inputs")), Err(Misfit::FanIn));
    let layers = vec![LayerSpec::new(8, 4)];
    let spec = NetworkSpec { inputs: 11, steps: 1, layers, classes: CLASSES.into(), seed: 4 };
    let other = Network::new(&spec).unwrap();
    let problem = other.check_skill(&skill, recipe()).unwrap_err().to_string();
    assert!(problem.contains("12 values and 6 classes"), "{problem}");
}

#[test]
fn nodes_above_the_first_layer_fit_the_same_nodes_below_alone() {
    let cluster = cluster(16);
    let ids = [NodeId::new(1, 0)];
    let skill = cluster.network.take_skill(&ids, recipe(), &[0.0; CLASSES as usize]).unwrap();
    assert_eq!(cluster.network.check_skill(&skill, recipe()), Ok(()));
    let mut trained = cluster.clone();
    let data = dataset(30, 6);
    trained.train(&data, &rows(&data), &Plan { steps: 2, ..Plan::default() }).unwrap();
    assert_eq!(trained.network.check_skill(&skill, recipe()), Err(Misfit::FanIn));
}

#[test]
fn a_skill_is_as_large_as_a_capsule_holds() {
    let layers = vec![LayerSpec::new(512, 4)];
    let spec = NetworkSpec { inputs: 784, steps: 1, layers, classes: 10, seed: 4 };
    let network = Network::new(&spec).unwrap();
    let most = network.skill_nodes_max(0).unwrap();
    assert!((20..200).contains(&most), "{most}");
    let ids = |count: u32| (0..count).map(|it| NodeId::new(0, it)).collect::<Vec<_>>();
    let skill = network.take_skill(&ids(most), recipe(), &[0.0; 10]).unwrap();
    assert!(skill.encode().len() <= SKILL_BYTES_MAX);
    let more = network.take_skill(&ids(most + 1), recipe(), &[0.0; 10]);
    assert!(matches!(more, Err(NodeError::TooLarge { .. })));
}

#[test]
fn what_is_no_skill_is_refused() {
    let bytes = skill().encode();
    let with = |place: usize, values: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[place..place + values.len()].copy_from_slice(values);
        Skill::decode(&bytes)
    };
    assert!(matches!(with(0, b"X"), Err(InvalidPacket::Unknown { .. })));
    assert!(matches!(with(4, &[9, 0]), Err(InvalidPacket::Version { given: 9, .. })));
    assert!(with(10, &[255; 4]).unwrap_err().to_string().contains("4294967295 inputs"));
    assert!(matches!(with(30, &[13]), Err(InvalidPacket::Size { .. })), "one node more");
    let values = HEADER_BYTES + usize::from(CLASSES);
    for wild in [f32::NAN, f32::INFINITY, -1.0, 1e30] {
        assert_eq!(with(values, &wild.to_le_bytes()), Err(InvalidPacket::Number), "{wild}");
    }
    assert_eq!(with(values + 4, &i16::MIN.to_le_bytes()), Err(InvalidPacket::Number));
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(Skill::decode(&longer), Err(InvalidPacket::Size { .. })));
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #[test]
    fn any_bytes_are_answered_without_a_panic(
        sizes in proptest::collection::vec(proptest::num::u32::ANY, 7), rest in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
    ) {
        let mut writer = begin(MAGIC, VERSION);
        sizes.iter().for_each(|size| writer.u32(*size));
        writer.bytes(&rest);
        let _ = Skill::decode(writer.written());
        let _ = Skill::decode(&rest);
    }
}
