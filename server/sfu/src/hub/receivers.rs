//! Who sees which track in which receiver, and in which layer.

use std::time::Instant;

use super::Hub;
use super::assign::{Candidate, assign};
use super::plea::Plea;
use super::track::Viewer;
use crate::engine::{Feedback, Kind};
use crate::event::Event;
use crate::names::{PeerId, Source, TrackId, Wanted};

const fn kind_of(source: Source) -> Kind {
    match source {
        Source::Microphone => Kind::Audio,
        Source::Camera | Source::Screen => Kind::Video,
    }
}

impl Hub {
    /// How much of a track a viewer is to be sent: what it wants, as far as that fits down its line.
    pub(super) fn wanted(&self, to: PeerId, track: TrackId) -> Wanted {
        let asked = self.asked(to, track);
        let limits = self.peers.get(&to).map_or(&[][..], |peer| &peer.limits);
        let most = limits.iter().find(|(limited, _)| *limited == track).map(|(_, most)| *most);
        most.map_or(asked, |most| Wanted { max_height: asked.max_height.min(most) })
    }

    /// How much of a track a viewer wants; all of it if it has not said.
    pub(super) fn asked(&self, to: PeerId, track: TrackId) -> Wanted {
        self.wanted.get(&(to, track)).copied().unwrap_or(Wanted { max_height: Some(u16::MAX) })
    }

    /// Puts tracks into a viewer's receivers, and tells it if anything has changed. True if so.
    pub(super) fn arrange(&mut self, now: Instant, viewer: PeerId) -> bool {
        let Some(peer) = self.peers.get(&viewer) else { return false };
        let held = |kind| -> Vec<Option<TrackId>> {
            peer.inlets.iter().filter(|inlet| inlet.is_of(kind)).map(|inlet| inlet.track).collect()
        };
        let beside = |tracks: &[Option<TrackId>]| -> Vec<Option<PeerId>> {
            tracks
                .iter()
                .map(|track| track.filter(|track| track.source != Source::Screen).map(|track| track.peer))
                .collect()
        };
        let give = |kind, before: &[Option<TrackId>], other: &[Option<TrackId>]| {
            assign(now, before, &beside(other), &self.candidates(viewer, kind))
        };
        let (sounds, pictures) = (held(Kind::Audio), held(Kind::Video));
        let sounds_after = give(Kind::Audio, &sounds, &pictures);
        let pictures_after = give(Kind::Video, &pictures, &sounds_after);
        let mut changes: Vec<(usize, Option<TrackId>)> = Vec::new();
        for (kind, before, after) in [(Kind::Audio, sounds, sounds_after), (Kind::Video, pictures, pictures_after)] {
            let places = (0..peer.inlets.len()).filter(|index| peer.inlets[*index].is_of(kind));
            let changed = places.zip(before.into_iter().zip(after)).filter(|(_, (before, after))| before != after);
            changes.extend(changed.map(|(index, (_, after))| (index, after)));
        }
        if changes.is_empty() {
            return false;
        }
        self.change(now, viewer, &changes);
        self.tell_receivers(viewer);
        true
    }

    pub(super) fn tell_receivers(&mut self, viewer: PeerId) {
        let Some(peer) = self.peers.get(&viewer) else { return };
        let (receivers, narrow) = (peer.receivers(), !peer.limits.is_empty());
        self.tell(Event::Receivers { peer: viewer, receivers, narrow });
    }

    /// The tracks of a kind that could be put before a viewer: routed, published, wanted, and in a codec it has.
    fn candidates(&self, viewer: PeerId, kind: Kind) -> Vec<Candidate> {
        let first = TrackId { peer: PeerId(0), source: Source::Microphone };
        let routed = self.routes.range((viewer, first)..).take_while(|(to, _)| *to == viewer);
        let candidates = routed.filter_map(|(_, id)| {
            let track = self.tracks.get(id).filter(|track| track.published && kind_of(id.source) == kind)?;
            let codec = track.codec()?;
            let known = self.peers.get(&viewer)?.inlets.iter().any(|inlet| inlet.codecs.contains(&codec));
            let wanted = kind == Kind::Audio || self.wanted(viewer, *id).max_height.is_some();
            (known && wanted).then(|| Candidate { track: *id, spoke: self.spoke(*id) })
        });
        candidates.collect()
    }

    /// When the peer of a track was last heard; of a picture it is its microphone that counts.
    pub(super) fn spoke(&self, track: TrackId) -> Option<Instant> {
        self.tracks.get(&TrackId { source: Source::Microphone, ..track })?.spoke
    }

    fn change(&mut self, now: Instant, viewer: PeerId, changes: &[(usize, Option<TrackId>)]) {
        for (index, track) in changes {
            let Some(inlet) = self.peers.get_mut(&viewer).and_then(|peer| peer.inlets.get_mut(*index)) else {
                continue;
            };
            let former = std::mem::replace(&mut inlet.track, *track);
            inlet.rewriter.interrupt();
            inlet.plea = Plea::default();
            if let Some(seen) = former.and_then(|former| self.tracks.get_mut(&former)) {
                seen.viewers.retain(|seen| *seen != (viewer, *index));
            }
        }
        for (index, track) in changes {
            let Some(track) = *track else { continue };
            if let Some(seen) = self.tracks.get_mut(&track) {
                seen.viewers.push((viewer, *index));
            }
            self.aim(now, track);
            self.refresh(now, (viewer, *index));
            if kind_of(track.source) == Kind::Video {
                self.pause_layers(now, track);
            }
        }
    }

    /// Chooses anew in which layer each viewer sees a track.
    pub(super) fn aim(&mut self, now: Instant, id: TrackId) {
        let Some(track) = self.tracks.get(&id) else { return };
        let aims: Vec<(Viewer, usize)> =
            track.viewers.iter().map(|viewer| (*viewer, track.layer_for(now, self.wanted(viewer.0, id)))).collect();
        for ((viewer, index), layer) in aims {
            let Some(inlet) = self.peers.get_mut(&viewer).and_then(|peer| peer.inlets.get_mut(index)) else { continue };
            if std::mem::replace(&mut inlet.target, layer) != layer {
                self.refresh(now, (viewer, index));
            }
        }
    }

    /// Asks for a key frame of the layer that a viewer is to receive. One that comes before the viewer is connected
    /// would be lost, and the next one must wait.
    pub(super) fn refresh(&mut self, now: Instant, (viewer, index): Viewer) {
        let Some(peer) = self.peers.get(&viewer).filter(|peer| peer.connected) else { return };
        let Some(inlet) = peer.inlets.get(index) else { return };
        let (Some(id), layer) = (inlet.track, inlet.target) else { return };
        if inlet.kind == Kind::Audio {
            return;
        }
        if let Some(layer) = self.tracks.get_mut(&id).and_then(|track| track.layers.get_mut(layer)) {
            layer.want_key_frame();
        }
        self.ask_key_frames(now, id);
    }

    /// Asks for the key frames of a track that are wanted, as often as may be.
    pub(super) fn ask_key_frames(&mut self, now: Instant, id: TrackId) {
        let (Some(track), Some(peer)) = (self.tracks.get_mut(&id), self.peers.get_mut(&id.peer)) else { return };
        let line = track.line;
        for (layer, asked) in track.layers.iter_mut().enumerate() {
            if asked.ask_key_frame(now) {
                peer.engine.feed_back(now, Feedback::KeyFrame { line, layer });
                peer.touch(id.peer, &mut self.touched);
            }
        }
    }

    /// A viewer's receivers of a track are forgotten at the track.
    pub(super) fn unview(&mut self, viewer: PeerId, track: TrackId) {
        if let Some(track) = self.tracks.get_mut(&track) {
            track.viewers.retain(|(seen, _)| *seen != viewer);
        }
    }

    /// The tracks in a viewer's receivers know where they are seen.
    pub(super) fn view_all(&mut self, viewer: PeerId) {
        let Some(peer) = self.peers.get(&viewer) else { return };
        for (index, inlet) in peer.inlets.iter().enumerate() {
            if let Some(track) = inlet.track.and_then(|track| self.tracks.get_mut(&track)) {
                track.viewers.push((viewer, index));
            }
        }
    }

    /// A track is no longer published.
    pub(super) fn withdraw(&mut self, now: Instant, id: TrackId) {
        let Some(track) = self.tracks.get_mut(&id) else { return };
        if !std::mem::take(&mut track.published) {
            return;
        }
        let viewers: Vec<PeerId> = track.viewers.iter().map(|(viewer, _)| *viewer).collect();
        self.taps.interrupt(id);
        self.tell(Event::Unpublished { track: id });
        for viewer in viewers {
            self.arrange(now, viewer);
        }
    }

    /// A track is published: whoever is to receive it does, if there is room.
    pub(super) fn publish(&mut self, now: Instant, id: TrackId) {
        self.tell(Event::Published { track: id });
        let viewers: Vec<PeerId> =
            self.routes.iter().filter(|(_, track)| *track == id).map(|(viewer, _)| *viewer).collect();
        for viewer in viewers {
            self.arrange(now, viewer);
        }
    }
}
