//! The whole model of texts, for those who want it: what it costs, how far it is, and the way back.

use super::asked::{Desk, ask};
use crate::{
    compact::{Erase, Shown, follow, live, on},
    components::notice::{CommandProblem, alert},
    format::{bytes, plural},
    state::{command::Command, port::Problem},
};
use leptos::prelude::*;
use memory::{
    call::{Call, WholeModel},
    library::News,
};

/// A switch, with what it comes to.
#[component]
pub fn WholeModelPart(
    /// What the page's parts share.
    desk: Desk,
) -> impl IntoView {
    let command = Command::default();
    let state = RwSignal::new(WholeModel::Off);
    follow(move || {
        let told = desk.overview.with(|it| it.as_ref().map(|it| it.whole_model.clone()));
        if let Some(told) = told {
            state.set(told);
        }
    });
    follow(move || {
        let newest = desk.told.with(|(_, told)| told.iter().rev().find_map(of_model));
        if let Some(newest) = newest {
            let changes_what_is_found = match &newest {
                WholeModel::On { read, of } => read == of,
                WholeModel::Off => true,
                _ => false,
            };
            state.set(newest);
            if changes_what_is_found {
                desk.changed();
            }
        }
    });
    let switch = move |_| {
        let is_wanted = state.with_untracked(is_away);
        ask(command, Call::UseWholeModel(is_wanted), |_| {});
    };
    view! {
        <div class="memory-space memory-whole">
            <h3>"Understand texts better"</h3>
            <p class="hint">
                "Notes are found by a small language model. The whole one finds more of what is said in other words: 23 MB, once. It reads the notes while nothing else is to be done, some a second, and needs the server no more once it is here. What others are asked goes by the small one, as before."
            </p>
            <div class="fields-row">
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(move || command.is_pending())
                    on:click=on(switch)
                >
                    {live(move || state.with(label))}
                </button>
                <p class="hint memory-whole-state" role="status">{live(move || state.with(standing))}</p>
            </div>
            {live(move || state.with(failure).map(alert))}
            <Shown when=move || state.with(|it| matches!(it, WholeModel::On { .. }))>
                <p class="hint">"Switched off, it goes from this device, with what it has read."</p>
            </Shown>
            <CommandProblem command />
        </div>
    }
    .erased()
}

fn of_model(news: &News) -> Option<WholeModel> {
    match news {
        News::WholeModel(state) => Some(state.clone()),
        _ => None,
    }
}

fn is_away(state: &WholeModel) -> bool {
    matches!(state, WholeModel::Off | WholeModel::Failed { .. })
}

fn label(state: &WholeModel) -> &'static str {
    match state {
        WholeModel::Off => "Bring the whole model",
        WholeModel::Coming { .. } => "Leave it",
        WholeModel::Failed { .. } => "Try again",
        WholeModel::On { .. } => "Switch the whole model off",
    }
}

fn standing(state: &WholeModel) -> String {
    match state {
        WholeModel::Off | WholeModel::Failed { .. } => String::new(),
        WholeModel::Coming { bytes: 0, .. } => "The whole model is on its way.".to_owned(),
        WholeModel::Coming { bytes: here, of } => {
            let of = if *of > 0 { format!(" of {}", bytes((*of).into())) } else { String::new() };
            format!("The whole model is on its way: {}{of}.", bytes((*here).into()))
        }
        WholeModel::On { read, of } if read < of => {
            format!("The whole model has read {read} of {}.", plural((*of).into(), "text", "texts"))
        }
        WholeModel::On { of: 0, .. } => "The whole model is here.".to_owned(),
        WholeModel::On { of, .. } => {
            format!("The whole model has read all {}.", plural((*of).into(), "text", "texts"))
        }
    }
}

fn failure(state: &WholeModel) -> Option<Problem> {
    match state {
        WholeModel::Failed { reason } => {
            let message = format!("the whole model is not used: {reason}");
            Some(Problem { code: "whole_model".to_owned(), message })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_it_is_said_with_how_far_it_is() {
        let coming = WholeModel::Coming { bytes: 5_000_000, of: 23_454_734 };
        assert_eq!(standing(&coming), "The whole model is on its way: 5.0 MB of 23.5 MB.");
        let on = |read, of| standing(&WholeModel::On { read, of });
        assert_eq!(on(3, 1_200), "The whole model has read 3 of 1,200 texts.");
        assert_eq!(on(2, 2), "The whole model has read all 2 texts.");
        let failed = WholeModel::Failed { reason: "no room".to_owned() };
        assert!(is_away(&failed) && failure(&failed).is_some() && failure(&coming).is_none());
    }
}
