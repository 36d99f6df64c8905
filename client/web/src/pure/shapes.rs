//! Shapes of GeoJSON features, as far as they are drawn on the ground.

use cloudsite_domain::crs::{Crs, Projector};
use geo_types::Coord;
use serde_json::Value;

/// Half the width at which lines are drawn, metres.
const LINE_HALF_M: f64 = 3.0;

/// From a point to the corners of the square that is drawn for it, metres.
const POINT_M: f64 = 6.0;

/// A polygon: its outer ring and then its holes, each without its first position repeated; park metres.
pub(crate) type Rings = Vec<Vec<Coord>>;

/// The areas that show a GeoJSON feature on the ground: its polygons; lines as bands, points as squares. `place` brings
/// its positions, longitude and latitude, into the park's frame. What cannot be read or placed is left out.
pub(crate) fn areas(geojson: &str, place: impl Fn(Coord) -> Option<Coord>) -> Vec<Rings> {
    let Ok(feature) = serde_json::from_str::<Value>(geojson) else { return Vec::new() };
    let geometry = &feature["geometry"];
    let (kind, coordinates) = (geometry["type"].as_str().unwrap_or_default(), &geometry["coordinates"]);
    let position = |at: &Value| place(Coord { x: at[0].as_f64()?, y: at[1].as_f64()? });
    let positions = |list: &Value| list.as_array().into_iter().flatten().filter_map(position).collect::<Vec<_>>();
    let each = |list: &Value| list.as_array().cloned().unwrap_or_default();
    match kind {
        "Polygon" => vec![polygon(coordinates, positions)],
        "MultiPolygon" => each(coordinates).iter().map(|part| polygon(part, positions)).collect(),
        "LineString" => band(&positions(coordinates)),
        "MultiLineString" => each(coordinates).iter().flat_map(|line| band(&positions(line))).collect(),
        "Point" => position(coordinates).map(square).into_iter().collect(),
        "MultiPoint" => positions(coordinates).into_iter().map(square).collect(),
        _ => Vec::new(),
    }
}

/// The areas of a GeoJSON feature in canonical metres, to the millimetre.
pub(crate) fn canonical_areas(geojson: &str) -> Vec<Rings> {
    let projector = Projector::new(Crs::Wgs84, Crs::CANONICAL);
    let snapped = |value: f64| (value * 1e3).round() / 1e3;
    areas(geojson, |at| {
        let at = projector.project(at).ok()?;
        Some(Coord { x: snapped(at.x), y: snapped(at.y) })
    })
}

fn polygon(rings: &Value, positions: impl Fn(&Value) -> Vec<Coord>) -> Rings {
    let rings = rings.as_array().into_iter().flatten();
    rings
        .map(|ring| {
            let mut ring = positions(ring);
            if ring.len() > 1 && ring.first() == ring.last() {
                ring.pop();
            }
            ring
        })
        .collect()
}

/// A rectangle for each of a line's segments.
fn band(line: &[Coord]) -> Vec<Rings> {
    let segment = |ends: &[Coord]| {
        let along = ends[1] - ends[0];
        let length = along.x.hypot(along.y);
        (length > 0.0).then(|| {
            let across = Coord { x: -along.y, y: along.x } * (LINE_HALF_M / length);
            vec![vec![ends[0] - across, ends[1] - across, ends[1] + across, ends[0] + across]]
        })
    };
    line.windows(2).filter_map(segment).collect()
}

fn square(at: Coord) -> Rings {
    let corner = |x: f64, y: f64| Coord { x: at.x + x * POINT_M, y: at.y + y * POINT_M };
    vec![vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(geometry: &str) -> Vec<Rings> {
        let scaled = |at: Coord| (at.x < 900.0).then(|| at * 10.0);
        areas(&format!(r#"{{"type":"Feature","geometry":{geometry}}}"#), scaled)
    }

    #[test]
    fn every_kind_of_geometry_is_seen() {
        let cases = [
            (
                r#"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[2,1],[3,1],[3,2],[2,1]]]}"#,
                vec![vec![3, 3]],
            ),
            (
                r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]]],[[[0,0],[9,0],[9,9]]]]}"#,
                vec![vec![3], vec![3]],
            ),
            (r#"{"type":"LineString","coordinates":[[0,0],[9,0],[9,0],[9,9]]}"#, vec![vec![4], vec![4]]),
            (r#"{"type":"MultiLineString","coordinates":[[[0,0],[9,0]],[[1,1],[2,2]]]}"#, vec![vec![4], vec![4]]),
            (r#"{"type":"Point","coordinates":[5,5]}"#, vec![vec![4]]),
            (r#"{"type":"MultiPoint","coordinates":[[5,5],[999,5]]}"#, vec![vec![4]]),
            (r#"{"type":"GeometryCollection","geometries":[]}"#, vec![]),
            ("null", vec![]),
        ];
        for (geometry, expected) in cases {
            let counted: Vec<Vec<usize>> =
                read(geometry).iter().map(|rings| rings.iter().map(Vec::len).collect()).collect();
            assert_eq!(counted, expected, "{geometry}");
        }
        assert_eq!(areas("no JSON", Some), Vec::<Rings>::new());
    }

    #[test]
    fn lon_lat_is_brought_to_canonical_millimetres() {
        let geojson = r#"{"geometry":{"type":"Polygon","coordinates":[[[120.4,31.5],[120.41,31.5],[120.41,31.51]]]}}"#;
        let at = canonical_areas(geojson)[0][0][0];
        assert!((at.x * 1e3).fract().abs() < 1e-6 && (500_000.0..560_000.0).contains(&at.x), "{at:?}");
    }

    #[test]
    fn positions_are_brought_into_the_frame() {
        let ring = &read(r#"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]]]}"#)[0][0];
        assert_eq!(ring[2], Coord { x: 90.0, y: 90.0 });
        let band = &read(r#"{"type":"LineString","coordinates":[[0,0],[9,0]]}"#)[0][0];
        assert_eq!(band[0], Coord { x: 0.0, y: -LINE_HALF_M });
    }
}
