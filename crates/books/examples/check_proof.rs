//! Checks a proof that somebody has saved: that an entry is on a page of a room's books, with nothing but the text.
//!
//! ```text
//! cargo run --release --package books --example check_proof -- FILE
//! ```

use books::view::ProofView;
use std::{path::Path, process::ExitCode};

const USAGE: &str = "usage: check_proof FILE\n\nFILE is a proof, as “Save the proof” gives it.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = &arguments[..] else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match check(Path::new(file)) {
        Ok(sentences) => {
            println!("{sentences}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{file}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn check(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let (view, transaction) = ProofView::of_text(&text).map_err(|problem| problem.to_string())?;
    let checked = view.check(transaction, view.tip).map_err(|problem| problem.to_string())?;
    let (place, count) = (checked.place.0 + 1, checked.place.1);
    Ok(format!(
        "{:#?}\n\nIt is signed by {}, and is entry {place} of {count} on page {} of the books {}: every hash and signature holds.\n\
         That is so if page {} of these books is called {}. Its name shows some {} tries: compare it with what a device of the room shows.",
        checked.order.action,
        checked.order.sender,
        checked.height,
        view.ledger,
        checked.newest.height,
        view.tip,
        ledger::work::shown_by(view.tip),
    ))
}
