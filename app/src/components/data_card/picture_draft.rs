//! Pictures that a person has chosen: decoded by the browser one by one, made small by the worker, and gathered.

use super::{
    picture_rows::{SAMPLES_SHOWN, Samples, agreed, empty_set, propose},
    proposal::ProposalState,
};
use crate::{
    PeerPort, Problem,
    picked::Chosen,
    pixels::{Decoder, Pixels},
    shown::shown_name,
    state::{command::Command, own_data::title_of, page::Page},
};
use data::{Ground, Look, Paint, PictureSet, class_of_path};
use leptos::prelude::*;
use peer::{Answer, DeskJob};
use std::{cell::RefCell, rc::Rc};
use units::SortedMap;

/// Pixels of a side where nothing else is chosen.
const SIDE: u32 = 28;

/// A picture under the name of its class.
type Labelled = (String, Chosen);

thread_local! {
    /// The chosen files, for when they are to look different. Files of a browser stay on the page's thread.
    static FILES: RefCell<Vec<Labelled>> = const { RefCell::new(Vec::new()) };
}

/// Pictures that a person is looking at.
#[derive(Clone, Copy)]
pub struct PictureDraft {
    /// Pixels of a side.
    pub side: RwSignal<u32>,
    /// Whether they are in colour.
    pub colour: RwSignal<bool>,
    /// The class of pictures that lie in no folder.
    pub class: RwSignal<String>,
    /// What has been gathered.
    pub gathered: RwSignal<Gathered>,
    /// Files done, and of how many, while some are read.
    pub progress: RwSignal<Option<(usize, usize)>>,
    /// Grows when the reading is to end.
    cancelled: RwSignal<u32>,
    /// The rows that they would be.
    pub rows: ProposalState,
    /// Where problems are shown.
    pub command: Command,
}

/// Small pictures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gathered {
    set: Option<PictureSet>,
    newest: SortedMap<String, Vec<Vec<u8>>>,
    /// Files that are left out, each with the reason.
    pub left_out: Vec<String>,
}

impl Default for PictureDraft {
    fn default() -> Self {
        Self {
            side: RwSignal::new(SIDE),
            colour: RwSignal::new(false),
            class: RwSignal::default(),
            gathered: RwSignal::default(),
            progress: RwSignal::new(None),
            cancelled: RwSignal::new(0),
            rows: ProposalState::default(),
            command: Command::default(),
        }
    }
}

impl Gathered {
    /// The classes with some of their pictures.
    pub fn samples(&self) -> Vec<Samples> {
        let Some(set) = &self.set else { return Vec::new() };
        let newest = |class: &str| self.newest.get(class).cloned().unwrap_or_default();
        let sample = |summary: data::ClassSummary| Samples {
            newest: newest(&summary.name),
            class: summary.name,
            rows: summary.rows,
        };
        set.classes().into_iter().map(sample).collect()
    }

    fn add(&mut self, class: &str, values: Vec<u8>) -> Result<(), data::PictureError> {
        let Some(set) = &mut self.set else { return Ok(()) };
        set.add_input(class, &values)?;
        let newest = self.newest.entry(class.to_owned()).or_default();
        if newest.len() < SAMPLES_SHOWN {
            newest.push(values);
        }
        Ok(())
    }
}

impl PictureDraft {
    fn look(self) -> Look {
        let paint = if self.colour.get_untracked() { Paint::Colour } else { Paint::Grey };
        Look { side: self.side.get_untracked(), paint, ground: Ground::White }
    }

    /// Reads more pictures, beside those that are there.
    pub fn add(self, page: Page, chosen: Vec<Chosen>) {
        let typed = shown_name(&self.class.get_untracked());
        let class_of = |chosen: &Chosen| match class_of_path(&chosen.path) {
            Some(folder) => Some(folder.to_owned()),
            None => (!typed.is_empty()).then(|| typed.clone()),
        };
        let labelled: Option<Vec<Labelled>> =
            chosen.into_iter().map(|chosen| Some((class_of(&chosen)?, chosen))).collect();
        let Some(labelled) = labelled else {
            let what = "say what is on these pictures first, or choose folders: their names are the classes";
            return self.command.refuse("invalid_input", what);
        };
        FILES.with_borrow_mut(|files| files.extend(labelled.iter().cloned()));
        self.gather(page, self.gathered.get_untracked(), labelled);
    }

    /// Reads all pictures again, as they are to look now.
    pub fn look_again(self, page: Page) {
        let files = FILES.with_borrow(Clone::clone);
        if !files.is_empty() {
            self.gathered.set(Gathered::default());
            self.rows.set(None);
            self.gather(page, Gathered::default(), files);
        }
    }

    /// Ends the reading; what was there before stays.
    pub fn cancel(self) {
        self.cancelled.update(|count| *count += 1);
    }

    /// Forgets all pictures.
    pub fn forget(self) {
        FILES.with_borrow_mut(Vec::clear);
        let _ = self.gathered.try_set(Gathered::default());
        self.rows.set(None);
        self.command.clear();
    }

    fn gather(self, page: Page, before: Gathered, files: Vec<Labelled>) {
        let (look, run) = (self.look(), self.cancelled.get_untracked());
        let title = files.first().map_or_else(String::new, |(_, chosen)| title(&chosen.path));
        let agreed = untrack(|| agreed(page));
        let held_out = untrack(|| self.rows.held_out_percent());
        let count = files.len();
        self.progress.set(Some((0, count)));
        self.command.run(
            move |port| {
                Box::pin(async move {
                    let gathered = self.read(&port, before, files, look, run).await;
                    let _ = self.progress.try_set(None);
                    let Some(gathered) = gathered? else {
                        // They are not asked for any more.
                        FILES.with_borrow_mut(|files| files.truncate(files.len() - count));
                        return Ok(None);
                    };
                    let _ = self.gathered.try_set(gathered.clone());
                    match gathered.set {
                        Some(set) if set.classes().len() > 1 => {
                            propose(port, title, set, agreed, held_out?).await.map(Some)
                        }
                        _ => Ok(None),
                    }
                })
            },
            move |proposal| {
                if proposal.is_some() {
                    self.rows.set(proposal);
                }
            },
        );
    }

    /// `None` if a person does not want to wait.
    async fn read(
        self,
        port: &Rc<dyn PeerPort>,
        mut gathered: Gathered,
        files: Vec<Labelled>,
        look: Look,
        run: u32,
    ) -> Result<Option<Gathered>, Problem> {
        let decoder = Decoder::new()?;
        if gathered.set.is_none() {
            gathered.set = Some(empty_set(look)?);
        }
        let count = files.len();
        for (done, (class, chosen)) in files.into_iter().enumerate() {
            if self.cancelled.try_get_untracked() != Some(run) {
                return Ok(None);
            }
            let _ = self.progress.try_set(Some((done, count)));
            let Some(pixels) = decoder.decode(&chosen.file).await else {
                gathered.left_out.push(format!("{} is no picture", chosen.path));
                continue;
            };
            let values = scale(port, pixels, look).await?;
            if let Err(problem) = gathered.add(&class, values) {
                gathered.left_out.push(format!("{}: {problem}", chosen.path));
            }
        }
        Ok(Some(gathered))
    }
}

/// A picture as it is to look.
///
/// # Errors
/// As the worker says.
pub(crate) async fn scale(
    port: &Rc<dyn PeerPort>,
    pixels: Pixels,
    look: Look,
) -> Result<Vec<u8>, Problem> {
    let Pixels { rgba, width, height } = pixels;
    match port.ask_desk(DeskJob::ScalePicture { rgba, width, height, look }).await? {
        Answer::Picture(values) => Ok(values),
        _ => Err(Problem::unexpected_answer()),
    }
}

/// The outermost folder names the pictures, where it holds those of the classes.
fn title(path: &str) -> String {
    match path.split(['/', '\\']).collect::<Vec<_>>()[..] {
        [outermost, _, _, ..] => title_of(outermost),
        _ => "pictures".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_called_by_the_folder_around_their_classes() {
        assert_eq!(title("pets/cats/1.png"), "pets");
        assert_eq!(title("cats/1.png"), "pictures");
        assert_eq!(title("1.png"), "pictures");
    }

    #[test]
    fn some_pictures_of_each_class_are_shown() {
        let look = Look { side: 1, paint: Paint::Grey, ground: Ground::White };
        let mut gathered =
            Gathered { set: Some(PictureSet::new(look).unwrap()), ..Gathered::default() };
        for value in 0..9 {
            gathered.add("a", vec![value]).unwrap();
        }
        gathered.add("b", vec![7]).unwrap();
        assert!(gathered.add("b", vec![7, 7]).is_err());
        let samples = gathered.samples();
        assert_eq!((samples[0].rows, samples[0].newest.len()), (9, SAMPLES_SHOWN));
        assert_eq!((samples[1].class.as_str(), samples[1].rows), ("b", 1));
    }
}
