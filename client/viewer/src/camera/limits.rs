//! How far the camera may go, and the view that the park opens with.

use bevy::math::{DVec2, DVec3};

use super::pose::{HALF_VIEW_TAN, Pose, turn_between};

/// Eye height of a walking person, metres.
pub(super) const EYE_HEIGHT_M: f64 = 1.7;
/// The nearest an orbiting camera comes to its target, metres.
pub(super) const NEAREST_M: f64 = 30.0;
/// The farthest, metres.
pub(super) const FARTHEST_M: f64 = 15_000.0;
/// By how much the target may leave the park, as a part of the park's larger side.
const ROOM: f64 = 0.25;
/// Angle of view below the horizon of an orbiting camera, degrees.
const ORBIT_PITCH_DEG: (f64, f64) = (5.0, 89.0);
/// The same of a walking one, which may look up.
const WALK_PITCH_DEG: (f64, f64) = (-60.0, 60.0);
/// The opening view: from the south-south-east over the whole park.
const OPENING_HEADING_DEG: f64 = -25.0;
const OPENING_PITCH_DEG: f64 = 35.0;
/// The heading of places that are compared, before anyone has turned the camera: north is up, as on a map.
const COMPARED_HEADING_DEG: f64 = 0.0;
/// How far the eye is from a place beside others, radii of its circle: all of it is seen, and what lies around it.
const COMPARED_RADII: f64 = 3.3;
/// The opening view's distance as a share of that from which the whole park is seen.
const OPENING_NEARNESS: f64 = 0.58;

/// The rectangle that the park lies in, park metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParkBounds {
    /// South-west corner.
    pub min: DVec2,
    /// North-east corner.
    pub max: DVec2,
}

impl ParkBounds {
    /// The middle.
    pub fn center(&self) -> DVec2 {
        self.min.midpoint(self.max)
    }

    /// The nearest pose that is allowed: distance, pitch and target within their limits, the eye above the ground, the
    /// heading from -180 to 180 degrees. What is not a number becomes the opening view's.
    pub fn limited(&self, pose: &Pose) -> Pose {
        let opening = Pose { walking: pose.walking, ..self.opening(1.5) };
        let or = |value: f64, instead: f64| if value.is_finite() { value } else { instead };
        let room = ROOM * (self.max - self.min).max_element();
        let target = DVec2::new(or(pose.target.x, opening.target.x), or(pose.target.y, opening.target.y))
            .clamp(self.min - room, self.max + room);
        let pitch = or(pose.pitch_deg, opening.pitch_deg);
        let heading_deg = (or(pose.heading_deg, opening.heading_deg) + 180.0).rem_euclid(360.0) - 180.0;
        if pose.walking {
            let pitch_deg = pitch.clamp(WALK_PITCH_DEG.0, WALK_PITCH_DEG.1);
            return Pose {
                target: target.extend(EYE_HEIGHT_M),
                heading_deg,
                pitch_deg,
                distance_m: 0.0,
                walking: true,
            };
        }
        Pose {
            target: target.extend(or(pose.target.z, 0.0).clamp(0.0, 400.0)),
            heading_deg,
            pitch_deg: pitch.clamp(ORBIT_PITCH_DEG.0, ORBIT_PITCH_DEG.1),
            distance_m: or(pose.distance_m, opening.distance_m).clamp(NEAREST_M, FARTHEST_M),
            walking: false,
        }
    }

    /// The park, obliquely: from the opening angles, on its middle, nearer than [`Self::whole`] so that its buildings can
    /// be told apart and what lies before it goes out of the picture.
    pub fn opening(&self, aspect: f64) -> Pose {
        let whole = self.whole(aspect);
        let distance_m = (whole.distance_m * OPENING_NEARNESS).max(NEAREST_M);
        Pose { target: self.center().extend(0.0), distance_m, ..whole }
    }

    /// All of the park: at the opening angles, as near and as much in the middle as leaves all four corners in the
    /// picture.
    fn whole(&self, aspect: f64) -> Pose {
        let aspect = aspect.max(0.1);
        let corners = [self.min, self.max, DVec2::new(self.min.x, self.max.y), DVec2::new(self.max.x, self.min.y)];
        let corners = corners.map(|corner| corner.extend(0.0));
        let pose = Pose {
            target: self.center().extend(0.0),
            heading_deg: OPENING_HEADING_DEG,
            pitch_deg: OPENING_PITCH_DEG,
            distance_m: FARTHEST_M,
            walking: false,
        };
        // The near corners take more of the picture than the far ones, so the middle of the park is not the middle of
        // what is seen of it. Each round halves what is left of the difference, at least.
        (0..12).fold(framed(pose, &corners, aspect), |pose, _| {
            let seen = corners.map(|corner| pose.project(corner, aspect).unwrap_or_default());
            let low = seen.into_iter().fold(DVec2::MAX, DVec2::min);
            let high = seen.into_iter().fold(DVec2::MIN, DVec2::max);
            framed(Pose { target: pose.ground_at(low.midpoint(high), aspect), ..pose }, &corners, aspect)
        })
    }

    /// A view of a place of `radius_m` beside which others are seen from as far: with north up unless `from` was turned
    /// away from the opening view, in a pane of an aspect.
    fn view_to_compare(&self, at: DVec2, radius_m: f64, from: &Pose, aspect: f64) -> Pose {
        let is_turned = turn_between(from.heading_deg, OPENING_HEADING_DEG).abs() > 0.5;
        self.limited(&Pose {
            target: at.extend(0.0),
            heading_deg: if is_turned { from.heading_deg } else { COMPARED_HEADING_DEG },
            pitch_deg: if from.walking { OPENING_PITCH_DEG } else { from.pitch_deg.clamp(35.0, 75.0) },
            distance_m: (radius_m * COMPARED_RADII / aspect.clamp(0.2, 1.0)).clamp(120.0, 6_000.0),
            walking: false,
        })
    }

    /// A view of a thing of `radius_m` at a place, from the angles of `from`, in a picture of an aspect.
    pub fn view_of(&self, at: DVec2, radius_m: f64, from: &Pose, aspect: f64) -> Pose {
        self.limited(&Pose {
            target: at.extend(0.0),
            heading_deg: from.heading_deg,
            pitch_deg: if from.walking { OPENING_PITCH_DEG } else { from.pitch_deg.clamp(25.0, 65.0) },
            distance_m: (radius_m * 3.2 / aspect.clamp(0.3, 1.0)).clamp(120.0, 6_000.0),
            walking: false,
        })
    }
}

/// What a camera begins with, and goes home to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Home {
    /// The whole park.
    Park,
    /// The first of places that are compared.
    Compared {
        /// Where it is, park metres.
        at: DVec2,
        /// The radius of the largest of them, metres: all are seen from equally far.
        radius_m: f64,
        /// From where one looked before.
        from: Pose,
    },
}

impl Home {
    /// The view in a picture, or a pane of it, of an aspect.
    pub fn view(&self, bounds: &ParkBounds, aspect: f64) -> Pose {
        match self {
            Self::Park => bounds.limited(&bounds.opening(aspect)),
            Self::Compared { at, radius_m, from } => bounds.view_to_compare(*at, *radius_m, from, aspect),
        }
    }
}

/// The pose at the least distance from its target that has all the points in the picture.
fn framed(pose: Pose, points: &[DVec3], aspect: f64) -> Pose {
    let axes = pose.axes();
    let least_m = points.iter().map(|point| {
        let offset = *point - pose.target;
        let across = offset.dot(axes.right).abs() / (HALF_VIEW_TAN * aspect);
        let upward = offset.dot(axes.up).abs() / HALF_VIEW_TAN;
        across.max(upward) - offset.dot(axes.forward)
    });
    Pose { distance_m: least_m.fold(NEAREST_M, f64::max).min(FARTHEST_M), ..pose }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use proptest::prelude::*;

    use super::*;

    const PARK: ParkBounds = ParkBounds { min: DVec2::new(-2_400.0, -2_500.0), max: DVec2::new(2_600.0, 2_500.0) };

    #[test]
    fn the_whole_park_fits_the_picture_and_the_opening_view_is_nearer() {
        for aspect in [0.8, 1.0, 16.0 / 9.0] {
            let pose = PARK.whole(aspect);
            let opening = PARK.opening(aspect);
            assert_eq!(opening.target, PARK.center().extend(0.0), "at aspect {aspect}");
            assert!(
                opening.distance_m < 0.6 * pose.distance_m,
                "at aspect {aspect} it begins {} m away",
                opening.distance_m
            );
            let corners = [(-2_400.0, -2_500.0), (2_600.0, -2_500.0), (2_600.0, 2_500.0), (-2_400.0, 2_500.0)];
            let seen = corners.map(|(x, y)| pose.project(DVec3::new(x, y, 0.0), aspect).unwrap());
            let farthest = seen.iter().map(|at| at.abs().max_element()).fold(0.0, f64::max);
            assert!(farthest < 1.0 + 1e-9, "a corner is outside the picture at aspect {aspect}: {seen:?}");
            assert!(farthest > 0.95, "the park is small in the picture at aspect {aspect}: {seen:?}");
            let heights = seen.map(|at| at.y);
            let (low, high) = (heights.into_iter().fold(1.0, f64::min), heights.into_iter().fold(-1.0, f64::max));
            assert!((low + high).abs() < 0.05, "the park is not in the middle at aspect {aspect}: {seen:?}");
        }
    }

    #[test]
    fn a_compared_place_fits_its_pane_with_north_up_unless_one_had_turned() {
        let (at, radius_m) = (DVec2::new(300.0, -500.0), 140.0);
        let opening = PARK.opening(1.6);
        for aspect in [0.45, 0.6, 1.1, 2.4] {
            let pose = Home::Compared { at, radius_m, from: opening }.view(&PARK, aspect);
            assert!(pose.heading_deg.abs() < 1e-9 && pose.target.truncate().distance(at) < 1e-9, "{pose:?}");
            let round = (0..16).map(|step| DVec2::from_angle(f64::from(step) * PI / 8.0));
            let seen = round.map(|along| pose.project((at + along * radius_m).extend(0.0), aspect).unwrap());
            let farthest = seen.map(|at| at.abs().max_element()).fold(0.0, f64::max);
            assert!((0.3..1.0).contains(&farthest), "at aspect {aspect} its circle reaches {farthest} of the way out");
        }
        let turned = Pose { heading_deg: 70.0, ..opening };
        let pose = Home::Compared { at, radius_m, from: turned }.view(&PARK, 1.0);
        assert!((pose.heading_deg - 70.0).abs() < 1e-9, "the heading that one had chosen stays: {pose:?}");
        let walking = Pose { walking: true, pitch_deg: 0.0, ..turned };
        assert!(!Home::Compared { at, radius_m, from: walking }.view(&PARK, 1.0).walking);
    }

    #[test]
    fn a_walker_stands_on_the_ground() {
        let pose = Pose { target: DVec3::new(0.0, 0.0, 80.0), walking: true, ..PARK.opening(1.0) };
        let walker = PARK.limited(&pose);
        assert!((walker.eye().z - EYE_HEIGHT_M).abs() < 1e-12);
    }

    #[test]
    fn numbers_that_are_none_give_the_opening_view() {
        let broken = Pose {
            target: DVec3::NAN,
            heading_deg: f64::NAN,
            pitch_deg: f64::INFINITY,
            distance_m: f64::NAN,
            walking: false,
        };
        assert_eq!(PARK.limited(&broken), PARK.limited(&PARK.opening(1.5)));
    }

    proptest! {
        #[test]
        fn no_pose_is_under_the_ground_or_far_away(
            x in -1e6f64..1e6, y in -1e6f64..1e6, z in -1e4f64..1e4, heading_deg in -1e4f64..1e4,
            pitch_deg in -400.0f64..400.0, distance_m in -10.0f64..1e6, walking: bool,
        ) {
            let pose = Pose { target: DVec3::new(x, y, z), heading_deg, pitch_deg, distance_m, walking };
            let limited = PARK.limited(&pose);
            prop_assert!(limited.eye().z >= EYE_HEIGHT_M - 1e-9);
            prop_assert!(limited.target.x.abs() <= 4_000.0 && limited.target.y.abs() <= 4_000.0);
            prop_assert!(limited.distance_m <= FARTHEST_M);
            prop_assert_eq!(PARK.limited(&limited), limited, "limits are stable");
        }
    }
}
