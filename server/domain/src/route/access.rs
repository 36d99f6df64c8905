//! Where places connect to roads.

use geo::{BoundingRect, Closest, ClosestPoint, Distance, Euclidean};
use geo_types::{Coord, Line as Segment, LineString, Point, Rect};

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
    let outline = outline(shape);
    // The first of those that are equally near.
    let mut best: Option<(f64, u32)> = None;
    for &(line, segment) in &near {
        let most_m = best.map_or(within_m, |(gap_m, _)| gap_m);
        let gap_m = gap_m(&outline, lines.line(line).segment(segment), most_m);
        if gap_m.is_some_and(|gap_m| gap_m < most_m || (best.is_none() && gap_m <= most_m)) {
            best = gap_m.map(|gap_m| (gap_m, line));
        }
    }
    let (_, road) = best?;
    let middle = bounds.center();
    let spots = near.iter().filter(|(line, _)| *line == road).map(|&(line, segment)| {
        let (along_m, at) = lines.line(line).nearest(segment, middle);
        (distance(at, middle), Spot { line, along_m }, at)
    });
    let (_, spot, at) = spots.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let from = nearest_of(shape, at);
    Some(Access { spot, from, off_road_m: distance(from, at) })
}

/// The segments of a shape's outline; a point is one without length.
fn outline(shape: &Shape) -> Vec<Segment> {
    match shape {
        Shape::Point(point) => vec![Segment::new(point.0, point.0)],
        Shape::Lines(lines) => lines.iter().flat_map(LineString::lines).collect(),
        Shape::Areas(areas) => {
            let rings = areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
            rings.flat_map(LineString::lines).collect()
        }
    }
}

/// How near an outline comes to a segment; none if it is further than `most_m`.
fn gap_m(outline: &[Segment], segment: Segment, most_m: f64) -> Option<f64> {
    let bounds = segment.bounding_rect();
    let (min, max) = (bounds.min(), bounds.max());
    let mut best = None;
    let mut most_m = most_m;
    for side in outline {
        let (a, b) = (side.start, side.end);
        // Nearly all sides are so far to one side that nothing has to be measured.
        let is_far = a.x.max(b.x) + most_m < min.x
            || a.x.min(b.x) - most_m > max.x
            || a.y.max(b.y) + most_m < min.y
            || a.y.min(b.y) - most_m > max.y;
        if !is_far {
            let gap_m = Euclidean.distance(side, &segment);
            if gap_m <= most_m {
                (best, most_m) = (Some(gap_m), gap_m);
            }
        }
    }
    best
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
