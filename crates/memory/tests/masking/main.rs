//! How much masking finds of what it should, and how little of what it should not: on everyday prose from templates and on
//! real mails. `cargo test -p memory --test masking -- --nocapture` prints the tables.

mod corpus;
mod everyday;
mod random;
mod values;

use corpus::{Case, Score};

/// Excerpts of mails, read and marked before there was a rule. Those of even number helped to make the rules; those of odd
/// number were not looked at while they were made.
fn mails(remainder: usize) -> Vec<Case> {
    let excerpts = include_str!("mails.txt").split("=== ").skip(1);
    let chosen = excerpts.enumerate().filter(|(number, _)| number % 2 == remainder);
    chosen
        .map(|(_, excerpt)| {
            let (title, marked) = excerpt.split_once('\n').expect("a title stands before the text");
            Case::new(title, marked)
        })
        .collect()
}

fn show(score: &Score) {
    for miss in &score.misses {
        println!("- {miss}");
    }
    for alarm in &score.false_alarms {
        println!("+ {alarm}");
    }
}

#[test]
fn nearly_all_is_found_and_little_else() {
    let parts = [
        ("everyday prose, development", everyday::cases(everyday::DEVELOPMENT)),
        ("everyday prose, held back", everyday::cases(everyday::HELD_BACK)),
        ("mails, development", mails(0)),
        ("mails, held back", mails(1)),
    ];
    let all: Vec<Case> = parts.iter().flat_map(|(_, cases)| cases.clone()).collect();
    assert!(all.len() >= 2_000, "{} cases", all.len());
    let parts = parts.into_iter().chain([("all", all)]);
    let mut whole = Score::default();
    for (title, cases) in parts {
        whole = Score::of(&cases);
        whole.print(title, cases.len());
        if std::env::var("MASKING_MISSES").is_ok_and(|shown| shown == title) {
            show(&whole);
        }
    }
    let [marks, covered, findings, right] = whole.sums();
    assert!(f64::from(covered) >= 0.98 * f64::from(marks), "{covered} of {marks} are covered");
    assert!(f64::from(right) >= 0.95 * f64::from(findings), "{right} of {findings} are right");
}
