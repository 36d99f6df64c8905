//! Packets in a stream (RFC 4571): each behind its length, in two bytes.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The longest packet that is read: longer than any path of the internet takes, so it is none of ours.
pub(crate) const LONGEST: usize = 4_096;

const LENGTH: usize = 2;

/// A packet is announced that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a packet of {0} bytes is announced, of at most {LONGEST}")]
pub(crate) struct TooLong(usize);

/// Takes packets out of a stream.
#[derive(Debug, Default)]
pub(crate) struct Deframer {
    stream: BytesMut,
}

impl Deframer {
    /// Where the next bytes of the stream go.
    pub(crate) fn stream(&mut self) -> &mut BytesMut {
        self.stream.reserve(LENGTH + LONGEST);
        &mut self.stream
    }

    /// The next packet, if all of it is there. Empty ones are passed over.
    pub(crate) fn packet(&mut self) -> Result<Option<BytesMut>, TooLong> {
        while let [high, low, rest @ ..] = self.stream.as_ref() {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length > LONGEST {
                return Err(TooLong(length));
            }
            if rest.len() < length {
                return Ok(None);
            }
            self.stream.advance(LENGTH);
            if length > 0 {
                return Ok(Some(self.stream.split_to(length)));
            }
        }
        Ok(None)
    }
}

/// Puts a packet into a stream. One that is longer than a length can say is left out.
pub(super) fn frame(stream: &mut BytesMut, packet: &Bytes) {
    if let Ok(length) = u16::try_from(packet.len()) {
        stream.put_u16(length);
        stream.extend_from_slice(packet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_as_they_went_in_however_the_stream_is_cut() {
        let packets = [Bytes::from_static(b"a"), Bytes::from(vec![7; LONGEST]), Bytes::from_static(b"third")];
        let mut stream = BytesMut::new();
        for packet in &packets {
            frame(&mut stream, packet);
        }
        for cut in [1, 2, 3, 1_000, stream.len()] {
            let mut deframer = Deframer::default();
            let mut found = Vec::new();
            for piece in stream.chunks(cut) {
                deframer.stream().extend_from_slice(piece);
                while let Some(packet) = deframer.packet().unwrap() {
                    found.push(packet.freeze());
                }
            }
            assert_eq!(found, packets, "in pieces of {cut}");
        }
    }

    #[test]
    fn empty_packets_are_passed_over_and_too_long_ones_refused() {
        let mut deframer = Deframer::default();
        deframer.stream().extend_from_slice(&[0, 0, 0, 0, 0, 1, 9]);
        assert_eq!(deframer.packet().unwrap().as_deref(), Some([9].as_slice()));
        deframer.stream().extend_from_slice(&[0xff, 0xff]);
        assert_eq!(deframer.packet(), Err(TooLong(65_535)));
    }
}
