//! Who has what.

use super::{asked::Asked, credits};
use crate::{
    compact::{CollectAny, Erase, live},
    state::page::use_page,
};
use books::view::{AccountView, Overview, View};
use leptos::prelude::*;

/// All accounts, the richest first, and what belongs to nobody yet.
#[component]
pub fn Accounts(
    /// Of all.
    accounts: Asked,
    /// And of the rest.
    overview: Asked,
) -> impl IntoView {
    let page = use_page();
    let list = move || {
        let of = |view: &View| match view {
            View::Accounts(accounts) => Some(accounts.clone()),
            _ => None,
        };
        accounts.with(of).unwrap_or_default()
    };
    let line = move |account: AccountView| {
        let standing = match (account.member, account.excluded) {
            _ if account.revoked => "revoked by its owner",
            (_, true) => "excluded",
            (false, _) => "not a member",
            (true, _) if Some(account.peer) == page.me.get() => "this device",
            _ => "",
        };
        let house = account.house.map(|house| format!("vouched for by {}", page.name_of(house)));
        let standing = (!standing.is_empty()).then(|| standing.to_owned());
        let words = standing.into_iter().chain(house).collect::<Vec<_>>().join(", ");
        view! {
            <li data-peer=account.peer.to_string()>
                <span class="books-name">{page.name_of(account.peer)}</span>
                <span class="hint">{words}</span>
                <span class="books-amount">{credits(account.balance)}</span>
            </li>
        }
    };
    let rest = move || overview.with(treasury);
    view! {
        <div class="books-part" role="group" aria-labelledby="books-accounts">
            <h3 id="books-accounts">"Who has what"</h3>
            <ul class="books-accounts" aria-label="Accounts">
                {live(move || list().into_iter().map(line).collect_any())}
            </ul>
            <p class="hint">{live(rest)}</p>
        </div>
    }
    .erased()
}

fn treasury(view: &View) -> Option<String> {
    let View::Overview(Overview { treasury, .. }) = view else { return None };
    Some(format!(
        "{} belong to nobody yet: they go, little by little, to those whose devices help the room learn.",
        credits(*treasury)
    ))
}
