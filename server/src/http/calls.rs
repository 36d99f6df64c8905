//! Limits of gRPC calls: how many at a time, and how long each.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use tokio::sync::Semaphore;
use tonic::Status;

use crate::access::{Rule, Span};

/// Calls with one answer at a time. They take milliseconds, so more than this many means trouble, and the next one is
/// refused rather than queued.
const MAX_CALLS: usize = 512;

/// How long a call with one answer may take, whatever its caller would allow.
const MAX_DEADLINE: Duration = Duration::from_secs(30);

/// Counts calls.
#[derive(Clone)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(MAX_CALLS)) }
    }
}

/// The layer: admits a call if there is a place, and ends it at its deadline. Streams are limited where they are made.
pub(super) async fn limit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let answers = request.extensions().get::<Rule>().is_some_and(|rule| rule.span == Span::Answer);
    if !answers {
        return next.run(request).await;
    }
    let Ok(_place) = gate.places.try_acquire() else {
        return Status::resource_exhausted("there are as many calls as this server takes; try again").into_http();
    };
    let deadline = deadline(request.headers());
    match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Status::deadline_exceeded(format!("no answer within {} ms", deadline.as_millis())).into_http(),
    }
}

/// The time that a call has: what its `grpc-timeout` says, but no more than [`MAX_DEADLINE`].
fn deadline(headers: &HeaderMap) -> Duration {
    let asked = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(parse_timeout);
    asked.map_or(MAX_DEADLINE, |asked| asked.min(MAX_DEADLINE))
}

/// Reads a `grpc-timeout` of at most eight digits and a unit, as the protocol of gRPC over HTTP/2 writes it.
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(value * 3_600),
        "M" => Duration::from_secs(value * 60),
        "S" => Duration::from_secs(value),
        "m" => Duration::from_millis(value),
        "u" => Duration::from_micros(value),
        "n" => Duration::from_nanos(value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        let cases = [
            ("1H", Some(Duration::from_hours(1))),
            ("2M", Some(Duration::from_mins(2))),
            ("20S", Some(Duration::from_secs(20))),
            ("100m", Some(Duration::from_millis(100))),
            ("5u", Some(Duration::from_micros(5))),
            ("7n", Some(Duration::from_nanos(7))),
            ("99999999H", Some(Duration::from_hours(99_999_999))),
            ("123456789S", None),
            ("S", None),
            ("", None),
            ("-1S", None),
            ("1秒", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_timeout(text), expected, "{text:?}");
        }
    }
}
