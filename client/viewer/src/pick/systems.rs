//! Clicks, taps and the hovering mouse.

use bevy::ecs::system::SystemParam;
use bevy::input::touch::Touches;
use bevy::math::{DVec2, Vec2};
use bevy::prelude::*;
use bevy::time::Real;
use cloudsite_domain::record::Layer;

use super::{Hit, Pickable, pick};
use crate::camera::{Camera, CameraSystems, Grip, Viewport};
use crate::draw::{Labels, LayerVisibility, View};
use crate::tiles::TilePark;

/// A press that moves further than this, logical pixels, is a drag.
const CLICK_PX: f32 = 5.0;
/// The same of a finger.
const TAP_PX: f32 = 12.0;
/// Layers whose labels are picked.
const NAMED: [Layer; 3] = [Layer::Zone, Layer::Poi, Layer::Parcel];
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

/// What there is to be seen, and from where.
#[derive(SystemParam)]
struct Sight<'w> {
    viewport: Res<'w, Viewport>,
    camera: Res<'w, Camera>,
    park: Res<'w, TilePark>,
    layers: Res<'w, LayerVisibility>,
    labels: Res<'w, Labels>,
    view: Res<'w, View>,
    grip: Res<'w, Grip>,
}

impl Sight<'_> {
    /// What is seen at a place of the picture, logical pixels: a label, which lies over everything, or what is behind.
    fn look(&self, at: Vec2, zones: bool) -> Picked {
        let Some(rig) = self.camera.rig() else { return Picked { hit: None, at: None } };
        let (pane, place) = (self.viewport.pane_at(at), self.viewport.view_from_px(at));
        if let Some(named) = self.labels.at(pane, place.as_vec2(), &self.view).filter(|named| NAMED.contains(&named.of))
        {
            let hit = Hit { layer: named.of, id: named.id, length: 0.0 };
            return Picked { hit: Some(hit), at: Some(named.at) };
        }
        let ray = self.viewport.ray(&rig.pose(), at);
        let shown = |layer| self.layers.is_visible(layer);
        let pickable = Pickable {
            buildings: shown(Layer::Building),
            parcels: shown(Layer::Parcel),
            zones: zones && shown(Layer::Zone),
            pois: shown(Layer::Poi),
        };
        let hit = pick(self.park.store.shown().map(|decoded| &decoded.tile), ray, pickable);
        Picked { hit, at: hit.map(|hit| (ray.from + ray.along * hit.length).truncate()) }
    }
}

/// A press under way: where it began and how far it has moved from there.
#[derive(Default)]
struct Press {
    from: Option<Vec2>,
    moved_px: f32,
}

fn click(
    buttons: Res<ButtonInput<MouseButton>>,
    sight: Sight,
    mut press: Local<Press>,
    mut picked: MessageWriter<Picked>,
) {
    if buttons.just_pressed(MouseButton::Left) {
        // What is taken hold of is not clicked at.
        *press = Press { from: sight.viewport.pointer.filter(|_| !sight.grip.is_busy()), moved_px: 0.0 };
    }
    if let (Some(from), Some(here)) = (press.from, sight.viewport.pointer) {
        press.moved_px = press.moved_px.max(from.distance(here));
    }
    if buttons.just_released(MouseButton::Left)
        && let Some(from) = press.from.take()
        && press.moved_px <= CLICK_PX
    {
        picked.write(sight.look(from, true));
    }
}

fn tap(touches: Res<Touches>, sight: Sight, mut fingers: Local<usize>, mut picked: MessageWriter<Picked>) {
    // What is taken hold of is not tapped at.
    *fingers = (*fingers).max(if sight.grip.is_busy() { usize::MAX } else { touches.iter().count() });
    let alone = *fingers <= 1 && touches.iter().next().is_none();
    for finger in touches.iter_just_released().filter(|_| alone) {
        if finger.distance().length() <= TAP_PX {
            picked.write(sight.look(finger.start_position(), true));
        }
    }
    if touches.iter().next().is_none() {
        *fingers = 0;
    }
}

fn hover(
    buttons: Res<ButtonInput<MouseButton>>,
    sight: Sight,
    time: Res<Time<Real>>,
    mut hovered: ResMut<Hover>,
    mut next_secs: Local<f64>,
) {
    let now_secs = time.elapsed_secs_f64();
    let busy = buttons.get_pressed().next().is_some();
    let Some(at) = sight.viewport.pointer.filter(|_| !busy) else {
        hovered.set_if_neq(Hover(None));
        return;
    };
    if now_secs < *next_secs || !(sight.viewport.is_changed() || sight.camera.is_changed() || hovered.is_added()) {
        return;
    }
    *next_secs = now_secs + HOVER_SECS;
    // A zone's ground is nearly everywhere: only its name lights it up.
    hovered.set_if_neq(Hover(sight.look(at, false).hit));
}
