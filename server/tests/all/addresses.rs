//! One address cannot take all places; behind a proxy, the address is the one that the proxy tells.

use crate::common::{Client, Peer, room, start_with, upgrade_status_with};
use protocol::signaling::ErrorCode;
use server::signaling::SignalingConfig;

const ADDRESS_FULL: &str = "peerceptron_signaling_refused_total{code=\"address_full\"}";

#[tokio::test]
async fn an_address_with_too_many_connections_is_told_so_and_may_come_back() {
    let config = SignalingConfig { sockets_per_address_max: 1, ..Default::default() };
    let running = start_with(config).await;
    let first = Peer::join(&running, 1, room(1)).await;
    let (code, message) = Client::connect_refused(running.address).await;
    assert_eq!(code, ErrorCode::Full);
    assert!(message.contains("1 peers of one network address"), "{message}");
    running.metric_becomes(ADDRESS_FULL, 1).await;
    first.client.close().await;
    running.metric_becomes("peerceptron_signaling_sockets", 0).await;
    Peer::join(&running, 2, room(1)).await;
}

#[tokio::test]
async fn behind_a_proxy_clients_are_told_apart_by_the_trusted_header_and_by_no_other() {
    let config = SignalingConfig {
        sockets_per_address_max: 1,
        client_address_header: Some("x-forwarded-for".parse().unwrap()),
        ..Default::default()
    };
    let running = start_with(config).await;
    let mut open = Vec::new();
    for headers in [
        [("x-forwarded-for", "192.0.2.1"), ("x-real-ip", "192.0.2.1")],
        [("x-forwarded-for", "192.0.2.1, 192.0.2.2"), ("x-real-ip", "192.0.2.1")],
    ] {
        let (status, socket) = upgrade_status_with(running.address, &headers).await;
        assert_eq!(status, 101);
        open.push(socket);
    }
    assert_eq!(running.metric(ADDRESS_FULL).await, 0);
    let (_, socket) =
        upgrade_status_with(running.address, &[("x-forwarded-for", "192.0.2.2")]).await;
    open.push(socket);
    running.metric_becomes(ADDRESS_FULL, 1).await;
}
