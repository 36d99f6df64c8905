//! Geometry of the plan, in grid metres: x along the streets that run roughly east, y along those that run north.

use geo::algorithm::buffer::{BufferStyle, LineCap, LineJoin};
use geo::orient::{Direction, Orient};
use geo::{Area, BooleanOps, Buffer, Distance, Euclidean, InteriorPoint, MinimumRotatedRect, Simplify};
use geo_types::{Coord, LineString, MultiPolygon, Point, Polygon};

/// Sharper corners than this, radians, are cut off when a shape grows.
const SHARPEST_MITRE: f64 = 0.6;

/// Vertices on the curves may be left out if the line moves by no more than this, metres.
const TOLERANCE_M: f64 = 0.4;

/// A smooth line through `through` (Catmull-Rom), with vertices only where it bends.
pub(super) fn smooth(through: &[(f64, f64)]) -> LineString {
    let last = through.len() as isize - 1;
    curve(0..last, |index| through[index.clamp(0, last) as usize]).simplify(TOLERANCE_M)
}

/// A smooth closed outline through `through`.
pub(super) fn smooth_ring(through: &[(f64, f64)]) -> Polygon {
    let count = through.len() as isize;
    let line = curve(0..count, |index| through[index.rem_euclid(count) as usize]);
    Polygon::new(line, Vec::new()).simplify(TOLERANCE_M)
}

fn curve(spans: std::ops::Range<isize>, through: impl Fn(isize) -> (f64, f64)) -> LineString {
    let at = |index: isize| Coord::from(through(index));
    let mut line = vec![at(spans.start)];
    for index in spans {
        let [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
        let steps = (length(c - b) / 25.0).ceil().max(1.0) as usize;
        for step in 1..=steps {
            let share = step as f64 / steps as f64;
            let bend = b * 2.0 + (c - a) * share + (a * 2.0 - b * 5.0 + c * 4.0 - d) * (share * share);
            line.push((bend + (b * 3.0 - a - c * 3.0 + d) * (share * share * share)) * 0.5);
        }
    }
    LineString::new(line)
}

/// Length of a vector.
pub(super) fn length(of: Coord) -> f64 {
    Euclidean.distance(Point::from(of), Point::new(0.0, 0.0))
}

/// The strip of `width_m` along a line.
pub(super) fn ribbon(line: &LineString, width_m: f64) -> MultiPolygon {
    let style = BufferStyle::new(width_m / 2.0).line_cap(LineCap::Butt).line_join(LineJoin::Miter(SHARPEST_MITRE));
    line.buffer_with_style(style)
}

/// `shape` grown by `by_m` on every side, or shrunk if negative; corners stay corners.
pub(super) fn grow(shape: &MultiPolygon, by_m: f64) -> MultiPolygon {
    shape.buffer_with_style(BufferStyle::new(by_m).line_join(LineJoin::Miter(SHARPEST_MITRE)))
}

/// `shape` without necks narrower than twice `by_m` and with its corners cut off, as at street corners.
pub(super) fn chamfer(shape: &MultiPolygon, by_m: f64) -> MultiPolygon {
    grow(shape, -by_m).buffer_with_style(BufferStyle::new(by_m).line_join(LineJoin::Bevel))
}

/// Simpler outlines of the parts of `shape` that are larger than `least_m2`, without holes smaller than that.
pub(super) fn tidy(shape: &MultiPolygon, least_m2: f64) -> Vec<Polygon> {
    let is_large = |ring: &LineString| Polygon::new(ring.clone(), Vec::new()).unsigned_area() > least_m2;
    let simple = |ring: &LineString| ring.simplify(0.3);
    shape
        .iter()
        .filter(|polygon| is_large(polygon.exterior()))
        .map(|polygon| {
            let holes = polygon.interiors().iter().filter(|hole| is_large(hole)).map(simple).collect();
            Polygon::new(simple(polygon.exterior()), holes)
        })
        .collect()
}

/// The union of many shapes.
pub(super) fn union<'a>(shapes: impl IntoIterator<Item = &'a MultiPolygon>) -> MultiPolygon {
    // Shapes that turn the other way would be taken for holes.
    let shapes: Vec<MultiPolygon> = shapes.into_iter().map(|shape| shape.orient(Direction::Default)).collect();
    geo::algorithm::bool_ops::unary_union(&shapes)
}

/// The rectangle with opposite corners `a` and `b`.
pub(super) fn rectangle(a: (f64, f64), b: (f64, f64)) -> Polygon {
    geo_types::Rect::new(a, b).to_polygon()
}

/// A regular polygon that stands for a circle.
pub(super) fn disc(centre: Coord, radius_m: f64, corners: usize) -> Polygon {
    let ring = (0..corners).map(|corner| {
        let angle = corner as f64 / corners as f64 * std::f64::consts::TAU;
        centre + Coord { x: angle.cos(), y: angle.sin() } * radius_m
    });
    Polygon::new(ring.collect(), Vec::new())
}

/// A position surely inside.
pub(super) fn inside(polygon: &Polygon) -> Coord {
    polygon.interior_point().map_or_else(|| polygon.exterior().0[0], Coord::from)
}

/// Whether `at` lies within the ring (even-odd rule).
pub(super) fn holds(ring: &LineString, at: Coord) -> bool {
    ring.lines().filter(|edge| (edge.start.y > at.y) != (edge.end.y > at.y)).fold(false, |within, edge| {
        let x = edge.start.x + (at.y - edge.start.y) / (edge.end.y - edge.start.y) * (edge.end.x - edge.start.x);
        within != (at.x < x)
    })
}

/// Whether the closed ring `inner` lies within `outer` and crosses none of its edges.
pub(super) fn encloses(outer: &LineString, inner: &LineString) -> bool {
    let side = |line: geo_types::Line, at: Coord| {
        let (along, to) = (line.end - line.start, at - line.start);
        along.x * to.y - along.y * to.x
    };
    let crosses = |a: geo_types::Line, b: geo_types::Line| {
        side(a, b.start) * side(a, b.end) < 0.0 && side(b, a.start) * side(b, a.end) < 0.0
    };
    inner.0.iter().all(|at| holds(outer, *at)) && !outer.lines().any(|a| inner.lines().any(|b| crosses(a, b)))
}

/// A frame along the longer side of the smallest rectangle around a polygon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The corner that is the frame's origin.
    pub(super) corner: Coord,
    /// Unit vector along the longer side.
    pub(super) along: Coord,
    /// Length of the longer side, metres.
    pub(super) long_m: f64,
    /// Length of the shorter side, metres.
    pub(super) short_m: f64,
}

impl Frame {
    /// The frame of a polygon.
    pub(super) fn of(polygon: &Polygon) -> Self {
        let around = polygon.minimum_rotated_rect().unwrap_or_else(|| polygon.clone());
        let at = &around.exterior().0;
        let (first, second) = (at[1] - at[0], at[2] - at[1]);
        let (edge, long_m, short_m) = if length(first) >= length(second) {
            (first, length(first), length(second))
        } else {
            (second, length(second), length(first))
        };
        // The same direction for every polygon of a street: to the east, or to the north where it runs north.
        let turn = if edge.x.abs() > edge.y.abs() { edge.x.signum() } else { edge.y.signum() };
        let along = edge * (turn / long_m);
        let across = Coord { x: -along.y, y: along.x };
        let dot = |a: Coord, b: Coord| a.x * b.x + a.y * b.y;
        let least = |axis: Coord| at.iter().map(|corner| dot(*corner, axis)).fold(f64::INFINITY, f64::min);
        Self { corner: along * least(along) + across * least(across), along, long_m, short_m }
    }

    /// The same rectangle with its axes exchanged.
    pub(super) fn turned(self) -> Self {
        let across = Coord { x: -self.along.y, y: self.along.x };
        Self {
            corner: self.corner + across * self.short_m,
            along: across * -1.0,
            long_m: self.short_m,
            short_m: self.long_m,
        }
    }

    /// A position of this frame in the grid.
    pub(super) fn to_grid(self, s: f64, t: f64) -> Coord {
        self.corner + self.along * s + Coord { x: -self.along.y, y: self.along.x } * t
    }

    /// A ring of this frame in the grid.
    pub(super) fn ring(self, at: &[(f64, f64)]) -> LineString {
        at.iter().chain(at.first()).map(|(s, t)| self.to_grid(*s, *t)).collect()
    }
}

/// Cuts a polygon in two across the longer side of its frame, at `share` of that side.
pub(super) fn halve(polygon: &Polygon, share: f64) -> Vec<Polygon> {
    let frame = Frame::of(polygon);
    let (cut, far) = (frame.long_m * share, frame.short_m + 10.0);
    let side = |from: f64, to: f64| {
        Polygon::new(frame.ring(&[(from, -10.0), (to, -10.0), (to, far), (from, far)]), Vec::new())
    };
    [side(-10.0, cut), side(cut, frame.long_m + 10.0)]
        .iter()
        .flat_map(|half| polygon.intersection(half))
        .filter(|piece| piece.unsigned_area() > 1.0)
        .collect()
}
