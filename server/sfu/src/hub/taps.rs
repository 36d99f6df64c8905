//! Taps of tracks: who reads frames here gets packets as a viewer does, always of the best layer that is sent.

use std::collections::HashMap;
use std::time::Instant;

use super::Hub;
use crate::forward::clock::Mark;
use crate::forward::packet::Packet;
use crate::forward::rewrite::{Origin, Rewriter, Written};
use crate::names::{PeerId, TrackId, Wanted};
use crate::tap::Source;

/// One tap.
#[derive(Debug)]
struct Tapped {
    source: Source,
    rewriter: Rewriter,
    /// The layer that it is to get; another's packets still go until that one has a key frame.
    target: usize,
    /// When something in what it is given was taken.
    mark: Option<Mark>,
}

impl Tapped {
    /// Notes when what is given was taken, if it is of this layer.
    fn tell(&mut self, origin: Origin, mark: Mark) {
        if let Some((mark, ..)) = self.rewriter.report(origin, mark) {
            self.mark = Some(mark);
        }
    }
}

/// All taps, by their tracks.
#[derive(Debug, Default)]
pub(super) struct Taps {
    tracks: HashMap<TrackId, Vec<Tapped>>,
}

impl Taps {
    /// Gives a packet to the taps of its track. True if one of them needs a key frame of its layer. `mark` tells of when what
    /// is in the layer was taken.
    pub(super) fn forward(&mut self, now: Instant, origin: Origin, packet: &Packet, mark: Option<Mark>) -> bool {
        let Some(taps) = self.tracks.get_mut(&origin.track) else { return false };
        let mut needed = false;
        taps.retain_mut(|tap| {
            let is_target = tap.target == origin.layer;
            needed |= is_target && tap.source.wants_key_frame();
            if !is_target && tap.rewriter.origin() != Some(origin) {
                return true;
            }
            let begins = tap.rewriter.origin() != Some(origin);
            match tap.rewriter.write(now, origin, packet, mark) {
                Written::Packet(written) => {
                    if let Some(mark) = mark.filter(|_| begins) {
                        tap.tell(origin, mark);
                    }
                    return tap.source.give((now, written, tap.mark));
                }
                Written::KeyFrameNeeded => needed = true,
                Written::Dropped => {}
            }
            true
        });
        needed
    }

    /// Tells the taps of a track when what is in a layer was taken.
    pub(super) fn tell(&mut self, origin: Origin, mark: Mark) {
        for tap in self.tracks.get_mut(&origin.track).into_iter().flatten() {
            tap.tell(origin, mark);
        }
    }

    /// Whether a track is tapped.
    pub(super) fn has(&self, track: TrackId) -> bool {
        self.tracks.contains_key(&track)
    }

    /// Aims the taps of a track at a layer. True if one was aimed at another.
    pub(super) fn aim(&mut self, track: TrackId, layer: usize) -> bool {
        let mut changed = false;
        for tap in self.tracks.get_mut(&track).into_iter().flatten() {
            changed |= std::mem::replace(&mut tap.target, layer) != layer;
        }
        changed
    }

    /// What comes of a track from now on does not follow what came.
    pub(super) fn interrupt(&mut self, track: TrackId) {
        for tap in self.tracks.get_mut(&track).into_iter().flatten() {
            tap.rewriter.interrupt();
        }
    }

    /// Ends the taps of a peer's tracks.
    pub(super) fn end(&mut self, peer: PeerId) {
        self.tracks.retain(|track, _| track.peer != peer);
    }

    /// Forgets taps that nobody reads.
    pub(super) fn tidy(&mut self) {
        self.tracks.retain(|_, taps| {
            taps.retain(|tap| !tap.source.is_closed());
            !taps.is_empty()
        });
    }

    /// Whether there is none.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }
}

impl Hub {
    /// Begins a tap of a track. One of a peer who is not there ends at once.
    pub(crate) fn tap(&mut self, now: Instant, track: TrackId, source: Source) {
        if self.peers.contains_key(&track.peer) {
            let tapped = Tapped { source, rewriter: Rewriter::new(0, 0), target: 0, mark: None };
            self.taps.tracks.entry(track).or_default().push(tapped);
            self.aim_taps(now, track);
        }
    }

    /// Aims taps at the best layer of a track.
    pub(super) fn aim_taps(&mut self, now: Instant, id: TrackId) {
        if !self.taps.has(id) {
            return;
        }
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let best = track.layer_for(now, Wanted { max_height: Some(u16::MAX) });
        if self.taps.aim(id, best) {
            if let Some(layer) = track.layers.get_mut(best) {
                layer.want_key_frame();
            }
            self.ask_key_frames(now, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;
    use crate::forward::packet::{Codec, Head};
    use crate::names::Source as Publishes;
    use crate::tap::Tap;

    const TRACK: TrackId = TrackId { peer: PeerId(1), source: Publishes::Camera };

    /// One of the two packets of a VP8 frame, of a height that is its layer's.
    fn packet(layer: usize, frame: u16, second: bool, key: bool) -> Packet {
        let height = [90, 180][layer];
        let payload =
            if second { vec![0, 9] } else { vec![0x10, u8::from(!key), 0, 0, 0x9d, 1, 0x2a, 160, 0, height, 0] };
        let sequence = [60_000_u16, 7][layer].wrapping_add(frame * 2 + u16::from(second));
        let timestamp = [u32::MAX - 9_000, 77][layer].wrapping_add(u32::from(frame) * 3_000);
        Packet {
            codec: Codec::Vp8,
            sequence,
            timestamp,
            marker: second,
            level: None,
            head: Head::default(),
            payload: payload.into(),
        }
    }

    #[test]
    fn a_switch_of_layers_is_at_a_key_frame_and_loses_nothing() {
        let start = Instant::now();
        let (mut tap, source) = Tap::open();
        let tapped = Tapped { source, rewriter: Rewriter::new(0, 0), target: 0, mark: None };
        let mut taps = Taps { tracks: HashMap::from([(TRACK, vec![tapped])]) };
        assert!(taps.has(TRACK) && !taps.aim(TRACK, 0));
        let mut needed = Vec::new();
        for frame in 0..12_u16 {
            let now = start + Duration::from_millis(u64::from(frame) * 33);
            if frame == 4 {
                assert!(taps.aim(TRACK, 1));
            }
            let key = frame == 0 || frame == 8;
            // The first packets of both, then the second ones: at the switch, half a frame of the lower layer is there.
            for (second, layer) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
                let origin = Origin { track: TRACK, layer };
                if taps.forward(now, origin, &packet(layer, frame, second, key), None) {
                    needed.push(frame);
                }
            }
        }
        let mut frames = Vec::new();
        while let Poll::Ready(Some(frame)) = pin!(tap.next()).poll(&mut Context::from_waker(Waker::noop())) {
            frames.push((frame.ticks / 3_000, frame.is_key, frame.size.map(|(_, height)| height)));
        }
        let key = |frame| [(0, 90), (8, 180)].into_iter().find(|(key, _)| *key == frame).map(|(_, height)| height);
        let expected: Vec<_> = (0..12).map(|frame| (frame, key(frame).is_some(), key(frame))).collect();
        assert_eq!(frames, expected);
        needed.dedup();
        assert_eq!(needed, [4, 5, 6, 7], "a key frame of the higher layer is asked for until it comes");
        drop(tap);
        taps.tidy();
        assert!(taps.is_empty());
    }
}
