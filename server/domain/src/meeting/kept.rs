//! What a meeting keeps of those who were let in: what they hold says where they were when it was given, and not where they
//! were last.

use std::collections::BTreeMap;

use super::{Joining, Meeting, MeetingRole, Participant, ParticipantId, Place, Room};
use crate::identity::MemberId;

/// Of how many who have left it is kept what they were. Beyond, who comes back by what they hold waits as if they were new.
pub const MOST_LEFT: usize = 1_000;

/// By which way someone came: what they can come by again, under another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CameBy {
    /// A member without a link.
    Member(MemberId),
    /// By a link of the meeting, whoever has it.
    Link(u32),
}

/// What someone was last who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// As what they took part.
    pub role: MeetingRole,
    /// Where; none is the lobby.
    pub room: Option<Room>,
    /// Whether a host had taken their voice away.
    pub is_muted: bool,
    /// Counts the changes of role and place: see [`Participant::seating`].
    pub seating: u64,
    /// By which way they came, where that is known.
    pub came: Option<CameBy>,
}

impl Meeting {
    /// The same, in which those who come back are what they were last, and that is locked if it was.
    #[must_use]
    pub fn remembering(mut self, is_locked: bool, kept: BTreeMap<ParticipantId, Kept>) -> Self {
        let rooms = kept.values().filter_map(|kept| kept.room.as_ref());
        // No room gets the number of one that someone was in before.
        self.next_room = rooms.map(|room| room.id.0.saturating_add(1)).fold(self.next_room, u32::max);
        self.is_locked = is_locked;
        self.left = kept;
        self
    }

    /// What is to be kept of all who were let in, those who have left among them. Equipment comes anew by its token.
    pub fn kept(&self) -> BTreeMap<ParticipantId, Kept> {
        let here = self.people().filter_map(|person| Some((person.id, self.kept_of(person)?)));
        here.chain(self.left.iter().map(|(id, kept)| (*id, kept.clone()))).collect()
    }

    /// What is to be kept of someone; nothing of whoever was never let in.
    fn kept_of(&self, person: &Participant) -> Option<Kept> {
        let room = match person.place {
            Place::Room(room) => Some(self.room(room)?.clone()),
            Place::Lobby => None,
        };
        let is_known = room.is_some() || person.seating > 0;
        let Participant { role, switches, seating, came, .. } = *person;
        (is_known && !role.is_equipment()).then_some(Kept { role, room, is_muted: switches.is_muted, seating, came })
    }

    /// Keeps what someone was who leaves, if there is room for it.
    pub(super) fn keep(&mut self, person: &Participant) {
        if self.left.len() < MOST_LEFT
            && let Some(kept) = self.kept_of(person)
        {
            self.left.insert(person.id, kept);
        }
    }

    /// Who comes as what they were last, whatever they hold says of an earlier time; whether they are muted; and whether they
    /// wait because nothing is known of them any more.
    pub(super) fn as_kept(&self, id: ParticipantId, joining: Joining) -> (Joining, bool, bool) {
        match self.left.get(&id) {
            Some(kept) if kept.seating >= joining.seating => {
                let Kept { role, room, is_muted, seating, .. } = kept.clone();
                (Joining { role, back_in: room, seating, ..joining }, is_muted, false)
            }
            // It was given to them just before the server stopped, which has not kept it.
            Some(kept) => (joining, kept.is_muted, false),
            None if joining.back_in.is_some() && self.left.len() >= MOST_LEFT => {
                (Joining { back_in: None, ..joining }, false, true)
            }
            None => (joining, false, false),
        }
    }
}
