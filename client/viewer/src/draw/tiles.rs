//! Which tiles are drawn.

use std::collections::BTreeMap;

use bevy::prelude::Resource;
use cloudsite_domain::tile::TileAddress;

use crate::mesh::{ExtrudedVertex, GroundVertex, Mesh, TileMeshes};
use crate::tiles::decoded::LabelFeature;

/// A change of the tiles on the GPU.
#[derive(Debug)]
pub(super) enum TileChange {
    Insert(TileAddress, Box<TileMeshes>),
    Remove(TileAddress),
    Show(TileAddress, bool),
    Overlay(Vec<Mesh<GroundVertex>>),
    Massing(Mesh<ExtrudedVertex>),
}

/// The tiles that the renderer holds. Changes are handed over with the next frame; the caller keeps them few enough to
/// be uploaded within one.
#[derive(Resource, Debug, Default)]
pub struct TileScene {
    changes: Vec<TileChange>,
    /// Whether each tile is shown, and its labels, which are laid out here and not on the GPU.
    tiles: BTreeMap<TileAddress, (bool, Vec<LabelFeature>)>,
    labels_changed: bool,
}

impl TileScene {
    /// Takes a tile in, shown, in place of one of the same address.
    pub fn insert(&mut self, address: TileAddress, mut meshes: TileMeshes) {
        self.tiles.insert(address, (true, std::mem::take(&mut meshes.labels)));
        self.labels_changed = true;
        self.changes.push(TileChange::Insert(address, Box::new(meshes)));
    }

    /// Drops a tile.
    pub fn remove(&mut self, address: TileAddress) {
        if self.tiles.remove(&address).is_some() {
            self.labels_changed = true;
            self.changes.push(TileChange::Remove(address));
        }
    }

    /// Shows or hides a tile that is kept.
    pub fn set_visible(&mut self, address: TileAddress, visible: bool) {
        if let Some((shown, _)) = self.tiles.get_mut(&address)
            && *shown != visible
        {
            *shown = visible;
            self.labels_changed = true;
            self.changes.push(TileChange::Show(address, visible));
        }
    }

    /// Lays meshes over the ground, one for each pane, in place of those before.
    pub fn overlay(&mut self, meshes: Vec<Mesh<GroundVertex>>) {
        self.changes.push(TileChange::Overlay(meshes));
    }

    /// Puts a factory up in place of the one before.
    pub fn massing(&mut self, mesh: Mesh<ExtrudedVertex>) {
        // Of several within a frame only the last is seen.
        self.changes.retain(|change| !matches!(change, TileChange::Massing(_)));
        self.changes.push(TileChange::Massing(mesh));
    }

    /// The tiles that are held, and whether each is shown.
    pub fn iter(&self) -> impl Iterator<Item = (TileAddress, bool)> {
        self.tiles.iter().map(|(address, (shown, _))| (*address, *shown))
    }

    /// The labels of all tiles that are shown.
    pub(super) fn labels(&self) -> impl Iterator<Item = &LabelFeature> + Clone {
        self.tiles.values().filter(|(shown, _)| *shown).flat_map(|(_, labels)| labels)
    }

    /// Whether other labels are shown than when this was last asked.
    pub(super) fn take_labels_changed(&mut self) -> bool {
        std::mem::take(&mut self.labels_changed)
    }

    pub(super) fn take(&mut self) -> Vec<TileChange> {
        std::mem::take(&mut self.changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_changes_are_handed_over() {
        let mut scene = TileScene::default();
        let tile = TileAddress::new(15, 1, 2).unwrap();
        scene.set_visible(tile, false);
        scene.remove(tile);
        assert!(scene.take().is_empty(), "a tile that is not held is neither hidden nor dropped");
        scene.insert(tile, TileMeshes::default());
        scene.set_visible(tile, true);
        assert_eq!(scene.take().len(), 1, "a tile is shown when it comes");
        scene.set_visible(tile, false);
        assert_eq!(scene.iter().collect::<Vec<_>>(), [(tile, false)]);
        assert_eq!(scene.take().len(), 1);
    }
}
