//! Shapes in tile units: projected, simplified, cut to the tile and rounded, in this order, so that neighbouring tiles
//! agree on what they share.

use cloudsite_domain::geometry::{Shape, Window, clip_line};
use cloudsite_domain::tile::TileFrame;
use geo::Simplify;
use geo_types::{Coord, LineString, MultiLineString, MultiPolygon, Polygon};

use super::encode::{TileShape, Unit};

/// What is done to a shape on its way into a tile.
pub(super) struct Outliner<'a> {
    /// The tile.
    pub(super) frame: &'a TileFrame,
    /// What is kept, tile units; `None` keeps all.
    pub(super) window: Option<Window>,
    /// How far a simplified outline may lie from the true one, tile units; 0 keeps every vertex.
    pub(super) tolerance: f64,
}

impl Outliner<'_> {
    /// The shape in tile units; none if nothing of it is left.
    pub(super) fn outline(&self, shape: &Shape) -> Option<TileShape> {
        match shape {
            Shape::Point(point) => self.point(point.0),
            Shape::Lines(lines) => self.lines(lines),
            Shape::Areas(areas) => self.areas(areas),
        }
    }

    /// A position in tile units, if it is in the window.
    pub(super) fn point(&self, at: Coord) -> Option<TileShape> {
        let at = self.frame.tile_from_canonical(at).ok()?;
        self.window.is_none_or(|window| window.contains(at)).then(|| TileShape::Point(rounded(at)))
    }

    fn projected(&self, line: &LineString) -> Option<LineString> {
        let coords: Result<Vec<_>, _> = line.0.iter().map(|at| self.frame.tile_from_canonical(*at)).collect();
        coords.ok().map(LineString::new)
    }

    fn lines(&self, lines: &MultiLineString) -> Option<TileShape> {
        let mut pieces = Vec::new();
        for line in lines {
            let mut line = self.projected(line)?;
            if self.tolerance > 0.0 {
                line = line.simplify(self.tolerance);
            }
            let cut = self.window.map_or_else(|| vec![line.clone()], |window| clip_line(&line, window));
            pieces.extend(cut.iter().map(open_line).filter(|piece| piece.len() >= 2));
        }
        (!pieces.is_empty()).then_some(TileShape::Lines(pieces))
    }

    fn areas(&self, areas: &MultiPolygon) -> Option<TileShape> {
        let mut projected = Vec::with_capacity(areas.0.len());
        for polygon in areas {
            let outer = self.projected(polygon.exterior())?;
            let holes: Option<Vec<_>> = polygon.interiors().iter().map(|hole| self.projected(hole)).collect();
            let polygon = Polygon::new(outer, holes?);
            projected.push(if self.tolerance > 0.0 { polygon.simplify(self.tolerance) } else { polygon });
        }
        let projected = MultiPolygon::new(projected);
        let cut = self.window.map_or_else(|| projected.clone(), |window| window.clip_areas(&projected));
        let polygons: Vec<_> = cut.iter().filter_map(rings).collect();
        (!polygons.is_empty()).then_some(TileShape::Areas(polygons))
    }
}

fn rounded(at: Coord) -> Unit {
    [at.x.round() as i32, at.y.round() as i32]
}

fn open_line(line: &LineString) -> Vec<Unit> {
    let mut units: Vec<Unit> = line.0.iter().copied().map(rounded).collect();
    units.dedup();
    units
}

/// The rings of a polygon as the specification winds them: with y south, the outer ring has positive area by the
/// surveyor's formula, holes negative. Rings that rounding left without area are dropped.
fn rings(polygon: &Polygon) -> Option<Vec<Vec<Unit>>> {
    let outer = ring(polygon.exterior(), true)?;
    let holes = polygon.interiors().iter().filter_map(|hole| ring(hole, false));
    Some(std::iter::once(outer).chain(holes).collect())
}

fn ring(line: &LineString, positive: bool) -> Option<Vec<Unit>> {
    let mut units = open_line(line);
    if units.last() == units.first() {
        units.pop();
    }
    let area = twice_area(&units);
    if units.len() < 3 || area == 0 {
        return None;
    }
    if (area > 0) != positive {
        units.reverse();
    }
    Some(units)
}

/// Twice the area of an open ring by the surveyor's formula.
pub(super) fn twice_area(ring: &[Unit]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])).sum()
}

#[cfg(test)]
mod tests {
    use geo_types::polygon;

    use super::*;

    #[test]
    fn rings_wind_as_the_specification_says() {
        let polygon = polygon![
            exterior: [(x: 0.0, y: 0.0), (x: 0.0, y: 20.0), (x: 20.0, y: 20.0), (x: 20.0, y: 0.0)],
            interiors: [
                [(x: 4.0, y: 4.0), (x: 8.0, y: 4.0), (x: 8.0, y: 8.0), (x: 4.0, y: 8.0)],
                [(x: 10.1, y: 10.1), (x: 10.2, y: 10.1), (x: 10.2, y: 10.2)],
            ],
        ];
        let rings = rings(&polygon).expect("a square");
        assert_eq!(rings.len(), 2, "a hole smaller than a unit is dropped");
        assert_eq!(twice_area(&rings[0]), 800);
        assert_eq!(twice_area(&rings[1]), -32);
        assert_ne!(rings[0].first(), rings[0].last(), "rings are closed by a command, not by a vertex");
    }

    #[test]
    fn what_rounding_flattens_is_dropped() {
        let sliver = polygon![(x: 0.0, y: 0.1), (x: 30.0, y: 0.2), (x: 30.0, y: 0.3)];
        assert_eq!(rings(&sliver), None);
    }
}
