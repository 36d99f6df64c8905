//! Someone who is seen in the park: where they look from, as one movement.

use bevy::math::DVec3;
use cloudsite_proto::scene;

use super::FARTHEST_M;
use crate::camera::{Easing, Pose, is_far};
use crate::scene::pose_from_event;

/// Someone who looks around by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Avatar {
    colour: u32,
    pose: Pose,
    goal: Pose,
    easing: Easing,
}

/// The pose that was reported of someone; none if it is nowhere near a park.
pub(super) fn reported(camera: &scene::Camera) -> Option<Pose> {
    let pose = pose_from_event(camera).ok()?;
    let is_near = pose.target.abs().max_element() < FARTHEST_M && (0.0..FARTHEST_M).contains(&pose.distance_m);
    is_near.then_some(pose)
}

impl Avatar {
    /// Someone who is seen for the first time.
    pub fn new(pose: Pose, colour: u32) -> Self {
        Self { colour, pose, goal: pose, easing: Easing::default() }
    }

    /// The same, on the way to another pose; at once there if that is too far for one movement.
    #[must_use]
    pub fn going_to(self, goal: Pose, colour: u32) -> Self {
        if is_far(&self.pose, &goal) { Self::new(goal, colour) } else { Self { colour, goal, ..self } }
    }

    /// Lets time pass; whether they moved.
    pub fn advance(&mut self, secs: f64) -> bool {
        let moves = self.is_moving();
        if moves {
            self.pose = self.easing.step(&self.pose, &self.goal, secs);
        } else {
            (self.pose, self.easing) = (self.goal, Easing::default());
        }
        moves
    }

    /// Whether they are on the way.
    pub fn is_moving(&self) -> bool {
        self.pose != self.goal && !self.easing.is_at_rest(&self.pose, &self.goal)
    }

    /// Where their eye is, park metres.
    pub fn eye(&self) -> DVec3 {
        self.pose.eye()
    }

    /// The direction of their view and what is up to them, each of length 1.
    pub fn looks(&self) -> (DVec3, DVec3) {
        let axes = self.pose.axes();
        (axes.forward, axes.up)
    }

    /// Which of the colours is theirs.
    pub const fn colour(&self) -> u32 {
        self.colour
    }
}
