//! The modules of the server's `import` that read, as they stand there.
#![expect(dead_code, unused_imports, reason = "what reads a path on disk is not fuzzed, nor what looks before it reads")]

#[path = "../../../../server/src/import/archive.rs"]
mod archive;
#[path = "../../../../server/src/import/cityjson/mod.rs"]
mod cityjson;
#[path = "../../../../server/src/import/crs_wkt.rs"]
mod crs_wkt;
#[path = "../../../../server/src/import/geojson.rs"]
mod geojson;
#[path = "../../../../server/src/import/gpkg/wkb.rs"]
mod gpkg_wkb;
#[path = "../../../../server/src/import/refusal.rs"]
mod refusal;
#[path = "../../../../server/src/import/shapefile/mod.rs"]
mod shapefile;
#[path = "../../../../server/src/import/source.rs"]
mod source;
#[path = "../../../../server/src/import/table/mod.rs"]
mod table;
#[path = "../../../../server/src/import/text.rs"]
mod text;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

pub(crate) use refusal::{ImportProblem, Refusal};
pub(crate) use text::TextEncoding;

/// The largest file taken, bytes; small here, so that the fuzzer is quick.
pub(crate) const MOST_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A GeoJSON document.
pub fn read_geojson(bytes: &[u8]) {
    let _answered = geojson::read(bytes);
}

/// A geometry of a GeoPackage.
pub fn read_wkb(bytes: &[u8]) {
    let _answered = gpkg_wkb::read(bytes);
}

/// A Shapefile in a zip.
pub fn read_shapefile(bytes: &[u8]) {
    if let Ok(parts) = shapefile::Parts::unpack(Cursor::new(bytes), None) {
        let _answered = shapefile::read(&parts, None);
    }
}

/// A table as text.
pub fn read_csv(bytes: &[u8]) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
    if file.write_all(bytes).is_ok() {
        let _answered = table::read_csv(file.path(), None, &BTreeMap::new());
    }
}

/// A workbook.
pub fn read_xlsx(bytes: &[u8]) {
    let _answered = table::read_xlsx(Cursor::new(bytes), None, &BTreeMap::new());
}

/// A CityJSON document, then a sequence.
pub fn read_cityjson(bytes: &[u8]) {
    let _answered = cityjson::read(bytes);
    let _answered = cityjson::read_sequence(bytes);
}

/// The text of a coordinate reference system.
pub fn read_crs_wkt(bytes: &[u8]) {
    let _answered = crs_wkt::read(&String::from_utf8_lossy(bytes));
}
