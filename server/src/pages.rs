//! The application's pages, drawn on the server: what people see before their browser has loaded anything.
//!
//! Every page gets a policy of its own, whose nonce is that of the page's scripts.

use crate::{assets::Site, headers::content_security_policy};
use app::AvailableSets;
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
};
use leptos::{
    config::{Env, LeptosOptions, errors::LeptosConfigError, get_configuration},
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use tower_http::compression::CompressionLayer;

/// What the site's bundle is called, as in `[[workspace.metadata.leptos]]`.
const OUTPUT_NAME: &str = "peerceptron";

/// The options that `cargo leptos` sets in the environment; those of a release where it does not run.
///
/// # Errors
/// Names the variable of the environment that has an impossible value.
pub fn options() -> Result<LeptosOptions, LeptosConfigError> {
    if std::env::var_os("LEPTOS_OUTPUT_NAME").is_some() {
        return Ok(get_configuration(None)?.leptos_options);
    }
    Ok(LeptosOptions::builder().output_name(OUTPUT_NAME).env(Env::PROD).build())
}

/// Draws the application's routes and server functions, and its own page for everything else. Pages name the data sets
/// that are among the files of `site`.
pub fn pages(options: LeptosOptions, site: Site) -> Router {
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let prepare = move || {
        set_headers();
        provide_context(AvailableSets::among(|path| site.has(path)));
    };
    let draw_unknown = render_app_async_with_context(prepare.clone(), shell.clone());
    let unknown = move |request: Request<Body>| async move {
        let mut page = draw_unknown(request).await;
        if page.status() == StatusCode::OK {
            *page.status_mut() = StatusCode::NOT_FOUND;
        }
        page
    };
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(app::App), prepare, shell)
        .fallback(unknown)
        .with_state(options)
        // Sixteen kilobytes become four. What a page holds is no secret that its length could tell.
        .layer(CompressionLayer::new())
}

/// Runs where a page is about to be drawn, and its nonce is known.
fn set_headers() {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let policy = content_security_policy(use_nonce().as_deref());
    let policy = HeaderValue::from_str(&policy).expect("a nonce is printable ASCII");
    response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    // A page out of a cache would carry a nonce that has been seen.
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
}
