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
    let outcome = move || {
        let tip = ledger.with(|it| it.map(|it| it.tip))?;
        let view = proof_in(asked)?;
        Some(match view.check(transaction, tip) {
            Ok(checked) => {
                let name = |peer| page.name_of(peer);
                let checks = sentences(&checked, &view, &name);
                let checks = checks.into_iter().map(|check| view! { <li>{check}</li> });
                view! {
                    <p class="books-proved" role="status">{headline(&checked)}</p>
                    <ProofPicture checked=checked.clone() />
                    <ul class="books-checks" aria-label="What was checked">{checks.collect_any()}</ul>
                    <Taken view transaction />
                }
                .into_any()
            }
            Err(problem) => refusal(&problem),
        })
    };
    view! {
        <div class="books-proof" role="group" aria-label="Proof">
            {live(outcome)}
            <CommandProblem command=asked.command() />
        </div>
    }
    .erased()
}

fn proof_in(asked: Asked) -> Option<ProofView> {
    asked.with(|view| match view {
        View::Proof(proof) => Some(proof.clone()),
        _ => None,
    })
}

/// A page that has just come is no failure: the proof for it is on its way.
fn refusal(problem: &NoProof) -> AnyView {
    match problem {
        NoProof::OtherHeader { .. } => {
            view! { <p class="hint" role="status">"A new page has come: proving it up to there…"</p> }.erased()
        }
        _ => alert(Problem { code: "no_proof".to_owned(), message: problem.to_string() }),
    }
}

/// Buttons to take the proof along.
#[component]
fn Taken(view: ProofView, transaction: Hash) -> impl IntoView {
    let text = StoredValue::new(view.to_text(transaction));
    let copied = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let text = text.get_value();
        copied.set(None);
        spawn_local(async move {
            let done = dom::copy(&text).await;
            let _ = copied.try_set(Some(done));
        });
    };
    let save = move |_| {
        let name = format!("proof-{}.txt", transaction.short());
        text.with_value(|text| files::save(text.as_bytes(), &name));
    };
    let words = move || {
        copied.get().map(|done| match done {
            true => "Copied.",
            false => "This browser does not let the page copy: save the proof instead.",
        })
    };
    view! {
        <div class="books-taken">
            <button type="button" class="button button-quiet" on:click=on(save)>"Save the proof"</button>
            <button type="button" class="button button-quiet" on:click=on(copy)>"Copy the proof"</button>
            <Shown when=move || copied.get().is_some()>
                <span class="hint" role="status">{live(words)}</span>
            </Shown>
        </div>
    }
    .erased()
}

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
    let tries = count(u64::try_from(view.work).unwrap_or(u64::MAX));
    let work = format!(
        "The fingerprint of page {} shows that it took some {} tries to write, and all pages count {tries}: whoever wants to change one has to outdo that, with everybody watching.",
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
