//! What is seen at a place of the picture: a ray against footprints and heights on the CPU, which needs no GPU and waits
//! for none.

mod prism;
mod systems;

use bevy::math::DVec3;
use cloudsite_domain::record::Layer;
use geo_types::Coord;

use crate::mesh::POI_MARK_M;
use crate::tiles::decoded::{AreaKind, AreaPolygon, DecodedTile, PointKind, RingVertex};

pub use systems::{Hover, Picked, plugin};

/// Farther off nothing is pointed at, metres: towards the horizon a pixel is kilometres.
const REACH_M: f64 = 20_000.0;

/// No building is taller, metres: the decoder sees to it.
const TALLEST_M: f64 = 1_000.0;

/// A building lies in the tile of its anchor and may reach beyond its square by so much, metres.
const OVERHANG_M: f64 = 400.0;

/// Half the side of what counts as a point of interest's mark, metres: the mark is thin.
const POI_HALF_M: f64 = 5.0;

/// A ray in park metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Where it starts.
    pub from: DVec3,
    /// Its direction.
    pub along: DVec3,
}

/// Which layers can be picked.
#[expect(clippy::struct_excessive_bools, reason = "each is the switch of a layer")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pickable {
    /// Buildings.
    pub buildings: bool,
    /// Parcels.
    pub parcels: bool,
    /// Zones, by their ground.
    pub zones: bool,
    /// Points of interest, by their marks.
    pub pois: bool,
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

/// The nearest thing that the ray meets in the tiles: a building or a mark, or where it comes to the ground a parcel, or
/// else the zone around it.
pub fn pick<'a>(tiles: impl Iterator<Item = &'a DecodedTile>, ray: Ray, pickable: Pickable) -> Option<Hit> {
    let rank = |hit: Hit| (hit.length, u8::from(hit.layer == Layer::Zone));
    let nearer = |best: Option<Hit>, hit: Hit| match best {
        Some(best) if rank(best) <= rank(hit) => Some(best),
        _ => Some(hit),
    };
    tiles.filter(|tile| crosses(tile, ray)).flat_map(|tile| in_tile(tile, ray, pickable)).fold(None, nearer)
}

/// Where the ray comes to a building, if those are shown, or to the ground; none in the sky and far off.
pub fn surface<'a>(tiles: impl Iterator<Item = &'a DecodedTile>, ray: Ray, buildings: bool) -> Option<DVec3> {
    let only = Pickable { buildings, parcels: false, zones: false, pois: false };
    let length = pick(tiles, ray, only).map(|hit| hit.length).or_else(|| prism::ground_length(ray))?;
    let at = ray.from + ray.along * length;
    (at.distance(ray.from) < REACH_M).then_some(at)
}

/// What the ray meets first in a tile, of each layer.
fn in_tile(tile: &DecodedTile, ray: Ray, pickable: Pickable) -> impl Iterator<Item = Hit> {
    let buildings = tile.buildings.iter().filter(move |_| pickable.buildings).flat_map(move |building| {
        let lengths = building.polygons.iter().filter_map(move |area| prism::meets(area, building.height_m, ray));
        lengths.map(|length| Hit { layer: Layer::Building, id: building.id, length })
    });
    let pois = tile.points.iter().filter(move |_| pickable.pois).filter_map(move |point| {
        let PointKind::Poi(_) = point.kind else { return None };
        let length = prism::meets(&square(point.at, POI_HALF_M), POI_MARK_M, ray)?;
        Some(Hit { layer: Layer::Poi, id: point.id, length })
    });
    let on_ground = prism::ground_length(ray).into_iter().flat_map(move |length| {
        let at = (ray.from + ray.along * length).truncate();
        tile.areas.iter().filter_map(move |area| {
            let layer = match area.kind {
                AreaKind::Parcel(_) if pickable.parcels => Layer::Parcel,
                AreaKind::Zone(_) if pickable.zones => Layer::Zone,
                _ => return None,
            };
            let is_under = area.polygons.iter().any(|polygon| prism::contains(polygon, at));
            is_under.then_some(Hit { layer, id: area.id, length })
        })
    });
    buildings.chain(pois).chain(on_ground)
}

/// A square of this half side around a place.
fn square(at: Coord, half_m: f64) -> AreaPolygon {
    let corner = |x: f64, y: f64| RingVertex { at: at + Coord { x: x * half_m, y: y * half_m }, edge_is_cut: false };
    AreaPolygon { rings: vec![vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]] }
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
