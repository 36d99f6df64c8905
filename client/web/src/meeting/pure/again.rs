//! Coming back after the connection was lost: when, and what is said again then.

use std::time::Duration;

pub(crate) use cloudsite_link::pause;
use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{Act, Lead, Listen, MeetingRole, Person, Roam, State, TakeFloor};

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
    use super::*;

    fn state(own: Person, leader: u32) -> State {
        State { people: vec![own], leader, floors: vec!["ja".to_owned()], ..State::default() }
    }

    #[test]
    fn a_connection_is_made_anew_for_as_long_as_there_is_none() {
        let waits = [1, 2, 3, 5, 6, 1_000].map(|failures| between_lines(failures).as_secs());
        assert_eq!(waits, [1, 2, 4, 16, 30, 30]);
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
