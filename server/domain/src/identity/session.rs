//! Sessions of members, and the tokens by which programs act for them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{DisplayName, InvalidTransition, MemberId, Role};
use crate::record::terms::terms;

/// How long an access token is good for.
pub const ACCESS_SPAN: SignedDuration = SignedDuration::from_mins(15);

/// How long a session can be refreshed.
pub const SESSION_SPAN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Sessions that a member has at once; a further one ends the oldest.
pub const MOST_SESSIONS: usize = 16;

/// How long after a refresh the refresh token before it is still taken, because two windows of one browser may refresh
/// at the same time.
pub const REFRESH_GRACE: SignedDuration = SignedDuration::from_secs(60);

/// The longest life of a service token.
pub const LONGEST_SERVICE_TOKEN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A session's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// A service token's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceTokenId(pub u64);

terms! {
    /// Why a session ended before its time.
    SessionEnd, "end of a session";
    /// The member signed out.
    SignedOut = "signed_out",
    /// All of the member's sessions were ended.
    Revoked = "revoked",
    /// The member started more sessions than one can have.
    Replaced = "replaced",
    /// A refresh token came twice, so someone else has it too.
    Reused = "reused",
}

/// Whether a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// It does, until its time is over.
    Live,
    /// It was ended.
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        cause: SessionEnd,
    },
}

/// A member's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's number.
    pub id: SessionId,
    /// Whose it is.
    pub member: MemberId,
    /// Since when.
    pub started_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// Whether it goes on.
    pub state: SessionState,
}

impl Session {
    /// Whether calls can be made in it at a time.
    pub fn is_live(&self, at: Timestamp) -> bool {
        self.state == SessionState::Live && at < self.ends_at
    }

    /// The session once it was ended.
    pub fn end(self, at: Timestamp, cause: SessionEnd) -> Result<Self, InvalidTransition> {
        match self.state {
            SessionState::Live => Ok(Self { state: SessionState::Ended { at, cause }, ..self }),
            SessionState::Ended { .. } => Err(InvalidTransition { from: "ended", asked: "ended" }),
        }
    }

    /// When an access token made now is good for no longer: never after the session.
    pub fn access_until(&self, now: Timestamp) -> Timestamp {
        now.checked_add(ACCESS_SPAN).unwrap_or(self.ends_at).min(self.ends_at)
    }
}

/// Whether a refresh token that was replaced at `replaced_at` and comes at `now` is late, not stolen.
pub fn is_within_grace(replaced_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(replaced_at) <= REFRESH_GRACE
}

/// A token by which a program acts for a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    /// The token's number.
    pub id: ServiceTokenId,
    /// For whom it acts.
    pub member: MemberId,
    /// What it is for.
    pub label: DisplayName,
    /// The member's roles that it has. One that the member loses, it loses too.
    pub roles: BTreeSet<Role>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl ServiceToken {
    /// Whether calls can be made with it at a time.
    pub fn is_live(&self, at: Timestamp) -> bool {
        self.revoked_at.is_none() && at < self.expires_at
    }

    /// The token once it was revoked.
    pub fn revoke(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.revoked_at {
            None => Ok(Self { revoked_at: Some(at), ..self }),
            Some(_) => Err(InvalidTransition { from: "revoked", asked: "revoked" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).unwrap()
    }

    #[test]
    fn a_session_ends_once_and_by_itself() {
        let session = Session {
            id: SessionId(1),
            member: MemberId(2),
            started_at: at(0),
            ends_at: at(1_000),
            state: SessionState::Live,
        };
        assert!(session.is_live(at(999)) && !session.is_live(at(1_000)));
        assert_eq!(session.access_until(at(50)), at(950));
        assert_eq!(session.access_until(at(500)), at(1_000), "not longer than the session");
        let ended = session.end(at(10), SessionEnd::SignedOut).unwrap();
        assert!(!ended.is_live(at(11)));
        assert!(ended.end(at(12), SessionEnd::Revoked).is_err());
    }

    #[test]
    fn a_refresh_token_may_come_twice_at_the_same_time_only() {
        for (now, late) in [(100, true), (160, true), (161, false)] {
            assert_eq!(is_within_grace(at(100), at(now)), late, "{now}");
        }
    }

    #[test]
    fn a_service_token_expires_or_is_revoked() {
        let token = ServiceToken {
            id: ServiceTokenId(1),
            member: MemberId(2),
            label: "tiles to Tokyo".parse().unwrap(),
            roles: [Role::Host].into(),
            created_at: at(0),
            expires_at: at(100),
            revoked_at: None,
        };
        assert!(token.is_live(at(99)) && !token.is_live(at(100)));
        let revoked = token.revoke(at(5)).unwrap();
        assert!(!revoked.is_live(at(6)));
        assert!(revoked.revoke(at(7)).is_err());
    }
}
