//! Who does not take its messages is cut off; nothing is buffered for it without end, and its sender never waits.

use crate::common::{Client, Peer, identity, room, start_with};
use protocol::signaling::{LeaveReason, ServerMessage};
use server::signaling::{Rate, SignalingConfig, outbox::OutboxLimits};
use std::time::Duration;

#[tokio::test]
async fn a_peer_that_does_not_read_is_cut_off() {
    let config = SignalingConfig {
        message_rate: Rate { burst: 1_000_000, per_second: 1 },
        // What it sends on after the cut is answered by small errors, which must not be too many for itself.
        outbox: OutboxLimits { messages_max: 1024, bytes_max: 64 * 1024 },
        farewell_timeout: Duration::from_millis(100),
        ..Default::default()
    };
    let running = start_with(config).await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let slow = Client::connect_slow_reader(running.address).await;
    let slow = slow.register(&identity(2), room(1), 1).await;
    alice.sees_joined(&slow.card()).await;

    let text = "x".repeat(15 * 1024);
    let left = loop {
        tokio::select! {
            biased;
            message = alice.client.receive() => break message,
            () = std::future::ready(()) => alice.signal(slow.id(), &text).await,
        }
    };
    let expected = ServerMessage::PeerLeft { peer: slow.id(), reason: LeaveReason::Closed };
    assert_eq!(left, expected);
    running.metric_becomes("peerceptron_signaling_refused_total{code=\"too_slow\"}", 1).await;
    running.metric_becomes("peerceptron_signaling_sockets", 1).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_written_in_time_ends_the_connection() {
    let config = SignalingConfig {
        message_rate: Rate { burst: 1_000_000, per_second: 1 },
        outbox: OutboxLimits { messages_max: 100_000, bytes_max: 1024 * 1024 * 1024 },
        write_timeout: Duration::from_millis(100),
        farewell_timeout: Duration::from_millis(100),
        ..Default::default()
    };
    let running = start_with(config).await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let slow = Client::connect_slow_reader(running.address).await;
    let slow = slow.register(&identity(2), room(1), 1).await;
    alice.sees_joined(&slow.card()).await;
    let text = "x".repeat(15 * 1024);
    // More than the kernels on both sides buffer (at most some 10 MB).
    for _ in 0..1000 {
        alice.signal(slow.id(), &text).await;
    }
    let left = loop {
        match alice.client.receive().await {
            ServerMessage::Error { .. } => {}
            message => break message,
        }
    };
    let expected = ServerMessage::PeerLeft { peer: slow.id(), reason: LeaveReason::Closed };
    assert_eq!(left, expected);
}
