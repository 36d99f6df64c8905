//! The handle to the media plane.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::command::{Answered, Command, OfferError};
use crate::event::Event;
use crate::hub::Demultiplexer;
use crate::names::{Channel, PeerId, Route, TrackId, Wanted};
use crate::settings::Settings;
use crate::tap::Tap;

/// Events that wait for the caller. When there is no room, levels and messages over `latest` are dropped, and all else
/// waits within the hub.
const EVENTS: usize = 4_096;

/// Why the media plane could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The UDP port could not be bound.
    #[error("cannot bind UDP {address}")]
    Udp {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The TCP port could not be bound.
    #[error("cannot bind TCP {address}")]
    Tcp {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The encryption that connections need is not there.
    #[error("cannot make a certificate")]
    Encryption(#[from] rtc::shared::error::Error),
    /// The thread could not be started.
    #[error("cannot start the media plane's thread")]
    Thread(#[source] io::Error),
}

/// What all handles share.
#[derive(Debug)]
struct Plane {
    /// Where each lane, that is each thread, takes commands.
    lanes: Vec<mpsc::Sender<Command>>,
    demultiplexer: Arc<Demultiplexer>,
    local_addr: SocketAddr,
    /// Where the next handle looks first.
    next: AtomicUsize,
}

/// A handle to one lane of the media plane, which ends when all handles are gone. Peers who are to receive anything of one
/// another join by clones of one handle.
#[derive(Debug, Clone)]
pub struct Sfu {
    plane: Arc<Plane>,
    lane: usize,
}

impl Sfu {
    /// Binds the ports and starts the media plane's threads.
    #[expect(clippy::needless_pass_by_value, reason = "settings are written where the plane is started")]
    pub fn start(settings: Settings) -> Result<(Self, mpsc::Receiver<Event>), StartError> {
        let (told, events) = mpsc::channel(EVENTS);
        let started = crate::driver::start(&settings, &told)?;
        let plane = Plane {
            lanes: started.commands,
            demultiplexer: started.demultiplexer,
            local_addr: started.address,
            next: AtomicUsize::new(0),
        };
        Ok((Self { plane: Arc::new(plane), lane: 0 }, events))
    }

    /// A handle to the lane on which there are the fewest peers: for those who have nothing to do with the peers of this
    /// one.
    #[must_use]
    pub fn apart(&self) -> Self {
        let count = self.plane.lanes.len();
        // Of equal ones another each time, since peers come only after their handle.
        let first = self.plane.next.fetch_add(1, Ordering::Relaxed);
        let population = self.plane.demultiplexer.population();
        let lanes = (0..count).map(|offset| first.wrapping_add(offset) % count);
        let lane = lanes.min_by_key(|lane| population[*lane]).unwrap_or(self.lane);
        Self { plane: Arc::clone(&self.plane), lane }
    }

    /// The UDP address that is bound.
    pub fn local_addr(&self) -> SocketAddr {
        self.plane.local_addr
    }

    /// How many peers there are on each thread.
    pub fn population(&self) -> Vec<usize> {
        self.plane.demultiplexer.population()
    }

    /// Makes a peer of an offer (SDP), and gives the answer, complete with candidates.
    pub async fn join(&self, peer: PeerId, offer: String) -> Result<String, OfferError> {
        self.ask(|answered| Command::Join { peer, offer, answered }).await
    }

    /// Answers a further offer of a peer: an ICE restart, or other tracks.
    pub async fn renegotiate(&self, peer: PeerId, offer: String) -> Result<String, OfferError> {
        self.ask(|answered| Command::Renegotiate { peer, offer, answered }).await
    }

    /// Lets a peer go, whichever handle it has joined by; `Left` follows if it was there. Its routes go with it.
    pub async fn leave(&self, peer: PeerId) {
        let lane = self.plane.demultiplexer.lane_of(peer).unwrap_or(self.lane);
        let _ = self.plane.lanes[lane].send(Command::Leave { peer }).await;
    }

    /// Adds routes, then removes some. A route to or from a peer who is not there yet, or of a track that is not
    /// published yet, takes effect when it comes.
    pub async fn route(&self, add: Vec<Route>, remove: Vec<Route>) {
        self.tell(Command::Route { add, remove }).await;
    }

    /// Says how much of a track is wanted; of a camera or screen of which nothing is said, all that there is.
    pub async fn want(&self, to: PeerId, track: TrackId, wanted: Wanted) {
        self.tell(Command::Want { to, track, wanted }).await;
    }

    /// Sends a message to those of the peers who are there and have opened the channel.
    pub async fn send(&self, to: Vec<PeerId>, channel: Channel, bytes: Bytes) {
        self.tell(Command::Send { to, channel, bytes }).await;
    }

    /// Reads the frames of a track here, from now on or from when it is published, in the best layer that is sent. A
    /// tap of a peer who is not there ends at once.
    pub async fn tap(&self, track: TrackId) -> Tap {
        let (tap, source) = Tap::open();
        self.tell(Command::Tap { track, source }).await;
        tap
    }

    async fn ask(&self, command: impl FnOnce(Answered) -> Command) -> Result<String, OfferError> {
        let (answered, answer) = oneshot::channel();
        self.tell(command(answered)).await;
        answer.await.unwrap_or(Err(OfferError::Ended))
    }

    /// A plane that has ended takes no commands, and there is nobody left whom it would matter to.
    async fn tell(&self, command: Command) {
        let _ = self.plane.lanes[self.lane].send(command).await;
    }
}
