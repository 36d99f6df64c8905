//! The outline of a parcel on a plan that can be changed vertex by vertex.

use geo_types::Coord;

use crate::pure::shapes::Rings;

/// Room around the shape, as a share of its size: as far can a vertex be dragged out.
const MARGIN: f64 = 0.2;

/// A vertex by its part, ring and place in the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Vertex {
    pub(crate) part: usize,
    pub(crate) ring: usize,
    pub(crate) place: usize,
}

/// All vertices, in order.
pub(crate) fn vertices(areas: &[Rings]) -> Vec<(Vertex, Coord)> {
    let mut all = Vec::new();
    for (part, rings) in areas.iter().enumerate() {
        for (ring, places) in rings.iter().enumerate() {
            all.extend(places.iter().enumerate().map(|(place, at)| (Vertex { part, ring, place }, *at)));
        }
    }
    all
}

fn ring_mut(areas: &mut [Rings], vertex: Vertex) -> Option<&mut Vec<Coord>> {
    areas.get_mut(vertex.part)?.get_mut(vertex.ring)
}

/// Where a vertex is.
pub(crate) fn place(areas: &[Rings], vertex: Vertex) -> Option<Coord> {
    areas.get(vertex.part)?.get(vertex.ring)?.get(vertex.place).copied()
}

/// Moves a vertex, to the millimetre.
pub(crate) fn move_to(areas: &mut [Rings], vertex: Vertex, at: Coord) {
    let snapped = |value: f64| (value * 1e3).round() / 1e3;
    if let Some(place) = ring_mut(areas, vertex).and_then(|ring| ring.get_mut(vertex.place)) {
        *place = Coord { x: snapped(at.x), y: snapped(at.y) };
    }
}

/// Puts a new vertex in the middle of the edge that begins at one; the new one.
pub(crate) fn split(areas: &mut [Rings], vertex: Vertex) -> Option<Vertex> {
    let ring = ring_mut(areas, vertex)?;
    let (from, to) = (*ring.get(vertex.place)?, *ring.get((vertex.place + 1) % ring.len())?);
    ring.insert(vertex.place + 1, (from + to) / 2.0);
    let new = Vertex { place: vertex.place + 1, ..vertex };
    move_to(areas, new, (from + to) / 2.0);
    Some(new)
}

/// Takes a vertex away, unless its ring would be none without it; whether it did.
pub(crate) fn remove(areas: &mut [Rings], vertex: Vertex) -> bool {
    let ring = ring_mut(areas, vertex).filter(|ring| ring.len() > 3 && vertex.place < ring.len());
    ring.map(|ring| ring.remove(vertex.place)).is_some()
}

/// The part of the ground that a plan shows, canonical metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    pub(crate) low: Coord,
    pub(crate) high: Coord,
}

impl Window {
    /// Around some areas; none if there is nothing.
    pub(crate) fn around(areas: &[Rings]) -> Option<Self> {
        let all = vertices(areas);
        let (_, first) = *all.first()?;
        let grow = |(low, high): (Coord, Coord), (_, at): &(Vertex, Coord)| {
            (Coord { x: low.x.min(at.x), y: low.y.min(at.y) }, Coord { x: high.x.max(at.x), y: high.y.max(at.y) })
        };
        let (low, high) = all.iter().fold((first, first), grow);
        let margin = (high.x - low.x).max(high.y - low.y).max(1.0) * MARGIN;
        let by = Coord { x: margin, y: margin };
        Some(Self { low: low - by, high: high + by })
    }

    /// Width and height, metres.
    pub(crate) fn size(self) -> Coord {
        self.high - self.low
    }

    /// A position on the plan: metres from its upper left corner, down.
    pub(crate) fn on_plan(self, at: Coord) -> Coord {
        Coord { x: at.x - self.low.x, y: self.high.y - at.y }
    }

    /// The position under a place of the plan's element, given in pixels from its upper left corner; the element is so
    /// many pixels large, and the plan is fitted into its middle.
    pub(crate) fn under(self, pixel: Coord, element: Coord) -> Coord {
        let size = self.size();
        let scale = (element.x / size.x).min(element.y / size.y).max(f64::EPSILON);
        let left = (element - size * scale) / 2.0;
        let plan = (pixel - left) / scale;
        Coord { x: self.low.x + plan.x, y: self.high.y - plan.y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Vec<Rings> {
        let at = |x: f64, y: f64| Coord { x, y };
        vec![vec![vec![at(0.0, 0.0), at(100.0, 0.0), at(100.0, 100.0), at(0.0, 100.0)]]]
    }

    const SECOND: Vertex = Vertex { part: 0, ring: 0, place: 1 };

    #[test]
    fn vertices_are_moved_split_and_removed() {
        let mut areas = square();
        move_to(&mut areas, SECOND, Coord { x: 110.000_4, y: 0.000_6 });
        assert_eq!(place(&areas, SECOND), Some(Coord { x: 110.0, y: 0.001 }), "to the millimetre");
        let last = Vertex { place: 3, ..SECOND };
        assert_eq!(split(&mut areas, last), Some(Vertex { place: 4, ..SECOND }));
        assert_eq!(areas[0][0][4], Coord { x: 0.0, y: 50.0 }, "the last edge ends at the first vertex");
        assert!(remove(&mut areas, SECOND) && remove(&mut areas, SECOND));
        assert!(!remove(&mut areas, SECOND), "three are the least");
        assert_eq!(vertices(&areas).len(), 3);
        let nowhere = Vertex { part: 7, ring: 0, place: 0 };
        move_to(&mut areas, nowhere, Coord::zero());
        assert_eq!((split(&mut areas, nowhere), remove(&mut areas, nowhere)), (None, false));
    }

    #[test]
    fn a_pixel_is_a_place_on_the_ground() {
        let window = Window::around(&square()).unwrap();
        assert_eq!((window.low, window.size()), (Coord { x: -20.0, y: -20.0 }, Coord { x: 140.0, y: 140.0 }));
        assert_eq!(window.on_plan(Coord { x: 0.0, y: 0.0 }), Coord { x: 20.0, y: 120.0 });
        // An element of 280 by 180 pixels holds it in its middle, 180 pixels large.
        let element = Coord { x: 280.0, y: 180.0 };
        for (pixel, expected) in
            [((140.0, 90.0), (50.0, 50.0)), ((50.0, 0.0), (-20.0, 120.0)), ((230.0, 180.0), (120.0, -20.0))]
        {
            let at = window.under(Coord { x: pixel.0, y: pixel.1 }, element);
            assert!((at.x - expected.0).abs() < 1e-9 && (at.y - expected.1).abs() < 1e-9, "{pixel:?}: {at:?}");
        }
        assert_eq!(Window::around(&[]), None);
    }
}
