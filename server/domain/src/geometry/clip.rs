//! Cutting to a rectangle, as tiles need it: Sutherland-Hodgman for rings, Liang-Barsky for lines.

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

/// A rectangle to cut to, sides included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The corner of the smallest coordinates.
    pub min: Coord,
    /// The corner of the largest coordinates.
    pub max: Coord,
}

impl Window {
    /// Whether a position lies in it.
    pub fn contains(self, at: Coord) -> bool {
        at.x >= self.min.x && at.x <= self.max.x && at.y >= self.min.y && at.y <= self.max.y
    }

    /// Whether both ends lie on one and the same side of it: an edge that cutting made, not one of the feature.
    pub fn is_cut_edge(self, a: Coord, b: Coord) -> bool {
        let on = |value: f64, side: f64| (value - side).abs() < 1e-6;
        (on(a.x, self.min.x) && on(b.x, self.min.x))
            || (on(a.x, self.max.x) && on(b.x, self.max.x))
            || (on(a.y, self.min.y) && on(b.y, self.min.y))
            || (on(a.y, self.max.y) && on(b.y, self.max.y))
    }
}

/// One side of a window: the axis, the position of the side, and whether larger values are inside.
#[derive(Clone, Copy)]
struct Side {
    vertical: bool,
    at: f64,
    keep_above: bool,
}

impl Side {
    fn value(self, coord: Coord) -> f64 {
        if self.vertical { coord.x } else { coord.y }
    }

    fn keeps(self, coord: Coord) -> bool {
        if self.keep_above { self.value(coord) >= self.at } else { self.value(coord) <= self.at }
    }

    fn cross(self, a: Coord, b: Coord) -> Coord {
        let t = (self.at - self.value(a)) / (self.value(b) - self.value(a));
        if self.vertical {
            Coord { x: self.at, y: a.y + (b.y - a.y) * t }
        } else {
            Coord { x: a.x + (b.x - a.x) * t, y: self.at }
        }
    }
}

/// The part of a closed ring inside `window`, closed; empty if there is none. Where the ring leaves and comes back, the
/// pieces stay joined along the window's side.
pub fn clip_ring(ring: &LineString, window: Window) -> LineString {
    let sides = [
        Side { vertical: true, at: window.min.x, keep_above: true },
        Side { vertical: true, at: window.max.x, keep_above: false },
        Side { vertical: false, at: window.min.y, keep_above: true },
        Side { vertical: false, at: window.max.y, keep_above: false },
    ];
    let mut open = ring.0.clone();
    open.pop();
    for side in sides {
        if open.iter().all(|at| side.keeps(*at)) {
            continue;
        }
        let mut kept = Vec::with_capacity(open.len() + 4);
        for (index, &at) in open.iter().enumerate() {
            let before = open[(index + open.len() - 1) % open.len()];
            if side.keeps(before) != side.keeps(at) {
                kept.push(side.cross(before, at));
            }
            if side.keeps(at) {
                kept.push(at);
            }
        }
        open = kept;
    }
    open.dedup();
    if open.len() < 3 {
        return LineString::new(Vec::new());
    }
    open.push(open[0]);
    LineString::new(open)
}

/// The part of a polygon inside `window`, if any.
pub fn clip_polygon(polygon: &Polygon, window: Window) -> Option<Polygon> {
    let outer = clip_ring(polygon.exterior(), window);
    if outer.0.is_empty() {
        return None;
    }
    let holes = polygon.interiors().iter().map(|hole| clip_ring(hole, window)).filter(|hole| !hole.0.is_empty());
    Some(Polygon::new(outer, holes.collect()))
}

impl Window {
    /// The parts of `areas` inside this window.
    pub fn clip_areas(self, areas: &MultiPolygon) -> MultiPolygon {
        MultiPolygon::new(areas.iter().filter_map(|polygon| clip_polygon(polygon, self)).collect())
    }
}

/// The pieces of a line inside `window`, in order.
pub fn clip_line(line: &LineString, window: Window) -> Vec<LineString> {
    let mut pieces: Vec<Vec<Coord>> = Vec::new();
    let mut open = false;
    for edge in line.lines() {
        let Some((from, to)) = clip_segment(edge.start, edge.end, window) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
        open = to == edge.end;
    }
    pieces
        .into_iter()
        .map(|mut piece| {
            piece.dedup();
            LineString::new(piece)
        })
        .filter(|piece| piece.0.len() >= 2)
        .collect()
}

fn clip_segment(a: Coord, b: Coord, window: Window) -> Option<(Coord, Coord)> {
    let along = b - a;
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let limits = [
        (-along.x, a.x - window.min.x),
        (along.x, window.max.x - a.x),
        (-along.y, a.y - window.min.y),
        (along.y, window.max.y - a.y),
    ];
    for (towards, room) in limits {
        if towards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            enter = enter.max(room / towards);
        } else {
            leave = leave.min(room / towards);
        }
    }
    if enter > leave {
        return None;
    }
    let from = if enter > 0.0 { a + along * enter } else { a };
    let to = if leave < 1.0 { a + along * leave } else { b };
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use geo::Area;
    use geo_types::{coord, line_string, polygon};
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Window = Window { min: coord! { x: 0.0, y: 0.0 }, max: coord! { x: 10.0, y: 10.0 } };

    #[test]
    fn rings_keep_their_part_inside() {
        let cases = [
            ("inside", polygon![(x: 1.0, y: 1.0), (x: 2.0, y: 1.0), (x: 2.0, y: 2.0), (x: 1.0, y: 2.0)], 1.0),
            ("around", polygon![(x: -5.0, y: -5.0), (x: 15.0, y: -5.0), (x: 15.0, y: 15.0), (x: -5.0, y: 15.0)], 100.0),
            ("across", polygon![(x: 5.0, y: 2.0), (x: 15.0, y: 2.0), (x: 15.0, y: 4.0), (x: 5.0, y: 4.0)], 10.0),
            ("outside", polygon![(x: 20.0, y: 2.0), (x: 25.0, y: 2.0), (x: 25.0, y: 4.0)], 0.0),
        ];
        for (name, polygon, area) in cases {
            let clipped = clip_polygon(&polygon, WINDOW).map_or(0.0, |part| part.unsigned_area());
            assert!((clipped - area).abs() < 1e-9, "{name}: {clipped} m2 left, {area} expected");
        }
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_in_pieces() {
        let line = line_string![
            (x: 5.0, y: 5.0), (x: 15.0, y: 5.0), (x: 15.0, y: 8.0), (x: 5.0, y: 8.0), (x: 2.0, y: 8.0)
        ];
        let pieces = clip_line(&line, WINDOW);
        let expected = [
            line_string![(x: 5.0, y: 5.0), (x: 10.0, y: 5.0)],
            line_string![(x: 10.0, y: 8.0), (x: 5.0, y: 8.0), (x: 2.0, y: 8.0)],
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn edges_along_the_window_are_known_as_cuts() {
        assert!(WINDOW.is_cut_edge(coord! { x: 0.0, y: 1.0 }, coord! { x: 0.0, y: 7.0 }));
        assert!(!WINDOW.is_cut_edge(coord! { x: 0.0, y: 1.0 }, coord! { x: 10.0, y: 7.0 }));
    }

    proptest! {
        #[test]
        fn quarters_add_up_to_the_whole(
            radii in prop::collection::vec(1.0f64..9.0, 5..40), x in -3.0f64..3.0, y in -3.0f64..3.0,
        ) {
            let count = radii.len() as f64;
            let ring: LineString = radii
                .iter()
                .enumerate()
                .map(|(index, radius)| {
                    let angle = index as f64 / count * std::f64::consts::TAU;
                    Coord { x: x + radius * angle.cos(), y: y + radius * angle.sin() }
                })
                .collect();
            let star = Polygon::new(ring, Vec::new());
            let quarters = [(-20.0, -20.0), (0.0, -20.0), (-20.0, 0.0), (0.0, 0.0)].map(|(x, y)| {
                let window = Window { min: coord! { x: x, y: y }, max: coord! { x: x + 20.0, y: y + 20.0 } };
                clip_polygon(&star, window).map_or(0.0, |part| part.unsigned_area())
            });
            let sum: f64 = quarters.iter().sum();
            prop_assert!((sum - star.unsigned_area()).abs() < 1e-6, "{sum} of {}", star.unsigned_area());
        }
    }
}
