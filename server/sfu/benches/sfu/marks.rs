//! How viewers' packets are counted, and how long each was on its way.
//!
//! Every payload begins with a mark: whose packet it is and under which number it was sent. A viewer decrypts the first
//! packets of a stream; a server adds the same to each number from then on, so the others are told by their headers,
//! which are in the clear, and cost the generator next to nothing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use rtc::rtp::Header;

const MAGIC: [u8; 4] = *b"mark";

/// Whose packet it is, its number, and whether a picture that can be decoded alone begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) number: u16,
    pub(crate) sequence: u16,
    pub(crate) key: bool,
}

impl Mark {
    /// Puts the mark behind what a payload has already.
    pub(crate) fn write(self, payload: &mut Vec<u8>) {
        payload.extend(MAGIC);
        payload.extend(self.number.to_be_bytes());
        payload.extend(self.sequence.to_be_bytes());
        payload.push(u8::from(self.key));
    }

    /// Finds the mark.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let at = payload.windows(MAGIC.len()).take(32).position(|window| window == MAGIC)? + MAGIC.len();
        let [a, b, c, d, key] = *payload.get(at..at + 5)? else { return None };
        let (number, sequence) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        Some(Self { number, sequence, key: key == 1 })
    }
}

/// A stream as a viewer gets it.
#[derive(Debug, Clone, Copy)]
struct Stream {
    publisher: u16,
    added: u16,
}

#[derive(Default)]
struct State {
    streams: HashMap<(u16, u32), Stream>,
    sent: HashMap<u16, Vec<Option<Instant>>>,
    sent_count: u64,
    received: u64,
    delays_us: Option<Vec<f64>>,
}

/// What has arrived at all viewers.
#[derive(Clone, Default)]
pub(crate) struct Arrivals(Rc<RefCell<State>>);

impl Arrivals {
    /// Notes that a publisher sends a packet now.
    pub(crate) fn sent(&self, number: u16, sequence: u16, now: Instant) {
        let mut state = self.0.borrow_mut();
        let times = state.sent.entry(number).or_insert_with(|| vec![None; 1 << 16]);
        times[usize::from(sequence)] = Some(now);
        state.sent_count += 1;
    }

    /// Learns from a packet that was decrypted which publisher's it is, and what is added to its number.
    pub(crate) fn learn(&self, viewer: u16, header: &Header, mark: Mark) {
        let mut state = self.0.borrow_mut();
        let added = header.sequence_number.wrapping_sub(mark.sequence);
        state.received += 1;
        state.streams.insert((viewer, header.ssrc), Stream { publisher: mark.number, added });
    }

    /// Counts a datagram if it is a packet of a stream that is known.
    pub(crate) fn count(&self, viewer: u16, now: Instant, datagram: &[u8]) -> bool {
        let [128..=191, payload_type, high, low, _, _, _, _, a, b, c, d, ..] = *datagram else { return false };
        if (64..=95).contains(&(payload_type & 0x7f)) {
            return false;
        }
        let mut state = self.0.borrow_mut();
        let ssrc = u32::from_be_bytes([a, b, c, d]);
        let Some(stream) = state.streams.get(&(viewer, ssrc)).copied() else { return false };
        state.received += 1;
        if state.delays_us.is_some() {
            let sequence = u16::from_be_bytes([high, low]).wrapping_sub(stream.added);
            let sent = state.sent.get(&stream.publisher).and_then(|times| times[usize::from(sequence)]);
            if let (Some(sent), Some(delays)) = (sent, &mut state.delays_us) {
                delays.push(now.saturating_duration_since(sent).as_secs_f64() * 1e6);
            }
        }
        true
    }

    /// Packets that publishers have sent so far.
    pub(crate) fn sent_count(&self) -> u64 {
        self.0.borrow().sent_count
    }

    /// Packets that have arrived so far.
    pub(crate) fn received(&self) -> u64 {
        self.0.borrow().received
    }

    /// Streams that viewers receive.
    pub(crate) fn streams(&self) -> usize {
        self.0.borrow().streams.len()
    }

    /// Begins to note how long packets are on their way.
    pub(crate) fn note_delays(&self) {
        self.0.borrow_mut().delays_us = Some(Vec::new());
    }

    /// Takes what was noted.
    pub(crate) fn take_delays_us(&self) -> Vec<f64> {
        self.0.borrow_mut().delays_us.take().unwrap_or_default()
    }
}
