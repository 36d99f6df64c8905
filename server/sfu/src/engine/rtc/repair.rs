//! Turns repairs back into what they repair (RFC 4588), before the interceptor that asks for what is missing sees
//! them. The core does it after that one, so that repaired packets were asked for again and again; and of layers that
//! are named only by their header it drops them.

use std::collections::VecDeque;
use std::time::Instant;

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtp::Packet as RtpPacket;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use super::belt::{Belt, Shared};

/// The interceptor, below that which asks for missing packets.
pub(super) struct Repair {
    belt: Shared,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Repair {
    pub(super) fn new(belt: Shared) -> Self {
        Self { belt, read: VecDeque::new(), write: VecDeque::new() }
    }
}

/// Makes of a repair the packet that was missing. False if there is none in it: it was sent to measure the path.
fn restore(belt: &mut Belt, packet: &mut RtpPacket) -> bool {
    let Some(stream) = belt.stream(&packet.header).filter(|stream| stream.repairs) else { return true };
    let primary = belt.ssrc(stream.line, stream.layer);
    let repaired = belt.lines.get(stream.line).and_then(|line| line.repaired_type(packet.header.payload_type));
    let (Some(ssrc), Some(payload_type)) = (primary, repaired) else { return false };
    let Some(sequence) = packet.payload.get(..2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]])) else {
        return false;
    };
    packet.header.ssrc = ssrc;
    packet.header.payload_type = payload_type;
    packet.header.sequence_number = sequence;
    packet.header.padding = false;
    packet.payload = packet.payload.slice(2..);
    true
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Repair {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        let keep = match &mut message.message.packet {
            Packet::Rtp(packet) => restore(&mut self.belt.lock(), packet),
            _ => true,
        };
        if keep {
            self.read.push_back(message);
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }
}

impl Interceptor for Repair {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rtc::interceptor::AttributedPacket;
    use rtc::rtp::Header;
    use rtc::shared::TransportContext;

    use super::super::belt::Numbers;
    use super::*;
    use crate::sdp::{Streams, read};

    const OFFER: &str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=sendonly\r\na=rid:q send\r\na=rid:f send\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:5 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n\
        a=extmap:6 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n";

    const DECLARED: &str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n\
        a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=ssrc-group:FID 10 11\r\na=ssrc:10 cname:x\r\na=ssrc:11 cname:x\r\n";

    fn repair(offer: &str) -> Repair {
        let belt = Shared::default();
        let offered = read(offer).unwrap().remove(0);
        let numbers = Numbers {
            codecs: offered.codecs.clone(),
            rtx: offered.rtx.clone(),
            offered,
            streams: Streams { ssrc: 1, repair: 2 },
            repair_sequence: 0,
            level: None,
            transport: None,
        };
        belt.lock().negotiate(vec![numbers]);
        Repair::new(belt)
    }

    /// Stream, payload type and number of what comes out.
    fn through(repair: &mut Repair, header: Header, payload: &[u8]) -> Option<(u32, u8, u16, Bytes)> {
        let packet = RtpPacket { header, payload: Bytes::copy_from_slice(payload) };
        let message = AttributedPacket::new(Packet::Rtp(packet));
        let now = Instant::now();
        repair.handle_read(TaggedPacket { now, transport: TransportContext::default(), message }).unwrap();
        let Packet::Rtp(packet) = repair.poll_read()?.message.packet else { panic!("it was media") };
        let header = packet.header;
        Some((header.ssrc, header.payload_type, header.sequence_number, packet.payload))
    }

    fn header(ssrc: u32, payload_type: u8, extensions: &[(u8, &'static str)]) -> Header {
        let mut header = Header { ssrc, payload_type, sequence_number: 9, ..Header::default() };
        for (id, value) in extensions {
            header.set_extension(*id, Bytes::from_static(value.as_bytes())).unwrap();
        }
        header
    }

    #[test]
    fn a_repair_of_a_layer_that_only_its_header_names_is_restored() {
        let mut repair = repair(OFFER);
        let of_unknown = through(&mut repair, header(70, 97, &[(4, "1"), (6, "f")]), &[1, 2, 3]);
        assert_eq!(of_unknown, None, "of the layer nothing has come yet");
        for (ssrc, rid) in [(50, "q"), (60, "f")] {
            let passed = through(&mut repair, header(ssrc, 96, &[(4, "1"), (5, rid)]), &[9]);
            assert_eq!(passed, Some((ssrc, 96, 9, Bytes::from_static(&[9]))), "media pass as they are");
        }
        let restored = through(&mut repair, header(70, 97, &[(4, "1"), (6, "f")]), &[1, 2, 3]);
        assert_eq!(restored, Some((60, 96, 258, Bytes::from_static(&[3]))));
        let next = through(&mut repair, header(70, 97, &[]), &[1, 3, 4]);
        assert_eq!(next, Some((60, 96, 259, Bytes::from_static(&[4]))), "its header says it only at first");
        let other = through(&mut repair, header(71, 97, &[(4, "1"), (6, "q")]), &[0, 1]);
        assert_eq!(other, Some((50, 96, 1, Bytes::new())));
    }

    #[test]
    fn a_repair_of_a_declared_stream_is_restored_and_one_without_anything_in_it_dropped() {
        let mut repair = repair(DECLARED);
        assert_eq!(through(&mut repair, header(11, 97, &[]), &[0, 7, 5]), Some((10, 96, 7, Bytes::from_static(&[5]))));
        assert_eq!(through(&mut repair, header(11, 97, &[]), &[]), None);
        assert_eq!(through(&mut repair, header(11, 97, &[]), &[0]), None);
        assert_eq!(through(&mut repair, header(11, 120, &[]), &[0, 7, 5]), None, "a payload type that repairs nothing");
        assert!(through(&mut repair, header(99, 96, &[]), &[5]).is_some(), "what is unknown is others' to judge");
    }
}
