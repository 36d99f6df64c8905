//! VP9: the payload descriptor of RFC 9628, section 4.2, and the begin of a frame's header.

use super::bits::Bits;
use super::picture::{Picture, Whole};

const PICTURE_ID: u8 = 0x80;
const PREDICTED: u8 = 0x40;
const LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const BEGIN: u8 = 0x08;
const END: u8 = 0x04;
const STRUCTURE: u8 = 0x02;

/// Frames of a picture, one a spatial layer.
const MOST_LAYERS: usize = 8;

/// What a descriptor says here.
#[derive(Debug, PartialEq, Eq)]
struct Descriptor<'a> {
    begins: bool,
    ends: bool,
    piece: &'a [u8],
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, others) = rest.split_first()?;
    *rest = others;
    Some(*first)
}

fn skip(rest: &mut &[u8], bytes: usize) -> Option<()> {
    *rest = rest.get(bytes..)?;
    Some(())
}

impl<'a> Descriptor<'a> {
    fn read(payload: &'a [u8]) -> Option<Self> {
        let rest = &mut &*payload;
        let first = byte(rest)?;
        if first & PICTURE_ID != 0 && byte(rest)? & 0x80 != 0 {
            skip(rest, 1)?;
        }
        if first & LAYERS != 0 {
            // The layers, and a count of the lowest where references are not said.
            skip(rest, if first & FLEXIBLE == 0 { 2 } else { 1 })?;
        }
        if first & (FLEXIBLE | PREDICTED) == FLEXIBLE | PREDICTED {
            // Up to three references, each but the last with a mark that another follows.
            let mut references = 1;
            while byte(rest)? & 1 != 0 {
                references += 1;
                if references > 3 {
                    return None;
                }
            }
        }
        if first & STRUCTURE != 0 {
            skip_structure(rest)?;
        }
        Some(Self { begins: first & BEGIN != 0, ends: first & END != 0, piece: rest })
    }
}

/// Leaves out what is said of all layers.
fn skip_structure(rest: &mut &[u8]) -> Option<()> {
    let first = byte(rest)?;
    let layers = usize::from(first >> 5) + 1;
    if first & 0x10 != 0 {
        skip(rest, layers * 4)?;
    }
    if first & 0x08 != 0 {
        for _ in 0..byte(rest)? {
            let references = usize::from(byte(rest)? >> 2 & 0b11);
            skip(rest, references)?;
        }
    }
    Some(())
}

/// Whether a frame is a key frame, and the width and height in pixels that it then says (VP9 bitstream, 6.2 and 7.2).
fn read_frame(frame: &[u8]) -> Option<(bool, Option<(u16, u16)>)> {
    let mut bits = Bits::new(frame);
    if bits.number(2)? != 2 {
        return None;
    }
    let profile = u32::from(bits.flag()?) | u32::from(bits.flag()?) << 1;
    if profile == 3 {
        bits.skip(1)?;
    }
    let shows_another = bits.flag()?;
    if shows_another {
        return Some((false, None));
    }
    let is_key = !bits.flag()?;
    bits.skip(2)?;
    Some((is_key, if is_key { size(&mut bits, profile) } else { None }))
}

fn size(bits: &mut Bits<'_>, profile: u32) -> Option<(u16, u16)> {
    const SYNC: u32 = 0x0049_8342;
    const RGB: u32 = 7;
    if bits.number(24)? != SYNC {
        return None;
    }
    if profile >= 2 {
        bits.skip(1)?;
    }
    let odd = profile % 2 == 1;
    if bits.number(3)? == RGB {
        bits.skip(usize::from(odd))?;
    } else {
        bits.skip(if odd { 4 } else { 1 })?;
    }
    let (width, height) = (bits.number(16)?, bits.number(16)?);
    Some((u16::try_from(width + 1).ok()?, u16::try_from(height + 1).ok()?))
}

/// A picture on its way: one frame, or one for each spatial layer.
#[derive(Debug, Default)]
pub(super) struct Vp9 {
    bytes: Vec<u8>,
    /// Where each frame ends.
    ends: Vec<usize>,
    within: bool,
}

impl Picture for Vp9 {
    fn add(&mut self, payload: &[u8]) -> Option<()> {
        let read = Descriptor::read(payload)?;
        if read.begins == self.within || self.ends.len() == MOST_LAYERS {
            return None;
        }
        self.bytes.extend_from_slice(read.piece);
        self.within = !read.ends;
        if read.ends {
            self.ends.push(self.bytes.len());
        }
        Some(())
    }

    fn finish(mut self: Box<Self>) -> Option<Whole> {
        if self.within {
            return None;
        }
        let (is_key, first) = read_frame(&self.bytes)?;
        // The largest layer is what is seen.
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let sizes = begins.filter_map(|at| read_frame(self.bytes.get(at..)?)?.1);
        let size = first.and(sizes.max_by_key(|(width, height)| u32::from(*width) * u32::from(*height)));
        if self.ends.len() > 1 {
            self.index()?;
        }
        Some(Whole { is_key, size, bytes: self.bytes.into() })
    }
}

impl Vp9 {
    /// Puts the lengths of several frames behind them (VP9 bitstream, annex B), so that they are one.
    fn index(&mut self) -> Option<()> {
        let marker = 0b1101_1000 | u8::try_from(self.ends.len() - 1).ok()?;
        self.bytes.push(marker);
        let mut begin = 0;
        for end in &self.ends {
            self.bytes.extend_from_slice(&u32::try_from(end - begin).ok()?.to_le_bytes());
            begin = *end;
        }
        self.bytes.push(marker);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key frame of profile 0 that is 640 by 360, as far as its size.
    const KEY: [u8; 9] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x16, 0x70];

    #[test]
    fn descriptors_are_read_over_all_their_fields() {
        let table: [(&str, &[u8], _); 12] = [
            ("nothing but begin and end", &[0x0c, 9], Some((true, true))),
            ("a short picture id", &[0x88, 0x05, 9], Some((true, false))),
            ("a long picture id", &[0x84, 0x85, 0x05, 9], Some((false, true))),
            ("layers with a count", &[0x20, 0x00, 0x07, 9], Some((false, false))),
            ("layers without", &[0x30, 0x00, 9], Some((false, false))),
            ("one reference", &[0x58, 0x02, 9], Some((true, false))),
            ("three references", &[0x50, 0x03, 0x05, 0x02, 9], Some((false, false))),
            ("four references", &[0x50, 0x03, 0x05, 0x03, 0x02, 9], None),
            ("sizes of two layers", &[0x0a, 0x30, 0, 1, 0, 1, 0, 2, 0, 2, 9], Some((true, false))),
            ("groups with references", &[0x0a, 0x08, 2, 0x04, 7, 0x08, 7, 7, 9], Some((true, false))),
            ("groups that are cut off", &[0x0a, 0x08, 2, 0x04], None),
            ("nothing", &[], None),
        ];
        for (case, payload, expected) in table {
            let expected = expected.map(|(begins, ends)| Descriptor { begins, ends, piece: &[9] });
            assert_eq!(Descriptor::read(payload), expected, "{case}");
        }
    }

    #[test]
    fn a_key_frame_says_its_size() {
        assert_eq!(read_frame(&KEY), Some((true, Some((640, 360)))));
        assert_eq!(read_frame(&KEY[..8]), Some((true, None)), "cut off");
        assert_eq!(read_frame(&[0x86]), Some((false, None)), "one that is predicted");
        assert_eq!(read_frame(&[0x88]), Some((false, None)), "one that shows another");
        assert_eq!(read_frame(&[0x02]), None, "none at all");
    }

    #[test]
    fn layers_become_one_frame_with_an_index() {
        let mut picture = Box::new(Vp9::default());
        picture.add(&[[0x0c].as_slice(), &KEY].concat()).unwrap();
        picture.add(&[0x08, 0x86, 1]).unwrap();
        picture.add(&[0x04, 2]).unwrap();
        let whole = picture.finish().unwrap();
        assert!(whole.is_key);
        assert_eq!(whole.size, Some((640, 360)));
        let index = [0xd9, 9, 0, 0, 0, 3, 0, 0, 0, 0xd9];
        assert_eq!(whole.bytes, [KEY.as_slice(), &[0x86, 1, 2], &index].concat());
    }

    #[test]
    fn what_has_no_begin_or_no_end_is_no_frame() {
        assert!(Vp9::default().add(&[0x04, 1]).is_none(), "the middle of one");
        let mut picture = Box::new(Vp9::default());
        picture.add(&[0x08, 0x86]).unwrap();
        assert!(picture.add(&[0x08, 0x86]).is_none(), "another begins before the end");
        let mut picture = Box::new(Vp9::default());
        picture.add(&[0x08, 0x86]).unwrap();
        assert!(picture.finish().is_none());
    }
}
