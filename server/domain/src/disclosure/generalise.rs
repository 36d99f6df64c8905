//! Shapes and figures made coarser.

use geo::{Area, BooleanOps, Orient, orient::Direction};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon, Rect};

use crate::geometry::Shape;
use crate::record::{Body, Feature};

/// How often a shape that crosses itself on the grid is cut apart and put back on it.
const MOST_REPAIRS: usize = 4;

/// The nearest position on a grid of `grid_mm` millimetres. Equal positions stay equal, so neighbours that share corners
/// still do, and a position that is on a grid is on each finer one of which it is a multiple.
fn snap(at: Coord, grid_mm: i64) -> Coord {
    let on_grid = |metres: f64| {
        let millimetres = (metres * 1000.0).round() as i64;
        ((millimetres + grid_mm / 2).div_euclid(grid_mm) * grid_mm) as f64 / 1000.0
    };
    Coord { x: on_grid(at.x), y: on_grid(at.y) }
}

/// A shape with all its corners on a grid of `grid_mm` millimetres: valid, of the same kind, and never one that says
/// where it was more closely than the grid. What is smaller than a cell becomes one.
pub fn on_grid(shape: &Shape, grid_mm: u32) -> Shape {
    let grid_mm = i64::from(grid_mm.max(1));
    match shape {
        Shape::Point(point) => Shape::Point(Point(snap(point.0, grid_mm))),
        Shape::Lines(lines) => Shape::Lines(lines_on_grid(lines, grid_mm)),
        Shape::Areas(areas) => areas_on_grid(areas, grid_mm),
    }
}

fn lines_on_grid(lines: &MultiLineString, grid_mm: i64) -> MultiLineString {
    let snapped = |line: &LineString| {
        let mut line: LineString = line.0.iter().map(|at| snap(*at, grid_mm)).collect();
        line.0.dedup();
        line
    };
    let kept: Vec<LineString> = lines.iter().map(snapped).filter(|line| line.0.len() >= 2).collect();
    if !kept.is_empty() {
        return MultiLineString::new(kept);
    }
    let at = snap(lines.0.first().and_then(|line| line.0.first()).copied().unwrap_or_else(Coord::zero), grid_mm);
    let cell_m = grid_mm as f64 / 1000.0;
    MultiLineString::new(vec![LineString::new(vec![at, Coord { x: at.x + cell_m, y: at.y }])])
}

fn areas_on_grid(areas: &MultiPolygon, grid_mm: i64) -> Shape {
    let mut snapped = tidied(areas, grid_mm);
    for _ in 0..MOST_REPAIRS {
        if snapped.0.is_empty() {
            break;
        }
        if let Ok(shape) = Shape::new(Geometry::MultiPolygon(snapped.clone())) {
            return shape;
        }
        // Cuts at its crossings what crosses itself, and joins what overlaps.
        let nothing = MultiPolygon::new(Vec::new());
        let parts = snapped.iter().map(|part| part.union(&nothing).orient(Direction::Default));
        let cut = parts.reduce(|all, part| all.union(&part)).unwrap_or(nothing);
        snapped = tidied(&cut, grid_mm);
    }
    cells_around(areas, grid_mm)
}

/// The polygons on the grid, without repeated corners, spikes, and rings that have shrunk to nothing.
fn tidied(areas: &MultiPolygon, grid_mm: i64) -> MultiPolygon {
    let part = |polygon: &Polygon| {
        let outer = ring_on_grid(polygon.exterior(), grid_mm)?;
        Some(Polygon::new(outer, polygon.interiors().iter().filter_map(|ring| ring_on_grid(ring, grid_mm)).collect()))
    };
    MultiPolygon::new(areas.iter().filter_map(part).collect())
}

fn ring_on_grid(ring: &LineString, grid_mm: i64) -> Option<LineString> {
    let mut kept: Vec<Coord> = Vec::with_capacity(ring.0.len());
    // The closing corner is the first one again.
    for at in ring.0.iter().skip(1).map(|at| snap(*at, grid_mm)) {
        if kept.last() == Some(&at) {
            continue;
        }
        if kept.len() >= 2 && kept[kept.len() - 2] == at {
            kept.pop();
        } else {
            kept.push(at);
        }
    }
    while kept.len() >= 2 {
        let (first, last) = (kept[0], kept[kept.len() - 1]);
        if first == last {
            kept.pop();
        } else if kept[1] == last {
            kept.remove(0);
        } else if kept[kept.len() - 2] == first {
            kept.pop();
        } else {
            break;
        }
    }
    if kept.len() < 3 {
        return None;
    }
    // A ring begins where it began, so that one which is on the grid stays as it is.
    kept.rotate_right(1);
    kept.push(kept[0]);
    let ring = LineString::new(kept);
    (Polygon::new(ring.clone(), Vec::new()).unsigned_area() > 0.0).then_some(ring)
}

/// The rectangle of cells around what cannot be drawn on the grid otherwise.
fn cells_around(areas: &MultiPolygon, grid_mm: i64) -> Shape {
    let corners = areas.iter().flat_map(|part| &part.exterior().0).map(|at| snap(*at, grid_mm));
    let mut bounds: Option<Rect> = None;
    for at in corners {
        let own = Rect::new(at, at);
        bounds = Some(bounds.map_or(own, |all| {
            let min = Coord { x: all.min().x.min(at.x), y: all.min().y.min(at.y) };
            Rect::new(min, Coord { x: all.max().x.max(at.x), y: all.max().y.max(at.y) })
        }));
    }
    let bounds = bounds.unwrap_or_else(|| Rect::new(Coord::zero(), Coord::zero()));
    let cell_m = grid_mm as f64 / 1000.0;
    let far = |low: f64, high: f64| if high > low { high } else { low + cell_m };
    let max = Coord { x: far(bounds.min().x, bounds.max().x), y: far(bounds.min().y, bounds.max().y) };
    let whole = MultiPolygon::new(vec![Rect::new(bounds.min(), max).to_polygon()]);
    Shape::new(Geometry::MultiPolygon(whole.clone())).unwrap_or(Shape::Areas(whole))
}

/// A figure with so many significant digits. What has as few already stays.
fn significant(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

/// Rounds the figures that tell how much is supplied and what it costs.
pub(super) fn round_figures(feature: &mut Feature, digits: u8) {
    let round = |value: &mut f64| *value = significant(*value, digits.into());
    match &mut feature.body {
        Body::Parcel(parcel) => {
            parcel.supplies.iter_mut().filter_map(|supply| supply.capacity.as_mut()).for_each(round);
            parcel.price.iter_mut().for_each(|price| round(&mut price.cny_per_m2));
        }
        Body::Building(building) => {
            let rents = building.offers.iter_mut().filter_map(|offer| offer.rent.as_mut());
            rents.for_each(|rent| round(&mut rent.cny_per_m2_month));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{line_string, polygon};
    use proptest::prelude::*;

    use super::*;

    fn areas(shape: &Shape) -> &MultiPolygon {
        match shape {
            Shape::Areas(areas) => areas,
            other => panic!("no areas: {other:?}"),
        }
    }

    #[test]
    fn what_is_smaller_than_a_cell_becomes_one() {
        let line = Shape::new(line_string![(x: 0.1, y: 0.1), (x: 0.2, y: 0.1)].into()).unwrap();
        let Shape::Lines(lines) = on_grid(&line, 1_000) else { panic!("lines") };
        assert_eq!(lines.0[0].0, [Coord { x: 0.0, y: 0.0 }, Coord { x: 1.0, y: 0.0 }]);
        let hut = polygon![(x: 5.1, y: 5.1), (x: 5.4, y: 5.1), (x: 5.4, y: 5.4), (x: 5.1, y: 5.4)];
        let hut = on_grid(&Shape::new(hut.into()).unwrap(), 1_000);
        assert_eq!((hut.area_m2(), hut.bounds().min()), (1.0, Coord { x: 5.0, y: 5.0 }));
    }

    #[test]
    fn what_would_cross_itself_is_cut() {
        // A neck that is narrower than the grid: two fields with a path between them.
        let neck = polygon![
            (x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 4.9), (x: 20.0, y: 4.9), (x: 20.0, y: 0.0),
            (x: 30.0, y: 0.0), (x: 30.0, y: 10.0), (x: 20.0, y: 10.0), (x: 20.0, y: 5.1), (x: 10.0, y: 5.1),
            (x: 10.0, y: 10.0), (x: 0.0, y: 10.0),
        ];
        let coarse = on_grid(&Shape::new(neck.into()).unwrap(), 1_000);
        assert_eq!((areas(&coarse).0.len(), coarse.area_m2()), (2, 200.0));
        assert_eq!(on_grid(&coarse, 1_000), coarse);
    }

    #[test]
    fn figures_keep_so_many_digits() {
        for (value, digits, expected) in
            [(12_345.0, 1, 10_000.0), (12_345.0, 2, 12_000.0), (0.0456, 1, 0.05), (0.0, 1, 0.0), (3_000.0, 3, 3_000.0)]
        {
            let kept = significant(value, digits);
            assert!((kept - expected).abs() < 1e-9, "{value} to {digits}: {kept}");
        }
    }

    /// A star around a place, each spike of which is so long.
    fn star(spikes: &[f64]) -> Option<Shape> {
        let step = std::f64::consts::TAU / spikes.len() as f64;
        let corner = |(index, length): (usize, &f64)| {
            let angle = step * index as f64;
            (536_000.0 + length * angle.cos(), 3_479_000.0 + length * angle.sin())
        };
        let ring: Vec<(f64, f64)> = spikes.iter().enumerate().map(corner).collect();
        Shape::new(Polygon::new(ring.into(), Vec::new()).into()).ok()
    }

    proptest! {
        #[test]
        fn a_shape_on_a_grid_is_valid_and_stays(
            spikes in prop::collection::vec(0.2f64..40.0, 3..24),
            grid_mm in prop::sample::select(vec![100u32, 500, 1_000, 5_000]),
        ) {
            let Some(shape) = star(&spikes) else { return Ok(()) };
            let coarse = on_grid(&shape, grid_mm);
            let anew = Shape::new(coarse.to_geometry());
            prop_assert_eq!(anew.as_ref(), Ok(&coarse), "valid, and written as it is");
            prop_assert_eq!(&on_grid(&coarse, grid_mm), &coarse, "twice is once");
            let grid = i64::from(grid_mm);
            for at in areas(&coarse).iter().flat_map(|part| &part.exterior().0) {
                prop_assert_eq!(snap(*at, grid), *at, "every corner is on the grid");
            }
        }

        #[test]
        fn neighbours_share_their_edge_still(
            edge in prop::collection::vec((0.0f64..3.0, 1.0f64..30.0), 1..8),
            grid_mm in prop::sample::select(vec![100u32, 500, 1_000]),
        ) {
            let mut north = 0.0;
            let mut shared = vec![Coord { x: 50.0, y: 0.0 }];
            for (bend, step) in &edge {
                north += step;
                shared.push(Coord { x: 50.0 + bend, y: north });
            }
            let side = |x: f64| {
                let mut ring = vec![Coord { x, y: north }, Coord { x, y: 0.0 }];
                ring.extend(&shared);
                Shape::new(Polygon::new(LineString::new(ring), Vec::new()).into()).unwrap()
            };
            let [west, east] = [side(0.0), side(100.0)].map(|shape| on_grid(&shape, grid_mm));
            let both = geo::BooleanOps::intersection(areas(&west), areas(&east)).unsigned_area();
            prop_assert!(both < 1e-6, "they overlap by {both} m2");
        }
    }
}
