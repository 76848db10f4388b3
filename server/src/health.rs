//! `/healthz` and `/readyz`, and the client that a container's health check uses.

use crate::server::Server;
use axum::{extract::State, http::StatusCode};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long a health check may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);

/// The server lives.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The server takes new peers.
pub(crate) async fn readyz(State(server): State<Arc<Server>>) -> (StatusCode, &'static str) {
    if server.lifecycle.is_stopping() {
        (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

/// Asks the server that listens on `address` whether it lives.
///
/// # Errors
/// An [`io::Error`] whose text says what happened instead.
pub async fn check(address: SocketAddr) -> Result<(), io::Error> {
    let asked = timeout(CHECK_TIMEOUT, status_line(address)).await;
    let line = asked.map_err(|_| {
        io::Error::other(format!("no answer from {address} within {} s", CHECK_TIMEOUT.as_secs()))
    })??;
    if line.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    Err(io::Error::other(format!("{address} answered `{line}` to GET /healthz")))
}

async fn status_line(address: SocketAddr) -> Result<String, io::Error> {
    let mut stream = TcpStream::connect(reachable(address)).await?;
    let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}

/// A server that listens on all addresses is asked on the loopback one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback: [std::net::IpAddr; 2] =
            [std::net::Ipv4Addr::LOCALHOST.into(), std::net::Ipv6Addr::LOCALHOST.into()];
        address.set_ip(loopback[usize::from(address.is_ipv6())]);
    }
    address
}
