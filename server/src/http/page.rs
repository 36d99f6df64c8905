//! The web client: embedded in the binary, or from a folder while it is being worked on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use rust_embed::RustEmbed;

use super::reply::{IMMUTABLE, Kept, REVALIDATE, encoding, plain};
use crate::tiles::Encoding;

/// The files that `build.rs` gathered.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/web"]
struct Embedded;

/// Where the web client's files come from.
#[derive(Debug, Clone)]
pub(crate) enum WebSource {
    /// The binary itself.
    Embedded,
    /// A folder, in which files may appear and change.
    Folder(PathBuf),
}

/// A file of the web client.
struct File {
    bytes: Bytes,
    tag: String,
}

impl WebSource {
    async fn read(&self, path: &str) -> Option<File> {
        match self {
            Self::Embedded => {
                let file = Embedded::get(path)?;
                let tag = URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..12]);
                let bytes = match file.data {
                    std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
                };
                Some(File { bytes, tag })
            }
            Self::Folder(folder) => read_from(&folder.join(path)).await,
        }
    }

    const fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }
}

/// A file that cannot be read is as good as none: it may be half written.
async fn read_from(path: &Path) -> Option<File> {
    let metadata = tokio::fs::metadata(path).await.ok().filter(std::fs::Metadata::is_file)?;
    let changed = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let bytes = Bytes::from(tokio::fs::read(path).await.ok()?);
    Some(File { tag: format!("{:x}-{:x}", changed.as_nanos(), bytes.len()), bytes })
}

/// `/` is the page, any other path a file of it.
pub(super) async fn page(State(source): State<Arc<WebSource>>, uri: Uri, request: HeaderMap) -> Response {
    let Some(path) = file_of(uri.path()) else {
        return plain(StatusCode::NOT_FOUND, "there is nothing at this address");
    };
    let mut encoding = encoding(&request);
    let mut found = None;
    if encoding == Encoding::Brotli {
        found = source.read(&format!("{path}.br")).await;
    }
    if found.is_none() {
        encoding = Encoding::Identity;
        found = source.read(path).await;
    }
    let Some(File { bytes, tag }) = found else {
        return plain(StatusCode::NOT_FOUND, "there is nothing at this address");
    };
    let cache_control = if is_hashed(path) && !source.is_folder() { IMMUTABLE } else { REVALIDATE };
    Kept { bytes, encoding, tag, content_type: content_type(path), cache_control }.reply(&request)
}

/// The file that an address names; none if it could lead out of the folder or to what is hidden in it.
fn file_of(address: &str) -> Option<&str> {
    let path = address.strip_prefix('/')?;
    if path.is_empty() {
        return Some("index.html");
    }
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    path.split('/').all(plain).then_some(path)
}

/// Whether a file's name holds a hash of its content: `name-0123abcd.js`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let hash = stem.rsplit_once('-').map_or("", |(_, hash)| hash);
    name.contains('.') && hash.len() >= 8 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "geojson" => "application/geo+json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_inside_the_folder() {
        let cases = [
            ("/", Some("index.html")),
            ("/viewer/viewer-0123abcd.wasm", Some("viewer/viewer-0123abcd.wasm")),
            ("/../secret", None),
            ("/a/../../secret", None),
            ("/.git/config", None),
            ("//etc/passwd", None),
            ("/a/", None),
            ("/%2e%2e/secret", None),
            ("/a\\b", None),
        ];
        for (address, expected) in cases {
            assert_eq!(file_of(address), expected, "{address}");
        }
    }

    #[test]
    fn hashed_names_are_known() {
        let cases = [
            ("viewer-0123abcd.wasm", true),
            ("fonts/noto-0123456789abcdef.ttf", true),
            ("viewer-0123abc.wasm", false),
            ("viewer-0123ABCD.wasm", false),
            ("index.html", false),
            ("0123abcd", false),
        ];
        for (path, expected) in cases {
            assert_eq!(is_hashed(path), expected, "{path}");
        }
    }
}
