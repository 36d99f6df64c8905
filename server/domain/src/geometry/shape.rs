//! The shape of a feature.

use std::fmt;

use geo::{Area, BoundingRect, InteriorPoint, MapCoords, Orient, orient::Direction};
use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon, Rect};
use serde::{Deserialize, Serialize};

use super::validity;
use super::{Problem, Rule};

/// Snaps a coordinate in metres to whole millimetres.
///
/// Both the record and the viewer use this one rounding, so equal positions are equal numbers.
pub fn snap(at: Coord) -> Coord {
    Coord { x: (at.x * 1000.0).round() / 1000.0, y: (at.y * 1000.0).round() / 1000.0 }
}

/// The kind of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShapeKind {
    /// One position.
    Point,
    /// One or more lines.
    Lines,
    /// One or more polygons.
    Areas,
    /// Something that no layer takes, such as a collection.
    Other,
}

impl fmt::Display for ShapeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Point => "point",
            Self::Lines => "line",
            Self::Areas => "polygon",
            Self::Other => "several points or a collection",
        })
    }
}

/// A valid shape in canonical coordinates, metres, snapped to 1 mm; outer rings run counter-clockwise, holes clockwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub enum Shape {
    /// One position.
    Point(Point),
    /// One or more lines.
    Lines(MultiLineString),
    /// One or more polygons.
    Areas(MultiPolygon),
}

impl Shape {
    /// Checks and snaps `geometry`, given in canonical coordinates. All problems are returned at once.
    pub fn new(geometry: Geometry) -> Result<Self, Vec<Problem>> {
        let unclosed = validity::unclosed_rings(&geometry);
        if !unclosed.is_empty() {
            return Err(unclosed);
        }
        let finite = validity::non_finite(&geometry);
        if !finite.is_empty() {
            return Err(finite);
        }
        let snapped = geometry.map_coords(snap);
        let shape = match snapped {
            Geometry::Point(point) => Self::Point(point),
            Geometry::Line(line) => {
                Self::Lines(MultiLineString::new(vec![LineString::from(vec![line.start, line.end])]))
            }
            Geometry::LineString(line) => Self::Lines(MultiLineString::new(vec![without_repeats(line)])),
            Geometry::MultiLineString(lines) => {
                Self::Lines(MultiLineString::new(lines.into_iter().map(without_repeats).collect()))
            }
            Geometry::Polygon(polygon) => Self::Areas(MultiPolygon::new(vec![clean(polygon)])),
            Geometry::MultiPolygon(polygons) => {
                Self::Areas(MultiPolygon::new(polygons.into_iter().map(clean).collect()))
            }
            Geometry::Rect(rect) => Self::Areas(MultiPolygon::new(vec![clean(rect.to_polygon())])),
            Geometry::Triangle(triangle) => Self::Areas(MultiPolygon::new(vec![clean(triangle.to_polygon())])),
            Geometry::MultiPoint(_) | Geometry::GeometryCollection(_) => {
                return Err(vec![Problem { rule: Rule::KindFitsLayer, place: None, kind: Some(ShapeKind::Other) }]);
            }
        };
        let problems = match &shape {
            Self::Point(_) => Vec::new(),
            Self::Lines(lines) => validity::lines(lines),
            Self::Areas(areas) => validity::areas(areas),
        };
        if problems.is_empty() { Ok(shape.oriented()) } else { Err(problems) }
    }

    fn oriented(self) -> Self {
        match self {
            Self::Areas(areas) => Self::Areas(areas.orient(Direction::Default)),
            other => other,
        }
    }

    /// The kind of this shape.
    pub const fn kind(&self) -> ShapeKind {
        match self {
            Self::Point(_) => ShapeKind::Point,
            Self::Lines(_) => ShapeKind::Lines,
            Self::Areas(_) => ShapeKind::Areas,
        }
    }

    /// The smallest rectangle around it, metres.
    ///
    /// # Panics
    /// Never: a shape has at least one vertex.
    pub fn bounds(&self) -> Rect {
        match self {
            Self::Point(point) => Rect::new(point.0, point.0),
            Self::Lines(lines) => lines.bounding_rect().expect("a shape has vertices"),
            Self::Areas(areas) => areas.bounding_rect().expect("a shape has vertices"),
        }
    }

    /// Whether it hangs together by itself: a point, one line or one area.
    pub fn is_one_piece(&self) -> bool {
        match self {
            Self::Point(_) => true,
            Self::Lines(lines) => lines.0.len() == 1,
            Self::Areas(areas) => areas.0.len() == 1,
        }
    }

    /// The area enclosed, m²; 0 for points and lines.
    pub fn area_m2(&self) -> f64 {
        match self {
            Self::Areas(areas) => areas.unsigned_area(),
            Self::Point(_) | Self::Lines(_) => 0.0,
        }
    }

    /// A position for a label: inside an area, or the middle vertex of the longest line.
    pub fn anchor(&self) -> Coord {
        match self {
            Self::Point(point) => point.0,
            Self::Lines(lines) => {
                let longest = lines.iter().max_by_key(|line| line.0.len());
                longest.map_or_else(Coord::zero, |line| line.0[line.0.len() / 2])
            }
            Self::Areas(areas) => areas.interior_point().map_or_else(|| self.bounds().center(), |point| point.0),
        }
    }

    /// Its polygons; none of points and lines.
    pub fn areas(&self) -> &[Polygon] {
        match self {
            Self::Areas(areas) => &areas.0,
            Self::Point(_) | Self::Lines(_) => &[],
        }
    }

    /// The shape as a plain geometry, multi only where it has several parts.
    pub fn to_geometry(&self) -> Geometry {
        match self {
            Self::Point(point) => Geometry::Point(*point),
            Self::Lines(lines) if lines.0.len() == 1 => Geometry::LineString(lines.0[0].clone()),
            Self::Lines(lines) => Geometry::MultiLineString(lines.clone()),
            Self::Areas(areas) if areas.0.len() == 1 => Geometry::Polygon(areas.0[0].clone()),
            Self::Areas(areas) => Geometry::MultiPolygon(areas.clone()),
        }
    }
}

/// Snapping can make neighbours equal; a repeated vertex says nothing.
fn without_repeats(mut line: LineString) -> LineString {
    line.0.dedup();
    line
}

fn clean(polygon: Polygon) -> Polygon {
    let (outer, holes) = polygon.into_inner();
    Polygon::new(without_repeats(outer), holes.into_iter().map(without_repeats).collect())
}

/// How a shape is written: bare numbers, a third of the size of named coordinates.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Point([f64; 2]),
    Lines(Vec<Vec<[f64; 2]>>),
    Areas(Vec<Vec<Vec<[f64; 2]>>>),
}

fn numbers(line: &LineString) -> Vec<[f64; 2]> {
    line.0.iter().map(|at| [at.x, at.y]).collect()
}

fn line_of(numbers: Vec<[f64; 2]>) -> LineString {
    numbers.into_iter().map(|[x, y]| Coord { x, y }).collect()
}

impl From<Shape> for Stored {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Point(point) => Self::Point([point.x(), point.y()]),
            Shape::Lines(lines) => Self::Lines(lines.iter().map(numbers).collect()),
            Shape::Areas(areas) => Self::Areas(
                areas
                    .iter()
                    .map(|polygon| {
                        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(numbers).collect()
                    })
                    .collect(),
            ),
        }
    }
}

impl TryFrom<Stored> for Shape {
    type Error = &'static str;

    /// What was stored was checked when it was made; only what could not be walked is refused again.
    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        match stored {
            Stored::Point([x, y]) => Ok(Self::Point(Point::new(x, y))),
            Stored::Lines(lines) if lines.iter().all(|line| line.len() >= 2) && !lines.is_empty() => {
                Ok(Self::Lines(MultiLineString::new(lines.into_iter().map(line_of).collect())))
            }
            Stored::Areas(areas)
                if !areas.is_empty()
                    && areas.iter().all(|rings| !rings.is_empty() && rings.iter().all(|ring| ring.len() >= 4)) =>
            {
                let polygons = areas.into_iter().map(|rings| {
                    let mut rings = rings.into_iter().map(line_of);
                    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
                    Polygon::new(outer, rings.collect())
                });
                Ok(Self::Areas(MultiPolygon::new(polygons.collect())))
            }
            Stored::Lines(_) | Stored::Areas(_) => Err("a stored shape has too few vertices"),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use geo_types::{line_string, point, polygon};

    use super::*;

    fn check(geometry: impl Into<Geometry>, expect: Expect) {
        let answer = match Shape::new(geometry.into()) {
            Ok(shape) => format!("{} of {} m2", shape.kind(), shape.area_m2()),
            Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        };
        expect.assert_eq(&answer);
    }

    #[test]
    fn pieces_are_told_from_parts() {
        let square = |west: f64| polygon![(x: west, y: 0.0), (x: west + 1.0, y: 0.0), (x: west + 1.0, y: 1.0), (x: west, y: 1.0)];
        let lines = |count: usize| {
            geo_types::MultiLineString::new(vec![line_string![(x: 0.0, y: 0.0), (x: 5.0, y: 0.0)]; count])
        };
        let cases: [(Geometry, bool); 5] = [
            (point!(x: 1.0, y: 2.0).into(), true),
            (square(0.0).into(), true),
            (geo_types::MultiPolygon::new(vec![square(0.0), square(5.0)]).into(), false),
            (lines(1).into(), true),
            (lines(2).into(), false),
        ];
        for (geometry, expected) in cases {
            assert_eq!(Shape::new(geometry.clone()).unwrap().is_one_piece(), expected, "{geometry:?}");
        }
    }

    #[test]
    fn good_shapes_are_taken() {
        check(point!(x: 1.0, y: 2.0), expect!["point of 0 m2"]);
        check(line_string![(x: 0.0, y: 0.0), (x: 3.0, y: 4.0)], expect!["line of 0 m2"]);
        check(
            polygon![
                exterior: [(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)],
                interiors: [[(x: 2.0, y: 2.0), (x: 4.0, y: 2.0), (x: 4.0, y: 4.0), (x: 2.0, y: 4.0)]],
            ],
            expect!["polygon of 96 m2"],
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        check(
            polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 10.0), (x: 10.0, y: 0.0), (x: 0.0, y: 10.0)],
            expect!["the ring crosses or touches itself at part 0, ring 0, vertex 0, coordinate (5, 5)"],
        );
        check(
            polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: f64::NAN)],
            expect!["a coordinate is not a finite number at part 0, ring 0, vertex 2, coordinate (10, NaN)"],
        );
        check(
            polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 0.0001)],
            expect!["too few distinct vertices at part 0, ring 0, vertex 0, coordinate (0, 0)"],
        );
        check(
            polygon![
                exterior: [(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)],
                interiors: [[(x: 20.0, y: 2.0), (x: 24.0, y: 2.0), (x: 24.0, y: 4.0), (x: 20.0, y: 4.0)]],
            ],
            expect![
                "a hole lies outside its outer ring or crosses another ring at part 0, ring 1, vertex 0, coordinate (20, 2)"
            ],
        );
        check(
            line_string![(x: 1.0, y: 1.0), (x: 1.0001, y: 1.0)],
            expect!["too few distinct vertices at part 0, ring 0, vertex 0, coordinate (1, 1)"],
        );
    }

    #[test]
    fn two_parts_over_each_other_are_refused() {
        let square = |x: f64| polygon![(x: x, y: 0.0), (x: x + 10.0, y: 0.0), (x: x + 10.0, y: 10.0), (x: x, y: 10.0)];
        let both = MultiPolygon::new(vec![square(0.0), square(5.0)]);
        check(both, expect!["two parts overlap or share an edge at part 1, ring 0, vertex 0, coordinate (5, 0)"]);
    }

    #[test]
    fn a_stored_shape_comes_back_equal() {
        let shape = Shape::new(Geometry::from(polygon![
            exterior: [(x: 536_524.079_6, y: 0.1), (x: 536_534.0, y: 0.0), (x: 536_534.0, y: 10.003)],
            interiors: [],
        ]))
        .unwrap();
        let text = serde_json::to_string(&shape).unwrap();
        assert!(text.starts_with(r#"{"areas":[[[["#), "{text}");
        assert_eq!(serde_json::from_str::<Shape>(&text).unwrap(), shape);
    }
}
