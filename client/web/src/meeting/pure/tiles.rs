//! Whom one sees beside the park.

use std::collections::BTreeMap;

use cloudsite_proto::meeting::{MeetingRole, Person, Receiver, Receivers, Source, State};

/// A picture in the strip: someone, or their screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tile {
    pub(crate) participant: u32,
    /// Whether it is their screen.
    pub(crate) is_screen: bool,
}

impl Tile {
    /// What of them is shown.
    pub(crate) const fn source(self) -> Source {
        if self.is_screen { Source::Screen } else { Source::Camera }
    }
}

/// Whether someone is in a room now.
pub(crate) fn is_in(person: &Person, room: u32) -> bool {
    person.here && !person.waiting && person.room == room
}

/// The pictures to show someone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seats {
    /// All that there are: screens first, then people in the order of their numbers, themselves last.
    pub(crate) there: Vec<Tile>,
    /// How many pages they make.
    pub(crate) pages: usize,
    /// Those of the page that is looked at.
    pub(crate) page: Vec<Tile>,
}

/// The pictures to show someone, with so many people at a time. Where there are more, those are on the first page who lead, have
/// a hand up, or spoke last; the further ones go through everyone, in the order of their numbers.
pub(crate) fn seats(state: &State, own: u32, spoke: &[u32], most: usize, page: usize) -> Seats {
    let Some(room) = state.people.iter().find(|person| person.id == own).map(|person| person.room) else {
        return Seats::default();
    };
    let around = || state.people.iter().filter(move |person| is_in(person, room));
    let is_seen =
        |person: &&Person| person.id != own && !matches!(person.role(), MeetingRole::Observer | MeetingRole::Player);
    let mut others: Vec<&Person> = around().filter(is_seen).collect();
    others.sort_by_key(|person| person.id);
    let screens: Vec<_> = around()
        .filter(|person| person.screen && person.id != own)
        .map(|person| Tile { participant: person.id, is_screen: true })
        .collect();
    let faces = |people: &[&Person]| {
        let faces = people.iter().map(|person| person.id).chain([own]);
        let faces = faces.map(|participant| Tile { participant, is_screen: false });
        screens.iter().copied().chain(faces).collect::<Vec<_>>()
    };
    let there = faces(&others);
    if others.len() <= most {
        return Seats { page: there.clone(), there, pages: 1 };
    }
    let pages = 1 + others.len().div_ceil(most);
    let shown = match page.min(pages - 1) {
        0 => faces(&foremost(state, &others, spoke, most)),
        further => faces(others.chunks(most).nth(further - 1).unwrap_or_default()),
    };
    Seats { there, pages, page: shown }
}

/// Those who lead, have a hand up, or spoke last, in the order of their numbers.
fn foremost<'a>(state: &State, others: &[&'a Person], spoke: &[u32], most: usize) -> Vec<&'a Person> {
    let rank = |person: &Person| {
        let spoken = spoke.iter().position(|id| *id == person.id).unwrap_or(usize::MAX);
        (person.id != state.leader, person.hand == 0, spoken, person.id)
    };
    let mut foremost = others.to_vec();
    foremost.sort_by_key(|person| rank(person));
    foremost.truncate(most);
    foremost.sort_by_key(|person| person.id);
    foremost
}

/// Columns and rows for so many pictures.
pub(crate) fn columns(count: usize) -> usize {
    (1..=count).find(|columns| columns * columns >= count).unwrap_or(1)
}

/// Which track lies in which receiver, by `mid`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tracks(BTreeMap<String, (u32, Source)>);

impl Tracks {
    /// Takes what has changed: receivers that are not named stay as they are.
    pub(crate) fn take(&mut self, receivers: Receivers) {
        for receiver in receivers.receivers {
            let source = receiver.source();
            let Receiver { mid, participant, .. } = receiver;
            if participant == 0 || source == Source::Unspecified {
                self.0.remove(&mid);
            } else {
                self.0.insert(mid, (participant, source));
            }
        }
    }

    /// In which receiver a track of someone lies.
    pub(crate) fn mid(&self, participant: u32, source: Source) -> Option<&str> {
        let of = |(_, track): &(&String, &(u32, Source))| **track == (participant, source);
        self.0.iter().find(of).map(|(mid, _)| mid.as_str())
    }

    /// The voices, each with its receiver.
    pub(crate) fn voices(&self) -> Vec<(String, u32)> {
        let voice = |(mid, (participant, source)): (&String, &(u32, Source))| {
            (*source == Source::Microphone).then(|| (mid.clone(), *participant))
        };
        self.0.iter().filter_map(voice).collect()
    }
}

/// Who spoke last, the newest first.
pub(crate) fn note_speakers(spoke: &mut Vec<u32>, speaking: &[u32]) {
    spoke.retain(|id| !speaking.contains(id));
    spoke.splice(0..0, speaking.iter().copied());
    spoke.truncate(64);
}

/// Quieter than this is no speech, dB below full.
pub(crate) const SPEECH: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: u32) -> Person {
        Person { id, here: true, role: MeetingRole::Guest.into(), ..Person::default() }
    }

    fn seen(state: &State, spoke: &[u32], most: usize) -> Vec<(u32, bool)> {
        page(state, spoke, most, 0)
    }

    fn page(state: &State, spoke: &[u32], most: usize, page: usize) -> Vec<(u32, bool)> {
        let seats = seats(state, 2, spoke, most, page);
        seats.page.into_iter().map(|tile| (tile.participant, tile.is_screen)).collect()
    }

    #[test]
    fn those_of_the_own_room_are_seen_and_oneself_last() {
        let observer = Person { role: MeetingRole::Observer.into(), ..person(4) };
        let people = vec![
            person(1),
            person(2),
            Person { screen: true, ..person(3) },
            observer,
            Person { waiting: true, ..person(5) },
            Person { room: 1, ..person(6) },
            Person { here: false, ..person(7) },
        ];
        let state = State { people, ..State::default() };
        assert_eq!(seen(&state, &[], 9), [(3, true), (1, false), (3, false), (2, false)]);
        assert_eq!(seats(&state, 99, &[], 9, 0), Seats::default());
    }

    #[test]
    fn of_too_many_the_leader_hands_and_speakers_are_seen_and_stay_in_order() {
        let mut people: Vec<_> = (1..=9).map(person).collect();
        people[8].hand = 3;
        let state = State { people, leader: 7, ..State::default() };
        assert_eq!(seen(&state, &[5, 4], 4), [(4, false), (5, false), (7, false), (9, false), (2, false)]);
        assert_eq!(seen(&state, &[], 3), [(1, false), (7, false), (9, false), (2, false)]);
    }

    #[test]
    fn whoever_is_one_too_many_is_on_a_further_page() {
        let state = State { people: (1..=11).map(person).collect(), ..State::default() };
        let ids = |at| page(&state, &[9, 11], 4, at).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids(0), [1, 3, 9, 11, 2], "who spoke last");
        assert_eq!([ids(1), ids(2)], [vec![1, 3, 4, 5, 2], vec![6, 7, 8, 9, 2]]);
        assert_eq!(ids(3), [10, 11, 2]);
        assert_eq!(ids(7), ids(3), "pages that are gone meanwhile");
        let all = seats(&state, 2, &[], 4, 0);
        assert_eq!((all.pages, all.there.len()), (4, 11));
        assert_eq!(seats(&state, 2, &[], 10, 3).pages, 1);
    }

    #[test]
    fn a_grid_is_about_as_wide_as_it_is_high() {
        assert_eq!([0, 1, 2, 4, 5, 9, 10].map(columns), [1, 1, 2, 2, 3, 3, 4]);
    }

    #[test]
    fn tracks_lie_where_they_were_told_to() {
        let receiver = |mid: &str, participant, source: Source| Receiver {
            mid: mid.to_owned(),
            participant,
            source: source.into(),
        };
        let mut tracks = Tracks::default();
        tracks.take(Receivers {
            receivers: vec![receiver("3", 1, Source::Microphone), receiver("9", 1, Source::Camera)],
            narrow: false,
        });
        tracks.take(Receivers {
            receivers: vec![receiver("9", 4, Source::Screen), receiver("4", 2, Source::Microphone)],
            narrow: false,
        });
        assert_eq!(tracks.mid(1, Source::Camera), None);
        assert_eq!(tracks.mid(4, Source::Screen), Some("9"));
        assert_eq!(tracks.voices(), [("3".to_owned(), 1), ("4".to_owned(), 2)]);
        tracks.take(Receivers { receivers: vec![receiver("3", 0, Source::Unspecified)], narrow: false });
        assert_eq!(tracks.voices(), [("4".to_owned(), 2)]);
    }

    #[test]
    fn the_newest_speakers_are_first() {
        let mut spoke = vec![1, 2, 3];
        note_speakers(&mut spoke, &[3, 9]);
        assert_eq!(spoke, [3, 9, 1, 2]);
    }
}
