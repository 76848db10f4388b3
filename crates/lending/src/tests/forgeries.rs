//! What is no proof never passes for one.

use super::{cheats::fraud, *};
use crate::{Evidence, FraudProof, WrongWork, judge, limits};
use ledger::merkle;

/// A proof against an honest lender, as good as a borrower of ill will can make it.
fn framed(case: Case, steps: usize) -> (WrongWork, Play) {
    let mut play = case.play();
    let report = play.segment(steps);
    play.borrower.take_report(report.clone()).unwrap();
    let state = Groups::read(play.lender.state(0).unwrap().to_vec(), play.loan.state).unwrap();
    let operations = play.borrower.operations_of(0).unwrap().to_vec();
    let leaves = &report.leaves;
    let work = WrongWork {
        statement: report.statement,
        group: 0,
        state: state.encodings()[0].clone(),
        path: merkle::path(state.leaves(), 0),
        operations,
        evidence: Evidence::State { leaf: leaves[0], path: merkle::path(leaves, 0) },
    };
    (work, play)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_honest_lender_is_framed(case in case(), steps in 1usize..12, kind in 0u8..9, place: prop::sample::Index) {
        let (mut work, mut play) = framed(case, steps);
        let honest = judge(LOAN, &play.loan, &FraudProof::Work(work.clone()).encode());
        prop_assert_eq!(honest.unwrap_err(), "what the lender has signed is right");
        let portions = crate::transcript::portions(&play.fired);
        let leaves: Vec<Hash> = portions.iter().map(|it| crate::hash::of(it)).collect();
        for (place, portion) in portions.into_iter().enumerate() {
            let path = merkle::path(&leaves, place);
            let evidence = Evidence::Output { place: place as u32, portion, path };
            let proof = FraudProof::Work(WrongWork { evidence, ..work.clone() });
            let why = judge(LOAN, &play.loan, &proof.encode()).unwrap_err();
            prop_assert_eq!(why, "what the lender has signed is right");
        }
        let at = place.index(work.operations.len());
        match kind {
            0 => drop(work.operations.remove(at)),
            1 => work.operations.swap(at, 0),
            2 => work.operations.push(work.operations[at].clone()),
            3 => {
                let byte = place.index(work.state.len());
                work.state[byte] ^= 1;
            }
            4 => work.evidence = Evidence::State { leaf: ROOM, path: Vec::new() },
            5 => work.group += 1,
            6 => work.statement.digests.after = ROOM,
            7 => work.evidence = Evidence::Output { place: 0, portion: vec![0; 9], path: Vec::new() },
            _ => work.statement.groups += 1,
        }
        let unchanged = kind == 1 && (at == 0 || work.operations[at] == work.operations[0]);
        let found = judge(LOAN, &play.loan, &FraudProof::Work(work.clone()).encode());
        prop_assert!(found.is_err(), "{kind}");
        prop_assert!(unchanged || kind == 4 || found != Err("what the lender has signed is right".to_owned()));
        let one = work.statement.clone();
        let report = play.segment(steps);
        play.borrower.take_report(report.clone()).unwrap();
        if kind != 6 && kind != 8 {
            let other = report.statement;
            for (one, other) in [(&one, &other), (&other, &one), (&one, &one), (&other, &other)] {
                let proof = FraudProof::Break { one: one.clone(), other: other.clone() };
                prop_assert!(judge(LOAN, &play.loan, &proof.encode()).is_err());
            }
            for statement in [one, other] {
                let proof = FraudProof::Start { statement };
                prop_assert!(judge(LOAN, &play.loan, &proof.encode()).is_err());
            }
        }
    }

    #[test]
    fn a_damaged_proof_proves_nothing(case in case(), cheat: u8, place: prop::sample::Index, bit in 0u8..8) {
        let (proof, loan) = fraud(case, cheat);
        let mut bytes = proof.encode();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        // A place further on, or another encoding of the same, may say the same: then it is as true.
        match judge(LOAN, &loan, &bytes) {
            Err(_) => {}
            Ok(()) => {
                let read = FraudProof::decode(&bytes).unwrap();
                prop_assert!(signed(&read) == signed(&proof), "other statements than the lender signed");
            }
        }
        bytes.truncate(place);
        prop_assert!(judge(LOAN, &loan, &bytes).is_err());
    }

    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0u8..3) {
        let loan = loan(&Identity::from_seed([3; 32]), ROOM);
        prop_assert!(judge(LOAN, &loan, &bytes).is_err());
        prop_assert!(judge(LOAN, &loan, &[&[kind], &bytes[..]].concat()).is_err());
    }
}

fn signed(proof: &FraudProof) -> Vec<&crate::Statement> {
    match proof {
        FraudProof::Work(work) => vec![&work.statement],
        FraudProof::Break { one, other } => vec![one, other],
        FraudProof::Start { statement } => vec![statement],
    }
}

#[test]
fn what_is_too_long_is_not_looked_at() {
    let loan = loan(&Identity::from_seed([3; 32]), ROOM);
    let why = judge(LOAN, &loan, &vec![0; limits::PROOF_BYTES_MAX + 1]).unwrap_err();
    assert!(why.contains("more than"), "{why}");
    let case = Case { inputs: 3, nodes: 4, classes: 2, rows: 1, late: 0, seed: 1 };
    let (mut work, play) = framed(case, 1);
    work.operations = vec![work.operations[0].clone(); limits::SEGMENT_OPERATIONS + 1];
    let why = judge(LOAN, &play.loan, &FraudProof::Work(work).encode()).unwrap_err();
    assert!(why.contains("not a proof of fraud"), "{why}");
}
