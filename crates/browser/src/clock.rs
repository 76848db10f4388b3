//! The page's clocks and the little it knows of its device.

use units::{Instant, UnixMillis};

/// The page's monotonic clock; its origin is the page's load.
pub(crate) fn now() -> Instant {
    let millis = window().performance().map_or_else(js_sys::Date::now, |clock| clock.now());
    Instant::from_millis_f64(millis)
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
