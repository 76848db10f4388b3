//! STUN and TURN servers as an operator writes them.

use protocol::signaling::IceServer;
use std::str::FromStr;

/// One value of `--ice-server`: JSON as browsers take it, or addresses separated by spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceServers(pub Vec<IceServer>);

/// A text does not describe ICE servers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidIceServer {
    /// It begins like JSON.
    #[error(
        "not an ICE server or a list of them in JSON ({problem}): write {{\"urls\":[\"turn:example.org:3478\"],\"username\":\"u\",\"credential\":\"p\"}}"
    )]
    Json {
        /// What the JSON reader found.
        problem: String,
    },
    /// An address that browsers would refuse.
    #[error(
        "`{url}` is not the address of an ICE server: write `stun:example.org:3478`, or `turn:user:password@example.org:3478` (also stuns, turns, ?transport=tcp)"
    )]
    Url {
        /// The address, without any password.
        url: String,
    },
    /// Browsers refuse a TURN server without an account.
    #[error(
        "`{url}` needs an account: write `turn:user:password@example.org:3478`, or `username` and `credential` in JSON"
    )]
    NoAccount {
        /// The address.
        url: String,
    },
}

impl FromStr for IceServers {
    type Err = InvalidIceServer;

    fn from_str(text: &str) -> Result<Self, InvalidIceServer> {
        let text = text.trim();
        let servers = match text.chars().next() {
            Some('[') => from_json(text)?,
            Some('{') => vec![from_json(text)?],
            _ => text.split_whitespace().map(from_url).collect::<Result<_, _>>()?,
        };
        for server in &servers {
            check(server)?;
        }
        Ok(Self(servers))
    }
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, InvalidIceServer> {
    serde_json::from_str(text)
        .map_err(|error| InvalidIceServer::Json { problem: error.to_string() })
}

/// `scheme:host`, or `scheme:user:password@host`; a password may contain `@`, a host cannot.
fn from_url(text: &str) -> Result<IceServer, InvalidIceServer> {
    let invalid = |url: &str| InvalidIceServer::Url { url: url.to_owned() };
    let (scheme, rest) = text.split_once(':').ok_or_else(|| invalid(text))?;
    let Some((account, host)) = rest.rsplit_once('@') else {
        return Ok(IceServer { urls: vec![text.to_owned()], username: None, credential: None });
    };
    let url = format!("{scheme}:{host}");
    let (username, credential) = account.split_once(':').ok_or_else(|| invalid(&url))?;
    Ok(IceServer {
        urls: vec![url],
        username: Some(username.to_owned()),
        credential: Some(credential.to_owned()),
    })
}

fn check(server: &IceServer) -> Result<(), InvalidIceServer> {
    if server.urls.is_empty() {
        return Err(InvalidIceServer::Json { problem: "`urls` is empty".to_owned() });
    }
    for url in &server.urls {
        let relays = match url.split_once(':') {
            Some(("stun" | "stuns", host)) if is_host(host) => false,
            Some(("turn" | "turns", host)) if is_host(host) => true,
            _ => return Err(InvalidIceServer::Url { url: url.clone() }),
        };
        if relays && (server.username.is_none() || server.credential.is_none()) {
            return Err(InvalidIceServer::NoAccount { url: url.clone() });
        }
    }
    Ok(())
}

/// Host, port and `?transport=` (RFC 7064, RFC 7065), as far as it takes to notice a slip.
fn is_host(text: &str) -> bool {
    let (host, transport) = match text.split_once('?') {
        Some((host, query)) => (host, Some(query)),
        None => (text, None),
    };
    let transport_is_known = matches!(transport, None | Some("transport=udp" | "transport=tcp"));
    let port_is_number = match host.rsplit_once(':') {
        Some((_, port)) if !host.ends_with(']') => port.parse::<u16>().is_ok(),
        _ => true,
    };
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
    !host.is_empty() && !host.starts_with(':') && transport_is_known && port_is_number && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(url: &str) -> IceServer {
        IceServer { urls: vec![url.to_owned()], username: None, credential: None }
    }

    #[test]
    fn addresses_are_read_with_and_without_an_account() {
        let text = "stun:stun.example.org stuns:[2001:db8::1]:5349 turn:u:p@ss@t.example.org:3478?transport=tcp";
        let turn = IceServer {
            urls: vec!["turn:t.example.org:3478?transport=tcp".to_owned()],
            username: Some("u".to_owned()),
            credential: Some("p@ss".to_owned()),
        };
        let expected = vec![stun("stun:stun.example.org"), stun("stuns:[2001:db8::1]:5349"), turn];
        assert_eq!(text.parse(), Ok(IceServers(expected)));
    }

    #[test]
    fn json_is_read_alone_and_as_a_list() {
        let one = r#"{"urls":["stun:a.org:3478"]}"#;
        assert_eq!(one.parse(), Ok(IceServers(vec![stun("stun:a.org:3478")])));
        assert_eq!(format!("[{one}, {one}]").parse::<IceServers>().unwrap().0.len(), 2);
        assert_eq!("".parse(), Ok(IceServers(Vec::new())));
    }

    #[test]
    fn slips_are_named_and_passwords_are_not() {
        for text in [
            "example.org",
            "http://a.org",
            "stun:",
            "stun:a.org:port",
            "stun://a.org",
            "turn:a.org?x=1",
        ] {
            let error = text.parse::<IceServers>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
        let error = "turn:a.org".parse::<IceServers>().unwrap_err();
        assert_eq!(error, InvalidIceServer::NoAccount { url: "turn:a.org".to_owned() });
        let error = "trun:user:secret@a.org".parse::<IceServers>().unwrap_err().to_string();
        assert!(error.contains("`trun:a.org`") && !error.contains("secret"), "{error}");
        for text in ["{", r#"{"url":"stun:a.org"}"#, r#"{"urls":[]}"#] {
            let error = text.parse::<IceServers>().unwrap_err();
            assert!(matches!(error, InvalidIceServer::Json { .. }), "{error}");
        }
    }
}
