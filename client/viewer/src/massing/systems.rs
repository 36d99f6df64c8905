//! The factory's systems.

use bevy::ecs::system::SystemParam;
use bevy::input::touch::Touches;
use bevy::math::Vec2;
use bevy::prelude::*;
use cloudsite_proto::scene::scene_event::Event;

use super::{Factory, Gesture, Hold};
use crate::camera::{Camera, CameraSystems, Grip, Viewport};
use crate::draw::TileScene;
use crate::mesh;
use crate::scene::{SceneIn, SceneOut};

/// Adds the factory.
pub fn plugin(app: &mut App) {
    app.init_resource::<Factory>().add_systems(Update, (obey, hold).chain().in_set(CameraSystems::Grip));
}

/// Of several in one frame the last one counts.
fn obey(mut events: MessageReader<SceneIn>, mut factory: ResMut<Factory>, mut scene: ResMut<TileScene>) {
    let massings = events.read().filter_map(|SceneIn(event)| match event {
        Event::Massing(massing) => Some(massing),
        _ => None,
    });
    if let Some(massing) = massings.last()
        && factory.set_if_neq(Factory::of(massing))
    {
        scene.massing(mesh::massing(&factory));
    }
}

/// Mouse, keys and fingers.
#[derive(SystemParam)]
struct Hands<'w> {
    buttons: Res<'w, ButtonInput<MouseButton>>,
    keys: Res<'w, ButtonInput<KeyCode>>,
    touches: Res<'w, Touches>,
    viewport: Res<'w, Viewport>,
}

impl Hands<'_> {
    /// Where a hand begins to hold something, and what it does to it: left moves, right or Ctrl turns, Shift pulls; a
    /// finger moves.
    fn begins(&self) -> Option<(Vec2, Gesture)> {
        let alone = self.touches.iter().count() == 1;
        let finger = self.touches.iter_just_pressed().next().filter(|_| alone);
        if let Some(finger) = finger {
            return Some((finger.position(), Gesture::Move));
        }
        let at = self.viewport.pointer?;
        let left = self.buttons.just_pressed(MouseButton::Left);
        let gesture = if self.keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]) && left {
            Gesture::Pull
        } else if self.buttons.just_pressed(MouseButton::Right)
            || (left && self.keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]))
        {
            Gesture::Turn
        } else if left {
            Gesture::Move
        } else {
            return None;
        };
        Some((at, gesture))
    }

    /// Where the hand is that holds something; none once it let go.
    fn holds(&self) -> Option<Vec2> {
        if let Some(finger) = self.touches.iter().next() {
            return Some(finger.position());
        }
        let held = self.buttons.any_pressed([MouseButton::Left, MouseButton::Right]);
        self.viewport.pointer.filter(|_| held)
    }
}

fn hold(
    hands: Hands,
    camera: Res<Camera>,
    factory: Res<Factory>,
    mut grip: ResMut<Grip>,
    mut held: Local<Option<(Hold, Vec2)>>,
    mut out: MessageWriter<SceneOut>,
) {
    let Some(rig) = camera.rig() else { return };
    let pose = rig.pose();
    let ray = |at: Vec2| hands.viewport.ray(&pose, at);
    if let Some((at, gesture)) = hands.begins().filter(|_| factory.movable && !grip.points) {
        *held = factory.strike(ray(at)).map(|struck| (Hold::new(gesture, struck, &factory), at));
    }
    let here = hands.holds();
    match (&mut *held, here) {
        (Some((hold, last)), Some(here)) if *last != here => {
            *last = here;
            if let Some(moved) = hold.moved(ray(here)) {
                out.write(SceneOut(Event::MassingMoved(moved)));
            }
        }
        (Some(_), Some(_)) => {}
        // The frame in which the hand lets go is its own still: the camera is not flung, and nothing is clicked at.
        _ => *held = None,
    }
    let holds = held.is_some();
    grip.set_if_neq(Grip { holds, ..*grip });
}
