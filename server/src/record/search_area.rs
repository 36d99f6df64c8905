//! Rectangles of longitude and latitude in canonical metres.

use std::sync::LazyLock;

use cloudsite_domain::crs::{Crs, Projector};
use geo::{BoundingRect, Contains};
use geo_types::{Coord, LineString, Polygon, Rect};

/// Points a side at most: parallels are curves in the canonical system.
const MOST_POINTS_A_SIDE: u32 = 16;

/// From one point of a side to the next, metres: within so much a parallel departs from a line by half a millimetre.
const POINT_STEP_M: f64 = 200.0;

/// Where the canonical system is good, degrees: some way around its central meridian, 120 degrees east. What is asked
/// for beyond holds no feature.
const WEST: f64 = 111.0;
const EAST: f64 = 129.0;
const SOUTH: f64 = 10.0;
const NORTH: f64 = 55.0;

/// Sides up to this make a search small, metres.
const SMALL_M: f64 = 2_000.0;

/// A rectangle that is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum InvalidArea {
    /// A side is not a longitude or latitude.
    #[error("{0} must be a finite number within {1} degrees")]
    NotDegrees(&'static str, f64),
    /// A side is not a length.
    #[error("{0} is not a finite number of metres")]
    NotMetres(f64),
    /// The sides are the wrong way round.
    #[error("{0} lies beyond {1}")]
    Crossed(&'static str, &'static str),
}

/// The rectangle of longitude and latitude that a search is limited to, sides included.
#[derive(Debug)]
pub(crate) struct SearchArea {
    outline: Option<Polygon>,
    bounds: Rect,
    /// A rectangle of canonical metres that lies in it wholly, if there is one of any size.
    inside: Option<Rect>,
}

impl SearchArea {
    /// The rectangle between these degrees of EPSG:4326.
    pub(crate) fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, InvalidArea> {
        static PROJECTOR: LazyLock<Projector> = LazyLock::new(|| Projector::new(Crs::Wgs84, Crs::CANONICAL));
        let sides = [("west", west, 180.0), ("south", south, 90.0), ("east", east, 180.0), ("north", north, 90.0)];
        if let Some((name, _, limit)) =
            sides.into_iter().find(|(_, value, limit)| value.is_nan() || value.abs() > *limit)
        {
            return Err(InvalidArea::NotDegrees(name, limit));
        }
        if south > north {
            return Err(InvalidArea::Crossed("south", "north"));
        }
        if west > east {
            return Err(InvalidArea::Crossed("west", "east"));
        }
        let (west, east, south, north) = (west.max(WEST), east.min(EAST), south.max(SOUTH), north.min(NORTH));
        let (low, high) = (Coord { x: west, y: south }, Coord { x: east, y: north });
        let outline = (west <= east && south <= north).then(|| outline(&PROJECTOR, low, high)).flatten();
        Ok(Self::around(outline))
    }

    /// The rectangle between two corners of a system whose coordinates are metres, x before y.
    pub(crate) fn in_metres(crs: Crs, low: Coord, high: Coord) -> Result<Self, InvalidArea> {
        if let Some(side) = [low.x, low.y, high.x, high.y].into_iter().find(|side| !side.is_finite()) {
            return Err(InvalidArea::NotMetres(side));
        }
        if low.y > high.y {
            return Err(InvalidArea::Crossed("south", "north"));
        }
        if low.x > high.x {
            return Err(InvalidArea::Crossed("west", "east"));
        }
        // A rectangle that reaches to where the system has no positions is cut to what can hold a feature.
        let (low, high) = within_reach(crs, low, high);
        let projector = Projector::new(crs, Crs::CANONICAL);
        let outline = (low.x <= high.x && low.y <= high.y).then(|| outline(&projector, low, high)).flatten();
        Ok(Self::around(outline))
    }

    fn around(outline: Option<Polygon>) -> Self {
        let nowhere = Rect::new(Coord::zero(), Coord::zero());
        let bounds = outline.as_ref().and_then(BoundingRect::bounding_rect).unwrap_or(nowhere);
        let inside = outline.as_ref().and_then(inside);
        Self { outline, bounds, inside }
    }

    /// Whether it is so small that what lies in it can be looked at at once, however dense the record is.
    pub(crate) fn is_small(&self) -> bool {
        self.bounds.width().max(self.bounds.height()) <= SMALL_M
    }

    /// Its outline in canonical metres; none if no feature can lie in it.
    pub(super) const fn outline(&self) -> Option<&Polygon> {
        self.outline.as_ref()
    }

    /// Whether a rectangle of canonical metres is known to lie in it, without looking closer.
    pub(super) fn holds(&self, rect: Rect) -> bool {
        self.inside.is_some_and(|inside| inside.contains(&rect))
    }

    /// Whether whatever is of one piece and fills a rectangle of canonical metres from side to side is known to touch it:
    /// in one direction the rectangle is no wider than what lies in it wholly, so on its way in the other it comes by.
    pub(super) fn is_crossed_within(&self, rect: Rect) -> bool {
        let within = |low: f64, high: f64, own_low: f64, own_high: f64| low <= own_low && own_high <= high;
        let meets = |low: f64, high: f64, own_low: f64, own_high: f64| low <= own_high && own_low <= high;
        self.inside.is_some_and(|inside| {
            let x = (inside.min().x, inside.max().x, rect.min().x, rect.max().x);
            let y = (inside.min().y, inside.max().y, rect.min().y, rect.max().y);
            (within(x.0, x.1, x.2, x.3) && meets(y.0, y.1, y.2, y.3))
                || (within(y.0, y.1, y.2, y.3) && meets(x.0, x.1, x.2, x.3))
        })
    }

    /// The smallest rectangle around it, canonical metres.
    pub(super) const fn bounds(&self) -> Rect {
        self.bounds
    }
}

/// The part of a rectangle in metres that lies where the record can be.
fn within_reach(crs: Crs, low: Coord, high: Coord) -> (Coord, Coord) {
    let projector = Projector::new(Crs::Wgs84, crs);
    let corners = [(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH), (120.0, SOUTH), (120.0, NORTH)];
    let corners: Vec<Coord> = corners.into_iter().filter_map(|(x, y)| projector.project(Coord { x, y }).ok()).collect();
    let fold = |pick: fn(f64, f64) -> f64, of: fn(&Coord) -> f64| corners.iter().map(of).reduce(pick).unwrap_or(0.0);
    let reach_low = Coord { x: fold(f64::min, |at| at.x), y: fold(f64::min, |at| at.y) };
    let reach_high = Coord { x: fold(f64::max, |at| at.x), y: fold(f64::max, |at| at.y) };
    (
        Coord { x: low.x.max(reach_low.x), y: low.y.max(reach_low.y) },
        Coord { x: high.x.min(reach_high.x), y: high.y.min(reach_high.y) },
    )
}

/// The rectangle between the sides of an outline, whose rings begin in the south-west and go round by way of the
/// south-east, with as many points on each side.
fn inside(outline: &Polygon) -> Option<Rect> {
    let ring = &outline.exterior().0;
    let points = (ring.len() - 1) / 4;
    let side = |number: usize| &ring[number * points..=(number + 1) * points];
    let low = Coord {
        x: side(3).iter().map(|at| at.x).fold(f64::NEG_INFINITY, f64::max),
        y: side(0).iter().map(|at| at.y).fold(f64::NEG_INFINITY, f64::max),
    };
    let high = Coord {
        x: side(1).iter().map(|at| at.x).fold(f64::INFINITY, f64::min),
        y: side(2).iter().map(|at| at.y).fold(f64::INFINITY, f64::min),
    };
    (low.x < high.x && low.y < high.y).then(|| Rect::new(low, high))
}

fn outline(projector: &Projector, low: Coord, high: Coord) -> Option<Polygon> {
    let corners = [(low.x, low.y), (high.x, low.y), (high.x, high.y), (low.x, high.y), (low.x, low.y)];
    let mut ring = Vec::new();
    let ends = [low, high].map(|corner| projector.project(corner));
    let across_m = match ends {
        [Ok(low), Ok(high)] => (high.x - low.x).abs().max((high.y - low.y).abs()),
        _ => f64::INFINITY,
    };
    let points = ((across_m / POINT_STEP_M).ceil() as u32).clamp(1, MOST_POINTS_A_SIDE);
    for pair in corners.windows(2) {
        let ((from_x, from_y), (to_x, to_y)) = (pair[0], pair[1]);
        for step in 0..points {
            let t = f64::from(step) / f64::from(points);
            let at = Coord { x: from_x + (to_x - from_x) * t, y: from_y + (to_y - from_y) * t };
            ring.push(projector.project(at).ok()?);
        }
    }
    Some(Polygon::new(LineString::new(ring), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_rectangle_is_refused() {
        let cases = [
            ((f64::NAN, 31.0, 121.0, 32.0), "west must be a finite number within 180 degrees"),
            ((120.0, 31.0, f64::INFINITY, 32.0), "east must be a finite number within 180 degrees"),
            ((120.0, 31.0, 121.0, 91.0), "north must be a finite number within 90 degrees"),
            ((120.0, 32.0, 121.0, 31.0), "south lies beyond north"),
            ((121.0, 31.0, 120.0, 32.0), "west lies beyond east"),
        ];
        for ((west, south, east, north), problem) in cases {
            let error = SearchArea::new(west, south, east, north).expect_err(problem);
            assert_eq!(error.to_string(), problem);
        }
    }

    #[test]
    fn metres_are_as_good_as_degrees() {
        let degrees = SearchArea::new(120.3, 31.4, 120.5, 31.6).unwrap();
        let project = |crs, x, y| Projector::new(Crs::Wgs84, crs).project(Coord { x, y }).unwrap();
        let mercator = |x, y| project(Crs::WebMercator, x, y);
        let metres = SearchArea::in_metres(Crs::WebMercator, mercator(120.3, 31.4), mercator(120.5, 31.6)).unwrap();
        let (a, b) = (degrees.bounds(), metres.bounds());
        assert!((a.width() - b.width()).abs() < 0.5 && (a.height() - b.height()).abs() < 0.5, "{a:?} {b:?}");
        let everywhere = Coord { x: 2e7, y: 2e7 };
        for crs in [Crs::WebMercator, Crs::GaussKruger120, Crs::Utm51] {
            let all = SearchArea::in_metres(crs, Coord::zero() - everywhere, everywhere).unwrap();
            let bounds = all.bounds();
            assert!(bounds.min().x < 4.5e5 && bounds.max().x > 5.5e5, "{crs}: {bounds:?}");
            assert!(bounds.min().y < 3.4e6 && bounds.max().y > 3.6e6, "{crs}: {bounds:?}");
        }
        let error = SearchArea::in_metres(Crs::CANONICAL, Coord { x: 1.0, y: f64::NAN }, everywhere).unwrap_err();
        assert!(error.to_string().contains("not a finite number of metres"), "{error}");
    }

    #[test]
    fn the_whole_world_is_as_good_as_where_the_record_can_be() {
        let world = SearchArea::new(-180.0, -90.0, 180.0, 90.0).unwrap();
        assert!(world.outline().is_some());
        assert!(world.bounds().width() > 1e6, "{:?}", world.bounds());
        let elsewhere = SearchArea::new(-10.0, 40.0, 10.0, 50.0).unwrap();
        assert!(elsewhere.outline().is_none(), "the other side of the world holds nothing");
    }
}
