//! What is recorded, in words.

use super::credits;
use crate::{format::plural, market::price, state::page::Page};
use books::view::{Deed, TransactionView};
use ledger::Action;

/// A sentence for a transaction.
pub(super) fn deed(page: Page, it: &TransactionView) -> String {
    let name = |peer| page.name_of(peer);
    let who = name(it.sender);
    match &it.deed {
        Deed::Report { round, members, .. } => {
            let members = plural(members.len() as u64, "device", "devices");
            format!("Round {round} of a training: {members} learnt together.")
        }
        Deed::Action(action) => match &**action {
            Action::Transfer { to, amount } => {
                format!("{who} gave {} to {}.", credits(*amount), name(*to))
            }
            Action::Welcome { member } => format!("{who} welcomed {}.", name(*member)),
            Action::Stake { amount } => format!("{who} bound {}.", credits(*amount)),
            Action::Unstake { amount } => format!("{who} asked for {} back.", credits(*amount)),
            Action::RegisterCapsule { title, .. } => {
                format!("{who} registered “{title}” as its own.")
            }
            Action::RateCapsule { use_percent, .. } => {
                format!("{who} found a note {use_percent} % useful.")
            }
            Action::Offer(terms) => {
                let nodes = plural(terms.nodes.into(), "node", "nodes");
                format!("{who} offered {nodes} for {}.", price::rates(terms))
            }
            Action::Withdraw { .. } => format!("{who} took an offer back."),
            Action::Borrow { hours, deposit, .. } => {
                let hours = plural((*hours).into(), "hour", "hours");
                format!("{who} borrowed nodes for {hours}, with {} set aside.", credits(*deposit))
            }
            Action::Claim(receipt) => {
                format!("{who} was owed {} for the work of its nodes.", credits(receipt.owed))
            }
            Action::Return { owed, .. } => {
                format!("{who} gave nodes back and owes {}.", credits(*owed))
            }
            Action::Dispute { .. } => format!("{who} showed that somebody cheated."),
            Action::Exclude { member } => format!("{who} voted to exclude {}.", name(*member)),
            Action::Revoke { device, .. } => {
                format!("{who} revoked {}, another device of its person.", name(*device))
            }
            Action::Report(_) => format!("{who} reported a round of a training."),
        },
    }
}

/// Some things in a row: `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
