//! Health, metrics, headers and limits of plain HTTP.

use crate::common::{exchange, get, start, start_site};
use server::{health, serve::ServeConfig, signaling::SignalingConfig};
use std::time::Duration;
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

#[tokio::test]
async fn every_answer_carries_the_strict_headers() {
    let running = start().await;
    for path in ["/healthz", "/metrics", "/no/such/page", "/signal", "/sdk/absent.js"] {
        let answer = get(running.address, path, "").await;
        let csp = answer.header("content-security-policy").unwrap();
        assert!(csp.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {csp}");
        assert!(!csp.contains("unsafe-inline"), "{path}: {csp}");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(answer.header("permissions-policy").is_some(), "{path}");
        let shared = path.starts_with("/sdk/");
        let corp = if shared { "cross-origin" } else { "same-origin" };
        assert_eq!(answer.header("cross-origin-resource-policy"), Some(corp), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), shared.then_some("*"), "{path}");
    }
}

#[tokio::test]
async fn the_health_check_finds_a_living_server_and_no_other() {
    let running = start().await;
    assert!(health::check(running.address).await.is_ok());
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    assert!(health::check(address).await.is_err());
}

#[tokio::test]
async fn metrics_show_every_series_before_anything_has_happened() {
    let running = start().await;
    for series in [
        "peerceptron_non_signaling_refused_total",
        "peerceptron_signaling_messages_received_total{type=\"signal\"}",
        "peerceptron_signaling_refused_total{code=\"too_large\"}",
        "peerceptron_signaling_bytes_total{direction=\"in\"}",
        "peerceptron_peers",
    ] {
        assert_eq!(running.metric(series).await, 0, "{series}");
    }
    let answer = get(running.address, "/metrics", "").await;
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
}

#[tokio::test]
async fn a_large_body_or_head_is_refused() {
    let running = start().await;
    let request =
        "POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 65537\r\n\r\n";
    assert_eq!(exchange(running.address, request.as_bytes()).await.status, 413);
    let long = "x".repeat(20 * 1024);
    let answer = get(running.address, "/healthz", &format!("x-long: {long}\r\n")).await;
    assert_eq!(answer.status, 431);
}

#[tokio::test]
async fn a_connection_that_never_finishes_its_request_is_closed() {
    let config =
        ServeConfig { request_head_timeout: Duration::from_millis(50), ..ServeConfig::default() };
    let running = start_site(SignalingConfig::default(), config, "none".into()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    let mut rest = Vec::new();
    let ended = timeout(crate::common::PATIENCE, stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the server closes the connection");
}
