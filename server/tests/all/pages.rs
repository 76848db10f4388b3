//! The application is drawn on the server, and nothing in a page runs without the page's own nonce.

use crate::common::{Answer, Running, exchange, get, start_all};
use server::{assets::Site, pages, serve::ServeConfig, signaling::SignalingConfig};
use std::{fs, path::PathBuf};

async fn start() -> Running {
    start_with("none".into()).await
}

async fn start_with(root: PathBuf) -> Running {
    let pages = pages::pages(pages::options().unwrap(), Site::Folder(root.clone()));
    start_all(SignalingConfig::default(), ServeConfig::default(), root, pages).await
}

/// The nonce of the policy, after checking that every script of the page carries it.
fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy").unwrap();
    let (_, rest) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("no nonce in {policy}"));
    let nonce = rest.split('\'').next().unwrap();
    assert!(nonce.len() >= 20, "{nonce}");
    let html = page.body_text();
    let mut scripts = 0;
    for script in html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
        scripts += 1;
    }
    assert!(scripts > 0, "{html}");
    nonce.to_owned()
}

#[tokio::test]
async fn the_landing_page_and_a_room_are_drawn() {
    let running = start().await;
    for path in ["/", "/room/00112233445566778899aabbccddeeff"] {
        let page = get(running.address, path, "").await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        let html = page.body_text();
        assert!(html.contains("Peerceptron") && html.contains("</html>"), "{path}: {html}");
        assert!(html.contains("/pkg/peerceptron.js"), "{path}: {html}");
    }
}

#[tokio::test]
async fn a_page_is_compressed_for_who_can_read_that() {
    let running = start().await;
    let plain = get(running.address, "/", "").await;
    let small = get(running.address, "/", "accept-encoding: gzip\r\n").await;
    assert_eq!(
        (plain.header("content-encoding"), small.header("content-encoding")),
        (None, Some("gzip"))
    );
    assert_eq!(small.header("vary"), Some("accept-encoding"));
    assert!(
        3 * small.body.len() < plain.body.len(),
        "{} of {}",
        small.body.len(),
        plain.body.len()
    );
}

#[tokio::test]
async fn a_slash_behind_a_room_leads_to_the_room() {
    let running = start().await;
    let page = get(running.address, "/room/00112233445566778899aabbccddeeff/", "").await;
    assert_eq!(page.status, 308);
    assert_eq!(page.header("location").unwrap(), "/room/00112233445566778899aabbccddeeff");
    assert_eq!(get(running.address, "//elsewhere.example/", "").await.status, 404);
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own_on_all_its_scripts() {
    let running = start().await;
    let one = nonce(&get(running.address, "/", "").await);
    let two = nonce(&get(running.address, "/", "").await);
    assert_ne!(one, two);
}

#[tokio::test]
async fn a_page_has_nothing_that_its_policy_refuses() {
    let running = start().await;
    for path in ["/", "/room/00112233445566778899aabbccddeeff", "/no/such/page"] {
        let page = get(running.address, path, "").await;
        let html = page.body_text();
        assert!(!html.contains(" style=\""), "{path}: {html}");
        assert!(!html.contains(" onclick=\""), "{path}: {html}");
        assert!(!html.contains("<meta http-equiv"), "{path}: {html}");
        assert_eq!(page.header("cache-control"), Some("no-cache"), "{path}");
    }
}

#[tokio::test]
async fn an_unknown_path_gets_the_applications_own_page_with_status_404() {
    let running = start().await;
    let page = get(running.address, "/no/such/page", "").await;
    assert_eq!(page.status, 404);
    nonce(&page);
    let post = b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(exchange(running.address, post).await.status, 405);
}

#[tokio::test]
async fn a_page_names_the_data_sets_that_the_site_has() {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages-data-sets/site");
    fs::create_dir_all(root.join("data")).unwrap();
    let running = start_with(root.clone()).await;
    let named = async || {
        let html = get(running.address, "/", "").await.body_text();
        let (_, rest) = html.split_once("<meta name=\"data-sets\" content=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let mnist = root.join("data/mnist.bin");
    let _ = fs::remove_file(&mnist);
    fs::write(root.join("data/digits.bin"), "digits").unwrap();
    assert_eq!(named().await, "digits");
    fs::write(&mnist, "mnist").unwrap();
    assert_eq!(named().await, "digits mnist");
}
