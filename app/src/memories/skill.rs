//! What can be done with a skill that was found: tried on a cluster of this device, and added to it.

use super::asked::{Desk, ask, refused_words};
use crate::{
    compact::{Erase, entered, live, on},
    components::notice::CommandProblem,
    format::{percent, plural},
    state::{
        command::Command,
        own_data::ClassNames,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use memory::{
    call::{Call, Reply},
    library::SkillAbout,
};
use peer::{SkillAnswer, SkillJob, Trial};
use units::{ClusterId, Hash};

/// What is said of the classes that a skill fires at: the first few.
const CLASSES_NAMED: usize = 3;

/// What the nodes of a skill are like, in words.
pub(super) fn skill_words(page: Page, about: &SkillAbout) -> String {
    let names = page.cluster().map(|cluster| ClassNames::of(&cluster)).unwrap_or_default();
    let mut classes: Vec<(u32, f32)> =
        (0..).zip(about.firing_rates.iter().copied()).filter(|(_, rate)| *rate > 0.0).collect();
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let most = classes.iter().take(CLASSES_NAMED);
    let most: Vec<_> = most
        .map(|(class, rate)| format!("{} ({})", names.name(*class), percent((*rate).into())))
        .collect();
    let fires = match most.is_empty() {
        true => String::new(),
        false => format!(" They fire most often at {}.", most.join(", ")),
    };
    format!(
        "A skill: {} of layer {}, trained on {}.{fires}",
        plural(about.nodes.into(), "node", "nodes"),
        about.layer + 1,
        plural(about.inputs.into(), "value", "values")
    )
}

/// A cluster of this device, and what a skill does for it.
#[component]
pub fn SkillActions(
    /// What the panel shares.
    desk: Desk,
    /// The skill's capsule.
    id: Hash,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let (said, added) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let chosen = RwSignal::new(None::<ClusterId>);
    let cluster = move || chosen.get().or_else(|| page.cluster().map(|it| it.id));
    let work = move |job: fn(Vec<u8>) -> SkillJob,
                     said: RwSignal<String>,
                     then: fn(SkillAnswer) -> String| {
        let Some(cluster) = untrack(cluster) else { return };
        said.set(String::new());
        ask(command, Call::UseSkill(id), move |reply| {
            let Reply::Skill(skill) = reply else { return };
            command.run(
                move |port| port.work_on_skills(cluster, job(skill)),
                move |answer| {
                    let _ = said.try_set(then(answer));
                    desk.changed();
                },
            );
        });
    };
    let try_on = move |_| work(|skill| SkillJob::Try { skill }, said, tried);
    let graft = move |_| work(|skill| SkillJob::Graft { skill }, added, grafted);
    let options = move || {
        let one = |id: ClusterId| {
            let (value, words) = (id.to_string(), id.to_string());
            let is_chosen = untrack(cluster).is_some_and(|it| it == id);
            view! { <option value=value selected=is_chosen>{words}</option> }.erased()
        };
        page.clusters.with(|all| all.iter().map(|it| one(it.id.clone())).collect::<Vec<_>>())
    };
    let is_added = move || added.with(|added| !added.is_empty());
    let cannot = move || cluster().is_none() || command.is_pending();
    view! {
        <div class="memories-actions" role="group" aria-label="Use this skill">
            <label class="field field-inline">
                <span>"On cluster"</span>
                <select on:change=entered(move |value| chosen.set(value.parse().ok()))>{live(options)}</select>
            </label>
            <button type="button" class="button button-quiet" disabled=live(cannot) on:click=on(try_on)>
                "Try it"
            </button>
            <button
                type="button"
                class="button button-quiet"
                disabled=live(move || cannot() || is_added())
                on:click=on(graft)
            >
                {live(move || if is_added() { "Added" } else { "Add its nodes" })}
            </button>
        </div>
        <p class="hint">
            "To add nodes makes the network larger: devices that train with it need the same skill."
        </p>
        <p class="hint" role="status">{live(move || said.get())}</p>
        <p class="hint" role="status">{live(move || added.get())}</p>
        <CommandProblem command />
    }
}

fn tried(answer: SkillAnswer) -> String {
    match answer {
        SkillAnswer::Tried(trial) => trial_words(&trial),
        _ => refused_words(),
    }
}

fn trial_words(trial: &Trial) -> String {
    let part = |rows: u32| percent(f64::from(rows) / f64::from(trial.rows.max(1)));
    let standing = match trial.with.cmp(&trial.without) {
        core::cmp::Ordering::Greater => "It helps",
        core::cmp::Ordering::Equal => "It makes no difference at once",
        core::cmp::Ordering::Less => "It does harm at once",
    };
    format!(
        "{standing}: of {} that no training has seen, {} right with it and {} without. After {} of training, {} with it and {} without. Nothing was changed.",
        plural(trial.rows.into(), "row", "rows"),
        part(trial.with),
        part(trial.without),
        plural(trial.trained_steps.into(), "step", "steps"),
        part(trial.trained_with),
        part(trial.trained_without)
    )
}

fn grafted(answer: SkillAnswer) -> String {
    match answer {
        SkillAnswer::Grafted { nodes, strength_percent: 0, .. } => format!(
            "{} added. They say nothing yet: training must find a use for them.",
            plural(nodes.into(), "node was", "nodes were")
        ),
        SkillAnswer::Grafted { nodes, strength_percent, .. } => format!(
            "{} added, whose say counts {strength_percent} % of what it did where they came from. Train on to make it fit.",
            plural(nodes.into(), "node was", "nodes were")
        ),
        _ => refused_words(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_says_what_a_skill_is_good_for() {
        let trial = Trial {
            rows: 200,
            without: 100,
            with: 150,
            strength_percent: 100,
            trained_steps: 50,
            trained_without: 120,
            trained_with: 160,
        };
        assert_eq!(
            trial_words(&trial),
            "It helps: of 200 rows that no training has seen, 75.0 % right with it and 50.0 % without. After 50 steps of training, 80.0 % with it and 60.0 % without. Nothing was changed."
        );
        assert!(trial_words(&Trial { with: 90, ..trial }).starts_with("It does harm"));
        assert!(trial_words(&Trial { with: 100, ..trial }).starts_with("It makes no difference"));
    }
}
