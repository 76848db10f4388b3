//! Whose work is trusted, and by whom.

use super::{
    asked::{Asked, ask},
    words::listed,
};
use crate::{
    compact::{CollectAny, Erase, Shown, live},
    format::plural,
    state::page::use_page,
};
use books::view::{AccountView, Overview, Question, View};
use ledger::{
    contracts::regard::Facts,
    reputation::{Reason, Reputation, SCORE_ONE},
};
use leptos::prelude::*;
use std::collections::BTreeMap;
use units::PeerId;

/// Devices that are ranked in sight; how many more there are is said below.
const SHOWN: usize = 12;

/// What else has to be known of those who are ranked.
#[derive(Debug, Clone, Default)]
struct Standings {
    founder: Option<PeerId>,
    /// Who vouched for whom.
    houses: BTreeMap<PeerId, PeerId>,
    /// Who is trusted by anybody that is.
    trusted: Vec<PeerId>,
}

/// All members, the best regarded first, with the reasons.
#[component]
pub fn Regard(
    /// Say who vouched for whom.
    accounts: Asked,
    /// Says who made the room.
    overview: Asked,
) -> impl IntoView {
    let page = use_page();
    let ranking = ask(|| Question::Reputation);
    let ranked = move || {
        let of = |view: &View| match view {
            View::Reputation(ranked) => Some(ranked.clone()),
            _ => None,
        };
        ranking.with(of).unwrap_or_default()
    };
    let standings = move |ranked: &[Reputation]| Standings {
        founder: overview.with(|view| match view {
            View::Overview(Overview { founder, .. }) => Some(*founder),
            _ => None,
        }),
        houses: accounts.with(houses).unwrap_or_default(),
        trusted: ranked.iter().filter(|it| it.score > 0).map(|it| it.peer).collect(),
    };
    let lines = move || {
        let ranked = ranked();
        let standings = standings(&ranked);
        let line = |it: &Reputation| {
            let name = |peer| page.name_of(peer);
            line(it, page.me.get() == Some(it.peer), reasons(it, &standings, &name), &name)
        };
        ranked.iter().take(SHOWN).map(line).collect_any()
    };
    let more = move || ranked().len().saturating_sub(SHOWN);
    view! {
        <div class="books-part" role="group" aria-labelledby="books-regard">
            <h3 id="books-regard">"Whose work is trusted"</h3>
            <p class="hint books-prose">{EXPLANATION}</p>
            <ol class="books-regard" aria-label="Ranking, most trusted first">{live(lines)}</ol>
            <Shown when=move || more() != 0>
                <p class="hint">{live(move || format!("and {} more", more()))}</p>
            </Shown>
        </div>
    }
    .erased()
}

const EXPLANATION: &str = "Trust starts with whoever made the room, and is passed on by deeds: updates that helped, loans that ended well. Words count for nothing, old deeds fade, and whoever nobody trusted knows stays at nothing.";

fn houses(view: &View) -> Option<BTreeMap<PeerId, PeerId>> {
    let View::Accounts(accounts) = view else { return None };
    Some(
        accounts
            .iter()
            .filter_map(|AccountView { peer, house, .. }| Some((*peer, (*house)?)))
            .collect(),
    )
}

fn line(
    it: &Reputation,
    is_own: bool,
    reasons: Vec<String>,
    name: &dyn Fn(PeerId) -> String,
) -> AnyView {
    let name = name(it.peer);
    let hundredths = percent(it.score);
    let reasons = reasons.into_iter().map(|reason| view! { <li>{reason}</li> });
    view! {
        <li class="books-ranked" data-peer=it.peer.to_string() data-score=it.score.to_string()>
            <span class="books-rank">{it.rank}</span>
            <span class="books-name">
                {name.clone()}
                {is_own.then(|| view! { <span class="hint">" this device"</span> }).erased()}
            </span>
            <span
                class="books-bar"
                role="meter"
                aria-label=format!("Trust in {name}")
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=hundredths.to_string()
            >
                <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar-track" width="100" height="6" />
                    <rect class="bar-fill" width=hundredths.to_string() height="6" />
                </svg>
            </span>
            <span class="books-amount">{format!("{hundredths} %")}</span>
            <ul class="books-reasons">{reasons.collect_any()}</ul>
        </li>
    }
    .erased()
}

/// A part of all trust in hundredths. What is not nothing is one at least.
fn percent(score: u64) -> u64 {
    let hundredths = (u128::from(score) * 100 + u128::from(SCORE_ONE / 2)) / u128::from(SCORE_ONE);
    u64::try_from(hundredths).unwrap_or(100).max(u64::from(score > 0))
}

/// Why somebody stands where it does, in sentences.
fn reasons(it: &Reputation, standings: &Standings, name: &dyn Fn(PeerId) -> String) -> Vec<String> {
    let mut said = Vec::new();
    if standings.founder == Some(it.peer) {
        said.push("It made this room: trust starts here.".to_owned());
    }
    if let Some(house) = standings.houses.get(&it.peer) {
        said.push(format!("Vouched for by {}, with whom it has one voice.", name(*house)));
    }
    if it.score == 0 {
        said.push("Nobody trusted here has vouched for its work yet.".to_owned());
    }
    said.extend(it.reasons.iter().filter_map(|reason| sentence(reason, standings, name)));
    said
}

fn sentence(
    reason: &Reason,
    standings: &Standings,
    name: &dyn Fn(PeerId) -> String,
) -> Option<String> {
    let from = name(reason.from);
    let (good, bad) = (deeds(&reason.good, &GOOD), deeds(&reason.bad, &BAD));
    let mut said = match (good, bad) {
        (None, None) => return None,
        (Some(good), None) => format!("{from} vouches for it: {good}."),
        (None, Some(bad)) => format!("{from} holds against it: {bad}."),
        (Some(good), Some(bad)) => {
            format!("{from} vouches for it: {good}; and holds against it: {bad}.")
        }
    };
    if !standings.trusted.contains(&reason.from) {
        said += &format!(" That counts for nothing while nobody trusts {from}.");
    } else if reason.score == 0 {
        said += " The harm outweighs the good.";
    }
    Some(said)
}

/// One and many of each kind of fact.
type Words = [(&'static str, &'static str); 3];

const GOOD: Words = [
    ("useful update", "useful updates"),
    ("loan that ended well", "loans that ended well"),
    ("useful note", "useful notes"),
];

const BAD: Words = [
    ("update that did harm", "updates that did harm"),
    ("loan in which it cheated", "loans in which it cheated"),
    ("note that did harm", "notes that did harm"),
];

/// Facts in words; `None` if there are none.
fn deeds(facts: &Facts, words: &Words) -> Option<String> {
    let counts = [facts.rounds, facts.loans, facts.capsules];
    let said = counts.into_iter().zip(words).filter(|(parts, _)| *parts > 0);
    let said: Vec<String> = said
        .map(|(parts, (one, many))| {
            // Facts fade: of one that is old, or was of little use, a part is left.
            match (parts + (1 << 15)) >> 16 {
                0 => format!("a little of one {one}"),
                whole => plural(whole.into(), one, many),
            }
        })
        .collect();
    (!said.is_empty()).then(|| listed(&said))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u32 = 1 << 16;

    fn peer(n: u8) -> PeerId {
        PeerId::from_bytes([n; 32])
    }

    fn name(peer: PeerId) -> String {
        ["Ada", "Ben", "Cleo", "Dan"][usize::from(peer.as_bytes()[0])].to_owned()
    }

    fn reason(from: u8, score: u64, good: Facts, bad: Facts) -> Reason {
        Reason { from: peer(from), score, good, bad }
    }

    fn said(of: u8, score: u64, given: Vec<Reason>) -> Vec<String> {
        let standings = Standings {
            founder: Some(peer(0)),
            houses: [(peer(3), peer(1))].into(),
            trusted: vec![peer(0), peer(1)],
        };
        reasons(&Reputation { peer: peer(of), score, rank: 1, reasons: given }, &standings, &name)
    }

    #[test]
    fn who_vouches_is_said_with_the_deeds() {
        let good = Facts { rounds: 12 * ONE, loans: ONE, capsules: ONE / 3 };
        assert_eq!(
            said(1, 9, vec![reason(0, 9, good, Facts::default())]),
            [
                "Ada vouches for it: 12 useful updates, 1 loan that ended well and a little of one useful note."
            ]
        );
    }

    #[test]
    fn who_has_nobodys_trust_is_told_so_with_who_is_behind_it() {
        let nothing = "Nobody trusted here has vouched for its work yet.";
        assert_eq!(said(2, 0, Vec::new()), [nothing]);
        assert_eq!(
            said(3, 0, Vec::new()),
            ["Vouched for by Ben, with whom it has one voice.", nothing]
        );
        let praise = reason(2, 0, Facts { rounds: ONE, ..Facts::default() }, Facts::default());
        assert_eq!(
            said(1, 0, vec![praise]),
            [
                nothing,
                "Cleo vouches for it: 1 useful update. That counts for nothing while nobody trusts Cleo."
            ]
        );
    }

    #[test]
    fn harm_is_said_beside_the_good() {
        let good = Facts { rounds: 2 * ONE, ..Facts::default() };
        let bad = Facts { loans: ONE, ..Facts::default() };
        assert_eq!(
            said(0, 5, vec![reason(1, 0, good, bad)]),
            [
                "It made this room: trust starts here.",
                "Ben vouches for it: 2 useful updates; and holds against it: 1 loan in which it cheated. The harm outweighs the good.",
            ]
        );
    }

    #[test]
    fn a_bar_is_full_at_all_trust_and_empty_only_at_none() {
        assert_eq!([0, 1, SCORE_ONE / 2, SCORE_ONE].map(percent), [0, 1, 50, 100]);
    }
}
