//! `/sign-in/openid`: to the provider, and back from it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cloudsite_domain::identity::Email;
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use http::{HeaderMap, StatusCode};

use super::{BEGIN, CALLBACK, OpenId, OpenIdError};
use crate::identity::http::{blocking, failed, page, signed_in};
use crate::identity::sign_in::SignInError;
use crate::identity::{Identity, cookie};

const REFUSED: &str = include_str!("refused.html");

/// The longest query looked at, bytes.
const LONGEST: usize = 8 * 1024;

type Parts = (State<(Arc<Identity>, Arc<OpenId>)>, RawQuery, HeaderMap);

/// The routes.
pub(crate) fn routes(identity: Arc<Identity>, openid: Arc<OpenId>) -> Router {
    Router::new().route(BEGIN, get(begin)).route(CALLBACK, get(finish)).with_state((identity, openid))
}

/// Sends the browser to the provider.
async fn begin((State((_, openid)), RawQuery(query), headers): Parts) -> Response {
    let to = parameter(query.as_deref(), "to").filter(|to| is_path(to)).unwrap_or_else(|| "/".to_owned());
    let start = match openid.begin(to).await {
        Ok(start) => start,
        Err(error) => return refused(&error),
    };
    match cookie::openid(start.browser.reveal(), cookie::is_secure(&headers)) {
        Ok(value) => {
            let headers = [(LOCATION, start.location), (CACHE_CONTROL, "no-store".to_owned())];
            let mut response = (StatusCode::SEE_OTHER, headers).into_response();
            response.headers_mut().append(SET_COOKIE, value);
            response
        }
        Err(error) => failed(&error),
    }
}

/// Signs in whoever the provider says it is.
async fn finish((State((identity, openid)), RawQuery(query), headers): Parts) -> Response {
    let value = |name| parameter(query.as_deref(), name);
    if let Some(error) = value("error") {
        return refused(&OpenIdError::Refused(error));
    }
    let (code, state) = (value("code").unwrap_or_default(), value("state").unwrap_or_default());
    let browser = cookie::read(&headers, cookie::OPENID).unwrap_or_default();
    match openid.finish(&code, &state, browser).await {
        Ok((email, to)) => enter(identity, email, to, cookie::is_secure(&headers)).await,
        Err(error) => refused(&error),
    }
}

async fn enter(identity: Arc<Identity>, email: Email, to: String, secure: bool) -> Response {
    blocking(move || match identity.enter(&email) {
        Err(SignInError::Refused) => {
            tracing::warn!("the provider proved an address that is no active member's");
            page(StatusCode::FORBIDDEN, REFUSED)
        }
        entered => signed_in(&identity, entered, &to, secure),
    })
    .await
}

fn refused(error: &OpenIdError) -> Response {
    tracing::warn!(%error, "nobody was signed in by OpenID Connect");
    let status = match error {
        OpenIdError::Provider { .. } => StatusCode::BAD_GATEWAY,
        OpenIdError::NotBegun => StatusCode::BAD_REQUEST,
        OpenIdError::Refused(_) | OpenIdError::Proof(_) | OpenIdError::NoEmail => StatusCode::FORBIDDEN,
    };
    page(status, REFUSED)
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let query = query.filter(|query| query.len() <= LONGEST)?;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Whether it leads nowhere but to this server's page: browsers take `//` and `/\` for another host.
fn is_path(to: &str) -> bool {
    let own = to == "/" || to.starts_with("/?") || to.starts_with("/#");
    own && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_nowhere_but_to_the_page() {
        for to in ["/", "/?parcel=P-1&view=1,2", "/#x"] {
            assert!(is_path(to), "{to}");
        }
        for to in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/?a\r\nset-cookie: x", "/tiles"] {
            assert!(!is_path(to), "{to:?}");
        }
    }

    #[test]
    fn a_parameter_is_read_as_it_was_meant() {
        let query = Some("code=a%2Bb&state=x+y&code=c");
        assert_eq!(parameter(query, "code").as_deref(), Some("a+b"), "the first of two");
        assert_eq!(parameter(query, "state").as_deref(), Some("x y"));
        assert_eq!(parameter(query, "error"), None);
        assert_eq!(parameter(Some(&format!("code={}", "x".repeat(LONGEST))), "code"), None, "too long");
    }
}
