//! Media on their way to the client: written and encrypted here, one packet after another in the same memory.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use rtc::rtp::Header;
use rtc::rtp::header::Extension;
use rtc::srtp::context::Context;

use super::belt::Numbers;
use crate::downlink::{Downlink, Report};
use crate::forward::packet::Packet;

/// Packets that wait to be sent: the hub takes all of them after each datagram. More are dropped, as a path would.
const MOST_WAITING: usize = 4_096;

const VERSION: u8 = 0x80;
const EXTENDED: u8 = 0x10;
const PADDED: u8 = 0x20;
const MARKER: u8 = 0x80;

/// The header without extensions, and the tag that encryption adds.
const HEADER: usize = 12;
const TAG: usize = 16;

/// The longest padding of a packet, which tells its own length in its last byte (RFC 3550, 5.1).
const PADDING: [u8; 255] = {
    let mut padding = [0; 255];
    padding[254] = 255;
    padding
};

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
    /// Headers as long as those of packets without extensions, and with so many words of them.
    headers: [Header; 3],
    waiting: VecDeque<BytesMut>,
    line: Option<Downlink>,
}

impl Down {
    pub(super) fn new(now: Instant, context: Context) -> Self {
        let of_words = |payload| Header {
            extension: true,
            extension_profile: ONE_BYTE,
            extensions: vec![Extension { id: 1, payload: Bytes::from_static(payload) }],
            ..Header::default()
        };
        let headers = [Header::default(), of_words(&[0; 1]), of_words(&[0; 5])];
        Self { context: Some(context), headers, line: Some(Downlink::new(now)), ..Self::default() }
    }

    /// Encrypts a packet with an m-line's numbers, `repair` if it is one that was missed. It is left out if the client
    /// has not agreed to its codec, or to repairs in a stream of their own: in the first stream one number must not be
    /// encrypted twice with what differs around it (RFC 7714, 8.4).
    pub(super) fn write(&mut self, now: Instant, numbers: &mut Numbers, packet: &Packet, repair: bool) {
        let Some(payload_type) = numbers.payload_type(packet.codec) else { return };
        if self.context.is_none() || self.waiting.len() >= MOST_WAITING {
            return;
        }
        let repair_type = numbers.repair_type(payload_type).filter(|_| repair);
        if repair && repair_type.is_none() {
            return;
        }
        let (payload_type, ssrc, sequence) = match repair_type {
            Some(repair_type) => (repair_type, numbers.streams.repair, numbers.next_repair()),
            None => (payload_type, numbers.streams.ssrc, packet.sequence),
        };
        let byte = numbers.level.zip(packet.level);
        // RFC 4588, section 4: which packet it is in place of.
        let original = repair_type.map(|_| packet.sequence.to_be_bytes());
        let head =
            Head { first: 0, payload_type: payload_type | if packet.marker { MARKER } else { 0 }, sequence, ssrc };
        let length = packet.payload.len() + original.map_or(0, |original| original.len());
        let words = self.begin(now, numbers, &head, packet.timestamp, (byte, length));
        self.packet.put_slice(original.as_ref().map_or(&[], |original| original.as_slice()));
        packet.put_payload(&mut self.packet);
        self.encrypt(words, sequence, ssrc);
    }

    /// Sends a packet of nothing but padding among an m-line's repairs, so that the line is tried.
    pub(super) fn pad(&mut self, now: Instant, numbers: &mut Numbers) -> usize {
        let Some((payload_type, _)) = numbers.rtx.first().copied() else { return 0 };
        if self.context.is_none() || self.waiting.len() >= MOST_WAITING {
            return 0;
        }
        let (sequence, ssrc) = (numbers.next_repair(), numbers.streams.repair);
        let head = Head { first: PADDED, payload_type, sequence, ssrc };
        let words = self.begin(now, numbers, &head, 0, (None, PADDING.len()));
        self.packet.put_slice(&PADDING);
        self.encrypt(words, sequence, ssrc);
        self.packet.len() + TAG
    }

    /// Begins a packet of which so much will follow, and gives the words of its extensions.
    fn begin(
        &mut self,
        now: Instant,
        numbers: &Numbers,
        head: &Head,
        timestamp: u32,
        (byte, length): (Option<(u8, u8)>, usize),
    ) -> usize {
        let words = usize::from(byte.is_some()) + usize::from(numbers.transport.is_some());
        let extended = if words > 0 { 4 + 4 * words } else { 0 };
        let line = numbers.transport.zip(self.line.as_mut());
        let number = line.map(|(id, line)| (id, line.send(now, HEADER + extended + length + TAG).to_be_bytes()));
        self.packet.clear();
        self.packet.put_u8(VERSION | head.first | if words > 0 { EXTENDED } else { 0 });
        self.packet.put_u8(head.payload_type);
        self.packet.put_u16(head.sequence);
        self.packet.put_u32(timestamp);
        self.packet.put_u32(head.ssrc);
        if words > 0 {
            put_extensions(&mut self.packet, words, number, byte);
        }
        words
    }

    fn encrypt(&mut self, words: usize, sequence: u16, ssrc: u32) {
        let Some(context) = self.context.as_mut() else { return };
        // Of the header the core looks only at its length and at what a nonce is made of.
        let header = &mut self.headers[words];
        header.ssrc = ssrc;
        header.sequence_number = sequence;
        match context.encrypt_rtp_with_header(&self.packet, header) {
            Ok(encrypted) => self.waiting.push_back(encrypted),
            Err(error) => tracing::debug!(%error, "a packet is not sent"),
        }
    }

    /// Takes what the client reports of what was sent to it.
    pub(super) fn hear(&mut self, now: Instant, reports: impl IntoIterator<Item = Report>) {
        if let Some(line) = &mut self.line {
            line.hear(now, reports);
        }
    }

    /// How much fits, bits a second; none if the line is not known to be narrow.
    pub(super) fn fits(&self) -> Option<u64> {
        self.line.as_ref()?.fits()
    }

    /// Notes how much would be sent if it fitted, bits a second.
    pub(super) fn desire(&mut self, now: Instant, bps: u64) {
        if let Some(line) = &mut self.line {
            line.desire(now, bps);
        }
    }

    /// When padding is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.line.as_ref()?.poll_timeout()
    }

    /// Bytes of padding that are due.
    pub(super) fn padding(&mut self, now: Instant) -> usize {
        self.line.as_mut().map_or(0, |line| line.padding(now))
    }

    /// The next packet to send.
    pub(super) fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.waiting.pop_front()
    }
}

/// What the head of a packet says.
struct Head {
    first: u8,
    payload_type: u8,
    sequence: u16,
    ssrc: u32,
}

/// Extensions of two bytes and of one: as many words on the wire whatever their ids are.
fn put_extensions(packet: &mut BytesMut, words: usize, two: Option<(u8, [u8; 2])>, one: Option<(u8, u8)>) {
    let end = packet.len() + 4 + 4 * words;
    let one = one.map(|(id, byte)| (id, [byte]));
    let listed = [
        two.as_ref().map(|(id, bytes)| (*id, bytes.as_slice())),
        one.as_ref().map(|(id, bytes)| (*id, bytes.as_slice())),
    ];
    let is_short = listed.iter().flatten().all(|(id, _)| *id <= MOST_ONE_BYTE);
    packet.put_u16(if is_short { ONE_BYTE } else { TWO_BYTES });
    packet.put_u16(words as u16);
    for (id, bytes) in listed.into_iter().flatten() {
        let length = bytes.len() as u8;
        if is_short {
            packet.put_u8(id << 4 | (length - 1));
        } else {
            packet.put_slice(&[id, length]);
        }
        packet.put_slice(bytes);
    }
    packet.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use rtc::crypto::default_provider;
    use rtc::rtp::Packet as RtpPacket;
    use rtc::shared::marshal::Unmarshal as _;
    use rtc::srtp::protection_profile::ProtectionProfile;

    use super::*;
    use crate::forward::packet::{Codec, Head as Written};
    use crate::sdp::{Streams, read};

    const OFFER: &str = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=recvonly\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";

    fn context() -> Context {
        let (provider, profile) = (default_provider().unwrap(), ProtectionProfile::AeadAes128Gcm);
        let (key, salt) = (vec![1; profile.key_len()], vec![2; profile.salt_len()]);
        Context::new(&key, &salt, profile, None, None, provider.crypto()).unwrap()
    }

    /// The numbers of an m-line with extensions for the level and for the number among all packets.
    fn numbers(level: Option<u8>, transport: Option<u8>) -> Numbers {
        let offered = read(OFFER).unwrap().remove(0);
        Numbers {
            codecs: offered.codecs.clone(),
            rtx: offered.rtx.clone(),
            offered,
            streams: Streams { ssrc: 11, repair: 12 },
            repair_sequence: 65_535,
            level,
            transport,
        }
    }

    fn packet() -> Packet {
        Packet {
            codec: Codec::Vp8,
            sequence: 500,
            timestamp: 90_000,
            marker: true,
            level: Some(9),
            head: Written::of(b"HEAD!"),
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
        let ids = [None, Some(5), Some(15), Some(200)];
        for (level, transport) in ids.into_iter().flat_map(|level| [None, Some(3), Some(16)].map(|id| (level, id))) {
            let (mut down, mut numbers) = (Down::new(Instant::now(), context()), numbers(level, transport));
            down.write(Instant::now(), &mut numbers, &packet(), false);
            for _ in 0..2 {
                down.write(Instant::now(), &mut numbers, &packet(), true);
            }
            let received = received(&mut down);
            let [first, repair, again] = received.as_slice() else { panic!("{} have come", received.len()) };
            let header = &first.header;
            let read = (header.ssrc, header.payload_type, header.sequence_number, header.timestamp, header.marker);
            assert_eq!(read, (11, 96, 500, 90_000, true));
            assert_eq!(first.payload.as_ref(), b"HEAD! and what follows");
            let case = format!("a level under {level:?}, the number among all under {transport:?}");
            let loud = level.and_then(|id| header.get_extension(id));
            assert_eq!(loud.as_deref(), level.map(|_| [9].as_slice()), "{case}");
            let counted: Vec<_> = received.iter().map(|packet| packet.header.get_extension(transport?)).collect();
            for (count, extension) in counted.iter().enumerate() {
                let count = (count as u16).to_be_bytes();
                assert_eq!(extension.as_deref(), transport.map(|_| count.as_slice()), "{case}");
            }
            let header = &repair.header;
            assert_eq!((header.ssrc, header.payload_type, header.sequence_number), (12, 97, 65_535));
            assert_eq!(repair.payload.as_ref(), b"\x01\xf4HEAD! and what follows");
            assert_eq!(again.header.sequence_number, 0, "repairs have a row of numbers of their own");
        }
    }

    #[test]
    fn what_was_missed_is_never_encrypted_again_under_its_own_number() {
        let (mut down, mut numbers) = (Down::new(Instant::now(), context()), numbers(None, Some(3)));
        numbers.rtx.clear();
        for repair in [false, true, true] {
            down.write(Instant::now(), &mut numbers, &packet(), repair);
        }
        assert_eq!(received(&mut down).len(), 1, "a client without repairs gets none");
    }

    #[test]
    fn padding_is_a_repair_of_nothing() {
        let (mut down, mut numbers) = (Down::new(Instant::now(), context()), numbers(None, Some(3)));
        let sent = down.pad(Instant::now(), &mut numbers);
        let datagram = down.poll_transmit().unwrap();
        assert_eq!(datagram.len(), sent, "as many bytes as it says");
        let mut decrypted = context().decrypt_rtp(&datagram).unwrap();
        assert_eq!(decrypted[0] & PADDED, PADDED);
        assert_eq!(decrypted.last(), Some(&255), "it says how long its padding is");
        let RtpPacket { header, payload } = RtpPacket::unmarshal(&mut decrypted).unwrap();
        assert_eq!((header.ssrc, header.payload_type, header.sequence_number), (12, 97, 65_535));
        assert_eq!(header.get_extension(3).as_deref(), Some([0, 0].as_slice()));
        assert!(payload.is_empty(), "{} bytes are left", payload.len());
        numbers.rtx.clear();
        assert_eq!(down.pad(Instant::now(), &mut numbers), 0, "a client without repairs takes none");
    }

    #[test]
    fn nothing_goes_before_the_handshake_nor_in_a_codec_that_was_not_agreed_to() {
        let mut numbers = numbers(None, None);
        let mut early = Down::default();
        early.write(Instant::now(), &mut numbers, &packet(), false);
        assert!(early.poll_transmit().is_none());
        let mut down = Down::new(Instant::now(), context());
        down.write(Instant::now(), &mut numbers, &Packet { codec: Codec::Av1, ..packet() }, false);
        assert!(down.poll_transmit().is_none());
    }

    #[test]
    fn what_nobody_sends_is_dropped_and_not_kept() {
        let (mut down, mut numbers) = (Down::new(Instant::now(), context()), numbers(None, None));
        for _ in 0..=MOST_WAITING {
            down.write(Instant::now(), &mut numbers, &packet(), true);
        }
        assert_eq!(received(&mut down).len(), MOST_WAITING);
    }
}
