//! Logs and metrics of the process.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Upper bounds of the histograms' buckets, seconds: from a kept tile to a deadline.
const BUCKETS_SECS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Sends logs as JSON to standard error, one object a line; `RUST_LOG` chooses what, warnings and our own messages where
/// it is not set. Does nothing if logs go somewhere already.
pub(crate) fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,cloudsite=info"));
    let logs =
        tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr);
    let _there_already = logs.try_init();
}

/// Starts to collect metrics, once in a process.
pub(crate) fn collect_metrics() -> PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    let start = || {
        let builder = PrometheusBuilder::new();
        let recorder = builder.set_buckets(&BUCKETS_SECS).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let metrics = recorder.handle();
        let _there_already = metrics::set_global_recorder(recorder);
        describe();
        metrics
    };
    METRICS.get_or_init(start).clone()
}

fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("cloudsite_requests_total", "Requests by route and code");
    describe_histogram!("cloudsite_request_seconds", Unit::Seconds, "Time to the head of the reply, by route");
    describe_histogram!("cloudsite_tile_build_seconds", Unit::Seconds, "Time to make a tile");
    describe_gauge!("cloudsite_watch_streams", "Watch streams that are open");
    describe_gauge!("cloudsite_snapshot_revision", "The revision that is served");
}
