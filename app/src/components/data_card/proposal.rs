//! Rows that are ready, and the network that would learn from them: looked at before anything is made.

use super::is_training;
use crate::{
    Problem,
    compact::{CollectAny, Erase, entered, live, on},
    components::notice::as_sentence,
    state::{
        command::Command,
        own_data::{HELD_OUT_PERCENT, cluster_for, nodes_of, with_nodes},
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use neural::Dataset;
use peer::{Blueprint, Suggested};
use units::ClusterId;

/// Rows and what would learn from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What people call the rows.
    pub title: String,
    /// The rows.
    pub dataset: Dataset,
    /// How they were made, encoded.
    pub recipe: Vec<u8>,
    /// A network for them.
    pub suggested: Suggested,
    /// What may disappoint, in sentences.
    pub advice: Vec<String>,
    /// The cluster that is there and by whose recipe they were made.
    pub agreed: Option<ClusterId>,
}

/// The state around a proposal that a person is looking at.
#[derive(Clone, Copy)]
pub struct ProposalState {
    /// What is proposed.
    pub proposal: RwSignal<Option<Proposal>>,
    /// The nodes as they are typed; `None` while the suggestion holds.
    nodes: RwSignal<Option<String>>,
    /// Rows in a hundred to hold out, as they are typed.
    held_out: RwSignal<String>,
}

impl Default for ProposalState {
    fn default() -> Self {
        Self {
            proposal: RwSignal::new(None),
            nodes: RwSignal::new(None),
            held_out: RwSignal::new(HELD_OUT_PERCENT.to_string()),
        }
    }
}

impl ProposalState {
    /// Shows another proposal, or none.
    pub fn set(self, proposal: Option<Proposal>) {
        let _ = self.nodes.try_set(None);
        let _ = self.proposal.try_set(proposal);
    }

    /// Rows in a hundred to hold out; subscribes.
    ///
    /// # Errors
    /// What is wrong with what is typed.
    pub fn held_out_percent(self) -> Result<u8, Problem> {
        match self.held_out.get().trim().parse() {
            Ok(percent @ 1..=90) => Ok(percent),
            _ => Err(Problem {
                code: "invalid_input".to_owned(),
                message: "1 to 90 % of the rows can be held out".to_owned(),
            }),
        }
    }

    /// Makes the cluster, if it is not there, and loads the rows; then calls `done`.
    fn use_rows(self, page: Page, command: Command, done: Callback<()>) {
        let Some(proposal) = self.proposal.get_untracked() else { return };
        let held_out = match untrack(|| self.held_out_percent()) {
            Ok(held_out) => held_out,
            Err(problem) => return command.refuse(&problem.code, problem.message),
        };
        let typed = self.nodes.get_untracked();
        let network = proposal.suggested.network.clone();
        let network = match typed.map_or(Ok(network.clone()), |nodes| with_nodes(&network, &nodes))
        {
            Ok(network) => network,
            Err(problem) => return command.refuse("invalid_input", problem.to_string()),
        };
        let Proposal { title, dataset, recipe, agreed, .. } = proposal;
        let blueprint = Blueprint { network, recipe, model: None };
        let is_there = agreed.is_some();
        let clusters = page.clusters.get_untracked();
        let cluster = agreed.unwrap_or_else(|| cluster_for(&title, &blueprint, &clusters));
        command.run(
            move |port| {
                Box::pin(async move {
                    // The order matters: rows go on a cluster that is there.
                    if !is_there {
                        port.create_cluster(cluster.clone(), blueprint).await?;
                    }
                    port.load_own(cluster.clone(), dataset, held_out, title).await?;
                    Ok(cluster)
                })
            },
            move |cluster| {
                let _ = page.chosen_cluster.try_set(Some(cluster));
                done.run(());
            },
        );
    }
}

/// The proposal, and the button that takes it.
#[component]
pub fn ProposalForm(
    /// What is proposed.
    state: ProposalState,
    /// What the button says, such as "Use this table".
    action: &'static str,
    /// Where problems are shown.
    command: Command,
    /// Called once the rows are loaded.
    #[prop(into)]
    done: Callback<()>,
) -> impl IntoView {
    let page = use_page();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        state.use_rows(page, command, done);
    };
    // Typing nodes does not draw the form anew.
    let words = move || {
        state.proposal.with(|proposal| {
            let proposal = proposal.as_ref()?;
            let agreed = proposal.agreed.as_ref().map(|cluster| {
                format!(
                    "The rows are made as the network {cluster} was taught, so that devices agree."
                )
            });
            Some((
                agreed.unwrap_or_else(|| as_sentence(&proposal.suggested.reason)),
                proposal.advice.clone(),
            ))
        })
    };
    let may_choose =
        move || state.proposal.with(|p| p.as_ref().is_some_and(|p| p.agreed.is_none()));
    let nodes = move || {
        let suggested = || {
            state.proposal.with(|proposal| {
                proposal.as_ref().map_or_else(String::new, |p| nodes_of(&p.suggested.network))
            })
        };
        state.nodes.get().unwrap_or_else(suggested)
    };

    view! {
        <form class="proposal" on:submit=on(submit)>
            {live(move || {
                words()
                    .map(|(reason, advice)| {
                        view! {
                            <p class="hint">{reason}</p>
                            {advice
                                .into_iter()
                                .take(ADVICE_SHOWN)
                                .map(|advice| view! { <p class="advice">{as_sentence(&advice)}</p> })
                                .collect_any()}
                        }
                    }).erased()
            })}
            <div class="proposal-fields">
                <label class="field" hidden=live(move || !may_choose())>
                    <span>"Nodes"</span>
                    <input
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        title="Of each layer, such as 128 or 64, 32"
                        prop:value=live(nodes)
                        on:input=entered(move |value| state.nodes.set(Some(value)))
                    />
                </label>
                <label class="field">
                    <span>"Held out, %"</span>
                    <input
                        type="number"
                        min="1"
                        max="90"
                        step="1"
                        prop:value=live(move || state.held_out.get())
                        on:change=entered(move |value| state.held_out.set(value))
                    />
                </label>
            </div>
            <button
                type="submit"
                class="button button-strong"
                disabled=live(move || {
                    !page.is_ready() || command.is_pending() || is_training(page)
                        || state.proposal.with(Option::is_none)
                })
            >
                {live(move || if command.is_pending() { "One moment" } else { action })}
            </button>
        </form>
    }
    .erased()
}

/// Sentences of advice that are shown; a table of hundreds of rare classes has no use for more.
const ADVICE_SHOWN: usize = 4;
