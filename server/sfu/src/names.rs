//! What the media plane has names for: peers, their tracks, routes and channels.

/// One connection of a client. The caller chooses it and uses none twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(pub u64);

/// What a peer publishes: at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Sound of the peer.
    Microphone,
    /// A picture of the peer.
    Camera,
    /// The peer's screen.
    Screen,
}

/// A track: what a peer publishes of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId {
    /// Who publishes it.
    pub peer: PeerId,
    /// What it is of.
    pub source: Source,
}

/// That `to` is to receive `track`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route {
    /// What is forwarded.
    pub track: TrackId,
    /// Whom to.
    pub to: PeerId,
}

/// A data channel that the client opens, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// `reliable`: ordered, nothing is lost.
    Reliable,
    /// `latest`: unordered and never sent again, for what is soon out of date.
    Latest,
}

impl Channel {
    /// The label under which the client opens the channel.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reliable => "reliable",
            Self::Latest => "latest",
        }
    }
}

/// How much of a track a peer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wanted {
    /// The height, in pixels, that the picture is shown at; none when nothing is to be sent.
    pub max_height: Option<u16>,
}
