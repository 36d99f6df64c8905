//! What lies on the ground: one mesh, put together in painter's order and then turned round. What lies on top is drawn
//! first and keeps its pixels, so that each is shaded once and nothing has to be told apart by depth.

use cloudsite_domain::geometry::triangulate;
use cloudsite_domain::record::{Layer, MaskKind};
use geo_types::{Coord, LineString, Polygon};

use super::palette::{self, Rgb};
use super::ribbon::{left_normal, mitre};
use super::vertex::{GroundKind, GroundVertex, tagged};
use super::{Mesh, road, world};
use crate::draw::FeatureSlots;
use crate::tiles::decoded::{AreaFeature, AreaKind, AreaPolygon, DecodedTile, RingVertex};

/// Widths of outlines, metres; the shader widens them to a pixel and a half.
const PARCEL_OUTLINE_M: f64 = 1.2;
const ZONE_OUTLINE_M: f64 = 3.0;

/// The colour of restricted areas' outlines.
const MASK_OUTLINE: Rgb = [186, 130, 170];

pub(super) fn mesh(tile: &DecodedTile, slots: &mut FeatureSlots) -> Mesh<GroundVertex> {
    let mut mesh = Mesh::default();
    for (layer, fills) in [
        (Layer::Park, true),
        (Layer::Zone, true),
        (Layer::Parcel, true),
        (Layer::Green, true),
        (Layer::Water, true),
        (Layer::Parcel, false),
        (Layer::Zone, false),
        (Layer::Mask, false),
    ] {
        for area in tile.areas.iter().filter(|area| layer_of(area.kind) == layer) {
            let slot = slots.slot(area.id);
            let paint = if fills { fill(area) } else { outline(area) };
            for (polygon, paint) in area.polygons.iter().zip(paint.into_iter().cycle()) {
                if fills {
                    fill_polygon(&mut mesh, polygon, paint, slot);
                } else {
                    outline_polygon(&mut mesh, polygon, paint, slot);
                }
            }
        }
        mesh.close_part(layer);
    }
    road::add_roads(&mut mesh, tile, slots);
    mesh.close_part(Layer::Road);
    road::add_tracks(&mut mesh, tile, slots);
    mesh.close_part(Layer::Rail);
    mesh.turned_round()
}

/// The layer that an area's drawing is switched with.
const fn layer_of(kind: AreaKind) -> Layer {
    match kind {
        AreaKind::Park => Layer::Park,
        AreaKind::Zone(_) => Layer::Zone,
        AreaKind::Parcel(_) => Layer::Parcel,
        AreaKind::Water(_) => Layer::Water,
        AreaKind::Green(_) => Layer::Green,
        AreaKind::Mask(_) => Layer::Mask,
    }
}

/// A colour and how the shader treats it; a width in metres for outlines.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: Rgb,
    pub(super) kind: GroundKind,
    pub(super) width_m: f64,
}

fn fill(area: &AreaFeature) -> Option<Paint> {
    let (colour, kind) = match area.kind {
        AreaKind::Park => (palette::PARK, GroundKind::Plain),
        AreaKind::Zone(kind) => (palette::zone(kind).0, GroundKind::Zone),
        AreaKind::Parcel(status) => (palette::parcel(status), GroundKind::Parcel),
        AreaKind::Water(_) => (palette::WATER, GroundKind::Water),
        AreaKind::Green(kind) => (palette::green(kind), GroundKind::Plain),
        AreaKind::Mask(_) => return None,
    };
    Some(Paint { colour, kind, width_m: 0.0 })
}

fn outline(area: &AreaFeature) -> Option<Paint> {
    let (colour, width_m) = match area.kind {
        AreaKind::Zone(kind) => (palette::zone(kind).1, ZONE_OUTLINE_M),
        AreaKind::Parcel(status) => (palette::parcel_outline(status), PARCEL_OUTLINE_M),
        AreaKind::Mask(MaskKind::Protection) => (MASK_OUTLINE, PARCEL_OUTLINE_M),
        // Obstacle surfaces of an airport cover the whole park: their edges would say nothing to a visitor.
        AreaKind::Mask(MaskKind::AirportHeight) | AreaKind::Park | AreaKind::Water(_) | AreaKind::Green(_) => {
            return None;
        }
    };
    Some(Paint { colour, kind: GroundKind::Outline, width_m })
}

/// The polygon with closed rings, as `domain` triangulates it.
pub(super) fn closed(polygon: &AreaPolygon) -> Polygon {
    let mut rings = polygon.rings.iter().map(|ring| ring.iter().map(|vertex| vertex.at).collect::<LineString>());
    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outer, rings.collect())
}

pub(super) fn fill_polygon(mesh: &mut Mesh<GroundVertex>, polygon: &AreaPolygon, paint: Paint, slot: u32) {
    let triangles = triangulate(&closed(polygon));
    let first = mesh.vertices.len() as u32;
    let [r, g, b] = paint.colour;
    mesh.vertices.extend(triangles.vertices.iter().map(|&[x, y]| GroundVertex {
        position: world(Coord { x, y }),
        across: [0.0, 0.0],
        colour: [r, g, b, 255],
        slot_kind: tagged(slot, paint.kind as u8),
    }));
    mesh.indices.extend(triangles.indices.iter().map(|index| first + index));
}

pub(super) fn outline_polygon(mesh: &mut Mesh<GroundVertex>, polygon: &AreaPolygon, paint: Paint, slot: u32) {
    for ring in &polygon.rings {
        outline_ring(mesh, ring, paint, slot);
    }
}

/// A band inside the ring along each edge that is the feature's own.
fn outline_ring(mesh: &mut Mesh<GroundVertex>, ring: &[RingVertex], paint: Paint, slot: u32) {
    let count = ring.len();
    let [r, g, b] = paint.colour;
    let width = (paint.width_m * 10.0).round().clamp(1.0, 255.0) as u8;
    // The interior lies to the left, of outer rings and of holes.
    let normal = |index: usize| left_normal(ring[index % count].at, ring[(index + 1) % count].at);
    for (index, vertex) in ring.iter().enumerate() {
        let Some(own) = normal(index).filter(|_| !vertex.edge_is_cut) else { continue };
        let before = normal(index + count - 1).and_then(|before| mitre(before, own)).unwrap_or(own);
        let after = normal(index + 1).and_then(|after| mitre(own, after)).unwrap_or(own);
        let end = ring[(index + 1) % count].at;
        let corner = |at: Coord, inwards: Coord| GroundVertex {
            position: world(at),
            across: [inwards.x as f32, -inwards.y as f32],
            colour: [r, g, b, width],
            slot_kind: tagged(slot, paint.kind as u8),
        };
        mesh.fan([
            corner(vertex.at, Coord::zero()),
            corner(end, Coord::zero()),
            corner(end, after),
            corner(vertex.at, before),
        ]);
    }
}
