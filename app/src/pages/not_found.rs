//! For addresses that lead nowhere.

use crate::compact::Erase;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

/// The page for every other address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="No such page" />
        <main id="content" class="narrow">
            <p class="eyebrow">"404"</p>
            <h1>"There is no such page"</h1>
            <p class="lead">
                "If you followed an invitation, ask for the link again and open all of it: it ends in a long secret behind a "
                <code>"#"</code> "."
            </p>
            <p>
                <A href="/" attr:class="button">
                    "To the start"
                </A>
            </p>
        </main>
    }
    .erased()
}
