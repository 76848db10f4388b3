//! Re-computes every round of a transcript, or all of a room, and prints what it finds.

use std::{path::Path, process::ExitCode};
use transcript::{Checked, CheckedBlock, RoomFile, Transcript};

const USAGE: &str = "usage: transcript FILE\n\nFILE is a room, or a transcript of a training, as a member has saved it.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = &arguments[..] else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match check(Path::new(file)) {
        Ok(sentence) => {
            println!("{sentence}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{file}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn check(file: &Path) -> Result<String, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    if RoomFile::is_one(&bytes) {
        return check_room(&bytes);
    }
    let transcript = Transcript::decode(&bytes).map_err(|error| error.to_string())?;
    print_heading();
    let summary = transcript.verify(print).map_err(|problem| problem.to_string())?;
    let (rounds, updates) = (summary.rounds, summary.updates);
    Ok(format!(
        "Session {}: {rounds} rounds with {updates} updates were computed again, and every hash and signature holds.\nThe newest model is {}.",
        summary.session, summary.model
    ))
}

fn check_room(bytes: &[u8]) -> Result<String, String> {
    let room = RoomFile::decode(bytes).map_err(|error| error.to_string())?;
    println!("{:>5}  {:<16}  {:>7}", "page", "name", "entries");
    let mut is_first = true;
    let round_done = |checked: &Checked<'_>| {
        if core::mem::take(&mut is_first) {
            print_heading();
        }
        print(checked);
    };
    let found = room.verify(print_block, round_done).map_err(|problem| problem.to_string())?;
    let mut lines = vec![format!(
        "Room {}: {} pages with {} entries were carried out again, and every signature, rule and state holds.\nThe newest page is {}, and {} hashes are behind it.",
        room.room, found.blocks, found.orders, found.tip, found.work
    )];
    for (summary, recorded) in &found.sessions {
        lines.push(format!(
            "Session {}: {} rounds with {} updates were computed again, and {recorded} of them are in the books as they are.\nThe newest model is {}.",
            summary.session, summary.rounds, summary.updates, summary.model
        ));
    }
    Ok(lines.join("\n"))
}

fn print_block(block: CheckedBlock) {
    let name = block.name.to_string();
    println!("{:>5}  {}  {:>7}", block.height, name.get(..16).unwrap_or(&name), block.orders);
}

fn print_heading() {
    println!("{:>5}  {:<16}  {:>7}  {:>6}  median scores", "round", "model", "samples", "signed");
}

fn print(checked: &Checked<'_>) {
    let Checked { record, verdicts } = checked;
    let scores = record.median_scores(verdicts).into_iter().map(|score| match score {
        Some(score) => format!("{:+.2}", f32::from(score) / 100.0),
        None => "–".to_owned(),
    });
    let scores: Vec<_> = scores.collect();
    let signed = format!("{}/{}", verdicts.len(), record.decision.contributions.len());
    let model = record.model.to_string();
    let model = model.get(..16).unwrap_or(&model);
    let (round, samples) = (record.decision.round, record.decision.samples());
    println!("{round:>5}  {model}  {samples:>7}  {signed:>6}  {}", scores.join(" "));
}
