//! What is seen at a place of the picture: a ray against footprints and heights on the CPU, which needs no GPU and waits
//! for none.

mod prism;
mod systems;

use bevy::math::DVec3;
use cloudsite_domain::record::Layer;

use crate::tiles::decoded::{AreaKind, DecodedTile};

pub use systems::{Hover, Picked, plugin};

/// No building is taller, metres: the decoder sees to it.
const TALLEST_M: f64 = 1_000.0;

/// A building lies in the tile of its anchor and may reach beyond its square by so much, metres.
const OVERHANG_M: f64 = 400.0;

/// A ray in park metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Where it starts.
    pub from: DVec3,
    /// Its direction.
    pub along: DVec3,
}

/// Which layers can be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pickable {
    /// Buildings.
    pub buildings: bool,
    /// Parcels.
    pub parcels: bool,
}

/// A thing that the ray meets first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its layer.
    pub layer: Layer,
    /// Its feature id.
    pub id: u64,
    /// Where along the ray, in lengths of its direction.
    pub length: f64,
}

/// The nearest thing that the ray meets in the tiles: a building, or a parcel where it comes to the ground.
pub fn pick<'a>(tiles: impl Iterator<Item = &'a DecodedTile>, ray: Ray, pickable: Pickable) -> Option<Hit> {
    let nearer = |best: Option<Hit>, hit: Hit| match best {
        Some(best) if best.length <= hit.length => Some(best),
        _ => Some(hit),
    };
    tiles.filter(|tile| crosses(tile, ray)).flat_map(|tile| in_tile(tile, ray, pickable)).fold(None, nearer)
}

/// The building and the parcel that the ray meets first in a tile.
fn in_tile(tile: &DecodedTile, ray: Ray, pickable: Pickable) -> impl Iterator<Item = Hit> {
    let buildings = tile.buildings.iter().filter(move |_| pickable.buildings).flat_map(move |building| {
        let lengths = building.polygons.iter().filter_map(move |area| prism::meets(area, building.height_m, ray));
        lengths.map(|length| Hit { layer: Layer::Building, id: building.id, length })
    });
    let on_ground = prism::ground_length(ray).filter(|_| pickable.parcels);
    let parcels = on_ground.into_iter().flat_map(move |length| {
        let at = (ray.from + ray.along * length).truncate();
        let parcels = tile.areas.iter().filter(|area| matches!(area.kind, AreaKind::Parcel(_)));
        let under = parcels.filter(move |parcel| parcel.polygons.iter().any(|area| prism::contains(area, at)));
        under.map(move |parcel| Hit { layer: Layer::Parcel, id: parcel.id, length })
    });
    buildings.chain(parcels)
}

/// Whether the ray comes through the box that the tile and its buildings lie in.
fn crosses(tile: &DecodedTile, ray: Ray) -> bool {
    let (min, max) = tile.square.bounds();
    let min = DVec3::new(min.x - OVERHANG_M, min.y - OVERHANG_M, -0.1);
    let max = DVec3::new(max.x + OVERHANG_M, max.y + OVERHANG_M, TALLEST_M);
    let (one, other) = ((min - ray.from) / ray.along, (max - ray.from) / ray.along);
    let enter = one.min(other).max_element().max(0.0);
    let leave = one.max(other).min_element();
    enter <= leave
}

#[cfg(test)]
mod tests;
