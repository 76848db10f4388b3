//! Examples that a person draws.

use super::{
    picture_rows::{SAMPLES_SHOWN, SampleList, Samples, agreed, empty_set, invalid, propose},
    proposal::{ProposalForm, ProposalState},
};
use crate::{
    Problem,
    compact::{Erase, Shown, entered, live, on},
    components::{drawing_canvas::DrawingCanvas, notice::CommandProblem},
    pixels::Shade,
    shown::shown_name,
    sketch::{Frame, Sketch},
    state::{
        command::Command,
        page::{Page, use_page},
    },
};
use data::{Ground, Look, Paint, PictureSet};
use leptos::{ev::SubmitEvent, prelude::*};
use units::SortedMap;

/// How drawings are seen: as the drawing pad shows them to a network.
const LOOK: Look = Look { side: 28, paint: Paint::Grey, ground: Ground::Black };

/// What the rows are called.
const TITLE: &str = "drawings";

/// Drawings that a person has made.
#[derive(Clone, Copy, Default)]
pub struct DrawingDraft {
    sketch: RwSignal<Sketch>,
    class: RwSignal<String>,
    /// Each under the name of its class, in the order in which they came.
    drawn: RwSignal<Vec<(String, Vec<u8>)>>,
    rows: ProposalState,
    command: Command,
}

impl DrawingDraft {
    fn add(self, page: Page) {
        let class = shown_name(&self.class.get_untracked());
        if class.is_empty() {
            return self.command.refuse("invalid_input", "say what the drawing shows");
        }
        if self.sketch.with_untracked(Sketch::is_empty) {
            return self.command.refuse("invalid_input", "draw something first");
        }
        let seen = self.sketch.with_untracked(|s| s.seen(Frame::of_side(LOOK.side as usize)));
        let values = seen.iter().map(|value| (value * 255.0).round() as u8).collect();
        self.drawn.update(|drawn| drawn.push((class, values)));
        self.sketch.set(Sketch::default());
        self.propose(page);
    }

    fn remove_last(self, page: Page) {
        self.drawn.update(|drawn| drop(drawn.pop()));
        self.propose(page);
    }

    /// The rows that the drawings would be, as soon as there are two classes.
    fn propose(self, page: Page) {
        let drawn = self.drawn.get_untracked();
        let set = match gather(&drawn) {
            Ok(set) => set,
            Err(problem) => return self.command.refuse(&problem.code, problem.message),
        };
        if set.classes().len() < 2 {
            self.command.clear();
            return self.rows.set(None);
        }
        let agreed = untrack(|| agreed(page));
        let held_out = untrack(|| self.rows.held_out_percent());
        self.command.run(
            move |port| {
                Box::pin(
                    async move { propose(port, TITLE.to_owned(), set, agreed, held_out?).await },
                )
            },
            move |proposal| {
                // Another drawing may have been added or removed by now.
                if self.drawn.try_with_untracked(|now| *now == drawn) == Some(true) {
                    self.rows.set(Some(proposal));
                }
            },
        );
    }

    fn forget(self) {
        let _ = self.drawn.try_set(Vec::new());
        self.rows.set(None);
        self.command.clear();
    }
}

fn gather(drawn: &[(String, Vec<u8>)]) -> Result<PictureSet, Problem> {
    let mut set = empty_set(LOOK)?;
    for (class, values) in drawn {
        set.add_input(class, values).map_err(|error| invalid(&error))?;
    }
    Ok(set)
}

/// The classes by name, each with its newest drawings.
fn samples(drawn: &[(String, Vec<u8>)]) -> Vec<Samples> {
    let mut classes = SortedMap::<&str, Vec<&Vec<u8>>>::new();
    for (class, values) in drawn {
        classes.entry(class).or_default().push(values);
    }
    let sample = |(class, all): (&str, Vec<&Vec<u8>>)| Samples {
        class: class.to_owned(),
        rows: all.len() as u32,
        newest: all
            .iter()
            .rev()
            .take(SAMPLES_SHOWN)
            .rev()
            .map(|values| (*values).clone())
            .collect(),
    };
    classes.into_iter().map(sample).collect()
}

/// Draws examples, shows them, and uses them.
#[component]
pub fn OwnDrawings(
    /// What has been drawn.
    draft: DrawingDraft,
) -> impl IntoView {
    let page = use_page();
    let classes = Memo::new(move |_| draft.drawn.with(|drawn| samples(drawn)));
    let has_some = Memo::new(move |_| draft.drawn.with(|drawn| !drawn.is_empty()));
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        draft.add(page);
    };

    view! {
        <div class="own-data">
            <form class="draw" on:submit=on(add)>
                <DrawingCanvas sketch=draft.sketch label="Example" />
                <div class="draw-name">
                    <label class="field">
                        <span>"What is it?"</span>
                        <input
                            type="text"
                            autocomplete="off"
                            maxlength="64"
                            placeholder="cat"
                            prop:value=live(move || draft.class.get())
                            on:input=entered(move |value| draft.class.set(value))
                        />
                    </label>
                    <button type="submit" class="button" disabled=live(move || !page.is_ready())>
                        "Add"
                    </button>
                    <button
                        type="button"
                        class="text-button"
                        disabled=live(move || draft.sketch.with(Sketch::is_empty))
                        on:click=on(move |_| draft.sketch.set(Sketch::default()))
                    >
                        "Clear"
                    </button>
                </div>
            </form>
            <CommandProblem command=draft.command />
            <SampleList samples=classes shade=Shade::Ink />
            <p class="hint">
                {live(move || match classes.with(Vec::len) {
                    0 => "Draw an example, name it, add it. Some ten of each of two classes are a beginning.",
                    1 => "Now draw something else: two classes are needed to tell apart.",
                    _ => "The more examples, and the more different, the better.",
                })}
            </p>
            <Shown when=move || has_some.get()>
                <button
                    type="button"
                    class="text-button forget"
                    on:click=on(move |_| draft.remove_last(page))
                >
                    "Remove the last one"
                </button>
            </Shown>
            <Shown when=move || draft.rows.proposal.with(Option::is_some)>
                <ProposalForm
                    state=draft.rows
                    action="Use these drawings"
                    command=draft.command
                    done=Callback::new(move |()| draft.forget())
                />
            </Shown>
        </div>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_counted_by_class_and_the_newest_are_shown() {
        let drawing = |class: &str, value| (class.to_owned(), vec![value; 28 * 28]);
        let mut drawn: Vec<_> = (0..8).map(|value| drawing("dog", value)).collect();
        drawn.push(drawing("cat", 9));
        let samples = samples(&drawn);
        assert_eq!((samples[0].class.as_str(), samples[0].rows), ("cat", 1));
        assert_eq!((samples[1].rows, samples[1].newest.len()), (8, SAMPLES_SHOWN));
        assert_eq!(samples[1].newest[0][0], 2);
        assert_eq!(gather(&drawn).unwrap().classes().len(), 2);
    }
}
