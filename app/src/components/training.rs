//! Training: alone, or together with the room.

use crate::{
    compact::{Erase, Shown, live, on},
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
        slot::port,
    },
};
use leptos::prelude::*;
use peer::{ClusterView, LeftSessionView, RoundPhase, SessionView};
use units::ClusterId;

/// The training panel.
#[component]
pub fn Training() -> impl IntoView {
    let page = use_page();
    // Who only looks on has measured nothing. From one session to the next the table stays as open as it was.
    let has_rounds = Memo::new(move |_| {
        page.session.with(|session| {
            session.as_ref().is_some_and(|session| {
                let measured = || {
                    session.history.iter().any(|round| round.together.is_some())
                        || session.earlier.iter().any(|round| round.together_correct.is_some())
                };
                let is_known = session.running || !session.history.is_empty();
                is_known && has_rows(page, session) || measured()
            })
        })
    });

    view! {
        <section class="panel training" aria-label="Training">
            <h2>"Training"</h2>
            <Controls />
            <Shown when=move || page.session.with(Option::is_some)>
                <Progress />
                <SessionNumbers />
                <Shown when=move || has_rounds.get()>
                    <Curves />
                    <RoundsTable />
                </Shown>
            </Shown>
        </section>
    }
    .erased()
}

fn is_running(page: Page) -> bool {
    page.session.with(|session| session.as_ref().is_some_and(|session| session.running))
}

#[component]
fn Controls() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let form = SessionForm::new(page);
    let has_data = Memo::new(move |_| page.cluster().is_some_and(|cluster| cluster.train_rows > 0));
    // The session comes before what is made of it: see app/README.md.
    let may_start = move || !is_running(page) && has_data.get() && !command.is_pending();
    let left = left_session(page);
    let start = move |together: bool| match untrack(|| form.options()) {
        // The second press of a double click comes before the button is drawn anew.
        _ if runs_by_now() => {}
        _ if together && left.with_untracked(Option::is_some) => {
            if let Some(left) = left.get_untracked() {
                command.run(move |port| port.rejoin_session(left.id), |()| {});
            }
        }
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
            "Load some data first: each device trains on its own rows.".to_owned()
        } else if let Some(left) = left.get() {
            let whose = match page.me.get() == Some(left.founder) {
                true => "Your".to_owned(),
                false => format!("{}’s", page.name_of(left.founder)),
            };
            format!("{whose} session is running: Train together joins it.")
        } else if page.connected.get() == 0 {
            "To train together, wait until someone is connected; you can train alone at once."
                .to_owned()
        } else {
            "Together: everyone connected who has rows takes part, now or later.".to_owned()
        };
        Some(view! { <p class="hint">{text}</p> })
    };

    view! {
        <div class="training-controls">
            <button
                type="button"
                class="button button-strong"
                disabled=live(move || !may_start() || page.connected.get() == 0)
                on:click=on(move |_| start(true))
            >
                "Train together"
            </button>
            <button type="button" class="button" disabled=live(move || !may_start()) on:click=on(move |_| start(false))>
                "Train alone"
            </button>
            <button
                type="button"
                class="button"
                disabled=live(move || !is_running(page) || command.is_pending())
                on:click=on(stop)
            >
                "Stop training"
            </button>
        </div>
        <CommandProblem command />
        {live(hint)}
        <OptionsForm form disabled=Signal::derive(move || is_running(page)) />
    }
    .erased()
}

/// Whether a session runs, by the peer itself: what is drawn may be a frame behind.
fn runs_by_now() -> bool {
    port().is_some_and(|port| port.view().session.is_some_and(|session| session.running))
}

/// The session on the cluster in use that was left here and that others go on with.
fn left_session(page: Page) -> Memo<Option<LeftSessionView>> {
    let left = page.select(|view| view.left_session.clone());
    Memo::new(move |_| {
        let cluster = page.cluster()?.id;
        left.get().filter(|left| left.cluster == cluster)
    })
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
        problem
            .map(|problem| {
                view! { <p class="problem" role="alert">{as_sentence(&problem)}</p> }
            })
            .erased()
    };

    view! {
        <div class="progress">
            <p class="progress-round" role="status">
                {live(move || format!("Round {} of {}", round.get(), rounds.get()))}
            </p>
            <progress
                aria-label="Rounds"
                max=live(move || rounds.get().max(1).to_string())
                prop:value=live(move || f64::from(round.get()))
                value=live(move || round.get().to_string())
            ></progress>
            <p class="hint">{live(move || words.get())}</p>
            {live(problem)}
        </div>
    }
    .erased()
}

fn phase_words(page: Page, session: &SessionView) -> String {
    if !session.running {
        let why = session.ended_because.as_deref().unwrap_or("all rounds are done");
        return format!("The session is over: {}", why.trim_end_matches('.')) + ".";
    }
    let exhausted = session.privacy.as_ref().and_then(|privacy| privacy.exhausted.as_ref());
    if let Some(why) = exhausted {
        return format!("{}: this device only looks on: {why}.", session.task);
    }
    let doing = match session.phase {
        _ if !has_rows(page, session) => {
            return looking_on(page, session);
        }
        RoundPhase::Waiting if session.masks.is_some() => "Finding a group",
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

/// What a session is about that this device has no rows for, and how to take part.
fn looking_on(page: Page, session: &SessionView) -> String {
    page.clusters.with(|clusters| {
        let network = clusters.iter().find(|cluster| cluster.id == session.cluster);
        let network = network.map(|cluster| (cluster.network.inputs, cluster.network.classes));
        looking_on_words(&session.cluster, network, clusters)
    })
}

fn looking_on_words(
    cluster: &ClusterId,
    network: Option<(u32, u32)>,
    clusters: &[ClusterView],
) -> String {
    let shape = network.map_or(format!("the rows of cluster {cluster}"), |(inputs, classes)| {
        format!("{inputs} values in {classes} classes")
    });
    let choose = match set_named(cluster.as_str()) {
        Some(set) => format!("choose “{}”", set.name),
        None => format!("load such rows into cluster {cluster}"),
    };
    match clusters.iter().find(|other| other.train_rows > 0) {
        Some(other) => format!(
            "This session learns from {shape}; you have {}-value rows loaded: {choose} to take part.",
            other.network.inputs
        ),
        None => format!(
            "You have no data here: you follow the shared model, which learns from {shape}. To take part, {choose}."
        ),
    }
}

fn has_rows(page: Page, session: &SessionView) -> bool {
    page.clusters.with(|clusters| {
        clusters.iter().any(|cluster| cluster.id == session.cluster && cluster.train_rows > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::defaults::network;
    use units::Hash;

    fn cluster(id: &str, inputs: u32, train_rows: u32) -> ClusterView {
        ClusterView {
            id: id.parse().unwrap(),
            network: network(inputs, &[8], 10),
            model: Hash::of(&[]),
            train_rows,
            held_out_rows: 0,
            class_rows: Vec::new(),
            origin: None,
            recipe: Vec::new(),
        }
    }

    #[test]
    fn who_has_other_rows_or_none_is_told_what_a_session_is_about() {
        let here = [cluster("digits", 64, 300), cluster("mnist", 784, 0)];
        let words = |here: &[ClusterView]| {
            looking_on_words(&"mnist".parse().unwrap(), Some((784, 10)), here)
        };
        assert_eq!(
            words(&here),
            "This session learns from 784 values in 10 classes; you have 64-value rows loaded: \
             choose “Handwritten digits, 28×28 (MNIST)” to take part."
        );
        assert!(
            words(&here[1..]).starts_with("You have no data here: you follow the shared model")
        );
    }
}
