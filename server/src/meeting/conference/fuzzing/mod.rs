//! What people who take part signal, from bytes to what comes of it: for the fuzzer, which has this file in a program of its
//! own, and for the test that changes real signals. Each reader takes any bytes.

#[cfg(test)]
mod tests;

use cloudsite_domain::meeting::{
    Joining, Meeting, MeetingRole, Participant, ParticipantId, Place, Recording, Refused, Room, RoomId, Side, audience,
    desired_routes,
};
use cloudsite_domain::record::Language;
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::signal_request::Signal;
use prost::Message;

use super::whip::offer::{Credentials, Offer, Way, fragment};
use super::{convert, said};
use crate::grpc::Refusal;

/// One of each role, and one who waits; number 0 is nobody.
const PEOPLE: [MeetingRole; 9] = [
    MeetingRole::Host,
    MeetingRole::Guest,
    MeetingRole::Interpreter,
    MeetingRole::Interpreter,
    MeetingRole::Official,
    MeetingRole::Observer,
    MeetingRole::Feed,
    MeetingRole::Player,
    MeetingRole::Guest,
];

/// The last of them waits.
const WAITS: ParticipantId = ParticipantId(PEOPLE.len() as u32);

/// Signals of one meeting at most.
const MOST_SIGNALS: usize = 200;

/// Signals as they come, each behind its length (varint); its `sequence` says which of nine people signals. Tells how many
/// there are, and how many of them were done.
pub(crate) fn read_signals(bytes: &[u8]) -> (usize, usize) {
    let (mut meeting, mut shown) = (crowd(), said::Shown::default());
    let (mut rest, mut come, mut done) = (bytes, 0, 0);
    while come < MOST_SIGNALS
        && let Ok(request) = wire::SignalRequest::decode_length_delimited(&mut rest)
    {
        let by = ParticipantId(request.sequence as u32 % (PEOPLE.len() as u32 + 1));
        let before = meeting.clone();
        let is_done = request.signal.is_some_and(|signal| is_done(&mut meeting, &mut shown, by, signal));
        assert!(is_done || meeting == before, "what is refused changes nothing");
        holds(&meeting);
        come += 1;
        done += usize::from(is_done);
    }
    (come, done)
}

/// The people, each connected, in a meeting with two floors.
fn crowd() -> Meeting {
    let mut meeting = Meeting::new([Language::Ja, Language::En].into());
    for (number, role) in (1..).zip(PEOPLE) {
        let Ok(name) = "x".parse() else { continue };
        let back_in = (ParticipantId(number) != WAITS).then_some(Room { id: RoomId::MAIN, name: None });
        let (side, language) = (Side::Invited, Language::Ja);
        let joining = Joining { name, role, side, came: None, language, back_in, seating: 0 };
        let joined = meeting.join(ParticipantId(number), joining);
        assert_eq!(joined, Ok(()), "there is a place");
    }
    meeting
}

fn is_done(meeting: &mut Meeting, shown: &mut said::Shown, by: ParticipantId, signal: Signal) -> bool {
    match signal {
        // Descriptions have readers of their own.
        Signal::Offer(_) => false,
        Signal::Act(act) => convert::act(act).is_ok_and(|act| {
            let done = meeting.apply(by, &act);
            done.map_err(told).is_ok()
        }),
        Signal::Said(said) => {
            let kind = said::check(&said);
            if let Ok(kind) = &kind {
                let _ = (kind.channel(), said::shows_oneself(&said));
                if said::is_leading(&said) {
                    shown.note(&said);
                }
                let told: usize = shown.all().map(Message::encoded_len).sum();
                assert!(told <= 8 * said::MOST_BYTES + LAYERS_BYTES, "a latecomer is told {told} bytes");
            }
            kind.is_ok()
        }
        Signal::Want(want) => convert::source("want.source", want.source).is_ok(),
        Signal::Leave(wire::Leave {}) => {
            meeting.leave(by);
            true
        }
    }
}

/// Of layers those are remembered that were ever named, each by one signal.
const LAYERS_BYTES: usize = MOST_SIGNALS * said::MOST_BYTES;

/// A refusal as it goes onto the wire.
fn told(refused: Refused) -> Refusal {
    let refusal = Refusal::from(refused);
    assert!(matches!(&refusal, Refusal::InTheWay { message, .. } if !message.is_empty()), "each says why");
    refusal
}

/// What holds of a meeting whatever was done in it.
fn holds(meeting: &Meeting) {
    let room = |id: ParticipantId| match meeting.person(id).map(|person| person.place) {
        Some(Place::Room(room)) => Some(room),
        _ => None,
    };
    for route in desired_routes(meeting) {
        assert!(route.from != route.to && room(route.from).is_some(), "nothing enters or leaves the lobby: {route:?}");
        assert_eq!(room(route.from), room(route.to), "nothing leaves a room: {route:?}");
        let is_there = meeting.person(route.from).is_some_and(|person| person.role.publishes());
        assert!(is_there, "who sends nothing is not carried: {route:?}");
    }
    for person in meeting.people() {
        assert!(room(person.id).is_none_or(|room| meeting.room(room).is_some()), "{person:?} is nowhere");
        assert!(audience(meeting, person.id).iter().all(|to| room(*to) == room(person.id)));
        let state = convert::state(meeting, 1, person.id);
        assert!(state.encoded_len() < 64 * 1024, "a state of {} bytes", state.encoded_len());
        if room(person.id).is_none() {
            assert!(state.people.len() == 1 && state.rooms.is_empty(), "who waits sees themselves alone");
        }
    }
    let in_main = |person: &&Participant| person.room() == Some(RoomId::MAIN) && !person.role.is_equipment();
    let all_agree = meeting.people().filter(in_main).all(|person| person.agrees_to_recording);
    assert!(meeting.recording() != Recording::On || all_agree, "nobody is recorded who does not agree");
    for open in meeting.rooms() {
        let leads_here = |leader| room(leader) == Some(open.id);
        assert!(meeting.leader(open.id).is_none_or(leads_here), "nobody leads where they are not");
    }
}

/// A wish to join: the name and the language that whoever comes by a link says. Tells whether both can be taken.
pub(crate) fn read_wish(bytes: &[u8]) -> bool {
    let Ok(wish) = wire::JoinRequest::decode(bytes) else { return false };
    let name = convert::name("display_name", &wish.display_name);
    if let Ok(name) = &name {
        assert!(!name.to_string().trim().is_empty(), "a name is one");
    }
    name.is_ok() && convert::language("language", &wish.language).is_ok()
}

/// What a client of WHIP or WHEP offers, and the answer to it. Tells whether it could be answered.
pub(crate) fn read_whip(bytes: &[u8]) -> bool {
    let sdp = String::from_utf8_lossy(bytes);
    let _ = fragment(&sdp);
    let anew = Credentials::read(&sdp);
    let mut is_read = false;
    for way in [Way::Sends, Way::Receives] {
        let Ok(offer) = Offer::read(&sdp, way) else { continue };
        is_read = true;
        assert!(offer.sdp.lines().all(|line| line != "a=sendrecv"), "the media go one way");
        assert_eq!(Offer::read(&offer.sdp, way).as_ref(), Ok(&offer), "what was read is read again as it is");
        if let Some(credentials) = anew.clone() {
            let again = offer.with(credentials);
            assert!(Offer::read(&again.sdp, way).is_ok(), "so it is with other credentials");
        }
    }
    is_read
}
