//! What an operator can decide, by flags or by environment.

use crate::{
    ice::IceServers,
    serve::ServeConfig,
    signaling::{
        SignalingConfig,
        origin::{InvalidOrigin, OriginPolicy},
    },
};
use axum::http::HeaderName;
use clap::{CommandFactory, FromArgMatches, Parser};
use protocol::limits::ROOM_PEERS_MAX;
use std::{
    env,
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    path::PathBuf,
    time::Duration,
};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// Serves the Peerceptron application and introduces its peers to each other.
///
/// The server draws the pages and carries sealed WebRTC handshakes. Data, models and messages go from device to device
/// and never through it.
#[derive(Debug, Clone, Parser)]
#[command(name = "peerceptron", version)]
pub struct Args {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS:PORT", env = "PEERCEPTRON_LISTEN", value_parser = address)]
    listen: Option<SocketAddr>,

    /// Listens on this port of all addresses; `--listen` comes first
    #[arg(long, value_name = "PORT", env = "PORT")]
    port: Option<u16>,

    /// What `cargo leptos` says the address is; comes last
    #[arg(long, env = "LEPTOS_SITE_ADDR", hide = true)]
    site_addr: Option<SocketAddr>,

    /// STUN or TURN server for the peers (repeatable): `stun:HOST:PORT`, `turn:USER:PASSWORD@HOST:PORT`, or JSON
    #[arg(
        long = "ice-server",
        value_name = "SERVER",
        env = "PEERCEPTRON_ICE_SERVERS",
        hide_env_values = true
    )]
    ice_servers: Vec<IceServers>,

    /// Origin of other pages that may use the signaling here (repeatable), or `*` for any; pages from this host always may
    #[arg(
        long = "allowed-origin",
        value_name = "ORIGIN",
        env = "PEERCEPTRON_ALLOWED_ORIGINS",
        value_delimiter = ','
    )]
    allowed_origins: Vec<String>,

    /// Most peers connected at the same time
    #[arg(
        long,
        value_name = "PEERS",
        env = "PEERCEPTRON_PEERS_MAX",
        default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    peers_max: u32,

    /// Most peers connected at the same time from one address
    #[arg(
        long,
        value_name = "PEERS",
        env = "PEERCEPTRON_PEERS_PER_ADDRESS_MAX",
        default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    peers_per_address_max: u32,

    /// Most peers in one room
    #[arg(
        long,
        value_name = "PEERS",
        env = "PEERCEPTRON_ROOM_PEERS_MAX",
        default_value_t = ROOM_PEERS_MAX as u32,
        value_parser = clap::value_parser!(u32).range(1..=ROOM_PEERS_MAX as i64)
    )]
    room_peers_max: u32,

    /// Header in which a proxy in front of this server names the address of the client, such as `X-Forwarded-For`; only
    /// for a server that cannot be reached past the proxy
    #[arg(long, value_name = "HEADER", env = "PEERCEPTRON_CLIENT_ADDRESS_HEADER")]
    client_address_header: Option<HeaderName>,

    /// How often a peer must send a sign of life; after three missed ones it has left
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "PEERCEPTRON_HEARTBEAT_INTERVAL_MS",
        default_value_t = 5000,
        value_parser = clap::value_parser!(u32).range(100..=600_000)
    )]
    heartbeat_interval_ms: u32,

    /// How long a shutdown may take
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "PEERCEPTRON_SHUTDOWN_TIMEOUT_MS",
        default_value_t = 5000,
        value_parser = clap::value_parser!(u32).range(0..=600_000)
    )]
    shutdown_timeout_ms: u32,

    /// Folder with the built site; a binary with embedded files needs none
    #[arg(long, value_name = "FOLDER", env = "LEPTOS_SITE_ROOT")]
    site_root: Option<PathBuf>,

    /// What to log: error, warn, info, debug, trace, or a filter such as `info,server=debug`
    #[arg(
        long,
        value_name = "LEVEL",
        env = "PEERCEPTRON_LOG",
        default_value = "info",
        value_parser = log_filter
    )]
    pub log: String,

    /// Asks the server that runs with the same settings whether it lives, and exits with 0 if it does
    #[arg(long)]
    pub check_health: bool,
}

/// Where to listen when nobody says otherwise: this machine only.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

impl Args {
    /// The settings of this process. A variable of the environment that is empty counts as not set; anything wrong ends
    /// the process with a sentence.
    pub fn of_process() -> Self {
        Self::read(env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command().mut_args(|arg| {
            let is_empty =
                arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
            if is_empty { arg.env(None::<&str>) } else { arg }
        });
        let matches = command.try_get_matches_from_mut(arguments)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// The address to listen on: `--listen`, or `PORT` on all addresses, or what `cargo leptos` says, or the default.
    pub fn listen(&self) -> SocketAddr {
        let any = |port| SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port);
        self.listen.or(self.port.map(any)).or(self.site_addr).unwrap_or(LISTEN_DEFAULT)
    }

    /// The folder of the site, if one was named.
    pub fn site_root(&self) -> Option<&PathBuf> {
        self.site_root.as_ref()
    }

    /// What was decided about signaling.
    ///
    /// # Errors
    /// [`InvalidOrigin`] names an `--allowed-origin` that is none.
    pub fn signaling(&self) -> Result<SignalingConfig, InvalidOrigin> {
        let origins = self.allowed_origins.iter().map(|origin| origin.trim());
        Ok(SignalingConfig {
            ice_servers: self.ice_servers.iter().flat_map(|servers| servers.0.clone()).collect(),
            origins: OriginPolicy::from_list(origins.filter(|origin| !origin.is_empty()))?,
            sockets_max: self.peers_max as usize,
            sockets_per_address_max: self.peers_per_address_max as usize,
            room_peers_max: self.room_peers_max as usize,
            client_address_header: self.client_address_header.clone(),
            heartbeat_interval: Duration::from_millis(self.heartbeat_interval_ms.into()),
            ..SignalingConfig::default()
        })
    }

    /// What was decided about connections.
    pub fn serve(&self) -> ServeConfig {
        let shutdown_timeout = Duration::from_millis(self.shutdown_timeout_ms.into());
        ServeConfig { shutdown_timeout, ..ServeConfig::default() }
    }
}

/// An address with a port; a name is looked up. Where a name has several addresses it is the first of IPv4, which is what
/// the default is, too.
fn address(text: &str) -> Result<SocketAddr, String> {
    let wanted = "an address and a port are, such as 127.0.0.1:3000 or localhost:3000";
    let found = text.to_socket_addrs().map_err(|error| format!("{error}; {wanted}"))?;
    let mut found: Vec<SocketAddr> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(|| format!("the name has no address; {wanted}"))
}

/// What `tracing` takes as a filter, less what it takes in silence: a word that is no level would be the name of a module
/// that nobody has, and nothing at all would be logged.
fn log_filter(text: &str) -> Result<String, String> {
    let wanted =
        "error, warn, info, debug, trace or off are, or a filter such as info,server=debug";
    for word in text.split(',').map(str::trim).filter(|part| !part.contains('=')) {
        word.parse::<LevelFilter>().map_err(|_| format!("`{word}` is no level; {wanted}"))?;
    }
    EnvFilter::try_new(text).map_err(|error| format!("{error}; {wanted}"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(list: &[&str]) -> Args {
        Args::try_parse_from([&["peerceptron"], list].concat()).unwrap()
    }

    #[test]
    fn the_address_follows_its_order() {
        assert_eq!(args(&[]).listen(), LISTEN_DEFAULT);
        let site_addr = ["--site-addr", "127.0.0.1:3100"];
        assert_eq!(args(&site_addr).listen(), "127.0.0.1:3100".parse().unwrap());
        let port = [&site_addr[..], &["--port", "8080"]].concat();
        assert_eq!(args(&port).listen(), "0.0.0.0:8080".parse().unwrap());
        let listen = [&port[..], &["--listen", "[::1]:9000"]].concat();
        assert_eq!(args(&listen).listen(), "[::1]:9000".parse().unwrap());
    }

    #[test]
    fn a_bad_value_is_named() {
        let cases: [&[&str]; 10] = [
            &["--listen", "nowhere"],
            &["--log", "banana"],
            &["--log", "server=banana"],
            &["--port", "99999"],
            &["--ice-server", "http://x"],
            &["--peers-max", "0"],
            &["--peers-per-address-max", "many"],
            &["--room-peers-max", "2049"],
            &["--client-address-header", "X Real IP"],
            &["--heartbeat-interval-ms", "1"],
        ];
        for case in cases {
            let list = [&["peerceptron"], case].concat();
            let error = Args::try_parse_from(list).unwrap_err().to_string();
            assert!(error.contains(case[0]) && error.contains(case[1]), "{error}");
        }
        let error = args(&["--allowed-origin", "a.org"]).signaling().unwrap_err().to_string();
        assert!(error.contains("`a.org`"), "{error}");
    }

    #[test]
    fn a_name_is_looked_up() {
        let listen = args(&["--listen", "localhost:3467"]).listen();
        assert!(listen.ip().is_loopback() && listen.port() == 3467, "{listen}");
    }

    #[test]
    fn levels_and_filters_say_what_is_logged() {
        for log in ["info", "WARN", "off", "info,server=debug", "[connection]=debug"] {
            assert_eq!(args(&["--log", log]).log, log);
        }
    }

    #[test]
    fn lists_come_as_repeated_flags_or_in_one_value() {
        let args = args(&["--ice-server", "stun:a.org stun:b.org", "--ice-server", "stun:c.org"]);
        assert_eq!(args.signaling().unwrap().ice_servers.len(), 3);
        let origins = ["--allowed-origin", "https://a.org, https://b.org"];
        let policy = super::Args::try_parse_from([&["peerceptron"], &origins[..]].concat());
        let policy = policy.unwrap().signaling().unwrap().origins;
        assert!(matches!(policy, OriginPolicy::Listed(listed) if listed.len() == 2));
    }
}
