//! Which of the tracks that a viewer is to receive lie in its receivers, when there are more tracks than receivers.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use crate::names::{PeerId, Source, TrackId};

/// Whoever has spoken within this is not taken out of a receiver for another: a pause between two sentences.
const KEEPS: Duration = Duration::from_secs(2);

/// A track that could lie in a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub track: TrackId,
    /// When its peer was last heard speaking.
    pub spoke: Option<Instant>,
}

/// What lies in each receiver of one kind from now on. Whatever is in one and is still a candidate stays in it,
/// unless another has spoken since and it has not for a while; screens go before all else.
///
/// `beside` tells whose track lies in the receiver of the other kind that each is paired with, of which there may be fewer:
/// the two are played together, so that a free one beside the same peer's is taken first, and one beside nobody's next. A
/// screen has no voice, and takes the last.
pub(super) fn assign(
    now: Instant,
    receivers: &[Option<TrackId>],
    beside: &[Option<PeerId>],
    candidates: &[Candidate],
) -> Vec<Option<TrackId>> {
    let candidate = |track: TrackId| candidates.iter().find(|candidate| candidate.track == track);
    let mut assigned: Vec<Option<TrackId>> = Vec::with_capacity(receivers.len());
    for receiver in receivers {
        assigned.push(receiver.filter(|track| candidate(*track).is_some() && !assigned.contains(&Some(*track))));
    }
    let mut waiting: Vec<Candidate> =
        candidates.iter().filter(|candidate| !assigned.contains(&Some(candidate.track))).copied().collect();
    waiting.sort_by_key(|candidate| Reverse(rank(candidate)));
    for candidate_waiting in waiting {
        let free = (0..assigned.len()).filter(|index| assigned[*index].is_none());
        let place = free.min_by_key(|index| fit(candidate_waiting.track, *index, beside)).or_else(|| {
            let weakest = (0..assigned.len())
                .filter_map(|index| Some((index, candidate(assigned[index]?)?)))
                .min_by_key(|(index, candidate)| (rank(candidate), Reverse(*index)))?;
            may_replace(now, weakest.1, &candidate_waiting).then_some(weakest.0)
        });
        if let Some(place) = place {
            assigned[place] = Some(candidate_waiting.track);
        }
    }
    assigned
}

/// How well a track lies in a free receiver: the lowest is the best.
fn fit(track: TrackId, index: usize, beside: &[Option<PeerId>]) -> (u8, isize) {
    let place = index as isize;
    match beside.get(index).copied().flatten() {
        _ if track.source == Source::Screen => (0, -place),
        Some(peer) if peer == track.peer => (0, place),
        None => (1, place),
        Some(_) => (2, place),
    }
}

fn rank(candidate: &Candidate) -> (bool, Option<Instant>, Reverse<TrackId>) {
    (candidate.track.source == Source::Screen, candidate.spoke, Reverse(candidate.track))
}

fn may_replace(now: Instant, held: &Candidate, other: &Candidate) -> bool {
    let is_screen = |candidate: &Candidate| candidate.track.source == Source::Screen;
    if is_screen(held) || is_screen(other) {
        return !is_screen(held);
    }
    let is_quiet = held.spoke.is_none_or(|spoke| now.saturating_duration_since(spoke) >= KEEPS);
    is_quiet && other.spoke > held.spoke
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::PeerId;

    /// Tracks by letter (capital letters are screens), with how many seconds ago they spoke.
    fn candidates(now: Instant, written: &str) -> Vec<Candidate> {
        let candidate = |word: &str| {
            let (name, ago) = word.split_at(1);
            let spoke = ago.parse().ok().and_then(|ago| now.checked_sub(Duration::from_secs(ago)));
            Candidate { track: track(name), spoke }
        };
        written.split_whitespace().map(candidate).collect()
    }

    fn track(name: &str) -> TrackId {
        let letter = name.chars().next().unwrap();
        let source = if letter.is_uppercase() { Source::Screen } else { Source::Camera };
        TrackId { peer: PeerId(letter.to_ascii_lowercase() as u64), source }
    }

    fn receivers(written: &str) -> Vec<Option<TrackId>> {
        written.split_whitespace().map(|name| (name != "-").then(|| track(name))).collect()
    }

    #[test]
    fn receivers_are_given_by_who_speaks_and_change_as_little_as_they_can() {
        let now = Instant::now() + Duration::from_secs(1_000);
        let table = [
            ("the first come into free receivers", "- - -", "a b", "a b -"),
            ("what is there stays where it is", "b - a", "a b c", "b c a"),
            ("what is gone leaves its receiver free", "a b", "b", "- b"),
            ("what is gone makes room", "a b", "b c", "c b"),
            ("the last who spoke go first", "- -", "a9 b5 c1", "c b"),
            ("who speaks takes the place of who is quiet longest", "a b", "a9 b5 c0", "c b"),
            ("but not of one who has only paused", "a b", "a1 b1 c0", "a b"),
            ("the quiet do not take each other's places", "a b", "a b c", "a b"),
            ("the longer quiet does not take a place", "a b", "a5 b5 c9", "a b"),
            ("a screen goes before cameras", "a b", "a0 b0 C", "a C"),
            ("a screen is never taken out for a camera", "A", "A b0", "A"),
            ("nor for another screen", "A", "A B", "A"),
            ("a track lies in one receiver only", "a a", "a", "a -"),
            ("no receivers, no matter", "", "a b", ""),
        ];
        for (case, before, tracks, expected) in table {
            let assigned = assign(now, &receivers(before), &[], &candidates(now, tracks));
            assert_eq!(assigned, receivers(expected), "{case}");
        }
    }

    #[test]
    fn what_is_free_is_given_so_that_sound_and_picture_of_one_peer_are_a_pair() {
        let now = Instant::now();
        let table = [
            ("beside its own", "- - -", "b a", "a b", "b a -"),
            ("beside its own, whoever comes first", "- - -", "c b a", "a", "- - a"),
            ("beside nobody's rather than another's", "- - -", "b - c", "a", "- a -"),
            ("beside another's rather than nowhere", "- -", "b c", "a", "a -"),
            ("what lies somewhere stays", "a -", "b a", "a b", "a b"),
            ("a screen is out of the way", "- - -", "b - -", "B b", "b - B"),
            ("there may be fewer of the others", "- - -", "b", "a b", "b a -"),
        ];
        for (case, before, beside, tracks, expected) in table {
            let beside: Vec<Option<PeerId>> = receivers(beside).iter().map(|track| Some((*track)?.peer)).collect();
            let assigned = assign(now, &receivers(before), &beside, &candidates(now, tracks));
            assert_eq!(assigned, receivers(expected), "{case}");
        }
    }
}
