//! What the page lays over the park.

use bevy::prelude::*;
use cloudsite_proto::scene::scene_event::Event;

use crate::draw::{Panes, TileScene};
use crate::mesh;
use crate::scene::SceneIn;

/// Adds the overlay.
pub fn plugin(app: &mut App) {
    app.add_systems(Update, obey);
}

/// Of several in one frame the last one counts.
fn obey(mut events: MessageReader<SceneIn>, mut scene: ResMut<TileScene>, mut panes: ResMut<Panes>) {
    let overlays = events.read().filter_map(|SceneIn(event)| match event {
        Event::Overlay(overlay) => Some(overlay),
        _ => None,
    });
    if let Some(overlay) = overlays.last() {
        let left = overlay.left.as_ref().map(|left| mesh::overlay(&left.areas, &left.marks));
        let meshes: Vec<_> = left.into_iter().chain([mesh::overlay(&overlay.areas, &overlay.marks)]).collect();
        panes.set_if_neq(Panes::beside_each_other(meshes.len()));
        scene.overlay(meshes);
    }
}
