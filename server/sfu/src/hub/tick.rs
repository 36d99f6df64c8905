//! What the hub does five times a second: levels, layers, receivers, and who is gone.

use std::time::{Duration, Instant};

use super::Hub;
use super::track::Track;
use crate::event::{Departure, Event};
use crate::names::{PeerId, Source, TrackId};

/// Between two times.
pub(super) const TICK: Duration = Duration::from_millis(200);

/// Who has not been heard for this long is gone: browsers ask for consent every few seconds (RFC 7675).
const GONE: Duration = Duration::from_secs(20);

/// Silence, in -dBov.
const SILENCE: u8 = 127;

impl Hub {
    pub(super) fn tick(&mut self, now: Instant) {
        self.tick = Some(now + TICK);
        self.let_go(now);
        let is_silent = |(id, track): (&TrackId, &Track)| (track.published && track.is_silent(now)).then_some(*id);
        let silent: Vec<TrackId> = self.tracks.iter().filter_map(is_silent).collect();
        for track in silent {
            self.withdraw(now, track);
        }
        if self.tell_levels() {
            let viewers: Vec<PeerId> = self.peers.keys().copied().collect();
            for viewer in viewers {
                self.arrange(now, viewer);
            }
        }
        self.taps.tidy();
        let pictures: Vec<TrackId> = self.tracks.keys().filter(|id| id.source != Source::Microphone).copied().collect();
        for track in pictures {
            if let Some(track) = self.tracks.get_mut(&track) {
                track.layers.iter_mut().for_each(|layer| layer.measure(TICK));
            }
            self.aim(now, track);
            self.aim_taps(now, track);
            self.pause_layers(now, track);
            self.ask_key_frames(now, track);
        }
        let viewers: Vec<PeerId> =
            self.peers.iter().filter(|(_, peer)| peer.fits.is_some()).map(|(id, _)| *id).collect();
        for viewer in viewers {
            self.narrow(now, viewer);
        }
        // Messages that were left in their connections while too many events waited.
        let waiting: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in waiting {
            self.pump(now, id);
        }
    }

    fn let_go(&mut self, now: Instant) {
        let passed = |since: Instant| now.saturating_duration_since(since) >= GONE;
        let gone: Vec<(PeerId, Departure)> = self
            .peers
            .iter()
            .filter_map(|(id, peer)| match peer.connected {
                true if passed(peer.heard) => Some((*id, Departure::Gone)),
                false if passed(peer.joined) => Some((*id, Departure::Failed)),
                _ => None,
            })
            .collect();
        for (id, why) in gone {
            self.leave(now, id, why);
        }
    }

    /// Tells how loud it is, if anything is heard or was just now. False if it is as quiet as it was.
    fn tell_levels(&mut self) -> bool {
        let mut levels: Vec<(TrackId, u8)> =
            self.tracks.iter_mut().filter_map(|(id, track)| Some((*id, track.level.take()?))).collect();
        levels.sort_unstable_by_key(|(id, level)| (*level, *id));
        let is_loud = levels.iter().any(|(_, level)| *level < SILENCE);
        let tells = is_loud || (self.was_loud && !levels.is_empty());
        self.was_loud = is_loud;
        if tells {
            self.tell(Event::Levels { levels });
        }
        tells
    }
}
