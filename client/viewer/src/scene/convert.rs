//! Between events and the viewer's own types.

use bevy::math::DVec3;
use cloudsite_proto::scene;

use crate::camera::Pose;

/// A field of an event holds what it may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field '{field}' must be a finite number")]
pub struct BadEvent {
    /// The field.
    pub field: &'static str,
}

/// A camera event as a pose. Limits are the rig's affair.
pub fn pose_from_event(event: &scene::Camera) -> Result<Pose, BadEvent> {
    let fields = [
        ("target_east_m", event.target_east_m),
        ("target_north_m", event.target_north_m),
        ("target_up_m", event.target_up_m),
        ("heading_deg", event.heading_deg),
        ("pitch_deg", event.pitch_deg),
        ("distance_m", event.distance_m),
    ];
    if let Some((field, _)) = fields.into_iter().find(|(_, value)| !value.is_finite()) {
        return Err(BadEvent { field });
    }
    Ok(Pose {
        target: DVec3::new(event.target_east_m, event.target_north_m, event.target_up_m),
        heading_deg: event.heading_deg,
        pitch_deg: event.pitch_deg,
        distance_m: event.distance_m,
        walking: event.walking,
    })
}

/// A pose as a camera event.
pub fn camera_event(pose: &Pose) -> scene::Camera {
    scene::Camera {
        target_east_m: pose.target.x,
        target_north_m: pose.target.y,
        target_up_m: pose.target.z,
        heading_deg: pose.heading_deg,
        pitch_deg: pose.pitch_deg,
        distance_m: pose.distance_m,
        walking: pose.walking,
        ..scene::Camera::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pose_goes_there_and_back() {
        let pose = Pose {
            target: DVec3::new(1.0, 2.0, 3.0),
            heading_deg: 4.0,
            pitch_deg: 5.0,
            distance_m: 600.0,
            walking: false,
        };
        assert_eq!(pose_from_event(&camera_event(&pose)), Ok(pose));
    }

    #[test]
    fn the_bad_field_is_named() {
        let event = scene::Camera { pitch_deg: f64::NAN, ..scene::Camera::default() };
        assert_eq!(pose_from_event(&event), Err(BadEvent { field: "pitch_deg" }));
    }
}
