//! Coming back after the connection was lost: when, and what is said again then.

use std::time::Duration;

pub(crate) use cloudsite_link::pause;
use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Act, Lead, Listen, MeetingRole, Person, Roam, State, TakeFloor};

use super::chat::Unheard;

/// The longest wait before another connection for voice and picture is made.
const LONGEST_BETWEEN_LINES: Duration = Duration::from_secs(30);

/// How long to wait before another connection for voice and picture is made, after so many were made in vain.
pub(crate) fn between_lines(failures: u32) -> Duration {
    let doubled = 2_u64.saturating_pow(failures.saturating_sub(1));
    Duration::from_secs(doubled).min(LONGEST_BETWEEN_LINES)
}

/// How often a member who is asked to sign in tries to renew the session before it is over for them.
const RENEWALS: u32 = 4;

/// What was tried in vain to have the stream back, since it was lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tries {
    failures: u32,
    renewals: u32,
}

impl Tries {
    /// There is no stream: how long to wait before it is tried again.
    pub(crate) fn fail(&mut self) -> Duration {
        self.failures += 1;
        pause(self.failures)
    }

    /// Whether the session may be renewed once more. However long the server was not reached before: that says nothing of the
    /// session.
    pub(crate) const fn may_renew(&self) -> bool {
        self.renewals < RENEWALS
    }

    /// The session could not be renewed, by the server's own word.
    pub(crate) const fn refuse_renewal(&mut self) {
        self.renewals += 1;
    }

    /// The session is renewed: what was refused without it can be had at once.
    pub(crate) fn renew(&mut self) -> Duration {
        self.renewals += 1;
        self.failures = 0;
        pause(1)
    }
}

/// Whether what was to be signalled when the stream was lost is still to be, in the next one. What is said of switches and
/// pictures is said anew in any case; what is done upon someone, or in a room, only where that is still who or what it was.
///
/// The server may have done it and only its answer been lost: a line that was heard since is not `unheard`, and a room that was
/// opened is there.
pub(crate) fn is_still_meant(signal: &Signal, before: &State, now: &State, unheard: &[Unheard]) -> bool {
    let is_same_person = |id: u32| {
        let name = |state: &State| state.people.iter().find(|person| person.id == id).map(|person| person.name.clone());
        name(before).is_some() && name(before) == name(now)
    };
    let is_same_room = |id: u32| {
        let name = |state: &State| state.rooms.iter().find(|room| room.id == id).map(|room| room.name.clone());
        id == 0 || name(before).is_some() && name(before) == name(now)
    };
    match signal {
        Signal::Said(said) => match &said.what {
            Some(What::Chat(chat)) => unheard.iter().any(|line| line.text == chat.text && line.parcel == chat.parcel),
            _ => false,
        },
        Signal::Act(act) => match &act.act {
            // What one agreed to may be another recording by now.
            None | Some(Which::Switch(_) | Which::AgreeToRecording(true)) => false,
            Some(Which::Record(true)) => before.recording == now.recording,
            Some(Which::OpenRoom(name)) => {
                let is_open = |state: &State| state.rooms.iter().any(|room| room.name == *name);
                is_open(before) || !is_open(now)
            }
            Some(
                Which::Admit(id)
                | Which::Remove(id)
                | Which::Mute(id)
                | Which::Unmute(id)
                | Which::LetLead(id)
                | Which::LowerHand(id),
            ) => is_same_person(*id),
            Some(Which::SetRole(set)) => is_same_person(set.participant),
            Some(Which::Move(to)) => is_same_person(to.participant) && is_same_room(to.room),
            Some(Which::CloseRoom(room)) => is_same_room(*room),
            Some(_) => true,
        },
        _ => false,
    }
}

/// What someone does again so that all is as it was, where the meeting does not know it any more. Voice and picture are not
/// among it.
pub(crate) fn restored(before: &State, now: &State, own: u32) -> Vec<Act> {
    let of = |state: &State| state.people.iter().find(|person| person.id == own).cloned();
    let (Some(was), Some(is)) = (of(before), of(now)) else { return Vec::new() };
    if is.waiting {
        return Vec::new();
    }
    let mut acts = Vec::new();
    if (&was.hears, was.hears_original) != (&is.hears, is.hears_original) && now.floors.contains(&was.hears) {
        acts.push(Which::Listen(Listen { floor: was.hears.clone(), original: was.hears_original }));
    }
    acts.extend(interpreting(&was, &is, now));
    if before.leader == own && now.leader == 0 && matches!(is.role(), MeetingRole::Host | MeetingRole::Official) {
        acts.push(Which::Lead(Lead { stop: false }));
    }
    if was.free && !is.free {
        acts.push(Which::Roam(Roam { free: true }));
    }
    acts.into_iter().map(|act| Act { act: Some(act) }).collect()
}

/// An interpreter goes to their floor again, and speaks it unless another does by now.
fn interpreting(was: &Person, is: &Person, now: &State) -> Vec<Which> {
    if was.interprets.is_empty() || is.role() != MeetingRole::Interpreter {
        return Vec::new();
    }
    let is_spoken = super::floors::speaker(now, &was.interprets, is.room).is_some_and(|other| other.id != is.id);
    let mut acts = Vec::new();
    if is.interprets != was.interprets {
        acts.push(Which::Interpret(was.interprets.clone()));
    } else if was.speaks_floor && !is.speaks_floor && !is_spoken {
        acts.push(Which::TakeFloor(TakeFloor {}));
    }
    acts
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::meeting::{Chat, Move, Pointer, RecordingState, Room, Said, Switch, Want};

    use super::*;
    use crate::meeting::pure::chat::Outgoing;

    fn state(own: Person, leader: u32) -> State {
        State { people: vec![own], leader, floors: vec!["ja".to_owned()], ..State::default() }
    }

    #[test]
    fn a_connection_is_made_anew_for_as_long_as_there_is_none() {
        let waits = [1, 2, 3, 5, 6, 1_000].map(|failures| between_lines(failures).as_secs());
        assert_eq!(waits, [1, 2, 4, 16, 30, 30]);
    }

    #[test]
    fn what_was_done_while_the_stream_was_lost_is_done_in_the_next() {
        let person = |id, name: &str| Person { id, name: name.to_owned(), ..Person::default() };
        let room = Room { id: 3, name: "Caucus".to_owned() };
        let people = vec![person(1, "Host"), person(2, "Erika"), person(3, "Ken")];
        let before = State { people, rooms: vec![room.clone()], ..State::default() };
        // A server that was started anew has given the number of one who has not come back to another.
        let people = vec![person(1, "Host"), person(2, "Erika"), person(3, "Li")];
        // The room was opened, and only the answer was lost.
        let opened = Room { id: 4, name: "Second".to_owned() };
        let asked = RecordingState::Waiting.into();
        let now = State { people, rooms: vec![room, opened], recording: asked, ..State::default() };
        let mut outgoing = Outgoing::default();
        outgoing.say("a".to_owned(), String::new());
        let chat = |text: &str| What::Chat(Chat { text: text.to_owned(), ..Chat::default() });
        let act = |act| Signal::Act(Act { act: Some(act) });
        let said = |what| Signal::Said(Said { what: Some(what) });
        let to = |participant, room| act(Which::Move(Move { participant, room }));
        let cases = [
            (said(chat("a")), true),
            (said(chat("b, which was heard since")), false),
            (said(What::Pointer(Pointer::default())), false),
            (act(Which::AgreeToRecording(false)), true),
            (act(Which::AgreeToRecording(true)), false),
            (act(Which::Record(false)), true),
            (act(Which::Record(true)), false),
            (act(Which::OpenRoom("Second".to_owned())), false),
            (act(Which::OpenRoom("Third".to_owned())), true),
            (act(Which::OpenRoom("Caucus".to_owned())), true),
            (act(Which::Mute(2)), true),
            (act(Which::Remove(3)), false),
            (act(Which::Remove(9)), false),
            (to(2, 3), true),
            (to(2, 0), true),
            (to(2, 4), false),
            (to(3, 3), false),
            (act(Which::Switch(Switch::default())), false),
            (Signal::Want(Want::default()), false),
        ];
        for (signal, expected) in cases {
            assert_eq!(is_still_meant(&signal, &before, &now, outgoing.lines()), expected, "{signal:?}");
        }
    }

    #[test]
    fn however_long_the_server_was_away_a_session_is_still_renewed() {
        let mut tries = Tries::default();
        let waits: Vec<_> = (0..10).map(|_| tries.fail()).collect();
        assert!(waits.is_sorted() && waits[0] < waits[9] && tries.may_renew(), "{waits:?}");
        assert_eq!(tries.renew(), pause(1), "known again, one comes in at once");
        for _ in 0..RENEWALS - 1 {
            assert!(tries.may_renew());
            tries.refuse_renewal();
        }
        assert!(!tries.may_renew(), "whom the server no longer knows is told so");
    }

    #[test]
    fn what_the_meeting_has_forgotten_is_said_again() {
        let was = Person {
            id: 7,
            role: MeetingRole::Interpreter.into(),
            hears: "ja".to_owned(),
            interprets: "ja".to_owned(),
            speaks_floor: true,
            free: true,
            ..Person::default()
        };
        let forgotten = Person { id: 7, role: was.role, hears_original: true, ..Person::default() };
        let kept = Person { speaks_floor: false, ..was.clone() };
        let act = |act| Act { act: Some(act) };
        let cases = [
            (
                forgotten.clone(),
                vec![
                    act(Which::Listen(Listen { floor: "ja".to_owned(), original: false })),
                    act(Which::Interpret("ja".to_owned())),
                    act(Which::Roam(Roam { free: true })),
                ],
            ),
            (kept, vec![act(Which::TakeFloor(TakeFloor {}))]),
            (was.clone(), vec![]),
            (Person { waiting: true, ..forgotten }, vec![]),
        ];
        for (is, expected) in cases {
            assert_eq!(restored(&state(was.clone(), 0), &state(is.clone(), 0), 7), expected, "{is:?}");
        }
    }

    #[test]
    fn who_led_leads_again_unless_another_does() {
        let host = |role: MeetingRole| Person { id: 7, role: role.into(), ..Person::default() };
        let lead = vec![Act { act: Some(Which::Lead(Lead { stop: false })) }];
        let cases = [(MeetingRole::Host, 0, lead), (MeetingRole::Host, 9, vec![]), (MeetingRole::Guest, 0, vec![])];
        for (role, leader, expected) in cases {
            assert_eq!(restored(&state(host(role), 7), &state(host(role), leader), 7), expected, "{role:?} {leader}");
        }
        assert_eq!(restored(&State::default(), &State::default(), 7), vec![]);
    }
}
