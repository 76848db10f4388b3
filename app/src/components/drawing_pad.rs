//! The drawing pad: draw something, and the shared network says what it sees.

use crate::{
    Problem,
    components::{drawing_canvas::DrawingCanvas, fired_nodes::FiredNodes, notice::as_sentence},
    format::percent,
    sketch::{Frame, Sketch},
    state::{
        newest::ask_newest,
        own_data::{ClassNames, recipe_of},
        page::{Fired, Page, use_page},
        slot::port,
    },
};
use data::{Paint, Recipe};
use leptos::prelude::*;
use peer::Class;
use units::ClusterId;

/// Classes that are listed.
const CLASSES_SHOWN: usize = 10;

/// What the network said of the newest drawing.
#[derive(Debug, Clone, PartialEq, Default)]
struct Sight {
    /// What it was shown.
    seen: Vec<f32>,
    /// By falling probability.
    classes: Vec<Class>,
    problem: Option<Problem>,
}

/// The drawing pad.
#[component]
pub fn DrawingPad() -> impl IntoView {
    let page = use_page();
    let sketch = RwSignal::new(Sketch::default());
    let sight = RwSignal::new(Sight::default());
    look(page, sketch, sight);
    // Then there is a form to ask with.
    let learns_from_table = Memo::new(move |_| {
        let recipe = page.cluster().and_then(|cluster| recipe_of(&cluster));
        matches!(recipe, Some(Recipe::Table(_)))
    });
    let empty = move || sketch.with(Sketch::is_empty);
    let names =
        Memo::new(move |_| page.cluster().map_or_else(ClassNames::default, |c| ClassNames::of(&c)));

    view! {
        <section class="panel drawing" aria-label="Drawing pad" hidden=move || learns_from_table.get()>
            <h2>"Drawing pad"</h2>
            <div class="drawing-parts">
                <DrawingCanvas sketch />
                <div class="sight">{move || sight.with(|sight| best(sight, &names.get()))}</div>
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=empty
                    on:click=move |_| sketch.set(Sketch::default())
                >
                    "Clear drawing"
                </button>
            </div>
            {move || sight.with(|sight| classes(sight, &names.get()))}
            <FiredNodes />
            <p class="hint" id="pad-help">
                {move || help(page)}
            </p>
        </section>
    }
    .into_any()
}

/// The side of the pictures that the cluster in use looks at, if it looks at pictures.
fn picture_side(page: Page) -> Option<(ClusterId, usize)> {
    let cluster = page.cluster()?;
    let inputs = cluster.network.inputs as usize;
    let side = inputs.isqrt();
    let is_picture = match recipe_of(&cluster) {
        Some(Recipe::Table(_)) => false,
        Some(Recipe::Pictures { look, .. }) => look.paint == Paint::Grey,
        None => side >= 4,
    };
    (is_picture && side * side == inputs).then_some((cluster.id, side))
}

fn help(page: Page) -> &'static str {
    if page.cluster().is_none() {
        "Load some data first: that makes a network that can be asked."
    } else if picture_side(page).is_none() {
        "The network of this room does not look at pictures."
    } else {
        "Draw a digit and the shared network says what it sees. By keyboard: arrow keys move the pen, Space sets it down or lifts it."
    }
}

/// Asks whenever the drawing or the model has changed.
fn look(page: Page, sketch: RwSignal<Sketch>, sight: RwSignal<Sight>) {
    let question = move || {
        let (cluster, side) = picture_side(page)?;
        let model = page.cluster()?.model;
        let seen = sketch.with(|s| (!s.is_empty()).then(|| s.seen(Frame::of_side(side))))?;
        Some((cluster, model, seen))
    };
    ask_newest(question, move |question| async move {
        let mut fired = None;
        let answer = match question.zip(port()) {
            None => Sight::default(),
            Some(((cluster, _, seen), port)) => {
                match port.predict(cluster.clone(), seen.clone()).await {
                    Ok(said) => {
                        fired = Some(Fired { cluster, layers: said.fired });
                        Sight { seen, classes: said.classes, problem: None }
                    }
                    Err(problem) => Sight { seen, classes: Vec::new(), problem: Some(problem) },
                }
            }
        };
        // Whoever has left the room meanwhile has no pad.
        if sight.try_set(answer).is_none() {
            page.fired.set(fired);
        }
    });
    on_cleanup(move || page.fired.set(None));
}

/// What the network was shown, and what it says.
fn best(sight: &Sight, names: &ClassNames) -> impl IntoView + use<> {
    let best = sight.classes.first().map(|best| {
        view! {
            <p class="sight-best" role="status">
                <span class="hint">"The network sees "</span>
                <strong class:name=names.are_known()>{names.name(best.class)}</strong>
            </p>
        }
    });
    let thumbnail = (!sight.seen.is_empty()).then(|| {
        view! {
            <div>
                {thumbnail(&sight.seen)}
                <p class="hint">"what it is shown"</p>
            </div>
        }
    });
    (best, thumbnail)
}

fn classes(sight: &Sight, names: &ClassNames) -> impl IntoView + use<> {
    let problem = sight.problem.clone().map(|problem| {
        view! {
            <p class="problem" role="alert" data-code=problem.code>
                {as_sentence(&problem.message)}
            </p>
        }
    });
    let shown = sight.classes.iter().take(CLASSES_SHOWN);
    let shown = shown.map(|class| class_bar(class, names)).collect_view();
    view! {
        {problem}
        <ol
            class="classes"
            class:classes-named=names.are_known()
            aria-label="What the network sees"
            hidden=sight.classes.is_empty()
        >
            {shown}
        </ol>
    }
}

fn class_bar(&Class { class, probability }: &Class, names: &ClassNames) -> impl IntoView + use<> {
    let width = format!("{:.1}", f64::from(probability.clamp(0.0, 1.0)) * 100.0);
    view! {
        <li data-class=class.to_string() data-probability=probability.to_string()>
            <span class="class-name">{names.name(class)}</span>
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar-track" width="100" height="6" />
                <rect class="bar-fill" width=width height="6" />
            </svg>
            <span class="class-value">{percent(probability.into())}</span>
        </li>
    }
}

/// The drawing as the network is shown it.
fn thumbnail(seen: &[f32]) -> impl IntoView + use<> {
    let side = seen.len().isqrt().max(1);
    let pixels = seen.iter().enumerate().filter(|(_, value)| **value > 0.01).map(|(i, value)| {
        view! {
            <rect
                x=(i % side).to_string()
                y=(i / side).to_string()
                width="1"
                height="1"
                fill-opacity=format!("{:.2}", value.clamp(0.0, 1.0))
            />
        }
    });
    view! {
        <svg
            class="thumbnail"
            viewBox=format!("0 0 {side} {side}")
            role="img"
            aria-label="Your drawing as the network gets it"
        >
            {pixels.collect_view()}
        </svg>
    }
}
