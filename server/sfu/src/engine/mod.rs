//! What the hub needs of one peer's connection, whoever makes it: negotiation, encryption, data channels and the
//! packets of its m-lines. Addresses are the hub's; an engine sees one constant path.

pub(crate) mod guard;
pub(crate) mod rtc;
#[cfg(test)]
pub(crate) mod str0m;

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::command::OfferError;
use crate::forward::packet::{Codec, Packet};
use crate::names::Channel;

/// Sound or pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio,
    Video,
}

/// Which way an m-line's media go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The client sends.
    Up,
    /// The client receives.
    Down,
    /// Neither; a client's m-line that sends and receives is one that sends here.
    None,
}

/// An m-line as it was negotiated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub mid: String,
    pub kind: Kind,
    pub way: Way,
    /// How many layers the client may send; at least one.
    pub layers: usize,
    /// What both sides can decode, or pass on.
    pub codecs: Vec<Codec>,
}

/// What has come of an offer.
pub(crate) struct Answer {
    pub sdp: String,
    /// The ICE credentials that hold from now on.
    pub credentials: Credentials,
    /// The m-lines with media, in the offer's order.
    pub lines: Vec<Line>,
}

/// This side's ICE user name fragment and password. The password is a secret, so there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub ufrag: String,
    pub password: String,
}

/// What a connection tells.
#[derive(Debug)]
pub(crate) enum Output {
    /// Encryption is up; media may go both ways.
    Connected,
    /// The client has closed the connection.
    Closed,
    /// The connection cannot come up any more.
    Failed,
    /// What comes of an m-line and layer from now on is another stream than before: its numbers do not go on.
    Anew { line: usize, layer: usize },
    /// A packet of an m-line and layer has come.
    Media { line: usize, layer: usize, packet: Packet },
    /// What the sender says of how its layer's time stamps lie to its clock (RTCP SR): NTP time, RTP time.
    Clock { line: usize, layer: usize, ntp: u64, timestamp: u32 },
    /// The viewer cannot decode what is in an m-line without a key frame.
    KeyFrameWanted { line: usize },
    /// The viewer misses packets of an m-line.
    Missing { line: usize, sequences: Vec<u16> },
    /// A message has come over a channel.
    Message { channel: Channel, bytes: Bytes },
    /// How much fits down the line to the client, bits a second; none if it is not known to be narrow.
    Fits { bps: Option<u64> },
}

/// What the hub says about media outside of the media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feedback {
    /// Ask the client for a key frame of a layer that it sends.
    KeyFrame { line: usize, layer: usize },
    /// Tell the viewer how an m-line's time stamps lie to the time: NTP time, RTP time, what has been sent.
    Clock { line: usize, ntp: u64, timestamp: u32, packets: u32, octets: u32 },
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// The client has not opened the channel, or has closed it.
    NotOpen,
    /// As much waits already as may.
    Full,
}

/// One peer's connection, without sockets and without a clock.
pub(crate) trait Engine: Send {
    /// Answers an offer, the first or a later one.
    fn answer(&mut self, now: Instant, offer: &str) -> Result<Answer, OfferError>;
    /// Takes a binding request that nominates a path, and which the hub has found genuine and answered.
    fn checked(&mut self, now: Instant, request: BytesMut);
    /// Takes any other datagram of the peer.
    fn handle(&mut self, now: Instant, datagram: BytesMut);
    /// Does what is due.
    fn handle_timeout(&mut self, now: Instant);
    /// When something is due next.
    fn poll_timeout(&mut self) -> Option<Instant>;
    /// The next datagram for the peer.
    fn poll_transmit(&mut self) -> Option<BytesMut>;
    /// The next thing to tell. Messages stay within while `messages` is false, which slows their sender down.
    fn poll_output(&mut self, now: Instant, messages: bool) -> Option<Output>;
    /// Whether it is one of the client's streams.
    fn sends(&self, ssrc: u32) -> bool;
    /// Whether media or reports have come since it was last asked that only this client can have encrypted, and that have
    /// not come before.
    fn has_heard(&mut self) -> bool;
    /// Sends a packet in an m-line of the viewer, `repair` if it is one that was missed.
    fn forward(&mut self, now: Instant, line: usize, packet: &Packet, repair: bool);
    /// Says something about media.
    fn feed_back(&mut self, now: Instant, feedback: Feedback);
    /// Notes how much would be sent if it fitted, bits a second, so that it is found out whether it does.
    fn desire(&mut self, now: Instant, bps: u64);
    /// Sends a message over a channel that the client has opened.
    fn send(&mut self, now: Instant, channel: Channel, bytes: &[u8]) -> Result<(), Unsent>;
    /// Says good-bye.
    fn close(&mut self, now: Instant);
}

/// Whether a datagram tells the client that its handshake has failed (RFC 5246, 7.2: a fatal alert, not encrypted).
pub(crate) fn refuses(datagram: &[u8]) -> bool {
    matches!(datagram, [21, _, _, 0, 0, _, _, _, _, _, _, _, _, 2, ..])
}

/// What makes engines.
pub(crate) trait Engines: Send {
    /// An engine for a new peer, whose stream numbers grow from `seed`.
    fn open(&mut self, now: Instant, seed: u64) -> Result<Box<dyn Engine>, OfferError>;
}
