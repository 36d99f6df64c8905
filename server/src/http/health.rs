//! What an orchestrator and a monitoring system ask for.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

/// The process runs.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// The record is read and requests are welcome; not so once the server stops.
pub(super) async fn ready(State(stop): State<watch::Receiver<bool>>) -> Response {
    if *stop.borrow() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    } else {
        "ready\n".into_response()
    }
}

/// All metrics in the format of Prometheus.
pub(super) async fn metrics(State(metrics): State<PrometheusHandle>) -> Response {
    metrics.run_upkeep();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}
