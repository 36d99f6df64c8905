//! Well-known text, with the `SRID=n;` before it that PostGIS writes, parsed by the `wkt` crate.

use geo_types::Coord;
use wkt::Wkt;
use wkt::types::{LineString, Polygon};

use crate::import::source::{Positions, RawGeometry};

/// How deep brackets stand in each other in a polygon of several parts, the deepest that a layer takes.
const MOST_DEEP: usize = 3;

/// A geometry, and the system it is in if it says so.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    pub(super) epsg: Option<u32>,
    /// `None` if it is empty.
    pub(super) geometry: Option<RawGeometry>,
}

/// Reads one geometry.
pub(super) fn read(text: &str) -> Result<Read, String> {
    let text = text.trim();
    let (epsg, text) = match text.split_once(';') {
        Some((system, rest)) if system.len() >= 5 && system.is_char_boundary(5) => {
            let (label, number) = system.split_at(5);
            let number = label.eq_ignore_ascii_case("SRID=").then(|| number.trim().parse().ok()).flatten();
            (Some(number.ok_or_else(|| format!("'{}' is not SRID=number", brief(system)))?), rest.trim())
        }
        _ => (None, text),
    };
    // Collections may hold collections to any depth, which a parser follows; no layer takes them anyway.
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    if word.eq_ignore_ascii_case("GEOMETRYCOLLECTION") {
        return Ok(Read { epsg, geometry: Some(RawGeometry::Other("GeometryCollection")) });
    }
    is_closed(text)?;
    let parsed: Wkt = text.parse().map_err(|error| format!("'{}' is not well-known text ({error})", brief(text)))?;
    Ok(Read { epsg, geometry: raw(parsed) })
}

fn brief(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    if cut.len() < text.len() { format!("{cut}...") } else { cut }
}

/// The parser stops where the geometry ends and does not say what stands behind it.
fn is_closed(text: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    let last = text.char_indices().next_back().map(|(at, _)| at);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| format!("'{}' closes more brackets than it opens", brief(text)))?;
                if depth == 0 && Some(at) != last {
                    return Err(format!("'{}' has more behind its geometry", brief(text)));
                }
            }
            _ => {}
        }
        if depth > MOST_DEEP {
            return Err(format!("'{}' has brackets deeper than any geometry that is read", brief(text)));
        }
    }
    if depth > 0 { Err(format!("'{}' is cut short", brief(text))) } else { Ok(()) }
}

fn positions(line: &LineString) -> Positions {
    line.coords().iter().map(|at| Coord { x: at.x, y: at.y }).collect()
}

fn rings(polygon: &Polygon) -> Vec<Positions> {
    polygon.rings().iter().map(positions).collect()
}

fn raw(geometry: Wkt) -> Option<RawGeometry> {
    let some = |geometry: RawGeometry, empty: bool| (!empty).then_some(geometry);
    match geometry {
        Wkt::Point(point) => point.coord().map(|at| RawGeometry::Point(Coord { x: at.x, y: at.y })),
        Wkt::LineString(line) => some(RawGeometry::Lines(vec![positions(&line)]), line.coords().is_empty()),
        Wkt::Polygon(polygon) => some(RawGeometry::Areas(vec![rings(&polygon)]), polygon.rings().is_empty()),
        Wkt::MultiLineString(lines) => {
            let all = lines.line_strings();
            some(RawGeometry::Lines(all.iter().map(positions).collect()), all.is_empty())
        }
        Wkt::MultiPolygon(polygons) => {
            let all = polygons.polygons();
            some(RawGeometry::Areas(all.iter().map(rings).collect()), all.is_empty())
        }
        Wkt::MultiPoint(points) => match points.points() {
            [] => None,
            [only] => only.coord().map(|at| RawGeometry::Point(Coord { x: at.x, y: at.y })),
            _ => Some(RawGeometry::Other("MultiPoint")),
        },
        Wkt::GeometryCollection(_) => Some(RawGeometry::Other("GeometryCollection")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Coord {
        Coord { x, y }
    }

    #[test]
    fn geometries_are_read_with_their_system() {
        let cases = [
            ("POINT (1 2)", None, Some(RawGeometry::Point(at(1.0, 2.0)))),
            ("srid=4549; Point Z (1 2 3)", Some(4549), Some(RawGeometry::Point(at(1.0, 2.0)))),
            ("POINT EMPTY", None, None),
            ("LINESTRING (0 0, 1 1)", None, Some(RawGeometry::Lines(vec![vec![at(0.0, 0.0), at(1.0, 1.0)]]))),
            (
                "MULTIPOLYGON (((0 0, 1 0, 1 1)))",
                None,
                Some(RawGeometry::Areas(vec![vec![vec![at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0)]]])),
            ),
            ("GEOMETRYCOLLECTION (POINT (1 2))", None, Some(RawGeometry::Other("GeometryCollection"))),
        ];
        for (text, epsg, geometry) in cases {
            assert_eq!(read(text), Ok(Read { epsg, geometry }), "{text}");
        }
    }

    #[test]
    fn what_is_no_geometry_is_refused() {
        let deep = format!("POLYGON {}1 2{}", "(".repeat(100_000), ")".repeat(100_000));
        let bad = [
            "",
            "somewhere",
            "POLYGON ((0 0, 1 0, 1 1)",
            "POINT (1 2) POINT (3 4)",
            "POINT (1 2))",
            "POINT (1 two)",
            "SRID=x;POINT (1 2)",
            "CIRCULARSTRING (0 0, 1 1, 2 0)",
            deep.as_str(),
        ];
        for text in bad {
            assert!(read(text).is_err(), "{}", brief(text));
        }
    }
}
