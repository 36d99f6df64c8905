//! Generated parcels, of which everything is told that the briefs ask for, with values that depend on their number alone.

use std::ops::Range;
use std::path::{Path, PathBuf};

use cloudsite_tests::bench::{geopackage, mixed};
use cloudsite_tests::geojson::PLACE;
use rusqlite::params;

/// From one parcel to the next, some 30 m, degrees.
const STEP_DEG: f64 = 0.0003;

/// Sides of parcels, degrees: the smallest, and what a larger one has more.
const SIDE_DEG: f64 = 0.00015;
const MORE_DEG: f64 = 0.0001;

pub(crate) const STATUSES: [&str; 5] = ["available", "reserved", "negotiating", "taken", "planned"];
pub(crate) const LAND_USES: [&str; 4] = ["100101", "100102", "110101", "0802"];

/// A field of parcels.
pub(crate) struct Field {
    pub(crate) count: u64,
    columns: u64,
}

/// A parcel. What is none is not known.
pub(crate) struct Sample {
    pub(crate) code: String,
    pub(crate) status: &'static str,
    pub(crate) land_use: &'static str,
    pub(crate) plot_ratio_max: Option<f64>,
    pub(crate) site_coverage_max: f64,
    pub(crate) height_limit_m: Option<f64>,
    pub(crate) price_cny_per_m2: Option<f64>,
    pub(crate) power_kw: Option<f64>,
    setback_m: f64,
    /// West, south and side, degrees.
    square: (f64, f64, f64),
}

impl Field {
    pub(crate) fn of(count: u64) -> Self {
        Self { count, columns: (count as f64).sqrt().ceil() as u64 }
    }

    pub(crate) fn parcel(&self, number: u64) -> Sample {
        let (column, row) = ((number % self.columns) as f64, (number / self.columns) as f64);
        let chance = mixed(number);
        let more = mixed(number + self.count);
        let of = |steps: u64, shift: u32| (more >> shift) % steps;
        // Of one in ten it is not known.
        let known = |shift: u32| of(10, shift) > 0;
        Sample {
            code: format!("G-{number}"),
            status: STATUSES[(chance % 5) as usize],
            land_use: LAND_USES[(chance / 5 % 4) as usize],
            plot_ratio_max: known(0).then_some(0.5 + (chance / 20 % 30) as f64 / 10.0),
            site_coverage_max: 0.3 + of(5, 4) as f64 / 10.0,
            height_limit_m: known(8).then_some(12.0 + of(60, 12) as f64),
            price_cny_per_m2: known(20).then_some(200.0 + of(1_300, 24) as f64),
            power_kw: known(40).then_some((chance / 600 % 200) as f64 * 100.0),
            setback_m: 1.0 + of(3, 48) as f64,
            square: (
                PLACE.0 + column * STEP_DEG,
                PLACE.1 + row * STEP_DEG,
                SIDE_DEG + MORE_DEG * (chance / 120_000 % 1_000) as f64 / 1_000.0,
            ),
        }
    }

    /// Writes parcels as a `GeoPackage`.
    pub(crate) fn write(&self, folder: &Path, numbers: Range<u64>) -> anyhow::Result<PathBuf> {
        let file = folder.join(format!("parcels-{}.gpkg", numbers.start));
        let columns = "status TEXT, land_use TEXT, plot_ratio_max DOUBLE, site_coverage_max DOUBLE, \
            height_limit_m DOUBLE, price_cny_per_m2 DOUBLE, price_as_of TEXT, price_source TEXT, \
            setback_front_m DOUBLE, setback_side_m DOUBLE, setback_rear_m DOUBLE, supplies TEXT";
        let mut package = geopackage::create(&file, columns)?;
        let transaction = package.transaction()?;
        let mut insert = transaction.prepare(
            "INSERT INTO parcels VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
                iif(?8 IS NULL, NULL, '2026-01-01'), iif(?8 IS NULL, NULL, 'generated'), ?9, ?9, ?9, ?10)",
        )?;
        for number in numbers {
            let parcel = self.parcel(number);
            let supplies = parcel
                .power_kw
                .map(|kw| format!(r#"[{{"kind":"power","capacity":{kw},"as_of":"2026-01-01","source":"generated"}}]"#));
            insert.execute(params![
                geopackage::polygon(&ring(parcel.square)),
                parcel.code,
                parcel.status,
                parcel.land_use,
                parcel.plot_ratio_max,
                parcel.site_coverage_max,
                parcel.height_limit_m,
                parcel.price_cny_per_m2,
                parcel.setback_m,
                supplies,
            ])?;
        }
        drop(insert);
        transaction.commit()?;
        Ok(file)
    }
}

fn ring((west, south, side): (f64, f64, f64)) -> [(f64, f64); 5] {
    let (east, north) = (west + side, south + side);
    [(west, south), (east, south), (east, north), (west, north), (west, south)]
}
