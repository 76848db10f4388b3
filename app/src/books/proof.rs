//! That an entry is on a page, shown by little more than fingerprints, and checked here.

use super::{
    asked::{Asked, ask},
    proof_picture::ProofPicture,
};
use crate::{
    compact::{CollectAny, Erase, Shown, live, on},
    components::notice::{CommandProblem, alert},
    dom, files,
    format::{bytes, count, plural},
    state::{page::use_page, port::Problem},
};
use books::view::{Checked, NoProof, ProofView, Question, View};
use leptos::{prelude::*, task::spawn_local};
use units::{Hash, PeerId};

/// A proof of one entry, checked on this device against its newest page; with every new page, once more.
#[component]
pub fn Proof(
    /// The entry.
    transaction: Hash,
) -> impl IntoView {
    let page = use_page();
    let ledger = page.select(|view| view.ledger);
    let asked = ask(move || Question::Proof { transaction });
    let found = Memo::new(move |before: Option<&Found>| {
        let tip = ledger.with(|it| it.map(|it| it.tip))?;
        let view = proof_in(asked)?;
        let result = view.check(transaction, tip).map(|checked| (view, checked));
        match (result, before) {
            // A page has just come, and the proof up to it is on its way.
            (Err(NoProof::OtherHeader { .. }), Some(before)) => before.clone(),
            (result, _) => Some(result),
        }
    });
    let holds = move || found.with(|it| matches!(it, Some(Ok(_))));
    let problem = move || found.with(|it| Some(refusal(it.as_ref()?.as_ref().err()?)));
    view! {
        <div class="books-proof" role="group" aria-label="Proof">
            <Shown when=holds><Held found transaction /></Shown>
            {live(problem)}
            <CommandProblem command=asked.command() />
        </div>
    }
    .erased()
}

/// What came of a check, once a proof is here.
type Found = Option<Result<(ProofView, Checked), NoProof>>;

/// A part of a proof that holds.
fn held<T>(found: Memo<Found>, read: impl FnOnce(&ProofView, &Checked) -> T) -> Option<T> {
    found.with(|it| it.as_ref()?.as_ref().ok().map(|(view, checked)| read(view, checked)))
}

fn proof_in(asked: Asked) -> Option<ProofView> {
    asked.with(|view| match view {
        View::Proof(proof) => Some(proof.clone()),
        _ => None,
    })
}

fn refusal(problem: &NoProof) -> AnyView {
    alert(Problem { code: "no_proof".to_owned(), message: problem.to_string() })
}

/// What a proof shows, as a picture and in words, and buttons to take it along.
#[component]
fn Held(found: Memo<Found>, transaction: Hash) -> impl IntoView {
    let page = use_page();
    let picture = move || {
        held(found, |_, checked| view! { <ProofPicture checked=checked.clone() /> }.into_any())
    };
    let checks = move || {
        let name = |peer| page.name_of(peer);
        let checks = held(found, |view, checked| sentences(checked, view, &name));
        let checks = checks.unwrap_or_default().into_iter();
        checks.map(|check| view! { <li>{check}</li> }).collect_any()
    };
    let text =
        move || untrack(|| held(found, |view, _| view.to_text(transaction))).unwrap_or_default();
    let copied = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let text = text();
        copied.set(None);
        spawn_local(async move {
            let done = dom::copy(&text).await;
            let _ = copied.try_set(Some(done));
        });
    };
    let save = move |_| {
        let name = format!("proof-{}.txt", transaction.short());
        files::save(text().as_bytes(), &name);
    };
    let words = move || {
        copied.get().map(|done| match done {
            true => "Copied.",
            false => "This browser does not let the page copy: save the proof instead.",
        })
    };
    view! {
        <p class="books-proved" role="status">{live(move || held(found, |_, it| headline(it)))}</p>
        <div class="books-columns">
            <div class="books-part">
                {live(picture)}
                <p class="hint">{FINGERPRINTS}</p>
            </div>
            <ul class="books-checks" aria-label="What was checked">{live(checks)}</ul>
        </div>
        <div class="books-taken">
            <button type="button" class="button button-quiet" on:click=on(save)>"Save the proof"</button>
            <button type="button" class="button button-quiet" on:click=on(copy)>"Copy the proof"</button>
            <span class="hint" role="status">{live(words)}</span>
        </div>
    }
    .into_any()
}

const FINGERPRINTS: &str = "A fingerprint is a number that is computed from all of a text: with one letter changed it is another, and nobody finds a second text that has it.";

fn headline(checked: &Checked) -> String {
    let (place, count) = (checked.place.0 + 1, checked.place.1);
    let page = checked.height;
    match count {
        1 => format!("Proved on this device: it is the one entry of page {page}."),
        _ => format!("Proved on this device: it is entry {place} of {count} on page {page}."),
    }
}

/// What was checked, step by step.
fn sentences(checked: &Checked, view: &ProofView, name: &dyn Fn(PeerId) -> String) -> Vec<String> {
    let Checked { order, height, newest, .. } = checked;
    let others = |steps: usize| plural(steps as u64, "other fingerprint", "other fingerprints");
    let who = name(order.sender);
    let signed = match order.claims(view.ledger).len() {
        1 => format!("{who} signed it, and the signature holds."),
        all => format!(
            "{who} signed it; that signature and {} in it hold.",
            plural(all as u64 - 1, "other", "others")
        ),
    };
    let on_page = match checked.to_block.len() {
        0 => format!("Its fingerprint is the one that page {height} has of its entries."),
        steps => format!(
            "Its fingerprint, put together with {}, gives the one that page {height} has of all its entries.",
            others(steps)
        ),
    };
    let up_to_newest = match checked.to_newest.len() {
        0 => format!("Page {height} is the newest."),
        steps => format!(
            "The fingerprint of page {height}, put together with {}, gives the one that page {}, the newest, has of all pages before it.",
            others(steps),
            newest.height
        ),
    };
    let work = format!(
        "The fingerprint of page {} shows that it took some {} tries to write: whoever wants to change an entry has to do as much again for each page since, with everybody watching.",
        newest.height,
        count(view.hashes)
    );
    let size = format!(
        "All of the proof is {}. Whoever has the {} bytes that stand for the newest page needs nothing else to check it.",
        bytes(checked.size_bytes as u64),
        view.header.len()
    );
    vec![signed, on_page, up_to_newest, work, size]
}
