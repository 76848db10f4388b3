//! Questions to the books.

use crate::{
    compact::follow,
    state::{command::Command, page::use_page},
};
use books::view::{Question, View};
use leptos::prelude::*;
use peer::{BooksCall, BooksReply};

/// Answers of the books, by what was asked, drawn anew when a page was written.
#[derive(Clone, Copy)]
pub struct Asked {
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
