//! Where places connect to roads.

use geo::{Closest, ClosestPoint, Distance, Euclidean};
use geo_types::{Coord, Line as Segment, Point, Rect};

use super::lines::{Lines, Spot, distance};
use crate::geometry::Shape;

/// How far is looked first, metres: nearly all places stand at a road.
const FIRST_LOOK_M: f64 = 30.0;

/// Where a place connects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Access {
    /// On the road.
    pub(super) spot: Spot,
    /// The point of the place that is the nearest to it.
    pub(super) from: Coord,
    /// What lies between, metres.
    pub(super) off_road_m: f64,
}

/// Where a shape connects to one of the lines that are `usable`; none if each is further away than `within_m`.
pub(super) fn access(lines: &Lines, usable: &[bool], shape: &Shape, within_m: f64) -> Option<Access> {
    let bounds = shape.bounds();
    let looks = [FIRST_LOOK_M.min(within_m), within_m];
    looks.into_iter().find_map(|look_m| nearest(lines, usable, shape, bounds, look_m))
}

fn nearest(lines: &Lines, usable: &[bool], shape: &Shape, bounds: Rect, within_m: f64) -> Option<Access> {
    let near: Vec<(u32, usize)> =
        lines.near(bounds, within_m).into_iter().filter(|(line, _)| usable[*line as usize]).collect();
    let gap_m = |&(line, segment): &(u32, usize)| gap_m(shape, lines.line(line).segment(segment));
    let gaps = near.iter().map(|at| (gap_m(at), at.0)).filter(|(gap_m, _)| *gap_m <= within_m);
    let (_, road) = gaps.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    let middle = shape.anchor();
    let spots = near.iter().filter(|(line, _)| *line == road).map(|&(line, segment)| {
        let (along_m, at) = lines.line(line).nearest(segment, middle);
        (distance(at, middle), Spot { line, along_m }, at)
    });
    let (_, spot, at) = spots.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let from = nearest_of(shape, at);
    Some(Access { spot, from, off_road_m: distance(from, at) })
}

fn gap_m(shape: &Shape, segment: Segment) -> f64 {
    match shape {
        Shape::Point(point) => Euclidean.distance(point, &segment),
        Shape::Lines(lines) => {
            lines.iter().map(|line| Euclidean.distance(&segment, line)).fold(f64::INFINITY, f64::min)
        }
        Shape::Areas(areas) => {
            areas.iter().map(|area| Euclidean.distance(&segment, area)).fold(f64::INFINITY, f64::min)
        }
    }
}

/// The point of a shape that lies nearest to `at`, which it is itself inside of an area.
fn nearest_of(shape: &Shape, at: Coord) -> Coord {
    let closest = match shape {
        Shape::Point(point) => return point.0,
        Shape::Lines(lines) => lines.closest_point(&Point(at)),
        Shape::Areas(areas) => areas.closest_point(&Point(at)),
    };
    match closest {
        Closest::Intersection(point) | Closest::SinglePoint(point) => point.0,
        Closest::Indeterminate => at,
    }
}
