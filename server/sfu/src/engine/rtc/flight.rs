//! Sends the last flight of a DTLS handshake again until an answer comes. The core stops doing so when it has received
//! anything at all, and then waits for ever if the rest was lost; a receiver drops what it has (RFC 6347, 3.2.1).

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

/// The first repetition comes after this, each further one after twice as long.
const FIRST: Duration = Duration::from_millis(150);

/// The longest between two repetitions.
const LONGEST: Duration = Duration::from_millis(600);

/// Datagrams of one flight: a certificate chain of some kilobytes.
const MOST: usize = 16;

/// Content types of DTLS records (RFC 6347): a handshake's, what ends one, and what comes after it.
const CHANGE_CIPHER: u8 = 20;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;

/// Repetitions of one flight: ten seconds of them.
const TIMES: usize = 20;

/// The datagrams of this side's last flight.
#[derive(Debug, Default)]
pub(super) struct Flight {
    datagrams: Vec<Bytes>,
    /// Whether the other side has said something since, so that what is sent next is another flight.
    answered: bool,
    /// Whether the other side has sent something encrypted, which it can only once it has all of the last flight.
    over: bool,
    due: Option<(Instant, Duration)>,
    times: usize,
}

fn is_handshake(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(&(CHANGE_CIPHER | HANDSHAKE)))
}

/// A record of data, or a packet of media (RFC 7983).
fn is_encrypted(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(&(DATA | 128..=191)))
}

impl Flight {
    /// Notes a datagram that goes.
    pub(super) fn sent(&mut self, now: Instant, datagram: &BytesMut) {
        if self.over || !is_handshake(datagram) {
            return;
        }
        if std::mem::take(&mut self.answered) {
            self.datagrams.clear();
        }
        if self.datagrams.len() < MOST {
            self.datagrams.push(Bytes::copy_from_slice(datagram));
        }
        self.due = Some((now + FIRST, FIRST));
        self.times = 0;
    }

    /// Notes a datagram that has come.
    pub(super) fn received(&mut self, datagram: &[u8]) {
        if is_handshake(datagram) {
            self.answered = true;
        } else if !self.over && is_encrypted(datagram) {
            *self = Self { over: true, ..Self::default() };
        }
    }

    /// Whether what begins so is part of a handshake that is not over.
    pub(super) const fn is_under_way(&self, first: u8) -> bool {
        !self.over && matches!(first, CHANGE_CIPHER | HANDSHAKE)
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due.map(|(at, _)| at)
    }

    /// What is to be sent again now.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> Vec<BytesMut> {
        let Some((at, interval)) = self.due.filter(|(at, _)| *at <= now) else { return Vec::new() };
        let interval = (interval * 2).min(LONGEST);
        self.times += 1;
        self.due = (self.times < TIMES).then(|| (at.max(now) + interval, interval));
        self.datagrams.iter().map(|datagram| BytesMut::from(datagram.as_ref())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(content: u8, mark: u8) -> BytesMut {
        BytesMut::from([content, 254, 253, mark].as_slice())
    }

    /// Marks of what is sent again when the time has come.
    fn again(flight: &mut Flight, now: Instant) -> Vec<u8> {
        flight.handle_timeout(now).iter().map(|datagram| datagram[3]).collect()
    }

    #[test]
    fn the_last_flight_is_sent_again_until_the_client_has_all_of_it() {
        let start = Instant::now();
        let later = |ms| start + Duration::from_millis(ms);
        let mut flight = Flight::default();
        assert_eq!(flight.poll_timeout(), None);
        flight.received(&record(HANDSHAKE, 0));
        flight.sent(start, &record(HANDSHAKE, 1));
        flight.sent(start, &record(HANDSHAKE, 2));
        assert_eq!(again(&mut flight, later(100)), [], "too early");
        assert_eq!(again(&mut flight, later(150)), [1, 2]);
        flight.received(&record(HANDSHAKE, 0));
        assert_eq!(again(&mut flight, later(450)), [1, 2], "an answer of which a part was lost ends nothing");
        flight.sent(later(500), &record(CHANGE_CIPHER, 3));
        flight.sent(later(500), &record(HANDSHAKE, 4));
        assert_eq!(again(&mut flight, later(650)), [3, 4], "only the last flight");
        let due = flight.poll_timeout().unwrap();
        assert_eq!(again(&mut flight, due), [3, 4]);
        assert!(flight.poll_timeout().unwrap() <= due + LONGEST);
        flight.received(&record(DATA, 0));
        assert_eq!(flight.poll_timeout(), None);
        flight.sent(later(2_000), &record(HANDSHAKE, 5));
        assert_eq!(flight.poll_timeout(), None, "it is over");
    }

    #[test]
    fn a_client_who_never_answers_is_not_written_to_for_ever() {
        let mut flight = Flight::default();
        flight.sent(Instant::now(), &record(HANDSHAKE, 1));
        let mut times = 0;
        while let Some(due) = flight.poll_timeout() {
            times += again(&mut flight, due).len();
        }
        assert_eq!(times, TIMES);
    }

    #[test]
    fn media_and_data_are_no_part_of_a_flight() {
        let now = Instant::now();
        let mut flight = Flight::default();
        flight.sent(now, &record(DATA, 1));
        flight.sent(now, &record(128, 1));
        assert_eq!(flight.poll_timeout(), None);
        for mark in 0..100 {
            flight.sent(now, &record(HANDSHAKE, mark));
        }
        assert_eq!(again(&mut flight, now + FIRST).len(), MOST);
    }
}
