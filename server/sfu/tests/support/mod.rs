//! A client for tests: a whole WebRTC peer without sockets or a clock.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::data_channel::{RTCDataChannelId, RTCDataChannelInit};
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp::{Header, Packet};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// The last datagrams of a handshake are sent again this often: the client's core stops doing so under loss too.
const AGAIN: Duration = Duration::from_millis(200);

/// A stream that the client sends.
struct Sending {
    sender: RTCRtpSenderId,
    ssrc: u32,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    picture: u16,
}

/// The client.
pub(crate) struct Client {
    connection: RTCPeerConnection,
    address: SocketAddr,
    sound: Sending,
    picture: Sending,
    channels: Vec<(String, RTCDataChannelId)>,
    open: Vec<RTCDataChannelId>,
    flight: Vec<BytesMut>,
    answered: bool,
    again: Option<Instant>,
    records: u16,
    repeated: VecDeque<BytesMut>,
    /// When the connection came up.
    pub(crate) connected: Option<Instant>,
    /// Packets of media that have come, with when.
    pub(crate) received: Vec<(Instant, Packet)>,
    /// Messages that have come, by the channel's label.
    pub(crate) messages: Vec<(String, Bytes)>,
    /// Datagrams that the client has sent.
    pub(crate) sent: usize,
}

fn codec(mime_type: &str, clock_rate: u32, channels: u16) -> RTCRtpCodec {
    let (mime_type, sdp_fmtp_line) = (mime_type.to_owned(), String::new());
    RTCRtpCodec { mime_type, clock_rate, channels, sdp_fmtp_line, rtcp_feedback: Vec::new() }
}

fn track(connection: &mut RTCPeerConnection, kind: RtpCodecKind, ssrc: u32, codec: RTCRtpCodec) -> RTCRtpSenderId {
    let rtp_coding_parameters = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
    let coding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
    let name = format!("{kind}{ssrc}");
    let track = MediaStreamTrack::new(name.clone(), name.clone(), name, kind, vec![coding]);
    connection.add_track(track).unwrap()
}

impl Client {
    /// A client at an address that sends a microphone and a camera, and has as many receivers.
    pub(crate) fn new(now: Instant, address: SocketAddr, number: u32, receivers: (usize, usize)) -> Self {
        let mut media = MediaEngine::default();
        media.register_default_codecs().unwrap();
        let level = RTCRtpHeaderExtensionCapability { uri: LEVEL.to_owned() };
        media.register_header_extension(level, RtpCodecKind::Audio, None).unwrap();
        let registry = register_default_interceptors(Registry::new(), &mut media).unwrap();
        let builder = RTCPeerConnectionBuilder::new().with_media_engine(media).with_interceptor_registry(registry);
        let mut connection = builder.build(now).unwrap();
        let (audio, video) = (RtpCodecKind::Audio, RtpCodecKind::Video);
        let sound = track(&mut connection, audio, number * 10 + 1, codec("audio/opus", 48_000, 2));
        let picture = track(&mut connection, video, number * 10 + 2, codec("video/VP8", 90_000, 0));
        for (kind, count) in [(audio, receivers.0), (video, receivers.1)] {
            for _ in 0..count {
                let direction = RTCRtpTransceiverDirection::Recvonly;
                let init = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
                connection.add_transceiver_from_kind(kind, Some(init)).unwrap();
            }
        }
        let latest = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let channels = [("reliable", None), ("latest", Some(latest))]
            .map(|(label, init)| (label.to_owned(), connection.create_data_channel(label, init).unwrap().id()))
            .to_vec();
        let sending = |sender, ssrc, payload_type| Sending {
            sender,
            ssrc,
            payload_type,
            sequence: (number * 7_919) as u16,
            timestamp: number * 100_000,
            picture: (number * 1_000) as u16 & 0x7fff,
        };
        let base_config = CandidateConfig {
            network: "udp".to_owned(),
            address: address.ip().to_string(),
            port: address.port(),
            component: 1,
            ..Default::default()
        };
        let candidate = CandidateHostConfig { base_config, ..Default::default() }.new_candidate_host().unwrap();
        connection.add_local_candidate(RTCIceCandidate::from(&candidate).to_json().unwrap()).unwrap();
        Self {
            connection,
            address,
            sound: sending(sound, number * 10 + 1, 111),
            picture: sending(picture, number * 10 + 2, 96),
            channels,
            open: Vec::new(),
            flight: Vec::new(),
            answered: false,
            again: None,
            records: 1_000,
            repeated: VecDeque::new(),
            connected: None,
            received: Vec::new(),
            messages: Vec::new(),
            sent: 0,
        }
    }

    /// Makes an offer.
    pub(crate) fn offer(&mut self, now: Instant) -> String {
        let offer = self.connection.create_offer(None).unwrap();
        self.connection.set_local_description(now, offer.clone()).unwrap();
        self.connection.local_description().map_or(offer.sdp, |description| description.sdp)
    }

    /// Makes an offer that starts ICE again.
    pub(crate) fn restart(&mut self, now: Instant) -> String {
        self.connection.restart_ice();
        self.offer(now)
    }

    /// Says good-bye.
    pub(crate) fn close(&mut self) {
        self.connection.close().unwrap();
    }

    /// Takes the answer.
    pub(crate) fn answer(&mut self, now: Instant, answer: String) {
        let answer = RTCSessionDescription::answer(answer).unwrap();
        self.connection.set_remote_description(now, answer).unwrap();
    }

    /// Takes a datagram of the server.
    pub(crate) fn handle(&mut self, now: Instant, from: SocketAddr, message: BytesMut) {
        self.answered |= is_handshake(&message);
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let _ = self.connection.handle_read(TaggedBytesMut { now, transport, message });
        self.drain(now);
    }

    fn drain(&mut self, now: Instant) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) => {
                    self.connected.get_or_insert(now);
                    self.again = None;
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => self.open.push(id),
                _ => {}
            }
        }
        while let Some(read) = self.connection.poll_read() {
            match read.message {
                RTCMessage::RtpPacket(_, packet) => self.received.push((now, packet)),
                RTCMessage::DataChannelMessage(id, message) => {
                    let label = self.channels.iter().find(|(_, known)| *known == id).map(|(label, _)| label.clone());
                    self.messages.push((label.unwrap_or_default(), message.data.freeze()));
                }
                _ => {}
            }
        }
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.again.is_some_and(|again| again <= now) {
            self.again = Some(now + AGAIN);
            for datagram in &self.flight {
                let mut repeated = datagram.clone();
                renumber(&mut repeated, &mut self.records);
                self.repeated.push_back(repeated);
            }
        }
        self.connection.handle_timeout(now).unwrap();
        self.drain(now);
    }

    /// When something is due.
    pub(crate) fn poll_timeout(&mut self) -> Option<Instant> {
        self.connection.poll_timeout().into_iter().chain(self.again).min()
    }

    /// The next datagram for the server.
    pub(crate) fn poll_transmit(&mut self, now: Instant) -> Option<BytesMut> {
        let datagram = match self.repeated.pop_front() {
            Some(datagram) => datagram,
            None => self.connection.poll_write()?.message,
        };
        self.sent += 1;
        if is_handshake(&datagram) && self.connected.is_none() {
            if std::mem::take(&mut self.answered) {
                self.flight.clear();
            }
            // What the core repeats itself is told by all but its number, or the flight would grow for as long as nobody
            // answers.
            let mut numbered = datagram.clone();
            renumber(&mut numbered, &mut 0);
            if !self.flight.contains(&numbered) {
                self.flight.push(numbered);
            }
            self.again.get_or_insert(now + AGAIN);
        }
        Some(datagram)
    }

    /// Sends 20 ms of sound of a level in -dBov.
    pub(crate) fn speak(&mut self, now: Instant, level: u8) {
        self.send_sound(now, level, Bytes::from_static(b"sound"));
    }

    /// Sends a packet of 20 ms of sound of a level in -dBov.
    pub(crate) fn send_sound(&mut self, now: Instant, level: u8, payload: Bytes) {
        let mut header = self.sound.next(960, false);
        header.set_extension(self.level_id(), Bytes::copy_from_slice(&[level])).unwrap();
        self.send(now, header, payload);
    }

    /// Sends a packet of a picture, so many ticks after the one before it.
    pub(crate) fn send_picture(&mut self, now: Instant, ticks: u32, marker: bool, payload: Bytes) {
        let header = self.picture.next(ticks, marker);
        self.send(now, header, payload);
    }

    fn send(&mut self, now: Instant, header: Header, payload: Bytes) {
        let sending = if header.ssrc == self.sound.ssrc { &self.sound } else { &self.picture };
        self.connection.rtp_sender(sending.sender).unwrap().write_rtp(now, Packet { header, payload }).unwrap();
    }

    fn level_id(&mut self) -> u8 {
        let mut sender = self.connection.rtp_sender(self.sound.sender).unwrap();
        let known = &sender.get_parameters().rtp_parameters.header_extensions;
        known.iter().find(|extension| extension.uri == LEVEL).map_or(1, |extension| extension.id as u8)
    }

    /// Sends a picture in some packets.
    pub(crate) fn show(&mut self, now: Instant, packets: usize, key: bool) {
        for index in 0..packets {
            let first = if index == 0 { 0x90 } else { 0x80 };
            let [high, low] = (self.picture.picture | 0x8000).to_be_bytes();
            let mut payload = vec![first, 0xe0, high, low, self.picture.picture as u8, 0, u8::from(!key), 0, 0];
            payload.extend_from_slice(&[0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
            payload.resize(1_100, index as u8);
            self.send_picture(now, if index == 0 { 3_000 } else { 0 }, index + 1 == packets, payload.into());
        }
        self.picture.picture = (self.picture.picture + 1) & 0x7fff;
    }

    /// Sends a message over a channel. False if it is not open.
    pub(crate) fn say(&mut self, now: Instant, label: &str, bytes: &[u8]) -> bool {
        let id = self.channels.iter().find(|(known, _)| known == label).unwrap().1;
        let is_open = self.open.contains(&id);
        is_open && self.connection.data_channel(id).unwrap().send(now, BytesMut::from(bytes)).is_ok()
    }

    /// The packets that have come of one kind.
    pub(crate) fn received_of(&self, payload_type: u8) -> Vec<&(Instant, Packet)> {
        self.received.iter().filter(|(_, packet)| packet.header.payload_type == payload_type).collect()
    }
}

impl Sending {
    fn next(&mut self, ticks: u32, marker: bool) -> Header {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(ticks);
        Header {
            version: 2,
            marker,
            payload_type: self.payload_type,
            sequence_number: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        }
    }
}

fn is_handshake(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(20 | 22))
}

/// Gives the records of a handshake that are not encrypted numbers of their own, as whoever sends them again must
/// (RFC 6347, 4.1): a receiver drops what has a number that it has had.
pub(crate) fn renumber(datagram: &mut [u8], records: &mut u16) {
    let mut rest = datagram;
    while let [_, _, _, 0, 0, _, _, _, _, high, low, long, short, ..] = rest {
        [*high, *low] = records.to_be_bytes();
        *records += 1;
        let length = 13 + usize::from(u16::from_be_bytes([*long, *short]));
        rest = rest.get_mut(length..).unwrap_or_default();
    }
}
