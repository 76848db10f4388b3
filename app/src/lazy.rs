//! Views whose code is a module of its own: few people open them, and nobody waits for them at first. They are loaded once a
//! room was entered, because the server that has them may go.
//!
//! With the feature `lazy` such modules are cut out of the application's when it is released. Without it, as in development,
//! everything is one module, and comes at once.

use crate::{
    compact::{Erase, live},
    components::notice::alert,
    state::port::Problem,
};
use core::{future::Future, pin::Pin};
use leptos::{prelude::*, reactive::computed::ScopedFuture, task::spawn_local};

/// A view, once its module is here.
pub(crate) type Coming = Pin<Box<dyn Future<Output = Result<AnyView, Away>>>>;

/// The module did not come.
#[derive(Debug)]
pub(crate) struct Away;

#[cfg(feature = "lazy")]
impl From<leptos::wasm_split::SplitLoaderError> for Away {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

impl From<Away> for Problem {
    fn from(_: Away) -> Self {
        let message = "this part of the page could not be loaded: the server that it comes from does not answer. Try again once it does";
        Self { code: "not_loaded".to_owned(), message: message.to_owned() }
    }
}

/// Where a view will be: a line that says so, the view, or why it does not come.
pub(crate) fn place(coming: Coming) -> AnyView {
    let outcome = RwSignal::new(None::<Result<(), Problem>>);
    let view = StoredValue::new_local(None::<AnyView>);
    // What the view makes belongs to this place, whatever else is going on when its module has come.
    let coming = ScopedFuture::new_untracked(coming);
    spawn_local(async move {
        let came = coming.await;
        // The place may be gone from the page by then.
        let came = came.map(|it| drop(view.try_set_value(Some(it)))).map_err(Problem::from);
        let _ = outcome.try_set(Some(came));
    });
    live(move || match outcome.get() {
        None => Some(view! { <p class="hint" role="status">"Loading…"</p> }.erased()),
        Some(Ok(())) => view.try_update_value(Option::take).flatten(),
        Some(Err(problem)) => Some(alert(problem)),
    })
    .into_any()
}
