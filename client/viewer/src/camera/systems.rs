//! The camera's systems.

use bevy::math::{DVec2, DVec3, Vec2, Vec3};
use bevy::prelude::*;
use bevy::time::Real;
use bevy::window::PrimaryWindow;
use cloudsite_proto::scene::scene_event::Event;

use super::input;
use super::limits::ParkBounds;
use super::pose::{HALF_VIEW_TAN, Pose};
use super::rig::Rig;
use crate::draw::{Panes, View};
use crate::scene::{FlyTo, ParkKnown, SceneIn, SceneOut, camera_event, pose_from_event};

/// While moving, the page is told where the camera is this often.
const REPORT_SECS: f64 = 0.25;

/// The order of the camera's work within a frame.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraSystems {
    /// Window, park and page are looked at.
    See,
    /// Something in the picture may be taken hold of, so that hands do not move the camera.
    Grip,
    /// What hands ask of it.
    Ask,
    /// It moves.
    Move,
}

/// The camera; none until it is known where the park is.
#[derive(Resource, Debug, Default)]
pub struct Camera {
    rig: Option<Rig>,
    /// Where it was sent before there was a park.
    sent_to: Option<Pose>,
    /// What it was to show before there was a park.
    to_show: Option<FlyTo>,
}

impl Camera {
    /// A camera that begins at a pose instead of the opening view.
    pub fn sent_to(pose: Option<Pose>) -> Self {
        Self { sent_to: pose, ..Self::default() }
    }

    /// The camera in the park.
    pub fn rig(&self) -> Option<&Rig> {
        self.rig.as_ref()
    }

    /// The same, to move it.
    pub fn rig_mut(&mut self) -> Option<&mut Rig> {
        self.rig.as_mut()
    }

    fn know_park(&mut self, bounds: ParkBounds, aspect: f64) {
        if let Some(rig) = &mut self.rig {
            return rig.set_bounds(bounds);
        }
        let mut rig = Rig::new(bounds, aspect);
        if let Some(pose) = self.sent_to.take() {
            rig.jump(&pose);
        }
        if let Some(FlyTo { at, radius_m }) = self.to_show.take() {
            rig.fly_to(at, radius_m);
        }
        self.rig = Some(rig);
    }

    fn show(&mut self, place: FlyTo) {
        match &mut self.rig {
            Some(rig) => rig.fly_to(place.at, place.radius_m),
            None => self.to_show = Some(place),
        }
    }

    fn send_to(&mut self, pose: Pose, fly: bool) {
        match &mut self.rig {
            Some(rig) if fly => rig.fly(&pose),
            Some(rig) => rig.jump(&pose),
            None => self.sent_to = Some(pose),
        }
    }
}

/// The picture on the screen and the pointer over it, logical pixels from the top left.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// Width and height of the picture, or of each of the panes beside each other that it is split into.
    pub size: Vec2,
    /// Where the mouse is, while it is over the picture.
    pub pointer: Option<Vec2>,
    /// The panes.
    pub panes: Panes,
}

impl Viewport {
    /// Width by height.
    pub fn aspect(&self) -> f64 {
        f64::from(self.size.x.max(1.0)) / f64::from(self.size.y.max(1.0))
    }

    /// Pixels of the picture to view units of the pane that they are in.
    pub fn view_from_px(&self, at: Vec2) -> DVec2 {
        self.moved(at, at).0
    }

    /// Where a movement in the picture, pixels, begins and ends in view units of the pane that it begins in.
    pub fn moved(&self, from: Vec2, to: Vec2) -> (DVec2, DVec2) {
        let size = self.size.max(Vec2::ONE);
        let last = (self.panes.count() - 1) as f32;
        let pane = Vec2::new((from.x / size.x).floor().clamp(0.0, last) * size.x, 0.0);
        let view = |at: Vec2| {
            let part = (at - pane).as_dvec2() / size.as_dvec2();
            DVec2::new(part.x * 2.0 - 1.0, 1.0 - part.y * 2.0)
        };
        (view(from), view(to))
    }

    /// View units to pixels, of the first pane.
    pub fn px_from_view(&self, at: DVec2) -> Vec2 {
        (DVec2::new(at.x + 1.0, 1.0 - at.y) / 2.0).as_vec2() * self.size
    }
}

/// Adds the camera. `initial` is where it begins instead of the opening view; `size` is that of a picture without a
/// window.
pub fn plugin(app: &mut App, initial: Option<Pose>, size: Vec2) {
    app.insert_resource(Camera::sent_to(initial))
        .init_resource::<input::Grip>()
        .insert_resource(Viewport { size, pointer: None, panes: Panes::default() })
        .configure_sets(
            Update,
            (CameraSystems::See, CameraSystems::Grip, CameraSystems::Ask, CameraSystems::Move).chain(),
        )
        .add_systems(
            Update,
            (
                (follow_window, follow_park, obey, fly_to).chain().in_set(CameraSystems::See),
                (input::mouse, input::touch, input::keyboard).chain().in_set(CameraSystems::Ask),
                (advance, report).chain().in_set(CameraSystems::Move),
            ),
        );
}

fn follow_window(
    window: Option<Single<&Window, With<PrimaryWindow>>>,
    panes: Res<Panes>,
    mut viewport: ResMut<Viewport>,
    mut camera: ResMut<Camera>,
) {
    if let Some(window) = window {
        let size = Vec2::new(window.width() / panes.count() as f32, window.height());
        viewport.set_if_neq(Viewport { size, pointer: window.cursor_position(), panes: *panes });
    }
    let aspect = viewport.aspect();
    if camera.rig().is_some_and(|rig| (rig.aspect() - aspect).abs() > 1e-9)
        && let Some(rig) = camera.rig_mut()
    {
        rig.set_aspect(aspect);
    }
}

fn follow_park(mut known: MessageReader<ParkKnown>, mut camera: ResMut<Camera>, viewport: Res<Viewport>) {
    for ParkKnown(bounds) in known.read() {
        camera.know_park(*bounds, viewport.aspect());
    }
}

fn obey(mut events: MessageReader<SceneIn>, mut camera: ResMut<Camera>) {
    for SceneIn(event) in events.read() {
        if let Event::Camera(asked) = event {
            match pose_from_event(asked) {
                Ok(pose) => camera.send_to(pose, asked.fly),
                Err(error) => warn!("a camera event was refused: {error}"),
            }
        }
    }
}

fn fly_to(mut flights: MessageReader<FlyTo>, mut camera: ResMut<Camera>) {
    for flight in flights.read() {
        camera.show(*flight);
    }
}

fn advance(mut camera: ResMut<Camera>, mut view: ResMut<View>, time: Res<Time<Real>>) {
    let Some(rig) = camera.rig_mut() else { return };
    if rig.is_moving() {
        rig.advance(time.delta_secs_f64().min(0.25));
    }
    view.set_if_neq(view_of(&rig.pose()));
}

/// A pose as the renderer takes it.
fn view_of(pose: &Pose) -> View {
    let world = |at: DVec3| Vec3::new(at.x as f32, at.z as f32, -at.y as f32);
    let axes = pose.axes();
    View {
        eye: world(pose.eye()),
        forward: world(axes.forward),
        up: world(axes.up),
        fov_y_rad: (2.0 * HALF_VIEW_TAN.atan()) as f32,
    }
}

/// What was last told of the camera.
#[derive(Default)]
struct Reported {
    pose: Option<Pose>,
    at_secs: f64,
}

fn report(camera: Res<Camera>, time: Res<Time<Real>>, mut reported: Local<Reported>, mut out: MessageWriter<SceneOut>) {
    let Some(rig) = camera.rig() else { return };
    let (pose, now_secs) = (rig.pose(), time.elapsed_secs_f64());
    let due = !rig.is_moving() || now_secs - reported.at_secs >= REPORT_SECS;
    if due && reported.pose != Some(pose) {
        *reported = Reported { pose: Some(pose), at_secs: now_secs };
        out.write(SceneOut(Event::Camera(camera_event(&pose))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_view_units_agree() {
        let viewport = Viewport { size: Vec2::new(1280.0, 720.0), pointer: None, panes: Panes::default() };
        assert_eq!(viewport.view_from_px(Vec2::ZERO), DVec2::new(-1.0, 1.0));
        assert_eq!(viewport.px_from_view(DVec2::ZERO), Vec2::new(640.0, 360.0));
        let at = Vec2::new(100.0, 555.0);
        assert!(viewport.px_from_view(viewport.view_from_px(at)).distance(at) < 1e-3);
    }

    #[test]
    fn the_renderer_sees_what_the_pose_sees() {
        let pose = Pose {
            target: DVec3::new(120.0, -80.0, 0.0),
            heading_deg: 33.0,
            pitch_deg: 41.0,
            distance_m: 700.0,
            walking: false,
        };
        let (point, aspect) = (DVec3::new(60.0, 10.0, 25.0), 1.6);
        let clip = view_of(&pose).clip_from_world(aspect as f32).project_point3(Vec3::new(60.0, 25.0, -10.0));
        let seen = pose.project(point, aspect).unwrap();
        assert!(clip.truncate().as_dvec2().distance(seen) < 1e-3, "{clip} and {seen}");
    }

    #[test]
    fn a_camera_that_was_sent_somewhere_begins_there() {
        let bounds = ParkBounds { min: DVec2::splat(-900.0), max: DVec2::splat(900.0) };
        let pose = Pose { distance_m: 250.0, ..bounds.opening(1.0) };
        let mut camera = Camera::default();
        camera.send_to(pose, true);
        camera.know_park(bounds, 1.5);
        assert_eq!(camera.rig().unwrap().pose(), pose);
    }

    #[test]
    fn a_place_asked_for_before_the_park_was_known_is_flown_to() {
        let bounds = ParkBounds { min: DVec2::splat(-900.0), max: DVec2::splat(900.0) };
        let mut camera = Camera::default();
        camera.show(FlyTo { at: DVec2::new(300.0, -200.0), radius_m: 80.0 });
        camera.know_park(bounds, 1.5);
        let rig = camera.rig().unwrap();
        assert!(rig.is_moving());
        assert!(rig.goal().target.truncate().distance(DVec2::new(300.0, -200.0)) < 1.0, "{:?}", rig.goal());
    }
}
