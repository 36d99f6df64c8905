//! What can be told of a payload without decoding it: whether it begins a key frame, and how high the picture is.

use crate::forward::packet::{Codec, Packet};
use crate::forward::vp8;

/// Whether the packet begins a picture that can be decoded alone. Sound always can.
pub(crate) fn begins_key_frame(packet: &Packet) -> bool {
    let payload = packet.payload.as_ref();
    match packet.codec {
        Codec::Opus => true,
        Codec::Vp8 => vp8::Descriptor::read(payload).is_some_and(|d| d.begins_key_frame(payload)),
        Codec::Vp9 => begins_vp9(payload),
        Codec::H264 => begins_h264(payload),
        Codec::Av1 => payload.first().is_some_and(|aggregation| aggregation & 0b1000 != 0),
    }
}

/// The picture's height in pixels, if the packet says it.
pub(crate) fn height(packet: &Packet) -> Option<u16> {
    match packet.codec {
        Codec::Vp8 => vp8::Descriptor::read(&packet.payload)?.size(&packet.payload).map(|(_, height)| height),
        Codec::Opus | Codec::Vp9 | Codec::H264 | Codec::Av1 => None,
    }
}

/// RFC 9628, section 4.2: begin of a frame, not predicted from another, in the lowest spatial layer.
fn begins_vp9(payload: &[u8]) -> bool {
    const PICTURE_ID: u8 = 0x80;
    const PREDICTED: u8 = 0x40;
    const LAYERS: u8 = 0x20;
    const BEGIN: u8 = 0x08;
    let Some(&first) = payload.first() else { return false };
    if first & PREDICTED != 0 || first & BEGIN == 0 {
        return false;
    }
    if first & LAYERS == 0 {
        return true;
    }
    let long = first & PICTURE_ID != 0 && payload.get(1).is_some_and(|id| id & 0x80 != 0);
    let at = 1 + usize::from(first & PICTURE_ID != 0) + usize::from(long);
    payload.get(at).is_some_and(|layers| matches!(layers >> 1 & 0b111, 0))
}

/// RFC 6184: an IDR picture or a sequence parameter set, alone, aggregated, or the first fragment of one.
fn begins_h264(payload: &[u8]) -> bool {
    const IDR: u8 = 5;
    const PARAMETERS: u8 = 7;
    const AGGREGATED: u8 = 24;
    const FRAGMENT: u8 = 28;
    let key = |unit: u8| matches!(unit & 0x1f, IDR | PARAMETERS);
    match payload {
        [first, rest @ ..] if first & 0x1f == AGGREGATED => {
            let mut rest = rest;
            while let [high, low, unit, ..] = rest {
                if key(*unit) {
                    return true;
                }
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(2 + length..).unwrap_or_default();
            }
            false
        }
        [first, header, ..] if first & 0x1f == FRAGMENT => header & 0x80 != 0 && key(*header),
        [first, ..] => key(*first),
        [] => false,
    }
}
