//! A track that is published: its layers, who sees them, and when key frames are asked for.

use std::time::{Duration, Instant};

use super::layers::Pause;
use crate::forward::clock::Mark;
use crate::forward::packet::{Codec, Packet};
use crate::forward::payload;
use crate::forward::ring::Ring;
use crate::names::{PeerId, Wanted};

/// A key frame is asked for at most this often: one costs a publisher ten times an ordinary frame.
pub(super) const BETWEEN_KEY_FRAMES: Duration = Duration::from_millis(500);

/// A layer of which so many pictures in a row have not come is not being sent, but not sooner or later than this.
const PICTURES_MISSED: u32 = 6;
const LAYER_SILENT: [Duration; 2] = [Duration::from_millis(400), Duration::from_millis(1_500)];

/// How much the time between two pictures follows the last.
const GAP_FOLLOWS: f64 = 0.1;

/// A track from which nothing has come for this long is no longer published.
pub(super) const TRACK_SILENT: Duration = Duration::from_secs(5);

/// What is around a packet's payload: IP, UDP, RTP with extensions, and the tag.
const AROUND: usize = 64;

/// How much a rate follows what was last measured, and what a camera's picture usually takes for each square of its
/// height: 2 Mbit/s for 720, 130 kbit/s for 180.
const FOLLOWS: f64 = 0.15;
const USUAL: f64 = 4.0;

/// Sound louder than this is someone speaking, in -dBov.
const SPEAKING: u8 = 50;

/// One layer.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub ring: Ring,
    pub height: Option<u16>,
    pub codec: Option<Codec>,
    pub pause: Pause,
    /// When something in it was taken, as its publisher last reported.
    pub mark: Option<Mark>,
    /// Bytes that came since the rate was last told, with all headers, and the rate as it was told, bits a second.
    bytes: usize,
    bps: Option<f64>,
    newest: Option<Instant>,
    /// When the last picture ended, and how long it usually is between two; as long as may be before it is known.
    ended: Option<Instant>,
    gap: Option<Duration>,
    wanted: bool,
    asked: Option<Instant>,
}

impl Layer {
    pub(super) fn is_sent(&self, now: Instant) -> bool {
        let [soonest, latest] = LAYER_SILENT;
        let silent = self.gap.map_or(latest, |gap| (gap * PICTURES_MISSED).clamp(soonest, latest));
        self.newest.is_some_and(|newest| now.saturating_duration_since(newest) < silent)
    }

    /// A packet has come, with which a picture ends or not.
    pub(super) fn come(&mut self, now: Instant, ends: bool) {
        self.newest = Some(now);
        if !ends {
            return;
        }
        let [_, latest] = LAYER_SILENT;
        if let Some(ended) = self.ended.replace(now) {
            // A pause is no time between two pictures.
            let gap = now.saturating_duration_since(ended).min(latest);
            let before = self.gap.unwrap_or(gap);
            self.gap = Some(before.mul_f64(1.0 - GAP_FOLLOWS) + gap.mul_f64(GAP_FOLLOWS));
        }
    }

    /// Tells the rate of what has come in a time. A layer that does not come keeps the rate that it had.
    pub(super) fn measure(&mut self, time: Duration) {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes > 0 {
            let bps = (bytes * 8) as f64 / time.as_secs_f64();
            self.bps = Some(self.bps.map_or(bps, |before| before + (bps - before) * FOLLOWS));
        }
    }

    /// Its rate, bits a second; of one that was never measured, what a picture of its height usually takes.
    pub(super) fn bps(&self, height: u32) -> f64 {
        self.bps.unwrap_or(f64::from(height * height) * USUAL)
    }

    /// Someone needs a key frame.
    pub(super) fn want_key_frame(&mut self) {
        self.wanted = true;
    }

    /// Whether one is to be asked for now; it is asked for again until one has come.
    pub(super) fn ask_key_frame(&mut self, now: Instant) -> bool {
        let due = self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= BETWEEN_KEY_FRAMES);
        if self.wanted && due {
            self.asked = Some(now);
        }
        self.wanted && due
    }
}

/// The height of the largest picture that is worth sending to someone: one is shown a little smaller than it is.
pub(super) fn most_height(wanted: Wanted) -> u32 {
    u32::from(wanted.max_height.unwrap_or(0)) * 4 / 3
}

/// A place where a track is seen: a viewer's receiver, by its index.
pub(super) type Viewer = (PeerId, usize);

/// A track.
#[derive(Debug)]
pub(super) struct Track {
    /// The publisher's m-line.
    pub line: usize,
    pub layers: Vec<Layer>,
    pub viewers: Vec<Viewer>,
    pub published: bool,
    pub newest: Option<Instant>,
    pub spoke: Option<Instant>,
    /// The loudest since it was last taken, in -dBov.
    pub level: Option<u8>,
}

impl Track {
    pub(super) fn new(line: usize, layers: usize) -> Self {
        let layers = (0..layers).map(|_| Layer::default()).collect();
        Self { line, layers, viewers: Vec::new(), published: false, newest: None, spoke: None, level: None }
    }

    /// Takes a packet. False if it has come before.
    pub(super) fn keep(&mut self, now: Instant, layer: usize, packet: &Packet) -> bool {
        let Some(kept) = self.layers.get_mut(layer) else { return false };
        if !kept.ring.keep(packet) {
            return false;
        }
        kept.come(now, packet.marker);
        kept.bytes += packet.payload.len() + AROUND;
        kept.codec = Some(packet.codec);
        self.newest = Some(now);
        if payload::begins_key_frame(packet) {
            kept.wanted = false;
            kept.height = payload::height(packet).or(kept.height);
        }
        if let Some(level) = packet.level.map(|byte| byte & 0x7f) {
            self.level = Some(self.level.map_or(level, |loudest| loudest.min(level)));
            if level < SPEAKING {
                self.spoke = Some(now);
            }
        }
        true
    }

    /// The layer for a viewer: the highest that is not much higher than it is shown, and the lowest if all are. Of
    /// layers whose height is not known, each is taken to be twice as high as the one before.
    pub(super) fn layer_for(&self, now: Instant, wanted: Wanted) -> usize {
        let most = most_height(wanted);
        let heights = self.heights();
        let sent: Vec<_> = heights.iter().filter(|(_, index)| self.layers[*index].is_sent(now)).collect();
        let fitting = sent.iter().rfind(|(height, _)| *height <= most).or_else(|| sent.first()).copied();
        fitting.or_else(|| heights.first()).map_or(0, |(_, index)| *index)
    }

    /// How high the picture of each layer is, the lowest first, with the layer's index.
    pub(super) fn heights(&self) -> Vec<(u32, usize)> {
        let height = |(index, layer): (usize, &Layer)| (layer.height.unwrap_or(180 << index.min(3)).into(), index);
        let mut heights: Vec<_> = self.layers.iter().enumerate().map(height).collect();
        heights.sort_unstable();
        heights
    }

    /// The codec that it is sent with.
    pub(super) fn codec(&self) -> Option<Codec> {
        self.layers.iter().find_map(|layer| layer.codec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(now: Instant, heights: &[Option<u16>]) -> Track {
        let mut track = Track::new(0, heights.len());
        for (layer, height) in track.layers.iter_mut().zip(heights) {
            (layer.height, layer.newest) = (*height, Some(now));
        }
        track
    }

    #[test]
    fn a_viewer_gets_the_layer_that_fits() {
        let now = Instant::now();
        let three = [Some(180), Some(360), Some(720)];
        let table: [(&[Option<u16>], u16, usize); 9] = [
            (&three, 720, 2),
            (&three, u16::MAX, 2),
            (&three, 540, 2),
            (&three, 400, 1),
            (&three, 180, 0),
            (&three, 90, 0),
            (&[Some(720), Some(180)], 200, 1),
            (&[None, None, None], 360, 1),
            (&[None], 90, 0),
        ];
        for (heights, height, expected) in table {
            let wanted = Wanted { max_height: Some(height) };
            assert_eq!(track(now, heights).layer_for(now, wanted), expected, "{heights:?} at {height}");
        }
    }

    #[test]
    fn a_layer_that_is_not_sent_is_not_chosen() {
        let now = Instant::now();
        let [_, latest] = LAYER_SILENT;
        let mut track = track(now, &[Some(180), Some(360), Some(720)]);
        track.layers[0].newest = Some(now + latest);
        let wanted = Wanted { max_height: Some(720) };
        assert_eq!(track.layer_for(now + latest, wanted), 0);
        track.layers.reverse();
        assert_eq!(track.layer_for(now + latest * 2, wanted), 2, "the lowest where none is sent");
    }

    #[test]
    fn a_layer_that_stops_is_missed_the_sooner_the_more_pictures_it_had_a_second() {
        let ms = Duration::from_millis;
        for (gap, missed) in [(33, 400), (50, 400), (100, 600), (200, 1_200), (1_000, 1_500)] {
            let (mut layer, mut now) = (Layer::default(), Instant::now());
            for _ in 0..100 {
                layer.come(now, false);
                layer.come(now, true);
                now += ms(gap);
                assert!(layer.is_sent(now), "each {gap} ms it is sent");
            }
            let last = now.checked_sub(ms(gap)).unwrap();
            assert!(layer.is_sent(last + ms(missed - 20)), "{gap} ms");
            assert!(!layer.is_sent(last + ms(missed + 20)), "{gap} ms");
        }
    }

    #[test]
    fn key_frames_are_asked_for_until_one_comes_and_not_too_often() {
        let start = Instant::now();
        let mut layer = Layer::default();
        assert!(!layer.ask_key_frame(start), "nobody wants one");
        layer.want_key_frame();
        assert!(layer.ask_key_frame(start));
        layer.want_key_frame();
        assert!(!layer.ask_key_frame(start + BETWEEN_KEY_FRAMES / 2));
        assert!(layer.ask_key_frame(start + BETWEEN_KEY_FRAMES), "none has come");
        layer.wanted = false;
        assert!(!layer.ask_key_frame(start + BETWEEN_KEY_FRAMES * 2));
    }
}
