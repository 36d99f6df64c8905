//! What comes unevenly is given out evenly: the packets of one voice, in the order in which they were sent.

use std::collections::BTreeMap;

use bytes::Bytes;

/// So many packets wait before a voice begins: 60 ms where each has 20.
const DEPTH: usize = 3;
/// More are not kept; the oldest go first.
const MOST: usize = 16;
/// A voice that stands still is guessed for so many packets, and then begins anew.
const MOST_GUESSED: u32 = 5;
/// Over so many packets it is looked whether more wait than need to: two seconds.
const WINDOW: u32 = 100;
/// A number so far from what is expected is another beginning.
const ANOTHER_BEGINNING: i64 = 500;

/// What is played next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A packet.
    Packet(Bytes),
    /// One that did not come; the one after it, which may tell of it, if that is there.
    Missing(Option<Bytes>),
    /// Nothing: nobody speaks.
    Silence,
}

/// The packets that wait. Whoever sends has another clock than whoever plays: what waits too long is passed over, what is not
/// there in time is guessed without being passed over.
#[derive(Debug, Default)]
pub(super) struct Jitter {
    waiting: BTreeMap<i64, Bytes>,
    /// The number that was seen last, without its turns.
    latest: Option<i64>,
    /// The number that is played next, once the voice has begun.
    next: Option<i64>,
    guessed: u32,
    played: u32,
    /// The fewest that have waited in this window.
    fewest: usize,
}

impl Jitter {
    /// Takes a packet by its number, which begins anew after 65,535.
    pub(super) fn put(&mut self, number: u16, payload: Bytes) {
        let number = match self.latest {
            None => i64::from(number),
            Some(latest) => latest + i64::from(number.wrapping_sub(latest as u16) as i16),
        };
        if self.latest.is_some_and(|latest| (number - latest).abs() > ANOTHER_BEGINNING) {
            *self = Self::default();
        }
        if self.next.is_some_and(|next| number < next) {
            return;
        }
        self.latest = Some(self.latest.map_or(number, |latest| latest.max(number)));
        self.waiting.insert(number, payload);
        while self.waiting.len() > MOST {
            let oldest = self.waiting.pop_first();
            self.next = self.next.and(oldest.map(|(number, _)| number + 1));
        }
    }

    /// What is played next.
    pub(super) fn take(&mut self) -> Next {
        let next = match self.next {
            Some(next) => next,
            None if self.waiting.len() >= DEPTH => self.begin(),
            None => return Next::Silence,
        };
        if let Some(payload) = self.waiting.remove(&next) {
            self.guessed = 0;
            self.next = Some(next + 1);
            self.shorten();
            return Next::Packet(payload);
        }
        self.guessed += 1;
        if self.guessed > MOST_GUESSED {
            self.next = None;
            return Next::Silence;
        }
        if !self.waiting.is_empty() {
            self.next = Some(next + 1);
        }
        Next::Missing(self.waiting.get(&(next + 1)).cloned())
    }

    fn begin(&mut self) -> i64 {
        let first = self.waiting.first_key_value().map_or(0, |(number, _)| *number);
        (self.guessed, self.played, self.fewest) = (0, 0, MOST);
        self.next = Some(first);
        first
    }

    /// Passes over a packet where in the whole window more have waited than need to.
    fn shorten(&mut self) {
        self.fewest = self.fewest.min(self.waiting.len());
        self.played += 1;
        if self.played < WINDOW {
            return;
        }
        if self.fewest > DEPTH
            && let Some((number, _)) = self.waiting.pop_first()
        {
            self.next = Some(number + 1);
        }
        (self.played, self.fewest) = (0, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u16) -> Bytes {
        Bytes::copy_from_slice(&number.to_be_bytes())
    }

    fn filled(numbers: impl IntoIterator<Item = u16>) -> Jitter {
        let mut jitter = Jitter::default();
        numbers.into_iter().for_each(|number| jitter.put(number, packet(number)));
        jitter
    }

    #[test]
    fn a_voice_begins_when_enough_of_it_waits() {
        let mut jitter = filled([7, 8]);
        assert_eq!(jitter.take(), Next::Silence);
        jitter.put(9, packet(9));
        assert_eq!([7, 8, 9].map(|_| jitter.take()), [7, 8, 9].map(|number| Next::Packet(packet(number))));
    }

    #[test]
    fn what_comes_in_another_order_or_twice_is_played_once_in_its_own() {
        let mut jitter = filled([65_534, 0, 65_535, 0, 1, 65_534]);
        let expected = [65_534, 65_535, 0, 1].map(|number| Next::Packet(packet(number)));
        assert_eq!([(); 4].map(|()| jitter.take()), expected);
        jitter.put(0, packet(0));
        assert_eq!(jitter.take(), Next::Missing(None), "what was played does not come again");
    }

    #[test]
    fn what_is_lost_is_guessed_and_passed_over() {
        let mut jitter = filled([1, 2, 4, 5]);
        assert_eq!([jitter.take(), jitter.take()], [1, 2].map(|number| Next::Packet(packet(number))));
        assert_eq!(jitter.take(), Next::Missing(Some(packet(4))));
        assert_eq!(jitter.take(), Next::Packet(packet(4)));
    }

    #[test]
    fn what_is_late_is_waited_for() {
        let mut jitter = filled([1, 2, 3]);
        (0..3).for_each(|_| drop(jitter.take()));
        assert_eq!([jitter.take(), jitter.take()], [Next::Missing(None), Next::Missing(None)]);
        jitter.put(4, packet(4));
        assert_eq!(jitter.take(), Next::Packet(packet(4)), "two were guessed, none was passed over");
    }

    #[test]
    fn a_voice_that_ends_is_silent_and_begins_anew_when_it_comes_back() {
        let mut jitter = filled([1, 2, 3]);
        let taken: Vec<_> = (0..20).map(|_| jitter.take()).collect();
        let guessed = taken.iter().filter(|next| **next == Next::Missing(None)).count();
        assert_eq!((guessed, taken.last()), (MOST_GUESSED as usize, Some(&Next::Silence)));
        jitter.put(4, packet(4));
        assert_eq!(jitter.take(), Next::Silence);
        for number in [5, 6] {
            jitter.put(number, packet(number));
        }
        assert_eq!(jitter.take(), Next::Packet(packet(4)));
        jitter.put(30_000, packet(30_000));
        for number in [30_001, 30_002] {
            jitter.put(number, packet(number));
        }
        assert_eq!(jitter.take(), Next::Packet(packet(30_000)), "another beginning");
    }

    #[test]
    fn clocks_that_differ_neither_fill_nor_empty_it() {
        // Packets that come for every so many that are played: one clock is 1 % faster, then 1 % slower.
        for (came_of, played_of) in [(101_u32, 100_u32), (100, 101)] {
            let mut jitter = filled(0..4);
            let (mut number, mut missing, mut most, mut silent) = (4_u16, 0, 0, 0);
            for turn in 0..20_000_u32 {
                let due = turn * came_of / played_of;
                while u32::from(number) < 4 + due {
                    jitter.put(number, packet(number));
                    number += 1;
                }
                match jitter.take() {
                    Next::Missing(_) => missing += 1,
                    Next::Silence => silent += 1,
                    Next::Packet(_) => {}
                }
                most = most.max(jitter.waiting.len());
            }
            assert!(most <= DEPTH + 4, "{most} packets wait");
            assert_eq!(silent, 0);
            assert!(if came_of > played_of { missing == 0 } else { (150..=250).contains(&missing) }, "{missing}");
        }
    }

    #[test]
    fn no_flood_is_kept() {
        let mut jitter = filled(0..400);
        assert_eq!(jitter.waiting.len(), MOST);
        assert_eq!(jitter.take(), Next::Packet(packet(400 - MOST as u16)));
    }
}
