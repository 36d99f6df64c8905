//! Counts requests by route and code, and how long they take.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::access;

/// The layer. Routes are those of the router and the methods of the contract, so there are never more than these,
/// whatever is asked for.
pub(super) async fn count(request: Request, next: Next) -> Response {
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) if !path.as_str().contains("{*") => path.as_str().to_owned(),
        _ if access::rule(request.uri().path()).is_some() => request.uri().path().to_owned(),
        _ => "other".to_owned(),
    };
    let started = Instant::now();
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let code = code(response.status(), response.headers());
    tracing::debug!(route, code, elapsed_ms = elapsed.as_secs_f64() * 1e3, "answered");
    metrics::counter!("cloudsite_requests_total", "route" => route.clone(), "code" => code).increment(1);
    metrics::histogram!("cloudsite_request_seconds", "route" => route).record(elapsed.as_secs_f64());
    response
}

/// `grpc-N` if a call was refused before its body, else the status of HTTP. A call that sends a body ends in trailers,
/// which come too late to be counted here.
fn code(status: StatusCode, headers: &HeaderMap) -> String {
    match headers.get("grpc-status").and_then(|value| value.to_str().ok()) {
        Some(code) => format!("grpc-{code}"),
        None => status.as_u16().to_string(),
    }
}
