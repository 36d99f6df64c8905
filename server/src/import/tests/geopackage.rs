//! A good `GeoPackage`, and what is made of damaged and hostile ones.

use std::fs;
use std::path::{Path, PathBuf};

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::{Feature, Layer};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::super::{Format, ImportOptions, Refusal, read_file};
use super::said;

/// A geometry of a GeoPackage: a header without envelope, and a polygon of one ring.
fn polygon(ring: &[[f64; 2]]) -> Vec<u8> {
    let mut bytes = b"GP\x00\x01".to_vec();
    bytes.extend(4549_i32.to_le_bytes());
    bytes.push(1);
    for number in [3_u32, 1, ring.len() as u32] {
        bytes.extend(number.to_le_bytes());
    }
    for coordinate in ring.iter().flatten() {
        bytes.extend(coordinate.to_le_bytes());
    }
    bytes
}

fn square(x: f64) -> Vec<u8> {
    let y = 3_480_000.0;
    polygon(&[[x, y], [x + 10.0, y], [x + 10.0, y + 10.0], [x, y + 10.0], [x, y]])
}

/// A GeoPackage in `folder` with the tables `land` and, if told, `more`.
fn package(folder: &TempDir, srs: i64, geometries: &[Vec<u8>], more: bool) -> PathBuf {
    let path = folder.path().join("land.gpkg");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT,
                organization_coordsys_id INTEGER);
             CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
             CREATE TABLE land (fid INTEGER PRIMARY KEY, geom BLOB, status TEXT, area REAL);
             INSERT INTO gpkg_contents VALUES ('land', 'features'), ('pictures', 'tiles');
             INSERT INTO gpkg_geometry_columns VALUES ('land', 'geom', 1);",
        )
        .unwrap();
    connection.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 1, 'EPSG', ?1)", [srs]).unwrap();
    if more {
        connection.execute("INSERT INTO gpkg_contents VALUES ('more', 'features')", []).unwrap();
    }
    for (index, geometry) in geometries.iter().enumerate() {
        let row = params![10 + index as i64, geometry];
        connection.execute("INSERT INTO land VALUES (?1, ?2, 'planned', 1.5)", row).unwrap();
    }
    path
}

fn read(path: &Path) -> Result<Vec<Feature>, Refusal> {
    read_file(path, Format::GeoPackage, &ImportOptions::for_file("land.gpkg", Some(Layer::Parcel)))
}

#[test]
fn a_good_one_is_read() {
    let folder = TempDir::new().unwrap();
    let features = read(&package(&folder, 4549, &[square(536_000.0), square(536_100.0)], false)).unwrap();
    let codes: Vec<&str> = features.iter().map(|feature| feature.code.as_str()).collect();
    assert_eq!(codes, ["land.10", "land.11"]);
    assert!((features[0].shape.area_m2() - 100.0).abs() < 1e-6);
    assert_eq!(features[0].attributes.get("area").map(String::as_str), Some("1.5"));
}

#[test]
fn problems_are_named_by_row_and_place() {
    let folder = TempDir::new().unwrap();
    let (x, y) = (536_000.0, 3_480_000.0);
    let path = package(
        &folder,
        4549,
        &[
            polygon(&[[x, y], [x + 10.0, y], [x + 10.0, y + 10.0], [x, y + 10.0]]),
            polygon(&[[x, y], [x + 10.0, y + 10.0], [x + 10.0, y], [x, y + 10.0], [x, y]]),
            polygon(&[[x, y], [f64::NAN, y + 10.0], [x + 10.0, y], [x, y]]),
            square(x)[..40].to_vec(),
            b"no geometry at all".to_vec(),
        ],
        false,
    );
    let refusal = read(&path).expect_err("all are bad");
    let mut said: Vec<_> =
        refusal.problems.iter().map(|problem| (problem.feature.as_str(), problem.rule.as_str())).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("feature 13", "geopackage.geometry"),
            ("feature 14", "geopackage.geometry"),
            ("land.10", "geometry.ring_closed"),
            ("land.11", "geometry.ring_simple"),
            ("land.12", "geometry.finite_coordinate"),
        ]
    );
    let crossing = refusal.problems.iter().find(|problem| problem.rule == "geometry.ring_simple").unwrap();
    let place = crossing.place.unwrap();
    assert_eq!((place.vertex, place.at.x, place.at.y), (0, x + 5.0, y + 5.0));
}

#[test]
fn one_of_several_layers_has_to_be_named() {
    let folder = TempDir::new().unwrap();
    let path = package(&folder, 4549, &[square(536_000.0)], true);
    assert_eq!(said(read(&path)), "the file: it has several layers; name one of land, more [geopackage.layer]");
    let mut options = ImportOptions::for_file("land.gpkg", Some(Layer::Parcel));
    options.source_layer = Some("land".to_owned());
    assert_eq!(read_file(&path, Format::GeoPackage, &options).unwrap().len(), 1);
    let called = rusqlite::Connection::open(&path).unwrap();
    let rename =
        |table: &str, name: &str| format!("UPDATE {table} SET table_name = '{name}' WHERE table_name = 'land';");
    let both = [rename("gpkg_contents", "parcel"), rename("gpkg_geometry_columns", "parcel")].concat();
    called.execute_batch(&format!("ALTER TABLE land RENAME TO parcel; {both}")).unwrap();
    options.source_layer = None;
    assert_eq!(read_file(&path, Format::GeoPackage, &options).unwrap().len(), 1, "the one of that name");
    options.layer = Some(Layer::Building);
    let refused = said(read_file(&path, Format::GeoPackage, &options));
    assert_eq!(refused, "the file: it has several layers; name one of more, parcel [geopackage.layer]");
    options.layer = Some(Layer::Parcel);
    options.source_layer = Some("lnad".to_owned());
    let refused = said(read_file(&path, Format::GeoPackage, &options));
    assert_eq!(refused, "the file: it has no layer 'lnad'; it has more, parcel [geopackage.layer]");
}

#[test]
fn an_unknown_system_is_refused_unless_told() {
    let folder = TempDir::new().unwrap();
    let path = package(&folder, 2154, &[square(536_000.0)], false);
    let refusal = read(&path).expect_err("nobody knows it here");
    assert_eq!(refusal.problems[0].rule, "crs.known");
    let mut options = ImportOptions::for_file("land.gpkg", Some(Layer::Parcel));
    options.crs = Some(Crs::GaussKruger120);
    assert_eq!(read_file(&path, Format::GeoPackage, &options).unwrap().len(), 1);
}

#[test]
fn a_file_cut_short_is_refused_at_any_length() {
    let folder = TempDir::new().unwrap();
    let squares: Vec<_> = (0..400).map(|number| square(536_000.0 + 20.0 * f64::from(number))).collect();
    let whole = fs::read(package(&folder, 4549, &squares, false)).unwrap();
    let cut = folder.path().join("cut.gpkg");
    for length in [0, 1, 15, 16, 99, 100, 511, 512, 1_000, 4_096, 5_000, 12_288, whole.len() / 2, whole.len() - 4_096] {
        fs::write(&cut, &whole[..length]).unwrap();
        let refusal = read(&cut).map(|features| features.len()).expect_err("a part of it is missing");
        assert_eq!(refusal.count, 1, "{length} bytes: {:?}", refusal.problems);
        assert!(refusal.problems[0].rule.starts_with("geopackage."), "{length} bytes: {:?}", refusal.problems);
    }
}

#[test]
fn what_is_no_geopackage_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("noise.gpkg");
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    for length in [1, 100, 5_000, 70_000] {
        fs::write(&path, (0..length).map(|_| noise()).collect::<Vec<_>>()).unwrap();
        // A file of one byte is an empty database to SQLite.
        let rule = read(&path).expect_err("it is noise").problems.remove(0).rule;
        assert!(rule == "geopackage.readable" || length == 1 && rule == "geopackage.contents", "{length}: {rule}");
    }
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE something (other TEXT)").unwrap();
    assert_eq!(read(&path).expect_err("it is another database").problems[0].rule, "geopackage.contents");
}

#[test]
fn a_view_that_would_run_for_ever_is_not_run() {
    let folder = TempDir::new().unwrap();
    let path = package(&folder, 4549, &[], false);
    let view =
        "DROP TABLE land; CREATE VIEW land AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n)
        SELECT fid, x'00' AS geom FROM n";
    Connection::open(&path).unwrap().execute_batch(view).unwrap();
    assert_eq!(said(read(&path)), "the file: layer 'land' is not a table [geopackage.layer]");
}

#[test]
fn a_geometry_that_announces_more_than_it_holds_takes_no_memory() {
    let folder = TempDir::new().unwrap();
    let mut announcing = b"GP\x00\x01\x00\x00\x00\x00\x01".to_vec();
    announcing.extend(6_u32.to_le_bytes());
    announcing.extend(u32::MAX.to_le_bytes());
    let mut deep = b"GP\x00\x01\x00\x00\x00\x00".to_vec();
    for _ in 0..200_000 {
        deep.push(1);
        deep.extend(7_u32.to_le_bytes());
        deep.extend(1_u32.to_le_bytes());
    }
    let refusal = read(&package(&folder, 4549, &[announcing, deep], false)).expect_err("both are hostile");
    let rules: Vec<&str> = refusal.problems.iter().map(|problem| problem.rule.as_str()).collect();
    assert_eq!(rules, ["geopackage.geometry", "geometry.kind_fits_layer"]);
}
