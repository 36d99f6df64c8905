//! Flights: the path that zooms out, goes over and zooms in so that the picture moves evenly (van Wijk and Nuij,
//! "Smooth and efficient zooming and panning", 2003), with a soft start and end.

use bevy::math::DVec3;

use super::pose::{Pose, turn_between};

/// How much a flight rises: the paper's rho, at the value its readers liked best.
const RHO: f64 = 1.42;
/// Path lengths a second.
const SPEED: f64 = 1.6;
const SHORTEST_SECS: f64 = 0.5;
const LONGEST_SECS: f64 = 3.5;
/// A walker has no distance; the path is reckoned from this one.
const WALKING_DISTANCE_M: f64 = 5.0;

/// A flight from one pose to another.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    from: Pose,
    to: Pose,
    path: Path,
    duration_secs: f64,
    elapsed_secs: f64,
}

/// The path in distance flown over and distance from the target.
#[derive(Debug, Clone, Copy)]
struct Path {
    length: f64,
    over_m: f64,
    from_m: f64,
    to_m: f64,
    r0: f64,
}

impl Path {
    fn new(over_m: f64, from_m: f64, to_m: f64) -> Self {
        let rho2 = RHO * RHO;
        // Below this the formula divides by next to nothing, and the way over is not seen anyhow.
        if over_m < 1e-3 * from_m.max(to_m) {
            return Self { length: (to_m / from_m).ln().abs() / RHO, over_m: 0.0, from_m, to_m, r0: 0.0 };
        }
        let b = |sign: f64, end_m: f64| {
            (to_m * to_m - from_m * from_m + sign * rho2 * rho2 * over_m * over_m) / (2.0 * end_m * rho2 * over_m)
        };
        let r = |b: f64| -b.asinh();
        let (r0, r1) = (r(b(1.0, from_m)), r(b(-1.0, to_m)));
        Self { length: (r1 - r0) / RHO, over_m, from_m, to_m, r0 }
    }

    /// The part of the way over that is done, and the distance, at `s` of `length`.
    fn at(&self, s: f64) -> (f64, f64) {
        if self.over_m == 0.0 {
            let sign = if self.to_m < self.from_m { -1.0 } else { 1.0 };
            return (s / self.length.max(1e-9), self.from_m * (sign * RHO * s).exp());
        }
        let here = RHO * s + self.r0;
        let flown = self.from_m / (RHO * RHO) * (self.r0.cosh() * here.tanh() - self.r0.sinh());
        (flown / self.over_m, self.from_m * self.r0.cosh() / here.cosh())
    }
}

impl Flight {
    /// A flight that has not begun.
    pub(super) fn new(from: Pose, to: Pose) -> Self {
        let reckoned = |pose: &Pose| pose.distance_m.max(WALKING_DISTANCE_M);
        let path = Path::new(from.target.distance(to.target), reckoned(&from), reckoned(&to));
        let turn = turn_between(from.heading_deg, to.heading_deg).abs() / 90.0;
        let duration_secs = (path.length.max(turn) / SPEED).clamp(SHORTEST_SECS, LONGEST_SECS);
        Self { from, to, path, duration_secs, elapsed_secs: 0.0 }
    }

    /// Flies on for `secs`; the pose there, and whether the flight has arrived, which is then exactly its goal.
    pub(super) fn advance(&mut self, secs: f64) -> (Pose, bool) {
        self.elapsed_secs += secs.max(0.0);
        if self.elapsed_secs >= self.duration_secs {
            return (self.to, true);
        }
        let time = self.elapsed_secs / self.duration_secs;
        let eased = time * time * (3.0 - 2.0 * time);
        let (over, distance_m) = self.path.at(eased * self.path.length);
        let over = if self.path.over_m == 0.0 { eased } else { over };
        // What the reckoning added to a walker's distance fades in and out.
        let reckoned = |pose: &Pose| pose.distance_m.max(WALKING_DISTANCE_M) - pose.distance_m;
        let added = reckoned(&self.from) * (1.0 - eased) + reckoned(&self.to) * eased;
        let straight = self.from.towards(&self.to, eased);
        let pose = Pose {
            target: DVec3::lerp(self.from.target, self.to.target, over.clamp(0.0, 1.0)),
            distance_m: (distance_m - added).max(0.0),
            walking: false,
            ..straight
        };
        (pose, false)
    }

    /// Where it goes.
    pub(super) fn goal(&self) -> Pose {
        self.to
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pose(x: f64, heading_deg: f64, distance_m: f64) -> Pose {
        Pose { target: DVec3::new(x, 0.0, 0.0), heading_deg, pitch_deg: 40.0, distance_m, walking: distance_m == 0.0 }
    }

    #[test]
    fn a_long_flight_rises_between_its_ends() {
        let mut flight = Flight::new(pose(0.0, 0.0, 200.0), pose(4_000.0, 20.0, 200.0));
        let highest = std::iter::from_fn(|| {
            let (pose, arrived) = flight.advance(0.02);
            (!arrived).then_some(pose.distance_m)
        })
        .fold(0.0, f64::max);
        assert!(highest > 1_000.0, "{highest} m at most");
    }

    proptest! {
        #[test]
        fn a_flight_starts_at_its_start_is_steady_and_ends_exactly(
            over in 0.0f64..6e3, from in 0.0f64..9e3, to in 0.0f64..9e3, turn in -180.0f64..180.0,
        ) {
            let (from, to) = (pose(0.0, 0.0, from.floor()), pose(over, turn, to.floor()));
            let mut flight = Flight::new(from, to);
            let (mut before, _) = flight.advance(1e-9);
            prop_assert!(before.target.distance(from.target) < 0.01, "starts at {before:?}");
            prop_assert!((before.distance_m - from.distance_m).abs() < 0.01, "starts at {before:?}");
            for _ in 0..1_000 {
                let (here, arrived) = flight.advance(0.005);
                let scale = here.distance_m.max(before.distance_m).max(20.0);
                prop_assert!(here.target.distance(before.target) < 0.2 * scale, "from {before:?} to {here:?}");
                prop_assert!(here.target.is_finite() && here.distance_m.is_finite());
                if arrived {
                    prop_assert_eq!(here, to);
                    return Ok(());
                }
                before = here;
            }
            prop_assert!(false, "never arrives");
        }
    }
}
