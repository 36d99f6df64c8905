//! The hub: all peers, and what goes from whom to whom. It has neither sockets nor a clock: datagrams, commands and
//! the time are given to it, and datagrams, events and the time of its next timer are asked of it.

mod assign;
mod commands;
mod demux;
mod layers;
mod media;
mod narrow;
mod peer;
mod plea;
mod receivers;
mod taps;
mod tick;
mod track;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rtc::crypto::RTCCryptoProvider;

pub(crate) use self::demux::Demultiplexer;
use self::demux::Owner;
use self::peer::Peer;
use self::taps::Taps;
use self::track::Track;
use crate::engine::{Engines, Output};
use crate::event::{Event, Path, Protocol};
use crate::forward::clock::CommonClock;
use crate::forward::packet;
use crate::names::{Channel, PeerId, Route, TrackId, Wanted};
use crate::stun;

/// Events that may wait before the messages of clients are left in their connections, which slows the clients down.
const WAITING_EVENTS: usize = 1_024;

/// Peers of one host that a packet from an unknown port of it may be of, and that are asked whether it is.
const MOST_OWNERS: usize = 8;

/// A datagram to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transmit {
    pub to: Path,
    pub bytes: BytesMut,
}

/// A datagram that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Datagram {
    pub from: Path,
    pub bytes: BytesMut,
    /// How many hubs have already seen that it is not theirs.
    pub seen: usize,
}

impl Datagram {
    pub(crate) const fn new(from: Path, bytes: BytesMut) -> Self {
        Self { from, bytes, seen: 0 }
    }
}

/// Which of the hubs of one port it is.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub index: usize,
    pub count: usize,
    pub demultiplexer: Arc<Demultiplexer>,
}

/// The hub.
pub(crate) struct Hub {
    engines: Box<dyn Engines>,
    crypto: Arc<dyn RTCCryptoProvider>,
    lane: Lane,
    /// By which viewers are told when what they get was taken.
    clock: CommonClock,
    random: ChaCha8Rng,
    peers: BTreeMap<PeerId, Peer>,
    tracks: HashMap<TrackId, Track>,
    taps: Taps,
    /// Who is to receive what: the viewer first.
    routes: BTreeSet<(PeerId, TrackId)>,
    wanted: HashMap<(PeerId, TrackId), Wanted>,
    /// Peers whose connections may have something to send; each says so itself as well, so that none is in it twice.
    touched: VecDeque<PeerId>,
    responses: VecDeque<Transmit>,
    events: VecDeque<Event>,
    outputs: Vec<Output>,
    tick: Option<Instant>,
    was_loud: bool,
}

impl Hub {
    /// A hub without peers.
    pub(crate) fn new(
        now: Instant,
        engines: Box<dyn Engines>,
        crypto: Arc<dyn RTCCryptoProvider>,
        lane: Lane,
        seed: [u8; 32],
    ) -> Self {
        let mut random = ChaCha8Rng::from_seed(seed);
        random.set_stream(lane.index as u64);
        Self {
            engines,
            crypto,
            lane,
            clock: CommonClock::begin(now),
            random,
            peers: BTreeMap::new(),
            tracks: HashMap::new(),
            taps: Taps::default(),
            routes: BTreeSet::new(),
            wanted: HashMap::new(),
            touched: VecDeque::new(),
            responses: VecDeque::new(),
            events: VecDeque::new(),
            outputs: Vec::new(),
            tick: None,
            was_loud: false,
        }
    }

    /// Takes a datagram, or a frame of a TCP connection. What is nobody's is dropped, and leaves nothing behind. What is for
    /// another lane is given back with its index.
    pub(crate) fn handle(&mut self, now: Instant, datagram: Datagram) -> Option<(usize, Datagram)> {
        // RFC 7983: STUN begins with 0 to 3.
        if matches!(datagram.bytes.first()?, 0..=3) {
            return self.take_request(now, datagram);
        }
        let Some(Owner { peer: id, lane }) = self.lane.demultiplexer.by_path(datagram.from) else {
            return self.take_stranger(now, datagram);
        };
        if lane != self.lane.index {
            return Some((lane, datagram));
        }
        let Datagram { from, bytes, .. } = datagram;
        let peer = self.peers.get_mut(&id)?;
        if peer.is_open() {
            peer.path = Some(from);
        }
        peer.hear(now, from);
        peer.reporter = packet::reporter_of(&bytes).or(peer.reporter);
        peer.engine.handle(now, bytes);
        self.pump(now, id);
        None
    }

    /// Takes a packet of nobody's path. When a network address translator gives a client another port, its media and its
    /// reports come from there at once, and its next binding request only seconds later: a packet that only that client can
    /// have encrypted, and that has not come before, moves its path. Another host must ask (RFC 7675). It may be on any lane,
    /// so that each looks in turn.
    fn take_stranger(&mut self, now: Instant, datagram: Datagram) -> Option<(usize, Datagram)> {
        let from = datagram.from;
        let (stream, reporter) = (packet::stream_of(&datagram.bytes), packet::reporter_of(&datagram.bytes));
        if from.protocol != Protocol::Udp || (stream.is_none() && reporter.is_none()) {
            return None;
        }
        let is_host_of = |path: Path| path.protocol == Protocol::Udp && path.remote.ip() == from.remote.ip();
        let may_be_of = |peer: &Peer| {
            peer.path.is_some_and(is_host_of)
                && stream.map_or_else(|| peer.reporter == reporter, |stream| peer.engine.sends(stream))
        };
        // Browsers that send nothing all report as the same sender.
        let owners = self.peers.iter().filter(|(_, peer)| may_be_of(peer)).map(|(id, _)| *id);
        let owners: Vec<PeerId> = owners.take(MOST_OWNERS).collect();
        for id in &owners {
            if let Some(peer) = self.peers.get_mut(id) {
                peer.engine.has_heard();
                peer.engine.handle(now, datagram.bytes.clone());
            }
            let has_media = self.pump(now, *id);
            if has_media || self.peers.get_mut(id).is_some_and(|peer| peer.engine.has_heard()) {
                self.find(now, *id, from);
                return None;
            }
        }
        let seen = datagram.seen + 1;
        let goes_on = seen < self.lane.count && self.lane.demultiplexer.knows_host(from.remote.ip());
        goes_on.then(|| ((self.lane.index + 1) % self.lane.count, Datagram { seen, ..datagram }))
    }

    /// A peer is at another address.
    fn find(&mut self, now: Instant, id: PeerId, from: Path) {
        self.lane.demultiplexer.enter_path(from, id);
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.path = Some(from);
            peer.hear(now, from);
            self.tell(Event::Connected { peer: id, path: from });
        }
    }

    /// A TCP connection is closed.
    pub(crate) fn closed(&mut self, path: Path) {
        if let Some(id) = self.lane.demultiplexer.forget_path(path)
            && let Some(peer) = self.peers.get_mut(&id)
            && peer.path == Some(path)
        {
            peer.path = None;
        }
    }

    /// Answers a binding request, and moves the peer's path to where it came from if the client says so.
    fn take_request(&mut self, now: Instant, datagram: Datagram) -> Option<(usize, Datagram)> {
        let mut request = stun::Request::read(&datagram.bytes)?;
        let Owner { peer: id, lane } = self.lane.demultiplexer.by_ufrag(&request.ufrag)?;
        if lane != self.lane.index {
            return Some((lane, datagram));
        }
        let Datagram { from, bytes, .. } = datagram;
        let peer = self.peers.get_mut(&id)?;
        let credentials = &peer.credentials;
        let crypto = self.crypto.crypto();
        if !request.is_genuine(&credentials.password, crypto) {
            return None;
        }
        let response = request.response(from.remote, &credentials.password, crypto)?;
        let has_path = |path| self.lane.demultiplexer.by_path(path).is_some_and(|owner| owner.peer == id);
        if !peer.is_new(request.transaction()) && !has_path(from) {
            return None;
        }
        self.lane.demultiplexer.enter_path(from, id);
        self.responses.push_back(Transmit { to: from, bytes: BytesMut::from(response.as_slice()) });
        let check = peer.check(&request, bytes, crypto);
        let moves = peer.moves(now, from, request.nominates);
        if moves {
            peer.path = Some(from);
        }
        peer.hear(now, from);
        if let Some(check) = check {
            peer.engine.checked(now, check);
        }
        peer.nominated |= request.nominates;
        if moves && peer.connected {
            self.tell(Event::Connected { peer: id, path: from });
        }
        self.pump(now, id);
        None
    }

    /// Takes all that a peer's connection has to tell, and does what follows from it. True if there was a packet of
    /// media in it.
    fn pump(&mut self, now: Instant, id: PeerId) -> bool {
        self.touch(id);
        let messages = self.events.len() < WAITING_EVENTS;
        let mut outputs = std::mem::take(&mut self.outputs);
        if let Some(peer) = self.peers.get_mut(&id) {
            while let Some(output) = peer.engine.poll_output(now, messages) {
                outputs.push(output);
            }
        }
        let has_media = outputs.iter().any(|output| matches!(output, Output::Media { .. }));
        for output in outputs.drain(..) {
            self.take_output(now, id, output);
        }
        self.outputs = outputs;
        has_media
    }

    /// Notes that a peer's connection may have something to send.
    fn touch(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.touch(id, &mut self.touched);
        }
    }

    /// The next datagram to send. Those to one peer come one after another, so that they can be sent at once.
    pub(crate) fn poll_transmit(&mut self, now: Instant) -> Option<Transmit> {
        if let Some(response) = self.responses.pop_front() {
            return Some(response);
        }
        while let Some(id) = self.touched.front().copied() {
            if let Some(peer) = self.peers.get_mut(&id) {
                while let Some(datagram) = peer.engine.poll_transmit() {
                    // Without a path there is nowhere to send to; what matters is sent again.
                    if let Some(to) = peer.path {
                        return Some(Transmit { to, bytes: datagram });
                    }
                }
                peer.touched = false;
                peer.wind(now);
            }
            self.touched.pop_front();
        }
        None
    }

    /// The next event.
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether there is an event to tell.
    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Tells an event, unless too many wait already and it is one that will soon be out of date.
    fn tell(&mut self, event: Event) {
        let is_fleeting = matches!(event, Event::Levels { .. } | Event::Message { channel: Channel::Latest, .. });
        if !is_fleeting || self.events.len() < WAITING_EVENTS {
            self.events.push_back(event);
        }
    }

    /// When `handle_timeout` is to be called; ask after all datagrams have been taken.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.peers.values().filter_map(|peer| peer.deadline).chain(self.tick).min()
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let due: Vec<PeerId> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.deadline.is_some_and(|deadline| deadline <= now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.engine.handle_timeout(now);
            }
            self.pump(now, id);
        }
        if self.tick.is_some_and(|tick| tick <= now) {
            self.tick(now);
        }
    }
}

impl From<Route> for (PeerId, TrackId) {
    fn from(route: Route) -> Self {
        (route.to, route.track)
    }
}
