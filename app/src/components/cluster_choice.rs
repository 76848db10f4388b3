//! Which of several clusters the page is about.

use crate::{
    compact::{Each, Erase, Shown, entered, live},
    format::count,
    state::page::{Page, use_page},
};
use leptos::prelude::*;
use units::ClusterId;

/// A list of the clusters on this device, where there is more than one. While a session runs, its cluster is in use.
#[component]
pub fn ClusterChoice() -> impl IntoView {
    let page = use_page();
    let ids = Memo::new(move |_| {
        page.clusters.with(|clusters| clusters.iter().map(|it| it.id.clone()).collect::<Vec<_>>())
    });
    let in_use = Memo::new(move |_| page.cluster().map(|cluster| cluster.id.to_string()));
    let training = move || page.session.with(|s| s.as_ref().is_some_and(|s| s.running));

    view! {
        <Shown when=move || ids.with(|ids| ids.len() > 1)>
            <label class="cluster-choice">
                <span class="hint">"Cluster"</span>
                <select
                    aria-label="Cluster in use"
                    disabled=live(training)
                    prop:value=live(move || in_use.get())
                    on:change=entered(move |value| {
                        page.chosen_cluster.set(value.parse().ok());
                    })
                >
                    <Each each=move || ids.get() key=|id| id.clone() let(id)>
                        <ClusterOption id in_use />
                    </Each>
                </select>
            </label>
        </Shown>
    }
    .erased()
}

#[component]
fn ClusterOption(id: ClusterId, in_use: Memo<Option<String>>) -> impl IntoView {
    let page = use_page();
    let value = id.to_string();
    let selected = {
        let value = value.clone();
        move || in_use.with(|in_use| in_use.as_deref() == Some(value.as_str()))
    };
    view! {
        <option value=value selected=selected>
            {live(move || words(page, &id))}
        </option>
    }
}

fn words(page: Page, id: &ClusterId) -> String {
    page.clusters.with(|clusters| {
        let nodes = clusters.iter().find(|it| it.id == *id).map_or(0, |it| it.network.nodes());
        format!("{id}, {} nodes", count(nodes))
    })
}
