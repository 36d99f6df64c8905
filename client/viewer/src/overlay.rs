//! What the page lays over the park.

use bevy::prelude::*;
use cloudsite_proto::scene::scene_event::Event;

use crate::camera::CameraSystems;
use crate::draw::TileScene;
use crate::mesh;
use crate::scene::SceneIn;

/// How often the park is to be seen for what is laid over it: each side has its own.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlaid {
    /// 1, or 2 where a left side was given.
    pub sides: usize,
}

/// The systems of this module.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OverlaySystems;

/// Adds the overlay.
pub fn plugin(app: &mut App) {
    app.insert_resource(Overlaid { sides: 1 })
        .add_systems(Update, obey.in_set(OverlaySystems).before(CameraSystems::Split));
}

/// Of several in one frame the last one counts.
fn obey(mut events: MessageReader<SceneIn>, mut scene: ResMut<TileScene>, mut overlaid: ResMut<Overlaid>) {
    let overlays = events.read().filter_map(|SceneIn(event)| match event {
        Event::Overlay(overlay) => Some(overlay),
        _ => None,
    });
    if let Some(overlay) = overlays.last() {
        let left = overlay.left.as_ref().map(|left| mesh::overlay(&left.areas, &left.marks));
        let meshes: Vec<_> = left.into_iter().chain([mesh::overlay(&overlay.areas, &overlay.marks)]).collect();
        overlaid.set_if_neq(Overlaid { sides: meshes.len() });
        scene.overlay(meshes);
    }
}
