//! A connection registers once, with the key of the peer that it names, in this version, and soon.

use crate::common::{Client, Peer, identity, room, start, start_with};
use protocol::{
    VERSION,
    signaling::{ClientMessage, ErrorCode, IceServer, Registration, ServerMessage},
};
use server::signaling::SignalingConfig;
use std::time::Duration;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use units::PeerId;

#[tokio::test]
async fn a_peer_that_answers_the_challenge_is_told_interval_and_ice_servers() {
    let ice_servers =
        vec![IceServer { urls: vec!["stun:a.org".into()], username: None, credential: None }];
    let config = SignalingConfig { ice_servers: ice_servers.clone(), ..Default::default() };
    let running = start_with(config).await;
    let mut client = Client::connect(running.address).await;
    let registration = client.registration(&identity(1), room(1), 1);
    client.send(&ClientMessage::Register(registration)).await;
    let expected = ServerMessage::Registered { heartbeat_interval_ms: 5000, ice_servers };
    assert_eq!(client.receive().await, expected);
    assert_eq!(running.metric("peerceptron_peers").await, 1);
    assert_eq!(running.metric("peerceptron_rooms").await, 1);
}

#[tokio::test]
async fn every_connection_gets_another_challenge() {
    let running = start().await;
    let one = Client::connect(running.address).await;
    let two = Client::connect(running.address).await;
    assert_ne!(one.challenge, two.challenge);
}

#[tokio::test]
async fn a_signature_over_another_challenge_or_by_another_key_is_refused() {
    let running = start().await;
    let replayed = Client::connect(running.address).await.registration(&identity(1), room(1), 1);
    let mut client = Client::connect(running.address).await;
    client.send(&ClientMessage::Register(replayed)).await;
    assert_eq!(client.refused().await.0, ErrorCode::BadSignature);
    assert_eq!(client.closed().await, Some(CloseCode::Policy));

    let mut client = Client::connect(running.address).await;
    let own = client.registration(&identity(1), room(1), 1);
    let stolen = Registration { peer: identity(2).peer_id(), ..own };
    client.send(&ClientMessage::Register(stolen)).await;
    let (code, message) = client.refused().await;
    assert_eq!(code, ErrorCode::BadSignature);
    assert!(message.contains(&identity(2).peer_id().short()), "{message}");
    assert_eq!(running.metric("peerceptron_peers").await, 0);
    let series = "peerceptron_signaling_refused_total{code=\"bad_signature\"}";
    assert_eq!(running.metric(series).await, 2);
}

#[tokio::test]
async fn a_peer_id_that_is_no_key_is_refused() {
    let running = start().await;
    let mut client = Client::connect(running.address).await;
    let own = client.registration(&identity(1), room(1), 1);
    let nobody = Registration { peer: PeerId::from_bytes([0xff; 32]), ..own };
    client.send(&ClientMessage::Register(nobody)).await;
    assert_eq!(client.refused().await.0, ErrorCode::BadSignature);
}

#[tokio::test]
async fn another_version_is_refused_even_in_a_form_that_this_one_does_not_know() {
    let running = start().await;
    let mut client = Client::connect(running.address).await;
    let own = client.registration(&identity(1), room(1), 1);
    let newer = Registration { version: VERSION + 1, ..own };
    client.send(&ClientMessage::Register(newer)).await;
    assert_eq!(client.refused().await.0, ErrorCode::WrongVersion);
    assert_eq!(client.closed().await, Some(CloseCode::Policy));

    let mut client = Client::connect(running.address).await;
    let newer = VERSION + 1;
    let form = format!(r#"{{"type":"register","version":{newer},"passport":"x"}}"#);
    client.send_text(&form).await;
    let (code, message) = client.refused().await;
    assert_eq!(code, ErrorCode::WrongVersion);
    assert!(message.contains(&format!("version {newer}")), "{message}");
}

#[tokio::test]
async fn a_second_registration_is_refused_and_the_first_one_stays() {
    let running = start().await;
    let mut peer = Peer::join(&running, 1, room(1)).await;
    let again = peer.client.registration(&identity(1), room(2), 2);
    peer.client.send(&ClientMessage::Register(again)).await;
    assert_eq!(peer.client.refused().await.0, ErrorCode::AlreadyRegistered);
    assert_eq!(peer.others().await, []);
    assert_eq!(running.metric("peerceptron_peers").await, 1);
}

#[tokio::test]
async fn before_the_registration_everything_else_is_refused() {
    let running = start().await;
    let mut client = Client::connect(running.address).await;
    let messages = [
        ClientMessage::Discover {},
        ClientMessage::Heartbeat {},
        ClientMessage::AnnounceCapability { capability: crate::common::capability("a") },
        ClientMessage::Signal { to: identity(2).peer_id(), envelope: crate::common::envelope("x") },
    ];
    for message in messages {
        client.send(&message).await;
        assert_eq!(client.refused().await.0, ErrorCode::NotRegistered);
    }
    client.register(&identity(1), room(1), 1).await;
}

#[tokio::test]
async fn a_connection_that_does_not_register_is_closed() {
    let registration_timeout = Duration::from_millis(50);
    let running = start_with(SignalingConfig { registration_timeout, ..Default::default() }).await;
    let mut client = Client::connect(running.address).await;
    let (code, message) = client.refused().await;
    assert_eq!(code, ErrorCode::NotRegistered);
    assert!(message.contains("50 ms"), "{message}");
    assert_eq!(client.closed().await, Some(CloseCode::Policy));
    running.metric_becomes("peerceptron_signaling_sockets", 0).await;
}
