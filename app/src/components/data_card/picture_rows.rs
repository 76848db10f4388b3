//! Small pictures of classes: shown, and made rows with a network for them.

use super::proposal::Proposal;
use crate::{
    PeerPort, Problem,
    compact::{CollectAny, Erase, live},
    components::thumbnail::Thumbnail,
    format::count,
    pixels::Shade,
    state::{
        own_data::{Agreed, pictures_by},
        page::Page,
    },
};
use data::{Look, PictureError, PictureSet, Pictures, Recipe, advice};
use leptos::prelude::*;
use peer::{Answer, DeskJob};
use std::rc::Rc;

/// The network of the room, or the one in use, if it learns from pictures.
pub fn agreed(page: Page) -> Option<Agreed> {
    let agreed = Agreed::of(&page.cluster()?)?;
    matches!(agreed.decoded, Recipe::Pictures { .. }).then_some(agreed)
}

/// Rows of the pictures, under the labels of the network that is there if they fit it, and else with a network of their
/// own.
///
/// # Errors
/// There are not two classes, or the worker finds no network that is small enough.
pub async fn propose(
    port: Rc<dyn PeerPort>,
    title: String,
    set: PictureSet,
    agreed: Option<Agreed>,
    held_out_percent: u8,
) -> Result<Proposal, Problem> {
    let pictures = set.finish().map_err(|error| invalid(&error))?;
    let fitting =
        agreed.and_then(|agreed| Some((pictures_by(&pictures, &agreed.decoded)?, agreed)));
    let Pictures { dataset, classes, look } = pictures;
    let recipe = Recipe::Pictures { look, classes };
    let (dataset, recipe, agreed) = match fitting {
        Some((dataset, agreed)) => (dataset, agreed.decoded, Some(agreed.cluster)),
        None => (dataset, recipe, None),
    };
    // As the rows will be cut, so that a session trains as is said here.
    let split = dataset.split(held_out_percent).map_err(|error| invalid(&error))?;
    let rows = split.train.len() as u32;
    let job = DeskJob::SuggestNetwork { rows, inputs: dataset.inputs, classes: dataset.classes };
    let Answer::Suggested(suggested) = port.ask_desk(job).await? else {
        return Err(Problem::unexpected_answer());
    };
    let advice =
        advice(&dataset).iter().map(|advice| advice.with_names(recipe.classes())).collect();
    let recipe = recipe.encode().map_err(|error| invalid(&error))?;
    Ok(Proposal { title, dataset, recipe, suggested, advice, agreed })
}

/// A problem of what a person gave.
pub fn invalid(error: &dyn core::error::Error) -> Problem {
    Problem { code: "invalid_input".to_owned(), message: error.to_string() }
}

/// A set without a picture.
///
/// # Errors
/// As [`PictureSet::new`].
pub fn empty_set(look: Look) -> Result<PictureSet, Problem> {
    PictureSet::new(look).map_err(|error: PictureError| invalid(&error))
}

/// A class, how many pictures it has, and the newest of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Samples {
    /// What it is called.
    pub class: String,
    /// Pictures of it.
    pub rows: u32,
    /// Some of them.
    pub newest: Vec<Vec<u8>>,
}

/// Pictures of a class that are shown.
pub const SAMPLES_SHOWN: usize = 6;

/// Classes that are shown; how many more there are is said below.
const CLASSES_SHOWN: usize = 20;

/// The classes, each with some of its pictures.
#[component]
pub fn SampleList(
    /// The classes.
    #[prop(into)]
    samples: Signal<Vec<Samples>>,
    /// What the values mean.
    #[prop(into)]
    shade: Signal<Shade>,
) -> impl IntoView {
    let list = move || {
        let (all, shade) = (samples.get(), shade.get());
        let more = all.len().saturating_sub(CLASSES_SHOWN);
        let items = all.into_iter().take(CLASSES_SHOWN).map(|Samples { class, rows, newest }| {
            let thumbs =
                newest.into_iter().map(|values| view! { <Thumbnail values shade /> }).collect_any();
            view! {
                <li data-class=class.clone() data-rows=rows.to_string()>
                    <span class="sample-class">{class.clone()}</span>
                    <span class="class-value">{count(rows.into())}</span>
                    <span class="sample-thumbs">{thumbs}</span>
                </li>
            }
        });
        view! {
            <ul class="samples" aria-label="Examples">
                {items.collect_any()}
            </ul>
            {(more > 0).then(|| view! { <p class="hint">{format!("and {more} more classes")}</p> }).erased()}
        }
        .erased()
    };
    live(list).into_any()
}
