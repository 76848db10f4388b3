//! Pictures of a person's own.

use super::{
    picker::FilePicker, picture_draft::PictureDraft, picture_rows::SampleList,
    proposal::ProposalForm,
};
use crate::{
    compact::{CollectAny, Erase, Shown, entered, live, on},
    components::notice::CommandProblem,
    picked::Chosen,
    pixels::Shade,
    state::page::use_page,
};
use leptos::prelude::*;

/// Sides that can be chosen, in pixels.
const SIDES: [u32; 4] = [16, 28, 32, 64];

/// Files that are named as left out; a folder may hold hundreds.
const LEFT_OUT_SHOWN: usize = 5;

/// Chooses pictures, shows them as they will be, and uses them.
#[component]
pub fn OwnPictures(
    /// The pictures that are looked at.
    draft: PictureDraft,
) -> impl IntoView {
    let page = use_page();
    let busy = Signal::derive(move || !page.is_ready() || draft.command.is_pending());
    let samples = Memo::new(move |_| draft.gathered.with(|gathered| gathered.samples()));
    let has_some = Memo::new(move |_| !samples.with(Vec::is_empty));
    let shade =
        Signal::derive(move || if draft.colour.get() { Shade::Colour } else { Shade::Grey });
    let take = Callback::new(move |files: Vec<Chosen>| draft.add(page, files));
    let left_out = move || draft.gathered.with(|gathered| left_out_words(&gathered.left_out));

    view! {
        <div class="own-data">
            <FilePicker label="Choose a folder" accept="image/*" folder=true disabled=busy take />
            <p class="hint">"Each folder in it is a class of that name. Pictures stay on this device."</p>
            <div class="single-pictures">
                <label class="field">
                    <span>"Or pictures of"</span>
                    <input
                        type="text"
                        autocomplete="off"
                        maxlength="64"
                        placeholder="cat"
                        aria-label="Class of the pictures"
                        prop:value=live(move || draft.class.get())
                        on:input=entered(move |value| draft.class.set(value))
                    />
                </label>
                <FilePicker label="Choose pictures" accept="image/*" several=true small=true disabled=busy take />
            </div>
            <div class="proposal-fields">
                <label class="field">
                    <span>"Made small to"</span>
                    <select
                        disabled=busy
                        on:change=entered(move |value| {
                            if let Ok(side) = value.parse() {
                                draft.side.set(side);
                                draft.look_again(page);
                            }
                        })
                    >
                        {SIDES
                            .into_iter()
                            .map(|side| {
                                view! {
                                    <option
                                        value=side.to_string()
                                        selected=live(move || draft.side.get() == side)
                                    >
                                        {format!("{side} × {side} pixels")}
                                    </option>
                                }
                            })
                            .collect_any()}
                    </select>
                </label>
                <label class="field">
                    <span>"In"</span>
                    <select
                        disabled=busy
                        on:change=entered(move |value| {
                            draft.colour.set(value == "colour");
                            draft.look_again(page);
                        })
                    >
                        <option value="grey" selected=live(move || !draft.colour.get())>"grey"</option>
                        <option value="colour" selected=live(move || draft.colour.get())>"colour"</option>
                    </select>
                </label>
            </div>
            {live(move || {
                draft
                    .progress
                    .get()
                    .map(|(done, count)| {
                        view! {
                            <div class="reading">
                                <p role="status">{format!("{} of {count}", done + 1)}</p>
                                <progress
                                    aria-label="Pictures read"
                                    max=count.to_string()
                                    value=done.to_string()
                                ></progress>
                                <button
                                    type="button"
                                    class="button button-quiet"
                                    on:click=on(move |_| draft.cancel())
                                >
                                    "Cancel"
                                </button>
                            </div>
                        }
                    }).erased()
            })}
            <CommandProblem command=draft.command />
            <SampleList samples shade />
            {live(move || left_out().map(|words| view! { <p class="advice">{words}</p> }).erased())}
            <Shown when=move || has_some.get() && samples.with(Vec::len) < 2>
                <p class="hint">"Two classes are needed to tell apart: add pictures of another."</p>
            </Shown>
            <Shown when=move || draft.rows.proposal.with(Option::is_some)>
                <ProposalForm
                    state=draft.rows
                    action="Use these pictures"
                    command=draft.command
                    done=Callback::new(move |()| draft.forget())
                />
            </Shown>
            <Shown when=move || has_some.get()>
                <button
                    type="button"
                    class="text-button forget"
                    disabled=busy
                    on:click=on(move |_| draft.forget())
                >
                    "Start over"
                </button>
            </Shown>
        </div>
    }
    .erased()
}

fn left_out_words(left_out: &[String]) -> Option<String> {
    let named = left_out.iter().take(LEFT_OUT_SHOWN).cloned().collect::<Vec<_>>().join("; ");
    match left_out.len().saturating_sub(LEFT_OUT_SHOWN) {
        _ if left_out.is_empty() => None,
        0 => Some(format!("Left out: {named}.")),
        more => Some(format!("Left out: {named}; and {more} more.")),
    }
}

#[cfg(test)]
mod tests {
    use super::left_out_words;

    #[test]
    fn what_is_left_out_is_named() {
        assert_eq!(left_out_words(&[]), None);
        let files: Vec<String> = (1..=7).map(|n| format!("{n}.txt is no picture")).collect();
        assert_eq!(left_out_words(&files[..1]).as_deref(), Some("Left out: 1.txt is no picture."));
        assert!(left_out_words(&files).unwrap().ends_with("5.txt is no picture; and 2 more."));
    }
}
