//! The camera's systems.

use bevy::math::{DVec2, DVec3, Vec2, Vec3};
use bevy::prelude::*;
use bevy::time::Real;
use bevy::window::PrimaryWindow;
use cloudsite_proto::scene::scene_event::Event;

use super::input;
use super::limits::ParkBounds;
use super::pose::{HALF_VIEW_TAN, Pose};
use super::report;
use super::rig::Rig;
use crate::draw::{Panes, View};
use crate::pick::Ray;
use crate::scene::{FlyTo, ParkKnown, SceneIn, pose_from_event};

/// The order of the camera's work within a frame.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraSystems {
    /// The picture is split into panes, or not.
    Split,
    /// Window and park are looked at.
    See,
    /// It goes where the page wants it.
    Obey,
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
    /// Width and height of the picture.
    pub picture: Vec2,
    /// Where the mouse is, while it is over the picture.
    pub pointer: Option<Vec2>,
    /// What it is split into.
    pub panes: Panes,
}

impl Viewport {
    /// Width and height of a pane; of the picture where there is but one.
    pub fn size(&self) -> Vec2 {
        let (columns, rows) = self.panes.grid();
        self.picture / Vec2::new(columns as f32, rows as f32)
    }

    /// Width by height of a pane.
    pub fn aspect(&self) -> f64 {
        let size = self.size().max(Vec2::ONE);
        f64::from(size.x) / f64::from(size.y)
    }

    /// The pane at a place of the picture.
    pub fn pane_at(&self, at: Vec2) -> usize {
        self.panes.at(at / self.picture.max(Vec2::ONE))
    }

    /// The camera of the pane at a place of the picture where the first pane's is `pose`, and the place in its view units.
    pub fn sight(&self, pose: &Pose, at: Vec2) -> (Pose, DVec2) {
        (pose.shifted(self.panes.stand(self.pane_at(at)).shift_m), self.view_from_px(at))
    }

    /// The ray in which a place of the picture lies where the first pane's camera is `pose`.
    pub fn ray(&self, pose: &Pose, at: Vec2) -> Ray {
        let (pose, place) = self.sight(pose, at);
        Ray { from: pose.eye(), along: pose.ray(place, self.aspect()) }
    }

    /// Pixels of the picture to view units of the pane that they are in.
    pub fn view_from_px(&self, at: Vec2) -> DVec2 {
        self.moved(at, at).0
    }

    /// Where a movement in the picture, pixels, begins and ends in view units of the pane that it begins in.
    pub fn moved(&self, from: Vec2, to: Vec2) -> (DVec2, DVec2) {
        let size = self.size().max(Vec2::ONE);
        let (pane, columns) = (self.pane_at(from) as u32, self.panes.grid().0);
        let corner = Vec2::new((pane % columns) as f32, (pane / columns) as f32) * size;
        let view = |at: Vec2| {
            let part = (at - corner).as_dvec2() / size.as_dvec2();
            DVec2::new(part.x * 2.0 - 1.0, 1.0 - part.y * 2.0)
        };
        (view(from), view(to))
    }

    /// View units of a pane to shares of the picture's width and height, from its upper left corner.
    pub fn share_from_view(&self, pane: u32, at: DVec2) -> DVec2 {
        let (columns, rows) = self.panes.grid();
        let corner = DVec2::new(f64::from(pane % columns), f64::from(pane / columns));
        (corner + DVec2::new(at.x + 1.0, 1.0 - at.y) / 2.0) / DVec2::new(f64::from(columns), f64::from(rows))
    }

    /// View units to pixels, of the first pane.
    pub fn px_from_view(&self, at: DVec2) -> Vec2 {
        (DVec2::new(at.x + 1.0, 1.0 - at.y) / 2.0).as_vec2() * self.size()
    }
}

/// Adds the camera. `initial` is where it begins instead of the opening view; `size` is that of a picture without a
/// window.
pub fn plugin(app: &mut App, initial: Option<Pose>, size: Vec2) {
    app.insert_resource(Camera::sent_to(initial))
        .init_resource::<input::Grip>()
        .init_resource::<report::Reporting>()
        .insert_resource(Viewport { picture: size, pointer: None, panes: Panes::default() })
        .configure_sets(
            Update,
            (
                CameraSystems::Split,
                CameraSystems::See,
                CameraSystems::Obey,
                CameraSystems::Grip,
                CameraSystems::Ask,
                CameraSystems::Move,
            )
                .chain(),
        )
        .add_systems(
            Update,
            (
                (follow_window, follow_park).chain().in_set(CameraSystems::See),
                (obey, fly_to).chain().in_set(CameraSystems::Obey).run_if(is_one_view),
                (input::mouse, input::touch, input::keyboard).chain().in_set(CameraSystems::Ask),
                (advance, report::obey, report::report).chain().in_set(CameraSystems::Move),
            ),
        );
}

fn follow_window(
    window: Option<Single<&Window, With<PrimaryWindow>>>,
    panes: Res<Panes>,
    mut viewport: ResMut<Viewport>,
    mut camera: ResMut<Camera>,
) {
    let seen = Viewport { panes: *panes, ..*viewport };
    viewport.set_if_neq(window.map_or(seen, |window| Viewport {
        picture: Vec2::new(window.width(), window.height()),
        pointer: window.cursor_position(),
        ..seen
    }));
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

/// Over places that are compared nobody is sent elsewhere: who wants to see something else leaves them first.
fn is_one_view(panes: Res<Panes>) -> bool {
    !panes.compares()
}

fn obey(mut events: MessageReader<SceneIn>, mut camera: ResMut<Camera>) {
    for SceneIn(event) in events.read() {
        if let Event::Camera(asked) = event {
            match pose_from_event(asked) {
                Ok(pose) => match camera.rig_mut() {
                    Some(rig) if asked.follow => rig.follow(&pose),
                    _ => camera.send_to(pose, asked.fly),
                },
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
    rig.advance(time.delta_secs_f64().min(0.25));
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cloudsite_proto::scene::Reporting;

    use super::*;
    use crate::scene::{SceneOut, camera_event};

    #[test]
    fn pixels_and_view_units_agree() {
        let viewport = Viewport { picture: Vec2::new(1280.0, 720.0), pointer: None, panes: Panes::default() };
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

    #[test]
    fn the_page_is_told_of_who_follows_and_of_hands_that_end_it() {
        let bounds = ParkBounds { min: DVec2::splat(-900.0), max: DVec2::splat(900.0) };
        let mut camera = Camera::default();
        camera.know_park(bounds, 1.5);
        let mut app = App::new();
        app.add_message::<SceneIn>()
            .add_message::<SceneOut>()
            .init_resource::<Time<Real>>()
            .init_resource::<Panes>()
            .init_resource::<View>()
            .init_resource::<report::Reporting>()
            .insert_resource(camera)
            .add_systems(Update, (obey, advance, report::obey, report::report).chain());
        let told = |app: &mut App, frames: u32| {
            let all = (0..frames).flat_map(|_| {
                app.world_mut().resource_mut::<Time<Real>>().update_with_duration(Duration::from_millis(16));
                app.update();
                app.world_mut().resource_mut::<Messages<SceneOut>>().drain().collect::<Vec<_>>()
            });
            all.map(|SceneOut(event)| event).collect::<Vec<_>>()
        };
        told(&mut app, 2);
        let pose = bounds.limited(&Pose { heading_deg: 10.0, ..bounds.opening(1.5) });
        let followed = cloudsite_proto::scene::Camera { follow: true, ..camera_event(&pose) };
        app.world_mut().write_message(SceneIn(Event::Reporting(Reporting { moving: true })));
        app.world_mut().write_message(SceneIn(Event::Camera(followed)));
        let cameras = told(&mut app, 250);
        assert!(cameras.len() > 10, "{} cameras", cameras.len());
        assert_eq!(cameras.last(), Some(&Event::Camera(camera_event(&pose))), "where it came to rest");

        app.world_mut().resource_mut::<Camera>().rig_mut().unwrap().turn(DVec2::new(0.1, 0.0));
        let hands = told(&mut app, 3);
        assert!(matches!(hands.first(), Some(Event::CameraTaken(_))), "{hands:?}");
    }
}
