//! Anybody's bytes as a proof of fraud, and proofs about what an honest lender has signed, changed on their way: none is ever one.
#![no_main]

use ledger::{
    contracts::lending::{Loan, Phase, Terms},
    merkle,
};
use lending::{Borrower, Evidence, FraudProof, Groups, Lender, WrongWork, judge};
use libfuzzer_sys::fuzz_target;
use neural::{
    Events, LearningState, Network,
    nodes::{ClassErrors, NodeId, wire},
};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    identity::Identity,
};
use std::sync::LazyLock;
use units::{Credits, Hash, PeerId, UnixMillis};

const ROOM: Hash = Hash::from_bytes([1; 32]);
const LOAN: Hash = Hash::from_bytes([2; 32]);
const NODES: u32 = 12;
const INPUTS: u32 = 5;

/// A loan, and proofs of what its lender did right.
static HONEST: LazyLock<(Loan, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let layers = vec![LayerSpec::new(NODES, 4)];
    let spec = NetworkSpec { inputs: INPUTS, steps: 1, layers, classes: 2, seed: 1 };
    let ids: Vec<_> = (0..NODES).map(|index| NodeId::new(0, index)).collect();
    let network = Network::new(&spec).expect("it is small");
    let slice = network.slice(&LearningState::new(&spec), &ids, 8).expect("they are there");
    let (identity, state) =
        (Identity::from_seed([1; 32]), Groups::of(&slice).expect("it is small"));
    let terms = Terms {
        nodes: NODES,
        price_per_hour: Credits::ZERO,
        price_per_thousand_events: Credits::ZERO,
        stake: Credits::whole(10),
        inputs_max: INPUTS,
    };
    let loan = Loan {
        borrower: PeerId::from_bytes([2; 32]),
        lender: identity.peer_id(),
        terms,
        deposit: Credits::ZERO,
        state: state.root(),
        since: UnixMillis(0),
        until: UnixMillis(1),
        phase: Phase::Open,
    };
    let mut borrower = Borrower::new(ROOM, LOAN, loan.lender, &state);
    let mut lender = Lender::new(ROOM, LOAN, &loan, slice).expect("they are lent");
    // A portion of outputs: which the first is, and each behind its length.
    let mut portion = vec![0; 4];
    for batch in 0..3 {
        let mut below = Events::new(INPUTS);
        below.push_sample(&[0, 3], &[1.0, batch as f32 - 1.5]).expect("they ascend");
        let sent = borrower.fire(batch, &below);
        let fired = lender.fire(batch, sent, &identity).expect("it is right").fired;
        let fired = fired.expect("nodes answer");
        portion.extend((fired.len() as u32).to_le_bytes());
        portion.extend(&fired);
        let errors = wire::encode_errors(&ClassErrors { values: vec![0.5, -0.5], wrong: 0.5 });
        borrower.teach(batch, 0.01, errors.clone());
        lender.teach(batch, 0.01, errors, &identity).expect("it is right");
    }
    let report = lender.finish(&identity).expect("it has begun");
    let (leaves, statement) = (report.leaves, report.statement);
    let after = merkle::path(&leaves, 0);
    let evidence = [
        Evidence::Output { place: 0, portion, path: Vec::new() },
        Evidence::State { leaf: leaves[0], path: after },
    ];
    let proof = |evidence| {
        FraudProof::Work(WrongWork {
            statement: statement.clone(),
            group: 0,
            state: state.encodings()[0].clone(),
            path: merkle::path(state.leaves(), 0),
            operations: borrower.operations_of(0).expect("it is new").to_vec(),
            evidence,
        })
    };
    let proofs: Vec<_> = evidence.map(|evidence| proof(evidence).encode()).into();
    for proof in &proofs {
        let refusal = judge(LOAN, &loan, proof).expect_err("it is honest");
        assert_eq!(refusal, "what the lender has signed is right");
    }
    (loan, proofs)
});

fuzz_target!(|bytes: &[u8]| {
    let (loan, proofs) = &*HONEST;
    assert!(judge(LOAN, loan, bytes).is_err());
    for proof in proofs {
        let mut changed = proof.clone();
        for change in bytes.chunks_exact(3).take(8) {
            let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % changed.len();
            changed[place] ^= change[2];
        }
        assert!(judge(LOAN, loan, &changed).is_err());
    }
});
