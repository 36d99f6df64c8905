//! A tile made from a snapshot.

use cloudsite_domain::disclosure::{Cell, cells};
use cloudsite_domain::geometry::Window;
use cloudsite_domain::record::Feature;
use cloudsite_domain::tile::{EXTENT, TileAddress, TileFrame, schema};
use cloudsite_proto::tile::VectorTile;
use geo_types::{Coord, Rect};
use prost::Message;

use super::content::{self, FULL_ZOOM, LAYERS};
use super::encode::LayerWriter;
use super::outline::Outliner;
use crate::disclosure::{Parcelled, policy};
use crate::record::{BUFFER_UNITS, LEAF_ZOOM, Snapshot, mercator_from_canonical};

/// How far simplified outlines may lie from the true ones, tile units.
const TOLERANCE: f64 = 1.0;

/// How much further than its corners a tile's sides may reach in canonical metres: they become curves there.
const CURVE_M: f64 = 30.0;

/// The tile as of the snapshot's revision, encoded; empty if nothing is in it.
pub(super) fn build(snapshot: &Snapshot, tile: TileAddress) -> Vec<u8> {
    let frame = TileFrame::new(tile);
    // The buffer is the same on the ground at every zoom, so that a change which touches no tile of the deepest zoom
    // touches none above it either.
    let buffer = BUFFER_UNITS / f64::from(1u32 << LEAF_ZOOM.saturating_sub(tile.z));
    let side = f64::from(EXTENT);
    let window = Window { min: Coord { x: -buffer, y: -buffer }, max: Coord { x: side + buffer, y: side + buffer } };
    let Some(reach) = reach(&frame, window) else { return Vec::new() };
    let tolerance = if tile.z < FULL_ZOOM { TOLERANCE } else { 0.0 };
    let cut = Outliner { frame: &frame, window: Some(window), tolerance };
    let whole = Outliner { frame: &frame, window: None, tolerance };
    let mut layers = Vec::new();
    let mut labels = LayerWriter::new(schema::LABEL_LAYER);
    for layer in LAYERS {
        let mut writer = LayerWriter::new(layer.as_str());
        for version in snapshot.layer(layer).near(reach) {
            let feature = &version.feature;
            if content::is_shown(feature, tile.z) {
                let shape = if content::is_whole(layer, &feature.shape) {
                    is_anchored_in(feature, tile).then(|| whole.outline(&feature.shape)).flatten()
                } else {
                    cut.outline(&feature.shape)
                };
                if let Some(shape) = shape {
                    writer.add(version.id, &shape, content::attributes(feature));
                }
            }
            if content::is_labelled(feature, tile.z)
                && is_anchored_in(feature, tile)
                && let Some(at) = whole.point(feature.shape.anchor())
            {
                labels.add(version.id, &at, content::label_attributes(feature));
            }
        }
        layers.extend(writer.finish());
    }
    layers.extend(labels.finish());
    VectorTile { layers }.encode_to_vec()
}

/// Whether a feature's anchor lies in this tile and so in no other of its zoom.
fn is_anchored_in(feature: &Feature, tile: TileAddress) -> bool {
    let anchor = feature.shape.anchor();
    mercator_from_canonical(anchor).is_some_and(|at| TileAddress::containing(tile.z, at) == tile)
}

/// The rectangle of canonical metres that holds a window of a tile; none on the other side of the world.
fn reach(frame: &TileFrame, window: Window) -> Option<Rect> {
    let (min, max) = (window.min, window.max);
    let corners = [(min.x, min.y), (max.x, min.y), (max.x, max.y), (min.x, max.y)];
    let mut low = Coord { x: f64::INFINITY, y: f64::INFINITY };
    let mut high = Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY };
    for (x, y) in corners {
        let at = frame.canonical_from_tile(Coord { x, y }).ok()?;
        low = Coord { x: low.x.min(at.x), y: low.y.min(at.y) };
        high = Coord { x: high.x.max(at.x), y: high.y.max(at.y) };
    }
    let by = Coord { x: CURVE_M, y: CURVE_M };
    Some(Rect::new(low - by, high + by))
}

/// What a tile holds, as disclosures are counted: the features that lie in it, and the cells that they cover there.
pub(super) fn contents(snapshot: &Snapshot, tile: TileAddress) -> Parcelled {
    let mut parcelled = Parcelled::default();
    let frame = TileFrame::new(tile);
    let side = f64::from(EXTENT);
    let Some(reach) = reach(&frame, Window { min: Coord::zero(), max: Coord { x: side, y: side } }) else {
        return parcelled;
    };
    let (low, high) = (Cell::at(reach.min()), Cell::at(reach.max()));
    let within = |cell: &Cell| (low.x..=high.x).contains(&cell.x) && (low.y..=high.y).contains(&cell.y);
    for layer in LAYERS {
        let found = snapshot.layer(layer).near(reach);
        if !found.is_empty() {
            parcelled.features.push((layer, found.len() as u64));
        }
        if policy().layer(layer).is_counted() {
            let covered = found.iter().flat_map(|version| cells(&version.feature.shape));
            parcelled.cells.extend(covered.filter(within));
        }
    }
    parcelled
}

/// Whether anything of a snapshot may lie in a tile, by bounding boxes.
pub(super) fn may_hold_something(snapshot: &Snapshot, tile: TileAddress) -> bool {
    let frame = TileFrame::new(tile);
    let side = f64::from(EXTENT);
    let window = Window { min: Coord::zero(), max: Coord { x: side, y: side } };
    reach(&frame, window).is_some_and(|reach| LAYERS.iter().any(|layer| !snapshot.layer(*layer).near(reach).is_empty()))
}
