//! A parcel's edges, put together into sides, and how upright rectangles stand to them.

use std::ops::Range;

use geo_types::{Coord, LineString, MultiPolygon};

use super::super::fit::rings;

/// Edges that turn no further than this from the first of a side are one side with it, radians; some 10 degrees.
const SAME_SIDE_RAD: f64 = 0.175;

/// The edges of areas.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edges {
    /// Start and end, ring after ring.
    pub(super) edges: Vec<(Coord, Coord)>,
    /// The edges of each side.
    pub(super) sides: Vec<Range<usize>>,
}

impl Edges {
    pub(super) fn of(areas: &MultiPolygon) -> Self {
        let mut found = Self { edges: Vec::new(), sides: Vec::new() };
        areas.iter().flat_map(rings).for_each(|ring| found.add(ring));
        found
    }

    fn add(&mut self, ring: &LineString) {
        let mut edges: Vec<(Coord, Coord)> =
            ring.lines().map(|line| (line.start, line.end)).filter(|(a, b)| a != b).collect();
        let count = edges.len();
        // A side that goes over the ring's beginning is one all the same.
        let corner = (0..count).find(|&index| turn(edges[(index + count - 1) % count], edges[index]) > SAME_SIDE_RAD);
        edges.rotate_left(corner.unwrap_or(0));
        let first = self.edges.len();
        let mut begin = 0;
        for index in 1..=count {
            if index == count || turn(edges[begin], edges[index]) > SAME_SIDE_RAD {
                self.sides.push(first + begin..first + index);
                begin = index;
            }
        }
        self.edges.extend(edges);
    }
}

/// The angle between two edges, radians.
fn turn((a, b): (Coord, Coord), (c, d): (Coord, Coord)) -> f64 {
    let (one, other) = (b - a, d - c);
    (one.x * other.y - one.y * other.x).atan2(one.x * other.x + one.y * other.y).abs()
}

/// An upright rectangle: its middle and half its sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rectangle {
    pub(super) middle: Coord,
    pub(super) half: Coord,
}

impl Rectangle {
    /// A square of a distance that nothing of the edge is nearer than: that of the box around it.
    pub(super) fn nearer_than_squared(&self, a: Coord, b: Coord) -> f64 {
        let gap =
            |a: f64, b: f64, middle: f64, half: f64| (a.min(b) - middle - half).max(middle - half - a.max(b)).max(0.0);
        let (x, y) = (gap(a.x, b.x, self.middle.x, self.half.x), gap(a.y, b.y, self.middle.y, self.half.y));
        x * x + y * y
    }

    /// The square of the distance to an edge; 0 if they meet.
    pub(super) fn distance_squared(&self, a: Coord, b: Coord) -> f64 {
        if self.meets(a, b) {
            return 0.0;
        }
        let ends = self.nearer_than_squared(a, a).min(self.nearer_than_squared(b, b));
        let corner =
            |x: f64, y: f64| to_edge_squared(self.middle + Coord { x: x * self.half.x, y: y * self.half.y }, a, b);
        ends.min(corner(-1.0, -1.0)).min(corner(1.0, -1.0)).min(corner(1.0, 1.0)).min(corner(-1.0, 1.0))
    }

    /// Whether an edge comes into it, its own sides included (Liang and Barsky, 1984).
    pub(super) fn meets(&self, a: Coord, b: Coord) -> bool {
        let (from, along) = (a - self.middle, b - a);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (from, along, half) in [(from.x, along.x, self.half.x), (from.y, along.y, self.half.y)] {
            if along == 0.0 {
                if from.abs() > half {
                    return false;
                }
                continue;
            }
            let (one, other) = ((-half - from) / along, (half - from) / along);
            enter = enter.max(one.min(other));
            leave = leave.min(one.max(other));
        }
        enter <= leave
    }

    /// The same, smaller by so much on each side.
    pub(super) fn shrunk(&self, by: f64) -> Self {
        let half = Coord { x: (self.half.x - by).max(0.0), y: (self.half.y - by).max(0.0) };
        Self { half, ..*self }
    }
}

fn to_edge_squared(at: Coord, a: Coord, b: Coord) -> f64 {
    let (along, from) = (b - a, at - a);
    let part = ((from.x * along.x + from.y * along.y) / (along.x * along.x + along.y * along.y)).clamp(0.0, 1.0);
    let off = from - along * part;
    off.x * off.x + off.y * off.y
}

/// Whether a line to the east of a place crosses an edge: an odd number of times means that it lies inside.
pub(super) fn crosses(at: Coord, a: Coord, b: Coord) -> bool {
    (a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x)
}
