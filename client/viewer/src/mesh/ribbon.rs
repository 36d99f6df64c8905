//! Lines into ribbons: quads along the line with mitred joins.

use geo_types::{Coord, LineString};

use super::clip::Corner;

/// Beyond this ratio of the mitre's length to the half width a join is bevelled.
const MITRE_LIMIT: f64 = 2.0;

/// The left-hand unit normal of the edge from `a` to `b`, or none where they coincide.
pub(super) fn left_normal(a: Coord, b: Coord) -> Option<Coord> {
    let along = b - a;
    let length = along.x.hypot(along.y);
    (length > 1e-9).then(|| Coord { x: -along.y / length, y: along.x / length })
}

/// The vector that, times the half width, leads from a vertex to the corner between edges of these normals.
///
/// None where the corner would be further than [`MITRE_LIMIT`] half widths away.
pub(super) fn mitre(before: Coord, after: Coord) -> Option<Coord> {
    let sum = before + after;
    let squared = sum.x * sum.x + sum.y * sum.y;
    // |sum|² = 2 + 2 cos, and the mitre's length is 2 / |sum|.
    (squared > 4.0 / (MITRE_LIMIT * MITRE_LIMIT)).then(|| sum * (2.0 / squared))
}

/// The ribbon's quads, each counter-clockwise from the right of its start. `along_m` runs from the line's start.
pub(super) fn quads(line: &LineString, left_m: f64, right_m: f64) -> Vec<[Corner; 4]> {
    let mut points: Vec<Coord> = Vec::with_capacity(line.0.len());
    for &at in &line.0 {
        if points.last().is_none_or(|last| left_normal(*last, at).is_some()) {
            points.push(at);
        }
    }
    let normals: Vec<Coord> = points.windows(2).filter_map(|pair| left_normal(pair[0], pair[1])).collect();
    let mut quads = Vec::with_capacity(normals.len() + 2);
    let mut along_m = 0.0;
    for (index, &normal) in normals.iter().enumerate() {
        let (start, end) = (points[index], points[index + 1]);
        let length = (end.x - start.x).hypot(end.y - start.y);
        let join = |neighbour: Option<&Coord>| neighbour.and_then(|other| mitre(*other, normal)).unwrap_or(normal);
        let from = join(index.checked_sub(1).and_then(|before| normals.get(before)));
        let to = join(normals.get(index + 1));
        let corner = |at: Coord, side: Coord, across_m: f64, along_m: f64| Corner {
            at: at + side * across_m,
            across_m,
            along_m,
        };
        quads.push([
            corner(start, from, -right_m, along_m),
            corner(end, to, -right_m, along_m + length),
            corner(end, to, left_m, along_m + length),
            corner(start, from, left_m, along_m),
        ]);
        if let Some(&next) = normals.get(index + 1)
            && mitre(normal, next).is_none()
        {
            // The outer side of a sharp bend: a wedge between the two edges' normals.
            let turn_left = normal.x * next.y - normal.y * next.x > 0.0;
            let across_m = if turn_left { -right_m } else { left_m };
            let (a, b) =
                (corner(end, normal, across_m, along_m + length), corner(end, next, across_m, along_m + length));
            let centre = Corner { at: end, across_m: 0.0, along_m: along_m + length };
            quads.push(if turn_left { [centre, a, b, centre] } else { [centre, b, a, centre] });
        }
        along_m += length;
    }
    quads
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn area(quad: &[Corner; 4]) -> f64 {
        (0..4)
            .map(|index| {
                let (a, b) = (quad[index].at, quad[(index + 1) % 4].at);
                a.x * b.y - b.x * a.y
            })
            .sum::<f64>()
            / 2.0
    }

    fn line(points: &[(f64, f64)]) -> LineString {
        LineString::from(points.to_vec())
    }

    #[test]
    fn a_straight_ribbon_has_length_times_width() {
        let quads = quads(&line(&[(0.0, 0.0), (30.0, 40.0), (60.0, 80.0)]), 3.0, 4.0);
        assert_eq!(quads.len(), 2);
        assert!((quads.iter().map(area).sum::<f64>() - 700.0).abs() < 1e-9);
        assert!((quads[1][1].along_m - 100.0).abs() < 1e-9, "metres along the line");
    }

    #[test]
    fn a_right_angle_is_mitred_and_a_hairpin_bevelled() {
        let right_angle = quads(&line(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]), 1.0, 1.0);
        assert_eq!(right_angle.len(), 2);
        assert_eq!(right_angle[0][1].at, Coord { x: 11.0, y: -1.0 }, "the outer corner");
        let hairpin = quads(&line(&[(0.0, 0.0), (10.0, 0.0), (0.0, 1.0)]), 1.0, 1.0);
        assert_eq!(hairpin.len(), 3, "two quads and a wedge");
    }

    proptest! {
        #[test]
        fn no_corner_is_further_than_the_mitre_limit(turns in prop::collection::vec(-3.1f64..3.1, 1..12)) {
            let mut points = vec![(0.0, 0.0)];
            let mut heading = 0.0f64;
            for turn in turns {
                heading += turn;
                let (x, y) = points[points.len() - 1];
                points.push((x + 50.0 * heading.cos(), y + 50.0 * heading.sin()));
            }
            for quad in quads(&line(&points), 2.0, 2.0) {
                prop_assert!(area(&quad) > -1e-9, "counter-clockwise: {quad:?}");
                for corner in quad {
                    let nearest = points
                        .iter()
                        .map(|&(x, y)| (corner.at.x - x).hypot(corner.at.y - y))
                        .fold(f64::INFINITY, f64::min);
                    prop_assert!(nearest <= 2.0 * MITRE_LIMIT + 1e-9, "{nearest} m from every vertex");
                }
            }
        }
    }
}
