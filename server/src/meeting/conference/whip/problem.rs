//! Why a request is not met, as problem details (RFC 9457).

use axum::Json;
use axum::response::{IntoResponse, Response};
use cloudsite_sfu::OfferError;
use http::header::{CONTENT_TYPE, IF_MATCH, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;
use tonic::Code;

use super::offer::Flaw;
use crate::grpc::Refusal;

/// A request that is not met.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    header: Option<(HeaderName, &'static str)>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), header: None }
    }

    fn with(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// There is no token, or it brings nothing to this meeting.
    pub(super) fn token() -> Self {
        let detail = "a token is needed that was made for this, in the header Authorization: Bearer";
        Self::new(StatusCode::UNAUTHORIZED, "The token is not good, or good no longer", detail)
            .with(WWW_AUTHENTICATE, "Bearer")
    }

    /// The body is of another type than is taken.
    pub(super) fn media_type(taken: &'static str, header: &'static str) -> Self {
        let detail = format!("what is taken is {taken}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type", detail)
            .with(HeaderName::from_static(header), taken)
    }

    /// The body is longer than is read.
    pub(super) fn too_long(most: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long", format!("at most {most} bytes are read"))
    }

    /// The body is no text.
    pub(super) fn no_text() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The body cannot be read", "it is text in UTF-8")
    }

    /// Nobody is in the meeting.
    pub(super) fn not_running() -> Self {
        let detail = "nobody is in the meeting yet: it is joined by someone first";
        Self::new(StatusCode::CONFLICT, "The meeting does not run", detail)
    }

    /// There is no such session.
    pub(super) fn session() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such session", "it has ended, or never was")
    }

    /// A change names no ICE session.
    pub(super) fn unnamed() -> Self {
        let detail = "the header If-Match names the present ICE session by its ETag, or * to look for a way anew";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "If-Match is missing", detail)
    }

    /// A change names another ICE session than the present one.
    pub(super) fn stale() -> Self {
        let detail = format!("{IF_MATCH} does not name the present ICE session; * looks for a way anew");
        Self::new(StatusCode::PRECONDITION_FAILED, "There is another ICE session by now", detail)
    }

    /// The server could not do it.
    pub(super) fn interrupted() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "It could not be done", "try again").with(RETRY_AFTER, "5")
    }
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Self {
        let status = if flaw.is_of_syntax() { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self::new(status, "The offer cannot be met", flaw.to_string())
    }
}

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        let status = match error {
            OfferError::Malformed(_) => StatusCode::BAD_REQUEST,
            OfferError::Unsupported(_) => StatusCode::UNPROCESSABLE_ENTITY,
            OfferError::Full => {
                let detail = "as many are connected as this server carries";
                let full = Self::new(StatusCode::SERVICE_UNAVAILABLE, "There is no place", detail);
                return full.with(RETRY_AFTER, "30");
            }
            OfferError::Unknown => return Self::session(),
            OfferError::Joined | OfferError::Ended => return Self::interrupted(),
        };
        Self::new(status, "The offer cannot be met", error.to_string())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let told = tonic::Status::from(refusal);
        let status = match told.code() {
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::FailedPrecondition => StatusCode::CONFLICT,
            Code::ResourceExhausted => {
                let full = Self::new(StatusCode::SERVICE_UNAVAILABLE, "There is no place", told.message());
                return full.with(RETRY_AFTER, "30");
            }
            _ => return Self::interrupted(),
        };
        Self::new(status, "The meeting does not allow it", told.message())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, title, detail, header } = self;
        let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some((name, value)) = header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
