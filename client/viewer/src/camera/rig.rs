//! The camera as it moves: where it is, where it is going and what people do to it. Knows no window and no clock.

use bevy::math::{DVec2, DVec3};

use super::easing::{Easing, is_far};
use super::flight::Flight;
use super::limits::{FARTHEST_M, Home, NEAREST_M, ParkBounds};
use super::pose::{HALF_VIEW_TAN, Pose};

/// How fast the camera follows what it is asked, per second.
const FOLLOW_PER_SEC: f64 = 14.0;
/// After hands have moved it, it follows nobody for so long: what was on its way to it does not take it back.
const HELD_SECS: f64 = 0.5;
/// For how long a released drag goes on at its speed.
const FLING_SECS: f64 = 0.12;
/// Degrees turned by a drag over the whole height of the picture.
const TURN_DEG: f64 = 140.0;
/// Keyboard: part of the distance a second, degrees a second, and metres a second on foot.
const PAN_PER_SEC: f64 = 0.7;
const TURN_DEG_PER_SEC: f64 = 70.0;
const TILT_DEG_PER_SEC: f64 = 40.0;
const ZOOM_PER_SEC: f64 = 1.2;
const WALK_M_PER_SEC: f64 = 6.0;
/// From which one lands where a walk ends.
const LANDING_M: f64 = 180.0;

/// What the keys ask for, each from -1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct KeyMotion {
    /// To the right.
    pub right: f64,
    /// Forward.
    pub forward: f64,
    /// Turning to the right.
    pub turn: f64,
    /// Looking further down.
    pub tilt: f64,
    /// Nearer.
    pub zoom: f64,
    /// In a hurry.
    pub fast: bool,
}

impl KeyMotion {
    fn is_still(&self) -> bool {
        *self == Self { fast: self.fast, ..Self::default() }
    }
}

/// Going where another's camera goes.
#[derive(Debug, Clone, Copy)]
struct Following {
    /// Where that is.
    goal: Pose,
    easing: Easing,
}

/// The camera in the park.
#[derive(Debug, Clone)]
pub struct Rig {
    pose: Pose,
    goal: Pose,
    flight: Option<Flight>,
    following: Option<Following>,
    /// For how long yet it is in hands.
    held_secs: f64,
    /// Whether hands have begun to move it, until that is asked for.
    taken: bool,
    /// Speed of the drag under way, metres a second over the ground.
    fling: DVec2,
    bounds: ParkBounds,
    aspect: f64,
    home: Home,
}

impl Rig {
    /// A camera at the opening view of a park, in a picture `aspect` times as wide as high.
    pub fn new(bounds: ParkBounds, aspect: f64) -> Self {
        let pose = bounds.limited(&bounds.opening(aspect));
        Self {
            pose,
            goal: pose,
            flight: None,
            following: None,
            held_secs: 0.0,
            taken: false,
            fling: DVec2::ZERO,
            bounds,
            aspect,
            home: Home::Park,
        }
    }

    /// Where it is.
    pub fn pose(&self) -> Pose {
        self.pose
    }

    /// Where it will be when it has settled.
    pub fn goal(&self) -> Pose {
        self.flight.as_ref().map_or(self.goal, Flight::goal)
    }

    /// Whether it is going somewhere.
    pub fn is_moving(&self) -> bool {
        self.flight.is_some() || self.pose != self.goal
    }

    /// Width by height of the picture.
    pub fn aspect(&self) -> f64 {
        self.aspect
    }

    /// Takes a new width by height of the picture. A camera that nobody has moved from home goes to where
    /// home is then.
    pub fn set_aspect(&mut self, aspect: f64) {
        let untouched = self.pose == self.home.view(&self.bounds, self.aspect);
        self.aspect = aspect.clamp(0.05, 20.0);
        if untouched {
            self.jump(&self.home.view(&self.bounds, self.aspect));
        }
    }

    /// Takes new bounds of the park.
    pub fn set_bounds(&mut self, bounds: ParkBounds) {
        self.bounds = bounds;
    }

    /// The park's bounds.
    pub fn bounds(&self) -> &ParkBounds {
        &self.bounds
    }

    /// Goes to a pose at once.
    pub fn jump(&mut self, to: &Pose) {
        self.goal = self.bounds.limited(to);
        self.pose = self.goal;
        self.flight = None;
        self.following = None;
    }

    /// Flies to a pose.
    pub fn fly(&mut self, to: &Pose) {
        self.flight = Some(Flight::new(self.pose, self.bounds.limited(to)));
        self.following = None;
    }

    /// Goes where another's camera is, and on to where it is said to be next, as one movement; it flies there if that is
    /// far off. In hands it stays where it is.
    pub fn follow(&mut self, to: &Pose) {
        if self.held_secs > 0.0 {
            return;
        }
        let to = self.bounds.limited(to);
        let before = self.following.map_or(self.pose, |following| following.goal);
        let easing = self.following.map_or_else(Easing::default, |following| following.easing);
        self.following = Some(Following { goal: to, easing });
        if self.flight.is_some() {
            // It arrives first.
            return;
        }
        self.goal = to;
        if is_far(&before, &to) {
            self.flight = Some(Flight::new(self.pose, to));
        }
    }

    /// Whether hands have begun to move it since this was last asked.
    pub fn was_taken(&mut self) -> bool {
        std::mem::take(&mut self.taken)
    }

    /// Flies to the view that it began with.
    pub fn fly_home(&mut self) {
        self.fly(&self.home.view(&self.bounds, self.aspect));
    }

    /// Whether it is where it began, or on its way there.
    pub fn is_home(&self) -> bool {
        self.goal() == self.home.view(&self.bounds, self.aspect)
    }

    /// Goes to a new home at once.
    pub fn move_to(&mut self, home: Home) {
        self.home = home;
        self.jump(&home.view(&self.bounds, self.aspect));
    }

    /// Flies so that a thing of `radius_m` at a place fills the picture well.
    pub fn fly_to(&mut self, at: DVec2, radius_m: f64) {
        self.fly(&self.bounds.view_of(at, radius_m, &self.pose, self.aspect));
    }

    /// Steps down to eye height at the target, or back up above the place walked at.
    pub fn toggle_walk(&mut self) {
        let pose = self.goal();
        let to = if pose.walking {
            let target = DVec3::new(pose.target.x, pose.target.y, 0.0);
            Pose { target, pitch_deg: 30.0, distance_m: LANDING_M, walking: false, ..pose }
        } else {
            Pose { pitch_deg: 0.0, distance_m: 0.0, walking: true, ..pose }
        };
        self.fly(&to);
    }

    /// A drag from one place of the picture to another within `secs`: carries the ground along, or looks around on foot.
    pub fn drag(&mut self, from: DVec2, to: DVec2, secs: f64) {
        self.take_over();
        if self.pose.walking {
            let degrees = HALF_VIEW_TAN.atan().to_degrees();
            let moved = (to - from) * degrees;
            self.set(self.pose.turned(-moved.x * self.aspect, moved.y));
            return;
        }
        let before = self.pose.target;
        self.set(self.pose.dragged(from, to, self.aspect));
        let speed = (self.pose.target - before).truncate() / secs.max(1e-3);
        self.fling = self.fling.lerp(speed, 0.5);
    }

    /// The drag has ended: the ground glides on a little.
    pub fn release(&mut self) {
        if !self.pose.walking && self.flight.is_none() {
            let glide = (self.fling * FLING_SECS).clamp_length_max(self.pose.distance_m * 0.3);
            self.goal = self.bounds.limited(&Pose { target: self.goal.target + glide.extend(0.0), ..self.goal });
        }
        self.fling = DVec2::ZERO;
    }

    /// Turns and tilts by a drag over a part of the picture, view units.
    pub fn turn(&mut self, moved: DVec2) {
        self.take_over();
        let half = TURN_DEG / 2.0;
        self.set(self.pose.turned(moved.x * half * self.aspect.min(2.0), -moved.y * half));
    }

    /// Multiplies the distance; what is seen at `at` stays there. On foot it is a step.
    pub fn zoom(&mut self, factor: f64, at: DVec2) {
        self.take_over();
        self.goal = if self.goal.walking {
            self.bounds.limited(&self.goal.stepped(0.0, -factor.ln() * 20.0))
        } else {
            self.bounds.limited(&self.goal.zoomed(factor, at, self.aspect, NEAREST_M, FARTHEST_M))
        };
    }

    /// Two fingers: zooms and turns about the middle between them, and carries the ground along, all at once.
    pub fn pinch(&mut self, from: DVec2, to: DVec2, factor: f64, turn_deg: f64) {
        self.take_over();
        if self.pose.walking {
            return self.drag(from, to, 0.1);
        }
        let moved = self.pose.dragged(from, to, self.aspect);
        self.set(moved.zoomed(factor, to, self.aspect, NEAREST_M, FARTHEST_M).turned(turn_deg, 0.0));
    }

    /// Moves as the keys ask for `secs`.
    pub fn keys(&mut self, motion: KeyMotion, secs: f64) {
        if motion.is_still() {
            return;
        }
        self.take_over();
        let hurry = if motion.fast { 4.0 } else { 1.0 };
        let speed = if self.goal.walking { WALK_M_PER_SEC } else { PAN_PER_SEC * self.goal.distance_m } * hurry;
        let turned = self
            .goal
            .stepped(motion.right * speed * secs, motion.forward * speed * secs)
            .turned(motion.turn * TURN_DEG_PER_SEC * secs, motion.tilt * TILT_DEG_PER_SEC * secs);
        let zoomed = if turned.walking || motion.zoom == 0.0 {
            turned
        } else {
            turned.zoomed((-motion.zoom * ZOOM_PER_SEC * secs).exp(), DVec2::ZERO, self.aspect, NEAREST_M, FARTHEST_M)
        };
        self.goal = self.bounds.limited(&zoomed);
    }

    /// Lets `secs` pass.
    pub fn advance(&mut self, secs: f64) {
        self.held_secs = (self.held_secs - secs).max(0.0);
        if let Some(flight) = &mut self.flight {
            let (pose, arrived) = flight.advance(secs);
            self.pose = pose;
            self.goal = pose;
            if arrived {
                self.flight = None;
                self.follow_on();
            }
            return;
        }
        if let Some(following) = &mut self.following {
            self.pose = self.bounds.limited(&following.easing.step(&self.pose, &self.goal, secs));
            if following.easing.is_at_rest(&self.pose, &self.goal) {
                self.pose = self.goal;
                following.easing = Easing::default();
            }
            return;
        }
        self.pose = self.pose.towards(&self.goal, 1.0 - (-FOLLOW_PER_SEC * secs.max(0.0)).exp());
        if self.pose.is_close_to(&self.goal) {
            self.pose = self.goal;
        }
    }

    /// After a flight, goes to where what it follows has come meanwhile.
    fn follow_on(&mut self) {
        if let Some(following) = &mut self.following {
            following.easing = Easing::default();
            self.goal = following.goal;
            if is_far(&self.pose, &self.goal) {
                self.flight = Some(Flight::new(self.pose, self.goal));
            }
        }
    }

    /// A person takes over from a flight, and from whom it follows.
    pub(super) fn take_over(&mut self) {
        self.taken |= self.held_secs == 0.0;
        self.held_secs = HELD_SECS;
        let followed = self.following.take().is_some();
        if self.flight.take().is_some() || followed {
            self.pose = self.bounds.limited(&self.pose);
            self.goal = self.pose;
        }
    }

    fn set(&mut self, pose: Pose) {
        self.pose = self.bounds.limited(&pose);
        self.goal = self.pose;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rig() -> Rig {
        Rig::new(ParkBounds { min: DVec2::splat(-2_500.0), max: DVec2::splat(2_500.0) }, 1.6)
    }

    fn settle(rig: &mut Rig) {
        for _ in 0..1_000 {
            rig.advance(0.02);
            if !rig.is_moving() {
                return;
            }
        }
        panic!("never settles: {rig:?}");
    }

    #[test]
    fn the_wheel_zooms_to_the_pointer_and_settles_there() {
        let mut rig = rig();
        let at = DVec2::new(0.4, -0.3);
        let fixed = rig.pose().ground_at(at, 1.6);
        for _ in 0..5 {
            rig.zoom(0.8, at);
            rig.advance(0.016);
            let seen = rig.pose().project(fixed, 1.6).unwrap();
            assert!(seen.distance(at) < 1e-6, "the point went to {seen}");
        }
        settle(&mut rig);
        assert_eq!(rig.pose(), rig.goal());
    }

    #[test]
    fn one_walks_and_comes_back_up() {
        let mut rig = rig();
        rig.toggle_walk();
        settle(&mut rig);
        assert!(rig.pose().walking && (rig.pose().eye().z - 1.7).abs() < 1e-9);
        let before = rig.pose().eye();
        rig.keys(KeyMotion { forward: 1.0, ..KeyMotion::default() }, 1.0);
        settle(&mut rig);
        assert!((rig.pose().eye().distance(before) - WALK_M_PER_SEC).abs() < 1e-6);
        rig.toggle_walk();
        settle(&mut rig);
        assert!(!rig.pose().walking && rig.pose().distance_m >= NEAREST_M);
    }

    #[test]
    fn a_drag_takes_over_from_a_flight_and_glides_on() {
        let mut rig = rig();
        rig.fly_to(DVec2::new(900.0, 400.0), 80.0);
        rig.advance(0.2);
        rig.drag(DVec2::ZERO, DVec2::new(0.1, 0.0), 0.016);
        assert!(!rig.is_moving(), "the flight is over");
        rig.release();
        assert!(rig.is_moving(), "the ground glides on");
        settle(&mut rig);
    }

    #[test]
    fn it_follows_on_and_flies_to_what_is_far() {
        let mut rig = rig();
        let start = rig.pose();
        let near = Pose { heading_deg: start.heading_deg + 20.0, ..start };
        rig.follow(&near);
        rig.advance(0.05);
        assert!(rig.flight.is_none() && rig.is_moving() && rig.pose() != start);
        settle(&mut rig);
        assert_eq!(rig.pose(), rig.bounds().limited(&near));

        let far = Pose { target: DVec3::new(900.0, 400.0, 0.0), distance_m: 120.0, ..start };
        rig.follow(&far);
        assert!(rig.flight.is_some());
        rig.advance(0.1);
        let on = Pose { target: DVec3::new(930.0, 400.0, 0.0), ..far };
        rig.follow(&on);
        settle(&mut rig);
        assert_eq!(rig.pose(), rig.bounds().limited(&on), "what was heard during the flight is not lost");
    }

    #[test]
    fn hands_win_over_who_is_followed_and_that_is_told_once() {
        let mut rig = rig();
        let elsewhere = |east_m: f64| Pose { target: DVec3::new(east_m, 0.0, 0.0), ..rig.pose() };
        let [first, second] = [200.0, 300.0].map(elsewhere);
        rig.follow(&first);
        rig.advance(0.05);
        assert!(!rig.was_taken());
        rig.turn(DVec2::new(0.1, 0.0));
        rig.turn(DVec2::new(0.1, 0.0));
        let held = rig.pose();
        assert!(rig.was_taken() && !rig.was_taken());
        rig.follow(&second);
        rig.advance(0.1);
        assert_eq!(rig.pose(), held, "what was on its way does not take it back");
        rig.advance(HELD_SECS);
        rig.follow(&second);
        settle(&mut rig);
        assert_eq!(rig.pose(), second, "it can be led again");
    }

    #[test]
    fn only_a_camera_that_nobody_moved_frames_the_park_anew() {
        let mut rig = rig();
        rig.set_aspect(0.6);
        assert_eq!(rig.pose(), rig.bounds().limited(&rig.bounds().opening(0.6)));
        rig.turn(DVec2::new(0.2, 0.0));
        let moved = rig.pose();
        rig.set_aspect(1.8);
        assert_eq!(rig.pose(), moved);
    }

    #[test]
    fn home_is_where_places_are_compared_until_one_moves_elsewhere() {
        let mut rig = rig();
        let before = rig.pose();
        let home = Home::Compared { at: DVec2::new(700.0, -200.0), radius_m: 90.0, from: before };
        rig.move_to(home);
        let framed = rig.pose();
        assert!(framed.target.truncate().distance(DVec2::new(700.0, -200.0)) < 1e-9 && !rig.is_moving());
        rig.set_aspect(0.5);
        assert!(rig.pose().distance_m > framed.distance_m * 1.5, "a narrow pane is seen from farther off");
        rig.turn(DVec2::new(0.3, 0.1));
        rig.fly_home();
        settle(&mut rig);
        assert_eq!(rig.pose(), home.view(rig.bounds(), 0.5));
        rig.move_to(Home::Park);
        assert_eq!(rig.pose(), rig.bounds().limited(&rig.bounds().opening(0.5)));
    }

    #[test]
    fn a_flight_ends_at_the_thing() {
        let mut rig = rig();
        rig.fly_to(DVec2::new(900.0, 400.0), 80.0);
        settle(&mut rig);
        assert!(rig.pose().target.truncate().distance(DVec2::new(900.0, 400.0)) < 1e-9);
        rig.fly_home();
        settle(&mut rig);
        assert_eq!(rig.pose(), rig.bounds().limited(&rig.bounds().opening(1.6)));
    }
}
