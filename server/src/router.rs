//! Which request goes where.

use crate::{assets::Site, headers, health, metrics, server::Server, signaling};
use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use std::{sync::Arc, time::Duration};
use tower::ServiceExt;
use tower_http::{limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

/// The largest body of a request: the arguments of a server function.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// How long an answer may take to begin.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Everything that `server` answers. `pages` draws what is neither a service nor a file, its own 404 included.
pub fn router(server: Arc<Server>, site: Site, pages: Router) -> Router {
    let files_or_pages = move |request: Request| answer(site.clone(), pages.clone(), request);
    Router::new()
        .route("/signal", get(signaling::upgrade))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::show))
        .with_state(server)
        .fallback(files_or_pages)
        .layer(RequestBodyLimitLayer::new(REQUEST_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER_TIMEOUT))
        .layer(middleware::from_fn(headers::add))
}

async fn answer(site: Site, pages: Router, request: Request) -> Response {
    if let Some(room) = without_slash(request.uri().path()) {
        // Browsers take the part behind `#` along, which is the secret.
        return Redirect::permanent(room).into_response();
    }
    match site.answer(request.method(), request.uri().path(), request.headers()).await {
        Some(file) => file,
        None => pages.oneshot(request).await.into_response(),
    }
}

/// The address of a room, where somebody has put slashes behind it.
fn without_slash(path: &str) -> Option<&str> {
    let room = path.trim_end_matches('/');
    (room.len() < path.len() && room.starts_with("/room/")).then_some(room)
}
