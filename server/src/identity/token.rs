//! Access tokens: PASETO v4.local, so whoever holds one can neither read nor change it. A token only names a session or a
//! service token and an end; what these may do is looked up at each call.

use cloudsite_domain::identity::{ServiceTokenId, SessionId};
use jiff::Timestamp;
use pasetors::Local;
use pasetors::token::UntrustedToken;
use pasetors::version4::{LocalToken, V4};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Identity;
use super::keys::Keys;

/// Binds tokens to this use of the keys.
const PURPOSE: &[u8] = b"cloudsite access";

/// The longest token looked at, bytes.
const LONGEST: usize = 1024;

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Grant {
    /// A member's session.
    Session(SessionId),
    /// A program that acts for a member.
    Service(ServiceTokenId),
}

#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<u64>,
    /// Seconds since 1970.
    exp: i64,
}

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a token could not be sealed")]
pub(crate) struct NotSealed;

/// Makes a token that is good until `expires_at`.
pub(super) fn seal(keys: &Keys, grant: Grant, expires_at: Timestamp) -> Result<String, NotSealed> {
    let (session, service) = match grant {
        Grant::Session(id) => (Some(id.0), None),
        Grant::Service(id) => (None, Some(id.0)),
    };
    seal_claims(keys, PURPOSE, &Claims { session, service, exp: expires_at.as_second() })
}

/// Makes a token that holds claims, for one purpose.
pub(super) fn seal_claims(keys: &Keys, purpose: &[u8], claims: &impl Serialize) -> Result<String, NotSealed> {
    let claims = serde_json::to_vec(claims).map_err(|_| NotSealed)?;
    let key = keys.newest();
    LocalToken::encrypt(&key.key, &claims, Some(key.id.as_bytes()), Some(purpose)).map_err(|_| NotSealed)
}

/// What a token stands for; none if it is not one of ours, was changed, or is over.
pub(super) fn open(keys: &Keys, token: &str, now: Timestamp) -> Option<Grant> {
    let claims: Claims = open_claims(keys, PURPOSE, token)?;
    if now.as_second() >= claims.exp {
        return None;
    }
    match claims {
        Claims { session: Some(id), service: None, .. } => Some(Grant::Session(SessionId(id))),
        Claims { session: None, service: Some(id), .. } => Some(Grant::Service(ServiceTokenId(id))),
        _ => None,
    }
}

/// The claims in a token that was made for this purpose; none if it was not, or was changed.
pub(super) fn open_claims<C: DeserializeOwned>(keys: &Keys, purpose: &[u8], token: &str) -> Option<C> {
    if token.len() > LONGEST {
        return None;
    }
    let token = UntrustedToken::<Local, V4>::try_from(token).ok()?;
    let key = keys.find(std::str::from_utf8(token.untrusted_footer()).ok()?)?;
    let opened = LocalToken::decrypt(&key.key, &token, Some(key.id.as_bytes()), Some(purpose)).ok()?;
    serde_json::from_str(opened.payload()).ok()
}

impl Identity {
    /// A token that holds claims of another part of the server, for one purpose.
    pub(crate) fn seal_claims_for(&self, purpose: &'static [u8], claims: &impl Serialize) -> Result<String, NotSealed> {
        seal_claims(&self.keys, purpose, claims)
    }

    /// The claims in a token that was made for this purpose; none if it was not, or was changed.
    pub(crate) fn open_claims_for<C: DeserializeOwned>(&self, purpose: &'static [u8], token: &str) -> Option<C> {
        open_claims(&self.keys, purpose, token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).unwrap()
    }

    fn keys() -> (tempfile::TempDir, Keys) {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::open(folder.path(), at(0)).unwrap();
        (folder, keys)
    }

    #[test]
    fn a_token_is_good_as_it_is_and_for_its_time() {
        let (_folder, keys) = keys();
        for grant in [Grant::Session(SessionId(7)), Grant::Service(ServiceTokenId(7))] {
            let token = seal(&keys, grant, at(100)).unwrap();
            assert!(token.starts_with("v4.local."), "{token}");
            assert_eq!(open(&keys, &token, at(99)), Some(grant));
            assert_eq!(open(&keys, &token, at(100)), None, "its time is over");
            let (_other_folder, others) = self::keys();
            assert_eq!(open(&others, &token, at(0)), None, "another server's");
        }
    }

    #[test]
    fn no_changed_byte_goes_through() {
        let (_folder, keys) = keys();
        let token = seal(&keys, Grant::Session(SessionId(7)), at(100)).unwrap();
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(open(&keys, &changed, at(0)), None, "byte {place} of {changed}");
        }
        for wrong in
            ["", "v4.local.", "v4.local.AAAA", "v4.local.AAAA.AAAA", &token[..token.len() - 1], &"A".repeat(9_999)]
        {
            assert_eq!(open(&keys, wrong, at(0)), None, "{wrong}");
        }
    }
}
