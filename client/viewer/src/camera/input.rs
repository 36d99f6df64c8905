//! Mouse, fingers and keys to what the [`Rig`] understands.

use bevy::input::mouse::{AccumulatedMouseScroll, MouseScrollUnit};
use bevy::input::touch::{Touch, Touches};
use bevy::math::{DVec2, Vec2};
use bevy::prelude::*;

use super::rig::{KeyMotion, Rig};
use super::systems::{Camera, Viewport};

/// Wheel: the distance shrinks by this part for a line, and for as many pixels as browsers call one.
const ZOOM_PER_LINE: f64 = 0.16;
const PIXELS_PER_LINE: f64 = 100.0;
/// Fingers that move along together further than this part of the picture's height tilt, they do not pinch.
const TILT_PARALLEL: f64 = 0.004;

/// The last place of the pointer in the picture, logical pixels.
#[derive(Default)]
pub(super) struct PointerMemory(Option<Vec2>);

/// Whether hands do something else in the picture than to move the camera.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grip {
    /// They hold something.
    pub holds: bool,
    /// They point at the park.
    pub points: bool,
}

impl Grip {
    /// Whether they leave the camera alone.
    pub const fn is_busy(self) -> bool {
        self.holds || self.points
    }
}

/// Left drag pans, right drag or Ctrl with the left turns, the wheel zooms to the pointer.
#[expect(clippy::too_many_arguments, reason = "each is a resource of Bevy's")]
pub(super) fn mouse(
    camera: ResMut<Camera>,
    viewport: Res<Viewport>,
    grip: Res<Grip>,
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    scroll: Res<AccumulatedMouseScroll>,
    time: Res<Time>,
    mut memory: Local<PointerMemory>,
) {
    let before = std::mem::replace(&mut memory.0, viewport.pointer);
    let Some(rig) = camera.into_inner().rig_mut() else { return };
    let turning =
        buttons.pressed(MouseButton::Right) || keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]);
    if let (Some(before), Some(here)) = (before, viewport.pointer) {
        let (from, to) = viewport.moved(before, here);
        let held = buttons.pressed(MouseButton::Left) || buttons.pressed(MouseButton::Right);
        let pressed_now = buttons.just_pressed(MouseButton::Left) || buttons.just_pressed(MouseButton::Right);
        if held && !pressed_now && before != here && !grip.is_busy() {
            if turning && !rig.pose().walking {
                rig.turn(to - from);
            } else {
                rig.drag(from, to, time.delta_secs_f64());
            }
        }
    }
    if buttons.just_released(MouseButton::Left) {
        rig.release();
    }
    if scroll.delta.y != 0.0 {
        let lines = match scroll.unit {
            MouseScrollUnit::Line => f64::from(scroll.delta.y),
            MouseScrollUnit::Pixel => f64::from(scroll.delta.y) / PIXELS_PER_LINE,
        };
        let at = viewport.pointer.map_or(DVec2::ZERO, |here| viewport.view_from_px(here));
        rig.zoom((-lines.clamp(-5.0, 5.0) * ZOOM_PER_LINE).exp(), at);
    }
}

/// One finger pans; two zoom, turn and carry along, and tilt when they move up or down together.
pub(super) fn touch(
    camera: ResMut<Camera>,
    viewport: Res<Viewport>,
    grip: Res<Grip>,
    touches: Res<Touches>,
    time: Res<Time>,
) {
    let Some(rig) = camera.into_inner().rig_mut().filter(|_| !grip.is_busy()) else { return };
    let mut fingers: Vec<&Touch> = touches.iter().collect();
    fingers.sort_by_key(|finger| finger.id());
    match fingers[..] {
        [finger] if finger.delta() != Vec2::ZERO => {
            let (from, to) = viewport.moved(finger.previous_position(), finger.position());
            rig.drag(from, to, time.delta_secs_f64());
        }
        [first, second, ..] => two_fingers(rig, &viewport, first, second),
        [] if touches.any_just_released() => rig.release(),
        _ => {}
    }
}

fn two_fingers(rig: &mut Rig, viewport: &Viewport, first: &Touch, second: &Touch) {
    let height = f64::from(viewport.size().y.max(1.0));
    let (a, b) = (first.delta().as_dvec2() / height, second.delta().as_dvec2() / height);
    if a.y.abs() > TILT_PARALLEL
        && a.y * b.y > 0.0
        && a.x.abs() < a.y.abs()
        && b.x.abs() < b.y.abs()
        && (a - b).length() < a.y.abs()
    {
        return rig.turn(DVec2::new(0.0, -(a.y + b.y)));
    }
    let (before, here) = (second.previous_position() - first.previous_position(), second.position() - first.position());
    if before == here && a == DVec2::ZERO {
        return;
    }
    let factor = f64::from(before.length().max(1.0) / here.length().max(1.0)).clamp(0.5, 2.0);
    let turn_deg = f64::from(here.angle_to(before)).to_degrees();
    let from = first.previous_position().midpoint(second.previous_position());
    let (from, to) = viewport.moved(from, first.position().midpoint(second.position()));
    rig.pinch(from, to, factor, turn_deg);
}

/// Arrows or WASD move, Q and E turn, R and F tilt, + and - zoom, Home goes to the opening view, G walks.
pub(super) fn keyboard(camera: ResMut<Camera>, keys: Res<ButtonInput<KeyCode>>, time: Res<Time>) {
    let Some(rig) = camera.into_inner().rig_mut() else { return };
    if keys.just_pressed(KeyCode::Home) {
        rig.take_over();
        rig.fly_home();
    }
    if keys.just_pressed(KeyCode::KeyG) {
        rig.take_over();
        rig.toggle_walk();
    }
    let axis = |more: [KeyCode; 2], less: [KeyCode; 2]| {
        f64::from(i8::from(keys.any_pressed(more)) - i8::from(keys.any_pressed(less)))
    };
    let motion = KeyMotion {
        right: axis([KeyCode::KeyD, KeyCode::ArrowRight], [KeyCode::KeyA, KeyCode::ArrowLeft]),
        forward: axis([KeyCode::KeyW, KeyCode::ArrowUp], [KeyCode::KeyS, KeyCode::ArrowDown]),
        turn: axis([KeyCode::KeyE; 2], [KeyCode::KeyQ; 2]),
        tilt: axis([KeyCode::KeyR; 2], [KeyCode::KeyF; 2]),
        zoom: axis([KeyCode::Equal, KeyCode::NumpadAdd], [KeyCode::Minus, KeyCode::NumpadSubtract]),
        fast: keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]),
    };
    rig.keys(motion, time.delta_secs_f64().min(0.25));
}
