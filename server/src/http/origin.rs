//! Where a request believes the server to be.

use http::HeaderMap;
use http::header::HOST;

/// Scheme and host as the caller addressed them, also through a proxy that says so.
pub(crate) fn origin(request: &HeaderMap) -> String {
    let text = |name: &str| request.get(name).and_then(|value| value.to_str().ok());
    let scheme = text("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    let host = text("x-forwarded-host").or_else(|| text(HOST.as_str())).unwrap_or("localhost");
    format!("{scheme}://{host}")
}
