//! Asking the network: by a row that somebody fills in, or by what somebody draws. It is a module of its own, because a network
//! that can be asked anything was trained first; see [`crate::lazy`].

use crate::{
    compact::{Erase, Shown},
    components::{drawing_pad::DrawingPad, question::QuestionPanel},
    lazy::{self, Away},
    state::page::use_page,
};
use leptos::prelude::*;

/// Both panels, once a room was entered.
#[component]
pub fn Asking() -> impl IntoView {
    let page = use_page();
    view! {
        <Shown when=move || page.room.with(Option::is_some)>{lazy::place(Box::pin(open()))}</Shown>
    }
    .erased()
}

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(asking, wasm_split_path = leptos::wasm_split, fallible)
)]
fn panels() -> Result<AnyView, Away> {
    Ok(view! {
        <QuestionPanel />
        <DrawingPad />
    }
    .into_any())
}

async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return panels().await;
    #[cfg(not(feature = "lazy"))]
    panels()
}
