//! The page's clocks and the little it knows of its device.

use core::cell::RefCell;
use peer::WakefulClock;
use units::{Instant, UnixMillis};

thread_local! {
    static CLOCK: RefCell<WakefulClock> = const { RefCell::new(WakefulClock::new()) };
}

/// The page's monotonic clock; its origin is the page's load. While the device sleeps, it goes on.
pub(crate) fn now() -> Instant {
    let wall_ms = js_sys::Date::now();
    let monotonic_ms = window().performance().map_or(wall_ms, |clock| clock.now());
    CLOCK.with_borrow_mut(|clock| clock.read(monotonic_ms, wall_ms))
}

/// The wall clock.
pub(crate) fn unix() -> UnixMillis {
    UnixMillis(js_sys::Date::now() as u64)
}

/// Logical processors; 0 if the browser does not tell.
pub(crate) fn logical_cores() -> u16 {
    window().navigator().hardware_concurrency().clamp(0.0, f64::from(u16::MAX)) as u16
}

/// The page. The host is only ever made in one.
pub(crate) fn window() -> web_sys::Window {
    web_sys::window().expect("the host runs on a page's main thread")
}
