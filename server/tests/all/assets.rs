//! Files of the site: types, compressed forms, revalidation, and no way out of the folder.

use crate::common::{Running, exchange, get, start_site};
use server::{serve::ServeConfig, signaling::SignalingConfig};
use std::{fs, path::PathBuf};

/// A site in a folder of its own, beside a file that must not be served.
async fn site(name: &str) -> Running {
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("assets-{name}"));
    let root = base.join("site");
    fs::create_dir_all(root.join("sdk")).unwrap();
    fs::create_dir_all(root.join("pkg")).unwrap();
    for (path, content) in [
        ("secret.txt", "secret"),
        ("site/.hidden", "secret"),
        ("site/pkg/app.wasm", "wasm, plain"),
        ("site/pkg/app.wasm.br", "wasm, brotli"),
        ("site/pkg/app.wasm.gz", "wasm, gzip"),
        ("site/pkg/app.css", "css"),
        ("site/sdk/peerceptron.js", "module"),
        ("site/digits.bin", "digits"),
    ] {
        fs::write(base.join(path), content).unwrap();
    }
    start_site(SignalingConfig::default(), ServeConfig::default(), root).await
}

#[tokio::test]
async fn files_come_with_their_type_and_in_the_best_accepted_form() {
    let running = site("types").await;
    let cases = [
        ("accept-encoding: gzip, deflate, br\r\n", "wasm, brotli", Some("br")),
        ("accept-encoding: gzip\r\n", "wasm, gzip", Some("gzip")),
        ("", "wasm, plain", None),
    ];
    for (headers, body, encoding) in cases {
        let answer = get(running.address, "/pkg/app.wasm", headers).await;
        assert_eq!((answer.status, answer.body_text().as_str()), (200, body));
        assert_eq!(answer.header("content-type"), Some("application/wasm"));
        assert_eq!(answer.header("content-encoding"), encoding);
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(answer.header("content-length"), Some(body.len().to_string().as_str()));
    }
    let css = get(running.address, "/pkg/app.css?v=1", "accept-encoding: br\r\n").await;
    assert_eq!((css.status, css.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert_eq!(css.header("content-encoding"), None);
    let digits = get(running.address, "/digits.bin", "").await;
    assert_eq!(digits.header("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again_and_each_form_has_its_own_tag() {
    let running = site("tags").await;
    let plain = get(running.address, "/pkg/app.wasm", "").await;
    let brotli = get(running.address, "/pkg/app.wasm", "accept-encoding: br\r\n").await;
    let (plain_tag, tag) = (plain.header("etag").unwrap(), brotli.header("etag").unwrap());
    assert_ne!(plain_tag, tag);
    assert_eq!(brotli.header("cache-control"), Some("no-cache"));
    let known = format!("accept-encoding: br\r\nif-none-match: \"other\", {tag}\r\n");
    let again = get(running.address, "/pkg/app.wasm", &known).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(tag));
    let other = format!("if-none-match: {tag}\r\n");
    assert_eq!(get(running.address, "/pkg/app.wasm", &other).await.status, 200);
}

#[tokio::test]
async fn a_head_request_gets_the_head_only() {
    let running = site("head").await;
    let request = b"HEAD /digits.bin HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = exchange(running.address, request).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), Some("6"));
}

#[tokio::test]
async fn the_module_for_other_pages_can_be_loaded_by_them_and_nothing_else_can() {
    let running = site("sdk").await;
    let module = get(running.address, "/sdk/peerceptron.js", "origin: https://a.org\r\n").await;
    assert_eq!(module.status, 200);
    assert_eq!(module.header("access-control-allow-origin"), Some("*"));
    assert_eq!(module.header("cross-origin-resource-policy"), Some("cross-origin"));
    let own = get(running.address, "/pkg/app.css", "origin: https://a.org\r\n").await;
    assert_eq!(own.header("access-control-allow-origin"), None);
    assert_eq!(own.header("cross-origin-resource-policy"), Some("same-origin"));
}

#[tokio::test]
async fn nothing_outside_the_folder_and_nothing_hidden_is_served() {
    let running = site("outside").await;
    for path in [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/pkg/..%5c..%5csecret.txt",
        "//secret.txt",
        "/.hidden",
        "/pkg/./../.hidden",
        "/pkg",
        "/pkg/",
        "/pkg/app.wasm/",
        "/pkg/app.wasm%00",
    ] {
        let answer = get(running.address, path, "").await;
        assert_ne!(answer.status, 200, "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn files_are_only_read() {
    let running = site("methods").await;
    let request = b"DELETE /digits.bin HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert_eq!(exchange(running.address, request).await.status, 404);
    assert_eq!(get(running.address, "/digits.bin", "").await.status, 200);
}
