//! Rows that nobody can tell of: the choice, and what is spent of it.

use crate::compact::{CollectAny, Erase, entered, live};
use leptos::prelude::*;
use peer::PrivacyView;
use protocol::session::{Privacy, SessionOptions};

/// What can be chosen, in whole ε.
const CHOICES: [u32; 4] = [8, 4, 2, 1];

fn privacy(epsilon: u32) -> Privacy {
    Privacy { epsilon_thousandths: 1_000 * epsilon }
}

/// Whether a session keeps rows private, and how strictly.
#[component]
pub fn PrivacyChoice(
    /// What is chosen.
    chosen: RwSignal<Option<Privacy>>,
    /// What the form shows.
    shown: Memo<SessionOptions>,
) -> impl IntoView {
    let choices = CHOICES.into_iter().map(|epsilon| {
        view! { <option value=epsilon.to_string()>{format!("Yes, ε {epsilon}")}</option> }
    });
    let choose = move |value: String| chosen.set(value.parse().ok().map(privacy));
    let value = move || {
        let privacy = shown.with(|options| options.privacy);
        privacy.map_or(String::new(), |it| (it.epsilon_thousandths / 1_000).to_string())
    };
    view! {
        <label class="field">
            <span>"Keep rows private"</span>
            <select prop:value=live(value) on:change=entered(choose)>
                <option value="">"No"</option>
                {choices.collect_any()}
            </select>
        </label>
        <p class="hint">
            "Private: each step bounds what one row can do and adds noise, so that what others see hardly depends on any one row. A smaller ε promises more and costs more accuracy: three devices with 470 digits each lost 5 points at ε 8, 8 at 4, 16 at 2 and 30 at 1. Devices with fewer rows lose far more. How many rows a device has is told all the same. Sessions on the same rows add up: two at ε 4 are as one at ε 8."
        </p>
    }
    .erased()
}

/// The live budget of this device's rows, and its price.
#[component]
pub fn PrivacySpent(
    /// Where it stands.
    privacy: PrivacyView,
) -> impl IntoView {
    let PrivacyView { epsilon_max, delta, epsilon, .. } = privacy;
    let spent = format!("ε {epsilon:.2} of {epsilon_max:.2}");
    let fact = |(name, value): (&'static str, String)| {
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
    };
    let later = [
        privacy.epsilon_after.map(|it| ("After all rounds", format!("ε {it:.2}"))),
        privacy.noise_multiplier.map(|it| ("Noise in a step", format!("{it:.2} rows"))),
        privacy.price_points.map(|it| ("Price, as measured", format!("about {it:.0} points"))),
    ];
    let odds = (1.0 / delta).round() as u64;
    view! {
        <div class="privacy" role="group" aria-label="Privacy budget">
            <p class="privacy-spent">
                <span>"Privacy spent: "</span>
                <strong>{spent}</strong>
            </p>
            <progress
                aria-label="Privacy spent"
                max=epsilon_max.to_string()
                value=epsilon.to_string()
            ></progress>
            <dl class="facts">
                {later.into_iter().flatten().map(fact).collect_any()}
                {fact(("Holds but for δ", format!("one in {}", crate::format::count(odds))))}
            </dl>
        </div>
    }
    .erased()
}
