//! What is told of where hands point: often while they move, now and then while they rest, and when they are gone.

use bevy::math::DVec3;
use cloudsite_proto::scene::Pointing;

/// A hand that moves is told of this often, seconds.
const MOVING_SECS: f64 = 1.0 / 15.0;

/// One that rests is told of this often, so that its mark does not fade, seconds.
const RESTING_SECS: f64 = 0.8;

/// Where a hand points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aimed {
    /// Park metres.
    pub(super) at: DVec3,
    /// Whether it presses, and so draws.
    pub(super) presses: bool,
}

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Aim {
    told: Option<Aimed>,
    told_secs: f64,
}

impl Aim {
    /// What to tell at `now_secs` of a hand that points there, or at nothing.
    pub(super) fn due(&mut self, aimed: Option<Aimed>, now_secs: f64) -> Option<Pointing> {
        let before = self.told;
        let Some(here) = aimed else {
            self.told = None;
            return before.map(|_| Pointing { gone: true, ..Pointing::default() });
        };
        let every_secs = if before == Some(here) { RESTING_SECS } else { MOVING_SECS };
        if before.is_some() && now_secs - self.told_secs < every_secs {
            return None;
        }
        (self.told, self.told_secs) = (Some(here), now_secs);
        // A line begins where the hand was when it began to press.
        let draws = here.presses && before.is_some_and(|before| before.presses);
        Some(Pointing { east_m: here.at.x, north_m: here.at.y, up_m: here.at.z, draws, gone: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aimed(east_m: f64, presses: bool) -> Aimed {
        Aimed { at: DVec3::new(east_m, 0.0, 0.0), presses }
    }

    #[test]
    fn a_hand_is_told_of_as_often_as_it_has_to_be() {
        let mut aim = Aim::default();
        // A second of movement and four of rest, at 60 frames a second.
        let mut told =
            |frame: u32| aim.due(Some(aimed(f64::from(frame.min(60)), false)), f64::from(frame) / 60.0).is_some();
        let frames: Vec<u32> = (0..300).filter(|frame| told(*frame)).collect();
        let moving = frames.iter().filter(|frame| **frame <= 64).count();
        let resting = frames.iter().filter(|frame| **frame > 64).count();
        assert!((12..=17).contains(&moving) && (4..=6).contains(&resting), "{frames:?}");
        assert!(frames.iter().any(|frame| (60..=64).contains(frame)), "where it came to rest: {frames:?}");
    }

    #[test]
    fn a_line_begins_where_the_hand_begins_to_press() {
        let mut aim = Aim::default();
        let steps = [aimed(0.0, false), aimed(1.0, true), aimed(2.0, true), aimed(3.0, false), aimed(4.0, true)];
        let draws = steps.into_iter().enumerate().map(|(index, step)| aim.due(Some(step), index as f64).unwrap().draws);
        assert_eq!(draws.collect::<Vec<_>>(), [false, false, true, false, false]);
    }

    #[test]
    fn a_hand_that_is_gone_is_told_of_once() {
        let mut aim = Aim::default();
        assert_eq!(aim.due(None, 0.0), None);
        assert!(aim.due(Some(aimed(0.0, true)), 1.0).is_some_and(|told| !told.gone));
        assert!(aim.due(None, 1.01).is_some_and(|told| told.gone));
        assert_eq!(aim.due(None, 1.02), None);
        assert!(aim.due(Some(aimed(0.0, true)), 1.03).is_some_and(|told| !told.draws), "it begins anew, at once");
    }
}
