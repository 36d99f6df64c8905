//! Cookies by which a browser carries credentials. No script reads them, no other site's page sends them.

use http::header::{COOKIE, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::{Credentials, openid};

/// The access token, sent with everything.
pub(crate) const ACCESS: &str = "cloudsite_access";

/// The refresh token, sent to the identity service only.
pub(crate) const REFRESH: &str = "cloudsite_refresh";

/// What a browser brings back from a provider of OpenID Connect.
pub(crate) const OPENID: &str = "cloudsite_openid";

const REFRESH_PATH: &str = "/cloudsite.identity.v1.IdentityService/";

/// A cookie's value in a request.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(given, value)| *given == name && !value.is_empty()).map(|(_, value)| value).next()
}

/// Whether the request came over TLS, as the proxy before this server says.
pub(crate) fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

fn cookie(
    name: &str,
    value: &str,
    path: &str,
    max_age_secs: i64,
    secure: bool,
) -> Result<HeaderValue, InvalidHeaderValue> {
    cookie_for(name, value, path, max_age_secs, "Strict", secure)
}

fn cookie_for(
    name: &str,
    value: &str,
    path: &str,
    max_age_secs: i64,
    same_site: &str,
    secure: bool,
) -> Result<HeaderValue, InvalidHeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={max_age_secs}; HttpOnly; SameSite={same_site}{secure}");
    let mut value = HeaderValue::from_str(&text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The `set-cookie` headers that give credentials to a browser. A refresh that came late leaves the refresh token alone.
pub(crate) fn give(
    credentials: &Credentials,
    now: Timestamp,
    secure: bool,
) -> Result<Vec<HeaderValue>, InvalidHeaderValue> {
    let left = |until: Timestamp| until.duration_since(now).as_secs().max(0);
    let access = credentials.access.as_str();
    let mut cookies = vec![cookie(ACCESS, access, "/", left(credentials.access_until), secure)?];
    if let Some(refresh) = &credentials.refresh {
        let age = left(credentials.session_ends_at);
        cookies.push(cookie(REFRESH, refresh.reveal(), REFRESH_PATH, age, secure)?);
    }
    Ok(cookies)
}

/// The `set-cookie` header that binds a sign-in by OpenID Connect to the browser in which it was begun. The browser comes
/// back from another site, so this one cookie is sent with links from there.
pub(crate) fn openid(value: &str, secure: bool) -> Result<HeaderValue, InvalidHeaderValue> {
    let age = openid::SPAN.as_secs();
    cookie_for(OPENID, value, openid::BEGIN, age, "Lax", secure)
}

/// The `set-cookie` headers that take them away.
pub(crate) fn take(secure: bool) -> Result<Vec<HeaderValue>, InvalidHeaderValue> {
    Ok(vec![cookie(ACCESS, "", "/", 0, secure)?, cookie(REFRESH, "", REFRESH_PATH, 0, secure)?])
}

#[cfg(test)]
mod tests {
    use super::super::secret::Secret;
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let cases = [
            ("cloudsite_access=abc", Some("abc")),
            ("a=b; cloudsite_access=abc; c=d", Some("abc")),
            ("xcloudsite_access=abc", None),
            ("cloudsite_access=", None),
            ("cloudsite_access", None),
            ("", None),
        ];
        for (header, expected) in cases {
            let headers = [(COOKIE, HeaderValue::from_static(header))].into_iter().collect();
            assert_eq!(read(&headers, ACCESS), expected, "{header:?}");
        }
    }

    #[test]
    fn cookies_are_for_the_server_alone() {
        let at = |secs| Timestamp::from_second(secs).unwrap();
        let refresh = Secret::generate().unwrap();
        let credentials = Credentials {
            access: "v4.local.x".to_owned(),
            access_until: at(900),
            refresh: Some(refresh.clone()),
            session_ends_at: at(5_000),
        };
        let text = |secure| {
            let cookies = give(&credentials, at(0), secure).unwrap();
            cookies.iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let [access, refreshing] = text(false).try_into().unwrap();
        assert_eq!(access, "cloudsite_access=v4.local.x; Path=/; Max-Age=900; HttpOnly; SameSite=Strict");
        let start = format!("cloudsite_refresh={}; Path={REFRESH_PATH}; Max-Age=5000; HttpOnly", refresh.reveal());
        assert!(refreshing.starts_with(&start), "{refreshing}");
        assert!(text(true).iter().all(|cookie| cookie.ends_with("; Secure")));
        for cookie in take(false).unwrap() {
            assert!(cookie.to_str().unwrap().contains("=; Path=") && cookie.to_str().unwrap().contains("Max-Age=0"));
        }
    }
}
