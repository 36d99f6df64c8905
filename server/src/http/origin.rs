//! Where a request believes the server to be.

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Request};

/// Writes the host that a request of HTTP/2 names in its address where one of HTTP/1.1 does.
pub(super) fn name_host<B>(request: &mut Request<B>) {
    let named = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(named) = named {
        request.headers_mut().entry(HOST).or_insert(named);
    }
}

/// Scheme and host as the caller addressed them, also through a proxy that says so.
pub(crate) fn origin(request: &HeaderMap) -> String {
    let text = |name: &str| request.get(name).and_then(|value| value.to_str().ok());
    let scheme = text("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    let host = text("x-forwarded-host").or_else(|| text(HOST.as_str())).unwrap_or("localhost");
    format!("{scheme}://{host}")
}
