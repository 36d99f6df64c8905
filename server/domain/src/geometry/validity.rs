//! Checks behind [`super::Shape::new`]. The verdict on polygons is `geo`'s (OGC Simple Features); what it does not say,
//! the vertex and the coordinate, is looked for here.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo::validation::{InvalidMultiPolygon, InvalidPolygon, RingRole, Validation};
use geo::{Area, CoordsIter};
use geo_types::{Coord, Geometry, Line, LineString, MultiLineString, MultiPolygon, Polygon};

use super::{Problem, Rule};

fn rings(polygon: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn first(line: &LineString) -> Coord {
    line.0.first().copied().unwrap_or_else(Coord::zero)
}

/// Rings whose last vertex is not their first. `geo_types` closes rings when it makes a polygon, so only readers that
/// look before that can find any; polygons of fewer than three vertices are found here as well.
pub(super) fn unclosed_rings(geometry: &Geometry) -> Vec<Problem> {
    let polygons: &[Polygon] = match geometry {
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        Geometry::MultiPolygon(polygons) => &polygons.0,
        _ => &[],
    };
    let mut problems = Vec::new();
    for (part, polygon) in polygons.iter().enumerate() {
        for (index, ring) in rings(polygon).enumerate() {
            let closed =
                ring.0.first() == ring.0.last() || ring.0.iter().any(|at| !at.x.is_finite() || !at.y.is_finite());
            if !closed {
                problems.push(Problem::at(Rule::RingClosed, part, index, ring.0.len() - 1, first(ring)));
            }
        }
    }
    problems
}

pub(super) fn non_finite(geometry: &Geometry) -> Vec<Problem> {
    let bad = |at: &Coord| !at.x.is_finite() || !at.y.is_finite();
    let line = |part: usize, ring: usize, line: &LineString| {
        line.0
            .iter()
            .position(bad)
            .map(|vertex| Problem::at(Rule::FiniteCoordinate, part, ring, vertex, line.0[vertex]))
    };
    let polygon = |part: usize, polygon: &Polygon| {
        rings(polygon).enumerate().filter_map(|(index, ring)| line(part, index, ring)).collect::<Vec<_>>()
    };
    match geometry {
        Geometry::LineString(only) => line(0, 0, only).into_iter().collect(),
        Geometry::MultiLineString(lines) => {
            lines.iter().enumerate().filter_map(|(part, each)| line(part, 0, each)).collect()
        }
        Geometry::Polygon(only) => polygon(0, only),
        Geometry::MultiPolygon(polygons) => {
            polygons.iter().enumerate().flat_map(|(part, each)| polygon(part, each)).collect()
        }
        other => other
            .coords_iter()
            .enumerate()
            .find(|(_, at)| bad(at))
            .map(|(vertex, at)| Problem::at(Rule::FiniteCoordinate, 0, 0, vertex, at))
            .into_iter()
            .collect(),
    }
}

pub(super) fn lines(lines: &MultiLineString) -> Vec<Problem> {
    if lines.0.is_empty() {
        return vec![Problem { rule: Rule::EnoughVertices, place: None, kind: None }];
    }
    let too_short = lines.iter().enumerate().filter(|(_, line)| line.0.len() < 2);
    too_short.map(|(part, line)| Problem::at(Rule::EnoughVertices, part, 0, 0, first(line))).collect()
}

pub(super) fn areas(areas: &MultiPolygon) -> Vec<Problem> {
    if areas.0.is_empty() || areas.iter().any(|polygon| polygon.exterior().0.is_empty()) {
        return vec![Problem { rule: Rule::EnoughVertices, place: None, kind: None }];
    }
    let problems: Vec<_> = areas.iter().enumerate().flat_map(|(part, polygon)| ring_problems(part, polygon)).collect();
    if !problems.is_empty() {
        return problems;
    }
    let mut placed: Vec<Problem> = areas.validation_errors().iter().map(|error| place(areas, error)).collect();
    // Two parts that overlap share edges as well: one complaint says it.
    placed.dedup();
    placed
}

fn ring_problems(part: usize, polygon: &Polygon) -> Vec<Problem> {
    rings(polygon)
        .enumerate()
        .filter_map(|(index, ring)| {
            let problem = |rule, vertex, at| Some(Problem::at(rule, part, index, vertex, at));
            if ring.0.len() < 4 {
                return problem(Rule::EnoughVertices, 0, first(ring));
            }
            if let Some((vertex, at)) = self_crossing(ring) {
                return problem(Rule::RingSimple, vertex, at);
            }
            if Polygon::new(ring.clone(), Vec::new()).unsigned_area() <= 0.0 {
                return problem(Rule::RingHasArea, 0, first(ring));
            }
            None
        })
        .collect()
}

fn place(areas: &MultiPolygon, error: &InvalidMultiPolygon) -> Problem {
    let number = |role: &RingRole| match role {
        RingRole::Exterior => 0,
        RingRole::Interior(index) => index + 1,
    };
    let at_ring = |rule: Rule, part: usize, ring: usize| {
        let line = rings(&areas.0[part]).nth(ring).unwrap_or_else(|| areas.0[part].exterior());
        Problem::at(rule, part, ring, 0, first(line))
    };
    match error {
        InvalidMultiPolygon::InvalidPolygon(part, error) => match error {
            InvalidPolygon::TooFewPointsInRing(role) => at_ring(Rule::EnoughVertices, part.0, number(role)),
            InvalidPolygon::SelfIntersection(role) => at_ring(Rule::RingSimple, part.0, number(role)),
            InvalidPolygon::NonFiniteCoord(role, _) => at_ring(Rule::FiniteCoordinate, part.0, number(role)),
            InvalidPolygon::InteriorRingNotContainedInExteriorRing(role)
            | InvalidPolygon::IntersectingRingsOnALine(_, role)
            | InvalidPolygon::IntersectingRingsOnAnArea(_, role) => at_ring(Rule::HoleInside, part.0, number(role)),
        },
        InvalidMultiPolygon::ElementsOverlaps(_, part) | InvalidMultiPolygon::ElementsTouchOnALine(_, part) => {
            at_ring(Rule::PartsApart, part.0, 0)
        }
    }
}

/// The first place at which a closed ring meets itself elsewhere than at the vertex two neighbouring edges share: the
/// index of the edge's first vertex, and the position. A sweep over the edges by their smallest x.
fn self_crossing(ring: &LineString) -> Option<(usize, Coord)> {
    let edges: Vec<Line> = ring.lines().collect();
    let count = edges.len();
    let span = |edge: &Line| (edge.start.x.min(edge.end.x), edge.start.x.max(edge.end.x));
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| span(&edges[*a]).0.total_cmp(&span(&edges[*b]).0));
    let mut found: Option<(usize, Coord)> = None;
    for (position, &a) in order.iter().enumerate() {
        let end = span(&edges[a]).1;
        for &b in order[position + 1..].iter().take_while(|b| span(&edges[**b]).0 <= end) {
            if let Some(at) = meeting(&edges, a.min(b), a.max(b)) {
                let vertex = a.min(b);
                if found.is_none_or(|(earlier, _)| vertex < earlier) {
                    found = Some((vertex, at));
                }
            }
        }
    }
    found
}

fn meeting(edges: &[Line], a: usize, b: usize) -> Option<Coord> {
    let neighbours = b == a + 1 || (a == 0 && b == edges.len() - 1);
    match line_intersection(edges[a], edges[b])? {
        LineIntersection::SinglePoint { .. } if neighbours => None,
        LineIntersection::SinglePoint { intersection, .. } => Some(intersection),
        LineIntersection::Collinear { intersection } => Some(intersection.start),
    }
}
