//! Pages of other hosts may use the signaling only where the operator allows it.

use crate::common::{start, start_with, upgrade_status};
use server::signaling::{SignalingConfig, origin::OriginPolicy};

#[tokio::test]
async fn by_default_only_pages_of_this_host_and_programs_may_connect() {
    let running = start().await;
    let own = format!("http://{}", running.address);
    assert_eq!(upgrade_status(running.address, None).await, 101);
    assert_eq!(upgrade_status(running.address, Some(&own)).await, 101);
    assert_eq!(upgrade_status(running.address, Some("https://elsewhere.org")).await, 403);
    assert_eq!(upgrade_status(running.address, Some("null")).await, 403);
    let series = "peerceptron_signaling_refused_total{code=\"forbidden_origin\"}";
    assert_eq!(running.metric(series).await, 2);
}

#[tokio::test]
async fn listed_origins_or_all_may_connect() {
    let origins = OriginPolicy::from_list(["https://friend.org"]).unwrap();
    let running = start_with(SignalingConfig { origins, ..Default::default() }).await;
    assert_eq!(upgrade_status(running.address, Some("https://friend.org")).await, 101);
    assert_eq!(upgrade_status(running.address, Some("https://elsewhere.org")).await, 403);

    let origins = OriginPolicy::Any;
    let running = start_with(SignalingConfig { origins, ..Default::default() }).await;
    assert_eq!(upgrade_status(running.address, Some("https://elsewhere.org")).await, 101);
}
