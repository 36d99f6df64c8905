//! What the caller asks of the hub.

use std::time::Instant;

use rand::Rng;

use super::Hub;
use super::demux::{NotEntered, Owner};
use super::peer::Peer;
use super::tick::TICK;
use super::track::Track;
use crate::command::OfferError;
use crate::engine::guard::Guarded;
use crate::engine::{Answer, Engine as _, Unsent};
use crate::event::{Departure, Event};
use crate::names::{Channel, PeerId, Route, TrackId, Wanted};

impl Hub {
    /// Makes a peer of an offer.
    pub(crate) fn join(&mut self, now: Instant, id: PeerId, offer: &str) -> Result<String, OfferError> {
        if self.lane.demultiplexer.lane_of(id).is_some() {
            return Err(OfferError::Joined);
        }
        if self.lane.demultiplexer.is_full() {
            return Err(OfferError::Full);
        }
        let mut engine = Box::new(Guarded::new(self.engines.open(now, self.random.next_u64())?));
        let answer = engine.answer(now, offer)?;
        self.enter(id, &answer.credentials.ufrag)?;
        self.peers.insert(id, Peer::new(now, engine, answer.credentials.clone()));
        self.tick.get_or_insert(now + TICK);
        Ok(self.take_answer(now, id, answer))
    }

    /// Takes a further offer of a peer.
    pub(crate) fn renegotiate(&mut self, now: Instant, id: PeerId, offer: &str) -> Result<String, OfferError> {
        let peer = self.peers.get_mut(&id).ok_or(OfferError::Unknown)?;
        let answer = peer.engine.answer(now, offer)?;
        self.enter(id, &answer.credentials.ufrag)?;
        Ok(self.take_answer(now, id, answer))
    }

    fn enter(&self, peer: PeerId, ufrag: &str) -> Result<(), OfferError> {
        let taken = || OfferError::Unsupported("the connection has a name that is taken; offer again".to_owned());
        let entered = self.lane.demultiplexer.enter_ufrag(ufrag, Owner { peer, lane: self.lane.index });
        entered.map_err(|why| match why {
            NotEntered::Taken => taken(),
            NotEntered::Full => OfferError::Full,
        })
    }

    fn take_answer(&mut self, now: Instant, id: PeerId, answer: Answer) -> String {
        let Some(peer) = self.peers.get_mut(&id) else { return answer.sdp };
        let former: Vec<TrackId> = peer.outlets.iter().flatten().copied().collect();
        let viewed: Vec<TrackId> = peer.inlets.iter().filter_map(|inlet| inlet.track).collect();
        let published = peer.take(id, &answer, &mut self.random);
        for track in former.iter().filter(|track| published.iter().all(|(known, ..)| known != *track)) {
            self.withdraw(now, *track);
            self.tracks.remove(track);
        }
        for (track, line, layers) in published {
            match self.tracks.get_mut(&track) {
                Some(known) if known.layers.len() == layers => known.line = line,
                _ => {
                    self.withdraw(now, track);
                    self.tracks.insert(track, Track::new(line, layers));
                }
            }
        }
        // The receivers may have other places among the peer's now.
        for track in viewed {
            self.unview(id, track);
        }
        self.view_all(id);
        self.arrange(now, id);
        self.pump(now, id);
        answer.sdp
    }

    /// Lets a peer go.
    pub(crate) fn leave(&mut self, now: Instant, id: PeerId, why: Departure) {
        let Some(mut peer) = self.peers.remove(&id) else { return };
        peer.engine.close(now);
        while let Some(datagram) = peer.engine.poll_transmit() {
            if let Some(to) = peer.path {
                self.responses.push_back(super::Transmit { to, bytes: datagram });
            }
        }
        self.lane.demultiplexer.forget(id);
        self.taps.end(id);
        self.touched.retain(|touched| *touched != id);
        for track in peer.inlets.iter().filter_map(|inlet| inlet.track) {
            self.unview(id, track);
        }
        for track in peer.outlets.iter().flatten() {
            self.withdraw(now, *track);
        }
        self.tracks.retain(|track, _| track.peer != id);
        self.routes.retain(|(to, track)| *to != id && track.peer != id);
        self.wanted.retain(|(to, track), _| *to != id && track.peer != id);
        self.tell(Event::Left { peer: id, why });
        if self.peers.is_empty() {
            self.tick = None;
        }
    }

    /// Lets all peers go.
    pub(crate) fn leave_all(&mut self, now: Instant) {
        while let Some(id) = self.peers.keys().next().copied() {
            self.leave(now, id, Departure::Closed);
        }
    }

    /// Adds routes, then removes some.
    pub(crate) fn route(&mut self, now: Instant, add: Vec<Route>, remove: Vec<Route>) {
        let mut changed: Vec<PeerId> = Vec::new();
        for route in add {
            if self.routes.insert(route.into()) {
                changed.push(route.to);
            }
        }
        for route in remove {
            if self.routes.remove(&route.into()) {
                changed.push(route.to);
            }
        }
        changed.sort_unstable();
        changed.dedup();
        for viewer in changed {
            self.arrange(now, viewer);
        }
    }

    /// Changes how much of a track a viewer receives.
    pub(crate) fn want(&mut self, now: Instant, to: PeerId, track: TrackId, wanted: Wanted) {
        // Whoever has asked may be gone by now.
        if self.peers.contains_key(&to) && self.wanted.insert((to, track), wanted) != Some(wanted) {
            self.arrange(now, to);
            self.aim(now, track);
        }
    }

    /// Sends a message. Whoever does not take what must arrive is let go: to wait for it would be to wait for ever.
    pub(crate) fn send(&mut self, now: Instant, to: &[PeerId], channel: Channel, bytes: &[u8]) {
        for id in to {
            let Some(peer) = self.peers.get_mut(id) else { continue };
            let sent = peer.engine.send(now, channel, bytes);
            peer.touch(*id, &mut self.touched);
            if sent == Err(Unsent::Full) && channel == Channel::Reliable {
                self.leave(now, *id, Departure::Failed);
            }
        }
    }
}
