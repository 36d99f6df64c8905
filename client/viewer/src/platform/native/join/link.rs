//! Links by which a guest joins a meeting.

use std::fmt::{self, Debug, Formatter};
use std::str::FromStr;

/// Where a guest's link leads: `http(s)://host/?meet=SECRET`.
#[derive(Clone, PartialEq, Eq)]
pub(in super::super) struct GuestLink {
    /// The server that the link names.
    pub(in super::super) base_url: String,
    /// Whoever has it may join.
    pub(super) secret: String,
}

/// A text that is no guest's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no link to a meeting: http(s)://host/?meet=SECRET")]
pub(in super::super) struct NoGuestLink;

impl FromStr for GuestLink {
    type Err = NoGuestLink;

    fn from_str(text: &str) -> Result<Self, NoGuestLink> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(NoGuestLink)?;
        let scheme = scheme.to_ascii_lowercase();
        let place = rest.split('#').next().unwrap_or_default();
        let (place, query) = place.split_once('?').ok_or(NoGuestLink)?;
        let host = place.split('/').next().unwrap_or_default();
        let secret = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "meet").map(|(_, value)| value);
        match secret {
            Some(secret) if !secret.is_empty() && !host.is_empty() && ["http", "https"].contains(&scheme.as_str()) => {
                Ok(Self { base_url: format!("{scheme}://{host}"), secret: secret.into_owned() })
            }
            _ => Err(NoGuestLink),
        }
    }
}

/// Without the secret: it may stand in a log.
impl Debug for GuestLink {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GuestLink").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_the_server_and_the_secret() {
        let cases = [
            ("http://localhost:8080/?meet=abc-1_2", "http://localhost:8080", "abc-1_2"),
            ("https://park.example?view=1,2&meet=a%2Bb#card", "https://park.example", "a+b"),
            (" HTTP://[::1]:80/park/?meet=x\n", "http://[::1]:80", "x"),
        ];
        for (text, base_url, secret) in cases {
            let link: GuestLink = text.parse().unwrap();
            assert_eq!((link.base_url.as_str(), link.secret.as_str()), (base_url, secret), "{text}");
            assert!(!format!("{link:?}").contains(secret), "{link:?}");
        }
    }

    #[test]
    fn what_is_no_link_is_refused() {
        let cases =
            ["", "abc", "http://host/", "http://host/?meet=", "ftp://host/?meet=x", "http:///?meet=x", "?meet=x"];
        for text in cases {
            assert_eq!(text.parse::<GuestLink>(), Err(NoGuestLink), "{text}");
        }
    }
}
