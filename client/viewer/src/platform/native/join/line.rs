//! The one connection for sound and small messages. It sends the microphone, and has receivers ahead of need, so that another
//! speaker needs no new offer.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use cloudsite_proto::meeting::{Heard, Said};
use prost::Message as _;
use rtc::ice::network_type::NetworkType;
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp::extension::HeaderExtension;
use rtc::rtp::extension::audio_level_extension::AudioLevelExtension;
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use tokio::net::lookup_host;
use tokio::sync::mpsc;
use tokio::time::timeout;
use webrtc::data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit};
use webrtc::error::Result;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit,
    RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder, register_default_interceptors,
};
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit, RtpSender};

use super::Event;
use super::sound::{Ear, Piece};

/// Receivers for voices.
const VOICES: usize = 6;
/// A message of `latest` that waits behind so many bytes is out of date.
const MOST_WAITING_BYTES: usize = 64 * 1_024;
/// How long a piece of a voice lasts.
const A_PIECE: Duration = Duration::from_millis(20);
const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
/// The number of Opus where an answer names none.
const OPUS: u8 = 111;

/// How often an address is tried, every 200 ms, before it is given up: for as long as a TCP connection may take to be made.
const MOST_TRIES: u16 = 50;

/// The protocol that carries a connection. A connection has one of them alone: the server has both at one address, and the
/// crate finds a candidate by its address, so it takes what comes by one for what comes by the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// The better one: what is lost holds nothing up.
    Udp,
    /// Where UDP does not pass.
    Tcp,
}

impl Transport {
    /// The other one.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Udp => Self::Tcp,
            Self::Tcp => Self::Udp,
        }
    }

    fn network_types(self) -> Vec<NetworkType> {
        match self {
            Self::Udp => vec![NetworkType::Udp4, NetworkType::Udp6],
            Self::Tcp => vec![NetworkType::Tcp4, NetworkType::Tcp6],
        }
    }
}

/// What is told of a connection.
#[derive(Debug)]
pub(super) enum Told {
    /// It works, or does so again.
    Connected,
    /// It has lost its way, and may find another.
    Disconnected,
    /// It is over.
    Failed,
    /// A channel works.
    Open(Channel),
    /// Someone has said something.
    Heard(Heard),
}

/// A data channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// All of it comes, in order.
    Reliable,
    /// What is lost is out of date.
    Latest,
}

/// A connection.
pub(super) struct Line {
    connection: Arc<dyn PeerConnection>,
    channels: [(Channel, Arc<dyn DataChannel>, bool); 2],
    microphone: Arc<TrackLocalStaticRTP>,
    sender: Arc<dyn RtpSender>,
    ssrc: u32,
    payload_type: u8,
    sequence_number: u16,
    transport: Transport,
    /// Whether it has worked.
    is_connected: bool,
    /// Which stream comes in which receiver, by `mid`.
    streams: BTreeMap<String, u32>,
}

impl Line {
    /// Begins a connection over one of them to the server at an address, and gives its offer. What is told of it has this number.
    pub(super) async fn open(
        base_url: &str,
        transport: Transport,
        number: u32,
        ear: Option<Ear>,
        events: mpsc::Sender<Event>,
    ) -> Result<(Self, String)> {
        let mut media = MediaEngine::default();
        media.register_default_codecs()?;
        let level = RTCRtpHeaderExtensionCapability { uri: LEVEL.to_owned() };
        media.register_header_extension(level, RtpCodecKind::Audio, None)?;
        let registry = register_default_interceptors(Registry::new(), &mut media)?;
        let handler = Handler { number, ear, events: events.clone() };
        let settings = SettingEngineBuilder::new().with_network_types(transport.network_types());
        let settings = match transport {
            Transport::Udp => settings,
            Transport::Tcp => settings.with_ice_connection_attempts(None, Some(MOST_TRIES)),
        };
        let (here, nowhere) = (addresses(base_url).await, Vec::new());
        let (udp, tcp) = if transport == Transport::Udp { (here, nowhere) } else { (nowhere, here) };
        let building = PeerConnectionBuilder::new()
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .with_handler(Arc::new(handler))
            .with_setting_engine(settings.build())
            .with_udp_addrs(udp)
            .with_tcp_addrs(tcp)
            .with_data_channel_send_buffer_limit(MOST_WAITING_BYTES)
            .build();
        let connection = Box::pin(building).await?;
        let ssrc = getrandom::u32().map_err(|error| std::io::Error::other(error.to_string()))?;
        let microphone = Arc::new(TrackLocalStaticRTP::new(track(ssrc)));
        let sender = connection.add_track(microphone.clone() as Arc<dyn TrackLocal>).await?;
        for _ in 0..VOICES {
            let direction = RTCRtpTransceiverDirection::Recvonly;
            let init = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
            connection.add_transceiver_from_kind(RtpCodecKind::Audio, Some(init)).await?;
        }
        let latest = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let reliable = connection.create_data_channel("reliable", None).await?;
        let latest = connection.create_data_channel("latest", Some(latest)).await?;
        let channels = [(Channel::Reliable, reliable, false), (Channel::Latest, latest, false)];
        for (name, channel, _) in &channels {
            tokio::spawn(listen(*name, channel.clone(), number, events.clone()));
        }
        let offer = connection.create_offer(None).await?;
        connection.set_local_description(offer.clone()).await?;
        let sdp = connection.local_description().await.map_or(offer.sdp, |description| description.sdp);
        let line = Self {
            connection: Arc::new(connection),
            channels,
            microphone,
            sender,
            ssrc,
            payload_type: OPUS,
            sequence_number: 0,
            transport,
            is_connected: false,
            streams: BTreeMap::new(),
        };
        Ok((line, sdp))
    }

    /// Takes the server's answer.
    pub(super) async fn answer(&mut self, sdp: String) -> Result<()> {
        self.streams = streams(&sdp);
        let doors = if self.transport == Transport::Tcp { doors(&sdp) } else { Vec::new() };
        self.connection.set_remote_description(RTCSessionDescription::answer(sdp)?).await?;
        for candidate in doors {
            // The description names them, too, but only what is told so is connected to.
            self.connection.add_ice_candidate(RTCIceCandidateInit { candidate, ..Default::default() }).await?;
        }
        let parameters = self.sender.get_parameters().await?.rtp_parameters;
        self.payload_type = parameters.codecs.first().map_or(OPUS, |codec| codec.payload_type);
        Ok(())
    }

    /// The stream that comes in a receiver.
    pub(super) fn stream(&self, mid: &str) -> Option<u32> {
        self.streams.get(mid).copied()
    }

    /// Notes that it works.
    pub(super) const fn connected(&mut self) {
        self.is_connected = true;
    }

    /// Whether it has worked.
    pub(super) const fn has_worked(&self) -> bool {
        self.is_connected
    }

    /// Sends a piece of the own voice, once there is someone to hear it.
    pub(super) async fn speak(&mut self, piece: Piece) {
        if !self.is_connected {
            return;
        }
        self.sequence_number = self.sequence_number.wrapping_add(1);
        let header = Header {
            version: 2,
            payload_type: self.payload_type,
            sequence_number: self.sequence_number,
            timestamp: piece.at,
            ssrc: self.ssrc,
            ..Header::default()
        };
        let level = AudioLevelExtension { level: piece.below_full, voice: false };
        let packet = Packet { header, payload: piece.payload };
        let extensions = [HeaderExtension::AudioLevel(level)];
        let sent = self.microphone.write_rtp_with_extensions(packet, &extensions);
        // What a connection that is over does not take is told by its state. One that is too narrow for a voice is not waited
        // for: all else that is done in a meeting would wait, too.
        let _unheard = timeout(A_PIECE, sent).await;
    }

    /// Notes that a channel works.
    pub(super) fn opened(&mut self, name: Channel) {
        self.channels.iter_mut().filter(|(known, ..)| *known == name).for_each(|(.., is_open)| *is_open = true);
    }

    /// Says something over a channel; false if that does not work, or too much waits there.
    pub(super) async fn say(&self, name: Channel, said: &Said) -> bool {
        match self.channels.iter().find(|(known, ..)| *known == name) {
            Some((_, channel, true)) => channel.try_send(BytesMut::from(said.encode_to_vec().as_slice())).await.is_ok(),
            _ => false,
        }
    }

    /// Ends it.
    pub(super) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            bevy::log::debug!("a connection was not closed: {error}");
        }
    }
}

/// The own track of sound.
fn track(ssrc: u32) -> MediaStreamTrack {
    let codec = RTCRtpCodec {
        mime_type: "audio/opus".to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: Vec::new(),
    };
    let rtp_coding_parameters = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
    let coding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
    let name = || "microphone".to_owned();
    MediaStreamTrack::new(name(), name(), name(), RtpCodecKind::Audio, vec![coding])
}

/// Where to send from: every way out of this machine, and within it where the server is there too.
async fn addresses(base_url: &str) -> Vec<SocketAddr> {
    let place = base_url.split_once("://").map_or(base_url, |(_, place)| place);
    let named = if place.rsplit(']').next().is_some_and(|rest| rest.contains(':')) {
        place.to_owned()
    } else {
        format!("{place}:443")
    };
    let found = lookup_host(named).await.map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let mut ways: Vec<IpAddr> = vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    ways.extend(found.iter().map(SocketAddr::ip).filter(IpAddr::is_loopback));
    ways.dedup();
    ways.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()
}

/// Where an answer says that the server waits for TCP, each once.
fn doors(answer: &str) -> Vec<String> {
    let candidates = answer.lines().filter_map(|line| line.trim().strip_prefix("a="));
    let waits = |line: &&str| {
        line.starts_with("candidate:")
            && line.split(' ').nth(2).is_some_and(|protocol| protocol.eq_ignore_ascii_case("tcp"))
            && line.contains("tcptype passive")
    };
    candidates.filter(waits).map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Which stream the server sends in which m-line, by `mid`.
fn streams(answer: &str) -> BTreeMap<String, u32> {
    let sections = answer.split("\nm=").skip(1);
    let named = sections.filter_map(|section| {
        let value = |name: &str| section.lines().find_map(|line| line.trim().strip_prefix(name));
        let stream = value("a=ssrc:")?.split(' ').next()?.parse().ok()?;
        Some((value("a=mid:")?.to_owned(), stream))
    });
    named.collect()
}

/// Tells of a connection. Its callbacks run where the connection does, so they wait for nothing.
struct Handler {
    number: u32,
    ear: Option<Ear>,
    events: mpsc::Sender<Event>,
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let told = match state {
            RTCPeerConnectionState::Connected => Told::Connected,
            RTCPeerConnectionState::Disconnected => Told::Disconnected,
            RTCPeerConnectionState::Failed => Told::Failed,
            _ => return,
        };
        if self.events.try_send(Event::Line(self.number, told)).is_err() {
            bevy::log::warn!("a change of the connection was not heard");
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        bevy::log::debug!("a voice comes by stream {:?}", track.ssrcs().await);
        if let Some(ear) = self.ear.clone() {
            tokio::spawn(async move {
                while let Some(event) = track.poll().await {
                    if let TrackRemoteEvent::OnRtpPacket(Packet { header, payload }) = event {
                        ear.put(header.ssrc, header.sequence_number, payload);
                    }
                }
            });
        }
    }
}

/// Hears what comes over a channel, until it is closed.
async fn listen(name: Channel, channel: Arc<dyn DataChannel>, number: u32, events: mpsc::Sender<Event>) {
    while let Some(event) = channel.poll().await {
        let told = match event {
            DataChannelEvent::OnOpen => Told::Open(name),
            DataChannelEvent::OnMessage(message) => match Heard::decode(message.data.freeze()) {
                Ok(heard) => Told::Heard(heard),
                Err(error) => {
                    bevy::log::warn!("what came over a channel is not understood: {error}");
                    continue;
                }
            },
            _ => continue,
        };
        if events.send(Event::Line(number, told)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_which_stream_comes_in_which_receiver() {
        let answer = "v=0\r\na=mid:9\r\nm=audio 9 X 111\r\na=mid:0\r\na=recvonly\r\nm=audio 9 X 111\r\na=mid:1\r\n\
            a=sendonly\r\na=ssrc:77 cname:cloudsite\r\na=ssrc:78 cname:cloudsite\r\nm=audio 9 X 111\r\na=ssrc:x\r\na=mid:2\r\n";
        assert_eq!(streams(answer), BTreeMap::from([("1".to_owned(), 77)]));
    }

    #[test]
    fn an_answer_says_where_tcp_is_waited_for() {
        let candidates = "a=candidate:1 1 udp 2130706431 192.0.2.1 7881 typ host\r\n\
            a=candidate:2 1 tcp 1520435199 192.0.2.1 7881 typ host tcptype passive\r\n\
            a=candidate:3 1 tcp 1520435198 2001:db8::1 7881 typ host tcptype passive\r\n\
            a=candidate:4 1 tcp 1520435197 192.0.2.1 9 typ host tcptype active\r\n";
        let answer = format!("v=0\r\nm=audio 9 X 111\r\n{candidates}m=audio 9 X 111\r\n{candidates}");
        let expected = [
            "candidate:2 1 tcp 1520435199 192.0.2.1 7881 typ host tcptype passive",
            "candidate:3 1 tcp 1520435198 2001:db8::1 7881 typ host tcptype passive",
        ];
        assert_eq!(doors(&answer), expected);
    }

    #[test]
    fn a_server_on_this_machine_is_reached_within_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ways = |base_url: &'static str| {
            let found = runtime.block_on(addresses(base_url));
            found.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ways("http://127.0.0.1:8080"), ["0.0.0.0", "::", "127.0.0.1"]);
        assert_eq!(ways("http://[::1]:8080"), ["0.0.0.0", "::", "::1"]);
        assert_eq!(ways("https://192.0.2.1"), ["0.0.0.0", "::"]);
    }
}
