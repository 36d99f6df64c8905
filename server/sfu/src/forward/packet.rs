//! A media packet as it is forwarded: what it means, without the numbers that hold on one connection only.

use bytes::{BufMut as _, Bytes, BytesMut};

/// A codec that is forwarded. Nothing here is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// Opus, the only one for sound.
    Opus,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// H.264, also known as AVC.
    H264,
    /// AV1.
    Av1,
}

impl Codec {
    /// Ticks a second of the codec's time stamps.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Vp8 | Self::Vp9 | Self::H264 | Self::Av1 => 90_000,
        }
    }
}

/// What a viewer gets in place of the first bytes of a payload, so that nobody has to copy the others for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Head {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Head {
    /// As many bytes as the numbers of a VP8 descriptor take, with what stands before them.
    pub(crate) const LONGEST: usize = 5;

    /// The first bytes of a payload, to be written over.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let mut head = Self { length: payload.len().min(Self::LONGEST), ..Self::default() };
        head.bytes[..head.length].copy_from_slice(&payload[..head.length]);
        head
    }

    /// The bytes.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }
}

/// One RTP packet (RFC 3550) after decryption. Cloning it copies no payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    pub codec: Codec,
    pub sequence: u16,
    pub timestamp: u32,
    pub marker: bool,
    /// How loud it is, in -dBov, and whether it is speech (RFC 6464, as one byte on the wire).
    pub level: Option<u8>,
    /// What the payload begins with instead of its own first bytes.
    pub head: Head,
    pub payload: Bytes,
}

impl Packet {
    /// Puts the payload behind what is there.
    pub(crate) fn put_payload(&self, packet: &mut BytesMut) {
        let (head, rest) = self.payload.split_at(self.head.length.min(self.payload.len()));
        packet.put_slice(&self.head.bytes[..head.len()]);
        packet.put_slice(rest);
    }
}

/// The stream that an encrypted RTP packet belongs to; none if the datagram is anything else (RFC 7983, RFC 5761).
pub(crate) fn stream_of(datagram: &[u8]) -> Option<u32> {
    let [128..=191, payload_type, _, _, _, _, _, _, a, b, c, d, ..] = datagram else { return None };
    (!is_report(*payload_type)).then(|| u32::from_be_bytes([*a, *b, *c, *d]))
}

/// The stream as whose sender someone reports in an encrypted RTCP packet; none if the datagram is anything else.
pub(crate) fn reporter_of(datagram: &[u8]) -> Option<u32> {
    let [128..=191, payload_type, _, _, a, b, c, d, ..] = datagram else { return None };
    is_report(*payload_type).then(|| u32::from_be_bytes([*a, *b, *c, *d]))
}

fn is_report(payload_type: u8) -> bool {
    (64..=95).contains(&(payload_type & 0x7f))
}

/// Whether `a` is later than `b`, for numbers that wrap (RFC 1982).
pub(crate) const fn is_later(a: u16, b: u16) -> bool {
    a != b && a.wrapping_sub(b) < 0x8000
}
