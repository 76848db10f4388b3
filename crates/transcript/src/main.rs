//! Re-computes every round of a transcript, and prints what it finds.

use std::{path::Path, process::ExitCode};
use transcript::{Checked, Transcript};

const USAGE: &str =
    "usage: transcript FILE\n\nFILE is a transcript of a training, as a member has saved it.";

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
    let transcript = Transcript::decode(&bytes).map_err(|error| error.to_string())?;
    println!("{:>5}  {:<16}  {:>7}  {:>6}  median scores", "round", "model", "samples", "signed");
    let summary = transcript.verify(print).map_err(|problem| problem.to_string())?;
    let (rounds, updates) = (summary.rounds, summary.updates);
    Ok(format!(
        "Session {}: {rounds} rounds with {updates} updates were computed again, and every hash and signature holds.\nThe newest model is {}.",
        summary.session, summary.model
    ))
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
