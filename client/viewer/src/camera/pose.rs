//! Where the camera is. Positions are park metres, x east, y north, z up.

use bevy::math::{DVec2, DVec3};

/// Tangent of half the vertical angle of view.
pub const HALF_VIEW_TAN: f64 = 0.414_213_562_373_095;

/// The farthest that the pointer reaches over the ground, in camera distances: towards the horizon a pixel would
/// otherwise be kilometres.
const REACH: f64 = 12.0;

/// A camera that looks at a target from an angle and a distance. When walking, the target is the eye itself and the
/// distance is zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// The point looked at.
    pub target: DVec3,
    /// Direction of view, degrees: 0 is north, 90 east.
    pub heading_deg: f64,
    /// Angle of view below the horizon, degrees: 90 looks straight down.
    pub pitch_deg: f64,
    /// From the eye to the target, metres.
    pub distance_m: f64,
    /// Walking at eye height.
    pub walking: bool,
}

/// The camera's axes, each of length 1.
#[derive(Debug, Clone, Copy)]
pub struct Axes {
    /// Direction of view.
    pub forward: DVec3,
    /// To the right on the screen, always level.
    pub right: DVec3,
    /// Up on the screen.
    pub up: DVec3,
}

impl Pose {
    /// The axes of the view.
    pub fn axes(&self) -> Axes {
        let (heading_sin, heading_cos) = self.heading_deg.to_radians().sin_cos();
        let (pitch_sin, pitch_cos) = self.pitch_deg.to_radians().sin_cos();
        Axes {
            forward: DVec3::new(heading_sin * pitch_cos, heading_cos * pitch_cos, -pitch_sin),
            right: DVec3::new(heading_cos, -heading_sin, 0.0),
            up: DVec3::new(heading_sin * pitch_sin, heading_cos * pitch_sin, pitch_cos),
        }
    }

    /// Where the eye is.
    pub fn eye(&self) -> DVec3 {
        self.target - self.axes().forward * self.distance_m
    }

    /// The direction, of length 1, in which a place of the picture lies. `at` is in view units: x and y from -1 to 1,
    /// y up; `aspect` is width by height.
    pub fn ray(&self, at: DVec2, aspect: f64) -> DVec3 {
        let axes = self.axes();
        (axes.forward + axes.right * (at.x * HALF_VIEW_TAN * aspect) + axes.up * (at.y * HALF_VIEW_TAN)).normalize()
    }

    /// Where a point is seen, in view units; none if it is behind the eye.
    pub fn project(&self, point: DVec3, aspect: f64) -> Option<DVec2> {
        let (axes, offset) = (self.axes(), point - self.eye());
        let depth = offset.dot(axes.forward);
        (depth > 1e-3).then(|| {
            DVec2::new(offset.dot(axes.right) / (HALF_VIEW_TAN * aspect), offset.dot(axes.up) / HALF_VIEW_TAN) / depth
        })
    }

    /// The point of the level through the target that is seen at `at`. Near and above the horizon it is a point as far
    /// off as the pointer reaches.
    pub fn ground_at(&self, at: DVec2, aspect: f64) -> DVec3 {
        let (eye, ray) = (self.eye(), self.ray(at, aspect));
        let drop = eye.z - self.target.z;
        let reach = REACH * self.distance_m.max(20.0);
        let length = if ray.z < -1e-9 { (drop / -ray.z).min(reach) } else { reach };
        let hit = eye + ray * length;
        DVec3::new(hit.x, hit.y, self.target.z)
    }

    /// The pose moved over the ground so that what was seen at `from` is seen at `to`.
    #[must_use]
    pub fn dragged(&self, from: DVec2, to: DVec2, aspect: f64) -> Self {
        let shift = self.ground_at(from, aspect) - self.ground_at(to, aspect);
        Self { target: self.target + DVec3::new(shift.x, shift.y, 0.0), ..*self }
    }

    /// The pose with the distance multiplied by `factor`, within `nearest_m` and `farthest_m`; what is seen at `at` on
    /// the ground stays there.
    #[must_use]
    pub fn zoomed(&self, factor: f64, at: DVec2, aspect: f64, nearest_m: f64, farthest_m: f64) -> Self {
        let distance_m = (self.distance_m * factor).clamp(nearest_m, farthest_m);
        let factor = distance_m / self.distance_m;
        // Everything shrinks towards the fixed point, so each ray through it stays what it was.
        let fixed = self.ground_at(at, aspect);
        Self { target: fixed + (self.target - fixed) * factor, distance_m, ..*self }
    }

    /// The pose over another place, so far east and north of here, metres.
    #[must_use]
    pub fn shifted(&self, shift_m: DVec2) -> Self {
        Self { target: self.target + shift_m.extend(0.0), ..*self }
    }

    /// The pose turned about its target.
    #[must_use]
    pub fn turned(&self, heading_deg: f64, pitch_deg: f64) -> Self {
        Self { heading_deg: self.heading_deg + heading_deg, pitch_deg: self.pitch_deg + pitch_deg, ..*self }
    }

    /// The pose moved level with the ground, metres to the right and forward on the screen.
    #[must_use]
    pub fn stepped(&self, right_m: f64, forward_m: f64) -> Self {
        let (sin, cos) = self.heading_deg.to_radians().sin_cos();
        let step = DVec3::new(cos * right_m + sin * forward_m, -sin * right_m + cos * forward_m, 0.0);
        Self { target: self.target + step, ..*self }
    }

    /// A pose a part of the way to `goal`, 0 to 1, the heading by the shorter way round.
    #[must_use]
    pub fn towards(&self, goal: &Self, part: f64) -> Self {
        Self {
            target: self.target.lerp(goal.target, part),
            heading_deg: self.heading_deg + turn_between(self.heading_deg, goal.heading_deg) * part,
            pitch_deg: self.pitch_deg + (goal.pitch_deg - self.pitch_deg) * part,
            distance_m: self.distance_m + (goal.distance_m - self.distance_m) * part,
            walking: goal.walking,
        }
    }

    /// Whether no eye could tell the two apart.
    pub fn is_close_to(&self, other: &Self) -> bool {
        let scale = self.distance_m.max(1.0);
        self.walking == other.walking
            && self.target.distance(other.target) < scale * 1e-4
            && (self.distance_m - other.distance_m).abs() < scale * 1e-4
            && turn_between(self.heading_deg, other.heading_deg).abs() < 0.01
            && (self.pitch_deg - other.pitch_deg).abs() < 0.01
    }
}

/// The turn from one heading to another by the shorter way, degrees, -180 to 180.
pub(super) fn turn_between(from_deg: f64, to_deg: f64) -> f64 {
    (to_deg - from_deg + 180.0).rem_euclid(360.0) - 180.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pose() -> impl Strategy<Value = Pose> {
        (-3e3..3e3, -3e3..3e3, -180.0..180.0, 25.0..89.0, 30.0..9e3).prop_map(
            |(x, y, heading_deg, pitch_deg, distance_m)| Pose {
                target: DVec3::new(x, y, 0.0),
                heading_deg,
                pitch_deg,
                distance_m,
                walking: false,
            },
        )
    }

    #[test]
    fn headings_are_those_of_a_map() {
        let cases = [(0.0, DVec3::Y), (90.0, DVec3::X), (180.0, -DVec3::Y), (270.0, -DVec3::X)];
        for (heading_deg, expected) in cases {
            let pose = Pose { target: DVec3::ZERO, heading_deg, pitch_deg: 0.0, distance_m: 10.0, walking: false };
            assert!(pose.axes().forward.distance(expected) < 1e-12, "{heading_deg} looks to {}", pose.axes().forward);
            assert!(pose.eye().distance(-expected * 10.0) < 1e-9);
        }
    }

    #[test]
    fn the_target_is_seen_in_the_middle_and_what_is_behind_is_not() {
        let pose = Pose { target: DVec3::ZERO, heading_deg: 30.0, pitch_deg: 40.0, distance_m: 100.0, walking: false };
        assert!(pose.project(DVec3::ZERO, 1.5).unwrap().length() < 1e-9);
        assert_eq!(pose.project(pose.eye() - pose.axes().forward, 1.5), None);
    }

    #[test]
    fn the_shorter_way_round_is_taken() {
        assert!((turn_between(350.0, 10.0) - 20.0).abs() < 1e-12);
        assert!((turn_between(10.0, 350.0) + 20.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn zooming_keeps_the_point_under_the_pointer(
            pose in pose(), x in -0.9f64..0.9, y in -0.9f64..0.4, factor in 0.3f64..3.0,
        ) {
            let at = DVec2::new(x, y);
            let fixed = pose.ground_at(at, 1.6);
            let zoomed = pose.zoomed(factor, at, 1.6, 30.0, 15e3);
            prop_assume!(pose.project(fixed, 1.6).is_some_and(|seen| seen.distance(at) < 1e-6));
            let seen = zoomed.project(fixed, 1.6).unwrap();
            prop_assert!(seen.distance(at) < 1e-6, "{at} went to {seen}");
        }

        #[test]
        fn dragging_carries_the_ground_along(pose in pose(), x in -0.9f64..0.9, y in -0.9f64..0.1, to in -0.5f64..0.1) {
            let (from, to) = (DVec2::new(x, y), DVec2::new(-x, to));
            let grabbed = pose.ground_at(from, 1.6);
            prop_assume!(pose.project(grabbed, 1.6).is_some_and(|seen| seen.distance(from) < 1e-6));
            prop_assume!(pose.project(pose.ground_at(to, 1.6), 1.6).is_some_and(|seen| seen.distance(to) < 1e-6));
            let seen = pose.dragged(from, to, 1.6).project(grabbed, 1.6).unwrap();
            prop_assert!(seen.distance(to) < 1e-6, "{to} expected, {seen} seen");
        }

        #[test]
        fn rays_and_projection_agree(pose in pose(), x in -1.0f64..1.0, y in -1.0f64..1.0) {
            let at = DVec2::new(x, y);
            let seen = pose.project(pose.eye() + pose.ray(at, 1.3) * 50.0, 1.3).unwrap();
            prop_assert!(seen.distance(at) < 1e-9);
        }
    }
}
