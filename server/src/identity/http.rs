//! `/sign-in/{token}`: a link that signs in.
//!
//! A link of the demo park signs in at once. An invite is redeemed by a click on the page that the link opens, since mail
//! scanners and chat previews follow every link once, and an invite is good once.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, StatusCode};

use super::sign_in::SignInError;
use super::{Credentials, Identity, OpenId, cookie, openid};

const ACCEPT: &str = include_str!("accept.html");
const GONE: &str = include_str!("gone.html");

/// The routes; with a provider of OpenID Connect, those to it and back.
pub(crate) fn routes(identity: Arc<Identity>, openid: Option<Arc<OpenId>>) -> Router {
    let provider = openid.map(|openid| openid::http::routes(Arc::clone(&identity), openid));
    let links = Router::new().route("/sign-in/{token}", get(open).post(redeem)).with_state(identity);
    links.merge(provider.unwrap_or_default())
}

/// Follows a link of the demo, or shows what an invite is for.
async fn open(State(identity): State<Arc<Identity>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let secure = cookie::is_secure(&headers);
    blocking(move || {
        if identity.linked_member(&token).is_some() {
            return signed_in(&identity, identity.follow_link(&token), "/", secure);
        }
        match identity.open_invite(&token) {
            Ok(Some(_)) => page(StatusCode::OK, ACCEPT),
            Ok(None) => page(StatusCode::NOT_FOUND, GONE),
            Err(error) => failed(&error),
        }
    })
    .await
}

/// Redeems an invite.
async fn redeem(State(identity): State<Arc<Identity>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let secure = cookie::is_secure(&headers);
    blocking(move || {
        let redeemed = identity.redeem(&token, None).map(|(_, credentials)| credentials);
        signed_in(&identity, redeemed, "/", secure)
    })
    .await
}

pub(super) async fn blocking(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let interrupted = |_| StatusCode::INTERNAL_SERVER_ERROR.into_response();
    tokio::task::spawn_blocking(work).await.unwrap_or_else(interrupted)
}

/// Leads to a path of the page with the cookies set.
pub(super) fn signed_in(
    identity: &Identity,
    session: Result<Credentials, SignInError>,
    to: &str,
    secure: bool,
) -> Response {
    let credentials = match session {
        Ok(credentials) => credentials,
        Err(SignInError::Refused) => return page(StatusCode::NOT_FOUND, GONE),
        Err(error) => return failed(&error),
    };
    let cookies = match cookie::give(&credentials, identity.now(), secure) {
        Ok(cookies) => cookies,
        Err(error) => return failed(&error),
    };
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, to), (CACHE_CONTROL, "no-store")]).into_response();
    for value in cookies {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

pub(super) fn page(status: StatusCode, html: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, html).into_response()
}

pub(super) fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "a sign-in failed");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
