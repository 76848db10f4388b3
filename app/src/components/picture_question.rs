//! A picture that a network is asked about: decoded by the browser, and made small as the pictures that it learned from.

use crate::{
    Problem,
    compact::{Erase, Shown},
    components::{
        data_card::{picker::FilePicker, picture_draft::scale, picture_rows::invalid},
        notice::CommandProblem,
    },
    picked::{Chosen, single},
    pixels::{Decoder, Shade},
    shown::shown_name,
    state::{
        command::Command,
        own_data::recipe_of,
        page::{Page, use_page},
    },
};
use data::{Look, Paint, Recipe};
use leptos::prelude::*;
use peer::ClusterView;
use units::ClusterId;

/// A picture as a network is shown it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedPicture {
    /// Whose pictures look like this.
    pub cluster: ClusterId,
    /// How.
    pub look: Look,
    /// What the file is called.
    pub name: String,
    /// One value a pixel, or three in colour.
    pub values: Vec<u8>,
}

impl AskedPicture {
    /// What the network is given; `None` for one whose pictures look different.
    pub fn input_for(&self, cluster: &ClusterView) -> Option<Vec<f32>> {
        let fits = self.cluster == cluster.id && look_of(cluster) == Some(self.look);
        fits.then(|| self.values.iter().map(|level| f32::from(*level) / 255.0).collect())
    }

    /// What its values mean.
    pub fn shade(&self) -> Shade {
        match self.look.paint {
            Paint::Grey => Shade::Grey,
            Paint::Colour => Shade::Colour,
        }
    }
}

/// How the pictures of a network look, if it learns from pictures that people choose.
pub fn look_of(cluster: &ClusterView) -> Option<Look> {
    match recipe_of(cluster)? {
        Recipe::Pictures { look, .. } => Some(look),
        Recipe::Table(_) => None,
    }
}

/// The place for it; not there while the network in use learns from something else.
#[component]
pub fn PictureQuestion(
    /// The picture that is asked about.
    picture: RwSignal<Option<AskedPicture>>,
    /// Where problems are shown; the next question clears them.
    command: Command,
) -> impl IntoView {
    let page = use_page();
    let takes_pictures = Memo::new(move |_| page.cluster().as_ref().and_then(look_of).is_some());
    let busy = Signal::derive(move || !page.is_ready() || command.is_pending());
    let take = Callback::new(move |files: Vec<Chosen>| match single(files) {
        Ok(Some(file)) => ask_about(page, picture, command, file),
        Ok(None) => {}
        Err(several) => command.refuse("invalid_input", several.to_string()),
    });

    view! {
        <Shown when=move || takes_pictures.get()>
            <FilePicker
                label="Ask about a picture"
                accept="image/*"
                described_by="picture-question-hint"
                disabled=busy
                take
            />
            <p class="hint" id="picture-question-hint">
                "It is made small like the pictures that the network has learned from, and stays on this device."
            </p>
        </Shown>
        <CommandProblem command />
    }
    .erased()
}

fn ask_about(page: Page, picture: RwSignal<Option<AskedPicture>>, command: Command, file: Chosen) {
    let Some(cluster) = untrack(|| page.cluster()) else { return };
    let Some(look) = look_of(&cluster) else { return };
    let name = shown_name(&file.file.name());
    command.run(
        move |port| {
            Box::pin(async move {
                let about_it = |problem: Problem| problem.about(&name);
                let decoder = Decoder::new()?;
                let pixels = decoder.decode(&file.file).await;
                let pixels = pixels.ok_or(NoPicture).map_err(|error| about_it(invalid(&error)))?;
                let values = scale(&port, pixels, look).await.map_err(about_it)?;
                Ok(AskedPicture { cluster: cluster.id, look, name, values })
            })
        },
        move |asked| drop(picture.try_set(Some(asked))),
    );
}

/// A file that the browser cannot decode.
#[derive(Debug, thiserror::Error)]
#[error("this is no picture that this browser knows")]
struct NoPicture;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::defaults::network;
    use data::Ground;
    use units::Hash;

    #[test]
    fn a_network_is_asked_about_pictures_that_look_as_those_it_learned_from() {
        let look = |side, paint| Look { side, paint, ground: Ground::White };
        let cluster = |id: &str, look: Look| {
            let classes = vec!["cat".to_owned(), "dog".to_owned()];
            ClusterView {
                id: id.parse().unwrap(),
                network: network(look.inputs(), &[8], 2),
                model: Hash::of(&[]),
                train_rows: 0,
                held_out_rows: 0,
                class_rows: Vec::new(),
                origin: None,
                recipe: Recipe::Pictures { look, classes }.encode().unwrap(),
            }
        };
        let grey = look(2, Paint::Grey);
        let pets = cluster("pets", grey);
        let asked = AskedPicture {
            cluster: pets.id.clone(),
            look: grey,
            name: "cat.png".to_owned(),
            values: vec![0, 51, 255, 0],
        };
        assert_eq!(asked.input_for(&pets), Some(vec![0.0, 0.2, 1.0, 0.0]));
        assert_eq!(asked.input_for(&cluster("others", grey)), None);
        assert_eq!(asked.input_for(&cluster("pets", look(2, Paint::Colour))), None);
        assert_eq!(look_of(&ClusterView { recipe: Vec::new(), ..pets }), None);
    }
}
