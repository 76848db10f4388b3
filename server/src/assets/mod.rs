//! The site's files: style, WebAssembly, worker, data, and the module for other people's pages.
//!
//! They come out of the binary (feature `embed`) or out of the site folder, and are answered alike: under stable names,
//! with a strong `ETag` that is a hash of what is sent and `Cache-Control: no-cache`, so that a browser asks every time
//! and downloads only what has changed. Compressed forms lie beside the files as `.br` and `.gz`.

#[cfg(feature = "embed")]
mod embedded;
mod folder;
mod names;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use names::{content_type, is_plain};
use std::{borrow::Cow, path::PathBuf};

/// Where the site's files are.
#[derive(Debug, Clone)]
pub enum Site {
    /// In the binary.
    #[cfg(feature = "embed")]
    Embedded,
    /// In a folder, as `cargo leptos` leaves it.
    Folder(PathBuf),
}

/// The content of a file, and the hash that names it.
pub(crate) struct Content {
    bytes: Cow<'static, [u8]>,
    sha256: [u8; 32],
}

/// Forms in which a file may lie there, best first: what a browser calls them, and how their names end.
const COMPRESSED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

impl Site {
    /// The file with which every page starts.
    pub const START: &str = "pkg/peerceptron.js";

    /// Whether this is a site at all, and not any other folder.
    pub fn is_built(&self) -> bool {
        self.has(Self::START)
    }

    /// Answers a request for a file; `None` if there is no such file, or if it is not files that are asked for.
    pub async fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Option<Response> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let path = path.strip_prefix('/').filter(|path| is_plain(path))?;
        let (encoding, content) = self.best_form(path, headers).await?;
        let etag = format!("\"{}\"", base16ct::lower::encode_string(&content.sha256[..16]));
        let mut answer = if knows(headers, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            whole(path, encoding, content)
        };
        let headers = answer.headers_mut();
        headers.insert(header::ETAG, HeaderValue::try_from(etag).expect("hexadecimal digits"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        Some(answer)
    }

    /// Whether there is a file at `path`, such as `data/digits.bin`.
    pub fn has(&self, path: &str) -> bool {
        is_plain(path)
            && match self {
                #[cfg(feature = "embed")]
                Self::Embedded => embedded::has(path),
                Self::Folder(root) => root.join(path).is_file(),
            }
    }

    async fn best_form(
        &self,
        path: &str,
        headers: &HeaderMap,
    ) -> Option<(Option<&'static str>, Content)> {
        for (encoding, ending) in COMPRESSED {
            if accepts(headers, encoding)
                && let Some(content) = self.read(&format!("{path}{ending}")).await
            {
                return Some((Some(encoding), content));
            }
        }
        Some((None, self.read(path).await?))
    }

    async fn read(&self, path: &str) -> Option<Content> {
        match self {
            #[cfg(feature = "embed")]
            Self::Embedded => embedded::read(path),
            Self::Folder(root) => folder::read(root, path).await,
        }
    }
}

fn whole(path: &str, encoding: Option<&'static str>, content: Content) -> Response {
    let body = match content.bytes {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut answer = Response::new(body);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    answer
}

/// Whether the browser has this very content already (RFC 9110, section 13.1.2).
fn knows(headers: &HeaderMap, etag: &str) -> bool {
    list(headers, header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

/// Whether a content coding is accepted (RFC 9110, section 12.5.3); `*` is not taken as a wish for it.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    list(headers, header::ACCEPT_ENCODING).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        named && quality.is_none_or(|q| q.parse::<f32>().is_ok_and(|q| q > 0.0))
    })
}

fn list(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_used_only_if_it_is_accepted() {
        let cases = [
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("BR", true),
            ("br;q=0", false),
            ("gzip", false),
            ("*", false),
            ("", false),
        ];
        for (header, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, header.parse().unwrap());
            assert_eq!(accepts(&headers, "br"), expected, "{header}");
        }
    }
}
