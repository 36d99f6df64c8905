//! The VP8 payload descriptor (RFC 7741, section 4.2): the numbers in it that must not jump for a viewer.

use crate::forward::packet::Head;

const EXTENDED: u8 = 0x80;
const START: u8 = 0x10;
const PARTITION: u8 = 0x0f;
const PICTURE_ID: u8 = 0x80;
const TL0: u8 = 0x40;
const LAYER: u8 = 0x20;
const KEY: u8 = 0x10;
const LONG: u8 = 0x80;

/// Picture ids are 15 bits long here; a viewer takes a short one that it never saw before as well.
const PICTURE_ID_MASK: u16 = 0x7fff;

/// Where the numbers of a descriptor stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// The picture's id, and whether it has 15 bits.
    pub picture_id: Option<(u16, bool)>,
    /// The count of frames of the lowest temporal layer.
    pub tl0: Option<u8>,
    starts_frame: bool,
    tl0_at: usize,
    length: usize,
}

impl Descriptor {
    /// Reads the descriptor at the begin of a payload; none if it is cut off.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let starts_frame = first & (START | PARTITION) == START;
        let mut read = Self { picture_id: None, tl0: None, starts_frame, tl0_at: 0, length: 1 };
        if first & EXTENDED == 0 {
            return Some(read);
        }
        let extension = *payload.get(1)?;
        let mut at = 2;
        if extension & PICTURE_ID != 0 {
            let high = *payload.get(at)?;
            if high & LONG == 0 {
                read.picture_id = Some((u16::from(high), false));
                at += 1;
            } else {
                let id = u16::from_be_bytes([high, *payload.get(at + 1)?]) & PICTURE_ID_MASK;
                read.picture_id = Some((id, true));
                at += 2;
            }
        }
        if extension & TL0 != 0 {
            read.tl0 = Some(*payload.get(at)?);
            read.tl0_at = at;
            at += 1;
        }
        if extension & (LAYER | KEY) != 0 {
            payload.get(at)?;
            at += 1;
        }
        read.length = at;
        Some(read)
    }

    /// Whether the payload begins a key frame (RFC 6386, section 9.1).
    pub(crate) fn begins_key_frame(&self, payload: &[u8]) -> bool {
        self.starts_frame && payload.get(self.length).is_some_and(|frame| frame & 1 == 0)
    }

    /// Whether the payload begins a frame.
    pub(crate) const fn begins_frame(&self) -> bool {
        self.starts_frame
    }

    /// What comes after the descriptor: a piece of the frame.
    pub(crate) fn piece<'a>(&self, payload: &'a [u8]) -> &'a [u8] {
        payload.get(self.length..).unwrap_or_default()
    }

    /// The width and height in pixels that a key frame says.
    pub(crate) fn size(&self, payload: &[u8]) -> Option<(u16, u16)> {
        let frame = self.begins_key_frame(payload).then(|| self.piece(payload))?;
        let [_, _, _, 0x9d, 0x01, 0x2a, width, wide, height, high, ..] = frame else { return None };
        let pixels = |low: u8, high: u8| u16::from_le_bytes([low, high]) & 0x3fff;
        Some((pixels(*width, *wide), pixels(*height, *high)))
    }

    /// How the payload begins with other numbers. A short picture id stays short, so that nothing has to be moved.
    pub(crate) fn write(&self, payload: &[u8], picture_id: u16, tl0: u8) -> Head {
        if self.picture_id.is_none() && self.tl0.is_none() {
            return Head::default();
        }
        let mut head = Head::of(payload);
        let written = head.bytes();
        match self.picture_id {
            Some((_, true)) => {
                let id = (picture_id & PICTURE_ID_MASK) | (u16::from(LONG) << 8);
                written[2..4].copy_from_slice(&id.to_be_bytes());
            }
            Some((_, false)) => written[2] = (picture_id & 0x7f) as u8,
            None => {}
        }
        if self.tl0.is_some() {
            written[self.tl0_at] = tl0;
        }
        head
    }
}
