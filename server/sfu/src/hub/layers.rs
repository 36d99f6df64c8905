//! Which layers of a track a publisher is asked to send: what nobody sees need not be sent.
//!
//! The lowest is sent as soon as anyone sees the track in any: it is there first, and it is what is left when the way up is too
//! narrow for a higher one that was asked for. A track of which nothing is sent is still published.

use std::time::{Duration, Instant};

use super::Hub;
use super::track::{TRACK_SILENT, Track, most_height};
use crate::event::Event;
use crate::names::{TrackId, Wanted};

/// How long a layer is sent after it was last needed: whoever turns a page and back should not wait for a key frame.
const STILL_SENT: Duration = Duration::from_secs(5);

/// The same for the lowest: with it, whoever speaks is seen at once where only the one who speaks is shown.
const LOWEST_STILL_SENT: Duration = Duration::from_secs(30);

/// How long a publisher has to begin with a layer that it was asked for, before a lower one is asked for as well.
const BEGINS_WITHIN: Duration = Duration::from_secs(2);

/// Whether a layer is to be sent.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Pause {
    /// The publisher was told not to send it.
    is_paused: bool,
    /// When it was last needed.
    needed: Option<Instant>,
    /// Since when it is to be sent.
    asked: Option<Instant>,
}

impl Pause {
    fn need(&mut self, now: Instant) {
        self.needed = Some(now);
        if std::mem::take(&mut self.is_paused) {
            self.asked = Some(now);
        }
    }

    /// Notes the time if it was never looked at, and pauses what has not been needed for so long.
    fn look(&mut self, now: Instant, still_sent: Duration) {
        self.asked.get_or_insert(now);
        let needed = *self.needed.get_or_insert(now);
        self.is_paused |= now.saturating_duration_since(needed) >= still_sent;
    }

    fn is_late(&self, now: Instant) -> bool {
        self.asked.is_some_and(|asked| now.saturating_duration_since(asked) >= BEGINS_WITHIN)
    }
}

impl Track {
    /// Chooses which layers are to be sent for those who want this much of it. True if they are others than before, or chosen
    /// for the first time: then the publisher may have been told something else of a former connection.
    pub(super) fn choose_layers(&mut self, now: Instant, wanted: &[Wanted]) -> bool {
        let before = self.sent_layers();
        let is_first = self.layers.iter().any(|layer| layer.pause.asked.is_none());
        let heights = self.heights();
        let lowest = heights.first().map_or(0, |(_, index)| *index);
        if !wanted.is_empty() {
            self.layers[lowest].pause.need(now);
        }
        for wanted in wanted {
            let most = most_height(*wanted);
            for (_, index) in heights.iter().rev().filter(|(height, _)| *height <= most) {
                let layer = &mut self.layers[*index];
                let is_missing = !layer.is_sent(now) && !layer.pause.is_paused && layer.pause.is_late(now);
                layer.pause.need(now);
                if !is_missing {
                    break;
                }
            }
        }
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.pause.look(now, if index == lowest { LOWEST_STILL_SENT } else { STILL_SENT });
        }
        is_first || self.sent_layers() != before
    }

    /// Whether it is no longer sent, though something of it is to be.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        let sent = self.layers.iter().filter(|layer| !layer.pause.is_paused);
        let last = sent.map(|layer| layer.pause.asked.max(self.newest)).max();
        last.is_some_and(|last| last.is_none_or(|last| now.saturating_duration_since(last) >= TRACK_SILENT))
    }

    /// Whether each layer is to be sent.
    pub(super) fn sent_layers(&self) -> Vec<bool> {
        self.layers.iter().map(|layer| !layer.pause.is_paused).collect()
    }
}

impl Hub {
    /// Tells which layers of a track are to be sent, if they are others than before.
    pub(super) fn pause_layers(&mut self, now: Instant, id: TrackId) {
        let Some(track) = self.tracks.get(&id).filter(|track| track.published) else { return };
        let mut wanted: Vec<Wanted> = track.viewers.iter().map(|(viewer, _)| self.wanted(*viewer, id)).collect();
        if self.taps.has(id) {
            wanted.push(Wanted { max_height: Some(u16::MAX) });
        }
        let Some(track) = self.tracks.get_mut(&id) else { return };
        if track.choose_layers(now, &wanted) {
            let sent = track.sent_layers();
            self.tell(Event::Layers { track: id, sent });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Those who want a picture of at most this height.
    fn wanted(heights: &[u16]) -> Vec<Wanted> {
        heights.iter().map(|height| Wanted { max_height: Some(*height) }).collect()
    }

    /// What is to be sent after some seconds in which so much was wanted, and all that was asked for came but these layers.
    fn after(track: &mut Track, now: &mut Instant, seconds: u32, heights: &[u16], starved: &[usize]) -> String {
        for _ in 0..seconds * 5 {
            for index in 0..track.layers.len() {
                if track.sent_layers()[index] && !starved.contains(&index) {
                    track.layers[index].come(*now, true);
                }
            }
            track.choose_layers(*now, &wanted(heights));
            *now += SECOND / 5;
        }
        track.sent_layers().iter().zip("lmh".chars()).filter(|(sent, _)| **sent).map(|(_, name)| name).collect()
    }

    #[test]
    fn what_nobody_sees_is_not_sent() {
        let table: [(&str, &[u16], &[usize], &str); 8] = [
            ("nobody looks", &[], &[], "l"),
            ("small", &[180], &[], "l"),
            ("of middle size", &[360], &[], "lm"),
            ("large", &[720], &[], "lh"),
            ("small and large", &[180, 720], &[], "lh"),
            ("smaller than there is", &[90], &[], "l"),
            ("large, and the way up is too narrow for it", &[720], &[2], "lmh"),
            ("of all sizes", &[180, 360, u16::MAX], &[], "lmh"),
        ];
        for (case, heights, starved, expected) in table {
            let (mut track, mut now) = (Track::new(0, 3), Instant::now());
            assert_eq!(after(&mut track, &mut now, 4, heights, starved), "lmh", "{case}: too soon");
            assert_eq!(after(&mut track, &mut now, 3, heights, starved), expected, "{case}");
        }
    }

    #[test]
    fn of_what_nobody_looks_at_nothing_is_sent_and_it_is_still_there() {
        let (mut track, mut now) = (Track::new(0, 3), Instant::now());
        track.newest = Some(now);
        assert_eq!(after(&mut track, &mut now, 29, &[], &[]), "l");
        assert!(track.is_silent(now), "the lowest should come");
        assert_eq!(after(&mut track, &mut now, 2, &[], &[]), "");
        assert!(!track.is_silent(now), "nothing of it should come");
        assert!(track.choose_layers(now, &wanted(&[180])));
        assert_eq!(track.sent_layers(), [true, false, false]);
        assert!(!track.is_silent(now), "it has time to begin");
        now += TRACK_SILENT;
        assert!(track.is_silent(now), "it has not begun");
    }

    #[test]
    fn what_is_wanted_again_is_sent_at_once() {
        let (mut track, mut now) = (Track::new(0, 3), Instant::now());
        assert_eq!(after(&mut track, &mut now, 10, &[180], &[]), "l");
        assert!(track.choose_layers(now, &wanted(&[720])));
        assert_eq!(track.sent_layers(), [true, false, true]);
        assert!(!track.choose_layers(now, &wanted(&[720])), "it is told once");
        assert_eq!(after(&mut track, &mut now, 1, &[720], &[2]), "lh", "it has time to begin");
        assert_eq!(after(&mut track, &mut now, 2, &[720], &[2]), "lmh", "it does not begin");
        assert_eq!(after(&mut track, &mut now, 10, &[720], &[]), "lh", "it has begun");
    }
}
