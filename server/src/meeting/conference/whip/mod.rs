//! WHIP (RFC 9725) brings a camera or an encoder into a meeting that runs; WHEP (draft-ietf-wish-whep) plays what goes on
//! there. Both are a description of a session that is posted with a token, and answered.
//!
//! `/whip/{meeting}` takes what sends, `/whep/{meeting}` what plays whoever speaks, `/whep/{meeting}/people/{participant}`
//! what plays one of the people. Either shows a screen in place of a camera as long as one is shared. A session is at `/whip/{meeting}/{session}` or `/whep/{meeting}/{session}`.

pub(super) mod offer;
mod problem;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{options, patch, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloudsite_domain::meeting::{GuestLink, MeetingId, MeetingRole, ParticipantId, Scheduled, Standing};
use cloudsite_proto::meeting::IceServer;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, LINK, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::oneshot;

pub(super) use self::offer::{Credentials, Offer};
use self::offer::{Way, fragment};
use self::problem::Problem;
use super::Hall;
use super::running::{Asked, Brought, Command, Patched, Unbrought, Unpatched};
use super::service::closed;
use crate::grpc::blocking;
use crate::private_file::random;

/// The type of an offer and an answer.
const SDP: &str = "application/sdp";

/// The type of a part of one (RFC 8840).
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// The longest offer, bytes. An encoder's has three thousand.
const LONGEST: usize = 128 * 1024;

/// Where pages of other servers may ask, and what they may read: whoever has a token may use it from anywhere.
const CORS: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "POST, PATCH, DELETE, OPTIONS"),
    ("access-control-allow-headers", "Authorization, Content-Type, If-Match"),
    ("access-control-expose-headers", "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After"),
    ("access-control-max-age", "86400"),
];

/// The routes. They ask for tokens of their own, and know no sessions of people.
pub(crate) fn routes(hall: Arc<Hall>) -> Router {
    Router::new()
        .route("/whip/{meeting}", post(publish).merge(options(offers)))
        .route("/whip/{meeting}/{session}", patch(change).delete(end).merge(options(changes)))
        .route("/whep/{meeting}", post(play_speaker).merge(options(offers)))
        .route("/whep/{meeting}/people/{participant}", post(play_one).merge(options(offers)))
        .route("/whep/{meeting}/{session}", patch(change).delete(end).merge(options(changes)))
        .layer(from_fn(across_origins))
        .with_state(hall)
}

async fn across_origins(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in CORS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn offers() -> Response {
    (StatusCode::NO_CONTENT, [("accept-post", SDP)]).into_response()
}

async fn changes() -> Response {
    (StatusCode::NO_CONTENT, [("accept-patch", FRAGMENT)]).into_response()
}

async fn publish(hall: State<Arc<Hall>>, Path(meeting): Path<u64>, headers: HeaderMap, body: Body) -> Response {
    begin(&hall, Endpoint { meeting, role: MeetingRole::Feed, plays: None }, &headers, body).await.into_response()
}

async fn play_speaker(hall: State<Arc<Hall>>, Path(meeting): Path<u64>, headers: HeaderMap, body: Body) -> Response {
    begin(&hall, Endpoint { meeting, role: MeetingRole::Player, plays: None }, &headers, body).await.into_response()
}

async fn play_one(
    hall: State<Arc<Hall>>,
    Path((meeting, participant)): Path<(u64, u32)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let plays = Some(ParticipantId(participant));
    begin(&hall, Endpoint { meeting, role: MeetingRole::Player, plays }, &headers, body).await.into_response()
}

/// Where an offer was posted.
struct Endpoint {
    meeting: u64,
    role: MeetingRole,
    plays: Option<ParticipantId>,
}

impl Endpoint {
    const fn way(&self) -> Way {
        match self.role {
            MeetingRole::Feed => Way::Sends,
            _ => Way::Receives,
        }
    }

    fn session_path(&self, session: &str) -> String {
        let protocol = if self.role == MeetingRole::Feed { "whip" } else { "whep" };
        format!("/{protocol}/{}/{session}", self.meeting)
    }
}

/// Answers an offer.
async fn begin(hall: &Hall, at: Endpoint, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let (scheduled, link) = admit(hall, at.meeting, headers).await?;
    if link.role != at.role {
        return Err(Problem::token());
    }
    must_be(headers, SDP, "accept-post")?;
    let sdp = text(body).await?;
    let standing = scheduled.standing((hall.behind.clock)());
    if standing != Standing::Open {
        return Err(closed(&scheduled, standing).into());
    }
    let offer = Offer::read(&sdp, at.way())?;
    let running = hall.running(scheduled.id).ok_or_else(Problem::not_running)?;
    let (session, tag) = (name()?, name()?);
    let drawn = u32::from_be_bytes(random().map_err(|_| Problem::interrupted())?) >> 1;
    let (reply, brought) = oneshot::channel();
    let names = (session.clone(), tag.clone());
    let (number, called) = (link.number, link.name.clone());
    let asked = Asked::Bring { link, id: ParticipantId(drawn.max(1)), plays: at.plays, offer, names, reply };
    running.send(Command::Equipment(Box::new(asked))).await.map_err(|_| Problem::not_running())?;
    let Brought { answer, ice_servers } = match brought.await.map_err(|_| Problem::not_running())? {
        Ok(brought) => brought,
        Err(Unbrought::Refused(refusal)) => return Err(refusal.into()),
        Err(Unbrought::Offer(error)) => return Err(error.into()),
    };
    if !hall.came_by(scheduled.id, number, &called).await? {
        return Err(Problem::token());
    }
    let mut response = (StatusCode::CREATED, answer).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(SDP));
    headers.insert("accept-patch", HeaderValue::from_static(FRAGMENT));
    let written = [(LOCATION, at.session_path(&session)), (ETAG, format!("\"{tag}\""))];
    let relays = ice_servers.iter().flat_map(links).map(|link| (LINK, link));
    for (name, value) in written.into_iter().chain(relays) {
        headers.append(name, HeaderValue::from_str(&value).map_err(|_| Problem::interrupted())?);
    }
    Ok(response)
}

/// Says more of a session, or looks for its way anew.
async fn change(
    State(hall): State<Arc<Hall>>,
    Path((meeting, session)): Path<(u64, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    patched(&hall, meeting, session, &headers, body).await.into_response()
}

async fn patched(
    hall: &Hall,
    meeting: u64,
    session: String,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (scheduled, link) = admit(hall, meeting, headers).await?;
    must_be(headers, FRAGMENT, "accept-patch")?;
    let given = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()).ok_or_else(Problem::unnamed)?.trim();
    let tag = (given != "*").then(|| given.trim_matches('"').to_owned());
    let credentials = Credentials::read(&text(body).await?);
    let running = hall.running(scheduled.id).ok_or_else(Problem::session)?;
    let next = name()?;
    let (reply, patched) = oneshot::channel();
    let asked = Asked::Patch { link: link.number, session, tag, credentials, next: next.clone(), reply };
    running.send(Command::Equipment(Box::new(asked))).await.map_err(|_| Problem::session())?;
    match patched.await.map_err(|_| Problem::session())? {
        Ok(Patched::Noted) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Patched::Restarted(answer)) => {
            let headers = [(CONTENT_TYPE, FRAGMENT.to_owned()), (ETAG, format!("\"{next}\""))];
            Ok((headers, fragment(&answer)).into_response())
        }
        Err(Unpatched::Unknown) => Err(Problem::session()),
        Err(Unpatched::Stale) => Err(Problem::stale()),
        Err(Unpatched::Offer(error)) => Err(error.into()),
    }
}

async fn end(
    State(hall): State<Arc<Hall>>,
    Path((meeting, session)): Path<(u64, String)>,
    headers: HeaderMap,
) -> Response {
    ended(&hall, meeting, session, &headers).await.into_response()
}

async fn ended(hall: &Hall, meeting: u64, session: String, headers: &HeaderMap) -> Result<StatusCode, Problem> {
    let (scheduled, link) = admit(hall, meeting, headers).await?;
    let running = hall.running(scheduled.id).ok_or_else(Problem::session)?;
    let (reply, ended) = oneshot::channel();
    let asked = Asked::PutAway { link: link.number, session, reply };
    running.send(Command::Equipment(Box::new(asked))).await.map_err(|_| Problem::session())?;
    if ended.await.unwrap_or(false) { Ok(StatusCode::OK) } else { Err(Problem::session()) }
}

/// The meeting and the link of the token that a request has, if it is of this meeting.
async fn admit(hall: &Hall, meeting: u64, headers: &HeaderMap) -> Result<(Scheduled, GuestLink), Problem> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = token.ok_or_else(Problem::token)?.trim().to_owned();
    let plans = hall.behind.plans.clone();
    let found = blocking(move || plans.by_token(&token)).await?;
    found.filter(|(scheduled, _)| scheduled.id == MeetingId(meeting)).ok_or_else(Problem::token)
}

/// Refuses a body of another type than is taken, which a header names.
fn must_be(headers: &HeaderMap, taken: &'static str, header: &'static str) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(taken) { Ok(()) } else { Err(Problem::media_type(taken, header)) }
}

async fn text(body: Body) -> Result<String, Problem> {
    let bytes = to_bytes(body, LONGEST).await.map_err(|_| Problem::too_long(LONGEST))?;
    String::from_utf8(bytes.into()).map_err(|_| Problem::no_text())
}

/// A name that nobody guesses.
fn name() -> Result<String, Problem> {
    let bytes: [u8; 18] = random().map_err(|_| Problem::interrupted())?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The header fields that tell of a relay (RFC 9725, section 4.6).
fn links(relay: &IceServer) -> Vec<String> {
    let IceServer { urls, username, credential } = relay;
    let link = |url: &String| {
        format!(
            "<{url}>; rel=\"ice-server\"; username=\"{username}\"; credential=\"{credential}\"; credential-type=\"password\""
        )
    };
    urls.iter().map(link).collect()
}
