//! The headers on every answer: what a page from this server may do, and what others may do with it.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Where the module for other people's pages lives: the one folder that pages of other origins may read.
const SHARED_FOLDER: &str = "/sdk/";

const REFERRER_POLICY: &str = "no-referrer";
/// The camera stays with this site: browsers give a page that may use it the addresses of the local network, and
/// without those two devices on one network cannot always find a direct path. Everything else is off.
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), browsing-topics=(), \
     camera=(self), display-capture=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()";

/// Adds what an answer has not set itself.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let shared = request.uri().path().starts_with(SHARED_FOLDER);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    set_missing(headers, header::CONTENT_SECURITY_POLICY, &content_security_policy(None));
    set_missing(headers, header::REFERRER_POLICY, REFERRER_POLICY);
    set_missing(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set_missing(headers, header::X_FRAME_OPTIONS, "DENY");
    set_missing(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
    let isolation = [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", if shared { "cross-origin" } else { "same-origin" }),
    ];
    for (name, value) in isolation {
        set_missing(headers, HeaderName::from_static(name), value);
    }
    if shared {
        set_missing(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    response
}

/// The policy for a page whose scripts carry `nonce`, or for an answer with no scripts of its own.
///
/// Sockets may go anywhere because people may choose another signaling server; nothing else may.
pub fn content_security_policy(nonce: Option<&str>) -> String {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; worker-src 'self'; \
         connect-src 'self' ws: wss:; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
         form-action 'self'"
    )
}

fn set_missing(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).expect("the policies are printable ASCII");
    headers.entry(name).or_insert(value);
}

#[cfg(test)]
mod tests {
    use super::content_security_policy;

    #[test]
    fn scripts_need_a_nonce_and_never_unsafe_inline() {
        let policy = content_security_policy(Some("abc"));
        assert!(policy.contains("script-src 'self' 'nonce-abc' 'wasm-unsafe-eval';"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(content_security_policy(None).contains("script-src 'self' 'wasm-unsafe-eval';"));
    }
}
