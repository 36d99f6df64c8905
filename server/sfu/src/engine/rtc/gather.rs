//! Puts handshake messages that come in fragments together (RFC 6347, 4.2.3), so that the core sees whole ones. Its own
//! way needs each fragment to begin where another ends, so that a client that cuts a repeated message otherwise than
//! the first time is never answered; and it goes one call deeper for each fragment, which whoever may connect could
//! make so many that the thread's stack ends, and the process with it.

use std::collections::BTreeMap;

use bytes::{BufMut as _, BytesMut};

/// Content types of DTLS records.
const CHANGE_CIPHER: u8 = 20;
const HANDSHAKE: u8 = 22;

/// The headers of a record and of a handshake message.
const RECORD: usize = 13;
const MESSAGE: usize = 12;

/// The longest message: what a record can hold (RFC 6347, 4.1). Certificates of browsers have some hundred bytes.
const LONGEST: usize = 16_384 - MESSAGE;

/// Messages that may be incomplete at once: a flight has four that are not encrypted.
const MOST: usize = 8;

/// Encrypted records of the handshake that are let through on one connection. What is in them is not seen here; a
/// client has one, and sends it again for as long as it is not answered.
const MOST_ENCRYPTED: usize = 64;

/// A message of which a part has come.
struct Partial {
    kind: u8,
    bytes: Vec<u8>,
    come: Vec<bool>,
    missing: usize,
}

impl Partial {
    fn new(kind: u8, length: usize) -> Self {
        Self { kind, bytes: vec![0; length], come: vec![false; length], missing: length }
    }

    fn put(&mut self, offset: usize, part: &[u8]) {
        self.bytes[offset..offset + part.len()].copy_from_slice(part);
        for come in &mut self.come[offset..offset + part.len()] {
            self.missing -= usize::from(!std::mem::replace(come, true));
        }
    }
}

/// A fragment; most are whole messages.
struct Fragment<'a> {
    kind: u8,
    number: u16,
    length: usize,
    offset: usize,
    part: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// Reads a fragment, and gives what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (header, rest) = bytes.split_first_chunk::<MESSAGE>()?;
        let three = |at: usize| header[at..at + 3].iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        let (kind, length, offset, own) = (header[0], three(1), three(6), three(9));
        let (part, rest) = rest.split_at_checked(own)?;
        let is_sound = length <= LONGEST && offset + own <= length;
        let number = u16::from_be_bytes([header[4], header[5]]);
        is_sound.then_some((Self { kind, number, length, offset, part }, rest))
    }

    const fn is_whole(&self) -> bool {
        self.part.len() == self.length
    }
}

/// The messages of one connection that are not complete.
#[derive(Default)]
pub(super) struct Gather {
    partial: BTreeMap<u16, Partial>,
    encrypted: usize,
}

impl Gather {
    /// What the core is to see of a datagram; empty if that is nothing, for now.
    pub(super) fn pass(&mut self, datagram: BytesMut) -> BytesMut {
        if !matches!(datagram.first(), Some(&(CHANGE_CIPHER | HANDSHAKE))) {
            return datagram;
        }
        let mut passed = BytesMut::with_capacity(datagram.len());
        let mut rest = datagram.as_ref();
        while let Some((header, after)) = rest.split_first_chunk::<RECORD>() {
            let length = usize::from(u16::from_be_bytes([header[11], header[12]]));
            let Some((body, after)) = after.split_at_checked(length) else { break };
            rest = after;
            match (header[0], header[3..5] == [0, 0]) {
                (HANDSHAKE, true) => self.gather(header, body, &mut passed),
                (HANDSHAKE, false) if self.encrypted >= MOST_ENCRYPTED => {}
                (content, _) => {
                    self.encrypted += usize::from(content == HANDSHAKE);
                    passed.put_slice(header);
                    passed.put_slice(body);
                }
            }
        }
        passed
    }

    /// Takes the fragments of a record, and passes what they complete in one that has its number.
    fn gather(&mut self, header: &[u8; RECORD], body: &[u8], passed: &mut BytesMut) {
        let start = passed.len();
        passed.put_slice(header);
        let mut rest = body;
        while let Some((fragment, after)) = Fragment::read(rest) {
            rest = after;
            if fragment.is_whole() {
                self.partial.remove(&fragment.number);
                put_message(passed, &fragment, fragment.part);
            } else if let Some(message) = self.complete(&fragment) {
                put_message(passed, &fragment, &message);
            }
        }
        let length = passed.len() - start - RECORD;
        match u16::try_from(length) {
            Ok(length) if length > 0 => passed[start + 11..start + RECORD].copy_from_slice(&length.to_be_bytes()),
            _ => passed.truncate(start),
        }
    }

    /// The message that a fragment completes.
    fn complete(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        let known = self.partial.get(&fragment.number);
        let is_known = known.is_some_and(|known| (known.kind, known.bytes.len()) == (fragment.kind, fragment.length));
        if !is_known {
            if known.is_none() && self.partial.len() >= MOST {
                return None;
            }
            self.partial.insert(fragment.number, Partial::new(fragment.kind, fragment.length));
        }
        let partial = self.partial.get_mut(&fragment.number)?;
        partial.put(fragment.offset, fragment.part);
        if partial.missing > 0 {
            return None;
        }
        self.partial.remove(&fragment.number).map(|partial| partial.bytes)
    }
}

fn put_message(passed: &mut BytesMut, fragment: &Fragment<'_>, message: &[u8]) {
    let length = &(message.len() as u32).to_be_bytes()[1..];
    passed.put_u8(fragment.kind);
    passed.put_slice(length);
    passed.put_u16(fragment.number);
    passed.put_slice(&[0; 3]);
    passed.put_slice(length);
    passed.put_slice(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"what a client has to say at first";

    fn fragment(number: u8, range: std::ops::Range<usize>) -> Vec<u8> {
        let mut bytes = vec![1, 0, 0, TEXT.len() as u8, 0, number, 0, 0, range.start as u8, 0, 0, range.len() as u8];
        bytes.extend_from_slice(&TEXT[range]);
        bytes
    }

    fn record(content: u8, epoch: u8, number: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![content, 254, 253, 0, epoch, 0, 0, 0, 0, 0, number];
        bytes.extend_from_slice(&(body.len() as u16).to_be_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    fn pass(gather: &mut Gather, datagram: &[u8]) -> Vec<u8> {
        gather.pass(BytesMut::from(datagram)).to_vec()
    }

    #[test]
    fn a_message_passes_once_all_of_it_has_come_however_it_was_cut() {
        let table: [(&str, &[std::ops::Range<usize>]); 6] = [
            ("in order", &[0..10, 10..20, 20..33]),
            ("the other way round", &[20..33, 10..20, 0..10]),
            ("with one that comes twice", &[0..10, 0..10, 10..20, 20..33]),
            ("cut otherwise the second time", &[0..10, 20..33, 0..15, 15..30]),
            ("one within another", &[5..6, 0..32, 31..33]),
            ("with one that is empty", &[0..0, 0..20, 20..33]),
        ];
        for (case, ranges) in table {
            let mut gather = Gather::default();
            let mut number = 0;
            let mut last = Vec::new();
            for range in ranges {
                assert!(last.is_empty(), "{case}: too early");
                number += 1;
                last = pass(&mut gather, &record(HANDSHAKE, 0, number, &fragment(3, range.clone())));
            }
            assert_eq!(last, record(HANDSHAKE, 0, number, &fragment(3, 0..33)), "{case}");
            assert!(gather.partial.is_empty(), "{case}");
        }
    }

    #[test]
    fn what_is_whole_or_not_a_handshake_passes_as_it_is() {
        let mut gather = Gather::default();
        let both = [fragment(1, 0..33), fragment(2, 0..33)].concat();
        let flight =
            [record(HANDSHAKE, 0, 1, &both), record(CHANGE_CIPHER, 0, 2, &[1]), record(HANDSHAKE, 1, 0, &[7; 40])]
                .concat();
        assert_eq!(pass(&mut gather, &flight), flight);
        for datagram in [record(21, 0, 1, &[2, 40]), record(23, 1, 1, &[9; 20]), vec![0x80, 96, 0, 1], vec![]] {
            assert_eq!(pass(&mut gather, &datagram), datagram);
        }
    }

    #[test]
    fn pieces_of_two_messages_in_one_record_both_count() {
        let mut gather = Gather::default();
        assert!(
            pass(&mut gather, &record(HANDSHAKE, 0, 1, &[fragment(1, 0..9), fragment(2, 9..33)].concat())).is_empty()
        );
        let passed = pass(&mut gather, &record(HANDSHAKE, 0, 2, &[fragment(1, 9..33), fragment(2, 0..9)].concat()));
        assert_eq!(passed, record(HANDSHAKE, 0, 2, &[fragment(1, 0..33), fragment(2, 0..33)].concat()));
    }

    #[test]
    fn nobody_makes_it_keep_much_or_the_core_dig_deep() {
        let mut gather = Gather::default();
        for number in 0..=u8::MAX {
            assert!(pass(&mut gather, &record(HANDSHAKE, 0, 1, &fragment(number, 0..1))).is_empty());
        }
        assert_eq!(gather.partial.len(), MOST);
        let long = [1, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1, 7];
        assert!(pass(&mut gather, &record(HANDSHAKE, 0, 1, &long)).is_empty());
        let beyond = [1, 0, 0, 5, 0, 0, 0, 0, 5, 0, 0, 1, 7];
        assert!(pass(&mut gather, &record(HANDSHAKE, 0, 1, &beyond)).is_empty());
        let cut_off = &record(HANDSHAKE, 0, 1, &fragment(1, 0..9))[..20];
        assert!(pass(&mut gather, cut_off).is_empty());
        let passed = (0..200).filter(|_| !pass(&mut gather, &record(HANDSHAKE, 1, 1, &[7; 30])).is_empty());
        assert_eq!(passed.count(), MOST_ENCRYPTED);
    }
}
