//! The one server of Peerceptron: it draws the pages, hands out the site's files, and introduces peers to each other.
//!
//! * [`signaling`]: the `/signal` WebSocket, its rooms and its rules;
//! * [`pages`]: the application, drawn on the server;
//! * [`assets`]: the site's files, embedded or from a folder;
//! * [`headers`], [`health`], [`metrics`]: what every answer carries, and what operators ask;
//! * [`serve`]: connections, limits, and an orderly end; [`config`]: flags and environment.
//!
//! It refuses to carry anything but signaling, keeps nothing on disk, and needs no other service.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use server::{
//!     assets::Site, pages, router::router, serve::{ServeConfig, serve}, server::Server, signaling::SignalingConfig,
//! };
//! let site = Site::Folder("target/site".into());
//! let options = pages::options().expect("the environment of cargo leptos, or none");
//! let pages = pages::pages(options, site.clone());
//! let server = Server::new(SignalingConfig::default());
//! let router = router(server.clone(), site, pages);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! serve(listener, router, server, ServeConfig::default(), std::future::pending()).await;
//! # Ok(()) }
//! ```

pub mod assets;
pub mod config;
pub mod headers;
pub mod health;
pub mod ice;
pub mod metrics;
pub mod pages;
pub mod router;
pub mod serve;
pub mod server;
pub mod signaling;
