//! gRPC-Web over the browser's fetch.

use std::time::Duration;

use crate::LinkError;

/// What carries the calls.
pub(crate) type Transport = tonic_web_wasm_client::Client;

/// A transport to the server at `base_url`.
#[expect(clippy::unnecessary_wraps, reason = "natively a malformed address is refused here")]
pub(crate) fn transport(base_url: &str, _: Option<&[u8]>) -> Result<Transport, LinkError> {
    Ok(Transport::new(base_url.trim_end_matches('/').to_owned()))
}

/// Waits.
pub(crate) async fn sleep(time: Duration) {
    gloo_timers::future::sleep(time).await;
}
