//! Clicks, taps and the hovering mouse.

use bevy::input::touch::Touches;
use bevy::math::{DVec2, Vec2};
use bevy::prelude::*;
use bevy::time::Real;
use cloudsite_domain::record::Layer;

use super::{Hit, Pickable, Ray, pick};
use crate::camera::{Camera, CameraSystems, Viewport};
use crate::draw::LayerVisibility;
use crate::tiles::TilePark;

/// A press that moves further than this, logical pixels, is a drag.
const CLICK_PX: f32 = 5.0;
/// The same of a finger.
const TAP_PX: f32 = 12.0;
/// What is under a resting mouse is looked for this often.
const HOVER_SECS: f64 = 0.08;

/// Something was clicked at, or nothing.
#[derive(Message, Debug, Clone, Copy, PartialEq)]
pub struct Picked {
    /// What.
    pub hit: Option<Hit>,
    /// Where on the ground or on the thing, park metres.
    pub at: Option<DVec2>,
}

/// What the mouse is over.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq)]
pub struct Hover(pub Option<Hit>);

/// Adds picking.
pub fn plugin(app: &mut App) {
    app.add_message::<Picked>()
        .init_resource::<Hover>()
        .add_systems(Update, ((click, tap), hover).chain().after(CameraSystems::Move));
}

/// What is seen at a place of the picture, logical pixels.
fn look(at: Vec2, viewport: &Viewport, camera: &Camera, park: &TilePark, layers: LayerVisibility) -> Picked {
    let Some(rig) = camera.rig() else { return Picked { hit: None, at: None } };
    let pose = rig.pose();
    let ray = Ray { from: pose.eye(), along: pose.ray(viewport.view_from_px(at), viewport.aspect()) };
    let pickable =
        Pickable { buildings: layers.is_visible(Layer::Building), parcels: layers.is_visible(Layer::Parcel) };
    let hit = pick(park.store.shown().map(|decoded| &decoded.tile), ray, pickable);
    Picked { hit, at: hit.map(|hit| (ray.from + ray.along * hit.length).truncate()) }
}

/// A press under way: where it began and how far it has moved from there.
#[derive(Default)]
struct Press {
    from: Option<Vec2>,
    moved_px: f32,
}

fn click(
    buttons: Res<ButtonInput<MouseButton>>,
    (viewport, camera, park, layers): (Res<Viewport>, Res<Camera>, Res<TilePark>, Res<LayerVisibility>),
    mut press: Local<Press>,
    mut picked: MessageWriter<Picked>,
) {
    if buttons.just_pressed(MouseButton::Left) {
        *press = Press { from: viewport.pointer, moved_px: 0.0 };
    }
    if let (Some(from), Some(here)) = (press.from, viewport.pointer) {
        press.moved_px = press.moved_px.max(from.distance(here));
    }
    if buttons.just_released(MouseButton::Left)
        && let Some(from) = press.from.take()
        && press.moved_px <= CLICK_PX
    {
        picked.write(look(from, &viewport, &camera, &park, *layers));
    }
}

fn tap(
    touches: Res<Touches>,
    (viewport, camera, park, layers): (Res<Viewport>, Res<Camera>, Res<TilePark>, Res<LayerVisibility>),
    mut fingers: Local<usize>,
    mut picked: MessageWriter<Picked>,
) {
    *fingers = (*fingers).max(touches.iter().count());
    let alone = *fingers <= 1 && touches.iter().next().is_none();
    for finger in touches.iter_just_released().filter(|_| alone) {
        if finger.distance().length() <= TAP_PX {
            picked.write(look(finger.start_position(), &viewport, &camera, &park, *layers));
        }
    }
    if touches.iter().next().is_none() {
        *fingers = 0;
    }
}

fn hover(
    buttons: Res<ButtonInput<MouseButton>>,
    (viewport, camera, park, layers): (Res<Viewport>, Res<Camera>, Res<TilePark>, Res<LayerVisibility>),
    time: Res<Time<Real>>,
    mut hovered: ResMut<Hover>,
    mut next_secs: Local<f64>,
) {
    let now_secs = time.elapsed_secs_f64();
    let busy = buttons.get_pressed().next().is_some();
    let Some(at) = viewport.pointer.filter(|_| !busy) else {
        hovered.set_if_neq(Hover(None));
        return;
    };
    if now_secs < *next_secs || !(viewport.is_changed() || camera.is_changed() || hovered.is_added()) {
        return;
    }
    *next_secs = now_secs + HOVER_SECS;
    hovered.set_if_neq(Hover(look(at, &viewport, &camera, &park, *layers).hit));
}
