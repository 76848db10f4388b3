//! Who is honest is never proven wrong, and learns what it would learn anyway.

use super::*;
use crate::limits::{SEGMENT_LESSONS, SEGMENTS_KEPT};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_segment_of_an_honest_lender_is_right(case in case(), steps in 1usize..30, segments in 1u32..5) {
        let mut play = case.play();
        for segment in 0..segments {
            let report = play.segment(steps);
            play.borrower.take_report(report).unwrap();
            prop_assert_eq!(play.audit(segment), Verdict::Right);
        }
        prop_assert_eq!(play.borrower.transcript(), play.lender.transcript());
        prop_assert_eq!(play.borrower.events(), play.lender.events());
        prop_assert_eq!(play.borrower.segments(), segments);
        for segment in 0..segments {
            prop_assert_eq!(play.audit(segment), Verdict::Right, "and later on as well");
        }
    }
}

fn large() -> Case {
    Case { inputs: 6, nodes: 9, classes: 2, rows: 2, late: 5, seed: 8 }
}

#[test]
fn segments_end_by_themselves_on_both_sides_and_late_lessons_cross_their_borders() {
    let mut play = large().play();
    let mut segments = 0;
    for _ in 0..(SEGMENT_LESSONS * 5) {
        if let Some(report) = play.step() {
            play.borrower.take_report(report).unwrap();
            assert_eq!(play.borrower.unstated(), 0);
            assert_eq!(play.audit(segments), Verdict::Right);
            segments += 1;
        }
    }
    assert_eq!((segments, play.lender.segments(), play.borrower.segments()), (4, 4, 4));
}

#[test]
fn batches_that_nodes_have_forgotten_by_a_border_are_gathered_again_all_the_same() {
    // Nodes remember 16 of the 20 that wait for their lesson.
    let mut play = Case { late: 20, ..large() }.play();
    for segment in 0..3 {
        let report = play.segment(40);
        play.borrower.take_report(report).unwrap();
        assert_eq!(play.audit(segment), Verdict::Right);
    }
}

#[test]
fn only_the_newest_segments_are_kept() {
    let mut play = large().play();
    for _ in 0..SEGMENTS_KEPT + 3 {
        let report = play.segment(3);
        play.borrower.take_report(report).unwrap();
    }
    let newest = (SEGMENTS_KEPT + 3) as u32;
    assert!(play.lender.state(newest - 1 - SEGMENTS_KEPT as u32).is_none());
    assert!(play.lender.state(newest - SEGMENTS_KEPT as u32).is_some());
    assert_eq!(play.audit(newest - SEGMENTS_KEPT as u32), Verdict::Right);
    let state = play.lender.state(newest - 1).unwrap().to_vec();
    assert!(play.borrower.audit(0, state).is_err());
}

#[test]
fn late_lessons_teach_across_borders() {
    let taught = |border: bool| {
        let mut play = Case { late: 3, ..large() }.play();
        (0..12).for_each(|_| drop(play.step()));
        if border {
            drop(play.segment(0));
        }
        let before = Groups::of(play.lender.slice()).unwrap();
        let (batch, rows) = play.open.remove(0);
        let errors = play.errors(rows);
        play.lender.teach(batch, 0.01, errors, &play.identity).unwrap();
        before != Groups::of(play.lender.slice()).unwrap()
    };
    assert_eq!([taught(false), taught(true)], [true; 2]);
}

#[test]
fn nodes_of_another_state_or_beyond_the_terms_are_not_taken() {
    let identity = Identity::from_seed([3; 32]);
    let slice = large().slice();
    let root = Groups::of(&slice).unwrap().root();
    let with = |loan: Loan| Lender::new(ROOM, LOAN, &loan, slice.clone()).map(|_| ());
    assert!(with(loan(&identity, root)).is_ok());
    assert!(with(loan(&identity, ROOM)).unwrap_err().to_string().contains("root"));
    let mut few = loan(&identity, root);
    few.terms.nodes = 2;
    assert!(with(few).unwrap_err().to_string().contains("nodes of 6 inputs, where 2 of 4000"));
}
