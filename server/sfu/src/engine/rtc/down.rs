//! Media on their way to the client: written and encrypted here, one packet after another in the same memory.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};
use rtc::rtp::Header;
use rtc::rtp::header::Extension;
use rtc::srtp::context::Context;

use super::belt::Numbers;
use crate::engine::Kind;
use crate::forward::packet::Packet;

/// Packets that wait to be sent: the hub takes all of them after each datagram. More are dropped, as a path would.
const MOST_WAITING: usize = 4_096;

const VERSION: u8 = 0x80;
const EXTENDED: u8 = 0x10;
const MARKER: u8 = 0x80;

/// What stands before extensions with ids of up to 14, and of any (RFC 8285).
const ONE_BYTE: u16 = 0xbede;
const TWO_BYTES: u16 = 0x1000;
const MOST_ONE_BYTE: u8 = 14;

/// What goes to one client.
#[derive(Default)]
pub(super) struct Down {
    /// Before the handshake is over there is none, and nothing is sent.
    context: Option<Context>,
    packet: BytesMut,
    plain: Header,
    extended: Header,
    waiting: VecDeque<BytesMut>,
}

impl Down {
    pub(super) fn new(context: Context) -> Self {
        let extended = Header {
            extension: true,
            extension_profile: ONE_BYTE,
            extensions: vec![Extension { id: 1, payload: Bytes::from_static(&[0]) }],
            ..Header::default()
        };
        Self { context: Some(context), extended, ..Self::default() }
    }

    /// Encrypts a packet with an m-line's numbers, `repair` if it is one that was missed. It is left out if the client
    /// has not agreed to its codec.
    pub(super) fn write(&mut self, numbers: &mut Numbers, packet: &Packet, repair: bool) {
        let Some(context) = self.context.as_mut() else { return };
        let Some(payload_type) = numbers.payload_type(packet.codec) else { return };
        if self.waiting.len() >= MOST_WAITING {
            return;
        }
        let is_repairable = repair && numbers.offered.kind == Kind::Video;
        let repair = numbers.repair_type(payload_type).filter(|_| is_repairable);
        let (payload_type, ssrc, sequence) = match repair {
            Some(repair) => {
                let sequence = numbers.repair_sequence;
                numbers.repair_sequence = sequence.wrapping_add(1);
                (repair, numbers.streams.repair, sequence)
            }
            None => (payload_type, numbers.streams.ssrc, packet.sequence),
        };
        let extension = numbers.level.zip(packet.level).or(numbers.orientation.zip(packet.orientation));
        self.packet.clear();
        self.packet.put_u8(VERSION | if extension.is_some() { EXTENDED } else { 0 });
        self.packet.put_u8(payload_type | if packet.marker { MARKER } else { 0 });
        self.packet.put_u16(sequence);
        self.packet.put_u32(packet.timestamp);
        self.packet.put_u32(ssrc);
        if let Some((id, byte)) = extension {
            put_extension(&mut self.packet, id, byte);
        }
        if repair.is_some() {
            // RFC 4588, section 4: which packet it is in place of.
            self.packet.put_u16(packet.sequence);
        }
        packet.put_payload(&mut self.packet);
        // Of the header the core looks only at its length and at what a nonce is made of.
        let header = if extension.is_some() { &mut self.extended } else { &mut self.plain };
        header.ssrc = ssrc;
        header.sequence_number = sequence;
        match context.encrypt_rtp_with_header(&self.packet, header) {
            Ok(encrypted) => self.waiting.push_back(encrypted),
            Err(error) => tracing::debug!(%error, "a packet is not sent"),
        }
    }

    /// The next packet to send.
    pub(super) fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.waiting.pop_front()
    }
}

/// An extension of one byte: as many bytes on the wire whatever its id is.
fn put_extension(packet: &mut BytesMut, id: u8, byte: u8) {
    const WORDS: u16 = 1;
    if id <= MOST_ONE_BYTE {
        packet.put_u16(ONE_BYTE);
        packet.put_u16(WORDS);
        packet.put_slice(&[id << 4, byte, 0, 0]);
    } else {
        packet.put_u16(TWO_BYTES);
        packet.put_u16(WORDS);
        packet.put_slice(&[id, 1, byte, 0]);
    }
}

#[cfg(test)]
mod tests {
    use rtc::crypto::default_provider;
    use rtc::rtp::Packet as RtpPacket;
    use rtc::shared::marshal::Unmarshal as _;
    use rtc::srtp::protection_profile::ProtectionProfile;

    use super::*;
    use crate::forward::packet::{Codec, Head};
    use crate::sdp::{Streams, read};

    const OFFER: &str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=recvonly\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";

    fn context() -> Context {
        let (provider, profile) = (default_provider().unwrap(), ProtectionProfile::AeadAes128Gcm);
        let (key, salt) = (vec![1; profile.key_len()], vec![2; profile.salt_len()]);
        Context::new(&key, &salt, profile, None, None, provider.crypto()).unwrap()
    }

    fn numbers(orientation: Option<u8>) -> Numbers {
        let offered = read(OFFER).unwrap().remove(0);
        Numbers {
            codecs: offered.codecs.clone(),
            rtx: offered.rtx.clone(),
            offered,
            streams: Streams { ssrc: 11, repair: 12 },
            repair_sequence: 65_535,
            level: None,
            orientation,
        }
    }

    fn packet() -> Packet {
        Packet {
            codec: Codec::Vp8,
            sequence: 500,
            timestamp: 90_000,
            marker: true,
            level: Some(9),
            orientation: Some(3),
            head: Head::of(b"HEAD!"),
            payload: Bytes::from_static(b"head. and what follows"),
        }
    }

    /// What the client reads of all that goes to it.
    fn received(down: &mut Down) -> Vec<RtpPacket> {
        let mut client = context();
        let mut received = Vec::new();
        while let Some(datagram) = down.poll_transmit() {
            let mut decrypted = client.decrypt_rtp(&datagram).unwrap();
            received.push(RtpPacket::unmarshal(&mut decrypted).unwrap());
        }
        received
    }

    #[test]
    fn a_packet_and_its_repair_arrive_as_the_client_expects_them() {
        for id in [None, Some(5), Some(15), Some(200)] {
            let (mut down, mut numbers) = (Down::new(context()), numbers(id));
            down.write(&mut numbers, &packet(), false);
            for _ in 0..2 {
                down.write(&mut numbers, &packet(), true);
            }
            let received = received(&mut down);
            let [first, repair, again] = received.as_slice() else { panic!("{} have come", received.len()) };
            let header = &first.header;
            let read = (header.ssrc, header.payload_type, header.sequence_number, header.timestamp, header.marker);
            assert_eq!(read, (11, 96, 500, 90_000, true));
            assert_eq!(first.payload.as_ref(), b"HEAD! and what follows");
            let turned = id.and_then(|id| header.get_extension(id));
            assert_eq!(turned.as_deref(), id.map(|_| [3].as_slice()), "under the id {id:?}");
            let header = &repair.header;
            assert_eq!((header.ssrc, header.payload_type, header.sequence_number), (12, 97, 65_535));
            assert_eq!(repair.payload.as_ref(), b"\x01\xf4HEAD! and what follows");
            assert_eq!(again.header.sequence_number, 0, "repairs have a row of numbers of their own");
        }
    }

    #[test]
    fn nothing_goes_before_the_handshake_nor_in_a_codec_that_was_not_agreed_to() {
        let mut numbers = numbers(None);
        let mut early = Down::default();
        early.write(&mut numbers, &packet(), false);
        assert!(early.poll_transmit().is_none());
        let mut down = Down::new(context());
        down.write(&mut numbers, &Packet { codec: Codec::Av1, ..packet() }, false);
        assert!(down.poll_transmit().is_none());
    }

    #[test]
    fn what_nobody_sends_is_dropped_and_not_kept() {
        let (mut down, mut numbers) = (Down::new(context()), numbers(None));
        for _ in 0..=MOST_WAITING {
            down.write(&mut numbers, &packet(), true);
        }
        assert_eq!(received(&mut down).len(), MOST_WAITING);
    }
}
