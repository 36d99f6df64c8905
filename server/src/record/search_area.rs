//! Rectangles of longitude and latitude in canonical metres.

use std::sync::LazyLock;

use cloudsite_domain::crs::{Crs, Projector};
use geo::BoundingRect;
use geo_types::{Coord, LineString, Polygon, Rect};

/// Points a side: parallels are curves in the canonical system.
const POINTS_A_SIDE: u32 = 16;

/// Where the canonical system is good, degrees: some way around its central meridian, 120 degrees east. What is asked
/// for beyond holds no feature.
const WEST: f64 = 111.0;
const EAST: f64 = 129.0;
const SOUTH: f64 = 10.0;
const NORTH: f64 = 55.0;

/// A rectangle that is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum InvalidArea {
    /// A side is not a longitude or latitude.
    #[error("{0} must be a finite number within {1} degrees")]
    NotDegrees(&'static str, f64),
    /// The sides are the wrong way round.
    #[error("{0} lies beyond {1}")]
    Crossed(&'static str, &'static str),
}

/// The rectangle of longitude and latitude that a search is limited to, sides included.
#[derive(Debug)]
pub(crate) struct SearchArea {
    outline: Option<Polygon>,
    bounds: Rect,
}

impl SearchArea {
    /// The rectangle between these degrees of EPSG:4326.
    pub(crate) fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, InvalidArea> {
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
        let outline = (west <= east && south <= north).then(|| outline(west, south, east, north)).flatten();
        let nowhere = Rect::new(Coord::zero(), Coord::zero());
        let bounds = outline.as_ref().and_then(BoundingRect::bounding_rect).unwrap_or(nowhere);
        Ok(Self { outline, bounds })
    }

    /// Its outline in canonical metres; none if no feature can lie in it.
    pub(super) const fn outline(&self) -> Option<&Polygon> {
        self.outline.as_ref()
    }

    /// The smallest rectangle around it, canonical metres.
    pub(super) const fn bounds(&self) -> Rect {
        self.bounds
    }
}

fn outline(west: f64, south: f64, east: f64, north: f64) -> Option<Polygon> {
    static PROJECTOR: LazyLock<Projector> = LazyLock::new(|| Projector::new(Crs::Wgs84, Crs::CANONICAL));
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let mut ring = Vec::new();
    for pair in corners.windows(2) {
        let ((from_x, from_y), (to_x, to_y)) = (pair[0], pair[1]);
        for step in 0..POINTS_A_SIDE {
            let t = f64::from(step) / f64::from(POINTS_A_SIDE);
            let at = Coord { x: from_x + (to_x - from_x) * t, y: from_y + (to_y - from_y) * t };
            ring.push(PROJECTOR.project(at).ok()?);
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
    fn the_whole_world_is_as_good_as_where_the_record_can_be() {
        let world = SearchArea::new(-180.0, -90.0, 180.0, 90.0).unwrap();
        assert!(world.outline().is_some());
        assert!(world.bounds().width() > 1e6, "{:?}", world.bounds());
        let elsewhere = SearchArea::new(-10.0, 40.0, 10.0, 50.0).unwrap();
        assert!(elsewhere.outline().is_none(), "the other side of the world holds nothing");
    }
}
