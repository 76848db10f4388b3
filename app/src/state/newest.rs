//! Asking again whenever the question changes, one at a time.

use crate::compact::follow;
use leptos::{prelude::*, task::spawn_local};
use std::{cell::RefCell, future::Future, rc::Rc};

/// Calls `ask` with `question` whenever that has changed, but never while an earlier call is open: what comes in between
/// is skipped, the newest is asked. In the browser only.
pub fn ask_newest<Q, F>(question: impl Fn() -> Q + 'static, ask: impl Fn(Q) -> F + 'static)
where
    Q: Clone + PartialEq + 'static,
    F: Future<Output = ()> + 'static,
{
    let asked = Rc::new(RefCell::new(None::<Q>));
    let open = RwSignal::new(false);
    follow(move || {
        let newest = question();
        // When an answer comes this runs again, and asks again only if there is something newer by then.
        if open.get() || asked.borrow().as_ref() == Some(&newest) {
            return;
        }
        *asked.borrow_mut() = Some(newest.clone());
        open.set(true);
        let answer = ask(newest);
        spawn_local(async move {
            answer.await;
            // The page may have moved on.
            let _ = open.try_set(false);
        });
    });
}
