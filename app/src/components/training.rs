//! Training: alone, or together with the room.

use crate::{
    components::{
        curves::Curves,
        notice::{CommandProblem, as_sentence},
        rounds_table::RoundsTable,
        session_numbers::SessionNumbers,
        session_options::{OptionsForm, SessionForm},
    },
    state::{
        command::Command,
        defaults::set_named,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use peer::{RoundPhase, SessionView};

/// The training panel.
#[component]
pub fn Training() -> impl IntoView {
    let page = use_page();

    view! {
        <section class="panel training" aria-label="Training">
            <h2>"Training"</h2>
            <Controls />
            <Show when=move || page.session.with(Option::is_some)>
                <Progress />
                <SessionNumbers />
                <Curves />
                <RoundsTable />
            </Show>
        </section>
    }
    .into_any()
}

fn is_running(page: Page) -> bool {
    page.session.with(|session| session.as_ref().is_some_and(|session| session.running))
}

#[component]
fn Controls() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let form = SessionForm::default();
    let has_data = Memo::new(move |_| page.cluster().is_some_and(|cluster| cluster.train_rows > 0));
    let may_start = move || has_data.get() && !is_running(page) && !command.is_pending();
    let start = move |together: bool| match untrack(|| form.options()) {
        Ok(options) => start_session(page, command, options, together),
        Err(problem) => command.refuse("invalid_input", problem.to_string()),
    };
    let stop = move |_| {
        if let Some(session) = page.session.get_untracked() {
            command.run(move |port| port.stop_session(session.id), |()| {});
        }
    };
    let hint = move || {
        let text = if is_running(page) {
            return None;
        } else if !has_data.get() {
            "Load some data first: each device trains on its own rows."
        } else if page.connected.get() == 0 {
            "To train together, wait until someone is connected; you can train alone at once."
        } else {
            "Together: everyone connected who has rows takes part, now or later."
        };
        Some(view! { <p class="hint">{text}</p> })
    };

    view! {
        <div class="training-controls">
            <button
                type="button"
                class="button button-strong"
                disabled=move || !may_start() || page.connected.get() == 0
                on:click=move |_| start(true)
            >
                "Train together"
            </button>
            <button type="button" class="button" disabled=move || !may_start() on:click=move |_| start(false)>
                "Train alone"
            </button>
            <button
                type="button"
                class="button"
                disabled=move || !is_running(page) || command.is_pending()
                on:click=stop
            >
                "Stop training"
            </button>
        </div>
        <CommandProblem command />
        {hint}
        <OptionsForm form disabled=Signal::derive(move || is_running(page)) />
    }
    .into_any()
}

fn start_session(
    page: Page,
    command: Command,
    options: protocol::session::SessionOptions,
    together: bool,
) {
    let Some(cluster) = untrack(|| page.cluster()).map(|cluster| cluster.id) else {
        return command.refuse("no_data", "there is no data on this device: load some first");
    };
    let task = set_named(cluster.as_str())
        .map_or_else(|| format!("Train cluster {cluster}"), |set| set.task.to_owned());
    command.run(move |port| port.start_session(cluster, task, options, together), |_| {});
}

/// How far the session is, and what is going on.
#[component]
fn Progress() -> impl IntoView {
    let page = use_page();
    let session = move |read: fn(&SessionView) -> u32| {
        Memo::new(move |_| page.session.with(|session| session.as_ref().map_or(0, read)))
    };
    let round = session(|session| session.round);
    let rounds = session(|session| session.options.rounds);
    let words = Memo::new(move |_| page.session.with(|s| s.as_ref().map(|s| phase_words(page, s))));
    let problem = move || {
        let problem = page.session.with(|s| s.as_ref().and_then(|session| session.problem.clone()));
        problem.map(|problem| {
            view! { <p class="problem" role="alert">{as_sentence(&problem)}</p> }
        })
    };

    view! {
        <div class="progress">
            <p class="progress-round" role="status">
                {move || format!("Round {} of {}", round.get(), rounds.get())}
            </p>
            <progress
                aria-label="Rounds"
                max=move || rounds.get().max(1).to_string()
                prop:value=move || f64::from(round.get())
                value=move || round.get().to_string()
            ></progress>
            <p class="hint">{move || words.get()}</p>
            {problem}
        </div>
    }
    .into_any()
}

fn phase_words(page: Page, session: &SessionView) -> String {
    if !session.running {
        let why = session.ended_because.as_deref().unwrap_or("all rounds are done");
        return format!("The session is over: {}", why.trim_end_matches('.')) + ".";
    }
    let doing = match session.phase {
        RoundPhase::Waiting if !has_rows(page, session) => {
            "Someone is training; load data to take part"
        }
        RoundPhase::Waiting => "Waiting for the newest model",
        RoundPhase::Training => "Training on this device’s rows",
        RoundPhase::Committed => "Update committed; waiting for the others’",
        RoundPhase::Revealing => "Updates are travelling",
        RoundPhase::Aggregating => "Bringing the updates together",
        RoundPhase::Finished => "Finished",
    };
    let leader = session.leader.map_or(String::new(), |leader| match page.me.get() {
        Some(me) if me == leader => " · this device leads the round".to_owned(),
        _ => format!(" · {} leads the round", page.name_of(leader)),
    });
    format!("{}: {doing}{leader}.", session.task)
}

fn has_rows(page: Page, session: &SessionView) -> bool {
    page.clusters.with(|clusters| {
        clusters.iter().any(|cluster| cluster.id == session.cluster && cluster.train_rows > 0)
    })
}
