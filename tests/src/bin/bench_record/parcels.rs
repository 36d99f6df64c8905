//! Generated parcels: a square field of upright squares, with values that depend on their number alone.

use std::ops::Range;
use std::path::{Path, PathBuf};

use cloudsite_tests::geojson::PLACE;
use rusqlite::{Connection, params};

/// From one parcel to the next, some 30 m, degrees.
pub(crate) const STEP_DEG: f64 = 0.0003;

/// Sides of parcels, degrees: the smallest, and what a larger one has more.
const SIDE_DEG: f64 = 0.0001;
const MORE_DEG: f64 = 0.0001;

pub(crate) const STATUSES: [&str; 5] = ["available", "reserved", "negotiating", "taken", "planned"];
pub(crate) const LAND_USES: [&str; 4] = ["100101", "100102", "110101", "0802"];

/// A field of parcels.
pub(crate) struct Field {
    pub(crate) count: u64,
    pub(crate) columns: u64,
}

/// A parcel.
pub(crate) struct Sample {
    pub(crate) code: String,
    pub(crate) status: &'static str,
    pub(crate) land_use: &'static str,
    pub(crate) plot_ratio_max: f64,
    /// Now, kW.
    pub(crate) power_kw: u64,
    /// West, south and side, degrees.
    pub(crate) square: (f64, f64, f64),
}

/// A number that looks like chance, from another.
pub(crate) const fn mixed(number: u64) -> u64 {
    let mut value = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

impl Field {
    pub(crate) fn of(count: u64) -> Self {
        Self { count, columns: (count as f64).sqrt().ceil() as u64 }
    }

    pub(crate) fn parcel(&self, number: u64) -> Sample {
        let (column, row) = ((number % self.columns) as f64, (number / self.columns) as f64);
        let chance = mixed(number);
        Sample {
            code: format!("G-{number}"),
            status: STATUSES[(chance % 5) as usize],
            land_use: LAND_USES[(chance / 5 % 4) as usize],
            plot_ratio_max: 0.5 + (chance / 20 % 30) as f64 / 10.0,
            power_kw: chance / 600 % 50 * 100,
            square: (
                PLACE.0 + column * STEP_DEG,
                PLACE.1 + row * STEP_DEG,
                SIDE_DEG + MORE_DEG * (chance / 30_000 % 1_000) as f64 / 1_000.0,
            ),
        }
    }

    /// Writes parcels as a `GeoPackage`.
    pub(crate) fn write(&self, folder: &Path, numbers: Range<u64>) -> anyhow::Result<PathBuf> {
        let file = folder.join(format!("parcels-{}.gpkg", numbers.start));
        let mut package = Connection::open(&file)?;
        package.execute_batch(FRAME)?;
        let transaction = package.transaction()?;
        let mut insert = transaction.prepare("INSERT INTO parcels VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)")?;
        for number in numbers {
            let parcel = self.parcel(number);
            let supplies = format!(
                r#"[{{"kind":"power","capacity":{},"as_of":"2026-01-01","source":"generated"}}]"#,
                parcel.power_kw
            );
            let Sample { code, status, land_use, plot_ratio_max, .. } = &parcel;
            insert.execute(params![geometry(parcel.square), code, status, land_use, plot_ratio_max, supplies])?;
        }
        drop(insert);
        transaction.commit()?;
        Ok(file)
    }
}

/// The corners of a square, the first again at the end.
pub(crate) fn ring((west, south, side): (f64, f64, f64)) -> [(f64, f64); 5] {
    let (east, north) = (west + side, south + side);
    [(west, south), (east, south), (east, north), (west, north), (west, south)]
}

/// A square as a geometry of a `GeoPackage`.
fn geometry(square: (f64, f64, f64)) -> Vec<u8> {
    let mut bytes = b"GP\x00\x01".to_vec();
    bytes.extend(4326_i32.to_le_bytes());
    bytes.push(1);
    for number in [3_u32, 1, 5] {
        bytes.extend(number.to_le_bytes());
    }
    for (x, y) in ring(square) {
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
CREATE TABLE parcels (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom BLOB, code TEXT, status TEXT, land_use TEXT,
    plot_ratio_max DOUBLE, supplies TEXT);
";
