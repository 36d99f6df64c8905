//! What the page is told of the camera.

use bevy::prelude::*;
use bevy::time::Real;
use cloudsite_proto::scene::CameraTaken;
use cloudsite_proto::scene::scene_event::Event;

use super::pose::Pose;
use super::systems::Camera;
use crate::draw::Panes;
use crate::scene::{SceneIn, SceneOut, camera_event};

/// While moving, the page is told where the camera is this often.
const REPORT_SECS: f64 = 0.25;
/// The same where the page wants to be told of movements.
const MOVEMENT_SECS: f64 = 1.0 / 15.0;

/// Whether the page wants to be told of movements.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reporting {
    moving: bool,
}

/// What was last seen and told of the camera.
#[derive(Debug, Default)]
pub(super) struct Reports {
    seen: Option<Pose>,
    /// The pose, and whether it was one on the way.
    told: Option<(Pose, bool)>,
    told_secs: f64,
}

impl Reports {
    /// Whether a camera at `pose`, that goes on if `goes`, is to be told of at `now_secs`; if so, whether as one on the way.
    /// A camera on the way is told of every `every_secs`, one that has come to rest at once.
    fn due(&mut self, pose: Pose, goes: bool, every_secs: f64, now_secs: f64) -> Option<bool> {
        // What hands drag is where it should be in each frame, and moves all the same.
        let moving = goes || self.seen.is_some_and(|seen| seen != pose);
        self.seen = Some(pose);
        let due = !moving || now_secs - self.told_secs >= every_secs;
        if !due || self.told.is_some_and(|(told, was_moving)| told == pose && (moving || !was_moving)) {
            return None;
        }
        (self.told, self.told_secs) = (Some((pose, moving)), now_secs);
        Some(moving)
    }
}

pub(super) fn obey(mut events: MessageReader<SceneIn>, mut reporting: ResMut<Reporting>) {
    for SceneIn(event) in events.read() {
        if let Event::Reporting(asked) = event {
            reporting.moving = asked.moving;
        }
    }
}

/// Over places that are compared the camera is not told of: the one that counts is that which it goes back to.
pub(super) fn report(
    mut camera: ResMut<Camera>,
    panes: Res<Panes>,
    reporting: Res<Reporting>,
    time: Res<Time<Real>>,
    mut reports: Local<Reports>,
    mut out: MessageWriter<SceneOut>,
) {
    let Some(rig) = camera.rig_mut() else { return };
    if rig.was_taken() {
        out.write(SceneOut(Event::CameraTaken(CameraTaken {})));
    }
    if panes.compares() {
        return;
    }
    let every_secs = if reporting.moving { MOVEMENT_SECS } else { REPORT_SECS };
    let pose = rig.pose();
    if let Some(moving) = reports.due(pose, rig.is_moving(), every_secs, time.elapsed_secs_f64()) {
        out.write(SceneOut(Event::Camera(cloudsite_proto::scene::Camera { moving, ..camera_event(&pose) })));
    }
}

#[cfg(test)]
mod tests {
    use bevy::math::DVec3;

    use super::*;

    fn at(east_m: f64) -> Pose {
        let target = DVec3::new(east_m, 0.0, 0.0);
        Pose { target, heading_deg: 0.0, pitch_deg: 40.0, distance_m: 300.0, walking: false }
    }

    /// What is told in two seconds, the first of which it moves in: 60 frames a second, by hands or of itself.
    fn told(every_secs: f64, goes: bool) -> Vec<(f64, bool)> {
        let mut reports = Reports::default();
        let frames = (0..120_u32).filter_map(|frame| {
            let pose = at(f64::from(frame.min(60)));
            let moving = reports.due(pose, goes && frame < 60, every_secs, f64::from(frame) / 60.0)?;
            Some((pose.target.x, moving))
        });
        frames.collect()
    }

    #[test]
    fn a_movement_is_told_so_often_and_its_end_in_any_case() {
        for (every_secs, often) in [(REPORT_SECS, 4..=6), (MOVEMENT_SECS, 12..=17)] {
            for goes in [true, false] {
                let told = told(every_secs, goes);
                assert!(often.contains(&told.len()), "{} times", told.len());
                assert_eq!(told.last(), Some(&(60.0, false)), "where it came to rest");
                assert!(told[1..told.len() - 1].iter().all(|(_, moving)| *moving), "{told:?}");
            }
        }
    }

    #[test]
    fn a_camera_at_rest_is_told_of_once() {
        let mut reports = Reports::default();
        let told: Vec<_> = (0..90).filter_map(|frame| reports.due(at(5.0), false, 0.1, f64::from(frame))).collect();
        assert_eq!(told, [false]);
    }
}
