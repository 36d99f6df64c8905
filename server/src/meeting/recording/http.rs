//! `/recordings/{meeting}/{number}/{file}`: voices and pictures that were recorded, for those who keep the meeting.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use cloudsite_domain::identity::Principal;
use cloudsite_domain::meeting::MeetingId;
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{Method, StatusCode};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::service::Recordings;
use super::shelf::Shelf;
use crate::grpc::Refusal;
use crate::meeting::plan::Plans;

/// Nobody else's cache keeps what was said.
const KEPT_BY_NOBODY: HeaderValue = HeaderValue::from_static("private, no-store");

/// The routes.
pub(crate) fn routes(plans: Plans, shelf: Shelf) -> Router {
    Router::new().route("/recordings/{meeting}/{number}/{file}", get(file)).with_state(Recordings { plans, shelf })
}

/// Where a file is fetched from.
pub(super) fn path(meeting: MeetingId, recording: u32, file: &str) -> String {
    format!("/recordings/{meeting}/{recording}/{file}")
}

async fn file(
    State(recordings): State<Recordings>,
    Extension(caller): Extension<Principal>,
    Path((meeting, number, name)): Path<(u64, u32, String)>,
    request: Request,
) -> Response {
    let looked = tokio::task::spawn_blocking(move || {
        let meeting = MeetingId(meeting);
        recordings.plans.keeps(&caller, meeting)?;
        recordings.shelf.file(meeting, number, &name).map_err(|error| {
            tracing::error!(%error, "a recording cannot be read");
            Refusal::Interrupted
        })
    });
    match looked.await.unwrap_or(Err(Refusal::Interrupted)) {
        Ok(Some(path)) => {
            // Of the request the file needs nothing but how much of it is asked for.
            let (parts, _) = request.into_parts();
            let mut asked = http::Request::new(axum::body::Body::empty());
            *asked.method_mut() = Method::GET;
            *asked.headers_mut() = parts.headers;
            let Ok(mut response) = ServeFile::new(path).oneshot(asked).await;
            response.headers_mut().insert(CACHE_CONTROL, KEPT_BY_NOBODY);
            response.into_response()
        }
        Err(Refusal::Interrupted) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        // What is not theirs is not there.
        Ok(None) | Err(_) => {
            (StatusCode::NOT_FOUND, [(CACHE_CONTROL, KEPT_BY_NOBODY)], "there is no such recording\n").into_response()
        }
    }
}
