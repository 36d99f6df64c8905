//! `/meet/{secret}/invitation.ics`: an invitation for whoever holds its link. The path is told to no log: what counts
//! requests knows them by their route.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use cloudsite_domain::meeting::{GuestLink, MeetingRole};

use super::Plans;
use super::invitation::Invitation;
use crate::grpc::Refusal;
use crate::http::origin;

/// The path holds a secret.
const KEPT_BY_NOBODY: &str = "no-store";

/// The routes.
pub(crate) fn routes(plans: Plans) -> Router {
    Router::new().route("/meet/{secret}/invitation.ics", get(invitation)).with_state(plans)
}

/// The path of the page that takes whoever opens it to the meeting.
pub(super) fn page_path(secret: &str) -> String {
    format!("/?meet={secret}")
}

/// Where a link leads whoever or whatever has its secret.
pub(super) fn path_of(link: &GuestLink, secret: &str) -> String {
    match link.role {
        MeetingRole::Feed => format!("/whip/{}", link.meeting),
        MeetingRole::Player => format!("/whep/{}", link.meeting),
        _ => page_path(secret),
    }
}

/// Where the calendar file of a link is; empty if it is no person's.
pub(super) fn calendar_path_of(link: &GuestLink, secret: &str) -> String {
    if link.role.is_equipment() { String::new() } else { calendar_path(secret) }
}

/// Where the calendar file is.
fn calendar_path(secret: &str) -> String {
    format!("/meet/{secret}/invitation.ics")
}

async fn invitation(State(plans): State<Plans>, Path(secret): Path<String>, headers: HeaderMap) -> Response {
    let address = format!("{}{}", origin(&headers), page_path(&secret));
    let made = tokio::task::spawn_blocking(move || plans.calendar(&secret, &address)).await;
    match made.unwrap_or(Err(Refusal::Interrupted)) {
        Ok(Some(calendar)) => {
            let headers = [
                (CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (CACHE_CONTROL, KEPT_BY_NOBODY),
                (CONTENT_DISPOSITION, "attachment; filename=\"invitation.ics\""),
            ];
            (headers, calendar).into_response()
        }
        Ok(None) => {
            let told = "there is no such invitation, or it was taken back\n";
            (StatusCode::NOT_FOUND, [(CACHE_CONTROL, KEPT_BY_NOBODY)], told).into_response()
        }
        Err(refusal) => {
            tracing::error!(?refusal, "an invitation was not made");
            (StatusCode::INTERNAL_SERVER_ERROR, [(CACHE_CONTROL, KEPT_BY_NOBODY)]).into_response()
        }
    }
}

impl Plans {
    /// The calendar file of a link, which leads to an address; none if the link is not good. Blocks.
    fn calendar(&self, secret: &str, address: &str) -> Result<Option<String>, Refusal> {
        let Some((meeting, link)) = self.by_link(secret)? else { return Ok(None) };
        let known = self.identity.organisation(&meeting.organisation);
        let name = known.as_ref().and_then(|centre| centre.names().best(link.language));
        let centre = name.unwrap_or(meeting.organisation.as_str());
        let made_at = (self.clock)();
        Ok(Some(Invitation { meeting: &meeting, link: &link, centre, address, made_at }.calendar()))
    }
}
