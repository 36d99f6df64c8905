//! What someone points at, and the line that they draw with it: both are there for a moment.

use std::collections::VecDeque;

use bevy::math::DVec3;

/// After so long without word a mark begins to fade, and is gone, seconds.
const FADES_SECS: (f64, f64) = (1.4, 2.0);

/// The same of a line, from when each of its places was drawn.
const LINE_FADES_SECS: (f64, f64) = (2.8, 4.0);

/// Places of a line at most; the oldest go first. Reports come some 15 times a second, so it is never full of what is seen.
pub(super) const MOST_PLACES: usize = 96;

/// How fast a mark comes to where it belongs, per second.
const RATE_PER_SEC: f64 = 18.0;

/// A place of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Drawn {
    at: DVec3,
    secs: f64,
    /// Whether the line comes here from the place before.
    is_joined: bool,
}

/// Someone's pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointer {
    colour: u32,
    goal: DVec3,
    at: DVec3,
    /// When it was last heard of; none once it was let go.
    heard_secs: Option<f64>,
    opacity: f32,
    line: VecDeque<Drawn>,
    now_secs: f64,
}

impl Pointer {
    /// One that points at a place from now on, park metres.
    pub fn new(at: DVec3, colour: u32, now_secs: f64) -> Self {
        Self { colour, goal: at, at, heard_secs: Some(now_secs), opacity: 1.0, line: VecDeque::new(), now_secs }
    }

    /// Points at another place, with a line from the one before if it draws.
    pub fn point(&mut self, at: DVec3, colour: u32, draws: bool, now_secs: f64) {
        if draws && at != self.goal {
            if self.line.back().is_none_or(|last| last.at != self.goal) {
                self.put(Drawn { at: self.goal, secs: now_secs, is_joined: false });
            }
            self.put(Drawn { at, secs: now_secs, is_joined: true });
        }
        if self.heard_secs.is_none() {
            self.at = at;
        }
        (self.goal, self.colour, self.heard_secs, self.opacity) = (at, colour, Some(now_secs), 1.0);
    }

    /// Points at nothing any longer. What was drawn fades as it would.
    pub fn let_go(&mut self) {
        (self.heard_secs, self.opacity) = (None, 0.0);
    }

    fn put(&mut self, drawn: Drawn) {
        if self.line.len() == MOST_PLACES {
            self.forget_first();
        }
        self.line.push_back(drawn);
    }

    fn forget_first(&mut self) {
        self.line.pop_front();
        if let Some(first) = self.line.front_mut() {
            first.is_joined = false;
        }
    }

    /// Lets time pass; whether anything of it is still to be seen.
    pub fn advance(&mut self, secs: f64, now_secs: f64) -> bool {
        self.now_secs = now_secs;
        self.at += (self.goal - self.at) * (1.0 - (-RATE_PER_SEC * secs.max(0.0)).exp());
        self.opacity = self.heard_secs.map_or(0.0, |heard| faded(now_secs - heard, FADES_SECS));
        while self.line.front().is_some_and(|first| faded(now_secs - first.secs, LINE_FADES_SECS) <= 0.0) {
            self.forget_first();
        }
        self.opacity > 0.0 || !self.line.is_empty()
    }

    /// Where its mark is, park metres, and how opaque; none once that has faded.
    pub fn mark(&self) -> Option<(DVec3, f32)> {
        (self.opacity > 0.0).then_some((self.at, self.opacity))
    }

    /// The places of its line, the oldest first: where, how opaque, and whether the line comes from the one before.
    pub fn line(&self) -> impl Iterator<Item = (DVec3, f32, bool)> {
        let now_secs = self.now_secs;
        self.line.iter().map(move |drawn| (drawn.at, faded(now_secs - drawn.secs, LINE_FADES_SECS), drawn.is_joined))
    }

    /// Which of the colours is theirs.
    pub const fn colour(&self) -> u32 {
        self.colour
    }
}

/// How opaque something is at an age, seconds, that begins to fade at the one and is gone at the other.
fn faded(age_secs: f64, (begins_secs, gone_secs): (f64, f64)) -> f32 {
    ((gone_secs - age_secs) / (gone_secs - begins_secs)).clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(east_m: f64) -> DVec3 {
        DVec3::new(east_m, 0.0, 0.0)
    }

    #[test]
    fn what_is_not_heard_of_fades_within_two_seconds() {
        let cases = [(0.0, 1.0), (1.4, 1.0), (1.7, 0.5), (2.0, 0.0), (9.0, 0.0)];
        for (age_secs, expected) in cases {
            assert!((faded(age_secs, FADES_SECS) - expected).abs() < 1e-6, "after {age_secs} s");
        }
        let mut pointer = Pointer::new(at(0.0), 1, 10.0);
        assert!(pointer.advance(0.1, 11.0) && pointer.mark().is_some_and(|(_, opacity)| opacity >= 1.0));
        pointer.point(at(0.0), 1, false, 11.5);
        assert!(pointer.advance(0.1, 13.0), "it was heard of again");
        assert!(!pointer.advance(0.1, 13.6) && pointer.mark().is_none());
    }

    #[test]
    fn a_mark_goes_to_where_it_is_reported_without_a_jump() {
        let mut pointer = Pointer::new(at(0.0), 1, 0.0);
        pointer.point(at(30.0), 1, false, 0.1);
        let places: Vec<f64> = (1..40_u32)
            .map(|frame| {
                pointer.advance(1.0 / 60.0, 0.1 + f64::from(frame) / 60.0);
                pointer.mark().unwrap().0.x
            })
            .collect();
        assert!(places.windows(2).all(|two| (0.0..9.0).contains(&(two[1] - two[0]))), "{places:?}");
        assert!((places[38] - 30.0).abs() < 0.01, "{places:?}");
        // One that comes back after it was let go begins there.
        pointer.let_go();
        assert!(!pointer.advance(0.1, 2.0));
        pointer.point(at(500.0), 1, false, 2.0);
        assert_eq!(pointer.mark(), Some((at(500.0), 1.0)));
    }

    #[test]
    fn a_line_is_drawn_only_while_it_is_and_fades_from_its_beginning() {
        let mut pointer = Pointer::new(at(0.0), 1, 0.0);
        let steps = [(10.0, false), (20.0, true), (30.0, true), (90.0, false), (100.0, true)];
        for (index, (east_m, draws)) in steps.into_iter().enumerate() {
            pointer.point(at(east_m), 1, draws, index as f64);
        }
        pointer.advance(0.0, 4.0);
        let line: Vec<_> = pointer.line().map(|(at, _, is_joined)| (at.x, is_joined)).collect();
        assert_eq!(line, [(10.0, false), (20.0, true), (30.0, true), (90.0, false), (100.0, true)]);
        let opacities: Vec<_> = pointer.line().map(|(_, opacity, _)| opacity).collect();
        assert!(opacities.is_sorted() && opacities[0] < 1.0 && opacities[4] >= 1.0, "{opacities:?}");
        assert!(pointer.advance(0.1, 5.5));
        let line: Vec<_> = pointer.line().map(|(at, _, is_joined)| (at.x, is_joined)).collect();
        assert_eq!(line[0], (30.0, false), "what comes first now comes from nowhere");
        pointer.let_go();
        assert!(pointer.advance(0.1, 7.9), "what was drawn stays for its time");
        assert!(!pointer.advance(0.1, 8.1));
    }

    #[test]
    fn a_line_has_so_many_places_however_fast_it_is_drawn() {
        let mut pointer = Pointer::new(at(0.0), 1, 0.0);
        for step in 0..10_000_u32 {
            pointer.point(at(f64::from(step % 50)), 1, true, f64::from(step) * 1e-4);
        }
        assert_eq!(pointer.line().count(), MOST_PLACES);
        assert!(pointer.line().next().is_some_and(|(_, _, is_joined)| !is_joined));
    }
}
