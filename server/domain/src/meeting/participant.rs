//! Who takes part, and as what.

use std::fmt;

use super::CameBy;
use crate::identity::DisplayName;
use crate::record::terms::terms;
use crate::record::{Code, Language};

/// The number of someone who takes part, within one meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantId(pub u32);

impl fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a room of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u32);

impl RoomId {
    /// Where everyone meets. Every other room is for a caucus.
    pub const MAIN: Self = Self(0);
}

terms! {
    /// As what someone takes part.
    MeetingRole, "role in a meeting";
    /// Leads the meeting: admits, mutes, moves.
    Host = "host",
    /// Was invited.
    Guest = "guest",
    /// Says in one language what is said in another.
    Interpreter = "interpreter",
    /// Is of the park's side, and needs no admission.
    Official = "official",
    /// Hears and sees, and is neither heard nor seen.
    Observer = "observer",
    /// A camera or an encoder that a host brings in: heard and seen as one of the people, and hears and sees nothing.
    Feed = "feed",
    /// Plays on a screen elsewhere what one of the people sends, or whoever speaks; neither heard nor seen.
    Player = "player",
}

impl MeetingRole {
    /// Whether someone with this role is heard and seen at all.
    pub const fn publishes(self) -> bool {
        !matches!(self, Self::Observer | Self::Player)
    }

    /// Whether anything of the others is carried to someone with this role.
    pub const fn receives(self) -> bool {
        !matches!(self, Self::Feed)
    }

    /// Whether it is no person's, but that of something with a token of its own. It does nothing by itself, and stays what
    /// it is.
    pub const fn is_equipment(self) -> bool {
        matches!(self, Self::Feed | Self::Player)
    }

    /// Whether someone with this role waits in the lobby until a host lets them in.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Guest | Self::Observer)
    }

    /// Whether a link can make someone this, or a token something. Who leads a meeting or is of the park's side comes as a
    /// member.
    pub const fn comes_by_link(self) -> bool {
        matches!(self, Self::Guest | Self::Interpreter | Self::Observer) || self.is_equipment()
    }
}

terms! {
    /// What of someone is carried to others.
    Source, "source";
    /// Their voice.
    Microphone = "microphone",
    /// Their picture.
    Camera = "camera",
    /// What is on their screen.
    Screen = "screen",
}

/// Where someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Before the door: neither heard nor seen, and hears and sees nothing.
    Lobby,
    /// In a room.
    Room(RoomId),
}

/// On whose side someone sits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Of an organisation that the park knows.
    Organisation(Code),
    /// Came by a link, from outside.
    Invited,
}

/// What someone has switched on, and what a host lets them.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and all of their positions make sense")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Says to be heard.
    pub microphone: bool,
    /// Says to be seen.
    pub camera: bool,
    /// Says to show a screen.
    pub screen: bool,
    /// A host has taken the voice away; only a host gives it back.
    pub is_muted: bool,
}

impl Switches {
    /// Nothing is switched on, and nothing taken away.
    pub const OFF: Self = Self { microphone: false, camera: false, screen: false, is_muted: false };

    /// Whether a source is carried to others.
    pub const fn carries(self, source: Source) -> bool {
        match source {
            Source::Microphone => self.microphone && !self.is_muted,
            Source::Camera => self.camera,
            Source::Screen => self.screen,
        }
    }
}

/// What someone hears: what is said, and an interpreter's floor in place of it or above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// The language to hear; none is what is said, in whichever language that is.
    pub floor: Option<Language>,
    /// Whether what is said is heard beneath the interpreter. How loud is for the listener's own machine.
    pub original: bool,
}

impl Listening {
    /// What is said, as it is said.
    pub const ORIGINAL: Self = Self { floor: None, original: true };
}

/// An interpreter's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interpreting {
    /// The language that they speak.
    pub floor: Language,
    /// Whether they are the one who speaks it now. Of all on a floor in one room, one is.
    pub is_active: bool,
}

/// Whether someone asks to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hand {
    /// Does not.
    Down,
    /// Does, as the how-manieth of the meeting: who waits longest has the lowest number.
    Up(u32),
}

/// Someone who takes part, or waits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Their number.
    pub id: ParticipantId,
    /// What to call them.
    pub name: DisplayName,
    /// As what they are here.
    pub role: MeetingRole,
    /// On whose side.
    pub side: Side,
    /// By which way they came, where that is known.
    pub came: Option<CameBy>,
    /// The language that they read and, unless they choose another, hear.
    pub language: Language,
    /// Where they are.
    pub place: Place,
    /// Counts the changes of their role and place, so that of two sayings of what they are the newer one counts.
    pub seating: u64,
    /// Whether they are connected now. Who is not keeps the place for a time.
    pub is_here: bool,
    /// A raised hand.
    pub hand: Hand,
    /// What they send.
    pub switches: Switches,
    /// What they hear.
    pub listening: Listening,
    /// Whom a player plays; none is whoever speaks.
    pub plays: Option<ParticipantId>,
    /// What they interpret; only interpreters do.
    pub interpreting: Option<Interpreting>,
    /// Whether they look around by themselves instead of where the guide leads.
    pub is_free: bool,
    /// Whether they agree to the recording that is asked for.
    pub agrees_to_recording: bool,
}

impl Participant {
    /// Puts them somewhere.
    pub(super) fn sit(&mut self, place: Place) {
        self.place = place;
        self.seating += 1;
    }

    /// The room that they are in, if they are in one and connected.
    pub fn room(&self) -> Option<RoomId> {
        match self.place {
            Place::Room(room) if self.is_here => Some(room),
            Place::Room(_) | Place::Lobby => None,
        }
    }
}
