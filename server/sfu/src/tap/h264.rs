//! H.264: payloads of RFC 6184 in the non-interleaved mode, and the size that a sequence parameter set says.

use super::bits::Bits;
use super::picture::{Picture, Whole};

const IDR: u8 = 5;
const PARAMETERS: u8 = 7;
const DELIMITER: u8 = 9;
const FILLER: u8 = 12;
const AGGREGATED: u8 = 24;
const FRAGMENT: u8 = 28;
const KIND: u8 = 0x1f;
const STARTS: u8 = 0x80;
const ENDS: u8 = 0x40;

/// An access unit on its way: units, each behind its length in four bytes.
#[derive(Debug, Default)]
pub(super) struct H264 {
    bytes: Vec<u8>,
    is_key: bool,
    size: Option<(u16, u16)>,
    /// Where the unit begins whose fragments are coming.
    fragmented: Option<usize>,
}

impl H264 {
    /// Takes a whole unit. Delimiters and filling say nothing where units have lengths.
    fn take(&mut self, unit: &[u8]) -> Option<()> {
        let kind = unit.first()? & KIND;
        if matches!(kind, DELIMITER | FILLER) {
            return Some(());
        }
        self.bytes.extend_from_slice(&u32::try_from(unit.len()).ok()?.to_be_bytes());
        self.bytes.extend_from_slice(unit);
        self.note(kind, unit);
        Some(())
    }

    fn note(&mut self, kind: u8, unit: &[u8]) {
        self.is_key |= kind == IDR;
        if kind == PARAMETERS {
            self.size = size(unit).or(self.size);
        }
    }

    fn take_fragment(&mut self, indicator: u8, header: u8, fragment: &[u8]) -> Option<()> {
        if header & STARTS != 0 {
            self.fragmented = Some(self.bytes.len());
            self.bytes.extend_from_slice(&[0; 4]);
            self.bytes.push(indicator & !KIND | header & KIND);
        }
        let begin = self.fragmented?;
        self.bytes.extend_from_slice(fragment);
        if header & ENDS != 0 {
            self.fragmented = None;
            let (length, unit) = self.bytes.get_mut(begin..)?.split_first_chunk_mut()?;
            *length = u32::try_from(unit.len()).ok()?.to_be_bytes();
            let unit = unit.to_vec();
            self.note(header & KIND, &unit);
        }
        Some(())
    }
}

impl Picture for H264 {
    fn add(&mut self, payload: &[u8]) -> Option<()> {
        let (first, rest) = payload.split_first()?;
        if first & KIND == FRAGMENT {
            let (header, fragment) = rest.split_first()?;
            let starts = header & STARTS != 0;
            return (starts == self.fragmented.is_none()).then(|| self.take_fragment(*first, *header, fragment))?;
        }
        if self.fragmented.is_some() {
            return None;
        }
        match first & KIND {
            AGGREGATED => {
                let mut rest = rest;
                while let Some((length, others)) = rest.split_first_chunk() {
                    let (unit, others) = others.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                    self.take(unit)?;
                    rest = others;
                }
                rest.is_empty().then_some(())
            }
            1..AGGREGATED => self.take(payload),
            _ => None,
        }
    }

    fn finish(self: Box<Self>) -> Option<Whole> {
        let Self { bytes, is_key, size, fragmented } = *self;
        let whole = fragmented.is_none() && !bytes.is_empty();
        whole.then(|| Whole { is_key, size: size.filter(|_| is_key), bytes: bytes.into() })
    }
}

/// The width and height in pixels that a sequence parameter set says (ITU-T H.264, 7.3.2.1.1), after cropping.
fn size(unit: &[u8]) -> Option<(u16, u16)> {
    let plain = without_guards(unit.get(1..)?);
    let mut bits = Bits::new(&plain);
    let profile = bits.number(8)?;
    bits.skip(16)?;
    bits.exponential()?;
    let (chroma, planes) = if has_chroma(profile) { chroma(&mut bits)? } else { (1, false) };
    bits.exponential()?;
    skip_order(&mut bits)?;
    bits.exponential()?;
    bits.skip(1)?;
    let (width, height) = (bits.exponential()?.checked_add(1)?, bits.exponential()?.checked_add(1)?);
    let is_progressive = bits.flag()?;
    bits.skip(if is_progressive { 1 } else { 2 })?;
    let fields = if is_progressive { 1 } else { 2 };
    let (mut wide, mut high) = (width.checked_mul(16)?, height.checked_mul(16 * fields)?);
    if bits.flag()? {
        let (step_x, step_y) = match chroma {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let (step_x, step_y) = if planes { (1, 1) } else { (step_x, step_y) };
        let mut cropped = |step: u32| bits.exponential()?.checked_add(bits.exponential()?)?.checked_mul(step);
        wide = wide.checked_sub(cropped(step_x)?)?;
        high = high.checked_sub(cropped(step_y * fields)?)?;
    }
    Some((u16::try_from(wide).ok()?, u16::try_from(high).ok()?))
}

/// A unit without the bytes that keep start codes out of it (7.4.1).
fn without_guards(unit: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(unit.len());
    let mut zeros = 0;
    for byte in unit {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        plain.push(*byte);
    }
    plain
}

const fn has_chroma(profile: u32) -> bool {
    matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135)
}

/// How colours are sampled, and whether each is a picture of its own.
fn chroma(bits: &mut Bits<'_>) -> Option<(u32, bool)> {
    let chroma = bits.exponential()?;
    let planes = chroma == 3 && bits.flag()?;
    bits.exponential()?;
    bits.exponential()?;
    bits.skip(1)?;
    if bits.flag()? {
        for list in 0..if chroma == 3 { 12 } else { 8 } {
            if bits.flag()? {
                skip_scaling(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some((chroma, planes))
}

fn skip_scaling(bits: &mut Bits<'_>, entries: u32) -> Option<()> {
    let (mut last, mut next) = (8, 8);
    for _ in 0..entries {
        if next != 0 {
            next = (last + bits.signed_exponential()?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

/// Leaves out how the order of pictures is said.
fn skip_order(bits: &mut Bits<'_>) -> Option<()> {
    match bits.exponential()? {
        0 => drop(bits.exponential()?),
        1 => {
            bits.skip(1)?;
            bits.signed_exponential()?;
            bits.signed_exponential()?;
            for _ in 0..bits.exponential()? {
                bits.signed_exponential()?;
            }
        }
        _ => {}
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters as x264 writes them, with the size that they say.
    const SETS: [(&str, &[u8], (u16, u16)); 4] = [
        (
            "baseline, cropped",
            &[
                0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
                0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2e, 0x48,
            ],
            (640, 360),
        ),
        (
            "high, cropped",
            &[
                0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00,
                0x04, 0x00, 0x00, 0x03, 0x00, 0xc8, 0x3c, 0x60, 0xc6, 0x58,
            ],
            (1_920, 1_080),
        ),
        (
            "colours as fine as brightness",
            &[
                0x67, 0xf4, 0x00, 0x0d, 0x91, 0x9b, 0x28, 0x2a, 0x33, 0xc7, 0xc5, 0xe0, 0x22, 0x00, 0x00, 0x03, 0x00,
                0x02, 0x00, 0x00, 0x03, 0x00, 0x64, 0x1e, 0x28, 0x53, 0x2c,
            ],
            (322, 182),
        ),
        (
            "fields",
            &[
                0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xb4, 0x24, 0xd8, 0x08, 0x80, 0x00, 0x00, 0x03, 0x00, 0x80,
                0x00, 0x00, 0x19, 0x0f, 0x8a, 0x14, 0xcb,
            ],
            (720, 576),
        ),
    ];

    #[test]
    fn parameters_say_the_size() {
        for (case, unit, expected) in SETS {
            assert_eq!(size(unit), Some(expected), "{case}");
            for length in 0..5 {
                assert_eq!(size(&unit[..length]), None, "{case}, cut off after {length}");
            }
        }
    }

    /// The access unit of some payloads.
    fn whole(payloads: &[&[u8]]) -> Option<Whole> {
        let mut picture = Box::new(H264::default());
        for payload in payloads {
            picture.add(payload)?;
        }
        picture.finish()
    }

    /// What it is, payloads, and the access unit, with whether it is a key frame.
    type Case = (&'static str, &'static [&'static [u8]], Option<(bool, &'static [u8])>);

    #[test]
    fn units_come_alone_together_or_in_fragments() {
        let table: [Case; 14] = [
            ("alone", &[&[0x65, 1]], Some((true, &[0, 0, 0, 2, 0x65, 1]))),
            ("one byte", &[&[0x41]], Some((false, &[0, 0, 0, 1, 0x41]))),
            ("together", &[&[0x78, 0, 1, 0x67, 0, 1, 0x68]], Some((false, &[0, 0, 0, 1, 0x67, 0, 0, 0, 1, 0x68]))),
            ("together with a piece left over", &[&[0x78, 0, 1, 0x67, 0]], None),
            ("together with a length that lies", &[&[0x78, 0, 2, 0x67]], None),
            ("together with nothing", &[&[0x78, 0, 0]], None),
            (
                "fragments",
                &[&[0x7c, 0x85, 1], &[0x7c, 0x05, 2], &[0x7c, 0x45, 3]],
                Some((true, &[0, 0, 0, 4, 0x65, 1, 2, 3])),
            ),
            ("fragments without the first", &[&[0x7c, 0x05, 2], &[0x7c, 0x45, 3]], None),
            ("fragments without the last", &[&[0x7c, 0x85, 1], &[0x7c, 0x05, 2]], None),
            ("fragments with a begin between", &[&[0x7c, 0x85, 1], &[0x7c, 0x85, 1]], None),
            ("fragments with a unit between", &[&[0x7c, 0x85, 1], &[0x65, 1]], None),
            ("a fragment of nothing", &[&[0x7c]], None),
            ("a delimiter before it", &[&[0x09, 0xf0], &[0x65, 1]], Some((true, &[0, 0, 0, 2, 0x65, 1]))),
            ("a mode that was not agreed on", &[&[0x79, 0, 0]], None),
        ];
        for (case, payloads, expected) in table {
            let got = whole(payloads);
            assert_eq!(got.as_ref().map(|whole| (whole.is_key, whole.bytes.as_ref())), expected, "{case}");
        }
        assert!(H264::default().add(&[]).is_none());
    }
}
