//! What is not signaling, too large or too frequent is refused with a typed error, and counted where anyone can read it.

use crate::common::{Client, Peer, envelope, identity, room, start, start_with};
use protocol::{
    limits::SIGNALING_MESSAGE_BYTES_MAX,
    signaling::{ClientMessage, ErrorCode},
};
use server::signaling::{Rate, SignalingConfig};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};

const NON_SIGNALING: &str = "peerceptron_non_signaling_refused_total";

#[tokio::test]
async fn user_data_is_refused_and_counted_and_the_connection_goes_on() {
    let running = start().await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    assert_eq!(running.metric(NON_SIGNALING).await, 0);
    for text in [r#"{"type":"chat","text":"hi"}"#, "hello", "", r#"{"type":"heartbeat","x":1}"#] {
        peer.client.send_text(text).await;
        let (code, message) = peer.client.refused().await;
        assert_eq!(code, ErrorCode::NotSignaling);
        assert!(message.contains("to the peer itself"), "{message}");
    }
    assert_eq!(peer.others().await, []);
    assert_eq!(running.metric(NON_SIGNALING).await, 4);
}

#[tokio::test]
async fn binary_frames_are_refused() {
    let running = start().await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    peer.client.send_frame(Message::binary(vec![1, 2, 3])).await;
    let (code, message) = peer.client.refused().await;
    assert_eq!(code, ErrorCode::NotSignaling);
    assert!(message.contains("binary frame of 3 bytes"), "{message}");
    assert_eq!(running.metric(NON_SIGNALING).await, 1);
    assert_eq!(peer.others().await, []);
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let bob = Peer::join(&running, 2, room(1)).await;
    alice.sees_joined(&bob.card()).await;
    let frame = |text: &str| ClientMessage::Signal { to: bob.id(), envelope: envelope(text) };
    let around_bytes = frame("").to_json().len();
    let text = "x".repeat(SIGNALING_MESSAGE_BYTES_MAX - around_bytes);
    alice.client.send(&frame(&text)).await;
    alice.client.send(&frame(&format!("{text}x"))).await;
    let (code, message) = alice.client.refused().await;
    assert_eq!(code, ErrorCode::TooLarge);
    assert!(message.contains("16385 bytes"), "{message}");
    running.metric_becomes("peerceptron_signaling_messages_sent_total{type=\"signal\"}", 1).await;
}

#[tokio::test]
async fn a_message_far_over_the_limit_is_not_even_read() {
    let running = start().await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    peer.client.send_text("x".repeat(100 * 1024)).await;
    assert_eq!(peer.client.refused().await.0, ErrorCode::TooLarge);
    assert_eq!(peer.client.closed().await, Some(CloseCode::Size));
    running.metric_becomes("peerceptron_peers", 0).await;
}

#[tokio::test]
async fn messages_beyond_the_rate_are_refused_with_how_long_to_wait() {
    let message_rate = Rate { burst: 10, per_second: 1 };
    let running = start_with(SignalingConfig { message_rate, ..Default::default() }).await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    for _ in 0..10 {
        peer.client.send(&ClientMessage::Heartbeat {}).await;
    }
    let (code, message) = peer.client.refused().await;
    assert_eq!(code, ErrorCode::TooFrequent);
    assert!(message.contains(" ms"), "{message}");
}

#[tokio::test]
async fn what_makes_the_server_talk_costs_more() {
    let message_rate = Rate { burst: 12, per_second: 1 };
    let running = start_with(SignalingConfig { message_rate, ..Default::default() }).await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    assert_eq!(peer.others().await, []);
    assert_eq!(peer.others().await, []);
    peer.client.send(&ClientMessage::Discover {}).await;
    assert_eq!(peer.client.refused().await.0, ErrorCode::TooFrequent);
}

#[tokio::test]
async fn a_newcomer_may_shake_hands_with_eleven_peers_at_once() {
    let running = start().await;
    let mut others = Vec::new();
    for number in 1..=11 {
        others.push(Peer::join(&running, number, room(1)).await);
    }
    let mut newcomer = Peer::join(&running, 12, room(1)).await;
    for other in &others {
        for step in 0..40 {
            newcomer.signal(other.id(), &format!("{step}")).await;
        }
    }
    assert_eq!(newcomer.others().await.len(), 11);
}

#[tokio::test]
async fn who_keeps_sending_refused_messages_is_disconnected() {
    let offence_rate = Rate { burst: 3, per_second: 0 };
    let running = start_with(SignalingConfig { offence_rate, ..Default::default() }).await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    for _ in 0..4 {
        peer.client.send_text("x").await;
        assert_eq!(peer.client.refused().await.0, ErrorCode::NotSignaling);
    }
    assert_eq!(peer.client.closed().await, Some(CloseCode::Policy));
    assert_eq!(running.metric(NON_SIGNALING).await, 4);
}

#[tokio::test]
async fn a_full_server_says_so() {
    let running = start_with(SignalingConfig { sockets_max: 1, ..Default::default() }).await;
    let peer = Peer::join(&running, 1, room(1)).await;
    let (code, message) = Client::connect_refused(running.address).await;
    assert_eq!(code, ErrorCode::Full);
    assert!(message.contains("serves 1 peers"), "{message}");
    peer.client.close().await;
    running.metric_becomes("peerceptron_signaling_sockets", 0).await;
    Client::connect(running.address).await.register(&identity(1), room(1), 2).await;
}
