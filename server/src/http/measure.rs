//! Counts requests by route and code, and how long they take.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{StatusCode, Uri};
use metrics::{Counter, Histogram, SharedString};

use crate::access;

const REQUESTS: &str = "cloudsite_requests_total";
const SECONDS: &str = "cloudsite_request_seconds";

/// The route of what has none.
const OTHER: &str = "other";

const GRPC_STATUS: &str = "grpc-status";

/// The layer of what is no call. Routes are those of the router, so there are never more than these, whatever is asked for.
pub(super) async fn count(request: Request, next: Next) -> Response {
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) if !path.as_str().contains("{*") => path.as_str().to_owned(),
        _ => OTHER.to_owned(),
    };
    let started = Instant::now();
    let response = next.run(request).await;
    metrics::histogram!(SECONDS, "route" => route.clone()).record(told(&route, started, &response));
    counted(route, &response);
    response
}

/// Counts the calls of each method of the contract.
#[derive(Clone)]
pub(super) struct CallCounts(Arc<HashMap<&'static str, CallCount>>);

/// What is counted of a method at most of its calls: looking up what to count by takes longer than counting.
struct CallCount {
    answered: Counter,
    seconds: Histogram,
}

impl CallCounts {
    /// For all methods.
    pub(super) fn new() -> Self {
        let of = |route: &'static str| CallCount {
            answered: metrics::counter!(REQUESTS, "route" => route, "code" => StatusCode::OK.as_str()),
            seconds: metrics::histogram!(SECONDS, "route" => route),
        };
        let routes = access::rules().map(|rule| rule.method).chain([OTHER]);
        Self(Arc::new(routes.map(|route| (route, of(route))).collect()))
    }

    /// Counts a call at `path`.
    pub(super) async fn count<B>(self, path: Uri, call: impl Future<Output = http::Response<B>>) -> http::Response<B> {
        let route = access::rule(path.path()).map_or(OTHER, |rule| rule.method);
        let started = Instant::now();
        let response = call.await;
        let elapsed_secs = told(route, started, &response);
        let count = &self.0[route];
        count.seconds.record(elapsed_secs);
        if response.status() == StatusCode::OK && !response.headers().contains_key(GRPC_STATUS) {
            count.answered.increment(1);
        } else {
            counted(route, &response);
        }
        response
    }
}

/// Tells the log of an answer, and how long it took, seconds.
fn told<B>(route: &str, started: Instant, response: &http::Response<B>) -> f64 {
    let elapsed_secs = started.elapsed().as_secs_f64();
    tracing::debug!(route, code = code(response), elapsed_ms = elapsed_secs * 1e3, "answered");
    elapsed_secs
}

fn counted<B>(route: impl Into<SharedString>, response: &http::Response<B>) {
    metrics::counter!(REQUESTS, "route" => route.into(), "code" => code(response)).increment(1);
}

/// `grpc-N` if a call was refused before its body, else the status of HTTP. A call that sends a body ends in trailers,
/// which come too late to be counted here.
fn code<B>(response: &http::Response<B>) -> String {
    match response.headers().get(GRPC_STATUS).and_then(|value| value.to_str().ok()) {
        Some(code) => format!("grpc-{code}"),
        None => response.status().as_u16().to_string(),
    }
}
