//! What is behind the door, in a module of its own.

use super::{asked::Desk, list::DeviceList, pairing::Pairing};
use crate::{compact::Erase, lazy::Away};
use leptos::prelude::*;

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        devices,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn view() -> Result<AnyView, Away> {
    Ok(view! { <Room /> }.into_any())
}

/// Brings the module, and gives what it shows.
pub(super) async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return view().await;
    #[cfg(not(feature = "lazy"))]
    view()
}

/// Brings the module before anybody asks for it. If that fails, opening tries again.
pub(super) async fn prepare() {
    #[cfg(feature = "lazy")]
    let _ = preload().await;
}

/// Everything about them.
#[component]
fn Room() -> impl IntoView {
    let desk = Desk::new();
    view! {
        <div class="devices-columns">
            <Pairing desk />
            <DeviceList desk />
        </div>
    }
    .erased()
}
