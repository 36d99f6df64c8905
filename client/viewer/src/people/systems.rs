//! The systems of people in the park.

use bevy::ecs::system::SystemParam;
use bevy::input::touch::Touches;
use bevy::math::Vec2;
use bevy::prelude::*;
use bevy::time::Real;
use bevy::window::PrimaryWindow;
use cloudsite_domain::record::Layer;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{NameSeen, NamesSeen};

use super::aim::{Aim, Aimed};
use super::{People, marks, names};
use crate::camera::{Camera, CameraSystems, Grip, Viewport};
use crate::draw::{LayerVisibility, Marks};
use crate::massing::Factory;
use crate::pick::{Ray, surface};
use crate::scene::{SceneIn, SceneOut};
use crate::tiles::TilePark;

/// Adds people and what they point at.
pub fn plugin(app: &mut App) {
    app.init_resource::<People>()
        .add_systems(Update, obey.in_set(CameraSystems::Obey))
        .add_systems(Update, (aim, draw, tell_names).chain().after(CameraSystems::Move));
}

fn obey(mut events: MessageReader<SceneIn>, mut people: ResMut<People>, mut grip: ResMut<Grip>, time: Res<Time<Real>>) {
    for SceneIn(event) in events.read() {
        match event {
            Event::People(seen) => people.see(seen),
            Event::PointedAt(pointed) => people.point(pointed, time.elapsed_secs_f64()),
            Event::Point(point) => grip.points = point.active,
            _ => {}
        }
    }
}

/// A hand, and what it can point at.
#[derive(SystemParam)]
struct Sight<'w> {
    viewport: Res<'w, Viewport>,
    camera: Res<'w, Camera>,
    park: Res<'w, TilePark>,
    layers: Res<'w, LayerVisibility>,
    factory: Res<'w, Factory>,
    buttons: Res<'w, ButtonInput<MouseButton>>,
    touches: Res<'w, Touches>,
}

impl Sight<'_> {
    /// The place of the picture at which a hand is, and whether it presses: a finger always does.
    fn hand(&self) -> Option<(Vec2, bool)> {
        let finger = self.touches.iter().min_by_key(|finger| finger.id());
        let mouse = || Some((self.viewport.pointer?, self.buttons.pressed(MouseButton::Left)));
        finger.map(|finger| (finger.position(), true)).or_else(mouse)
    }

    /// What is seen first there.
    fn aimed(&self, (at, presses): (Vec2, bool)) -> Option<Aimed> {
        let ray = self.viewport.ray(&self.camera.rig()?.pose(), at);
        let tiles = self.park.store.shown().map(|decoded| &decoded.tile);
        let of_park = surface(tiles, ray, self.layers.is_visible(Layer::Building));
        let of_factory = self.factory.strike(ray).map(|struck| struck.at);
        let at = of_park.into_iter().chain(of_factory).min_by(|a, b| nearer(ray, *a, *b))?;
        Some(Aimed { at, presses })
    }
}

fn nearer(ray: Ray, one: bevy::math::DVec3, other: bevy::math::DVec3) -> std::cmp::Ordering {
    one.distance_squared(ray.from).total_cmp(&other.distance_squared(ray.from))
}

fn aim(sight: Sight, grip: Res<Grip>, time: Res<Time<Real>>, mut aim: Local<Aim>, mut out: MessageWriter<SceneOut>) {
    let hand = sight.hand().filter(|_| grip.points);
    if let Some(pointing) = aim.due(hand.and_then(|hand| sight.aimed(hand)), time.elapsed_secs_f64()) {
        out.write(SceneOut(Event::Pointing(pointing)));
    }
}

fn draw(
    mut people: ResMut<People>,
    mut marks: ResMut<Marks>,
    window: Query<&Window, With<PrimaryWindow>>,
    time: Res<Time<Real>>,
) {
    if people.bypass_change_detection().advance(time.delta_secs_f64(), time.elapsed_secs_f64()) {
        let scale = window.single().map_or(1.0, Window::scale_factor).clamp(1.0, 3.0);
        marks.draw(marks::vertices(&people, scale));
    }
}

/// Tells the page where the names belong, when that is elsewhere than before.
fn tell_names(
    people: Res<People>,
    camera: Res<Camera>,
    viewport: Res<Viewport>,
    mut told: Local<Vec<NameSeen>>,
    mut out: MessageWriter<SceneOut>,
) {
    let Some(rig) = camera.rig() else { return };
    let names = names::seen(&people, &rig.pose(), &viewport);
    if *told != names {
        told.clone_from(&names);
        out.write(SceneOut(Event::NamesSeen(NamesSeen { names })));
    }
}
