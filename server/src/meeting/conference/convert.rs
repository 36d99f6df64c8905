//! Meetings that run, on the wire.

use cloudsite_domain::identity::DisplayName;
use cloudsite_domain::meeting::{
    Act, Hand, Listening, Meeting, MeetingRole, Participant, ParticipantId, Place, Recording, Refused, RoomId, Side,
    Source, may,
};
use cloudsite_domain::record::Language;
use cloudsite_proto::meeting as wire;
use tonic::Code;

use crate::grpc::Refusal;
use crate::meeting::recording::Trouble;
use crate::meeting::wire::{role_from_wire, role_to_wire};

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let (code, reason) = match refused {
            Refused::NotTaking | Refused::InLobby | Refused::NotForRole(_) | Refused::Led(_) => {
                (Code::PermissionDenied, "NOT_FOR_PARTICIPANT")
            }
            Refused::NoParticipant(_) | Refused::NoRoom(_) | Refused::NoFloor(_) => (Code::NotFound, "NOT_IN_MEETING"),
            Refused::Full | Refused::LobbyFull | Refused::RoomsFull => (Code::ResourceExhausted, "MEETING_FULL"),
            Refused::Over => (Code::FailedPrecondition, "MEETING_OVER"),
            Refused::Locked => (Code::FailedPrecondition, "MEETING_LOCKED"),
            Refused::NotAdmitted(_)
            | Refused::MainRoom
            | Refused::OnNoFloor
            | Refused::NotAsked
            | Refused::LastHost
            | Refused::Equipment(_) => (Code::FailedPrecondition, "MEETING_STATE"),
        };
        Self::InTheWay { code, reason, message: refused.to_string(), violations: Vec::new() }
    }
}

fn role(field: &'static str, given: i32) -> Result<MeetingRole, Refusal> {
    role_from_wire(given).ok_or_else(|| Refusal::field(field, "is no role in a meeting"))
}

/// A language, by its tag.
pub(super) fn language(field: &'static str, tag: &str) -> Result<Language, Refusal> {
    Language::from_tag(tag).ok_or_else(|| {
        let known = Language::ALL.map(Language::tag).join(", ");
        Refusal::field(field, format!("'{tag}' is none of {known}"))
    })
}

fn floor(field: &'static str, tag: &str) -> Result<Option<Language>, Refusal> {
    if tag.is_empty() { Ok(None) } else { language(field, tag).map(Some) }
}

/// A name to show.
pub(super) fn name(field: &'static str, text: &str) -> Result<DisplayName, Refusal> {
    text.parse().map_err(|problem| Refusal::field(field, problem))
}

/// A source, which is given.
pub(super) fn source(field: &'static str, given: i32) -> Result<Source, Refusal> {
    match wire::Source::try_from(given) {
        Ok(wire::Source::Microphone) => Ok(Source::Microphone),
        Ok(wire::Source::Camera) => Ok(Source::Camera),
        Ok(wire::Source::Screen) => Ok(Source::Screen),
        Ok(wire::Source::Unspecified) | Err(_) => Err(Refusal::field(field, "is no source")),
    }
}

/// An act that someone asks for.
pub(super) fn act(given: wire::Act) -> Result<Act, Refusal> {
    use wire::act::Act as Given;
    let given = given.act.ok_or_else(|| Refusal::field("act", "is missing"))?;
    Ok(match given {
        Given::Admit(id) => Act::Admit(ParticipantId(id)),
        Given::Remove(id) => Act::Remove(ParticipantId(id)),
        Given::Mute(id) => Act::Mute(ParticipantId(id)),
        Given::Unmute(id) => Act::Unmute(ParticipantId(id)),
        Given::LetLead(id) => Act::LetLead(ParticipantId(id)),
        Given::LowerHand(id) => Act::LowerHand(ParticipantId(id)),
        Given::Lock(locked) => Act::Lock(locked),
        Given::SetRole(given) => Act::SetRole(ParticipantId(given.participant), role("act.set_role.role", given.role)?),
        Given::OpenRoom(text) => Act::OpenRoom(name("act.open_room", &text)?),
        Given::CloseRoom(room) => Act::CloseRoom(RoomId(room)),
        Given::Move(given) => Act::Move(ParticipantId(given.participant), RoomId(given.room)),
        Given::End(wire::End {}) => Act::End,
        Given::Lead(given) => {
            if given.stop {
                Act::StopLeading
            } else {
                Act::Lead
            }
        }
        Given::Hand(given) => Act::RaiseHand(given.up),
        Given::Switch(given) => {
            Act::Switch { microphone: given.microphone, camera: given.camera, screen: given.screen }
        }
        Given::Listen(given) => {
            Act::Listen(Listening { floor: floor("act.listen.floor", &given.floor)?, original: given.original })
        }
        Given::Roam(given) => Act::Roam(given.free),
        Given::Interpret(tag) => Act::Interpret(floor("act.interpret", &tag)?),
        Given::TakeFloor(wire::TakeFloor {}) => Act::TakeFloor,
        Given::Record(asked) => Act::Record(asked),
        Given::AgreeToRecording(agrees) => Act::AgreeToRecording(agrees),
    })
}

/// Someone who takes part in a meeting.
pub(super) fn person(meeting: &Meeting, person: &Participant) -> wire::Person {
    let (waiting, room) = match person.place {
        Place::Lobby => (true, RoomId::MAIN),
        Place::Room(room) => (false, room),
    };
    let organisation = match &person.side {
        Side::Organisation(code) => format!("organisations/{code}"),
        Side::Invited => String::new(),
    };
    let tag = |language: Option<Language>| language.map_or("", Language::tag).to_owned();
    wire::Person {
        id: person.id.0,
        name: person.name.to_string(),
        role: role_to_wire(person.role).into(),
        organisation,
        language: person.language.tag().to_owned(),
        waiting,
        room: room.0,
        here: person.is_here,
        hand: match person.hand {
            Hand::Down => 0,
            Hand::Up(order) => order,
        },
        microphone: person.switches.microphone,
        camera: person.switches.camera,
        screen: person.switches.screen,
        muted: person.switches.is_muted,
        hears: tag(person.listening.floor),
        hears_original: person.listening.original,
        interprets: tag(person.interpreting.map(|work| work.floor)),
        speaks_floor: person.interpreting.is_some_and(|work| work.is_active),
        free: person.is_free,
        agrees_to_recording: person.agrees_to_recording,
        barred: meeting.bars(person.came),
    }
}

/// Why nothing is recorded.
pub(super) const fn trouble_to_wire(trouble: Option<Trouble>) -> wire::RecordingTrouble {
    match trouble {
        None => wire::RecordingTrouble::Unspecified,
        Some(Trouble::DiskFull) => wire::RecordingTrouble::DiskFull,
        Some(Trouble::TooMany) => wire::RecordingTrouble::TooMany,
        Some(Trouble::NotWritten) => wire::RecordingTrouble::NotWritten,
    }
}

const fn recording_to_wire(recording: Recording) -> wire::RecordingState {
    match recording {
        Recording::Off => wire::RecordingState::Off,
        Recording::Waiting => wire::RecordingState::Waiting,
        Recording::On => wire::RecordingState::On,
    }
}

/// A meeting as someone sees it: from the lobby, themselves alone; and of the lobby those alone who let in know who waits.
pub(super) fn state(meeting: &Meeting, version: u64, viewer: ParticipantId) -> wire::State {
    let floors = meeting.floors().iter().map(|floor| floor.tag().to_owned()).collect();
    let waits = meeting.person(viewer).is_none_or(|person| person.place == Place::Lobby);
    let lets_in = meeting.person(viewer).is_some_and(|person| may(person.role, &Act::Admit(viewer)));
    let seen = |other: &&Participant| other.id == viewer || (!waits && (lets_in || other.place != Place::Lobby));
    let people = meeting.people().filter(seen).map(|person| self::person(meeting, person)).collect();
    let recording = recording_to_wire(meeting.recording()).into();
    if waits {
        return wire::State { version, people, floors, recording, ..wire::State::default() };
    }
    let rooms = meeting
        .rooms()
        .filter_map(|room| Some(wire::Room { id: room.id.0, name: room.name.as_ref()?.to_string() }))
        .collect();
    // Whoever leads in another room is followed by nobody here.
    let room = meeting.person(viewer).and_then(Participant::room);
    let leader = room.and_then(|room| meeting.leader(room)).map_or(0, |leader| leader.0);
    wire::State { version, people, rooms, floors, leader, locked: meeting.is_locked(), recording, recording_trouble: 0 }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::meeting::Joining;
    use tonic::Status;
    use wire::act::Act as Given;

    use super::*;

    #[test]
    fn an_act_that_is_none_names_its_field() {
        let cases = [
            (None, "act: "),
            (Some(Given::SetRole(wire::SetRole { participant: 1, role: 99 })), "act.set_role.role: "),
            (Some(Given::OpenRoom(" ".to_owned())), "act.open_room: "),
            (Some(Given::Interpret("xx".to_owned())), "act.interpret: 'xx' is none of zh, en, ja, ko, de"),
            (Some(Given::Listen(wire::Listen { floor: "?".to_owned(), original: true })), "act.listen.floor: "),
        ];
        for (given, field) in cases {
            let status = Status::from(act(wire::Act { act: given.clone() }).unwrap_err());
            assert!(status.message().starts_with(field), "{given:?}: {}", status.message());
        }
    }

    #[test]
    fn who_waits_is_known_to_those_alone_who_let_in() {
        let mut meeting = Meeting::new([Language::Ja].into());
        let roles = [MeetingRole::Host, MeetingRole::Guest, MeetingRole::Official, MeetingRole::Guest];
        for (id, role) in (1..).zip(roles) {
            let (name, side, language) = ("x".parse().unwrap(), Side::Invited, Language::En);
            let joining = Joining { name, role, side, came: None, language, back_in: None, seating: 0 };
            meeting.join(ParticipantId(id), joining).unwrap();
        }
        meeting.apply(ParticipantId(1), &Act::Admit(ParticipantId(2))).unwrap();
        let seen = |viewer| {
            let people = state(&meeting, 7, ParticipantId(viewer)).people;
            people.iter().map(|person| person.id).collect::<Vec<_>>()
        };
        assert_eq!([seen(1), seen(2), seen(3), seen(4)], [vec![1, 2, 3, 4], vec![1, 2, 3], vec![1, 2, 3], vec![4]]);
    }

    #[test]
    fn whoever_waits_sees_themselves_alone() {
        let mut meeting = Meeting::new([Language::Ja].into());
        for (id, role) in [(1, MeetingRole::Host), (2, MeetingRole::Guest), (3, MeetingRole::Guest)] {
            let (name, side) = ("x".parse().unwrap(), Side::Invited);
            let language = Language::En;
            let joining = Joining { name, role, side, came: None, language, back_in: None, seating: 0 };
            meeting.join(ParticipantId(id), joining).unwrap();
        }
        meeting.apply(ParticipantId(1), &Act::OpenRoom("Caucus".parse().unwrap())).unwrap();
        meeting.apply(ParticipantId(1), &Act::Lead).unwrap();
        let ids = |viewer| {
            let seen = state(&meeting, 7, ParticipantId(viewer));
            (seen.people.iter().map(|person| person.id).collect::<Vec<_>>(), seen.rooms.len(), seen.leader)
        };
        assert_eq!(ids(1), (vec![1, 2, 3], 1, 1));
        assert_eq!(ids(2), (vec![2], 0, 0));
        assert_eq!(ids(9), (vec![], 0, 0), "nobody's view");
    }
}
