//! What a handle asks the media plane's thread to do.

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::names::{Channel, PeerId, Route, TrackId, Wanted};
use crate::tap::Source;

/// Why an offer was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// The offer is no session description that can be answered.
    #[error("the offer cannot be read: {0}")]
    Malformed(String),
    /// The offer has no codec, or no transport, that is spoken here.
    #[error("the offer cannot be met: {0}")]
    Unsupported(String),
    /// As many peers as may be are there.
    #[error("no more peers can join")]
    Full,
    /// A peer of this name is there already, or has been.
    #[error("the peer has joined already")]
    Joined,
    /// The peer to renegotiate with is not there.
    #[error("there is no such peer")]
    Unknown,
    /// The media plane has ended.
    #[error("the media plane has ended")]
    Ended,
}

/// The answer to an offer.
pub(crate) type Answered = oneshot::Sender<Result<String, OfferError>>;

/// One thing to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Make a peer of an offer.
    Join { peer: PeerId, offer: String, answered: Answered },
    /// Take a new offer of a peer.
    Renegotiate { peer: PeerId, offer: String, answered: Answered },
    /// Let a peer go.
    Leave { peer: PeerId },
    /// Change who receives what.
    Route { add: Vec<Route>, remove: Vec<Route> },
    /// Change how much of a track someone receives.
    Want { to: PeerId, track: TrackId, wanted: Wanted },
    /// Send a message.
    Send { to: Vec<PeerId>, channel: Channel, bytes: Bytes },
    /// Read the frames of a track here.
    Tap { track: TrackId, source: Source },
}
