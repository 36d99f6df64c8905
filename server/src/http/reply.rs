//! Replies that a cache can keep.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::tiles::Encoding;

/// For what never changes under its address.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// For what has to be asked for again, by its entity tag.
pub(super) const REVALIDATE: &str = "no-cache";

/// How long a reply may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// It never changes under its address.
    ForEver,
    /// It has to be asked for again, by its entity tag.
    AskAgain,
}

impl Keeping {
    /// The value of `Cache-Control`; what is not for everyone is for no shared cache.
    pub(super) const fn header(self, is_public: bool) -> &'static str {
        match (self, is_public) {
            (Self::ForEver, true) => IMMUTABLE,
            (Self::ForEver, false) => "private, max-age=31536000, immutable",
            (Self::AskAgain, true) => REVALIDATE,
            (Self::AskAgain, false) => "private, no-cache",
        }
    }
}

/// Marks a reply that depends on who asks; what is public, any page may read.
pub(super) fn for_reader(mut response: Response, is_public: bool) -> Response {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding, authorization, cookie, cloudsite-tier"));
    if is_public {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

/// A body with what caches have to know of it.
pub(super) struct Kept {
    /// The bytes, encoded already.
    pub(super) bytes: Bytes,
    /// How they are encoded.
    pub(super) encoding: Encoding,
    /// The hash of the content, or whatever else changes with it; made of letters, digits, dashes and underscores.
    pub(super) tag: String,
    /// The media type.
    pub(super) content_type: &'static str,
    /// How long it may be kept.
    pub(super) cache_control: &'static str,
}

impl Kept {
    /// The reply to a request with these headers: 304 if the caller has it already.
    pub(super) fn reply(self, request: &HeaderMap) -> Response {
        // A strong tag names the bytes, so each encoding has its own.
        let tag = match self.encoding.content_encoding() {
            Some(encoding) => format!("\"{}-{encoding}\"", self.tag),
            None => format!("\"{}\"", self.tag),
        };
        let mut response = if has(request, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(self.bytes));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if let Some(encoding) = self.encoding.content_encoding() {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

/// Whether the caller has what `tag` names, by its `If-None-Match`.
fn has(request: &HeaderMap, tag: &str) -> bool {
    let given = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).map(str::trim).any(|given| {
        // The comparison is the weak one: what a proxy marked as weak is still the same content.
        given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag
    })
}

/// The best encoding that the caller takes.
pub(super) fn encoding(request: &HeaderMap) -> Encoding {
    let header = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Encoding::accepted(header)
}

/// A refusal in plain words.
pub(super) fn plain(status: StatusCode, text: impl std::fmt::Display) -> Response {
    (status, [(CACHE_CONTROL, REVALIDATE)], format!("{text}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_as_http_says() {
        let cases = [
            ("\"a-br\"", true),
            ("W/\"a-br\"", true),
            ("\"x\", \"a-br\"", true),
            ("*", true),
            ("\"a\"", false),
            ("a-br", false),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(given).unwrap());
            assert_eq!(has(&headers, "\"a-br\""), expected, "{given}");
        }
    }

    #[test]
    fn the_best_encoding_that_is_taken_is_given() {
        let cases = [
            ("gzip, deflate, br", Encoding::Brotli),
            ("gzip;q=0.5", Encoding::Gzip),
            ("br;q=0, gzip", Encoding::Gzip),
            ("BR", Encoding::Brotli),
            ("deflate", Encoding::Identity),
            ("", Encoding::Identity),
        ];
        for (given, expected) in cases {
            assert_eq!(Encoding::accepted(given), expected, "{given:?}");
        }
    }
}
