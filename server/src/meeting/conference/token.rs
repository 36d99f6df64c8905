//! What someone holds who takes part: with it they signal, and come back. It says who they are and where they were, so that it
//! is good after a restart, too.

use cloudsite_domain::identity::{MemberId, Principal};
use cloudsite_domain::meeting::{
    CameBy, Joining, MeetingId, MeetingRole, Participant, ParticipantId, Place, Room, RoomId, Scheduled, Side,
};
use cloudsite_domain::record::{Code, Language};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;

/// Binds tokens to this use of the keys.
const PURPOSE: &[u8] = b"cloudsite meeting";

/// How someone came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Came {
    /// A member without a link: who, and as what. The seat is theirs as long as they are still that.
    Member {
        /// Who.
        member: MemberId,
        /// As what.
        role: MeetingRole,
    },
    /// By a link of the meeting. The seat is theirs until it is taken back.
    Link {
        /// Which of the meeting's.
        link: u32,
    },
}

impl Came {
    /// As what someone comes to a meeting without a link; none if it is not for them.
    pub(super) fn of(meeting: &Scheduled, principal: &Principal) -> Option<Self> {
        let Principal::Member { id, .. } = principal else { return None };
        Some(Self::Member { member: *id, role: meeting.role_of(principal)? })
    }

    /// The way alone, as the meeting knows it.
    pub(super) const fn by(self) -> CameBy {
        match self {
            Self::Member { member, .. } => CameBy::Member(member),
            Self::Link { link } => CameBy::Link(link),
        }
    }
}

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seating {
    meeting: u64,
    participant: u32,
    /// Which of their streams it was given in, so that who was replaced signals no more.
    pub(super) stream: u64,
    name: String,
    role: MeetingRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Code>,
    /// How they came; none for whoever came by a link to a server that did not keep by which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) came: Option<Came>,
    language: Language,
    /// The room that they are in: its number and name; none in the lobby.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    room: Option<(u32, Option<String>)>,
    /// How old role and room are: of two tokens the one with the greater number says what is.
    #[serde(default)]
    changes: u64,
    /// Until when the meeting is open, as it was planned when this was given: seconds since 1970.
    exp: i64,
}

impl Seating {
    /// What a token says of someone, who is in `room`, until a moment.
    pub(super) fn of(
        meeting: MeetingId,
        stream: u64,
        person: &Participant,
        came: Option<Came>,
        room: Option<&Room>,
        until: Timestamp,
    ) -> Self {
        let organisation = match &person.side {
            Side::Organisation(code) => Some(code.clone()),
            Side::Invited => None,
        };
        let name_of = |room: &Room| room.name.as_ref().map(ToString::to_string);
        let room = room.filter(|_| person.place != Place::Lobby).map(|room| (room.id.0, name_of(room)));
        Self {
            meeting: meeting.0,
            participant: person.id.0,
            stream,
            name: person.name.to_string(),
            role: person.role,
            organisation,
            came,
            language: person.language,
            room,
            changes: person.seating,
            exp: until.as_second(),
        }
    }

    /// The meeting.
    pub(super) const fn meeting(&self) -> MeetingId {
        MeetingId(self.meeting)
    }

    /// Whose it is.
    pub(super) const fn participant(&self) -> ParticipantId {
        ParticipantId(self.participant)
    }

    /// Who comes back by it; none if it says what no meeting has.
    pub(super) fn joining(&self) -> Option<Joining> {
        let back_in = match &self.room {
            None => None,
            Some((id, None)) => Some(Room { id: RoomId(*id), name: None }),
            Some((id, Some(name))) => Some(Room { id: RoomId(*id), name: Some(name.parse().ok()?) }),
        };
        let side = self.organisation.clone().map_or(Side::Invited, Side::Organisation);
        let (name, came) = (self.name.parse().ok()?, self.came.map(Came::by));
        Some(Joining { name, role: self.role, side, came, language: self.language, back_in, seating: self.changes })
    }

    /// The token; none if it could not be made.
    pub(super) fn sealed(&self, identity: &Identity) -> Option<String> {
        identity.seal_claims_for(PURPOSE, self).ok()
    }

    /// What a token says, if it is one of ours. How long it is good the meeting says: as long as it runs, also past its
    /// time.
    pub(super) fn open(identity: &Identity, token: &str) -> Option<Self> {
        identity.open_claims_for(PURPOSE, token)
    }
}
