//! A second engine, on str0m, that only tests have: what the hub promises must not rest on how one core does it. The
//! hub's tests run over both.
//!
//! It holds to the contract of [`Engine`], and differs where str0m decides for itself:
//!
//! | what | `rtc` here | str0m 0.25 |
//! | --- | --- | --- |
//! | what a viewer misses | told as `Missing`; the hub repairs from the publisher's ring | repaired by str0m from its own cache, at most 15 % of what is sent; never told |
//! | reports from an unknown address ([`Engine::has_heard`]) | move the path of their client | do not |
//! | reports to viewers ([`Feedback::Clock`]) | carry the publisher's clock | carry this side's, made by str0m; what the hub says is left out |
//! | packets that a stream's first has overtaken | are taken | are dropped |
//! | a hello in many fragments | is put together | is not: some tens of records may wait |
//! | a hello that is cut otherwise when it is sent again | is put together | never is: each fragment must begin where another ends |
//! | a lost part of the handshake | sent again after 150 ms | sent again after a second, and then twice that |
//! | a client without a cipher suite for the key | is told so by an alert, and let go | is not answered, and let go when its time is over |
//! | messages while the hub wants none | wait in the connection, which slows their sender down | wait here, and slow nobody down |
//! | messages that wait to be sent | 4 MiB over `reliable`, 64 kiB over `latest` | as much over both, but counted together |
//! | what fits down the line to a viewer | told as `Fits` when it is narrow | never told |
//! | stream numbers | grow from the seed | are chosen by str0m |
//! | names of m-lines | any | of letters and digits, at most 16 |
//! | layers without names (`a=ssrc` for each) | told apart by their order | one m-line is one layer |
//! | an offer that is refused halfway | rolled back | its ICE credentials stay |

use std::collections::{HashSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use str0m::change::SdpOffer;
use str0m::channel::ChannelId;
use str0m::config::DtlsCert;
use str0m::media::{ExtensionValues, KeyframeRequestKind, Mid, Rid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite, StreamRx};
use str0m::{Candidate, Event, Input, Output as Polled, Rtc, RtcError};

use super::{Answer, Credentials, Engine, Engines, Feedback, Line, Output, Unsent, refuses};
use crate::command::OfferError;
use crate::forward::packet::{Codec, Head, Packet, is_later};
use crate::names::Channel;
use crate::sdp::{self, Section};

/// The one path that str0m sees, of addresses that are nobody's (RFC 5737).
const HERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9));
const THERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 2), 9));

/// What may wait to be sent over both channels, and over `latest`.
const WAITING: usize = 4 * 1_024 * 1_024;
const WAITING_LATEST: usize = 64 * 1_024;

/// Seconds from the beginning of NTP's time to that of Unix's (RFC 5905).
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// Makes engines that share one certificate and one set of addresses.
pub(crate) struct Str0mEngines {
    certificate: DtlsCert,
    udp: Vec<SocketAddr>,
}

impl Str0mEngines {
    /// Makes a certificate; `udp` are the addresses that clients are told.
    pub(crate) fn new(udp: Vec<SocketAddr>) -> Self {
        let crypto = str0m::crypto::from_feature_flags();
        let certificate = crypto.dtls_provider.generate_certificate().expect("a certificate is made");
        Self { certificate, udp }
    }
}

impl Engines for Str0mEngines {
    fn open(&mut self, now: Instant, _: u64) -> Result<Box<dyn Engine>, OfferError> {
        let mut connection = Rtc::builder()
            .set_dtls_cert(self.certificate.clone())
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_sctp_max_buffered_amount(WAITING)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_vp9(true)
            .enable_h264(true)
            .enable_av1(true)
            .build(now);
        let candidate = Candidate::host(HERE, "udp").map_err(|error| OfferError::Unsupported(error.to_string()))?;
        connection.add_local_candidate(candidate);
        Ok(Box::new(Str0mEngine {
            connection,
            udp: self.udp.clone(),
            lines: Vec::new(),
            sources: HashSet::new(),
            channels: [None; 2],
            told: VecDeque::new(),
            messages: VecDeque::new(),
            datagrams: VecDeque::new(),
            due: Some(now),
            failed: false,
        }))
    }
}

/// An m-line as it was answered.
struct Negotiated {
    mid: Mid,
    offered: Section,
    codecs: Vec<(u8, Codec)>,
    /// The last sequence number that was sent, with how often the numbers have begun anew.
    newest: Option<u64>,
}

impl Negotiated {
    /// Lengthens a sequence number of 16 bits to the one nearest to the newest.
    fn lengthen(&mut self, sequence: u16) -> u64 {
        let long = match self.newest {
            None => u64::from(sequence),
            Some(newest) if is_later(sequence, newest as u16) => {
                newest + u64::from(sequence.wrapping_sub(newest as u16))
            }
            Some(newest) => newest.saturating_sub(u64::from((newest as u16).wrapping_sub(sequence))),
        };
        self.newest = self.newest.max(Some(long));
        long
    }
}

/// The connection of one peer.
struct Str0mEngine {
    connection: Rtc,
    udp: Vec<SocketAddr>,
    lines: Vec<Negotiated>,
    /// Streams that the client sends.
    sources: HashSet<u32>,
    channels: [Option<ChannelId>; 2],
    told: VecDeque<Output>,
    messages: VecDeque<(Channel, Bytes)>,
    datagrams: VecDeque<BytesMut>,
    due: Option<Instant>,
    failed: bool,
}

impl Str0mEngine {
    /// Gives something to str0m. It wants all that follows from one thing taken before it is given the next.
    fn give(&mut self, input: Input<'_>) {
        if let Err(error) = self.connection.handle_input(input) {
            // What it cannot read is nobody else's matter; whether it goes on without is seen below.
            tracing::debug!(%error, "str0m refuses what has come");
        }
        self.settle();
    }

    fn receive(&mut self, now: Instant, datagram: &[u8]) {
        match Receive::new(Protocol::Udp, THERE, HERE, datagram) {
            Ok(received) => self.give(Input::Receive(now, received)),
            Err(error) => tracing::debug!(%error, "str0m cannot read what has come"),
        }
    }

    /// Takes all that follows from what was done.
    fn settle(&mut self) {
        loop {
            match self.connection.poll_output() {
                Ok(Polled::Timeout(due)) => {
                    self.due = self.connection.is_alive().then_some(due);
                    break;
                }
                // The hub has answered all STUN itself.
                Ok(Polled::Transmit(datagram)) => {
                    if datagram.contents.first().is_some_and(|first| *first >= 20) {
                        if refuses(&datagram.contents) {
                            self.fail();
                        }
                        self.datagrams.push_back(BytesMut::from(&datagram.contents[..]));
                    }
                }
                Ok(Polled::Event(event)) => self.take(event),
                Err(error) => {
                    tracing::debug!(%error, "str0m gives up");
                    self.fail();
                    self.due = None;
                    break;
                }
            }
        }
    }

    fn fail(&mut self) {
        if !std::mem::replace(&mut self.failed, true) {
            self.told.push_back(Output::Failed);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Connected => self.told.push_back(Output::Connected),
            Event::Closed => self.told.push_back(Output::Closed),
            Event::ChannelOpen(id, label) => {
                let known = [Channel::Reliable, Channel::Latest].into_iter().find(|channel| channel.label() == label);
                if let Some(channel) = known {
                    self.channels[channel as usize] = Some(id);
                }
            }
            Event::ChannelClose(id) => {
                for open in self.channels.iter_mut().filter(|open| **open == Some(id)) {
                    *open = None;
                }
            }
            Event::ChannelData(message) => {
                let known = |channel: &Channel| self.channels[*channel as usize] == Some(message.id);
                if let Some(channel) = [Channel::Reliable, Channel::Latest].into_iter().find(known) {
                    self.messages.push_back((channel, message.data.into()));
                }
            }
            Event::KeyframeRequest(wanted) => {
                if let Some(line) = self.line(wanted.mid) {
                    self.told.push_back(Output::KeyFrameWanted { line });
                }
            }
            Event::SenderFeedback(report) => {
                if let Some((line, layer)) = self.layer(report.mid, report.rid) {
                    let timestamp = report.sender_info.rtp_time.numer() as u32;
                    let ntp = ntp(report.sender_info.ntp_time);
                    self.told.push_back(Output::Clock { line, layer, ntp, timestamp });
                }
            }
            Event::RtpPacket(packet) => self.take_media(&packet),
            _ => {}
        }
    }

    fn take_media(&mut self, packet: &RtpPacket) {
        let header = &packet.header;
        let named = |stream: &mut StreamRx| (stream.mid(), stream.rid());
        let Some((mid, rid)) = self.connection.direct_api().stream_rx(&header.ssrc).map(named) else { return };
        self.sources.insert(*header.ssrc);
        let Some((line, layer)) = self.layer(mid, rid) else { return };
        let codecs = &self.lines[line].codecs;
        let Some((_, codec)) = codecs.iter().find(|(known, _)| *known == *header.payload_type) else { return };
        if packet.payload.is_empty() {
            return;
        }
        // The first clone of bytes takes memory for their count: here, so that it is not the hub that does.
        let payload = Bytes::copy_from_slice(&packet.payload);
        drop(payload.clone());
        let values = &header.ext_vals;
        let speech = if values.voice_activity == Some(true) { 0x80 } else { 0 };
        let packet = Packet {
            codec: *codec,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            marker: header.marker,
            level: values.audio_level.map(|level| level.unsigned_abs() & 0x7f | speech),
            head: Head::default(),
            payload,
        };
        self.told.push_back(Output::Media { line, layer, packet });
    }

    fn line(&self, mid: Mid) -> Option<usize> {
        self.lines.iter().position(|line| line.mid == mid)
    }

    fn layer(&self, mid: Mid, rid: Option<Rid>) -> Option<(usize, usize)> {
        let line = self.line(mid)?;
        let rids = &self.lines[line].offered.rids;
        let layer = rid.map_or(Some(0), |rid| rids.iter().position(|known| Rid::from(known.as_str()) == rid))?;
        Some((line, layer))
    }

    /// Takes the m-lines of a negotiation. What is lost on the way here is asked for whether the client has a stream of
    /// its own for repairs or not.
    fn negotiate(&mut self, offered: Vec<Section>, answered: &[Section]) {
        let former = std::mem::take(&mut self.lines);
        for section in offered {
            let mid = Mid::from(section.mid.as_str());
            let answer = answered.iter().find(|answer| answer.mid == section.mid);
            let newest = former.iter().find(|line| line.mid == mid).and_then(|line| line.newest);
            if let Some(stream) = self.connection.direct_api().stream_rx_by_mid(mid, None) {
                stream.suppress_nack(false);
            }
            if section.sends {
                self.sources.extend(&section.ssrcs);
            }
            let codecs = answer.map(|answer| answer.codecs.clone()).unwrap_or_default();
            self.lines.push(Negotiated { mid, offered: section, codecs, newest });
        }
    }
}

impl Engine for Str0mEngine {
    fn answer(&mut self, now: Instant, offer: &str) -> Result<Answer, OfferError> {
        let malformed = |error: String| OfferError::Malformed(error);
        let offered = sdp::read(offer)?;
        if let Some(missing) = sdp::missing(offer) {
            return Err(OfferError::Malformed(format!("it has no {missing}")));
        }
        // An m-line in which the client sends is not one in which it receives as well.
        let offer = SdpOffer::from_sdp_string(&offer.replace("a=sendrecv", "a=sendonly"));
        let offer = offer.map_err(|error| malformed(error.to_string()))?;
        self.give(Input::Timeout(now));
        let accepted = self.connection.sdp_api().accept_offer(offer);
        self.settle();
        let answer = accepted.map_err(|error: RtcError| malformed(error.to_string()))?.to_sdp_string();
        let answered = sdp::read(&answer)?;
        if !offered.is_empty() && answered.iter().all(|section| section.codecs.is_empty()) {
            return Err(OfferError::Unsupported("it has no codec that is forwarded here".to_owned()));
        }
        let credential = |name| sdp::attribute(&answer, name).unwrap_or_default().to_owned();
        let credentials = Credentials { ufrag: credential("ice-ufrag"), password: credential("ice-pwd") };
        self.negotiate(offered, &answered);
        self.settle();
        let lines = self.lines.iter().map(line_of).collect();
        Ok(Answer { sdp: sdp::finish(&answer, |_| None, &self.udp, &[]), credentials, lines })
    }

    fn checked(&mut self, now: Instant, request: BytesMut) {
        self.receive(now, &request);
    }

    fn handle(&mut self, now: Instant, datagram: BytesMut) {
        if datagram.first().is_some_and(|first| *first >= 20) {
            self.receive(now, &datagram);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.give(Input::Timeout(now));
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.due
    }

    fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.datagrams.pop_front()
    }

    fn poll_output(&mut self, _: Instant, messages: bool) -> Option<Output> {
        if let Some(told) = self.told.pop_front() {
            return Some(told);
        }
        let (channel, bytes) = if messages { self.messages.pop_front() } else { None }?;
        Some(Output::Message { channel, bytes })
    }

    fn sends(&self, ssrc: u32) -> bool {
        self.sources.contains(&ssrc)
    }

    fn has_heard(&mut self) -> bool {
        false
    }

    fn forward(&mut self, now: Instant, line: usize, packet: &Packet, repair: bool) {
        let Some(line) = self.lines.get_mut(line).filter(|_| !repair) else { return };
        let codec = line.codecs.iter().find(|(_, codec)| *codec == packet.codec);
        let Some(payload_type) = codec.map(|(payload_type, _)| *payload_type) else { return };
        let mut payload = BytesMut::with_capacity(packet.payload.len());
        packet.put_payload(&mut payload);
        let values = ExtensionValues {
            audio_level: packet.level.map(|level| -((level & 0x7f) as i8)),
            voice_activity: packet.level.map(|level| level & 0x80 != 0),
            ..ExtensionValues::default()
        };
        let sequence = line.lengthen(packet.sequence).into();
        let written = RtpWrite::new(payload_type.into(), sequence, packet.timestamp, now, &payload[..])
            .marker(packet.marker)
            .ext_vals(values)
            .nackable(true);
        if let Some(stream) = self.connection.direct_api().stream_tx_by_mid(line.mid, None) {
            stream.write_rtp(written);
        }
        self.give(Input::Timeout(now));
    }

    fn desire(&mut self, _: Instant, _: u64) {}

    fn feed_back(&mut self, now: Instant, feedback: Feedback) {
        let Feedback::KeyFrame { line, layer } = feedback else { return };
        let Some(line) = self.lines.get(line) else { return };
        let rid = line.offered.rids.get(layer).map(|rid| Rid::from(rid.as_str()));
        if let Some(stream) = self.connection.direct_api().stream_rx_by_mid(line.mid, rid) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
        self.give(Input::Timeout(now));
    }

    fn send(&mut self, now: Instant, channel: Channel, bytes: &[u8]) -> Result<(), Unsent> {
        let id = self.channels[channel as usize].ok_or(Unsent::NotOpen)?;
        let written = {
            let mut open = self.connection.channel(id).ok_or(Unsent::NotOpen)?;
            let is_full = channel == Channel::Latest && open.buffered_amount() + bytes.len() > WAITING_LATEST;
            if is_full { Ok(false) } else { open.write(true, bytes) }
        };
        self.give(Input::Timeout(now));
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(Unsent::Full),
            Err(_) => Err(Unsent::NotOpen),
        }
    }

    fn close(&mut self, now: Instant) {
        self.give(Input::Timeout(now));
        if let Err(error) = self.connection.close() {
            tracing::debug!(%error, "a connection's end");
        }
        self.settle();
    }
}

fn line_of(line: &Negotiated) -> Line {
    Line {
        mid: line.offered.mid.clone(),
        kind: line.offered.kind,
        way: line.offered.way(),
        layers: line.offered.rids.len().max(1),
        codecs: line.codecs.iter().map(|(_, codec)| *codec).collect(),
    }
}

/// A time as NTP writes it: seconds and parts of one in 32 bits each.
fn ntp(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let parts = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    ((since.as_secs() + NTP_TO_UNIX) << 32) + parts
}
