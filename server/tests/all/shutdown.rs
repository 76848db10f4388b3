//! A server that is told to stop says so to everyone, and is gone within its time.

use crate::common::{Peer, get, room, start_site, upgrade_status};
use protocol::signaling::ErrorCode;
use server::{serve::ServeConfig, signaling::SignalingConfig};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

#[tokio::test]
async fn sockets_are_told_and_closed_and_readiness_ends_first() {
    let signaling =
        SignalingConfig { farewell_timeout: Duration::from_secs(60), ..Default::default() };
    let config =
        ServeConfig { shutdown_timeout: Duration::from_secs(60), ..ServeConfig::default() };
    let mut running = start_site(signaling, config, "none".into()).await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    assert_eq!(get(running.address, "/readyz", "").await.status, 200);

    running.stop();
    assert_eq!(peer.client.refused().await.0, ErrorCode::ShuttingDown);
    // The peer has not closed yet, so the server still waits for it, and answers.
    assert_eq!(get(running.address, "/readyz", "").await.status, 503);
    assert_eq!(get(running.address, "/healthz", "").await.status, 200);
    assert_eq!(upgrade_status(running.address, None).await, 503);
    let refused = "peerceptron_signaling_refused_total{code=\"shutting_down\"}";
    assert_eq!(running.metric(refused).await, 2, "the peer's and the late one's");

    assert_eq!(peer.client.closed().await, Some(CloseCode::Away));
    drop(peer);
    timeout(crate::common::PATIENCE, &mut running.ended).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_peer_that_does_not_answer_cannot_hold_the_server() {
    let signaling =
        SignalingConfig { farewell_timeout: Duration::from_secs(60), ..Default::default() };
    let config =
        ServeConfig { shutdown_timeout: Duration::from_millis(50), ..ServeConfig::default() };
    let mut running = start_site(signaling, config, "none".into()).await;
    let _peer = Peer::join(&running, 1, room(1)).await;
    let _idle = TcpStream::connect(running.address).await.unwrap();
    running.stop();
    timeout(crate::common::PATIENCE, &mut running.ended).await.expect("it ends").unwrap();
}
