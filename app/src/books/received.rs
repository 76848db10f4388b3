//! What came in, as it comes.

use super::{asked::ask, some_credits};
use crate::{
    compact::{Each, Erase, Shown, live},
    dom,
    state::page::use_page,
};
use books::view::{Question, ReceivedView, View};
use ledger::{Cause, Payment};
use leptos::prelude::*;
use units::{Credits, PeerId};

/// Pages whose payments are shown, the newest.
const SHOWN: usize = 6;

/// What the newest pages paid this device, the newest first.
#[component]
pub fn Received() -> impl IntoView {
    let page = use_page();
    let received = ask(|| Question::Received);
    let list = move || {
        let of = |view: &View| match view {
            View::Received(received) => Some(received.iter().take(SHOWN).cloned().collect()),
            _ => None,
        };
        received.with(of).unwrap_or_else(Vec::new)
    };
    let line = move |ReceivedView { height, time, payments }: ReceivedView| {
        let all =
            Credits::sum(payments.iter().map(|payment| payment.amount)).unwrap_or(Credits::MAX);
        let says = move || sentences(&payments, height, &|peer| page.name_of(peer));
        view! {
            <li>
                <span class="books-amount books-gain">{format!("+ {}", some_credits(all))}</span>
                <span>{live(says)}</span>
                <time class="hint">{dom::time_of(time.0 as f64)}</time>
            </li>
        }
        .erased()
    };
    view! {
        <div class="books-part" role="group" aria-labelledby="books-received">
            <h3 id="books-received">"What came in"</h3>
            <div role="log" aria-label="What came in, newest first">
                <ol class="books-received">
                    <Each each=list key=key let(it)>{line(it)}</Each>
                </ol>
            </div>
            <Shown when=move || list().is_empty()>
                <p class="empty">{NOTHING}</p>
            </Shown>
        </div>
    }
    .erased()
}

const NOTHING: &str =
    "Nothing yet. Credits come by themselves: with a welcome, and whenever this device was of use.";

/// Another page at the same height is another one.
fn key(received: &ReceivedView) -> (u32, u64) {
    (received.height, received.time.0)
}

/// What a page paid, the largest first. Who wrote it gets two payments for that, which are one to it.
fn sentences(payments: &[Payment], height: u32, name: &dyn Fn(PeerId) -> String) -> String {
    let is_writers = |payment: &&Payment| matches!(payment.cause, Cause::Fees | Cause::Mining);
    let writers = Credits::sum(payments.iter().filter(is_writers).map(|it| it.amount));
    let writers = writers.unwrap_or(Credits::MAX);
    let others = payments.iter().filter(|payment| !is_writers(payment));
    let mut said: Vec<String> = others.map(|payment| sentence(*payment, name)).collect();
    if !writers.is_zero() {
        said.push(format!("Writing page {height} brought {}.", some_credits(writers)));
    }
    said.join(" ")
}

fn sentence(Payment { amount, cause }: Payment, name: &dyn Fn(PeerId) -> String) -> String {
    let amount = some_credits(amount);
    match cause {
        Cause::Welcome { by } => format!("{} welcomed this device with {amount}.", name(by)),
        Cause::Gift { from } => format!("{} gave this device {amount}.", name(from)),
        Cause::Rounds => format!("What this device learnt helped the others: {amount}."),
        Cause::Capsules => format!("Others found its notes useful: {amount}."),
        Cause::Loan { borrower } => {
            format!("{} paid {amount} for the work of this device’s nodes.", name(borrower))
        }
        Cause::Hosting => format!("The room adds {amount} for nodes that worked for others."),
        Cause::Fraud { lender } => {
            format!(
                "{} was caught cheating this device, which gets {amount} of its stake.",
                name(lender)
            )
        }
        Cause::Unbound => format!("{amount} of this device, which were set aside, are free again."),
        // What pages pay their writers is summed up by whoever asks, and a newer ledger may know more.
        _ => format!("The rules of the books paid {amount}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(payments: &[(u64, Cause)]) -> String {
        let payments: Vec<_> = payments
            .iter()
            .map(|(micros, cause)| Payment { amount: Credits::from_micros(*micros), cause: *cause })
            .collect();
        sentences(&payments, 7, &|peer| {
            if peer == ada() { "Ada".to_owned() } else { "Ben".to_owned() }
        })
    }

    fn ada() -> PeerId {
        PeerId::from_bytes([1; 32])
    }

    #[test]
    fn what_a_page_paid_is_said_with_who_paid_and_why() {
        let welcome = (100_000_000, Cause::Welcome { by: ada() });
        assert_eq!(said(&[welcome]), "Ada welcomed this device with 100 credits.");
        let loan = (4_900_000, Cause::Loan { borrower: PeerId::from_bytes([2; 32]) });
        assert_eq!(
            said(&[loan, (20, Cause::Hosting)]),
            "Ben paid 4.9 credits for the work of this device’s nodes. \
             The room adds under 0.001 credits for nodes that worked for others."
        );
    }

    #[test]
    fn what_a_page_pays_its_writer_is_one_sum() {
        let paid = [(99_900, Cause::Mining), (2_000_000, Cause::Rounds), (4_000, Cause::Fees)];
        assert_eq!(
            said(&paid),
            "What this device learnt helped the others: 2 credits. Writing page 7 brought 0.103 credits."
        );
    }
}
