//! Giving credits to somebody.

use super::some_credits;
use crate::{
    compact::{CollectAny, Erase, entered, live, on},
    components::notice::CommandProblem,
    state::{command::Command, page::use_page},
};
use ledger::Action;
use leptos::{ev::SubmitEvent, prelude::*};
use peer::BooksCall;
use units::{Credits, PeerId};

/// A form: to whom, and how much.
#[component]
pub fn Give() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let (to, amount) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let ordered = RwSignal::new(String::new());
    let others = Memo::new(move |_| {
        page.peers.with(|peers| peers.iter().map(|peer| peer.peer).collect::<Vec<_>>())
    });
    let chosen = move || {
        let named = to.with(|to| to.parse::<PeerId>().ok());
        named.or_else(|| others.with(|others| others.first().copied()))
    };
    let give = move |event: SubmitEvent| {
        event.prevent_default();
        ordered.set(String::new());
        let Some(to) = untrack(chosen) else {
            return command.refuse("unknown_peer", "nobody else is here to give to");
        };
        let Some(given) = amount.with_untracked(|text| read(text)) else {
            let problem = amount.with_untracked(|text| {
                format!("give an amount of credits, such as 2 or 0.5, not `{text}`")
            });
            return command.refuse("invalid_input", problem);
        };
        let words = format!(
            "{} for {}: written into the books within seconds.",
            some_credits(given),
            page.name_of(to)
        );
        let call = BooksCall::Order(Box::new(Action::Transfer { to, amount: given }));
        let then = move |_| {
            let _ = (amount.try_set(String::new()), ordered.try_set(words));
        };
        command.run(move |port| port.ask_books(call), then);
    };
    let option = move |peer: PeerId| {
        view! { <option value=peer.to_string()>{page.name_of(peer)}</option> }
    };
    view! {
        <form class="books-part books-give" aria-labelledby="books-give" on:submit=on(give)>
            <h3 id="books-give">"Give credits"</h3>
            <div class="fields-row">
                <label class="field field-wide">
                    <span>"To"</span>
                    <select on:change=entered(move |value| to.set(value))>
                        {live(move || others.get().into_iter().map(option).collect_any())}
                    </select>
                </label>
                <label class="field field-wide">
                    <span>"How many"</span>
                    <input
                        type="text"
                        inputmode="decimal"
                        autocomplete="off"
                        prop:value=live(move || amount.get())
                        on:input=entered(move |value| amount.set(value))
                    />
                </label>
                <button type="submit" class="button" disabled=live(move || command.is_pending())>"Give"</button>
            </div>
            <p class="hint" role="status">{live(move || ordered.get())}</p>
            <CommandProblem command />
        </form>
    }
    .erased()
}

/// An amount as people write it, with up to six decimals.
pub(crate) fn read(text: &str) -> Option<Credits> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !is_plain(whole) || !is_plain(part) || part.len() > 6 || whole.len() > 7 {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let micros: u64 = format!("{part:0<6}").parse().ok()?;
    let amount = Credits::whole(whole).plus(Credits::from_micros(micros)).ok()?;
    (!amount.is_zero()).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let micros = |text| read(text).map(units::Credits::as_micros);
        assert_eq!(micros("2"), Some(2_000_000));
        assert_eq!(micros(" 0,5 "), Some(500_000));
        assert_eq!(micros(".000001"), Some(1));
        for wrong in ["", "0", "-1", "1e3", "0.0000001", "12345678", "1.2.3", "two"] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
    }
}
