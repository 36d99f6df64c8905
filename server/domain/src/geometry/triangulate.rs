//! Polygons into triangles, by earcut.

use earcut::Earcut;
use geo_types::Polygon;

/// A triangulated polygon: its vertices without the closing ones, outer ring first, and three indices a triangle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Triangles {
    /// The vertices, `[x, y]`.
    pub vertices: Vec<[f64; 2]>,
    /// Three indices into `vertices` for each triangle.
    pub indices: Vec<u32>,
}

/// Triangulates `polygon`, holes included.
pub fn triangulate(polygon: &Polygon) -> Triangles {
    let mut vertices = Vec::new();
    let mut hole_starts: Vec<u32> = Vec::new();
    for (index, ring) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
        if index > 0 {
            hole_starts.push(vertices.len() as u32);
        }
        let open = ring.0.len().saturating_sub(1);
        vertices.extend(ring.0[..open].iter().map(|at| [at.x, at.y]));
    }
    let mut indices = Vec::new();
    Earcut::new().earcut(vertices.iter().copied(), &hole_starts, &mut indices);
    Triangles { vertices, indices }
}

#[cfg(test)]
mod tests {
    use geo::Area;
    use geo_types::{Coord, LineString};
    use proptest::prelude::*;

    use super::*;

    fn area(triangles: &Triangles) -> f64 {
        let corner = |index: u32| triangles.vertices[index as usize];
        triangles
            .indices
            .chunks(3)
            .map(|three| {
                let ([ax, ay], [bx, by], [cx, cy]) = (corner(three[0]), corner(three[1]), corner(three[2]));
                ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)).abs() / 2.0
            })
            .sum()
    }

    fn star(radii: &[f64], scale: f64) -> LineString {
        let count = radii.len() as f64;
        let vertices = radii.iter().enumerate().map(|(index, radius)| {
            let angle = index as f64 / count * std::f64::consts::TAU;
            Coord { x: scale * radius * angle.cos(), y: scale * radius * angle.sin() }
        });
        vertices.collect()
    }

    proptest! {
        #[test]
        fn triangles_cover_exactly_the_polygon(radii in prop::collection::vec(10.0f64..500.0, 5..80), holed: bool) {
            let holes = if holed { vec![star(&radii, 0.5)] } else { Vec::new() };
            let polygon = Polygon::new(star(&radii, 1.0), holes);
            let (covered, whole) = (area(&triangulate(&polygon)), polygon.unsigned_area());
            prop_assert!((covered - whole).abs() <= whole * 1e-9, "{covered} m2 of {whole}");
        }
    }
}
