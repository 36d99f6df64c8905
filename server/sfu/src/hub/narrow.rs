//! What of the pictures goes down a line that is not wide enough for all that its viewer is to see.

use std::cmp::Reverse;
use std::time::Instant;

use super::Hub;
use super::track::{Track, most_height};
use crate::engine::Kind;
use crate::names::{PeerId, Source, TrackId, Wanted};

/// What a microphone takes, bits a second with all headers.
const SOUND: f64 = 50_000.0;

/// How much of its size must fit for a picture to become larger: what fits is not known that well.
const SPARE: f64 = 1.15;

/// A layer that could be sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    pub height: u32,
    /// Bits a second.
    pub bps: f64,
}

/// A picture that a viewer is to see.
#[derive(Debug)]
pub(super) struct Picture {
    pub track: TrackId,
    /// What it could be sent as: the lowest first, the last as large as it is wanted. At least one.
    pub choices: Vec<Choice>,
    /// The height that is sent now.
    pub sent: Option<u32>,
}

/// How large each picture is sent down a line in which so much fits, by its choice; none is left out. Those before come
/// first: the first is always there, and none becomes larger while one that would fit is not there at all.
pub(super) fn share(fits: f64, pictures: &[Picture]) -> Vec<Option<usize>> {
    let mut left = fits;
    let cost = |picture: &Picture, choice: usize| {
        let Choice { height, bps } = picture.choices[choice];
        if picture.sent.is_some_and(|sent| height <= sent) { bps } else { bps * SPARE }
    };
    let mut shares: Vec<Option<usize>> = Vec::with_capacity(pictures.len());
    for (index, picture) in pictures.iter().enumerate() {
        let takes = cost(picture, 0);
        let is_there = index == 0 || takes <= left;
        left -= if is_there { takes } else { 0.0 };
        shares.push(is_there.then_some(0));
    }
    loop {
        let mut grown = false;
        for (picture, share) in pictures.iter().zip(&mut shares) {
            let Some(choice) = *share else { continue };
            if choice + 1 >= picture.choices.len() {
                continue;
            }
            let more = cost(picture, choice + 1) - cost(picture, choice);
            if more <= left {
                left -= more;
                *share = Some(choice + 1);
                grown = true;
            }
        }
        if !grown {
            return shares;
        }
    }
}

impl Track {
    /// What it could be sent as to someone who wants so much of it. A layer that never came is none.
    fn choices(&self, wanted: Wanted) -> Vec<Choice> {
        let most = most_height(wanted);
        let mut heights = self.heights();
        heights.retain(|(_, index)| self.layers[*index].codec.is_some());
        let fitting = heights.iter().filter(|(height, _)| *height <= most).count().max(1);
        let choice = |(height, index): &(u32, usize)| Choice { height: *height, bps: self.layers[*index].bps(*height) };
        heights.iter().take(fitting).map(choice).collect()
    }
}

impl Hub {
    /// What a viewer's line has turned out to carry.
    pub(super) fn fit(&mut self, now: Instant, viewer: PeerId, bps: Option<u64>) {
        let Some(peer) = self.peers.get_mut(&viewer) else { return };
        tracing::debug!(peer = viewer.0, bps, "what fits down a line");
        peer.fits = bps;
        self.narrow(now, viewer);
    }

    /// Chooses anew how large each picture goes down a viewer's line, if that is narrow, and says what would be sent if
    /// it were not.
    pub(super) fn narrow(&mut self, now: Instant, viewer: PeerId) {
        let Some(fits) = self.peers.get(&viewer).and_then(|peer| peer.fits) else { return };
        let pictures = self.pictures(viewer);
        let Some(peer) = self.peers.get_mut(&viewer) else { return };
        let voices = peer.inlets.iter().filter(|inlet| inlet.kind == Kind::Audio && inlet.track.is_some()).count();
        let sound = voices as f64 * SOUND;
        let all: f64 = pictures.iter().filter_map(|picture| Some(picture.choices.last()?.bps * SPARE)).sum();
        peer.engine.desire(now, (all + sound) as u64);
        peer.touch(viewer, &mut self.touched);
        let shares = share(fits as f64 - sound, &pictures);
        let limit = |(picture, share): (&Picture, Option<usize>)| match share {
            None => Some((picture.track, None)),
            // What is asked for is a little less than what is sent for it.
            Some(choice) if choice + 1 < picture.choices.len() => Some((
                picture.track,
                Some(u16::try_from(picture.choices[choice].height * 3 / 4 + 1).unwrap_or(u16::MAX)),
            )),
            Some(_) => None,
        };
        let limits: Vec<(TrackId, Option<u16>)> = pictures.iter().zip(shares).filter_map(limit).collect();
        let former = std::mem::replace(&mut peer.limits, limits);
        if former == peer.limits {
            return;
        }
        let is_told = former.is_empty() == peer.limits.is_empty();
        if !self.arrange(now, viewer) && !is_told {
            self.tell_receivers(viewer);
        }
        for picture in pictures {
            self.aim(now, picture.track);
        }
    }

    /// The pictures that a viewer is to see, whether or not they fit: screens first, then what is shown largest, then
    /// whoever has spoken last.
    fn pictures(&self, viewer: PeerId) -> Vec<Picture> {
        let Some(peer) = self.peers.get(&viewer) else { return Vec::new() };
        let shown = peer.inlets.iter().filter(|inlet| inlet.kind == Kind::Video).filter_map(|inlet| inlet.track);
        let left_out = peer.limits.iter().filter(|(_, most)| most.is_none()).map(|(track, _)| *track);
        let routed = left_out.filter(|track| self.routes.contains(&(viewer, *track)));
        let mut tracks: Vec<TrackId> = shown.chain(routed).collect();
        tracks.sort_by_cached_key(|track| {
            let asked = self.asked(viewer, *track).max_height;
            (Reverse((track.source == Source::Screen, asked, self.spoke(*track))), *track)
        });
        tracks.dedup();
        let picture = |track: TrackId| {
            let known = self.tracks.get(&track).filter(|known| known.published)?;
            let choices = known.choices(self.asked(viewer, track));
            let inlet = peer.inlets.iter().find(|inlet| inlet.track == Some(track));
            let sent =
                inlet.and_then(|inlet| known.heights().iter().find(|(_, index)| *index == inlet.target).copied());
            (!choices.is_empty()).then(|| Picture { track, choices, sent: sent.map(|(height, _)| height) })
        };
        tracks.into_iter().filter_map(picture).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(peer: u64, rates: &[u32], sent: Option<u32>) -> Picture {
        let choices = rates.iter().enumerate();
        let choices = choices.map(|(index, bps)| Choice { height: 180 << index, bps: f64::from(*bps) }).collect();
        Picture { track: TrackId { peer: PeerId(peer), source: Source::Camera }, choices, sent }
    }

    #[test]
    fn a_line_is_shared_among_the_pictures() {
        const THREE: &[u32] = &[100, 300, 1_000];
        let one = |fits: f64, sent| share(fits, &[picture(1, THREE, sent)]);
        assert_eq!(one(2_000.0, None), [Some(2)]);
        assert_eq!(one(1_100.0, None), [Some(1)], "it would just fit, and is not sent yet");
        assert_eq!(one(1_100.0, Some(720)), [Some(2)], "it just fits, and is sent");
        assert_eq!(one(350.0, Some(720)), [Some(1)]);
        assert_eq!(one(50.0, Some(720)), [Some(0)], "the first is always there");
        let four = |fits: f64| share(fits, &[1, 2, 3, 4].map(|peer| picture(peer, THREE, Some(720))));
        assert_eq!(four(4_000.0), [Some(2); 4]);
        assert_eq!(four(2_000.0), [Some(2), Some(1), Some(1), Some(1)], "the first of them becomes larger first");
        assert_eq!(four(650.0), [Some(1), Some(0), Some(0), Some(0)]);
        assert_eq!(four(250.0), [Some(0), Some(0), None, None]);
        assert_eq!(four(-50.0), [Some(0), None, None, None], "the sound alone is more than fits");
        let screen = share(500.0, &[picture(1, &[2_000], None), picture(2, THREE, None)]);
        assert_eq!(screen, [Some(0), None], "what has one layer takes what it takes");
        assert_eq!(share(100.0, &[]), []);
    }
}
