//! From a decoded tile to vertices and indices. Pure: nothing here knows of a GPU, and a test can hold every rule.
//!
//! World space: x = east, y = up, z = -north, metres from the park's local origin.

mod clip;
mod extrude;
mod ground;
mod massing;
mod overlay;
pub mod palette;
mod ribbon;
mod road;
mod structure;
pub mod tree;
mod vertex;

use std::ops::Range;

use bevy::math::Vec3;
use cloudsite_domain::record::Layer;
use geo_types::Coord;

pub(crate) use massing::UNSAID;
pub use massing::massing;
pub use overlay::overlay;
pub use structure::POI_MARK_M;
pub use tree::TreeRule;
pub use vertex::{ExtrudedVertex, GroundKind, GroundVertex, Style, TreeInstance};

use crate::draw::FeatureSlots;
use crate::tiles::decoded::{DecodedTile, LabelFeature};

/// How much of a tile is meshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Prisms, areas and roads.
    Prisms,
    /// All of it: trees, fences, roof plant.
    Full,
}

/// One mesh: vertices, and indices in order of the layers that they draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh<V> {
    /// The vertices.
    pub vertices: Vec<V>,
    /// Three indices a triangle.
    pub indices: Vec<u32>,
    /// Which part of `indices` draws which layer, in order and without gaps.
    pub parts: Vec<(Layer, Range<u32>)>,
}

impl<V> Default for Mesh<V> {
    fn default() -> Self {
        Self { vertices: Vec::new(), indices: Vec::new(), parts: Vec::new() }
    }
}

impl<V> Mesh<V> {
    /// Says that all the indices since the last call draw `layer`.
    fn close_part(&mut self, layer: Layer) {
        let end = self.indices.len() as u32;
        let start = self.parts.last().map_or(0, |(_, range)| range.end);
        match self.parts.last_mut() {
            Some((last, range)) if *last == layer => range.end = end,
            _ if end > start => self.parts.push((layer, start..end)),
            _ => {}
        }
    }

    /// The same triangles, the last one first.
    fn turned_round(mut self) -> Self {
        let end = self.indices.len() as u32;
        // Each triangle keeps the order of its own corners: that says which way it faces.
        self.indices = self.indices.rchunks_exact(3).flatten().copied().collect();
        self.parts.reverse();
        for (_, range) in &mut self.parts {
            *range = end - range.end..end - range.start;
        }
        self
    }

    /// Adds the corners of a convex polygon as a fan.
    fn fan(&mut self, corners: impl IntoIterator<Item = V>) {
        let first = self.vertices.len() as u32;
        self.vertices.extend(corners);
        let count = (self.vertices.len() as u32).saturating_sub(first);
        for index in 2..count {
            self.indices.extend([first, first + index - 1, first + index]);
        }
    }
}

/// All that is drawn of a tile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TileMeshes {
    /// What lies on the ground, from the top down: what is drawn first covers what comes after it.
    pub ground: Mesh<GroundVertex>,
    /// What stands on it.
    pub extruded: Mesh<ExtrudedVertex>,
    /// The trees, in an order of which every beginning is spread evenly over the tile.
    pub trees: Vec<TreeInstance>,
    /// The labels.
    pub labels: Vec<LabelFeature>,
    /// The corner of the smallest coordinates of the box around it, in world space.
    pub min: Vec3,
    /// The corner of the largest coordinates.
    pub max: Vec3,
}

/// Meshes a tile. Features that have no slot yet are given one.
pub fn build(tile: &DecodedTile, slots: &mut FeatureSlots, trees: &TreeRule, detail: Detail) -> TileMeshes {
    let ground = ground::mesh(tile, slots);
    let extruded = extrude::mesh(tile, slots, detail);
    let trees = if detail == Detail::Full { tree::plant(tile, *trees) } else { Vec::new() };
    let (south_west, north_east) = tile.square.bounds();
    let top = extruded.vertices.iter().map(|vertex| vertex.position[1]).fold(0.0f32, f32::max);
    let top = trees.iter().map(|tree| tree.height_m).fold(top, f32::max);
    // Turbine blades turn in the vertex shader and reach beyond their vertices.
    let reach = structure::BLADE_M as f32;
    TileMeshes {
        ground,
        extruded,
        trees,
        labels: tile.labels.clone(),
        min: Vec3::new(south_west.x as f32, 0.0, -north_east.y as f32),
        max: Vec3::new(north_east.x as f32, top + reach, -south_west.y as f32),
    }
}

/// Park metres to world space on the ground, x and z.
fn world(at: Coord) -> [f32; 2] {
    [at.x as f32, -at.y as f32]
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
