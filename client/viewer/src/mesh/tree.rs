//! Trees, planted by rule along roads and in greens: nothing of them is stored, and every viewer plants the same ones.

use cloudsite_domain::record::{GreenKind, RoadClass};
use geo_types::{Coord, LineString};

use super::structure::{inside, posts};
use super::vertex::TreeInstance;
use super::{clip, world};
use crate::tiles::decoded::{AreaKind, AreaPolygon, DecodedTile, LineKind};

/// How densely trees are planted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeRule {
    /// 1 plants all of them, 2 twice as many, 0 none.
    pub density: f64,
}

impl Default for TreeRule {
    fn default() -> Self {
        Self { density: 1.0 }
    }
}

/// Distance between trees along a road, and from the carriageway's edge, metres.
const fn along_road_m(class: RoadClass) -> Option<(f64, f64)> {
    match class {
        RoadClass::Arterial => Some((10.0, 2.6)),
        RoadClass::Collector => Some((11.0, 2.2)),
        RoadClass::Local => Some((13.0, 1.6)),
        RoadClass::Expressway | RoadClass::Ramp | RoadClass::Service | RoadClass::Path => None,
    }
}

/// Side of the lattice's cells in a green, metres, and the share of cells that have a tree.
const fn in_green(kind: GreenKind) -> (f64, f64) {
    match kind {
        GreenKind::Belt => (8.0, 0.9),
        GreenKind::Park => (10.0, 0.6),
        GreenKind::Lawn => (18.0, 0.25),
    }
}

/// A number of 0 to 1 that depends on three integers only.
fn hash(a: i64, b: i64, salt: u64) -> f64 {
    let mut bits =
        (a as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (b as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f) ^ salt;
    for _ in 0..2 {
        bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// The trees of a tile, in an order of which every beginning is spread evenly.
pub(super) fn plant(tile: &DecodedTile, rule: TreeRule) -> Vec<TreeInstance> {
    if rule.density <= 0.0 {
        return Vec::new();
    }
    let obstacles = Obstacles::of(tile);
    let mut places = Vec::new();
    along_roads(tile, rule, &mut places);
    for area in &tile.areas {
        if let AreaKind::Green(kind) = area.kind {
            area.polygons.iter().for_each(|polygon| in_polygon(polygon, kind, rule, &mut places));
        }
    }
    places.retain(|at| clip::holds(&tile.square, *at) && !obstacles.hold(*at));
    let mut trees: Vec<(f64, TreeInstance)> = places
        .into_iter()
        .map(|at| {
            let (a, b) = ((at.x * 10.0).round() as i64, (at.y * 10.0).round() as i64);
            let height_m = 5.5 + 4.5 * hash(a, b, 1);
            let variation = hash(a, b, 2) as f32;
            (hash(a, b, 3), TreeInstance { position: world(at), height_m: height_m as f32, variation })
        })
        .collect();
    trees.sort_by(|a, b| a.0.total_cmp(&b.0));
    trees.into_iter().map(|(_, tree)| tree).collect()
}

fn along_roads(tile: &DecodedTile, rule: TreeRule, places: &mut Vec<Coord>) {
    for line in &tile.lines {
        let LineKind::Road { class, width_m, .. } = line.kind else { continue };
        let Some((spacing_m, offset_m)) = along_road_m(class) else { continue };
        for (at, along) in line.lines.iter().flat_map(|piece| posts(piece, spacing_m / rule.density)) {
            let left = Coord { x: -along.y, y: along.x };
            let offset_m = width_m / 2.0 + offset_m;
            places.extend([at + left * offset_m, at - left * offset_m]);
        }
    }
}

fn in_polygon(polygon: &AreaPolygon, kind: GreenKind, rule: TreeRule, places: &mut Vec<Coord>) {
    let (cell_m, share) = in_green(kind);
    let cell_m = cell_m / rule.density.sqrt();
    let Some((low, high)) = bounds(polygon) else { return };
    let cell = |value: f64| (value / cell_m).floor() as i64;
    for i in cell(low.x)..=cell(high.x) {
        for j in cell(low.y)..=cell(high.y) {
            // Clearings of some hundred square metres, so that a park is no plantation.
            let clearing = kind == GreenKind::Park && hash(i.div_euclid(4), j.div_euclid(4), 4) < 0.3;
            let jitter = |salt: u64| 0.5 + 0.7 * (hash(i, j, salt) - 0.5);
            let at = Coord { x: (i as f64 + jitter(5)) * cell_m, y: (j as f64 + jitter(6)) * cell_m };
            if !clearing && hash(i, j, 7) < share && holds(polygon, at) {
                places.push(at);
            }
        }
    }
}

fn bounds(polygon: &AreaPolygon) -> Option<(Coord, Coord)> {
    let ring = polygon.rings.first()?;
    let first = ring.first()?.at;
    Some(ring.iter().fold((first, first), |(low, high), vertex| {
        let at = vertex.at;
        (Coord { x: low.x.min(at.x), y: low.y.min(at.y) }, Coord { x: high.x.max(at.x), y: high.y.max(at.y) })
    }))
}

fn holds(polygon: &AreaPolygon, at: Coord) -> bool {
    polygon.rings.iter().filter(|ring| inside(ring, at)).count() == 1
}

/// Where no tree stands: carriageways, water, buildings.
struct Obstacles<'a> {
    areas: Vec<(Coord, Coord, &'a AreaPolygon)>,
    /// Start, end and clearance in metres.
    strips: Vec<(Coord, Coord, f64)>,
}

/// Distance kept from a building's bounds and from another road's carriageway, metres.
const CLEARANCE_M: f64 = 1.5;

impl<'a> Obstacles<'a> {
    fn of(tile: &'a DecodedTile) -> Self {
        let water =
            tile.areas.iter().filter(|area| matches!(area.kind, AreaKind::Water(_))).flat_map(|area| &area.polygons);
        let footprints = tile.buildings.iter().flat_map(|building| &building.polygons);
        let areas =
            water.chain(footprints).filter_map(|polygon| bounds(polygon).map(|(low, high)| (low, high, polygon)));
        let strips = tile.lines.iter().flat_map(|line| {
            let half_m = match line.kind {
                LineKind::Road { width_m, .. } => width_m / 2.0,
                LineKind::Rail { level_m, .. } if level_m >= 0.0 => 5.0,
                LineKind::Rail { .. } | LineKind::Utility { .. } => 0.0,
            };
            line.lines.iter().flat_map(LineString::lines).map(move |edge| (edge.start, edge.end, half_m + CLEARANCE_M))
        });
        Self { areas: areas.collect(), strips: strips.collect() }
    }

    fn hold(&self, at: Coord) -> bool {
        let in_area = self.areas.iter().any(|(low, high, polygon)| {
            at.x > low.x - CLEARANCE_M
                && at.x < high.x + CLEARANCE_M
                && at.y > low.y - CLEARANCE_M
                && at.y < high.y + CLEARANCE_M
                && around(at).any(|near| holds(polygon, near))
        });
        in_area || self.strips.iter().any(|&(a, b, clearance_m)| distance_m(at, a, b) < clearance_m)
    }
}

/// The position and four places at the clearance's distance from it.
fn around(at: Coord) -> impl Iterator<Item = Coord> {
    [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
        .into_iter()
        .map(move |(x, y)| at + Coord { x, y } * CLEARANCE_M)
}

fn distance_m(at: Coord, a: Coord, b: Coord) -> f64 {
    let along = b - a;
    let squared = along.x * along.x + along.y * along.y;
    let t = if squared > 0.0 { ((at.x - a.x) * along.x + (at.y - a.y) * along.y) / squared } else { 0.0 };
    let nearest = a + along * t.clamp(0.0, 1.0);
    (at.x - nearest.x).hypot(at.y - nearest.y)
}
