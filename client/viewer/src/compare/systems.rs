//! The comparison's systems.

use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use cloudsite_proto::scene::scene_event::Event;

use super::{Comparison, places_of};
use crate::camera::{Camera, CameraSystems, Viewport};
use crate::draw::{FeatureSlots, Panes};
use crate::overlay::{Overlaid, OverlaySystems};
use crate::scene::SceneIn;

/// Adds the comparison.
pub fn plugin(app: &mut App) {
    app.init_resource::<Comparison>().add_systems(
        Update,
        (
            (obey, lay_out).chain().in_set(CameraSystems::Split).after(OverlaySystems),
            settle.after(CameraSystems::See).before(CameraSystems::Obey),
        ),
    );
}

/// Of several in one frame the last one counts.
fn obey(mut events: MessageReader<SceneIn>, camera: Res<Camera>, mut comparison: ResMut<Comparison>) {
    let asked = events.read().filter_map(|SceneIn(event)| match event {
        Event::Compare(asked) => Some(asked),
        _ => None,
    });
    match asked.last().map(places_of) {
        Some(Ok(places)) => comparison.set(places, camera.rig()),
        Some(Err(error)) => warn!("an event to compare places was refused: {error}"),
        None => {}
    }
}

/// Splits the picture for the places that are compared, else as what is laid over the park wants it.
fn lay_out(
    comparison: Res<Comparison>,
    overlaid: Res<Overlaid>,
    slots: Res<FeatureSlots>,
    viewport: Res<Viewport>,
    window: Option<Single<&Window, With<PrimaryWindow>>>,
    mut panes: ResMut<Panes>,
) {
    let picture = window.map_or(viewport.picture, |window| Vec2::new(window.width(), window.height()));
    let split = comparison.panes(picture, &slots);
    panes.set_if_neq(split.unwrap_or_else(|| Panes::beside_each_other(overlaid.sides)));
}

fn settle(mut comparison: ResMut<Comparison>, mut camera: ResMut<Camera>) {
    if comparison.due
        && let Some(rig) = camera.rig_mut()
    {
        comparison.settle(rig);
    }
}
