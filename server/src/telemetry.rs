//! Logs and metrics of the process.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::tls::SECONDS_LEFT;

/// Upper bounds of the histograms' buckets, seconds: from a kept tile to a deadline.
const BUCKETS_SECS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Of what little is said in a log, whatever `RUST_LOG` asks for: the core of the media plane, which tells the passwords of
/// connections when it says much, and at its ordinary rate of each packet that it cannot read.
const KEPT_QUIET: [&str; 16] = [
    "rtc",
    "rtc_crypto",
    "rtc_datachannel",
    "rtc_dtls",
    "rtc_ice",
    "rtc_interceptor",
    "rtc_mdns",
    "rtc_media",
    "rtc_rtcp",
    "rtc_rtp",
    "rtc_sctp",
    "rtc_sdp",
    "rtc_shared",
    "rtc_srtp",
    "rtc_stun",
    "rtc_turn",
];

/// Sends logs as JSON to standard error, one object a line; `RUST_LOG` chooses what, warnings and our own messages where
/// it is not set. Does nothing if logs go somewhere already.
pub(crate) fn log_to_stderr() {
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,cloudsite=info"));
    let logs = tracing_subscriber::fmt().json().flatten_event(true);
    let _there_already = logs.with_env_filter(quietened(asked)).with_writer(std::io::stderr).try_init();
}

/// What is asked for, but for what is kept quiet.
fn quietened(asked: EnvFilter) -> EnvFilter {
    let directives = KEPT_QUIET.iter().filter_map(|core| format!("{core}=error").parse().ok());
    directives.fold(asked, EnvFilter::add_directive)
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
    describe_gauge!(SECONDS_LEFT, Unit::Seconds, "Time until the certificate ends that is shown; none without TLS");
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn whoever_asks_for_everything_is_told_no_passwords() {
        let written = tempfile::NamedTempFile::new().unwrap();
        let asked = quietened(EnvFilter::new("trace,rtc_ice=trace"));
        let logs = tracing_subscriber::fmt()
            .with_env_filter(asked)
            .with_writer(Mutex::new(written.reopen().unwrap()))
            .finish();
        tracing::subscriber::with_default(logs, || {
            tracing::debug!(target: "rtc_ice::agent", "a password");
            tracing::warn!(target: "rtc_dtls::handshake::client_hello", "of each connection");
            tracing::warn!(target: "rtc::peer_connection", "of each packet");
            tracing::error!(target: "rtc::peer_connection", "something is wrong");
            tracing::debug!(target: "cloudsite::serve", "our own");
        });
        let written = std::fs::read_to_string(written.path()).unwrap();
        assert_eq!(written.lines().count(), 2, "{written}");
        assert!(written.contains("something is wrong") && written.contains("our own"), "{written}");
    }
}
