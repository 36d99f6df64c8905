//! Real cadastral plots, of the data that lies beside the project and never in it.

use std::path::Path;

use cloudsite_domain::geometry::Shape;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rusqlite::Connection;

/// A file of the data beside the project; none, with a word about it, where it is not there.
pub fn shared(name: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/data");
    None
}

/// The 407 plots of `bubenec.gpkg`, their Mercator coordinates taken as metres from a corner; none where it is not there.
pub fn bubenec() -> Option<Vec<Shape>> {
    let file = Connection::open(shared("bubenec.gpkg")?).expect("a GeoPackage");
    let mut rows = file.prepare("SELECT geom FROM plots ORDER BY fid").expect("a table of plots");
    let blobs = rows.query_map((), |row| row.get::<_, Vec<u8>>(0)).expect("geometries");
    let plots = blobs.map(|blob| {
        let area = area(&blob.expect("a geometry"));
        Shape::new(area.into()).expect("a plot is a shape")
    });
    Some(plots.collect())
}

/// A geometry of a `GeoPackage` with little-endian polygons.
fn area(blob: &[u8]) -> MultiPolygon {
    const ENVELOPES: [usize; 5] = [0, 32, 48, 48, 64];
    let mut at = Reader { bytes: &blob[8 + ENVELOPES[usize::from(blob[3] >> 1 & 7)]..] };
    match at.kind() {
        3 => MultiPolygon(vec![at.polygon()]),
        6 => {
            let count = at.number();
            let polygon = |_| {
                assert_eq!(at.kind(), 3, "a multipolygon holds polygons");
                at.polygon()
            };
            MultiPolygon((0..count).map(polygon).collect())
        }
        kind => panic!("no area: {kind}"),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, left) = self.bytes.split_first_chunk().expect("the geometry is whole");
        self.bytes = left;
        *taken
    }

    fn kind(&mut self) -> u32 {
        assert_eq!(self.take(), [1_u8], "little-endian");
        self.number()
    }

    fn number(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn polygon(&mut self) -> Polygon {
        let rings = self.number();
        let ring = |_| -> LineString {
            let points = self.number();
            (0..points)
                .map(|_| {
                    let (x, y) = (f64::from_le_bytes(self.take()), f64::from_le_bytes(self.take()));
                    // From a corner of the place, so that numbers are small.
                    Coord { x: x - 1_603_000.0, y: y - 6_464_000.0 }
                })
                .collect()
        };
        let mut rings: Vec<LineString> = (0..rings).map(ring).collect();
        let outer = rings.remove(0);
        Polygon::new(outer, rings)
    }
}
