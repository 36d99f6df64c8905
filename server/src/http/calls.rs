//! What every gRPC call passes: who may make it, how many there are at a time, and how long each takes.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use http_body::Frame;
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;
use tonic::body::Body as GrpcBody;
use tonic::service::Routes;
use tower::Service;

use crate::access::{self, Resolve, Span};
use crate::audit::Refusals;

/// Calls with one answer at a time. They take milliseconds, so more than this many means trouble, and the next one is
/// refused rather than queued.
const MAX_CALLS: usize = 512;

/// How long a call with one answer may take, whatever its caller would allow.
const MAX_DEADLINE: Duration = Duration::from_secs(30);

/// The gRPC services behind what every call passes: whether its caller may make it, and its limits.
#[derive(Clone)]
pub(super) struct Calls {
    services: Router,
    resolve: Resolve,
    refusals: Arc<Refusals>,
    places: Arc<Semaphore>,
}

impl Calls {
    pub(super) fn new(services: Routes, resolve: Resolve, refusals: Arc<Refusals>) -> Self {
        Self { services: services.into_axum_router(), resolve, refusals, places: Arc::new(Semaphore::new(MAX_CALLS)) }
    }

    /// Answers a call, and counts it if it is refused.
    async fn answer(mut self, mut request: Request<GrpcBody>) -> Response {
        let proves_something = request.headers().contains_key(AUTHORIZATION);
        let (method, response) = match access::admit(&self.resolve, &mut request) {
            Ok(rule) => (Some(rule.method), self.within_limits(rule.span, request).await),
            Err(status) => (access::rule(request.uri().path()).map(|rule| rule.method), status.into_http()),
        };
        if let Some(status) = Status::from_header_map(response.headers()) {
            self.refusals.note(method, proves_something, status.code());
        }
        response
    }

    /// Lets a call go on if there is a place, and ends it at its deadline. How many streams there are is limited where
    /// they are made; one of them has a deadline only if its caller sets one.
    async fn within_limits(&mut self, span: Span, request: Request<GrpcBody>) -> Response {
        let asked = asked(request.headers());
        let answered = self.services.call(request);
        if span == Span::Stream {
            return match asked {
                Some(asked) => stream_within(asked, answered).await,
                None => sure(answered.await),
            };
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Status::resource_exhausted("there are as many calls as this server takes; try again").into_http();
        };
        let deadline = asked.map_or(MAX_DEADLINE, |asked| asked.min(MAX_DEADLINE));
        if deadline.is_zero() {
            return overdue(deadline).into_http();
        }
        match tokio::time::timeout(deadline, answered).await {
            Ok(answered) => sure(answered),
            Err(_) => overdue(deadline).into_http(),
        }
    }
}

impl Service<Request<GrpcBody>> for Calls {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<GrpcBody>) -> Self::Future {
        let answer = AssertUnwindSafe(self.clone().answer(request)).catch_unwind();
        // The hook of panics has said what it was.
        let failed = |_| Status::internal("the server failed; its log says how").into_http();
        Box::pin(answer.map(move |ended| Ok(ended.unwrap_or_else(failed))))
    }
}

/// What cannot have failed.
pub(super) fn sure<T>(answered: Result<T, Infallible>) -> T {
    answered.unwrap_or_else(|never| match never {})
}

/// What a call is told that has not ended in time.
fn overdue(deadline: Duration) -> Status {
    Status::deadline_exceeded(format!("not ended within {} ms", deadline.as_millis()))
}

/// A stream that ends at the latest when its caller has no more time, with the status that says so.
async fn stream_within(asked: Duration, answered: impl Future<Output = Result<Response, Infallible>>) -> Response {
    // A deadline beyond what a clock can count is none.
    let Some(end) = Instant::now().checked_add(asked) else { return sure(answered.await) };
    match tokio::time::timeout_at(end, answered).await {
        Ok(answered) => {
            sure(answered).map(|body| Body::new(Ending { body, end: Box::pin(sleep_until(end)), asked, over: false }))
        }
        Err(_) => overdue(asked).into_http(),
    }
}

/// A body that is cut off at its deadline.
struct Ending {
    body: Body,
    end: Pin<Box<Sleep>>,
    asked: Duration,
    over: bool,
}

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        // The deadline goes first: a stream that always has something to say must not pass it.
        if self.end.as_mut().poll(cx).is_pending() {
            return Pin::new(&mut self.body).poll_frame(cx);
        }
        self.over = true;
        self.body = Body::empty();
        let mut trailers = HeaderMap::new();
        let written = overdue(self.asked).add_header(&mut trailers).map_err(axum::Error::new);
        Poll::Ready(Some(written.map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.over
    }
}

/// The time that a caller gives a call, by its `grpc-timeout`. One that cannot be read is none.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(parse_timeout)
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
