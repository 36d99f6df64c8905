//! Viaducts, fences, turbines, gates and other things that are neither building nor ground.

use cloudsite_domain::record::UtilityKind;
use geo_types::{Coord, LineString};

use super::clip::{self, Corner};
use super::extrude::{Face, add_prism, add_top, add_wall, blade_vertex};
use super::palette;
use super::road::VIADUCT_FROM_M;
use super::vertex::{ExtrudedVertex, Style};
use super::{Detail, Mesh, ribbon};
use crate::draw::FeatureSlots;
use crate::tiles::decoded::{AreaPolygon, DecodedTile, LineKind, PointKind, RingVertex, Square};

/// Half width of a viaduct's deck for two tracks, metres.
const DECK_HALF_M: f64 = 4.6;
/// Height of its girder below the track, and of its parapet above, metres.
const DECK_DEPTH_M: f64 = 1.8;
const PARAPET_M: f64 = 1.1;
/// Distance between piers, metres.
const PIER_SPACING_M: f64 = 30.0;
/// Height of a fence where the record has none, metres.
const FENCE_HEIGHT_M: f64 = 2.6;
/// Half of a fence's thickness and the distance between its posts, metres.
const FENCE_HALF_M: f64 = 0.03;
const FENCE_POST_SPACING_M: f64 = 5.0;
/// Height of the mark of a point of interest, metres.
pub const POI_MARK_M: f64 = 24.0;
/// Length of a wind turbine's blade, metres.
pub(super) const BLADE_M: f64 = 34.0;

/// Elevated tracks: a deck with parapets on piers, cut to the tile.
pub(super) fn add_viaducts(mesh: &mut Mesh<ExtrudedVertex>, tile: &DecodedTile, slots: &mut FeatureSlots) {
    for line in &tile.lines {
        let LineKind::Rail { level_m, .. } = line.kind else { continue };
        if level_m < VIADUCT_FROM_M {
            continue;
        }
        let face = Face { colour: palette::CONCRETE, style: Style::Plain, slot: slots.slot(line.id) };
        for quad in line.lines.iter().flat_map(|piece| ribbon::quads(piece, DECK_HALF_M, DECK_HALF_M)) {
            add_deck(mesh, &tile.square, &quad, level_m, face);
        }
        for (at, along) in line.lines.iter().flat_map(|piece| posts(piece, PIER_SPACING_M)) {
            if clip::holds(&tile.square, at) {
                let pier = rectangle(at, along, 1.2, 1.0);
                add_prism(mesh, &pier, [0.0, level_m - DECK_DEPTH_M], face);
            }
        }
    }
}

fn add_deck(mesh: &mut Mesh<ExtrudedVertex>, square: &Square, quad: &[Corner; 4], level_m: f64, face: Face) {
    let kept = clip::to_square(quad, square);
    for (index, corner) in kept.iter().enumerate() {
        let next = kept[(index + 1) % kept.len()];
        // The sides only: ends lie against the next piece or the next tile.
        let is_side = (corner.across_m - next.across_m).abs() < 1e-6 && corner.across_m.abs() > DECK_HALF_M - 1e-6;
        if is_side {
            let heights_m = [level_m - DECK_DEPTH_M, level_m + PARAPET_M];
            add_wall(mesh, corner.at, next.at, heights_m, corner.along_m, face);
            add_wall(mesh, next.at, corner.at, [level_m, level_m + PARAPET_M], 0.0, face);
        }
    }
    let corners: Vec<Coord> = kept.iter().map(|corner| corner.at).collect();
    let track = Face { colour: palette::TRACK, ..face };
    if corners.len() > 2 {
        add_top(mesh, &corners, level_m, track);
    }
}

/// Positions along a line on a lattice that does not depend on where the line was cut, with the line's direction.
pub(super) fn posts(line: &LineString, spacing_m: f64) -> Vec<(Coord, Coord)> {
    let mut found = Vec::new();
    for edge in line.lines() {
        let Some(left) = ribbon::left_normal(edge.start, edge.end) else { continue };
        let along = Coord { x: left.y, y: -left.x };
        let place = |at: Coord| at.x * along.x + at.y * along.y;
        let (from, to) = (place(edge.start), place(edge.end));
        let first = (from / spacing_m).ceil() as i64;
        let last = (to / spacing_m).ceil() as i64;
        found.extend((first..last).map(|step| (edge.start + along * (step as f64 * spacing_m - from), along)));
    }
    found
}

/// Corners, counter-clockwise, of a rectangle around `at` of these half sides along and across a direction.
fn rectangle(at: Coord, along: Coord, half_along_m: f64, half_across_m: f64) -> [Coord; 4] {
    let left = Coord { x: -along.y, y: along.x };
    let corner = |u: f64, v: f64| at + along * (u * half_along_m) + left * (v * half_across_m);
    [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]
}

const EAST: Coord = Coord { x: 1.0, y: 0.0 };

/// Fences along lines; turbines, substations, gates and the like at points.
pub(super) fn add_utilities(
    mesh: &mut Mesh<ExtrudedVertex>,
    tile: &DecodedTile,
    slots: &mut FeatureSlots,
    detail: Detail,
) {
    for line in tile.lines.iter().filter(|_| detail == Detail::Full) {
        let LineKind::Utility { kind: UtilityKind::Fence, height_m } = line.kind else { continue };
        let face = Face { colour: palette::STEEL, style: Style::Fence, slot: slots.slot(line.id) };
        for piece in &line.lines {
            add_fence(mesh, &tile.square, piece, height_m.unwrap_or(FENCE_HEIGHT_M), face);
        }
    }
    for point in &tile.points {
        if let PointKind::Utility { kind, height_m } = point.kind {
            let face = Face { colour: palette::CONCRETE, style: Style::Plain, slot: slots.slot(point.id) };
            add_utility(mesh, kind, point.at, height_m, face);
        }
    }
}

/// Posts and three rails: what is between them stays open without a shader that has to leave pixels out.
fn add_fence(mesh: &mut Mesh<ExtrudedVertex>, square: &Square, line: &LineString, top_m: f64, face: Face) {
    for quad in ribbon::quads(line, FENCE_HALF_M, FENCE_HALF_M) {
        let kept = clip::to_square(&quad, square);
        for (index, corner) in kept.iter().enumerate() {
            let next = kept[(index + 1) % kept.len()];
            if (corner.across_m - next.across_m).abs() < 1e-6 {
                for rail_m in [0.25, top_m * 0.55, top_m - 0.12] {
                    add_wall(mesh, corner.at, next.at, [rail_m, rail_m + 0.1], corner.along_m, face);
                }
            }
        }
    }
    for (at, along) in posts(line, FENCE_POST_SPACING_M) {
        if clip::holds(square, at) {
            add_prism(mesh, &rectangle(at, along, 0.06, 0.06), [0.0, top_m], face);
        }
    }
}

fn add_utility(mesh: &mut Mesh<ExtrudedVertex>, kind: UtilityKind, at: Coord, height_m: Option<f64>, face: Face) {
    let machine = Face { colour: palette::MACHINE, ..face };
    let beside = |east_m: f64, north_m: f64| at + Coord { x: east_m, y: north_m };
    match kind {
        UtilityKind::WindTurbine => add_turbine(mesh, at, height_m.unwrap_or(70.0), face),
        UtilityKind::Substation => {
            let top_m = height_m.unwrap_or(8.0);
            add_prism(mesh, &rectangle(beside(0.0, 9.0), EAST, 16.0, 6.0), [0.0, top_m], face);
            for step in -2..=2 {
                let bay = beside(f64::from(step) * 7.0, -7.0);
                add_prism(mesh, &rectangle(bay, EAST, 1.8, 2.6), [0.0, top_m * 0.5], machine);
                add_prism(mesh, &rectangle(bay, EAST, 0.25, 0.25), [0.0, top_m * 1.2], machine);
            }
        }
        UtilityKind::Storage => {
            for (column, row) in (-2..=2).flat_map(|column| (-1..=1).map(move |row| (column, row))) {
                let container = beside(f64::from(column) * 14.0, f64::from(row) * 5.0);
                add_prism(mesh, &rectangle(container, EAST, 6.0, 1.2), [0.0, 2.9], face);
            }
        }
        UtilityKind::Gate => {
            let top_m = height_m.unwrap_or(6.5);
            add_prism(mesh, &rectangle(at, EAST, 14.0, 3.5), [top_m - 1.2, top_m], face);
            for step in -2..=2 {
                add_prism(
                    mesh,
                    &rectangle(beside(f64::from(step) * 6.5, 0.0), EAST, 0.6, 1.6),
                    [0.0, top_m - 1.2],
                    face,
                );
            }
        }
        UtilityKind::WaterPlant | UtilityKind::SewagePlant => {
            for (index, radius_m) in [(-1.0, 11.0), (1.0, 11.0)] {
                let basin: Vec<Coord> = circle(beside(index * 14.0, 0.0), radius_m, 16);
                add_prism(mesh, &basin, [0.0, 3.2], Face { colour: palette::WATER, ..face });
            }
        }
        UtilityKind::HeatPlant => {
            add_prism(mesh, &rectangle(at, EAST, 18.0, 10.0), [0.0, height_m.unwrap_or(60.0) * 0.35], machine);
            add_prism(mesh, &circle(beside(24.0, 0.0), 2.6, 10), [0.0, height_m.unwrap_or(60.0)], face);
        }
        // A fence is a line; as a point it has no direction to stand in.
        UtilityKind::Fence => {}
    }
}

fn circle(at: Coord, radius_m: f64, sides: u32) -> Vec<Coord> {
    (0..sides)
        .map(|side| {
            let (sin, cos) = (f64::from(side) / f64::from(sides) * std::f64::consts::TAU).sin_cos();
            at + Coord { x: cos, y: sin } * radius_m
        })
        .collect()
}

/// A post with a head under the label of each point of interest, so that the name has a place to stand.
pub(super) fn add_poi_marks(mesh: &mut Mesh<ExtrudedVertex>, tile: &DecodedTile, slots: &mut FeatureSlots) {
    for point in &tile.points {
        if let PointKind::Poi(_) = point.kind {
            // A fence's style throws no shadow, and a mark is no thing of the park.
            let face = Face { colour: palette::POI_MARK, style: Style::Fence, slot: slots.slot(point.id) };
            let head_m = POI_MARK_M - 4.0;
            add_prism(mesh, &circle(point.at, 0.5, 4), [0.0, head_m], face);
            add_prism(mesh, &circle(point.at, 2.4, 8), [head_m, POI_MARK_M], face);
        }
    }
}

/// A tower and three blades, which the vertex shader turns about the hub.
fn add_turbine(mesh: &mut Mesh<ExtrudedVertex>, at: Coord, hub_m: f64, face: Face) {
    let white = Face { colour: [240, 242, 243], ..face };
    add_prism(mesh, &circle(at, 1.6, 8), [0.0, hub_m], white);
    // Into the prevailing south-east wind of summer.
    let facing = Coord { x: std::f64::consts::FRAC_1_SQRT_2, y: -std::f64::consts::FRAC_1_SQRT_2 };
    let hub = at + facing * 3.0;
    add_prism(mesh, &rectangle(at + facing, facing, 3.0, 1.3), [hub_m - 1.3, hub_m + 1.3], white);
    for blade in 0..3 {
        let (sin, cos) = (f64::from(blade) * std::f64::consts::TAU / 3.0).sin_cos();
        let turn = |u: f64, v: f64| [u * cos - v * sin, u * sin + v * cos];
        let corners =
            [turn(0.0, -0.9), turn(BLADE_M * 0.3, -1.4), turn(BLADE_M, 0.0), turn(BLADE_M * 0.3, 0.7), turn(0.0, 0.9)];
        let vertex =
            |offset_m: [f64; 2], facing: Coord| blade_vertex(hub, hub_m, facing, offset_m, white.styled(Style::Blade));
        // Once for each side from which it is seen.
        mesh.fan(corners.map(|offset_m| vertex(offset_m, facing)));
        mesh.fan(corners.into_iter().rev().map(|offset_m| vertex(offset_m, facing)));
    }
}

/// A few machines on a roof: along its longest edge, well inside where the roof is wide enough.
pub(super) fn add_roof_plant(mesh: &mut Mesh<ExtrudedVertex>, polygon: &AreaPolygon, roof_m: f64, id: u64, face: Face) {
    let Some(ring) = polygon.rings.first() else { return };
    let edge = |index: usize| (ring[index].at, ring[(index + 1) % ring.len()].at);
    let length = |(a, b): (Coord, Coord)| (b.x - a.x).hypot(b.y - a.y);
    let Some(longest) = (0..ring.len()).max_by(|a, b| length(edge(*a)).total_cmp(&length(edge(*b)))) else { return };
    let (a, b) = edge(longest);
    let length_m = length((a, b));
    let Some(left) = ribbon::left_normal(a, b).filter(|_| length_m > 24.0) else { return };
    let along = Coord { x: left.y, y: -left.x };
    let count = ((length_m / 28.0) as u64).clamp(1, 4) + (id & 1);
    for index in 0..count {
        let place = (index as f64 + 0.5) / count as f64;
        let at = a + (b - a) * place + left * 8.0;
        let half_m = 2.0 + f64::from((id >> (index + 3)) as u8 & 3) * 0.7;
        let corners = rectangle(at, along, half_m * 1.4, half_m);
        if corners.iter().all(|&corner| inside(ring, corner)) {
            add_prism(mesh, &corners, [roof_m, roof_m + 1.4 + half_m * 0.3], face);
        }
    }
}

/// Whether a position lies in a ring, by counting crossings.
pub(super) fn inside(ring: &[RingVertex], at: Coord) -> bool {
    let mut within = false;
    let mut before = ring.last();
    for vertex in ring {
        if let Some(last) = before {
            let (a, b) = (last.at, vertex.at);
            if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x {
                within = !within;
            }
        }
        before = Some(vertex);
    }
    within
}
