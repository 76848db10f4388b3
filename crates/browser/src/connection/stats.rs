//! The selected path of a connection, as `getStats` tells it (W3C, Identifiers for WebRTC's Statistics API).

use js_sys::{Map, Reflect};
use peer::{PathKind, PathStats};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::RtcPeerConnection;

/// Reads path and counters; `buffered` are the bytes waiting in `control` and in `bulk`.
///
/// # Errors
/// What the browser threw.
pub(super) async fn read(
    connection: &RtcPeerConnection,
    buffered: (u32, u32),
) -> Result<PathStats, JsValue> {
    // A report is map-like: it has all that is used here of `Map`.
    let report: Map = JsFuture::from(connection.get_stats()).await?.unchecked_into();
    let mut stats = PathStats {
        control_buffered_bytes: buffered.0,
        bulk_buffered_bytes: buffered.1,
        ..PathStats::default()
    };
    if let Some(pair) = selected_pair(&report) {
        stats.path = path(&report, &pair);
        stats.round_trip_ms =
            number(&pair, "currentRoundTripTime").map(|seconds| seconds * 1_000.0);
        stats.sent_bytes = number(&pair, "bytesSent").unwrap_or(0.0) as u64;
        stats.received_bytes = number(&pair, "bytesReceived").unwrap_or(0.0) as u64;
    }
    Ok(stats)
}

/// Chromium names the pair in its transport entry; Firefox marks the pair itself.
fn selected_pair(report: &Map) -> Option<JsValue> {
    let mut marked = None;
    let mut named = None;
    report.for_each(&mut |entry, _| match text(&entry, "type").as_deref() {
        Some("transport") => named = text(&entry, "selectedCandidatePairId"),
        Some("candidate-pair") if is_true(&entry, "selected") => marked = Some(entry),
        Some("candidate-pair") if marked.is_none() && is_true(&entry, "nominated") => {
            marked = (text(&entry, "state").as_deref() == Some("succeeded")).then_some(entry);
        }
        _ => {}
    });
    let named = named.map(|id| report.get(&id.into())).filter(JsValue::is_object);
    named.or(marked)
}

/// A path is relayed if either end of it is a TURN server.
fn path(report: &Map, pair: &JsValue) -> Option<PathKind> {
    let kind = |end: &str| {
        let candidate = report.get(&text(pair, end)?.into());
        text(&candidate, "candidateType")
    };
    let (local, remote) = (kind("localCandidateId")?, kind("remoteCandidateId")?);
    let relayed = local == "relay" || remote == "relay";
    Some(if relayed { PathKind::Relayed } else { PathKind::Direct })
}

fn property(entry: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(entry, &name.into()).ok()
}

fn text(entry: &JsValue, name: &str) -> Option<String> {
    property(entry, name)?.as_string()
}

fn number(entry: &JsValue, name: &str) -> Option<f64> {
    property(entry, name)?.as_f64()
}

fn is_true(entry: &JsValue, name: &str) -> bool {
    property(entry, name).is_some_and(|value| value.is_truthy())
}
