//! TURN, for those whose network lets nothing through but TLS: coturn carries their media to this server's port. Both know
//! one secret, by which the server makes credentials that are soon over and coturn checks them ("A REST API For Access To
//! TURN Services", draft-uberti-behave-turn-rest-00).

mod config;
mod secret;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudsite_proto::meeting::IceServer;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

pub(crate) use config::{Config, Unfit};
pub(crate) use secret::Secret;

/// The longest address of a relay, bytes.
const LONGEST_URL: usize = 300;

/// The address of a relay, as `turns:turn.example:443?transport=tcp` (RFC 7065).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelayUrl(String);

/// What is no address of a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a relay is named like turns:turn.example:443?transport=tcp or turn:turn.example:3478")]
pub(crate) struct InvalidRelayUrl;

impl FromStr for RelayUrl {
    type Err = InvalidRelayUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("turns:").or_else(|| text.strip_prefix("turn:")).ok_or(InvalidRelayUrl)?;
        let (authority, query) = rest.split_once('?').unwrap_or((rest, "transport=udp"));
        let is_host = |host: &str| {
            !host.is_empty()
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
        };
        let is_query = matches!(query, "transport=tcp" | "transport=udp");
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        // A colon within is one of an address of IPv6, which stands in brackets.
        let is_bare = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
        if text.len() <= LONGEST_URL && is_host(host) && is_bare && is_port && is_query {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRelayUrl)
        }
    }
}

impl fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The relays that attendees are told of, and the secret that they share with this server.
#[derive(Debug, Clone)]
pub(crate) struct Relays {
    urls: Arc<[RelayUrl]>,
    secret: Secret,
}

impl Relays {
    /// Relays at these addresses.
    pub(crate) fn new(urls: Vec<RelayUrl>, secret: Secret) -> Self {
        Self { urls: urls.into(), secret }
    }

    /// What someone needs to be carried by the relays until a moment. There is no relay that is told without a name and a
    /// password of its own.
    pub(crate) fn for_attendee(&self, who: &str, until: Timestamp) -> Vec<IceServer> {
        if self.urls.is_empty() {
            return Vec::new();
        }
        let username = format!("{}:{who}", until.as_second());
        let credential = credential(&self.secret, &username);
        vec![IceServer { urls: self.urls.iter().map(ToString::to_string).collect(), username, credential }]
    }
}

/// The password of a user name. HMAC takes keys of any length, and coturn knows SHA-1 alone.
fn credential(secret: &Secret, username: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes()) else { return String::new() };
    mac.update(username.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_are_named_as_browsers_take_them() {
        let good = [
            "turns:turn.example:443?transport=tcp",
            "turns:turn.example",
            "turn:192.0.2.1:3478",
            "turn:192.0.2.1:3478?transport=udp",
            "turns:[2001:db8::1]:5349?transport=tcp",
            "turns:[2001:db8::1]",
        ];
        for text in good {
            assert_eq!(text.parse::<RelayUrl>().map(|url| url.to_string()), Ok(text.to_owned()));
        }
        let long = format!("turns:{}", "a".repeat(LONGEST_URL));
        let bad = [
            "",
            "turns:",
            "stun:turn.example",
            "https://turn.example",
            "turns://turn.example",
            "turns:turn.example:0",
            "turns:turn.example:99999",
            "turns:turn.example:443?transport=sctp",
            "turns:a b",
            "turns:2001:db8::1:443",
            "turns:x\";rel=\"y",
            &long,
        ];
        for text in bad {
            assert_eq!(text.parse::<RelayUrl>(), Err(InvalidRelayUrl), "{text}");
        }
    }

    #[test]
    fn credentials_are_those_that_coturn_computes() {
        let relays = Relays::new(vec!["turns:turn.example".parse().unwrap()], Secret::known("north"));
        let until = Timestamp::from_second(1_433_895_918).unwrap();
        let told = relays.for_attendee("7-12", until);
        // By `openssl dgst -sha1 -hmac north -binary | base64`.
        let expected = IceServer {
            urls: vec!["turns:turn.example".to_owned()],
            username: "1433895918:7-12".to_owned(),
            credential: "mDDnpZlVv3VhGjO+vXrT54q9pJs=".to_owned(),
        };
        assert_eq!(told, [expected]);
        assert_eq!(Relays::new(Vec::new(), Secret::known("north")).for_attendee("7-12", until), []);
        assert!(!format!("{relays:?}").contains("north"), "no secret in a log");
    }
}
