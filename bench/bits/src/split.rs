//! One network on two devices, with everything that travels between them as bytes.

use super::{digits, static_layers};
use neural::{
    Events, LearningState, Network, Plan,
    nodes::{BATCHES_MAX, Cut, Progress, Slice, Spread, Target, wire},
};
use units::Hash;

const STEPS: u64 = 100;
const ROWS: usize = 20;
const RATE: f32 = 1e-3;

/// The layer whose nodes are elsewhere, all but the last few of them.
const AWAY: Cut = Cut { layer: 1, first: 0, nodes: 30 };

/// Both devices, one after the other. Every third error comes ten batches late. The hash is of what each holds in the end.
pub(super) fn over_two_devices() -> Hash {
    let (spec, dataset) = (static_layers(), digits());
    let network = Network::new(&spec).expect("a valid description");
    let mut owner =
        Spread::new(network, LearningState::new(&spec), &[AWAY]).expect("static layers");
    let mut host = Slice::decode(&owner.lend(0).expect("a part")).expect("of our own making");
    owner.place(0, false);
    let (below, width) = (spec.layers[0].nodes, spec.layers[1].nodes);
    let mut late = Vec::new();
    for batch in 0..STEPS {
        let mut input = Events::new(spec.inputs);
        let rows = (0..ROWS).map(|row| (batch as usize * ROWS + row) % dataset.rows());
        let rows: Vec<usize> = rows.collect();
        rows.iter().for_each(|row| dataset.read_row(*row, &mut input));
        let labels = rows.iter().map(|row| dataset.labels[*row]).collect();
        let progress = owner.start(batch, input, Some(labels), RATE).expect("a batch");
        assert_eq!(progress, Progress::Waits { layer: 1 });
        let there = wire::encode(owner.below(batch).expect("it waits"));
        let fired = host.forward(batch, &wire::decode(&there, below).expect("events"));
        let back = wire::encode(&fired.expect("a batch"));
        let back = wire::decode(&back, width).expect("events");
        let joined = owner.join(batch, vec![(0, back)]).expect("it waited");
        late.push((batch, wire::encode_errors(&joined.errors.expect("labels"))));
        let in_time = batch % 3 != 0;
        late.retain(|(of, errors)| {
            let is_due = in_time && *of == batch || of + 10 <= batch;
            if is_due {
                let errors = wire::decode_errors(errors).expect("errors");
                let plan = Plan { learning_rate: RATE, ..Plan::default() };
                host.teach(*of, Target::Errors(&errors), &plan, 0).expect("it is remembered");
            }
            !is_due
        });
    }
    assert!(late.len() < BATCHES_MAX);
    let (network, _) = owner.gather().expect("parts of this network");
    let numbers: Vec<u8> = network.parameters().iter().flat_map(|it| it.to_le_bytes()).collect();
    Hash::of_parts(&[&numbers, &host.encode()])
}
