//! The drawing pad: draw something, or choose a picture, and the shared network says what it sees.

use crate::{
    Problem,
    compact::{CollectAny, Erase, follow, live, on},
    components::{
        drawing_canvas::DrawingCanvas,
        fired_nodes::FiredNodes,
        notice::alert,
        picture_question::{AskedPicture, PictureQuestion, look_of},
        thumbnail::Thumbnail,
    },
    format::percent,
    sketch::{Frame, Sketch},
    state::{
        command::Command,
        defaults::SETS,
        newest::ask_newest,
        own_data::{ClassNames, recipe_of},
        page::{Fired, Page, use_page},
        slot::port,
    },
};
use data::{Paint, Recipe};
use leptos::prelude::*;
use peer::{Class, ClusterView};
use units::ClusterId;

/// Classes that are listed.
const CLASSES_SHOWN: usize = 10;

/// What the network is shown.
#[derive(Debug, Clone, PartialEq, Default)]
enum Seen {
    #[default]
    Nothing,
    /// A drawing.
    Drawing(Vec<f32>),
    /// A picture from a file.
    Picture(AskedPicture),
}

/// What the network said of it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Sight {
    /// What it was shown.
    seen: Seen,
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
    let (picture, command) = (RwSignal::new(None::<AskedPicture>), Command::default());
    look(page, sketch, picture, sight);
    // One thing at a time: whoever draws asks about the drawing, and whoever chooses a picture, about that.
    follow(move || {
        if sketch.with(|sketch| !sketch.is_empty()) {
            command.clear();
            if picture.with_untracked(Option::is_some) {
                picture.set(None);
            }
        }
    });
    follow(move || {
        if picture.with(Option::is_some) {
            sketch.set(Sketch::default());
        }
    });
    // Then there is a form to ask with.
    let learns_from_table = Memo::new(move |_| {
        let recipe = page.cluster().and_then(|cluster| recipe_of(&cluster));
        matches!(recipe, Some(Recipe::Table(_)))
    });
    let has_picture = Memo::new(move |_| picture.with(Option::is_some));
    let empty = move || sketch.with(Sketch::is_empty) && !has_picture.get();
    let clear = move |_| {
        sketch.set(Sketch::default());
        picture.set(None);
    };
    let names =
        Memo::new(move |_| page.cluster().map_or_else(ClassNames::default, |c| ClassNames::of(&c)));

    view! {
        <section class="panel drawing" aria-label="Drawing pad" hidden=live(move || learns_from_table.get())>
            <h2>"Drawing pad"</h2>
            <div class="drawing-parts">
                <DrawingCanvas sketch />
                <div class="sight">{live(move || sight.with(|sight| best(sight, &names.get())))}</div>
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(empty)
                    on:click=on(clear)
                >
                    {live(move || if has_picture.get() { "Clear picture" } else { "Clear drawing" })}
                </button>
            </div>
            <PictureQuestion picture command />
            {live(move || sight.with(|sight| classes(sight, &names.get())))}
            <FiredNodes />
            <p class="hint" id="pad-help">
                {live(move || help(page))}
            </p>
        </section>
    }
    .erased()
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
    let Some(cluster) = page.cluster() else {
        return "Load some data first: that makes a network that can be asked.";
    };
    if picture_side(page).is_some() {
        return match tells_digits(&cluster) {
            true => {
                "Draw a digit and the shared network says what it sees. By keyboard: arrow keys move the pen, Space sets it down or lifts it."
            }
            false => {
                "Draw something like the examples and the shared network says what it sees. By keyboard: arrow keys move the pen, Space sets it down or lifts it."
            }
        };
    }
    match look_of(&cluster) {
        Some(_) => {
            "The network of this room looks at pictures in colour, which cannot be drawn here: choose one."
        }
        None => "The network of this room does not look at pictures.",
    }
}

/// Whether the classes are digits: by their names, or as in the sets that ship with the site.
fn tells_digits(cluster: &ClusterView) -> bool {
    let network = &cluster.network;
    match recipe_of(cluster) {
        Some(recipe) => recipe.classes().iter().all(|name| is_digit(name)),
        None => SETS
            .iter()
            .any(|set| (set.network().inputs, set.classes) == (network.inputs, network.classes)),
    }
}

fn is_digit(name: &str) -> bool {
    name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Asks whenever the drawing, the picture or the model has changed.
fn look(
    page: Page,
    sketch: RwSignal<Sketch>,
    picture: RwSignal<Option<AskedPicture>>,
    sight: RwSignal<Sight>,
) {
    let question = move || {
        let cluster = page.cluster()?;
        if let Some(picture) = picture.get() {
            let input = picture.input_for(&cluster)?;
            return Some((cluster.id, cluster.model, input, Seen::Picture(picture)));
        }
        let (id, side) = picture_side(page)?;
        let input = sketch.with(|s| (!s.is_empty()).then(|| s.seen(Frame::of_side(side))))?;
        Some((id, cluster.model, input.clone(), Seen::Drawing(input)))
    };
    ask_newest(question, move |question| async move {
        let mut fired = None;
        let answer = match question.zip(port()) {
            None => Sight::default(),
            Some(((cluster, _, input, seen), port)) => {
                match port.predict(cluster.clone(), input).await {
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
    let best = sight
        .classes
        .first()
        .map(|best| {
            view! {
                <p class="sight-best" role="status">
                    <span class="hint">"The network sees "</span>
                    <strong class:name=names.are_known()>{names.name(best.class)}</strong>
                </p>
            }
        })
        .erased();
    let thumbnail = match &sight.seen {
        Seen::Nothing => None,
        Seen::Drawing(seen) => Some((thumbnail(seen).erased(), "what it is shown".to_owned())),
        Seen::Picture(picture) => {
            let (values, shade) = (picture.values.clone(), picture.shade());
            let thumbnail = view! { <div class="asked-picture"><Thumbnail values shade /></div> };
            Some((thumbnail.erased(), format!("what it is shown of {}", picture.name)))
        }
    };
    let shown = thumbnail
        .map(|(thumbnail, words)| {
            view! {
                <div>
                    {thumbnail}
                    <p class="hint">{words}</p>
                </div>
            }
        })
        .erased();
    (best, shown)
}

fn classes(sight: &Sight, names: &ClassNames) -> AnyView {
    let problem = sight.problem.clone().map(alert);
    let shown = sight.classes.iter().take(CLASSES_SHOWN);
    let shown = shown.map(|class| class_bar(class, names)).collect_any();
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
    .erased()
}

fn class_bar(&Class { class, probability }: &Class, names: &ClassNames) -> AnyView {
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
    .erased()
}

/// The drawing as the network is shown it.
fn thumbnail(seen: &[f32]) -> AnyView {
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
            {pixels.collect_any()}
        </svg>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::defaults::network;
    use data::{Ground, Look};
    use units::Hash;

    #[test]
    fn digits_are_asked_for_where_the_classes_are_digits() {
        let unnamed = |inputs, classes| ClusterView {
            id: "a".parse().unwrap(),
            network: network(inputs, &[8], classes),
            model: Hash::of(&[]),
            train_rows: 0,
            held_out_rows: 0,
            class_rows: Vec::new(),
            origin: None,
            recipe: Vec::new(),
        };
        let named = |classes: &[&str]| {
            let look = Look { side: 8, paint: Paint::Grey, ground: Ground::Black };
            let classes = classes.iter().map(|name| (*name).to_owned()).collect();
            let recipe = Recipe::Pictures { look, classes }.encode().unwrap();
            ClusterView { recipe, ..unnamed(64, 2) }
        };
        assert!(tells_digits(&unnamed(64, 10)) && tells_digits(&unnamed(784, 10)));
        assert!(!tells_digits(&unnamed(64, 3)) && !tells_digits(&unnamed(100, 10)));
        assert!(tells_digits(&named(&["3", "7"])));
        assert!(!tells_digits(&named(&["cat", "dog"])) && !tells_digits(&named(&["10", "7"])));
    }
}
