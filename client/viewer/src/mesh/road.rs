//! Roads and tracks at grade: ribbons cut to the tile. Markings are the shader's work.

use cloudsite_domain::record::RoadClass;
use geo_types::{Coord, LineString};

use super::clip::{self, Corner};
use super::palette::{self, Rgb};
use super::vertex::{GroundKind, GroundVertex, tagged};
use super::{Mesh, ribbon, world};
use crate::draw::FeatureSlots;
use crate::tiles::decoded::{DecodedTile, LineFeature, LineKind, Square};

/// From the least to the most important: what comes later is drawn over what comes before.
const ORDER: [RoadClass; 7] = [
    RoadClass::Path,
    RoadClass::Service,
    RoadClass::Local,
    RoadClass::Collector,
    RoadClass::Ramp,
    RoadClass::Arterial,
    RoadClass::Expressway,
];

/// Width of a double track's bed, metres.
const TRACK_BED_M: f64 = 10.0;

/// Height above which a track stands on a viaduct, metres.
pub(super) const VIADUCT_FROM_M: f64 = 1.0;

/// Pavement and verge on each side of a carriageway, metres.
pub(super) const fn verge_m(class: RoadClass) -> f64 {
    match class {
        RoadClass::Expressway | RoadClass::Ramp => 1.5,
        RoadClass::Arterial => 4.5,
        RoadClass::Collector => 3.5,
        RoadClass::Local => 2.0,
        RoadClass::Service | RoadClass::Path => 0.0,
    }
}

struct Paint {
    colour: Rgb,
    parameter: u8,
    slot_kind: u32,
}

fn add_polygon(mesh: &mut Mesh<GroundVertex>, square: &Square, polygon: &[Corner], paint: &Paint) {
    let [r, g, b] = paint.colour;
    let kept = clip::to_square(polygon, square);
    if kept.len() < 3 {
        return;
    }
    mesh.fan(kept.into_iter().map(|corner| GroundVertex {
        position: world(corner.at),
        across: [corner.across_m as f32, corner.along_m as f32],
        colour: [r, g, b, paint.parameter],
        slot_kind: paint.slot_kind,
    }));
}

/// A half disc beyond each end, so that pieces of one road join at any angle.
fn caps(line: &LineString, half_m: f64) -> Vec<Vec<Corner>> {
    let ends = |a: Option<&Coord>, b: Option<&Coord>| Some((*a?, ribbon::left_normal(*a?, *b?)?));
    let count = line.0.len();
    let start = ends(line.0.first(), line.0.get(1));
    let finish = ends(line.0.last(), count.checked_sub(2).and_then(|index| line.0.get(index)));
    [start, finish]
        .into_iter()
        .flatten()
        .map(|(at, left)| {
            let back = Coord { x: -left.y, y: left.x };
            (0..=4)
                .map(|step| {
                    let (sin, cos) = (f64::from(step) * std::f64::consts::FRAC_PI_4).sin_cos();
                    Corner { at: at + (left * cos + back * sin) * half_m, across_m: 0.0, along_m: 0.0 }
                })
                .collect()
        })
        .collect()
}

fn roads(tile: &DecodedTile, class: RoadClass) -> impl Iterator<Item = (&LineFeature, f64, Option<u32>)> {
    tile.lines.iter().filter_map(move |line| match line.kind {
        LineKind::Road { class: its, width_m, lanes } if its == class => Some((line, width_m / 2.0, lanes)),
        _ => None,
    })
}

/// All verges, then all carriageways by rising importance.
pub(super) fn add_roads(mesh: &mut Mesh<GroundVertex>, tile: &DecodedTile, slots: &mut FeatureSlots) {
    for class in ORDER {
        let verge_m = verge_m(class);
        for (road, half_m, _) in roads(tile, class).filter(|_| verge_m > 0.0) {
            let slot_kind = tagged(slots.slot(road.id), GroundKind::Plain as u8);
            let paint = Paint { colour: palette::VERGE, parameter: 255, slot_kind };
            add_ribbon(mesh, tile, road, half_m + verge_m, &paint);
        }
    }
    for class in ORDER {
        for (road, half_m, lanes) in roads(tile, class) {
            let slot = slots.slot(road.id);
            let plain = Paint {
                colour: palette::road(class),
                parameter: 255,
                slot_kind: tagged(slot, GroundKind::Plain as u8),
            };
            for cap in road.lines.iter().flat_map(|line| caps(line, half_m)) {
                add_polygon(mesh, &tile.square, &cap, &plain);
            }
            let marked = lanes.is_none_or(|lanes| lanes > 1) && verge_m(class) > 0.0;
            let kind = if marked { GroundKind::Road } else { GroundKind::Plain };
            let quarters = (half_m * 4.0).round().clamp(1.0, 255.0) as u8;
            let paint = Paint { parameter: quarters, slot_kind: tagged(slot, kind as u8), ..plain };
            for quad in road.lines.iter().flat_map(|line| ribbon::quads(line, half_m, half_m)) {
                add_polygon(mesh, &tile.square, &quad, &paint);
            }
        }
    }
}

fn add_ribbon(mesh: &mut Mesh<GroundVertex>, tile: &DecodedTile, line: &LineFeature, half_m: f64, paint: &Paint) {
    for piece in &line.lines {
        for cap in caps(piece, half_m) {
            add_polygon(mesh, &tile.square, &cap, paint);
        }
        for quad in ribbon::quads(piece, half_m, half_m) {
            add_polygon(mesh, &tile.square, &quad, paint);
        }
    }
}

/// Tracks at grade; what is above stands on a viaduct, what is below is not seen.
pub(super) fn add_tracks(mesh: &mut Mesh<GroundVertex>, tile: &DecodedTile, slots: &mut FeatureSlots) {
    for line in &tile.lines {
        let LineKind::Rail { level_m, .. } = line.kind else { continue };
        if !(0.0..VIADUCT_FROM_M).contains(&level_m) {
            continue;
        }
        let slot_kind = tagged(slots.slot(line.id), GroundKind::Track as u8);
        let paint = Paint { colour: palette::TRACK, parameter: 255, slot_kind };
        for quad in line.lines.iter().flat_map(|piece| ribbon::quads(piece, TRACK_BED_M / 2.0, TRACK_BED_M / 2.0)) {
            add_polygon(mesh, &tile.square, &quad, &paint);
        }
    }
}
