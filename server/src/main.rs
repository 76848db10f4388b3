//! The binary: settings in, one server out.

use axum::Router;
use clap::{CommandFactory, error::ErrorKind};
use server::{
    assets::Site, config::Args, health, pages, router::router, serve::serve, server::Server,
    signaling::SignalingConfig,
};
use std::{io::IsTerminal, net::SocketAddr, process::ExitCode};
use tokio::net::TcpListener;
use tracing::{error, info};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::of_process();
    if args.check_health {
        return check_health(args.listen()).await;
    }
    let signaling = args.signaling().unwrap_or_else(|error| refuse("--allowed-origin", &error));
    let filter = EnvFilter::try_new(&args.log)
        .unwrap_or_else(|error| refuse(&format!("--log `{}`", args.log), &error));
    let colours = std::io::stdout().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(colours).init();
    let site = site(&args);
    if let (Some(root), false) = (args.site_root(), site.is_built()) {
        refuse(&format!("--site-root `{}`", root.display()), &NoSite);
    }
    let pages = match pages::options() {
        Ok(options) => pages::pages(options, site.clone()),
        Err(error) => refuse(&format!("one of {}", leptos_variables()), &error),
    };
    run(&args, signaling, site, pages).await
}

async fn run(args: &Args, signaling: SignalingConfig, site: Site, pages: Router) -> ExitCode {
    let address = args.listen();
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            error!(%address, %error, "cannot listen: choose another address with --listen or PORT");
            return ExitCode::FAILURE;
        }
    };
    let server = Server::new(signaling);
    info!(url = format!("http://{address}"), files = ?site, "serving");
    let router = router(server.clone(), site, pages);
    serve(listener, router, server, args.serve(), asked_to_stop()).await;
    ExitCode::SUCCESS
}

/// The embedded files unless a folder is named.
#[cfg(feature = "embed")]
fn site(args: &Args) -> Site {
    args.site_root().map_or(Site::Embedded, |root| Site::Folder(root.clone()))
}

/// The named folder, or where `cargo leptos` leaves the site.
#[cfg(not(feature = "embed"))]
fn site(args: &Args) -> Site {
    Site::Folder(args.site_root().cloned().unwrap_or_else(|| "target/site".into()))
}

async fn check_health(address: SocketAddr) -> ExitCode {
    match health::check(address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("not healthy: {error}");
            ExitCode::FAILURE
        }
    }
}

/// SIGINT (Ctrl-C) or SIGTERM (service managers, containers, `cargo leptos watch`).
#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).expect("the runtime takes signals");
    let (mut interrupt, mut terminate) =
        (listen(SignalKind::interrupt()), listen(SignalKind::terminate()));
    tokio::select! {
        _ = interrupt.recv() => info!("asked to stop by SIGINT"),
        _ = terminate.recv() => info!("asked to stop by SIGTERM"),
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
async fn asked_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
    info!("asked to stop by Ctrl-C");
}

/// The part of the environment that `cargo leptos` sets, as `NAME=value`.
fn leptos_variables() -> String {
    let variables = std::env::vars().filter(|(name, _)| name.starts_with("LEPTOS_"));
    variables.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// A folder was named that is not the site's.
#[derive(Debug, thiserror::Error)]
#[error(
    "this folder has no built site: `{START}` is missing in it; name the folder that `cargo leptos build` has filled",
    START = Site::START
)]
struct NoSite;

fn refuse(flag: &str, error: &dyn std::error::Error) -> ! {
    let message = format!("{flag}: {error}");
    Args::command().error(ErrorKind::ValueValidation, message).exit()
}
