//! What is behind the door, in a module of its own.

use super::{accounts::Accounts, blocks::Blocks, check::Check, give::Give};
use crate::{
    compact::{Erase, entered, follow, live},
    components::notice::CommandProblem,
    lazy::Away,
    state::{command::Command, page::use_page},
};
use books::view::{Question, View};
use leptos::prelude::*;
use peer::{BooksCall, BooksReply};
use std::collections::BTreeMap;

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        books,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn view() -> Result<AnyView, Away> {
    Ok(view! { <Room /> }.into_any())
}

/// Brings the module, and gives what it shows.
pub(super) async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return view().await;
    #[cfg(not(feature = "lazy"))]
    view()
}

/// Brings the module before anybody asks for it. If that fails, opening tries again.
pub(super) async fn prepare() {
    #[cfg(feature = "lazy")]
    let _ = preload().await;
}

/// Answers of the books, by what was asked, drawn anew when a page was written.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    answer: RwSignal<Option<View>>,
    command: Command,
}

/// Asks the books, now and whenever they have changed.
pub(super) fn ask(question: impl Fn() -> Question + 'static) -> Asked {
    let page = use_page();
    let ledger = page.select(|view| view.ledger);
    let asked = Asked { answer: RwSignal::new(None), command: Command::default() };
    follow(move || {
        // A memo that nobody reads does not notice that it is out of date.
        let _ = ledger.get();
        let question = question().encode();
        look(asked, question);
    });
    asked
}

/// Asks once.
pub(super) fn look(asked: Asked, question: Vec<u8>) {
    let then = move |reply| {
        if let Some(BooksReply::View(bytes)) = reply {
            let _ = asked.answer.try_set(View::decode(&bytes));
        }
    };
    asked.command.run(move |port| port.ask_books(BooksCall::Look(question)), then);
}

impl Asked {
    pub(super) fn new() -> Self {
        Self { answer: RwSignal::new(None), command: Command::default() }
    }

    /// A part of the newest answer.
    pub(super) fn with<T>(self, read: impl FnOnce(&View) -> Option<T>) -> Option<T> {
        self.answer.with(|answer| answer.as_ref().and_then(read))
    }

    pub(super) fn command(self) -> Command {
        self.command
    }
}

/// Everything in the books.
#[component]
fn Room() -> impl IntoView {
    view! {
        <Keeping />
        <div class="books-columns">
            <Accounts />
            <Give />
        </div>
        <Blocks />
        <Check />
    }
    .erased()
}

/// Whether this device writes.
#[component]
fn Keeping() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let ledger = page.select(|view| view.ledger);
    let keeps = move || ledger.with(|it| it.is_some_and(|it| it.keeps));
    let choices = BTreeMap::from([("yes", "this device writes"), ("no", "others write")]);
    let choose = move |choice: String| {
        let call = BooksCall::Keep(choice == "yes");
        command.run(move |port| port.ask_books(call), |_| {});
    };
    let options = choices.into_iter().map(move |(value, words)| {
        let chosen = move || keeps() == (value == "yes");
        view! { <option value=value selected=live(chosen)>{words}</option> }
    });
    let options: Vec<_> = options.map(Erase::erased).collect();
    view! {
        <div class="books-keeping">
            <label class="field">
                <span>"Who writes new pages"</span>
                <select prop:value=live(move || if keeps() { "yes" } else { "no" }) on:change=entered(choose)>
                    {options}
                </select>
            </label>
            <p class="hint">
                "A new page takes some seconds of computing, so that nobody can rewrite an old one. It is only done when there is something to write, and pays a little."
            </p>
        </div>
        <CommandProblem command />
    }
    .erased()
}
