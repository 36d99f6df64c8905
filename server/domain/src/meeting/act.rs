//! What someone can do in a meeting, and why it is refused.

use super::{Listening, MeetingRole, ParticipantId, RoomId};
use crate::identity::DisplayName;
use crate::record::Language;

/// Something that one who takes part does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Lets someone in from the lobby, into the main room.
    Admit(ParticipantId),
    /// Sends someone out of the meeting, or away from the lobby; they do not come back by what they hold.
    Remove(ParticipantId),
    /// Takes someone's voice away.
    Mute(ParticipantId),
    /// Gives it back; whether they speak is theirs to decide.
    Unmute(ParticipantId),
    /// Lets nobody new in, not even into the lobby.
    Lock(bool),
    /// Makes someone something else.
    SetRole(ParticipantId, MeetingRole),
    /// Opens a room for a caucus.
    OpenRoom(DisplayName),
    /// Closes one; who is in it comes back to the main room.
    CloseRoom(RoomId),
    /// Brings someone who was admitted into a room.
    Move(ParticipantId, RoomId),
    /// Takes the lead: the view of everyone in the same room follows. Another who leads there loses it.
    Lead,
    /// Gives it up, or takes it from who has it.
    StopLeading,
    /// Lets someone else lead.
    LetLead(ParticipantId),
    /// Raises a hand, or takes it down.
    RaiseHand(bool),
    /// Takes down someone else's hand.
    LowerHand(ParticipantId),
    /// Switches the own sources on and off: microphone, camera, screen.
    Switch {
        /// To be heard.
        microphone: bool,
        /// To be seen.
        camera: bool,
        /// To show the screen.
        screen: bool,
    },
    /// Chooses what to hear.
    Listen(Listening),
    /// As an interpreter: goes to a floor, to relieve whoever speaks there; to none.
    Interpret(Option<Language>),
    /// As an interpreter on a floor: speaks there from now on. Whoever spoke listens.
    TakeFloor,
    /// Looks around alone, or goes back to the guide.
    Roam(bool),
    /// Asks everyone to be recorded, or records no more.
    Record(bool),
    /// Agrees to be recorded, or no longer does.
    AgreeToRecording(bool),
    /// Ends the meeting for everyone.
    End,
}

/// Why an act is not done. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The meeting is over.
    #[error("the meeting is over")]
    Over,
    /// Whoever does it takes no part.
    #[error("you take no part in this meeting")]
    NotTaking,
    /// Whoever does it waits in the lobby.
    #[error("you have not been let in yet")]
    InLobby,
    /// It is not for this role.
    #[error("as {0} one may not do that")]
    NotForRole(MeetingRole),
    /// There is no such participant.
    #[error("there is no participant {0}")]
    NoParticipant(ParticipantId),
    /// The other waits in the lobby, and has to be let in first.
    #[error("participant {0} has not been let in yet")]
    NotAdmitted(ParticipantId),
    /// There is no such room.
    #[error("there is no room {}", .0.0)]
    NoRoom(RoomId),
    /// The main room stays.
    #[error("the main room is not closed")]
    MainRoom,
    /// As many rooms are open as can be.
    #[error("{most} rooms are open, and no more can be: close one first", most = super::MOST_ROOMS)]
    RoomsFull,
    /// As many are in as can be.
    #[error("{most} people take part, and no more can", most = super::PLACES)]
    Full,
    /// As many wait as can.
    #[error("{most} people wait to be let in, and no more can: try again in a few minutes", most = super::LOBBY_PLACES)]
    LobbyFull,
    /// A host has locked it.
    #[error("the meeting is locked: nobody new is let in")]
    Locked,
    /// Nobody interprets into this language here.
    #[error("the meeting has no floor in {}", .0.tag())]
    NoFloor(Language),
    /// Only an interpreter on a floor can.
    #[error("go to a floor first")]
    OnNoFloor,
    /// Someone else leads, and only a host takes the lead from them.
    #[error("participant {0} leads: ask for the lead")]
    Led(ParticipantId),
    /// Nobody asks for it.
    #[error("nobody asks to record this meeting")]
    NotAsked,
    /// A camera or a player leads nobody, and nobody becomes one.
    #[error("participant {0} is no person, or would be none: what comes by a token of its own stays what it is")]
    Equipment(ParticipantId),
    /// A meeting is not left without a host by making its last host something else.
    #[error("a meeting keeps a host: make someone else a host first")]
    LastHost,
}
