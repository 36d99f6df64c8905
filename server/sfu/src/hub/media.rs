//! What follows from what a peer's connection tells: media go to whoever sees them, and what is missed goes again.

use std::time::Instant;

use super::Hub;
use super::peer::Peer;
use crate::engine::{Feedback, Output};
use crate::event::{Departure, Event};
use crate::forward::clock::{CommonClock, Mark};
use crate::forward::packet::Packet;
use crate::forward::rewrite::{Origin, Written};
use crate::forward::ring::Ring;
use crate::names::PeerId;

impl Hub {
    pub(super) fn take_output(&mut self, now: Instant, id: PeerId, output: Output) {
        match output {
            Output::Connected => self.connect(now, id),
            Output::Closed => self.leave(now, id, Departure::Closed),
            Output::Failed => self.leave(now, id, Departure::Failed),
            Output::Anew { line, layer } => self.begin_anew(id, (line, layer)),
            Output::Media { line, layer, packet } => self.forward(now, id, (line, layer), &packet),
            Output::Clock { line, layer, ntp, timestamp } => self.tell_clock(now, id, (line, layer), (ntp, timestamp)),
            Output::KeyFrameWanted { line } => {
                let mut inlets =
                    self.peers.get_mut(&id).into_iter().flat_map(|peer| peer.inlets.iter_mut().enumerate());
                let pleading = inlets.find(|(_, inlet)| inlet.line == line);
                let heard = pleading.and_then(|(index, inlet)| inlet.plea.hear(now).then_some(index));
                if let Some(index) = heard {
                    self.refresh(now, (id, index));
                }
            }
            Output::Missing { line, sequences } => self.repeat(now, id, line, &sequences),
            Output::Fits { bps } => self.fit(now, id, bps),
            Output::Message { channel, bytes } => self.tell(Event::Message { peer: id, channel, bytes }),
        }
    }

    fn connect(&mut self, now: Instant, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let first = !std::mem::replace(&mut peer.connected, true);
        let inlets = peer.inlets.len();
        if let Some(path) = peer.path.filter(|_| first) {
            self.tell(Event::Connected { peer: id, path });
        }
        for index in 0..inlets {
            self.refresh(now, (id, index));
        }
    }

    /// What comes of a layer does not go on where it was: whoever gets it waits for a key frame.
    fn begin_anew(&mut self, from: PeerId, (line, layer): (usize, usize)) {
        let Some(id) = self.peers.get(&from).and_then(|peer| *peer.outlets.get(line)?) else { return };
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let Some(known) = track.layers.get_mut(layer) else { return };
        (known.ring, known.mark) = (Ring::default(), None);
        let origin = Origin { track: id, layer };
        for (viewer, index) in &track.viewers {
            let inlet = self.peers.get_mut(viewer).and_then(|peer| peer.inlets.get_mut(*index));
            if let Some(inlet) = inlet.filter(|inlet| inlet.rewriter.origin() == Some(origin)) {
                inlet.rewriter.interrupt();
            }
        }
        self.taps.interrupt(id);
    }

    /// Sends a packet to whoever sees its track in its layer.
    fn forward(&mut self, now: Instant, from: PeerId, (line, layer): (usize, usize), packet: &Packet) {
        let Some(id) = self.peers.get(&from).and_then(|peer| *peer.outlets.get(line)?) else { return };
        let Some(track) = self.tracks.get_mut(&id) else { return };
        if !track.keep(now, layer, packet) {
            return;
        }
        if !std::mem::replace(&mut track.published, true) {
            self.publish(now, id);
        }
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let origin = Origin { track: id, layer };
        let mark = track.layers.get(layer).and_then(|layer| layer.mark);
        let mut needed = self.taps.forward(now, origin, packet, mark);
        for (viewer, index) in &track.viewers {
            let Some(peer) = self.peers.get_mut(viewer).filter(|peer| peer.connected) else { continue };
            let Some(inlet) = peer.inlets.get_mut(*index) else { continue };
            if inlet.target != layer && inlet.rewriter.origin() != Some(origin) {
                continue;
            }
            let begins = inlet.rewriter.origin() != Some(origin);
            match inlet.rewriter.write(now, origin, packet, mark) {
                Written::Packet(written) => {
                    inlet.repairs.earn();
                    peer.engine.forward(now, inlet.line, &written, false);
                    if let Some(mark) = mark.filter(|_| begins) {
                        // The publisher's next report may be seconds away.
                        report(now, self.clock, peer, *index, (origin, mark.on(now, packet.codec.clock_rate())));
                    }
                    peer.touch(*viewer, &mut self.touched);
                }
                Written::KeyFrameNeeded => needed = true,
                Written::Dropped => {}
            }
        }
        if needed {
            if let Some(layer) = track.layers.get_mut(layer) {
                layer.want_key_frame();
            }
            self.ask_key_frames(now, id);
        }
    }

    /// Sends again what a viewer has missed, from the publisher's ring.
    fn repeat(&mut self, now: Instant, id: PeerId, line: usize, sequences: &[u16]) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let Some(inlet) = peer.inlets.iter_mut().find(|inlet| inlet.line == line) else { return };
        for sequence in sequences {
            let Some((origin, source)) = inlet.rewriter.source(*sequence) else { continue };
            let ring = self.tracks.get(&origin.track).and_then(|track| track.layers.get(origin.layer));
            let kept = ring.and_then(|layer| layer.ring.get(source));
            if let Some(written) = kept.and_then(|packet| inlet.rewriter.repeat(*sequence, packet))
                && inlet.repairs.spend(*sequence)
            {
                peer.engine.forward(now, line, &written, true);
            }
        }
    }

    /// Tells viewers when what they get was taken, by the publisher's report.
    fn tell_clock(&mut self, now: Instant, from: PeerId, (line, layer): (usize, usize), (ntp, timestamp): (u64, u32)) {
        let Some(peer) = self.peers.get_mut(&from) else { return };
        let (Some(id), Some(at)) = (peer.outlets.get(line).copied().flatten(), peer.clock.tell(now, ntp)) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let (origin, mark) = (Origin { track: id, layer }, Mark { at, timestamp });
        if let Some(layer) = track.layers.get_mut(layer) {
            layer.mark = Some(mark);
        }
        self.taps.tell(origin, mark);
        for (viewer, index) in &track.viewers {
            let Some(peer) = self.peers.get_mut(viewer).filter(|peer| peer.connected) else { continue };
            report(now, self.clock, peer, *index, (origin, mark));
            peer.touch(*viewer, &mut self.touched);
        }
    }
}

/// Tells a viewer when what it gets in a receiver was taken, if that is what it gets.
fn report(now: Instant, clock: CommonClock, viewer: &mut Peer, index: usize, (origin, mark): (Origin, Mark)) {
    let Some(inlet) = viewer.inlets.get_mut(index) else { return };
    if let Some((mark, packets, octets)) = inlet.rewriter.report(origin, mark) {
        let (line, ntp, timestamp) = (inlet.line, clock.ntp(mark.at), mark.timestamp);
        viewer.engine.feed_back(now, Feedback::Clock { line, ntp, timestamp, packets, octets });
    }
}
