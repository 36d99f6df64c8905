//! How two areas lie to each other, with what is nearer than a tolerance taken for touching.
//!
//! Most neighbours in a park share an edge and nothing else. They are told apart here by comparing edges, so that the
//! exact intersection, which is slow, is made for those only that do overlap.

use geo_types::{Coord, MultiPolygon, Rect};

use super::{Place, Shape};

/// An edge of an area, and where in the area it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The part, the ring and the vertex that the edge begins at.
    pub place: Place,
    /// The vertex that it ends at.
    pub to: Coord,
}

impl Edge {
    const fn from(self) -> Coord {
        self.place.at
    }

    fn touches(self, window: Rect) -> bool {
        let (a, b) = (self.from(), self.to);
        a.x.min(b.x) <= window.max().x
            && a.x.max(b.x) >= window.min().x
            && a.y.min(b.y) <= window.max().y
            && a.y.max(b.y) >= window.min().y
    }

    fn middle(self) -> Coord {
        (self.from() + self.to) / 2.0
    }

    fn length_m(self) -> f64 {
        length_m(self.to - self.from())
    }

    /// The position on the edge that is nearest to `at`.
    fn nearest(self, at: Coord) -> Coord {
        let along = self.to - self.from();
        let square = dot(along, along);
        let share = if square == 0.0 { 0.0 } else { (dot(at - self.from(), along) / square).clamp(0.0, 1.0) };
        self.from() + along * share
    }

    /// How far to the left of the edge's line `at` lies, metres.
    fn left_m(self, at: Coord) -> f64 {
        let along = self.to - self.from();
        cross(along, at - self.from()) / length_m(along)
    }
}

/// An area as its edges: outer rings run counter-clockwise, holes clockwise, so what is inside lies to the left.
#[derive(Debug, Clone)]
pub struct Outline {
    edges: Vec<Edge>,
    bounds: Rect,
}

/// Where a position lies, seen from an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Whether it lies inside.
    pub inside: bool,
    /// How far from the area's edges, metres.
    pub distance_m: f64,
    /// The nearest position on the area's edges.
    pub nearest: Coord,
    /// The edge on which that is.
    pub edge: Edge,
}

/// A place at which one area goes too far into another, or out of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breach {
    /// The place on the first area: a vertex, or the beginning of the edge, with the position itself.
    pub place: Place,
    /// By how much, metres; 0 where two edges cross and that is all that is known.
    pub depth_m: f64,
    /// Where the place would have to be moved to, if it is a vertex of the first area.
    pub to: Option<Coord>,
}

/// A strip of nothing between two areas that run along each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Where it is widest: the beginning of the first area's edge, with the position itself.
    pub place: Place,
    /// The greatest width, metres.
    pub width_m: f64,
    /// How long it is, metres.
    pub length_m: f64,
}

/// What is shorter is no strip but a corner, metres.
const SHORTEST_GAP_M: f64 = 1.0;

impl Outline {
    /// The edges of an area; `None` for points and lines.
    pub fn of(shape: &Shape) -> Option<Self> {
        let Shape::Areas(areas) = shape else { return None };
        Some(Self { edges: edges(areas), bounds: shape.bounds() })
    }

    /// The smallest rectangle around it.
    pub const fn bounds(&self) -> Rect {
        self.bounds
    }

    /// The edges, ring by ring.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Whether any edge comes into `window`.
    pub fn enters(&self, window: Rect) -> bool {
        self.edges.iter().any(|edge| edge.touches(window))
    }

    /// Where `at` lies.
    pub fn standing(&self, at: Coord) -> Standing {
        let mut inside = false;
        let mut best = (f64::INFINITY, self.edges[0].from(), self.edges[0]);
        for edge in &self.edges {
            let (a, b) = (edge.from(), edge.to);
            if (a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x) {
                inside = !inside;
            }
            let nearest = edge.nearest(at);
            let away = at - nearest;
            let square = dot(away, away);
            if square < best.0 {
                best = (square, nearest, *edge);
            }
        }
        Standing { inside, distance_m: best.0.sqrt(), nearest: best.1, edge: best.2 }
    }

    /// The deepest place at which this area and `other` overlap by more than the tolerance; `None` if they do not.
    pub fn overlap(&self, other: &Self, tolerance_m: f64) -> Option<Breach> {
        let window = common(self.bounds, other.bounds, 0.0)?;
        let (low, high) = (window.min(), window.max());
        if (high.x - low.x).min(high.y - low.y) <= tolerance_m {
            return None;
        }
        let own = self.breaches(other, window, true, tolerance_m);
        let theirs = other.breaches(self, window, true, tolerance_m).map(|breach| self.seen_here(breach));
        deeper(own, theirs)
            .or_else(|| self.crossing(other, window, tolerance_m))
            .or_else(|| self.covering(other, tolerance_m))
    }

    /// The place that lies farthest outside of `whole`, if more than the tolerance; `None` if all of this area lies in it.
    pub fn outside(&self, whole: &Self, tolerance_m: f64) -> Option<Breach> {
        let first = self.edges[0].place;
        if !whole.enters(grown(self.bounds, tolerance_m)) {
            let standing = whole.standing(first.at);
            let breach = Breach { place: first, depth_m: standing.distance_m, to: None };
            return (!standing.inside).then_some(breach);
        }
        let own = self.breaches(whole, grown(self.bounds, tolerance_m), false, tolerance_m);
        // A dent of the whole that comes into this area leaves a part of it outside.
        let theirs = whole.breaches(self, self.bounds, true, tolerance_m).map(|breach| self.seen_here(breach));
        deeper(own, theirs).or_else(|| self.crossing(whole, self.bounds, tolerance_m))
    }

    /// The widest gap, if it is wider than the tolerance and not wider than `widest_m`, along which the two face each other.
    pub fn gap(&self, other: &Self, tolerance_m: f64, widest_m: f64) -> Option<Gap> {
        let window = common(self.bounds, other.bounds, widest_m)?;
        let theirs: Vec<Edge> = other.edges.iter().copied().filter(|edge| edge.touches(window)).collect();
        let mut found: Option<Gap> = None;
        for edge in self.edges.iter().filter(|edge| edge.touches(window)) {
            for facing in &theirs {
                let Some(gap) = strip(*edge, *facing, widest_m).filter(|gap| gap.width_m > tolerance_m) else {
                    continue;
                };
                found = Some(match found {
                    None => gap,
                    Some(known) => {
                        let wider = if gap.width_m > known.width_m { gap } else { known };
                        Gap { length_m: known.length_m + gap.length_m, ..wider }
                    }
                });
            }
        }
        found
    }

    /// The vertex or middle of an edge of this area that lies deepest inside of `other`, or farthest outside of it.
    fn breaches(&self, other: &Self, window: Rect, inside: bool, tolerance_m: f64) -> Option<Breach> {
        let mut deepest: Option<Breach> = None;
        for edge in self.edges.iter().filter(|edge| edge.touches(window)) {
            for (at, is_vertex) in [(edge.from(), true), (edge.middle(), false)] {
                if inside && !holds(window, at) {
                    continue;
                }
                let standing = other.standing(at);
                let breach = standing.inside == inside && standing.distance_m > tolerance_m;
                if breach && deepest.is_none_or(|known| standing.distance_m > known.depth_m) {
                    let to = is_vertex.then_some(standing.nearest);
                    deepest = Some(Breach { place: Place { at, ..edge.place }, depth_m: standing.distance_m, to });
                }
            }
        }
        deepest
    }

    /// A place of the other area as one of this.
    fn seen_here(&self, breach: Breach) -> Breach {
        let place = Place { at: breach.place.at, ..self.standing(breach.place.at).edge.place };
        Breach { place, to: None, ..breach }
    }

    /// Two edges that cross with all four ends clear of each other.
    fn crossing(&self, other: &Self, window: Rect, tolerance_m: f64) -> Option<Breach> {
        let theirs: Vec<Edge> = other.edges.iter().copied().filter(|edge| edge.touches(window)).collect();
        let apart = |a: f64, b: f64| a.abs().min(b.abs()) > tolerance_m && (a > 0.0) != (b > 0.0);
        self.edges.iter().filter(|edge| edge.touches(window)).find_map(|edge| {
            let crossed = theirs.iter().find(|facing| {
                apart(edge.left_m(facing.from()), edge.left_m(facing.to))
                    && apart(facing.left_m(edge.from()), facing.left_m(edge.to))
            })?;
            let (a, b) = (crossed.left_m(edge.from()), crossed.left_m(edge.to));
            let at = edge.from() + (edge.to - edge.from()) * (a / (a - b));
            Some(Breach { place: Place { at, ..edge.place }, depth_m: 0.0, to: None })
        })
    }

    /// One of the two lying on the other with all its vertices on the other's edges: the same parcel twice, for example.
    fn covering(&self, other: &Self, tolerance_m: f64) -> Option<Breach> {
        let on = |one: &Self, whole: &Self| {
            one.edges.iter().all(|edge| whole.standing(edge.from()).distance_m <= tolerance_m)
        };
        let at = if on(self, other) {
            self.within()?
        } else if on(other, self) {
            other.within()?
        } else {
            return None;
        };
        let (here, there) = (self.standing(at), other.standing(at));
        let both = here.inside && there.inside && there.distance_m.min(here.distance_m) > tolerance_m;
        both.then_some(Breach { place: Place { at, ..here.edge.place }, depth_m: there.distance_m, to: None })
    }

    /// A position inside, the deepest of those beside the middles of the edges and of the halves of their bounds.
    fn within(&self) -> Option<Coord> {
        let middle = self.bounds.center();
        let beside = self.edges.iter().map(|edge| {
            let along = edge.to - edge.from();
            let left = Coord { x: -along.y, y: along.x } / edge.length_m().max(f64::MIN_POSITIVE);
            let reach = self.bounds.width().min(self.bounds.height()).min(edge.length_m()) / 4.0;
            edge.middle() + left * reach
        });
        let inside = std::iter::once(middle).chain(beside).map(|at| (at, self.standing(at)));
        let inside = inside.filter(|(_, standing)| standing.inside);
        inside.max_by(|a, b| a.1.distance_m.total_cmp(&b.1.distance_m)).map(|(at, _)| at)
    }
}

/// The strip between two edges that face each other: how wide at the wider end, and how long.
fn strip(edge: Edge, facing: Edge, widest_m: f64) -> Option<Gap> {
    let along = edge.to - edge.from();
    let length = length_m(along);
    if length < SHORTEST_GAP_M || dot(along, facing.to - facing.from()) >= 0.0 {
        return None;
    }
    let along = along / length;
    let position = |at: Coord| dot(at - edge.from(), along);
    // They run against each other, so the facing edge's end comes first.
    let (first, last) = (position(facing.to), position(facing.from()));
    let (from, to) = (first.max(0.0), last.min(length));
    if to - from < SHORTEST_GAP_M {
        return None;
    }
    let (low, high) = (-edge.left_m(facing.to), -edge.left_m(facing.from()));
    let width = |at: f64| low + (high - low) * (at - first) / (last - first);
    let (begin, end) = (width(from), width(to));
    if begin.max(end) > widest_m || begin.min(end) < -widest_m || begin.max(end) <= 0.0 {
        return None;
    }
    let (at, width_m) = if begin > end { (from, begin) } else { (to, end) };
    Some(Gap { place: Place { at: edge.from() + along * at, ..edge.place }, width_m, length_m: to - from })
}

fn edges(areas: &MultiPolygon) -> Vec<Edge> {
    let mut all = Vec::new();
    for (part, polygon) in areas.iter().enumerate() {
        for (ring, line) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
            all.extend(
                line.0
                    .windows(2)
                    .enumerate()
                    .map(|(vertex, pair)| Edge { place: Place { part, ring, vertex, at: pair[0] }, to: pair[1] }),
            );
        }
    }
    all
}

fn deeper(a: Option<Breach>, b: Option<Breach>) -> Option<Breach> {
    match (a, b) {
        (Some(a), Some(b)) if b.depth_m > a.depth_m => Some(b),
        (None, b) => b,
        (a, _) => a,
    }
}

/// What two rectangles have in common when both are grown by `margin_m`.
fn common(a: Rect, b: Rect, margin_m: f64) -> Option<Rect> {
    let (a, b) = (grown(a, margin_m), grown(b, margin_m));
    let low = Coord { x: a.min().x.max(b.min().x), y: a.min().y.max(b.min().y) };
    let high = Coord { x: a.max().x.min(b.max().x), y: a.max().y.min(b.max().y) };
    (low.x <= high.x && low.y <= high.y).then(|| Rect::new(low, high))
}

/// A rectangle with a margin on all sides.
pub fn grown(rect: Rect, margin_m: f64) -> Rect {
    let margin = Coord { x: margin_m, y: margin_m };
    Rect::new(rect.min() - margin, rect.max() + margin)
}

fn holds(window: Rect, at: Coord) -> bool {
    let (low, high) = (window.min(), window.max());
    at.x >= low.x && at.x <= high.x && at.y >= low.y && at.y <= high.y
}

fn dot(a: Coord, b: Coord) -> f64 {
    a.x * b.x + a.y * b.y
}

fn cross(a: Coord, b: Coord) -> f64 {
    a.x * b.y - a.y * b.x
}

fn length_m(along: Coord) -> f64 {
    dot(along, along).sqrt()
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Rotate};
    use geo_types::{Polygon, coord};
    use proptest::prelude::*;

    use super::*;

    const TOLERANCE_M: f64 = 0.005;

    fn areas(polygon: Polygon) -> (Outline, MultiPolygon) {
        let shape = Shape::new(polygon.into()).unwrap();
        let outline = Outline::of(&shape).unwrap();
        let Shape::Areas(areas) = shape else { panic!("an area") };
        (outline, areas)
    }

    fn rectangle(x: f64, y: f64, width: f64, depth: f64, degrees: f64) -> Polygon {
        let from = coord! { x: x, y: y };
        let upright = Rect::new(from, from + coord! { x: width, y: depth }).to_polygon();
        upright.rotate_around_point(degrees, coord! { x: 0.0, y: 0.0 }.into())
    }

    #[test]
    fn a_position_is_inside_or_so_far_out() {
        let outer = rectangle(0.0, 0.0, 100.0, 100.0, 0.0).exterior().clone();
        let hole = rectangle(40.0, 40.0, 20.0, 20.0, 0.0).exterior().clone();
        let (outline, _) = areas(Polygon::new(outer, vec![hole]));
        let cases = [
            ("inside", 10.0, 50.0, true, 10.0),
            ("in the hole", 50.0, 55.0, false, 5.0),
            ("beside a corner", 103.0, 104.0, false, 5.0),
            ("below", 50.0, -7.0, false, 7.0),
        ];
        for (name, x, y, inside, distance_m) in cases {
            let standing = outline.standing(coord! { x: x, y: y });
            assert_eq!(standing.inside, inside, "{name}: {standing:?}");
            assert!((standing.distance_m - distance_m).abs() < 1e-9, "{name}: {standing:?}");
            let away = standing.nearest - coord! { x: x, y: y };
            assert!((length_m(away) - distance_m).abs() < 1e-9, "{name}: {standing:?}");
        }
        assert_eq!(outline.standing(coord! { x: 50.0, y: 55.0 }).edge.place.ring, 1);
    }

    #[test]
    fn gaps_are_as_wide_and_as_long_as_they_are() {
        let (left, _) = areas(rectangle(0.0, 0.0, 100.0, 80.0, 7.0));
        let cases = [
            ("touching", 100.0, 0.0, 80.0, None),
            ("within the tolerance", 100.004, 0.0, 80.0, None),
            ("120 mm", 100.12, 0.0, 80.0, Some((0.12, 80.0))),
            ("half the side", 100.12, 40.0, 80.0, Some((0.12, 40.0))),
            ("a corner only", 100.12, 79.5, 80.0, None),
            ("a street", 112.0, 0.0, 80.0, None),
        ];
        for (name, x, y, depth, expected) in cases {
            let (right, _) = areas(rectangle(x, y, 100.0, depth, 7.0));
            for gap in [left.gap(&right, TOLERANCE_M, 0.5), right.gap(&left, TOLERANCE_M, 0.5)] {
                let close = match (gap, expected) {
                    (Some(gap), Some((width, length))) => {
                        (gap.width_m - width).abs() < 0.003 && (gap.length_m - length).abs() < 0.003
                    }
                    (gap, expected) => gap.is_none() && expected.is_none(),
                };
                assert!(close, "{name}: {gap:?}");
            }
        }
    }

    fn star(radii: &[f64], x: f64, y: f64) -> Polygon {
        let count = radii.len() as f64;
        let vertices = radii.iter().enumerate().map(|(index, radius)| {
            let angle = index as f64 / count * std::f64::consts::TAU;
            coord! { x: x + radius * angle.cos(), y: y + radius * angle.sin() }
        });
        Polygon::new(vertices.collect(), Vec::new())
    }

    proptest! {
        #[test]
        fn what_overlaps_is_what_the_exact_intersection_says(
            a in prop::collection::vec(10.0f64..60.0, 3..14),
            b in prop::collection::vec(10.0f64..60.0, 3..14),
            x in -120.0f64..120.0, y in -120.0f64..120.0,
        ) {
            let (one, one_areas) = areas(star(&a, 0.0, 0.0));
            let (other, other_areas) = areas(star(&b, x, y));
            let shared_m2 = one_areas.intersection(&other_areas).unsigned_area();
            let found = one.overlap(&other, TOLERANCE_M);
            prop_assert_eq!(found.is_some(), other.overlap(&one, TOLERANCE_M).is_some());
            // Between the two lies what is as thin as the tolerance.
            prop_assert!(shared_m2 < 2.0 || found.is_some(), "{shared_m2} m2 were missed");
            prop_assert!(shared_m2 > 0.0 || found.is_none(), "{found:?} of nothing");
        }

        #[test]
        fn neighbours_of_a_grid_that_is_turned_and_snapped_touch_and_no_more(
            degrees in 0.0f64..90.0, x in 20.0f64..200.0, y in 20.0f64..200.0, shift in 0.0f64..100.0,
        ) {
            let (one, _) = areas(rectangle(0.0, 0.0, x, y, degrees));
            for (east, north) in [(x, 0.0), (x, shift), (shift, y), (x, y), (-x, -shift)] {
                let (other, _) = areas(rectangle(east, north, x, y, degrees));
                prop_assert_eq!(one.overlap(&other, TOLERANCE_M), None);
                prop_assert_eq!(one.gap(&other, TOLERANCE_M, 0.5), None);
            }
        }

        #[test]
        fn what_lies_outside_is_what_the_exact_difference_says(
            a in prop::collection::vec(10.0f64..60.0, 3..14),
            b in prop::collection::vec(60.0f64..200.0, 3..14),
            x in -120.0f64..120.0, y in -120.0f64..120.0,
        ) {
            let (inner, inner_areas) = areas(star(&a, x, y));
            let (whole, whole_areas) = areas(star(&b, 0.0, 0.0));
            let outside_m2 = inner_areas.difference(&whole_areas).unsigned_area();
            let found = inner.outside(&whole, TOLERANCE_M);
            prop_assert!(outside_m2 < 2.0 || found.is_some(), "{outside_m2} m2 were missed");
            prop_assert!(outside_m2 > 0.0 || found.is_none(), "{found:?} of nothing");
        }
    }
}
