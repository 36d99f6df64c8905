//! The geometry of a vector tile's feature: commands and deltas to shapes in tile units, by section 4.3 of the Mapbox
//! Vector Tile specification 2.1.

use cloudsite_proto::tile::GeometryType;
use geo_types::{Coord, LineString, Polygon};

/// The farthest a coordinate may lie from the tile, in tile units: what is farther was not made by a tiler.
const FARTHEST: i64 = 1 << 20;

/// A feature's shapes in tile units, x east and y south.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shapes {
    /// Points.
    Points(Vec<Coord>),
    /// Lines of two vertices or more.
    Lines(Vec<LineString>),
    /// Polygons with closed rings.
    Areas(Vec<Polygon>),
}

/// What is wrong with a feature's geometry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenGeometry {
    /// The commands end in the middle of a command.
    #[error("the geometry ends within a command")]
    Truncated,
    /// A command that is not one, or not allowed where it stands.
    #[error("command {command} with count {count} may not stand at {at}")]
    Misplaced {
        /// The command's number.
        command: u32,
        /// Its count.
        count: u32,
        /// Its index among the geometry's numbers.
        at: usize,
    },
    /// A line or a ring with too few vertices.
    #[error("a line or ring that ends at {at} has {vertices} vertices")]
    TooFewVertices {
        /// The index after it among the geometry's numbers.
        at: usize,
        /// How many it has.
        vertices: usize,
    },
    /// A coordinate too far outside the tile.
    #[error("a coordinate lies far outside the tile")]
    FarOutside,
    /// A hole that no outer ring comes before.
    #[error("a hole stands before any outer ring")]
    HoleWithoutOuter,
    /// A geometry type that is none of point, line and polygon.
    #[error("the geometry is of no known type")]
    UnknownType,
}

/// A path as the commands draw it.
#[derive(Default)]
struct Path {
    vertices: Vec<Coord>,
    closed: bool,
    /// Index after its last command.
    end: usize,
}

/// The shapes that `commands` draw.
pub(super) fn shapes(kind: GeometryType, commands: &[u32]) -> Result<Shapes, BrokenGeometry> {
    match kind {
        GeometryType::Unknown => Err(BrokenGeometry::UnknownType),
        GeometryType::Point => {
            Ok(Shapes::Points(paths(commands, kind)?.into_iter().flat_map(|path| path.vertices).collect()))
        }
        GeometryType::Linestring => {
            let lines = paths(commands, kind)?.into_iter().map(|path| {
                let vertices = path.vertices.len();
                let enough = vertices >= 2 && !path.closed;
                enough
                    .then(|| LineString::new(path.vertices))
                    .ok_or(BrokenGeometry::TooFewVertices { at: path.end, vertices })
            });
            lines.collect::<Result<_, _>>().map(Shapes::Lines)
        }
        GeometryType::Polygon => areas(paths(commands, kind)?).map(Shapes::Areas),
    }
}

fn paths(commands: &[u32], kind: GeometryType) -> Result<Vec<Path>, BrokenGeometry> {
    let mut paths: Vec<Path> = Vec::new();
    let (mut at, mut x, mut y) = (0, 0i64, 0i64);
    while at < commands.len() {
        let (command, count) = (commands[at] & 7, commands[at] >> 3);
        let misplaced = BrokenGeometry::Misplaced { command, count, at };
        at += 1;
        let open = paths.last().is_some_and(|path| !path.closed);
        match command {
            1 if count == 1 || (kind == GeometryType::Point && count > 0) => paths.push(Path::default()),
            2 if count > 0 && open && kind != GeometryType::Point => {}
            7 if count == 1 && open && kind == GeometryType::Polygon => {
                if let Some(path) = paths.last_mut() {
                    (path.closed, path.end) = (true, at);
                }
                continue;
            }
            _ => return Err(misplaced),
        }
        let deltas =
            commands.get(at..).and_then(|rest| rest.get(..2 * count as usize)).ok_or(BrokenGeometry::Truncated)?;
        at += deltas.len();
        let Some(path) = paths.last_mut() else { return Err(misplaced) };
        path.end = at;
        for delta in deltas.chunks_exact(2) {
            x += zigzag(delta[0]);
            y += zigzag(delta[1]);
            if x.abs() > FARTHEST || y.abs() > FARTHEST {
                return Err(BrokenGeometry::FarOutside);
            }
            path.vertices.push(Coord { x: x as f64, y: y as f64 });
        }
    }
    Ok(paths)
}

fn zigzag(value: u32) -> i64 {
    i64::from((value >> 1) as i32 ^ -((value & 1) as i32))
}

/// Rings to polygons: one that turns like the tile's corners from north-west by north-east is an outer ring, the
/// others are holes of the outer ring before them. Rings without an area are left out, as the specification has it.
fn areas(paths: Vec<Path>) -> Result<Vec<Polygon>, BrokenGeometry> {
    let mut areas: Vec<Polygon> = Vec::new();
    for mut path in paths {
        if !path.closed || path.vertices.len() < 3 {
            return Err(BrokenGeometry::TooFewVertices { at: path.end, vertices: path.vertices.len() });
        }
        path.vertices.push(path.vertices[0]);
        let doubled: f64 = path.vertices.windows(2).map(|edge| edge[0].x * edge[1].y - edge[1].x * edge[0].y).sum();
        let ring = LineString::new(path.vertices);
        if doubled > 0.0 {
            areas.push(Polygon::new(ring, Vec::new()));
        } else if doubled < 0.0 {
            areas.last_mut().ok_or(BrokenGeometry::HoleWithoutOuter)?.interiors_push(ring);
        }
    }
    Ok(areas)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn command(id: u32, count: u32) -> u32 {
        id | count << 3
    }

    const fn delta(value: i32) -> u32 {
        ((value << 1) ^ (value >> 31)) as u32
    }

    #[test]
    fn the_specifications_examples_are_read() {
        assert_eq!(shapes(GeometryType::Point, &[9, 50, 34]), Ok(Shapes::Points(vec![Coord { x: 25.0, y: 17.0 }])));
        let line: LineString = vec![(2.0, 2.0), (2.0, 10.0), (10.0, 10.0)].into();
        assert_eq!(shapes(GeometryType::Linestring, &[9, 4, 4, 18, 0, 16, 16, 0]), Ok(Shapes::Lines(vec![line])));
        let ring: LineString = vec![(3.0, 6.0), (8.0, 12.0), (20.0, 34.0), (3.0, 6.0)].into();
        let expected = Shapes::Areas(vec![Polygon::new(ring, Vec::new())]);
        assert_eq!(shapes(GeometryType::Polygon, &[9, 6, 12, 18, 10, 12, 24, 44, 15]), Ok(expected));
    }

    #[test]
    fn a_hole_belongs_to_the_ring_before_it() {
        let square = |x: i32, y: i32, side: i32, hole: bool| {
            let (first, second) = if hole { ((0, side), (side, 0)) } else { ((side, 0), (0, side)) };
            vec![
                command(1, 1),
                delta(x),
                delta(y),
                command(2, 3),
                delta(first.0),
                delta(first.1),
                delta(second.0),
                delta(second.1),
                delta(-first.0),
                delta(-first.1),
                command(7, 1),
            ]
        };
        // The cursor stays on the last vertex drawn: (0, 10) after the outer ring.
        let commands = [square(0, 0, 10, false), square(2, -8, 4, true)].concat();
        let Ok(Shapes::Areas(areas)) = shapes(GeometryType::Polygon, &commands) else { panic!("no areas") };
        assert_eq!((areas.len(), areas[0].interiors().len()), (1, 1), "{areas:?}");
        assert_eq!(shapes(GeometryType::Polygon, &square(0, 0, 4, true)), Err(BrokenGeometry::HoleWithoutOuter));
    }

    #[test]
    fn broken_geometry_is_named() {
        let cases = [
            (GeometryType::Linestring, vec![command(1, 1), 0], BrokenGeometry::Truncated),
            (
                GeometryType::Linestring,
                vec![command(2, 1), 0, 0],
                BrokenGeometry::Misplaced { command: 2, count: 1, at: 0 },
            ),
            (
                GeometryType::Linestring,
                vec![command(1, 1), 2, 2],
                BrokenGeometry::TooFewVertices { at: 3, vertices: 1 },
            ),
            (
                GeometryType::Polygon,
                vec![command(1, 1), 2, 2, command(7, 1)],
                BrokenGeometry::TooFewVertices { at: 4, vertices: 1 },
            ),
            (GeometryType::Point, vec![command(1, 1), u32::MAX, 0], BrokenGeometry::FarOutside),
            (GeometryType::Point, vec![command(1, u32::MAX >> 3), 0, 0], BrokenGeometry::Truncated),
            (GeometryType::Unknown, vec![], BrokenGeometry::UnknownType),
        ];
        for (kind, commands, expected) in cases {
            assert_eq!(shapes(kind, &commands), Err(expected), "{commands:?}");
        }
    }

    proptest! {
        #[test]
        fn any_numbers_are_shapes_or_an_error(commands in prop::collection::vec(0u32..64, 0..40), kind in 0i32..4) {
            let kind = GeometryType::try_from(kind).unwrap();
            if let Ok(Shapes::Areas(areas)) = shapes(kind, &commands) {
                prop_assert!(areas.iter().all(|area| area.exterior().0.len() >= 4));
            }
        }
    }
}
