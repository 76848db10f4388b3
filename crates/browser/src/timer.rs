//! One timer, set anew whenever the engine's deadline moves.

use crate::clock::{self, window};
use core::cell::Cell;
use units::Instant;
use wasm_bindgen::{JsCast, closure::Closure};

/// `setTimeout` takes a signed 32-bit number of milliseconds; a later deadline is armed again when this has passed.
const DELAY_MS_MAX: u64 = i32::MAX as u64;

/// Calls back once its deadline has passed.
pub(crate) struct Timer {
    callback: Closure<dyn FnMut()>,
    armed: Cell<Option<(Instant, i32)>>,
}

impl Timer {
    /// A timer that is not armed. `on_deadline` must disarm it, or arm it anew.
    pub(crate) fn new(on_deadline: impl FnMut() + 'static) -> Self {
        Self { callback: Closure::new(on_deadline), armed: Cell::new(None) }
    }

    /// Moves the deadline; `None` disarms.
    pub(crate) fn arm(&self, deadline: Option<Instant>) {
        let armed = self.armed.get();
        if armed.map(|(at, _)| at) == deadline {
            return;
        }
        self.disarm();
        if let Some(at) = deadline {
            let wait = at.saturating_duration_since(clock::now());
            let delay_ms = wait.as_micros().div_ceil(1_000).min(u128::from(DELAY_MS_MAX)) as i32;
            let callback = self.callback.as_ref().unchecked_ref();
            let id =
                window().set_timeout_with_callback_and_timeout_and_arguments_0(callback, delay_ms);
            self.armed.set(id.ok().map(|id| (at, id)));
        }
    }

    /// Forgets the deadline, whether or not it has passed.
    pub(crate) fn disarm(&self) {
        if let Some((_, id)) = self.armed.take() {
            window().clear_timeout_with_handle(id);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.disarm();
    }
}
