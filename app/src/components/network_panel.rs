//! The network: its devices, its nodes, and its model as a file.

use crate::{
    compact::{Erase, Shown},
    components::{
        cluster_choice::ClusterChoice, cluster_picture::ClusterPicture,
        device_picture::DevicePicture, model_files::ModelFiles, splitting::Splitting,
    },
    lazy::{self, Away},
    state::page::use_page,
};
use leptos::prelude::*;

/// The network panel.
#[component]
pub fn NetworkPanel() -> impl IntoView {
    let page = use_page();
    view! {
        <section class="panel network" aria-label="Network">
            <div class="network-head">
                <h2>"Network"</h2>
                <ClusterChoice />
            </div>
            <DevicePicture />
            <ClusterPicture />
            // Entering a room does not wait for what is done with a network later.
            <Shown when=move || page.room.with(Option::is_some)>{lazy::place(Box::pin(open()))}</Shown>
        </section>
    }
    .erased()
}

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        network_tools,
        wasm_split_path = leptos::wasm_split,
        fallible
    )
)]
fn tools() -> Result<AnyView, Away> {
    Ok(view! {
        <Splitting />
        <ModelFiles />
    }
    .into_any())
}

async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return tools().await;
    #[cfg(not(feature = "lazy"))]
    tools()
}
