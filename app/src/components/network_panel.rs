//! The network: its devices, its nodes, and its model as a file.

use crate::{
    compact::Erase,
    components::{
        cluster_choice::ClusterChoice, cluster_picture::ClusterPicture,
        device_picture::DevicePicture, model_files::ModelFiles, splitting::Splitting,
    },
};
use leptos::prelude::*;

/// The network panel.
#[component]
pub fn NetworkPanel() -> impl IntoView {
    view! {
        <section class="panel network" aria-label="Network">
            <div class="network-head">
                <h2>"Network"</h2>
                <ClusterChoice />
            </div>
            <DevicePicture />
            <ClusterPicture />
            <Splitting />
            <ModelFiles />
        </section>
    }
    .erased()
}
