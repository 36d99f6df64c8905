//! What stands before everything: it says of each request that it came by TLS, as a proxy would, and answers those that
//! should have.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use futures::future::Either;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderValue, Method, Request, StatusCode};
use tower::Service;

use super::line::Way;

/// What someone is told who does not speak TLS.
const TOLD: &str = "this port speaks TLS: use https://\n";

/// The door of one connection.
#[derive(Clone)]
pub(super) struct Door<S> {
    front: S,
    way: Way,
}

impl<S> Door<S> {
    /// Before `front`, for a client that speaks in a way.
    pub(super) const fn before(front: S, way: Way) -> Self {
        Self { front, way }
    }
}

impl<S, B> Service<Request<B>> for Door<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.front.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.way {
            Way::Clear => {}
            // Whatever a proxy before this server says, or a client makes up.
            Way::Tls => {
                request.headers_mut().insert("x-forwarded-proto", HeaderValue::from_static("https"));
            }
            Way::Astray => return Either::Left(ready(Ok(astray(&request)))),
        }
        Either::Right(self.front.call(request))
    }
}

/// Leads whoever only reads to the same address with https. Others may have sent a secret in the clear, so they are told
/// and not led on.
fn astray<B>(request: &Request<B>) -> Response {
    let headers = request.headers();
    if headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        return tonic::Status::failed_precondition(TOLD.trim_end()).into_http();
    }
    let named = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
    let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let to = host.and_then(|host| HeaderValue::from_str(&format!("https://{host}{path}")).ok());
    let mut response = match to {
        Some(to) if [Method::GET, Method::HEAD].contains(request.method()) => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to)], TOLD).into_response()
        }
        _ => (StatusCode::BAD_REQUEST, TOLD).into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if request.version() <= http::Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: Method, uri: &str, headers: &[(http::HeaderName, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        astray(&request.body(()).unwrap())
    }

    #[test]
    fn who_speaks_no_tls_is_led_or_told() {
        let host = (HOST, "park.example:8443");
        let led = asked(Method::GET, "/?parcel=A-1", std::slice::from_ref(&host));
        assert_eq!(led.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(led.headers()[LOCATION], "https://park.example:8443/?parcel=A-1");
        assert_eq!(led.headers()[CACHE_CONTROL], "no-store", "an operator may take TLS away again");
        let by_http2 = asked(Method::GET, "http://park.example:8443/tiles/tileset", &[]);
        assert_eq!(by_http2.headers()[LOCATION], "https://park.example:8443/tiles/tileset");
        for (method, headers) in [(Method::POST, vec![host.clone()]), (Method::GET, vec![])] {
            let told = asked(method, "/", &headers);
            assert_eq!((told.status(), told.headers().get(LOCATION)), (StatusCode::BAD_REQUEST, None));
        }
        let call = asked(Method::POST, "/cloudsite.land.v1.ParkService/GetPark", &[(CONTENT_TYPE, "application/grpc")]);
        assert_eq!((call.status(), call.headers()["grpc-status"].as_bytes()), (StatusCode::OK, &b"9"[..]));
    }
}
