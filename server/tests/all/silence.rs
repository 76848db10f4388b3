//! A peer that sends nothing for three heartbeat intervals has left; any message is a sign of life.

use crate::common::{Client, Peer, identity, room, start_with};
use protocol::signaling::{ClientMessage, ErrorCode, LeaveReason, ServerMessage};
use server::signaling::SignalingConfig;
use std::time::Duration;
use tokio::time::interval;

#[tokio::test]
async fn a_silent_peer_leaves_and_is_told_why_while_a_lively_one_stays() {
    let heartbeat_interval = Duration::from_millis(200);
    let running = start_with(SignalingConfig { heartbeat_interval, ..Default::default() }).await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let mut bob = Client::connect(running.address).await.register(&identity(2), room(1), 1).await;
    alice.sees_joined(&bob.card()).await;

    let mut beat = interval(Duration::from_millis(50));
    let left = loop {
        tokio::select! {
            _ = beat.tick() => alice.client.send(&ClientMessage::Heartbeat {}).await,
            message = alice.client.receive() => break message,
        }
    };
    let expected = ServerMessage::PeerLeft { peer: bob.id(), reason: LeaveReason::Silent };
    assert_eq!(left, expected);
    let (code, message) = bob.client.refused().await;
    assert_eq!(code, ErrorCode::TooSlow);
    assert!(message.contains("600 ms"), "{message}");
    bob.client.closed().await;
    running.metric_becomes("peerceptron_signaling_refused_total{code=\"too_slow\"}", 1).await;
}
