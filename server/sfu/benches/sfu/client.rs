//! A whole WebRTC client on a socket of its own: sends streams, or receives them and counts.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::BytesMut;
use rtc::interceptor::{Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp::{Header, Packet};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use tokio::time::{sleep_until, timeout};

use crate::clock::Clock;
use crate::marks::{Arrivals, Mark};
use crate::stamped::Stamped;
use crate::wanted::{Wanted, Watch};

/// Whatever takes longer has gone wrong.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the watch for reports stands among interceptors.
const WATCH: usize = 6_000;

/// Sound or pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Sound,
    Pictures,
}

impl Media {
    const fn kind(self) -> RtpCodecKind {
        match self {
            Self::Sound => RtpCodecKind::Audio,
            Self::Pictures => RtpCodecKind::Video,
        }
    }

    fn codec(self) -> RTCRtpCodecParameters {
        let (mime_type, clock_rate, channels, payload_type) = match self {
            Self::Sound => ("audio/opus", 48_000, 2, 111),
            Self::Pictures => ("video/VP8", 90_000, 0, 96),
        };
        let pli = RTCPFeedback { typ: "nack".to_owned(), parameter: "pli".to_owned() };
        let rtp_codec = RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: if self == Self::Pictures { vec![pli] } else { Vec::new() },
        };
        RTCRtpCodecParameters { rtp_codec, payload_type }
    }
}

/// A stream that a client sends.
struct Sending {
    media: Media,
    sender: RTCRtpSenderId,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    picture: u16,
}

/// The client without what drives it.
pub(crate) struct Client {
    connection: RTCPeerConnection,
    clock: Clock,
    socket: Rc<Stamped>,
    address: SocketAddr,
    sending: Option<Sending>,
    number: u16,
    connected: bool,
    closed: bool,
    wanted: Wanted,
    /// When the first packet that can be decoded alone was decrypted.
    pub(crate) first: Option<Instant>,
    arrivals: Arrivals,
}

/// A client that runs by itself.
pub(crate) type Shared = Rc<RefCell<Client>>;

impl Client {
    /// A client that sends one stream under a number, if `sends`, and receives so many.
    pub(crate) async fn new(
        number: u16,
        sends: bool,
        receives: usize,
        media: Media,
        arrivals: Arrivals,
    ) -> Result<Self> {
        let socket = Stamped::bind().await?;
        let address = socket.address()?;
        let wanted = Wanted::default();
        let clock = Clock::begin();
        let mut connection = connection(clock.now(), media, wanted.clone())?;
        let ssrc = u32::from(number) + 1_000;
        let sending = sends.then(|| track(&mut connection, media, ssrc)).transpose()?;
        for _ in 0..receives {
            let direction = RTCRtpTransceiverDirection::Recvonly;
            let init = RTCRtpTransceiverInit { direction, streams: Vec::new(), send_encodings: Vec::new() };
            connection.add_transceiver_from_kind(media.kind(), Some(init))?;
        }
        let base_config = CandidateConfig {
            network: "udp".to_owned(),
            address: address.ip().to_string(),
            port: address.port(),
            component: 1,
            ..Default::default()
        };
        let candidate = CandidateHostConfig { base_config, ..Default::default() }.new_candidate_host()?;
        connection.add_local_candidate(RTCIceCandidate::from(&candidate).to_json()?)?;
        let sending = sending.map(|sender| Sending { media, sender, ssrc, sequence: 1_000, timestamp: 0, picture: 1 });
        let (connected, closed, first) = (false, false, None);
        let socket = Rc::new(socket);
        Ok(Self { connection, clock, socket, address, sending, number, connected, closed, wanted, first, arrivals })
    }

    /// Makes an offer.
    pub(crate) fn offer(&mut self) -> Result<String> {
        let offer = self.connection.create_offer(None)?;
        self.connection.set_local_description(self.clock.now(), offer)?;
        Ok(self.connection.local_description().context("no description")?.sdp)
    }

    /// Takes the answer.
    pub(crate) fn take_answer(&mut self, answer: String) -> Result<()> {
        Ok(self.connection.set_remote_description(self.clock.now(), RTCSessionDescription::answer(answer)?)?)
    }

    /// Answers an offer.
    pub(crate) fn answer(&mut self, offer: String) -> Result<String> {
        self.connection.set_remote_description(self.clock.now(), RTCSessionDescription::offer(offer)?)?;
        let answer = self.connection.create_answer(None)?;
        self.connection.set_local_description(self.clock.now(), answer)?;
        Ok(self.connection.local_description().context("no description")?.sdp)
    }

    /// Whether the server has asked for a key frame since it was last asked about.
    pub(crate) fn is_key_frame_wanted(&self) -> bool {
        self.wanted.take()
    }

    /// Sends a packet whose payload is so long: the last of a frame, the first of one, of a key frame.
    pub(crate) fn write(&mut self, length: usize, first: bool, last: bool, key: bool) -> Result<()> {
        let now = Instant::now();
        let number = self.number;
        let sending = self.sending.as_mut().context("it sends nothing")?;
        let packet = sending.packet(number, length, first, last, key);
        self.arrivals.sent(number, sending.sequence, now);
        let sender = sending.sender;
        self.connection.rtp_sender(sender).context("no sender")?.write_rtp(self.clock.now(), packet)?;
        self.flush();
        Ok(())
    }

    /// Sends what is to be sent. What the kernel does not take is lost.
    fn flush(&mut self) {
        while let Some(datagram) = self.connection.poll_write() {
            self.socket.send(datagram.transport.peer_addr, &datagram.message);
        }
    }

    /// Takes a datagram that the kernel had at a time.
    fn handle(&mut self, at: Instant, from: SocketAddr, datagram: &[u8]) {
        if self.arrivals.count(self.number, at, datagram) {
            return;
        }
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let (now, message) = (self.clock.now(), BytesMut::from(datagram));
        // What comes before the keys is lost, as it would be to a browser.
        let _ = self.connection.handle_read(TaggedBytesMut { now, transport, message });
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.connected |= state == RTCPeerConnectionState::Connected;
                if self.connected {
                    self.clock.settle();
                }
            }
        }
        while let Some(read) = self.connection.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = read.message
                && let Some(mark) = Mark::read(&packet.payload)
            {
                if mark.key {
                    self.first.get_or_insert_with(Instant::now);
                }
                self.arrivals.learn(self.number, &packet.header, mark);
            }
        }
    }
}

fn connection(now: Instant, kind: Media, wanted: Wanted) -> Result<RTCPeerConnection> {
    let mut media = MediaEngine::default();
    media.register_codec(kind.codec(), kind.kind())?;
    let builder = RTCPeerConnectionBuilder::new().with_media_engine(media);
    let registry = Registry::new().with(Slot::Custom(WATCH), Watch::new(wanted));
    Ok(builder.with_interceptor_registry(registry).build(now)?)
}

fn track(connection: &mut RTCPeerConnection, media: Media, ssrc: u32) -> Result<RTCRtpSenderId> {
    let rtp_coding_parameters = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
    let codec = media.codec().rtp_codec;
    let coding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
    let name = format!("{}{ssrc}", media.kind());
    let track = MediaStreamTrack::new(name.clone(), name.clone(), name, media.kind(), vec![coding]);
    Ok(connection.add_track(track)?)
}

impl Sending {
    fn packet(&mut self, number: u16, length: usize, first: bool, last: bool, key: bool) -> Packet {
        self.sequence = self.sequence.wrapping_add(1);
        let (payload_type, ticks) = match self.media {
            Media::Sound => (111, 960),
            Media::Pictures => (96, if first { 900 } else { 0 }),
        };
        self.timestamp = self.timestamp.wrapping_add(ticks);
        let header = Header {
            version: 2,
            marker: last,
            payload_type,
            sequence_number: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        };
        let mut payload = Vec::with_capacity(length);
        if self.media == Media::Pictures {
            self.picture = (self.picture + u16::from(first)) & 0x7fff;
            let [high, low] = (self.picture | 0x8000).to_be_bytes();
            payload.extend([if first { 0x90 } else { 0x80 }, 0xe0, high, low, self.picture as u8, 0]);
            payload.extend([u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
        }
        Mark { number, sequence: self.sequence, key: key && first }.write(&mut payload);
        payload.resize(length, 0);
        Packet { header, payload: payload.into() }
    }
}

/// Drives a client until it is closed.
pub(crate) fn run(client: Client) -> Shared {
    let shared = Rc::new(RefCell::new(client));
    let driven = Rc::clone(&shared);
    tokio::task::spawn_local(async move {
        let socket = Rc::clone(&driven.borrow().socket);
        let mut buffer = vec![0; 2_048];
        loop {
            let due = {
                let mut client = driven.borrow_mut();
                if client.closed {
                    return;
                }
                client.flush();
                let due = client.connection.poll_timeout().map(|due| client.clock.real(due));
                due.unwrap_or_else(|| Instant::now() + PATIENCE)
            };
            tokio::select! {
                _ = socket.readable() => {
                    let mut client = driven.borrow_mut();
                    while let Ok((length, from, at)) = socket.receive(&mut buffer) {
                        client.handle(at, from, &buffer[..length]);
                    }
                }
                () = sleep_until(due.into()) => {
                    let mut client = driven.borrow_mut();
                    // A timer that fails concerns a connection that has ended.
                    let now = client.clock.now();
                    let _ = client.connection.handle_timeout(now);
                    client.drain();
                }
            }
        }
    });
    shared
}

/// Waits until a client is connected.
pub(crate) async fn connected(client: &Shared) -> Result<()> {
    until(|| client.borrow().connected).await.context("a client does not connect")
}

/// Waits until something holds.
pub(crate) async fn until(holds: impl Fn() -> bool) -> Result<()> {
    let held = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    Ok(timeout(PATIENCE, held).await?)
}

/// Ends a client, and what it drives.
pub(crate) fn close(client: &Shared) {
    let mut client = client.borrow_mut();
    // Whether the good-bye can be said matters to nobody here.
    let _ = client.connection.close();
    client.flush();
    client.closed = true;
}
