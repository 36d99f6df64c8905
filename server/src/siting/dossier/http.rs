//! `/dossiers/{id}/{file}`: a dossier's files, for those it belongs to.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::shelf::{self, Format, Shelf};
use crate::identity::{Clock, Recipient};

/// Nobody else's cache keeps what one organisation was given.
const KEPT_BY_NOBODY: &str = "private, no-store";

#[derive(Clone)]
struct Files {
    shelf: Arc<Shelf>,
    clock: Clock,
}

/// The routes.
pub(crate) fn routes(shelf: Arc<Shelf>, clock: Clock) -> Router {
    Router::new().route("/dossiers/{id}/{file}", get(file)).with_state(Files { shelf, clock })
}

/// Where a file is fetched from.
pub(super) fn path(id: &str, format: Format) -> String {
    format!("/dossiers/{id}/{}", format.file_name())
}

const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Pdf => "application/pdf",
        Format::Json => "application/json",
        Format::Gpkg => "application/geopackage+sqlite3",
    }
}

async fn file(
    State(files): State<Files>,
    Extension(recipient): Extension<Recipient>,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let format = Format::ALL.into_iter().find(|format| format.file_name() == name);
    let found = format.and_then(|format| {
        let (card, _) = files.shelf.find(&id, &recipient, (files.clock)())?;
        (card.state == shelf::State::Succeeded).then_some((card, format))
    });
    // What is not theirs is not there, and neither is what is not made yet.
    let Some((card, format)) = found else { return missing() };
    let read =
        tokio::task::spawn_blocking(move || files.shelf.read(&card.id, format).map(|bytes| (bytes, card.revision)));
    match read.await {
        Ok(Ok((bytes, revision))) => {
            let name = format!("attachment; filename=\"site-selection-r{revision}.{}\"", format.as_str());
            let headers =
                [(CONTENT_TYPE, content_type(format)), (CACHE_CONTROL, KEPT_BY_NOBODY), (CONTENT_DISPOSITION, &name)];
            (headers, bytes).into_response()
        }
        Ok(Err(_)) => missing(),
        Err(error) => {
            tracing::error!(%error, "a dossier was not read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, KEPT_BY_NOBODY)], "there is no such dossier\n").into_response()
}
