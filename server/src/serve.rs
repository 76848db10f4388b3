//! The listener: HTTP/1.1 connections with limits, and an orderly end.

use crate::server::Server;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;
use tracing::{debug, info, warn};

/// What an operator, or a test, decides about connections.
#[derive(Debug, Clone, Copy)]
pub struct ServeConfig {
    /// Connections that speak HTTP at the same time (those that have become sockets are counted elsewhere): memory and
    /// file descriptors. Beyond it, connections wait to be accepted.
    pub http_connections_max: usize,
    /// How long the head of a request may take, and how long a connection may idle between two.
    pub request_head_timeout: Duration,
    /// How long the end may take, from the signal to the last byte.
    pub shutdown_timeout: Duration,
}

/// Requests waiting in one connection's buffer: the head of a request, with room for long cookies of other software.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// After a failed `accept` (no file descriptor left) it is tried again this much later.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            http_connections_max: 4096,
            request_head_timeout: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(5),
        }
    }
}

/// Serves until `shutdown` is done, then says so to all sockets and waits for connections to end, but not longer than
/// `config.shutdown_timeout`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    server: Arc<Server>,
    config: ServeConfig,
    shutdown: impl Future<Output = ()>,
) {
    let mut connections = Connections::new(router, config);
    let mut shutdown = pin!(shutdown);
    select! {
        () = connections.accept_from(&listener) => {}
        () = &mut shutdown => {}
    }
    info!(limit_ms = config.shutdown_timeout.as_millis() as u64, "shutting down");
    server.lifecycle.stop();
    // Requests are still answered while the sockets close, so that `/readyz` can say 503.
    let sockets_closed = async {
        select! {
            () = connections.accept_from(&listener) => {}
            () = server.places.all_given_up() => {}
        }
        drop(listener);
        connections.finish().await;
    };
    match timeout(config.shutdown_timeout, sockets_closed).await {
        Ok(()) => info!("shut down"),
        Err(_) => warn!("shut down with connections still open"),
    }
}

struct Connections {
    router: Router,
    config: ServeConfig,
    places: Arc<Semaphore>,
    tasks: JoinSet<()>,
    finish: watch::Sender<bool>,
}

impl Connections {
    fn new(router: Router, config: ServeConfig) -> Self {
        Self {
            router,
            config,
            places: Arc::new(Semaphore::new(config.http_connections_max)),
            tasks: JoinSet::new(),
            finish: watch::Sender::new(false),
        }
    }

    /// Never returns: to be raced with what ends it.
    async fn accept_from(&mut self, listener: &TcpListener) {
        loop {
            while self.tasks.try_join_next().is_some() {}
            let Ok(place) = self.places.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, address)) => {
                    let (router, config) = (self.router.clone(), self.config);
                    let connection = Connection { stream, address, router, config };
                    let finish = self.finish.subscribe();
                    self.tasks.spawn(async move {
                        connection.run(finish).await;
                        drop(place);
                    });
                }
                Err(error) => self.accept_failed(&error).await,
            }
        }
    }

    async fn accept_failed(&self, error: &io::Error) {
        let by_client = matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
        );
        if !by_client {
            warn!(%error, "cannot accept a connection");
            sleep(ACCEPT_PAUSE).await;
        }
    }

    /// Lets every connection finish the request it is at.
    async fn finish(&mut self) {
        self.finish.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    config: ServeConfig,
}

impl Connection {
    async fn run(self, mut finish: watch::Receiver<bool>) {
        let told_to_finish = async {
            let _ = finish.wait_for(|finish| *finish).await;
        };
        let _ = self.stream.set_nodelay(true);
        let (router, address) = (self.router, ConnectInfo(self.address));
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(address);
            router.clone().oneshot(request)
        });
        let mut served = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.config.request_head_timeout)
                .max_buf_size(HEAD_BYTES_MAX)
                .serve_connection(TokioIo::new(self.stream), service)
                .with_upgrades()
        );
        let ended = select! {
            ended = served.as_mut() => ended,
            () = told_to_finish => {
                served.as_mut().graceful_shutdown();
                served.await
            }
        };
        if let Err(error) = ended {
            debug!(%error, "connection ended early");
        }
    }
}
