//! What the media plane tells its caller.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::names::{Channel, PeerId, TrackId};

/// Something that has happened in the media plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The peer's connection is up; told again when its path changes.
    Connected {
        /// Who.
        peer: PeerId,
        /// The way its packets take.
        path: Path,
    },
    /// Packets of a track have begun to come.
    Published {
        /// Which.
        track: TrackId,
    },
    /// A track is no longer sent.
    Unpublished {
        /// Which.
        track: TrackId,
    },
    /// Which layers of a track its peer is to send from now on: the others are seen by nobody. A peer that sends them
    /// nevertheless does no harm.
    Layers {
        /// Which track.
        track: TrackId,
        /// Whether each is to be sent, in the order in which the peer offered them.
        sent: Vec<bool>,
    },
    /// Which track lies in which of the peer's receiving m-lines from now on.
    Receivers {
        /// The viewer.
        peer: PeerId,
        /// All of its receivers, in the order of its offer.
        receivers: Vec<Receiver>,
        /// Whether pictures are sent smaller than they are wanted, or left out, since no more fits down its line.
        narrow: bool,
    },
    /// How loud the microphones are; at most five times a second, the loudest first.
    Levels {
        /// Each track that is heard, and its level in -dBov: 0 is loudest, 127 silence (RFC 6464).
        levels: Vec<(TrackId, u8)>,
    },
    /// A message that came over a data channel.
    Message {
        /// From whom.
        peer: PeerId,
        /// Over which channel.
        channel: Channel,
        /// What it says.
        bytes: Bytes,
    },
    /// The peer is no longer there; nothing more is said of it.
    Left {
        /// Who.
        peer: PeerId,
        /// Why.
        why: Departure,
    },
}

/// The way a peer's packets take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    /// UDP, or ICE-TCP.
    pub protocol: Protocol,
    /// The peer's address as it is seen here.
    pub remote: SocketAddr,
}

/// What carries the packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Datagrams.
    Udp,
    /// Frames in a TCP connection (RFC 4571, RFC 6544).
    Tcp,
}

/// An m-line in which a peer receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The m-line's `mid`.
    pub mid: String,
    /// What is in it now.
    pub track: Option<TrackId>,
}

/// Why a peer is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Departure {
    /// Nothing that is its own has come from it for 20 s.
    Gone,
    /// It closed its connection, or [`Sfu::leave`](crate::Sfu::leave) was called.
    Closed,
    /// Its connection never came up, or broke.
    Failed,
}
