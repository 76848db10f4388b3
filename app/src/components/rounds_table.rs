//! The rounds in a table: what the curves show, for reading.

use crate::{
    compact::{Each, Erase, Shown, live, on},
    components::{notice::CommandProblem, session_numbers::is_by_itself},
    files,
    format::{bytes, duration_ms, percent},
    state::{command::Command, page::use_page},
};
use leptos::prelude::*;
use peer::{Evaluation, RoundView};

/// Rounds shown; the curves show all.
const ROUNDS_SHOWN: usize = 50;

/// The newest rounds, folded away until they are wanted.
#[component]
pub fn RoundsTable() -> impl IntoView {
    let page = use_page();
    let rounds = Memo::new(move |_| {
        page.session.with(|session| {
            let rounds = session.iter().flat_map(|session| session.history.iter().rev());
            rounds.take(ROUNDS_SHOWN).cloned().collect::<Vec<_>>()
        })
    });

    let by_itself =
        Memo::new(move |_| page.session.with(|session| session.as_ref().is_some_and(is_by_itself)));

    view! {
        <details class="rounds">
            <summary>"Round by round"</summary>
            <div class="table-frame" tabindex="0" role="group" aria-label="Rounds, scrollable">
                <table>
                    <caption class="visually-hidden">"Rounds, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Round"</th>
                            <th scope="col">{live(move || if by_itself.get() { "This device" } else { "Together" })}</th>
                            <Shown when=move || !by_itself.get()><th scope="col">"Alone"</th></Shown>
                            <th scope="col">"Members"</th>
                            <Shown when=move || !by_itself.get()><th scope="col">"Led by"</th></Shown>
                            <th scope="col">"Took"</th>
                            <th scope="col">"Sent"</th>
                            <th scope="col">"Model"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <Each
                            each=move || rounds.get()
                            // A round is redrawn when its evaluation arrives after it.
                            key=|round| (round.round, round.model, round.together.is_some(), round.alone.is_some())
                            let(round)
                        >
                            <Row round by_itself />
                        </Each>
                    </tbody>
                </table>
            </div>
            <Shown when=move || !by_itself.get()><Record /></Shown>
        </details>
    }
    .erased()
}

/// The rounds as a file.
#[component]
fn Record() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let save = move |_| {
        let Some(session) = page.session.get_untracked().map(|session| session.id) else { return };
        let name = format!("training-{}.pcnt", session.short());
        command.run(
            move |port| port.write_transcript(session),
            move |bytes| {
                if files::save(&bytes, &name).is_none() {
                    let problem = format!("this browser does not save `{name}`");
                    command.refuse("download_refused", problem);
                }
            },
        );
    };
    view! {
        <p class="record">
            <button type="button" class="button button-quiet" on:click=on(save)>"Save the training record"</button>
            <span class="hint">"With it, anyone can compute every model again and check every signature."</span>
        </p>
        <CommandProblem command />
    }
    .erased()
}

#[component]
fn Row(round: RoundView, by_itself: Memo<bool>) -> impl IntoView {
    let accuracy = |evaluation: &Option<Evaluation>| {
        evaluation.as_ref().map_or("–".to_owned(), |e| percent(e.accuracy()))
    };
    let alone = accuracy(&round.alone);
    let page = use_page();
    let leader = move || round.leader.map_or("–".to_owned(), |leader| page.name_of(leader));
    view! {
        <tr>
            <th scope="row">{round.round}</th>
            <td>{accuracy(&round.together)}</td>
            {live(move || (!by_itself.get()).then(|| view! { <td>{alone.clone()}</td> }).erased())}
            <td>{round.members.len()}</td>
            {live(move || (!by_itself.get()).then(|| view! { <td>{leader()}</td> }).erased())}
            <td>{duration_ms(round.duration_ms.into())}</td>
            <td>{bytes(round.sent_bytes)}</td>
            <td>
                <code title=round.model.to_string()>{round.model.short()}</code>
            </td>
        </tr>
    }
    .erased()
}
