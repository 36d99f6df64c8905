//! Large files to import, written quickly.

use std::path::Path;

use rusqlite::Connection;

/// A new `GeoPackage` with a table `parcels`: `fid`, `geom`, `code`, and the columns that are given as SQL.
///
/// # Errors
/// The file cannot be written.
pub fn create(file: &Path, columns: &str) -> rusqlite::Result<Connection> {
    let package = Connection::open(file)?;
    package.execute_batch(FRAME)?;
    package.execute_batch(&format!(
        "CREATE TABLE parcels (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom BLOB, code TEXT, {columns});"
    ))?;
    Ok(package)
}

/// A ring, its first corner again at the end, degrees of EPSG:4326, as a geometry.
pub fn polygon(ring: &[(f64, f64)]) -> Vec<u8> {
    let mut bytes = b"GP\x00\x01".to_vec();
    bytes.extend(4326_i32.to_le_bytes());
    bytes.push(1);
    for number in [3, 1, ring.len() as u32] {
        bytes.extend(number.to_le_bytes());
    }
    for (x, y) in ring {
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    bytes
}

const FRAME: &str = "
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
PRAGMA journal_mode = OFF;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', NULL);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('parcels', 'features', 'parcels', 4326);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL PRIMARY KEY, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
INSERT INTO gpkg_geometry_columns VALUES ('parcels', 'geom', 'POLYGON', 4326, 0, 0);
";
