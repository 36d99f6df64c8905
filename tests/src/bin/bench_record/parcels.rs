//! Generated parcels: a square field of upright squares, with values that depend on their number alone.

use std::ops::Range;
use std::path::{Path, PathBuf};

use cloudsite_tests::bench::{geopackage, mixed};
use cloudsite_tests::geojson::PLACE;
use rusqlite::params;

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
        let mut package =
            geopackage::create(&file, "status TEXT, land_use TEXT, plot_ratio_max DOUBLE, supplies TEXT")?;
        let transaction = package.transaction()?;
        let mut insert = transaction.prepare("INSERT INTO parcels VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)")?;
        for number in numbers {
            let parcel = self.parcel(number);
            let supplies = format!(
                r#"[{{"kind":"power","capacity":{},"as_of":"2026-01-01","source":"generated"}}]"#,
                parcel.power_kw
            );
            let Sample { code, status, land_use, plot_ratio_max, .. } = &parcel;
            insert.execute(params![
                geopackage::polygon(&ring(parcel.square)),
                code,
                status,
                land_use,
                plot_ratio_max,
                supplies
            ])?;
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
