//! What is laid over the ground: areas of a draft in the colours of what would happen to them, and marks on top.

use cloudsite_domain::record::Layer;
use cloudsite_proto::scene::{OverlayArea, OverlayMark, OverlayRing};
use geo_types::Coord;

use super::ground::{Paint, fill_polygon, outline_polygon};
use super::palette::{self, Rgb};
use super::vertex::{GroundKind, GroundVertex, tagged};
use super::{Mesh, world};
use crate::tiles::decoded::{AreaPolygon, RingVertex};

/// Widths of outlines, metres.
const OUTLINE_M: f64 = 2.5;
const EMPHASISED_M: f64 = 6.0;

/// From a mark's middle to its corners, metres; its rim is that much larger.
const MARK_M: f64 = 9.0;
const MARK_RIM: f64 = 1.45;

/// The slot that is no feature's: nothing fades or selects what is laid over.
const NOBODY: u32 = 0;

/// Meshes what is laid over the ground. Rings that are none, with places that are no numbers or fewer than three of them,
/// are left out.
pub fn overlay(areas: &[OverlayArea], marks: &[OverlayMark]) -> Mesh<GroundVertex> {
    let mut mesh = Mesh::default();
    let areas: Vec<(&OverlayArea, AreaPolygon)> =
        areas.iter().filter_map(|area| Some((area, polygon(area)?))).collect();
    for (area, polygon) in &areas {
        let own = area.colour.map(u32::to_be_bytes).map(|[_, r, g, b]| [r, g, b]);
        let colour = own.unwrap_or(palette::overlay(area.kind()).0);
        let paint = Paint { colour, kind: GroundKind::Plain, width_m: 0.0 };
        fill_polygon(&mut mesh, polygon, paint, NOBODY);
    }
    for (area, polygon) in areas.iter().filter(|(area, _)| area.colour.is_none()) {
        let width_m = if area.emphasised { EMPHASISED_M } else { OUTLINE_M };
        let paint = Paint { colour: palette::overlay(area.kind()).1, kind: GroundKind::Outline, width_m };
        outline_polygon(&mut mesh, polygon, paint, NOBODY);
    }
    for mark in marks.iter().filter(|mark| mark.east_m.is_finite() && mark.north_m.is_finite()) {
        diamond(&mut mesh, mark, MARK_M * MARK_RIM, palette::MARK_RIM);
        diamond(&mut mesh, mark, MARK_M, if mark.is_error { palette::MARK_ERROR } else { palette::MARK_WARNING });
    }
    // The park's own layer is the one that nobody can switch off.
    mesh.close_part(Layer::Park);
    mesh.turned_round()
}

/// The area with its outer ring turning left and its holes turning right.
fn polygon(area: &OverlayArea) -> Option<AreaPolygon> {
    let mut rings = area.rings.iter().enumerate().map(|(index, ring)| vertices(ring, index == 0));
    let outer = rings.next()??;
    Some(AreaPolygon { rings: std::iter::once(outer).chain(rings.flatten()).collect() })
}

fn vertices(ring: &OverlayRing, turns_left: bool) -> Option<Vec<RingVertex>> {
    let mut places: Vec<Coord> = ring.coordinates.chunks_exact(2).map(|at| Coord { x: at[0], y: at[1] }).collect();
    if places.len() < 3 || places.iter().any(|at| !at.x.is_finite() || !at.y.is_finite()) {
        return None;
    }
    let next = places.iter().cycle().skip(1);
    let doubled: f64 = places.iter().zip(next).map(|(a, b)| a.x * b.y - a.y * b.x).sum();
    if (doubled > 0.0) != turns_left {
        places.reverse();
    }
    Some(places.into_iter().map(|at| RingVertex { at, edge_is_cut: false }).collect())
}

fn diamond(mesh: &mut Mesh<GroundVertex>, mark: &OverlayMark, reach_m: f64, [r, g, b]: Rgb) {
    let corners = [(0.0, -reach_m), (reach_m, 0.0), (0.0, reach_m), (-reach_m, 0.0)];
    mesh.fan(corners.map(|(east, north)| GroundVertex {
        position: world(Coord { x: mark.east_m + east, y: mark.north_m + north }),
        across: [0.0, 0.0],
        colour: [r, g, b, 255],
        slot_kind: tagged(NOBODY, GroundKind::Plain as u8),
    }));
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::overlay_area::Kind;

    use super::*;

    fn ring(coordinates: &[f64]) -> OverlayRing {
        OverlayRing { coordinates: coordinates.to_vec() }
    }

    fn area(kind: Kind, rings: Vec<OverlayRing>) -> OverlayArea {
        OverlayArea { kind: kind.into(), rings, ..OverlayArea::default() }
    }

    /// The ground that the triangles of plain kind cover, m2; each turns left seen from above.
    fn covered_m2(mesh: &Mesh<GroundVertex>) -> f64 {
        let corner = |index: u32| {
            let vertex = &mesh.vertices[index as usize];
            let plain = vertex.slot_kind & 255 == GroundKind::Plain as u32;
            plain.then(|| Coord { x: f64::from(vertex.position[0]), y: f64::from(-vertex.position[1]) })
        };
        let area = |corners: &[u32]| {
            let [a, b, c] = [corner(corners[0])?, corner(corners[1])?, corner(corners[2])?];
            Some(((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)) / 2.0)
        };
        mesh.indices.chunks_exact(3).filter_map(area).map(f64::abs).sum()
    }

    #[test]
    fn rings_are_filled_whichever_way_they_turn() {
        let left = ring(&[0.0, 0.0, 100.0, 0.0, 100.0, 100.0, 0.0, 100.0]);
        let right = ring(&[0.0, 0.0, 0.0, 100.0, 100.0, 100.0, 100.0, 0.0]);
        let hole = ring(&[40.0, 40.0, 60.0, 40.0, 60.0, 60.0, 40.0, 60.0]);
        let cases = [
            (vec![left.clone()], 10_000.0),
            (vec![right], 10_000.0),
            (vec![left.clone(), hole], 9_600.0),
            (vec![ring(&[0.0, 0.0, 1.0, 1.0])], 0.0),
            (vec![ring(&[0.0, f64::NAN, 1.0, 1.0, 2.0, 0.0])], 0.0),
            (vec![left.clone(), ring(&[1.0])], 10_000.0),
            (vec![], 0.0),
        ];
        for (rings, expected) in cases {
            let said = format!("{rings:?}");
            let mesh = overlay(&[area(Kind::Updated, rings)], &[]);
            assert!((covered_m2(&mesh) - expected).abs() < 1e-3, "{said}: {}", covered_m2(&mesh));
        }
        let both = |kind, emphasised| {
            let area = OverlayArea { emphasised, ..area(kind, vec![left.clone()]) };
            overlay(&[area], &[]).vertices
        };
        assert_ne!(both(Kind::Created, false), both(Kind::Ended, false), "a colour for each kind");
        assert_ne!(both(Kind::Created, false), both(Kind::Created, true), "what is looked at stands out");
        let coloured = overlay(&[OverlayArea { colour: Some(0x12_34_56), ..area(Kind::Updated, vec![left]) }], &[]);
        assert!(coloured.vertices.iter().all(|vertex| vertex.colour == [0x12, 0x34, 0x56, 255]), "in its own colour");
    }

    #[test]
    fn marks_lie_on_top_and_nothing_is_nothing() {
        assert_eq!(overlay(&[], &[]), Mesh::default().turned_round());
        let square = ring(&[0.0, 0.0, 100.0, 0.0, 100.0, 100.0, 0.0, 100.0]);
        let mark = OverlayMark { east_m: 50.0, north_m: 50.0, is_error: true };
        let nowhere = OverlayMark { east_m: f64::INFINITY, ..mark };
        let mesh = overlay(&[area(Kind::Created, vec![square])], &[mark, nowhere]);
        let first = &mesh.vertices[mesh.indices[0] as usize];
        let [r, g, b] = palette::MARK_ERROR;
        assert_eq!(first.colour, [r, g, b, 255], "what is drawn first covers the rest");
    }
}
