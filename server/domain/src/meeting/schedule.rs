//! Meetings before they run: when, for whom, in which languages; and the links that lead guests to them.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::MeetingRole;
use crate::identity::{DisplayName, MemberId, Principal, Role, TimeZoneName};
use crate::record::{Code, Language};

/// How long a meeting can be planned for.
pub const LONGEST_MEETING: SignedDuration = SignedDuration::from_hours(12);

/// How long before its time a meeting can be entered, and how long after.
pub const OPEN_BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// Languages that are interpreted into.
pub const MOST_FLOORS: usize = 4;

/// Links that are made to one meeting, those that were taken back among them.
pub const MOST_GUEST_LINKS: usize = 100;

/// Meetings of one centre whose end is to come, those that were called off among them.
pub const MOST_MEETINGS: usize = 1_000;

/// A meeting's number. It is drawn at random: one that is counted would tell how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeetingId(pub u64);

impl MeetingId {
    /// The number of eight random bytes. It has 63 bits, and none is 0.
    pub const fn from_random(bytes: [u8; 8]) -> Self {
        match u64::from_be_bytes(bytes) >> 1 {
            0 => Self(1),
            number => Self(number),
        }
    }
}

impl fmt::Display for MeetingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A meeting that is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// Its number.
    pub id: MeetingId,
    /// The centre that holds it.
    pub organisation: Code,
    /// Who planned it.
    pub author: MemberId,
    /// What it is about.
    pub title: DisplayName,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The zone that its time was said in, by which an invitation says it.
    pub time_zone: TimeZoneName,
    /// Languages that are interpreted into.
    pub floors: BTreeSet<Language>,
    /// Whether it was called off.
    pub is_cancelled: bool,
    /// When a host ended it; none if it runs on until its time is over.
    pub ended_at: Option<Timestamp>,
    /// Counts its changes, from 1.
    pub version: u64,
}

/// Why a meeting cannot be planned like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMeeting {
    /// It ends before it begins.
    #[error("a meeting ends after it begins")]
    Backwards,
    /// It is too long.
    #[error("a meeting lasts {} hours at most", LONGEST_MEETING.as_hours())]
    TooLong,
    /// It would be over before it is planned.
    #[error("this time is over")]
    Past,
    /// Too many languages.
    #[error("a meeting is interpreted into {MOST_FLOORS} languages at most")]
    Floors,
}

/// How a meeting stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It cannot be entered yet.
    Early,
    /// It can be entered.
    Open,
    /// Its time is over.
    Over,
    /// It was called off.
    Cancelled,
}

impl Scheduled {
    /// Refuses a time that makes no sense at `now`, and too many languages. One that is called off may be over.
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidMeeting> {
        let lasts = self.ends_at.duration_since(self.starts_at);
        if lasts <= SignedDuration::ZERO {
            Err(InvalidMeeting::Backwards)
        } else if lasts > LONGEST_MEETING {
            Err(InvalidMeeting::TooLong)
        } else if self.ends_at <= now && !self.is_cancelled {
            Err(InvalidMeeting::Past)
        } else if self.floors.len() > MOST_FLOORS {
            Err(InvalidMeeting::Floors)
        } else {
            Ok(())
        }
    }

    /// How it stands at `now`: it is open from [`OPEN_BEFORE`] its beginning until as long after its end, or until a host
    /// ended it.
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.is_cancelled {
            Standing::Cancelled
        } else if self.ended_at.is_some() {
            Standing::Over
        } else if self.starts_at.duration_since(now) > OPEN_BEFORE {
            Standing::Early
        } else if now.duration_since(self.ends_at) > OPEN_BEFORE {
            Standing::Over
        } else {
            Standing::Open
        }
    }

    /// As what someone takes part without a link: see [`role_without_link`].
    pub fn role_of(&self, principal: &Principal) -> Option<MeetingRole> {
        role_without_link(&self.organisation, principal)
    }

    /// Whether someone may plan, change and call off meetings of this one's centre.
    pub fn is_kept_by(&self, principal: &Principal) -> bool {
        self.role_of(principal) == Some(MeetingRole::Host)
    }
}

/// As what someone takes part without a link in the meetings of a centre; none if they are not for them. The centre's hosts
/// lead them and its interpreters interpret; the bureau's people are officials.
pub fn role_without_link(centre: &Code, principal: &Principal) -> Option<MeetingRole> {
    let Principal::Member { organisation, .. } = principal else { return None };
    let is_own = organisation == centre;
    if is_own && principal.has(Role::Host) {
        Some(MeetingRole::Host)
    } else if is_own && principal.has(Role::Interpreter) {
        Some(MeetingRole::Interpreter)
    } else if [Role::Editor, Role::Approver, Role::Admin].iter().any(|role| principal.has(*role)) {
        Some(MeetingRole::Official)
    } else {
        None
    }
}

/// A link that leads to a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLink {
    /// The meeting.
    pub meeting: MeetingId,
    /// Which of the meeting's links it is, from 1.
    pub number: u32,
    /// What it calls whoever comes by it; they may say otherwise.
    pub name: DisplayName,
    /// As what they take part; see [`MeetingRole::comes_by_link`].
    pub role: MeetingRole,
    /// The language that they are met in.
    pub language: Language,
    /// When it was made.
    pub created_at: Timestamp,
    /// When someone or something first came by it; none if nobody has yet.
    pub used_at: Option<Timestamp>,
    /// Whether it was taken back.
    pub is_revoked: bool,
}
