//! What a device is called until its owner names it.

use web_sys::window;

/// Browser and system, such as "Firefox on Android"; enough to tell the devices of a room apart.
pub(crate) fn name() -> String {
    let agent =
        window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default();
    format!("{} on {}", first_of(&agent, &BROWSERS), first_of(&agent, &SYSTEMS))
}

/// In the order in which they must be looked for: each browser claims to be those after it as well.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

fn first_of(agent: &str, names: &[(&str, &'static str)]) -> &'static str {
    names.iter().find(|(mark, _)| agent.contains(mark)).map_or("a device", |(_, name)| name)
}
