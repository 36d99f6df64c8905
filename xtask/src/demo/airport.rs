//! The airport in the south-east: a runway of which the park holds the end, and the heights that it leaves.

use geo::{BooleanOps, Buffer, Distance, Euclidean};
use geo_types::{Coord, LineString, MultiPolygon, Point, Polygon};

/// The runway's middle line; it goes on beyond the park.
const RUNWAY: [(f64, f64); 2] = [(1_180.0, -2_270.0), (3_600.0, -2_270.0)];

/// Distance from the runway's middle line, metres, within which a height limit, metres, holds.
pub(super) const STEPS: [(f64, f64); 4] = [(480.0, 15.0), (900.0, 24.0), (1_450.0, 45.0), (2_100.0, 60.0)];

/// The height limit at a place; none far from the runway.
pub(super) fn height_limit_m(at: Coord) -> Option<f64> {
    let away_m = Euclidean.distance(&Point::from(at), &runway());
    STEPS.iter().find(|(within_m, _)| away_m < *within_m).map(|(_, limit_m)| *limit_m)
}

/// The lowest limit along a ring.
pub(super) fn lowest_limit_m(ring: &LineString) -> Option<f64> {
    ring.0.iter().filter_map(|at| height_limit_m(*at)).min_by(f64::total_cmp)
}

/// The bands of equal height limit within the park, the lowest first.
pub(super) fn bands(boundary: &Polygon) -> Vec<(f64, MultiPolygon)> {
    let within: Vec<MultiPolygon> = STEPS.iter().map(|(within_m, _)| runway().buffer(*within_m)).collect();
    let band = |index: usize| {
        let disc = within[index].intersection(boundary);
        if index == 0 { disc } else { disc.difference(&within[index - 1]) }
    };
    STEPS.iter().enumerate().map(|(index, (_, limit_m))| (*limit_m, band(index))).collect()
}

fn runway() -> LineString {
    RUNWAY.into_iter().collect()
}

/// Code, width in metres and middle line of a paved strip.
type Strip = (&'static str, f64, &'static [(f64, f64)]);

/// Paved strips within the park: code, width and middle line.
pub(super) const STRIPS: [Strip; 6] = [
    ("R-R1", 45.0, &[(1_180.0, -2_270.0), (2_230.0, -2_270.0)]),
    ("R-R2", 23.0, &[(1_180.0, -2_090.0), (2_230.0, -2_090.0)]),
    ("R-R3", 23.0, &[(1_200.0, -2_270.0), (1_200.0, -1_990.0)]),
    ("R-R4", 23.0, &[(1_620.0, -2_270.0), (1_620.0, -1_990.0)]),
    ("R-R5", 23.0, &[(2_040.0, -2_270.0), (2_040.0, -1_990.0)]),
    ("R-R6", 96.0, &[(1_080.0, -1_960.0), (2_230.0, -1_960.0)]),
];

/// The airfield: neither parcels nor trees.
pub(super) const FIELD: [(f64, f64); 2] = [(1_030.0, -2_420.0), (2_230.0, -1_900.0)];
