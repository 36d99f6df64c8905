//! Cutting convex pieces to a tile's square, with what is interpolated along their edges.

use geo_types::Coord;

use crate::tiles::decoded::Square;

/// A position and the coordinates that the shader interpolates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Corner {
    pub(super) at: Coord,
    pub(super) across_m: f64,
    pub(super) along_m: f64,
}

impl Corner {
    fn between(self, other: Self, t: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * t;
        Self {
            at: self.at + (other.at - self.at) * t,
            across_m: mix(self.across_m, other.across_m),
            along_m: mix(self.along_m, other.along_m),
        }
    }
}

/// The part of a convex polygon inside `square`; fewer than three corners if there is none.
pub(super) fn to_square(polygon: &[Corner], square: &Square) -> Vec<Corner> {
    let mut open = polygon.to_vec();
    for (index, &from) in square.corners.iter().enumerate() {
        let to = square.corners[(index + 1) % 4];
        // Positive on the left of the side, which is inside, as the corners run counter-clockwise.
        let inside = |at: Coord| (to.x - from.x) * (at.y - from.y) - (to.y - from.y) * (at.x - from.x);
        if open.iter().all(|corner| inside(corner.at) >= 0.0) {
            continue;
        }
        let mut kept = Vec::with_capacity(open.len() + 1);
        for (index, &corner) in open.iter().enumerate() {
            let before = open[(index + open.len() - 1) % open.len()];
            let (a, b) = (inside(before.at), inside(corner.at));
            if (a >= 0.0) != (b >= 0.0) {
                kept.push(before.between(corner, a / (a - b)));
            }
            if b >= 0.0 {
                kept.push(corner);
            }
        }
        open = kept;
    }
    open
}

/// Whether a position lies in `square`; of two neighbours exactly one says yes to a position on their common side.
pub(super) fn holds(square: &Square, at: Coord) -> bool {
    (0..4).all(|index| {
        let (from, to) = (square.corners[index], square.corners[(index + 1) % 4]);
        let side = (to.x - from.x) * (at.y - from.y) - (to.y - from.y) * (at.x - from.x);
        // South and west sides belong to the tile, east and north ones to its neighbours.
        if index == 0 || index == 3 { side >= 0.0 } else { side > 0.0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Square {
        let at = |x: f64, y: f64| Coord { x, y };
        Square { corners: [at(0.0, 0.0), at(100.0, 1.0), at(99.0, 101.0), at(-1.0, 100.0)] }
    }

    #[test]
    fn what_crosses_a_side_is_cut_and_interpolated() {
        let corner = |x: f64, y: f64, across_m: f64| Corner { at: Coord { x, y }, across_m, along_m: x };
        let ribbon =
            [corner(50.0, 40.0, -5.0), corner(150.0, 40.0, -5.0), corner(150.0, 50.0, 5.0), corner(50.0, 50.0, 5.0)];
        let cut = to_square(&ribbon, &square());
        assert_eq!(cut.len(), 4);
        for corner in &cut {
            assert!(corner.at.x < 100.0 && (corner.along_m - corner.at.x).abs() < 1e-9, "{corner:?}");
        }
        let far = ribbon.map(|corner| Corner { at: corner.at + Coord { x: 500.0, y: 0.0 }, ..corner });
        assert!(to_square(&far, &square()).len() < 3, "beyond the square nothing is left");
    }

    #[test]
    fn a_position_on_a_common_side_belongs_to_one_tile() {
        let left = square();
        let right = Square {
            corners: [left.corners[1], Coord { x: 200.0, y: 2.0 }, Coord { x: 199.0, y: 102.0 }, left.corners[2]],
        };
        let middle = (left.corners[1] + left.corners[2]) / 2.0;
        assert!(!holds(&left, middle) && holds(&right, middle));
    }
}
