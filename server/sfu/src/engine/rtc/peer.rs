//! One connection on the core.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rtc::crypto::RTCCryptoProvider;
use rtc::data_channel::RTCDataChannelId;
use rtc::interceptor::{AttributedPacket, Packet as AnyPacket, TaggedPacket};
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsTransportState, RTCIceCandidate};
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem};
use rtc::sansio::Protocol as _;
use rtc::sdp::extmap::TRANSPORT_CC_URI;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use super::belt::{LEVEL, Numbers, Shared};
use super::down::Down;
use super::flight::Flight;
use super::gather::Gather;
use super::keys::Noted;
use super::stir::Stir;
use crate::command::OfferError;
use crate::engine::{Answer, Credentials, Engine, Feedback, Line, Output, Unsent, refuses};
use crate::forward::packet::{self, Packet};
use crate::names::Channel;
use crate::sdp::{self, CNAME, Section, Streams};
use crate::stun::Request;

/// The one path that the core sees, of addresses that are nobody's (RFC 5737). The real one is the hub's to choose.
const HERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9));
const THERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 2), 9));

/// What may wait to be sent over a channel. Over `latest` more is dropped; over `reliable` the peer is given up.
const WAITING_RELIABLE: usize = 4 * 1_024 * 1_024;
const WAITING_LATEST: usize = 64 * 1_024;

/// How much fits is told anew when it has changed by one part in this many.
const TOLD_FROM: u64 = 50;

/// The connection of one peer.
pub(super) struct RtcEngine {
    connection: RTCPeerConnection,
    belt: Shared,
    noted: Noted,
    down: Down,
    flight: Flight,
    gather: Gather,
    again: VecDeque<BytesMut>,
    stir: Stir,
    told: VecDeque<Output>,
    /// How much was last told to fit.
    fits: Option<u64>,
    channels: [Option<RTCDataChannelId>; 2],
    random: ChaCha8Rng,
    candidates: (Vec<SocketAddr>, Vec<SocketAddr>),
    has_candidate: bool,
    closed: bool,
    crypto: Arc<dyn RTCCryptoProvider>,
    /// The client's ICE password. It is told to nobody.
    password: String,
    now: Instant,
}

impl RtcEngine {
    pub(super) fn new(
        now: Instant,
        connection: RTCPeerConnection,
        (belt, noted): (Shared, Noted),
        seed: u64,
        candidates: (Vec<SocketAddr>, Vec<SocketAddr>),
        crypto: Arc<dyn RTCCryptoProvider>,
    ) -> Self {
        Self {
            connection,
            belt,
            noted,
            down: Down::default(),
            flight: Flight::default(),
            gather: Gather::default(),
            again: VecDeque::new(),
            stir: Stir::new(),
            told: VecDeque::new(),
            fits: None,
            channels: [None; 2],
            random: ChaCha8Rng::seed_from_u64(seed),
            candidates,
            has_candidate: false,
            closed: false,
            crypto,
            password: String::new(),
            now,
        }
    }

    fn read(&mut self, now: Instant, message: BytesMut) {
        self.now = now;
        let protocol = TransportProtocol::UDP;
        let transport =
            TransportContext { local_addr: HERE, peer_addr: THERE, transport_protocol: protocol, ecn: None };
        // What the core cannot read it has already reported to the log; nothing of it concerns another peer.
        let _ = self.connection.handle_read(TaggedBytesMut { now, transport, message });
    }

    fn answer_checks(&mut self, now: Instant) {
        while let Some(datagram) = self.connection.poll_write() {
            let datagram = datagram.message;
            if !is_stun(&datagram) {
                if refuses(&datagram) {
                    self.told.push_back(Output::Failed);
                }
                self.flight.sent(now, &datagram);
                self.again.push_back(datagram);
            } else if let Some(check) = Request::read_own(&datagram)
                && let Some(response) = check.response(HERE, &self.password, self.crypto.crypto())
            {
                self.read(now, BytesMut::from(response.as_slice()));
            }
        }
    }

    fn wake(&mut self, now: Instant) {
        if let Err(error) = self.connection.handle_timeout(now) {
            tracing::debug!(%error, "a connection's timer");
        }
    }

    fn negotiate(&mut self, now: Instant, offer: &str) -> Result<String, Error> {
        let offer = RTCSessionDescription::offer(offer.to_owned())?;
        self.connection.set_remote_description(now, offer)?;
        if !self.has_candidate {
            self.connection.add_local_candidate(virtual_candidate()?)?;
            self.has_candidate = true;
        }
        let answer = self.connection.create_answer(None)?;
        self.connection.set_local_description(now, answer)?;
        let description = self.connection.local_description().ok_or(Error::ErrNoRemoteDescription)?;
        Ok(description.sdp)
    }

    /// Forgets an offer that could not be answered, so that the next one can.
    fn roll_back(&mut self, now: Instant) {
        let rolled = RTCSessionDescription::rollback(None)
            .and_then(|rollback| self.connection.set_remote_description(now, rollback));
        if let Err(error) = rolled {
            tracing::debug!(%error, "an offer cannot be rolled back");
        }
    }

    /// The numbers of each m-line: those that the server sends with stay what they are over all offers.
    fn number(&mut self, offered: Vec<Section>, answered: &[Section]) -> Vec<Numbers> {
        let former = std::mem::take(&mut self.belt.lock().lines);
        let mut numbers = Vec::with_capacity(offered.len());
        for section in offered {
            let known = former.iter().find(|line| line.offered.mid == section.mid);
            let streams = known.map_or_else(
                || Streams { ssrc: self.random.next_u32(), repair: self.random.next_u32() },
                |line| line.streams,
            );
            let repair_sequence = known.map_or_else(|| self.random.next_u32() as u16, |line| line.repair_sequence);
            let answer = answered.iter().find(|answer| answer.mid == section.mid);
            let extension = |uri| answer.and_then(|answer| answer.extension(uri));
            numbers.push(Numbers {
                codecs: answer.map(|answer| answer.codecs.clone()).unwrap_or_default(),
                rtx: answer.map(|answer| answer.rtx.clone()).unwrap_or_default(),
                level: extension(LEVEL),
                transport: extension(TRANSPORT_CC_URI),
                streams,
                repair_sequence,
                offered: section,
            });
        }
        numbers
    }

    /// Takes what the core has to say; encryption begins only when its event is taken.
    fn take_events(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => match state {
                    RTCPeerConnectionState::Connected => self.connect(),
                    RTCPeerConnectionState::Closed => self.told.push_back(Output::Closed),
                    RTCPeerConnectionState::Failed => self.told.push_back(Output::Failed),
                    _ => {}
                },
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                    let label = self.connection.data_channel(id).map(|channel| channel.label().to_owned());
                    if let Some(channel) = label.and_then(|label| channel_of(&label)) {
                        self.channels[channel as usize] = Some(id);
                    }
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnClose(id)) => {
                    for open in self.channels.iter_mut().filter(|open| **open == Some(id)) {
                        *open = None;
                    }
                }
                _ => {}
            }
        }
    }

    /// The handshake is over. It comes up again after each restart of ICE, but with no other keys.
    fn connect(&mut self) {
        match self.noted.take(self.crypto.crypto()) {
            Ok(Some(context)) => self.down = Down::new(self.now, context),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "media cannot be encrypted"),
        }
        self.told.push_back(Output::Connected);
    }

    /// Whether the client has said good-bye, of which the core tells nothing. What has no data channels is missed later.
    fn is_closed(&mut self) -> bool {
        self.connection.sctp().is_some_and(|data| data.transport().state() == RTCDtlsTransportState::Closed)
    }

    /// Takes what the client reports of what was sent to it, and tells how much fits if that has changed.
    fn take_reports(&mut self, now: Instant) {
        let mut belt = self.belt.lock();
        if belt.reports.is_empty() {
            return;
        }
        self.down.hear(now, belt.reports.drain(..));
        drop(belt);
        let fits = self.down.fits();
        let is_as_before = match (self.fits, fits) {
            (Some(before), Some(fits)) => fits.abs_diff(before) < before / TOLD_FROM,
            (before, fits) => before == fits,
        };
        if !is_as_before {
            self.fits = fits;
            self.told.push_back(Output::Fits { bps: fits });
        }
    }

    /// Sends what is due for a trial of the line.
    fn pad(&mut self, now: Instant) {
        let mut due = self.down.padding(now);
        let mut belt = self.belt.lock();
        let line = belt.lines.iter_mut().find(|line| line.is_reported() && !line.rtx.is_empty());
        let Some(line) = line else { return };
        while due > 0 {
            match self.down.pad(now, line) {
                0 => return,
                sent => due = due.saturating_sub(sent),
            }
        }
    }

    fn put(&mut self, now: Instant, packet: AnyPacket) {
        self.stir.all();
        let message = AttributedPacket::new(packet);
        self.belt.lock().outgoing.push_back(TaggedPacket { now, transport: TransportContext::default(), message });
    }
}

impl Engine for RtcEngine {
    fn answer(&mut self, now: Instant, offer: &str) -> Result<Answer, OfferError> {
        let offered = sdp::read(offer)?;
        // Without these the core would give up halfway, with the former session already gone.
        if let Some(missing) = sdp::missing(offer) {
            return Err(OfferError::Malformed(format!("it has no {missing}")));
        }
        self.stir.all();
        let answer = self.negotiate(now, offer).map_err(|error| {
            self.roll_back(now);
            OfferError::Malformed(error.to_string())
        })?;
        let answered = sdp::read(&answer)?;
        sdp::attribute(offer, "ice-pwd").unwrap_or_default().clone_into(&mut self.password);
        if !offered.is_empty() && answered.iter().all(|section| section.codecs.is_empty()) {
            return Err(OfferError::Unsupported("it has no codec that is forwarded here".to_owned()));
        }
        let credential = |name| sdp::attribute(&answer, name).unwrap_or_default().to_owned();
        let credentials = Credentials { ufrag: credential("ice-ufrag"), password: credential("ice-pwd") };
        let numbers = self.number(offered, &answered);
        let lines = numbers.iter().map(line_of).collect();
        let sends = |line: &&Numbers| line.offered.receives && !line.offered.sends && !line.codecs.is_empty();
        let sending = |mid: &str| {
            let place = numbers.iter().position(|line| line.offered.mid == mid)?;
            let line = numbers.get(place).filter(sends)?;
            let before = numbers[..place].iter().filter(sends);
            let pair = before.filter(|before| before.offered.kind == line.offered.kind).count();
            Some(sdp::Sending { streams: line.streams, repairs: !line.rtx.is_empty(), pair })
        };
        let sdp = sdp::finish(&answer, sending, &self.candidates.0, &self.candidates.1);
        self.belt.lock().negotiate(numbers);
        self.take_events();
        Ok(Answer { sdp, credentials, lines })
    }

    fn checked(&mut self, now: Instant, request: BytesMut) {
        // The core wants to check the path itself before it believes in it, which ICE-lite does not (RFC 8445, 2.5), and
        // chooses it at the next request after that. The path it sees is no path, so its checks are answered here.
        self.stir.all();
        self.read(now, request.clone());
        self.answer_checks(now);
        self.read(now, request);
        self.answer_checks(now);
        self.take_events();
    }

    fn handle(&mut self, now: Instant, datagram: BytesMut) {
        const ALERT: u8 = 21;
        const MEDIA: std::ops::RangeInclusive<u8> = 128..=191;
        let Some(first) = datagram.first().copied() else { return };
        // STUN that is no binding request concerns nobody: this side is lite and asks nothing.
        if first < 20 {
            return;
        }
        self.flight.received(&datagram);
        match packet::stream_of(&datagram) {
            Some(_) => self.stir.timer(),
            None => self.stir.all(),
        }
        let datagram = self.gather.pass(datagram);
        if datagram.is_empty() {
            return;
        }
        self.read(now, datagram);
        if self.flight.is_under_way(first) {
            // What the core has to say to a client that it refuses it keeps until its next timer.
            self.wake(now);
            self.answer_checks(now);
        }
        if !MEDIA.contains(&first) {
            self.take_events();
        }
        self.take_reports(now);
        if first == ALERT && self.is_closed() && !std::mem::replace(&mut self.closed, true) {
            self.told.push_back(Output::Closed);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        self.stir.all();
        self.again.extend(self.flight.handle_timeout(now));
        self.wake(now);
        self.take_events();
        self.pad(now);
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        let connection = &mut self.connection;
        let due = self.stir.due(|| connection.poll_timeout());
        [due, self.flight.poll_timeout(), self.down.poll_timeout()].into_iter().flatten().min()
    }

    fn poll_transmit(&mut self) -> Option<BytesMut> {
        if let Some(datagram) = self.again.pop_front() {
            return Some(datagram);
        }
        while self.stir.sends {
            let Some(datagram) = self.connection.poll_write().map(|datagram| datagram.message) else {
                self.stir.sends = false;
                break;
            };
            // The hub has answered all STUN itself.
            if !is_stun(&datagram) {
                self.flight.sent(self.now, &datagram);
                return Some(datagram);
            }
        }
        self.down.poll_transmit()
    }

    fn poll_output(&mut self, now: Instant, messages: bool) -> Option<Output> {
        self.now = now;
        if let Some(told) = self.told.pop_front() {
            return Some(told);
        }
        if let Some(incoming) = self.belt.lock().incoming.pop_front() {
            return Some(incoming);
        }
        if !messages || !self.stir.reads {
            return None;
        }
        while let Some(read) = self.connection.poll_read() {
            self.stir.all();
            let RTCMessage::DataChannelMessage(id, message) = read.message else { continue };
            let known = |channel: &Channel| self.channels[*channel as usize] == Some(id);
            if let Some(channel) = [Channel::Reliable, Channel::Latest].into_iter().find(known) {
                return Some(Output::Message { channel, bytes: message.data.freeze() });
            }
        }
        self.stir.reads = false;
        None
    }

    fn sends(&self, ssrc: u32) -> bool {
        self.belt.lock().layer(ssrc).is_some()
    }

    fn has_heard(&mut self) -> bool {
        std::mem::take(&mut self.belt.lock().heard)
    }

    fn forward(&mut self, now: Instant, line: usize, packet: &Packet, repair: bool) {
        if let Some(numbers) = self.belt.lock().lines.get_mut(line) {
            self.down.write(now, numbers, packet, repair);
        }
    }

    fn feed_back(&mut self, now: Instant, feedback: Feedback) {
        let reports: Option<Vec<Box<dyn rtcp::Packet>>> = match feedback {
            Feedback::KeyFrame { line, layer } => self.belt.lock().ssrc(line, layer).map(|media_ssrc| {
                vec![Box::new(PictureLossIndication { sender_ssrc: 1, media_ssrc }) as Box<dyn rtcp::Packet>]
            }),
            Feedback::Clock { line, ntp, timestamp, packets, octets } => {
                let ssrc = self.belt.lock().lines.get(line).map(|line| line.streams.ssrc);
                ssrc.map(|ssrc| {
                    let sent = SenderReport {
                        ssrc,
                        ntp_time: ntp,
                        rtp_time: timestamp,
                        packet_count: packets,
                        octet_count: octets,
                        ..SenderReport::default()
                    };
                    vec![Box::new(sent) as Box<dyn rtcp::Packet>, Box::new(named(ssrc))]
                })
            }
        };
        if let Some(reports) = reports {
            self.put(now, AnyPacket::Rtcp(reports));
        }
    }

    fn desire(&mut self, now: Instant, bps: u64) {
        self.down.desire(now, bps);
    }

    fn send(&mut self, now: Instant, channel: Channel, bytes: &[u8]) -> Result<(), Unsent> {
        let id = self.channels[channel as usize].ok_or(Unsent::NotOpen)?;
        let mut open = self.connection.data_channel(id).ok_or(Unsent::NotOpen)?;
        let most = if channel == Channel::Reliable { WAITING_RELIABLE } else { WAITING_LATEST };
        if open.outstanding_bytes() + bytes.len() > most {
            return Err(Unsent::Full);
        }
        let sent = open.send(now, BytesMut::from(bytes)).map_err(|_| Unsent::NotOpen);
        self.stir.all();
        sent
    }

    fn close(&mut self, now: Instant) {
        self.now = now;
        self.stir.all();
        if let Err(error) = self.connection.close() {
            tracing::debug!(%error, "a connection's end");
        }
    }
}

/// That a stream is of the one clock that all have (RFC 3550, 6.5.1): some put sound and picture together by it.
fn named(ssrc: u32) -> SourceDescription {
    let item = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: CNAME.into() };
    SourceDescription { chunks: vec![SourceDescriptionChunk { source: ssrc, items: vec![item] }] }
}

/// RFC 7983.
fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_none_or(|first| *first < 20)
}

fn channel_of(label: &str) -> Option<Channel> {
    [Channel::Reliable, Channel::Latest].into_iter().find(|channel| channel.label() == label)
}

fn line_of(numbers: &Numbers) -> Line {
    let offered = &numbers.offered;
    Line {
        mid: offered.mid.clone(),
        kind: offered.kind,
        way: offered.way(),
        layers: offered.rids.len().max(1),
        codecs: numbers.codecs.iter().map(|(_, codec)| *codec).collect(),
    }
}

fn virtual_candidate() -> Result<rtc::peer_connection::transport::RTCIceCandidateInit, Error> {
    let base_config = CandidateConfig {
        network: "udp".to_owned(),
        address: HERE.ip().to_string(),
        port: HERE.port(),
        component: 1,
        ..CandidateConfig::default()
    };
    let candidate = CandidateHostConfig { base_config, ..CandidateHostConfig::default() }.new_candidate_host()?;
    RTCIceCandidate::from(&candidate).to_json()
}
