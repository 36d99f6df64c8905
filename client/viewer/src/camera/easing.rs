//! Following another's camera: poses that come some ten times a second, now sooner and now later, as one movement.

use bevy::math::DVec3;

use super::pose::{Pose, turn_between};

/// How fast what is followed is approached, per second: the camera is two parts of it behind one that moves evenly.
const RATE_PER_SEC: f64 = 9.0;
/// Distances are eased in proportion to themselves, those of a walker as if they were so much, metres.
const LEAST_DISTANCE_M: f64 = 5.0;
/// What lies beyond is flown to: so many distances over the ground, times as far or near, and degrees of a turn.
const FAR_DISTANCES: f64 = 2.0;
const FAR_ZOOM: f64 = 4.0;
const FAR_TURN_DEG: f64 = 100.0;

/// The speed at which a camera follows: a spring that does not swing, without which each pose that comes would be a jerk.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Easing {
    target_m: DVec3,
    heading_deg: f64,
    pitch_deg: f64,
    zoom: f64,
}

impl Easing {
    /// The pose `secs` after `from` on the way to `to`.
    pub(crate) fn step(&mut self, from: &Pose, to: &Pose, secs: f64) -> Pose {
        let secs = secs.max(0.0);
        let (mut x, mut y, mut z) = (self.target_m.x, self.target_m.y, self.target_m.z);
        let off = from.target - to.target;
        let target = DVec3::new(spring(off.x, &mut x, secs), spring(off.y, &mut y, secs), spring(off.z, &mut z, secs));
        self.target_m = DVec3::new(x, y, z);
        let heading = spring(-turn_between(from.heading_deg, to.heading_deg), &mut self.heading_deg, secs);
        let pitch = spring(from.pitch_deg - to.pitch_deg, &mut self.pitch_deg, secs);
        let nearness = spring(zoom(from) - zoom(to), &mut self.zoom, secs);
        Pose {
            target: to.target + target,
            heading_deg: to.heading_deg + heading,
            pitch_deg: to.pitch_deg + pitch,
            distance_m: ((zoom(to) + nearness).exp() - LEAST_DISTANCE_M).max(0.0),
            walking: to.walking,
        }
    }

    /// Whether no eye could tell that a camera at `pose` is not at `goal` yet, or will leave it again.
    pub(crate) fn is_at_rest(&self, pose: &Pose, goal: &Pose) -> bool {
        let ahead = Pose {
            target: pose.target + self.target_m / RATE_PER_SEC,
            heading_deg: pose.heading_deg + self.heading_deg / RATE_PER_SEC,
            pitch_deg: pose.pitch_deg + self.pitch_deg / RATE_PER_SEC,
            ..*pose
        };
        pose.is_close_to(goal) && ahead.is_close_to(goal) && self.zoom.abs() / RATE_PER_SEC < 1e-4
    }
}

/// Whether two poses are too far apart for one movement.
pub(crate) fn is_far(from: &Pose, to: &Pose) -> bool {
    let scale_m = from.distance_m.max(to.distance_m).max(LEAST_DISTANCE_M * FAR_ZOOM);
    from.walking != to.walking
        || from.target.distance(to.target) > scale_m * FAR_DISTANCES
        || (zoom(from) - zoom(to)).abs() > FAR_ZOOM.ln()
        || turn_between(from.heading_deg, to.heading_deg).abs() > FAR_TURN_DEG
}

/// What changes evenly while a camera comes evenly nearer for the eye.
fn zoom(pose: &Pose) -> f64 {
    (pose.distance_m + LEAST_DISTANCE_M).ln()
}

/// How far off a critically damped spring is after `secs` that was `off`, exactly; its speed becomes that of then.
fn spring(off: f64, speed: &mut f64, secs: f64) -> f64 {
    let pull = *speed + RATE_PER_SEC * off;
    let fade = (-RATE_PER_SEC * secs).exp();
    *speed = (*speed - RATE_PER_SEC * pull * secs) * fade;
    (off + pull * secs) * fade
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME_SECS: f64 = 1.0 / 60.0;

    fn pose() -> Pose {
        Pose { target: DVec3::ZERO, heading_deg: 170.0, pitch_deg: 40.0, distance_m: 400.0, walking: false }
    }

    /// A camera that goes east at 80 m/s, turns right and comes nearer.
    fn led(secs: f64) -> Pose {
        Pose {
            target: DVec3::new(80.0 * secs, 0.0, 0.0),
            heading_deg: 170.0 + 30.0 * secs,
            distance_m: 400.0 * (-0.2 * secs).exp(),
            ..pose()
        }
    }

    /// The frames of who follows what is told 12 times a second and arrives late by up to `jitter_secs`.
    fn followed(jitter_secs: f64, secs: f64) -> Vec<Pose> {
        let (mut easing, mut pose, mut goal) = (Easing::default(), led(0.0), led(0.0));
        let mut arrivals: Vec<(f64, Pose)> = (0..(secs * 12.0) as u32)
            .map(|index| {
                let at = f64::from(index) / 12.0;
                let late = f64::from(index * 7 % 5) / 4.0 * jitter_secs;
                (at + late, led(at))
            })
            .collect();
        arrivals.reverse();
        let frames = (0..(secs / FRAME_SECS) as u32).map(|frame| {
            let now = f64::from(frame) * FRAME_SECS;
            while arrivals.last().is_some_and(|(at, _)| *at <= now) {
                goal = arrivals.pop().unwrap().1;
            }
            pose = easing.step(&pose, &goal, FRAME_SECS);
            pose
        });
        frames.collect()
    }

    #[test]
    fn poses_that_come_with_jitter_are_one_movement() {
        for (jitter_secs, most_off) in [(0.0, 0.1), (0.06, 0.45)] {
            let frames = followed(jitter_secs, 4.0);
            let speeds: Vec<f64> =
                frames.windows(2).map(|two| (two[1].target.x - two[0].target.x) / FRAME_SECS).skip(60).collect();
            for speed in &speeds {
                assert!((speed / 80.0 - 1.0).abs() < most_off, "{speed} m/s with {jitter_secs} s of jitter");
            }
            for two in speeds.windows(2) {
                assert!((two[1] - two[0]).abs() < 80.0 * 0.12, "a jerk from {} to {} m/s", two[0], two[1]);
            }
            let behind_secs = 4.0 - frames.last().unwrap().target.x / 80.0;
            assert!((0.1..0.45).contains(&behind_secs), "{behind_secs} s behind");
        }
    }

    #[test]
    fn the_shorter_way_round_is_taken_across_south() {
        let (from, to) = (pose(), Pose { heading_deg: -170.0, ..pose() });
        let mut easing = Easing::default();
        let half = easing.step(&from, &to, 0.2);
        assert!(
            turn_between(170.0, half.heading_deg) > 0.0 && turn_between(half.heading_deg, -170.0) > 0.0,
            "{half:?}"
        );
    }

    #[test]
    fn what_is_too_far_for_one_movement() {
        let to = |east_m: f64| Pose { target: DVec3::new(east_m, 0.0, 0.0), ..pose() };
        let cases = [
            (to(700.0), false),
            (to(900.0), true),
            (Pose { distance_m: 1_200.0, ..pose() }, false),
            (Pose { distance_m: 3_000.0, ..pose() }, true),
            (Pose { heading_deg: -100.0, ..pose() }, false),
            (Pose { heading_deg: -10.0, ..pose() }, true),
            (Pose { walking: true, ..pose() }, true),
        ];
        for (to, expected) in cases {
            assert_eq!(is_far(&pose(), &to), expected, "{to:?}");
        }
    }

    proptest! {
        #[test]
        fn it_arrives_without_swinging_over_however_long_frames_take(
            east_m in -700f64..700.0, heading_deg in -180f64..180.0, distance_m in 150f64..1_500.0,
            frames in proptest::collection::vec(0.002f64..0.25, 60),
        ) {
            let to = Pose { target: DVec3::new(east_m, 0.0, 0.0), heading_deg, distance_m, ..pose() };
            let (mut easing, mut here) = (Easing::default(), pose());
            for secs in frames {
                let next = easing.step(&here, &to, secs);
                prop_assert!((to.target.x - next.target.x).abs() <= (to.target.x - here.target.x).abs() + 1e-9);
                prop_assert!((to.distance_m - next.distance_m).abs() <= (to.distance_m - here.distance_m).abs() + 1e-6);
                here = next;
            }
            here = easing.step(&here, &to, 3.0);
            prop_assert!(easing.is_at_rest(&here, &to), "{here:?}");
        }
    }
}
