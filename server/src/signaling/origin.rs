//! Whose pages may use the signaling socket.
//!
//! Browsers send the `Origin` of the page with every WebSocket and let no page change it (RFC 6455, section 10.2);
//! programs that are not browsers send none and are let in.

use axum::http::{HeaderMap, Uri, header};
use std::str::FromStr;

/// Which origins are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OriginPolicy {
    /// Pages from the host that the request was sent to.
    #[default]
    SameHost,
    /// Those pages, and pages from these origins.
    Listed(Vec<AllowedOrigin>),
    /// Any page: a public signaling server.
    Any,
}

/// An origin as browsers write it (RFC 6454, section 6.2): scheme, host, and the port if it is not the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedOrigin(String);

/// A text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an origin: write scheme and host as in `https://example.org` or `http://localhost:8080`, or `*` for any"
)]
pub struct InvalidOrigin(String);

impl OriginPolicy {
    /// The policy that a list of texts describes; `*` among them allows any origin.
    ///
    /// # Errors
    /// [`InvalidOrigin`] names the text that is no origin.
    pub fn from_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidOrigin> {
        let mut listed = Vec::new();
        for text in texts {
            if text == "*" {
                return Ok(Self::Any);
            }
            listed.push(text.parse()?);
        }
        Ok(if listed.is_empty() { Self::SameHost } else { Self::Listed(listed) })
    }

    /// Whether a request with these headers may open a socket.
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        match self {
            Self::Any => true,
            Self::SameHost => same_host(origin, headers),
            Self::Listed(listed) => {
                same_host(origin, headers)
                    || listed.iter().any(|allowed| allowed.0.eq_ignore_ascii_case(origin))
            }
        }
    }
}

fn same_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin_host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((host, origin_host), (Some(host), Some(from)) if host.eq_ignore_ascii_case(from))
}

impl FromStr for AllowedOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let invalid = || InvalidOrigin(text.to_owned());
        let plain = text.strip_suffix('/').unwrap_or(text);
        let uri: Uri = plain.parse().map_err(|_| invalid())?;
        let scheme = uri.scheme_str().ok_or_else(invalid)?;
        let authority = uri.authority().ok_or_else(invalid)?.as_str();
        let bare = uri.path() == "/" && uri.query().is_none() && !authority.contains('@');
        if !bare || !matches!(scheme, "http" | "https") {
            return Err(invalid());
        }
        let own_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(own_port).unwrap_or(authority);
        Ok(Self(format!("{scheme}://{}", authority.to_ascii_lowercase())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn by_default_pages_of_the_same_host_and_programs_are_let_in() {
        let policy = OriginPolicy::default();
        assert!(policy.allows(&headers("a.org", Some("https://a.org"))));
        assert!(policy.allows(&headers("localhost:3000", Some("http://localhost:3000"))));
        assert!(policy.allows(&headers("a.org", None)));
        for other in ["https://b.org", "https://a.org:8443", "https://a.org.b.org", "null", "a.org"]
        {
            assert!(!policy.allows(&headers("a.org", Some(other))), "{other}");
        }
    }

    #[test]
    fn listed_origins_are_let_in_as_browsers_write_them() {
        let policy = OriginPolicy::from_list(["https://B.org:443/", "http://c.org:8080"]).unwrap();
        assert!(policy.allows(&headers("a.org", Some("https://b.org"))));
        assert!(policy.allows(&headers("a.org", Some("http://c.org:8080"))));
        assert!(policy.allows(&headers("a.org", Some("https://a.org"))));
        assert!(!policy.allows(&headers("a.org", Some("http://b.org"))));
        let any = OriginPolicy::from_list(["*"]).unwrap();
        assert!(any.allows(&headers("a.org", Some("null"))));
    }

    #[test]
    fn what_is_no_origin_is_named() {
        for text in
            ["", "b.org", "ftp://b.org", "https://b.org/path", "https://u@b.org", "https://"]
        {
            let error = OriginPolicy::from_list([text]).unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
