//! Parts of the class that are a module of their own in the application (`lazy`), because few pages use them: `brought`, `class_market`,
//! `class_memory` and `ledger_views`.

use crate::failure::Failure;
use core::{future::Future, pin::Pin};

/// What such a part does, as soon as its module is here.
pub(crate) type Later<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// Brings the modules of all parts before anybody asks for them: the server that has them may go. If one does not come, using it
/// tries again.
pub(crate) fn prepare() {
    #[cfg(feature = "lazy")]
    {
        use wasm_bindgen_futures::spawn_local;
        spawn_local(async { drop(crate::brought::prepare().await) });
        spawn_local(async { drop(crate::market::prepare().await) });
        spawn_local(async { drop(crate::ledger_views::prepare().await) });
        spawn_local(async { drop(crate::memory::prepare().await) });
    }
}

/// Waits for a part's module, where it is one, and then for what the part does.
macro_rules! later {
    ($part:expr) => {{
        #[cfg(feature = "lazy")]
        let part = $part.await?;
        #[cfg(not(feature = "lazy"))]
        let part = $part?;
        part.await
    }};
}

pub(crate) use later;

#[cfg(feature = "lazy")]
impl From<wasm_split_helpers::SplitLoaderError> for Failure {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        let message = "a part of the page could not be loaded: its server does not answer, try again once it does";
        Self { code: "not_loaded".to_owned(), message: message.to_owned() }
    }
}
