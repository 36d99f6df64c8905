//! What Matroska calls codecs, and what a decoder must know before the first frame.

use cloudsite_sfu::{Codec, Frame};

/// The codec's name in Matroska.
pub(super) const fn name(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "A_OPUS",
        Codec::Vp8 => "V_VP8",
        Codec::Vp9 => "V_VP9",
        Codec::H264 => "V_MPEG4/ISO/AVC",
        Codec::Av1 => "V_AV1",
    }
}

/// What a decoder must know before a key frame, which may be nothing; none if the frame does not say it, so that the
/// file cannot begin with it.
pub(super) fn private(frame: &Frame) -> Option<Vec<u8>> {
    match frame.codec {
        Codec::Opus | Codec::Vp8 | Codec::Vp9 => Some(Vec::new()),
        Codec::H264 => avc(&frame.bytes),
        Codec::Av1 => av1(&frame.bytes),
    }
}

/// Parameter sets of an access unit, and that units have lengths of four bytes (ISO/IEC 14496-15, 5.3.3.1).
fn avc(unit: &[u8]) -> Option<Vec<u8>> {
    const SEQUENCE: u8 = 7;
    const PICTURE: u8 = 8;
    let (mut sequences, mut pictures): (Vec<&[u8]>, Vec<&[u8]>) = (Vec::new(), Vec::new());
    let mut rest = unit;
    while let Some((length, others)) = rest.split_first_chunk() {
        let (set, others) = others.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = others;
        let sets = match set.first()? & 0x1f {
            SEQUENCE => &mut sequences,
            PICTURE => &mut pictures,
            _ => continue,
        };
        if sets.len() < 31 && !sets.contains(&set) {
            sets.push(set);
        }
    }
    let [_, profile, compatible, level, ..] = **sequences.first()? else { return None };
    if pictures.is_empty() {
        return None;
    }
    let mut bytes = vec![1, profile, compatible, level, 0b1111_1100 | 3, 0b1110_0000 | sequences.len() as u8];
    let put = |bytes: &mut Vec<u8>, sets: &[&[u8]]| {
        for set in sets {
            bytes.extend_from_slice(&u16::try_from(set.len()).ok()?.to_be_bytes());
            bytes.extend_from_slice(set);
        }
        Some(())
    };
    put(&mut bytes, &sequences)?;
    bytes.push(pictures.len() as u8);
    put(&mut bytes, &pictures)?;
    if matches!(profile, 100 | 110 | 122 | 144) {
        // Colours at half the resolution and eight bits: browsers send no others.
        bytes.extend_from_slice(&[0b1111_1100 | 1, 0b1111_1000, 0b1111_1000, 0]);
    }
    Some(bytes)
}

/// The sequence header of a temporal unit, behind its profile and level (AV1 codec ISO media file format binding, 2.3).
fn av1(unit: &[u8]) -> Option<Vec<u8>> {
    const SEQUENCE: u8 = 1;
    const EXTENDED: u8 = 0x04;
    let mut rest = unit;
    loop {
        let header = *rest.first()?;
        let at = if header & EXTENDED == 0 { 1 } else { 2 };
        let (length, bytes) = length(rest.get(at..)?)?;
        let (whole, others) = rest.split_at_checked(at + bytes + length)?;
        if header >> 3 & 0x0f == SEQUENCE {
            let said = u32::from_be_bytes(*whole.get(at + bytes..)?.first_chunk()?);
            // Profile, still picture, reduced header, time between pictures; then the first operating point's level.
            let (profile, is_plain) = (said >> 29, said & 0b11 << 26 == 0);
            let (level, tier) = if is_plain { (said >> 3 & 0x1f, said >> 2 & 1) } else { (31, 0) };
            let tier = if level > 7 && is_plain { tier } else { 0 };
            // Eight bits, and colours at half the resolution.
            let head = [0x81, (profile << 5 | level) as u8, (tier << 7) as u8 | 0b0000_1100, 0];
            return Some([head.as_slice(), whole].concat());
        }
        rest = others;
    }
}

/// A length in groups of seven bits, and how many bytes it takes.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let count = bytes.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
    let groups = bytes.iter().take(count).rev();
    Some((groups.fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f)), count))
}
