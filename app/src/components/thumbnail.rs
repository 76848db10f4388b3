//! A small picture as the network gets it.

use crate::{
    compact::{Erase, follow},
    pixels::{self, Shade},
    state::page::use_page,
};
use leptos::{html::Canvas, prelude::*};

/// The picture. What it shows is said beside it.
#[component]
pub fn Thumbnail(
    /// A square of values: one a pixel, or three in colour.
    values: Vec<u8>,
    /// What the values mean.
    shade: Shade,
) -> impl IntoView {
    let page = use_page();
    let canvas = NodeRef::<Canvas>::new();
    follow(move || {
        page.theme_changes.track();
        if let Some(canvas) = canvas.get() {
            pixels::show(&canvas, &values, shade);
        }
    });
    view! { <canvas class="thumb" node_ref=canvas aria-hidden="true"></canvas> }.erased()
}
