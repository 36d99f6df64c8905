//! A ray against a footprint that is as high as its building.

use bevy::math::DVec2;
use geo_types::Coord;

use super::Ray;
use crate::tiles::decoded::AreaPolygon;

/// Where the ray comes down to the ground.
pub(super) fn ground_length(ray: Ray) -> Option<f64> {
    (ray.along.z < 0.0 && ray.from.z >= 0.0).then(|| -ray.from.z / ray.along.z)
}

/// Whether a place lies in the area and in none of its holes.
pub(super) fn contains(area: &AreaPolygon, at: DVec2) -> bool {
    // Each edge crossed on the way to the east changes sides; holes count by themselves.
    edges(area).filter(|(from, to, _)| (from.y > at.y) != (to.y > at.y)).fold(false, |inside, (from, to, _)| {
        let x = from.x + (at.y - from.y) / (to.y - from.y) * (to.x - from.x);
        inside != (at.x < x)
    })
}

/// The nearest point, in lengths of the ray, where it meets the roof or a wall.
pub(super) fn meets(area: &AreaPolygon, height_m: f64, ray: Ray) -> Option<f64> {
    let roof = (ray.along.z < 0.0 && ray.from.z >= height_m)
        .then(|| (height_m - ray.from.z) / ray.along.z)
        .filter(|length| contains(area, (ray.from + ray.along * *length).truncate()));
    let walls = edges(area).filter(|(_, _, is_cut)| !is_cut).filter_map(|(from, to, _)| {
        let length = wall(from, to, ray)?;
        let height = ray.from.z + ray.along.z * length;
        (0.0..=height_m).contains(&height).then_some(length)
    });
    walls.chain(roof).min_by(f64::total_cmp)
}

/// Where the ray, seen from above, crosses an edge.
fn wall(from: DVec2, to: DVec2, ray: Ray) -> Option<f64> {
    let (along, edge) = (ray.along.truncate(), to - from);
    let turn = along.perp_dot(edge);
    let offset = from - ray.from.truncate();
    let (length, part) = (offset.perp_dot(edge) / turn, offset.perp_dot(along) / turn);
    (turn != 0.0 && length > 0.0 && (0.0..=1.0).contains(&part)).then_some(length)
}

/// The edges of all rings, and whether each was made by cutting.
fn edges(area: &AreaPolygon) -> impl Iterator<Item = (DVec2, DVec2, bool)> {
    let point = |at: Coord| DVec2::new(at.x, at.y);
    area.rings.iter().flat_map(move |ring| {
        let next = ring.iter().cycle().skip(1);
        ring.iter().zip(next).map(move |(from, to)| (point(from.at), point(to.at), from.edge_is_cut))
    })
}
