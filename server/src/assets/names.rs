//! Which paths can name a file, and what kind of file a name stands for.

/// The longest path that a file of the site has.
const PATH_CHARS_MAX: usize = 200;

/// Whether a path consists of ordinary names: no hidden files, no way up, nothing to decode. The site's files are named
/// so; anything else is not looked for at all.
pub(super) fn is_plain(path: &str) -> bool {
    path.len() <= PATH_CHARS_MAX
        && path.split('/').all(|name| {
            !name.is_empty()
                && !name.starts_with('.')
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        })
}

/// The media type that a name's ending stands for. Bytes of an unknown kind are only ever bytes (`nosniff` is set).
pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" | "ts" | "md" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ordinary_names_are_looked_for() {
        for path in
            ["favicon.svg", "pkg/peerceptron_bg.wasm", "sdk/peerceptron.d.ts", "data/a-b.bin"]
        {
            assert!(is_plain(path), "{path}");
        }
        let long = "a".repeat(201);
        for path in [
            "", "/", "a//b", "a/", "..", "a/../b", ".env", "a/.git/b", "a\\b", "a%2e", "a b", "é",
            &long,
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn browsers_get_the_types_they_insist_on() {
        assert_eq!(content_type("a.wasm"), "application/wasm");
        assert_eq!(content_type("a.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("digits.bin"), "application/octet-stream");
        assert_eq!(content_type("peerceptron.d.ts"), "text/plain; charset=utf-8");
    }
}
