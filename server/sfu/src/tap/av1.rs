//! AV1: payloads as the Alliance for Open Media's RTP payload format has them, and the size in a sequence header.

use super::bits::Bits;
use super::picture::{Picture, Whole};

const CONTINUES: u8 = 0x80;
const CONTINUED: u8 = 0x40;
const EXTENDED: u8 = 0x04;
const SIZED: u8 = 0x02;

const SEQUENCE: u8 = 1;
const DELIMITER: u8 = 2;
const TILE_LIST: u8 = 8;
const PADDING: u8 = 15;

/// A temporal unit on its way: open bitstream units, each with its size, and without the delimiter.
#[derive(Debug, Default)]
pub(super) struct Av1 {
    bytes: Vec<u8>,
    is_key: bool,
    size: Option<(u16, u16)>,
    /// A unit of which more is to come.
    fragment: Option<Vec<u8>>,
}

impl Av1 {
    fn take(&mut self, unit: &[u8]) -> Option<()> {
        let (header, mut rest) = unit.split_first()?;
        let kind = header >> 3 & 0x0f;
        if matches!(kind, DELIMITER | TILE_LIST | PADDING) {
            return Some(());
        }
        self.bytes.push(header | SIZED);
        if header & EXTENDED != 0 {
            let (extension, others) = rest.split_first()?;
            self.bytes.push(*extension);
            rest = others;
        }
        if header & SIZED != 0 {
            let length = take_length(&mut rest)?;
            rest = rest.get(..length)?;
        }
        put_length(&mut self.bytes, rest.len());
        self.bytes.extend_from_slice(rest);
        if kind == SEQUENCE {
            self.is_key = true;
            self.size = size(rest);
        }
        Some(())
    }
}

impl Picture for Av1 {
    fn add(&mut self, payload: &[u8]) -> Option<()> {
        let (header, mut rest) = payload.split_first()?;
        let mut before = self.fragment.take();
        if before.is_some() != (header & CONTINUES != 0) {
            return None;
        }
        let count = header >> 4 & 0b11;
        let mut index = 0;
        while !rest.is_empty() {
            index += 1;
            let length = if index == count { rest.len() } else { take_length(&mut rest)? };
            let (element, others) = rest.split_at_checked(length)?;
            rest = others;
            let unit = before.take().map_or_else(|| element.to_vec(), |before| [&before, element].concat());
            if rest.is_empty() && header & CONTINUED != 0 {
                self.fragment = Some(unit);
            } else if !unit.is_empty() {
                self.take(&unit)?;
            }
        }
        (count == 0 || index == count).then_some(())
    }

    fn finish(self: Box<Self>) -> Option<Whole> {
        let Self { bytes, is_key, size, fragment } = *self;
        let whole = fragment.is_none() && !bytes.is_empty();
        whole.then(|| Whole { is_key, size, bytes: bytes.into() })
    }
}

/// A length in groups of seven bits, the lowest first.
fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    for group in 0..5 {
        let (byte, others) = rest.split_first()?;
        *rest = others;
        length |= usize::from(byte & 0x7f) << (7 * group);
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

fn put_length(bytes: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
}

/// The greatest width and height in pixels that a sequence header says (AV1 bitstream, 5.5); none if it also speaks of
/// the time between pictures, which those who send live do not.
fn size(sequence: &[u8]) -> Option<(u16, u16)> {
    let mut bits = Bits::new(sequence);
    bits.skip(4)?;
    let is_reduced = bits.flag()?;
    if is_reduced {
        bits.skip(5)?;
    } else {
        if bits.flag()? {
            return None;
        }
        let tells_delay = bits.flag()?;
        for _ in 0..=bits.number(5)? {
            bits.skip(12)?;
            if bits.number(5)? > 7 {
                bits.skip(1)?;
            }
            if tells_delay && bits.flag()? {
                bits.skip(4)?;
            }
        }
    }
    let (width, height) = (bits.number(4)? + 1, bits.number(4)? + 1);
    let (width, height) = (bits.number(width)?.checked_add(1)?, bits.number(height)?.checked_add(1)?);
    Some((u16::try_from(width).ok()?, u16::try_from(height).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sequence header as libaom writes it, 322 by 182.
    const SEQUENCE_HEADER: [u8; 11] = [0x00, 0x00, 0x00, 0x04, 0x3d, 0x06, 0xd4, 0xda, 0xf9, 0x00, 0x40];

    fn whole(payloads: &[&[u8]]) -> Option<Whole> {
        let mut picture = Box::new(Av1::default());
        for payload in payloads {
            picture.add(payload)?;
        }
        picture.finish()
    }

    /// What it is, payloads, and the temporal unit.
    type Case = (&'static str, &'static [&'static [u8]], Option<&'static [u8]>);

    #[test]
    fn units_get_sizes_whichever_way_they_come() {
        let table: [Case; 10] = [
            ("one", &[&[0x10, 0x30, 1, 2]], Some(&[0x32, 2, 1, 2])),
            ("one with its size", &[&[0x10, 0x32, 2, 1, 2]], Some(&[0x32, 2, 1, 2])),
            ("one with a length", &[&[0x00, 3, 0x30, 1, 2]], Some(&[0x32, 2, 1, 2])),
            ("one with an extension", &[&[0x10, 0x34, 0x08, 1]], Some(&[0x36, 0x08, 1, 1])),
            ("two", &[&[0x20, 2, 0x18, 1, 0x20, 2]], Some(&[0x1a, 1, 1, 0x22, 1, 2])),
            ("a delimiter before it", &[&[0x20, 2, 0x12, 0, 0x30, 1]], Some(&[0x32, 1, 1])),
            ("in two packets", &[&[0x50, 0x30, 1], &[0x90, 2]], Some(&[0x32, 2, 1, 2])),
            ("the begin is missing", &[&[0x90, 2]], None),
            ("the end is missing", &[&[0x50, 0x30, 1]], None),
            ("a length that lies", &[&[0x00, 9, 0x30]], None),
        ];
        for (case, payloads, expected) in table {
            assert_eq!(whole(payloads).as_ref().map(|whole| whole.bytes.as_ref()), expected, "{case}");
        }
    }

    #[test]
    fn a_sequence_header_makes_a_key_frame() {
        let payload = [&[0x20, 12, 0x08], SEQUENCE_HEADER.as_slice(), &[0x30, 1]].concat();
        let whole = whole(&[&payload]).unwrap();
        assert_eq!((whole.is_key, whole.size), (true, Some((322, 182))));
    }

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for length in [0, 1, 127, 128, 300, 16_383, 16_384, 4_000_000] {
            let mut bytes = Vec::new();
            put_length(&mut bytes, length);
            let rest = &mut bytes.as_slice();
            assert_eq!((take_length(rest), rest.len()), (Some(length), 0));
        }
    }
}
