//! How a session trains, for those who want to choose.

use crate::{
    compact::{Erase, entered, live},
    components::{masks::MasksChoice, privacy::PrivacyChoice},
    state::{defaults::session_options, page::Page},
};
use leptos::prelude::*;
use peer::SessionView;
use protocol::{
    limits,
    session::{Masks, Privacy, SessionOptions},
};

/// What is typed in the form; where nothing is, what suits the cluster in use holds.
#[derive(Clone, Copy)]
pub struct SessionForm {
    /// What suits the cluster in use; while a session runs, what that has.
    suits: Memo<SessionOptions>,
    rounds: RwSignal<Option<String>>,
    local_steps: RwSignal<Option<String>>,
    batch_rows: RwSignal<Option<String>>,
    learning_rate: RwSignal<Option<String>>,
    /// What members keep to themselves.
    privacy: RwSignal<Option<Privacy>>,
    /// Whether sums only are seen.
    masks: RwSignal<Option<Masks>>,
}

/// What a new session has where nothing is typed.
fn suiting(
    suits: SessionOptions,
    privacy: Option<Privacy>,
    masks: Option<Masks>,
) -> SessionOptions {
    let suits = SessionOptions { masks, ..suits };
    privacy.map_or(suits, |privacy| suits.kept_private(privacy))
}

/// What a session that runs has.
fn running(session: Option<&SessionView>) -> Option<SessionOptions> {
    session.filter(|session| session.running).map(|session| session.options)
}

/// A field holds what no session can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is `{text}`: 1 to {high} are possible")]
pub struct InvalidOption {
    name: &'static str,
    text: String,
    high: u32,
}

const BATCH_ROWS_MAX: u32 = 4_096;
const MILLIONTHS_MAX: u32 = 1_000_000;

impl SessionForm {
    /// Nothing is typed yet.
    pub fn new(page: Page) -> Self {
        let privacy = RwSignal::new(None::<Privacy>);
        let masks = RwSignal::new(None::<Masks>);
        let suits = move || {
            let suits = session_options(page.cluster().as_ref());
            let runs = page.session.with(|session| running(session.as_ref()));
            runs.unwrap_or_else(|| suiting(suits, privacy.get(), masks.get()))
        };
        Self {
            suits: Memo::new(move |_| suits()),
            privacy,
            masks,
            rounds: RwSignal::default(),
            local_steps: RwSignal::default(),
            batch_rows: RwSignal::default(),
            learning_rate: RwSignal::default(),
        }
    }

    /// The options as they are typed.
    ///
    /// # Errors
    /// [`InvalidOption`] names the first field that is out of bounds.
    pub fn options(self) -> Result<SessionOptions, InvalidOption> {
        let default = self.suits.get();
        Ok(SessionOptions {
            rounds: value(
                "the number of rounds",
                self.rounds.get(),
                default.rounds,
                limits::SESSION_ROUNDS_MAX,
            )?,
            local_steps: value(
                "the number of steps in a round",
                self.local_steps.get(),
                default.local_steps,
                limits::LOCAL_STEPS_MAX,
            )?,
            batch_rows: value(
                "the number of rows in a step",
                self.batch_rows.get(),
                default.batch_rows,
                BATCH_ROWS_MAX,
            )?,
            privacy: default.privacy,
            masks: default.masks,
            learning_rate_millionths: value(
                "the learning rate in millionths",
                self.learning_rate.get(),
                default.learning_rate_millionths,
                MILLIONTHS_MAX,
            )?,
        })
    }
}

fn value(
    name: &'static str,
    text: Option<String>,
    default: u32,
    high: u32,
) -> Result<u32, InvalidOption> {
    let Some(text) = text else { return Ok(default) };
    match text.trim().parse() {
        Ok(value) if (1..=high).contains(&value) => Ok(value),
        _ => Err(InvalidOption { name, text: text.chars().take(20).collect(), high }),
    }
}

/// The form, folded away until it is wanted.
#[component]
pub fn OptionsForm(
    /// What is typed.
    form: SessionForm,
    /// While a session runs, its options are fixed, and shown.
    #[prop(into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <details class="options">
            <summary>"How to train"</summary>
            <fieldset disabled=disabled>
                <legend class="visually-hidden">"How to train"</legend>
                <Field
                    form
                    disabled
                    label="Rounds"
                    typed=form.rounds
                    suits=|options| options.rounds
                    high=limits::SESSION_ROUNDS_MAX
                />
                <Field
                    form
                    disabled
                    label="Steps in a round"
                    typed=form.local_steps
                    suits=|options| options.local_steps
                    high=limits::LOCAL_STEPS_MAX
                />
                <Field
                    form
                    disabled
                    label="Rows in a step"
                    typed=form.batch_rows
                    suits=|options| options.batch_rows
                    high=BATCH_ROWS_MAX
                />
                <Field
                    form
                    disabled
                    label="Learning rate, millionths"
                    typed=form.learning_rate
                    suits=|options| options.learning_rate_millionths
                    high=MILLIONTHS_MAX
                />
                <p class="hint">
                    "In every round each device takes that many steps on its own rows before results are put together. The learning rate is how far a step moves the weights, in millionths: 2000 is 0.002. Higher learns faster, and too high does not settle."
                </p>
                <PrivacyChoice chosen=form.privacy shown=form.suits />
                <MasksChoice chosen=form.masks shown=form.suits />
            </fieldset>
        </details>
    }
    .erased()
}

#[component]
fn Field(
    form: SessionForm,
    disabled: Signal<bool>,
    label: &'static str,
    typed: RwSignal<Option<String>>,
    suits: fn(&SessionOptions) -> u32,
    high: u32,
) -> impl IntoView {
    let typed_here = move || typed.get().filter(|_| !disabled.get());
    let value = move || typed_here().unwrap_or_else(|| form.suits.with(suits).to_string());
    view! {
        <label class="field">
            <span>{label}</span>
            <input
                type="number"
                min="1"
                max=high.to_string()
                step="1"
                prop:value=live(value)
                on:input=entered(move |value| typed.set(Some(value)))
            />
        </label>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_session_has_what_is_chosen_and_else_what_suits() {
        let suits = session_options(None);
        assert_eq!(suiting(suits, None, None), suits);
        let (privacy, masks) = (Privacy { epsilon_thousandths: 4_000 }, Masks { one_group: true });
        let chosen = suiting(suits, Some(privacy), Some(masks));
        assert_eq!((chosen.privacy, chosen.masks), (Some(privacy), Some(masks)));
        assert_eq!(chosen.rounds, suits.rounds);
    }

    #[test]
    fn an_untouched_field_is_the_default_and_a_bad_one_is_named() {
        assert_eq!(value("rounds", None, 40, 100), Ok(40));
        assert_eq!(value("rounds", Some(" 7 ".into()), 40, 100), Ok(7));
        for bad in ["", "0", "101", "-1", "2.5", "x"] {
            let error = value("rounds", Some(bad.into()), 40, 100).unwrap_err().to_string();
            assert!(error.contains(&format!("`{bad}`")) && error.contains("1 to 100"), "{error}");
        }
    }
}
