//! Who of a meeting is seen in the park.

use std::collections::BTreeMap;

use cloudsite_proto::meeting::{MeetingRole, Person};
use cloudsite_proto::scene::{Camera, PersonSeen};

use super::seen::Seen;
use super::tiles::is_in;

/// The colours that people have in the park, one after the other.
const COLOURS: u32 = 8;

/// Which of the colours is someone's.
pub(crate) const fn colour(person: u32) -> u32 {
    person.wrapping_sub(1) % COLOURS
}

/// Whether someone else in the own room looks around by themselves; while nobody leads, all do.
pub(crate) fn is_free(seen: &Seen, person: &Person) -> bool {
    let room = seen.me().map(|me| me.room);
    let leader = seen.state.leader;
    let is_around = person.id != seen.own && room.is_some_and(|room| is_in(person, room));
    let looks_around = person.id != leader && (leader == 0 || person.free);
    is_around && looks_around && person.role() != MeetingRole::Observer
}

/// Those who are to be seen in the park, of whom it is known where they are.
pub(crate) fn people(seen: &Seen, whereabouts: &BTreeMap<u32, Camera>) -> Vec<PersonSeen> {
    let free = seen.state.people.iter().filter(|person| is_free(seen, person));
    let placed = free.filter_map(|person| {
        let camera = whereabouts.get(&person.id).copied();
        Some(PersonSeen { person: person.id, colour: colour(person.id), camera: Some(camera?) })
    });
    placed.collect()
}

/// Who is in the own room, and who leads: whoever comes has to be told where one is.
pub(crate) fn around(seen: &Seen) -> (u32, Vec<u32>) {
    let room = seen.me().map(|me| me.room);
    let is_around = |person: &&Person| person.id != seen.own && room.is_some_and(|room| is_in(person, room));
    (seen.state.leader, seen.state.people.iter().filter(is_around).map(|person| person.id).collect())
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::meeting::State;

    use super::*;

    fn person(id: u32) -> Person {
        Person { id, here: true, role: MeetingRole::Guest.into(), ..Person::default() }
    }

    fn free(id: u32) -> Person {
        Person { free: true, ..person(id) }
    }

    fn seen(leader: u32, people: Vec<Person>) -> Seen {
        Seen { own: 1, state: State { leader, people, ..State::default() }, ..Seen::default() }
    }

    fn shown(seen: &Seen) -> Vec<u32> {
        let whereabouts = (1..9).map(|id| (id, Camera::default())).collect();
        people(seen, &whereabouts).iter().map(|person| person.person).collect()
    }

    #[test]
    fn the_free_ones_of_the_own_room_are_seen() {
        let cases = [
            (
                "whoever follows is where the leader is",
                seen(2, vec![person(1), person(2), person(3), free(4)]),
                vec![4],
            ),
            ("nobody leads", seen(0, vec![person(1), person(2), free(3)]), vec![2, 3]),
            ("one's own", seen(2, vec![free(1), person(2)]), vec![]),
            ("a leader who was free before", seen(2, vec![person(1), free(2)]), vec![]),
            ("another room", seen(2, vec![person(1), Person { room: 3, ..free(3) }]), vec![]),
            ("the lobby", seen(2, vec![person(1), Person { waiting: true, ..free(3) }]), vec![]),
            ("away", seen(2, vec![person(1), Person { here: false, ..free(3) }]), vec![]),
            ("an observer", seen(2, vec![person(1), Person { role: MeetingRole::Observer.into(), ..free(3) }]), vec![]),
            ("nowhere yet", seen(2, vec![person(1), free(33)]), vec![]),
            ("in no room oneself", seen(0, vec![person(2)]), vec![]),
        ];
        for (case, seen, expected) in cases {
            assert_eq!(shown(&seen), expected, "{case}");
        }
    }

    #[test]
    fn whoever_comes_changes_who_is_around() {
        let before = around(&seen(2, vec![person(1), person(2)]));
        assert_eq!(before, (2, vec![2]));
        assert_ne!(before, around(&seen(2, vec![person(1), person(2), person(3)])));
        assert_ne!(before, around(&seen(0, vec![person(1), person(2)])));
        assert_eq!(before, around(&seen(2, vec![person(1), person(2), Person { room: 3, ..person(4) }])));
    }

    #[test]
    fn neighbours_have_different_colours() {
        assert_eq!((colour(1), colour(8), colour(9)), (0, 7, 0));
    }
}
