//! Files that have to be refused: with a reason that names the feature, the rule and the place, and nothing changed.

use std::fs;
use std::path::{Path, PathBuf};

use cloudsite_tests::{cloudsite, geojson, import};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Everything that the record holds of parcels.
async fn state(folder: &Path, data: &Path) -> String {
    let file = folder.join("state.geojson");
    let words = ["export", "--layer", "parcel", "--data", data.to_str().expect("a readable name"), "--out"];
    let words = words.into_iter().chain([file.to_str().expect("a readable name")]);
    cloudsite(words).await.exits(0);
    fs::read_to_string(file).expect("the file was written")
}

struct Case {
    name: &'static str,
    file: PathBuf,
    crs: &'static [&'static str],
    /// A rule's id, or a word of the message, that has to be there.
    said: &'static str,
}

fn cases(folder: &Path) -> Vec<Case> {
    let (west, south) = geojson::PLACE;
    let good = geojson::parcel("T-1", (west, south), 0.001);
    let mut wrong_status = good.clone();
    wrong_status["properties"]["status"] = json!("on fire");
    let mut line = good.clone();
    line["geometry"] = json!({ "type": "LineString", "coordinates": [[west, south], [west + 0.1, south]] });
    let mut metres = good.clone();
    metres["geometry"]["coordinates"] = json!([[[5e5, 3.4e6], [5.1e5, 3.4e6], [5.1e5, 3.5e6], [5e5, 3.4e6]]]);
    let write = |name: &str, features: &[Value]| geojson::write(folder, name, features);
    let case = |name, file, said| Case { name, file, crs: &[], said };
    let text = |name: &str, content: &[u8]| {
        let file = folder.join(name);
        fs::write(&file, content).expect("the file can be written");
        file
    };
    vec![
        case(
            "a ring that crosses itself",
            write("bow.geojson", &[good.clone(), geojson::bow_tie("T-2", (west, south))]),
            "geometry.ring_simple",
        ),
        case("a code twice", write("twice.geojson", &[good.clone(), good.clone()]), "T-1"),
        case("an unknown status", write("status.geojson", &[wrong_status]), "status"),
        case("a line as parcel", write("line.geojson", &[line]), "geometry.kind_fits_layer"),
        case("metres read as degrees", write("metres.geojson", &[metres]), ""),
        case("broken JSON", text("broken.geojson", b"{\"type\":\"FeatureCollection\",\"features\":[{"), ""),
        case("no GeoJSON", text("list.geojson", b"[1,2,3]"), ""),
        case("an empty file", text("empty.geojson", b""), ""),
        case("a cut GeoPackage", text("cut.gpkg", &geopackage(folder)[..3000]), ""),
        case("no GeoPackage", text("text.gpkg", b"this is no database"), ""),
        Case {
            name: "an unknown CRS",
            file: write("crs.geojson", &[good]),
            crs: &["--crs", "EPSG:27700"],
            said: "27700",
        },
    ]
}

/// A well-formed GeoPackage with one empty layer.
fn geopackage(folder: &Path) -> Vec<u8> {
    let file = folder.join("whole.gpkg");
    let package = Connection::open(&file).expect("a database can be made");
    package
        .execute_batch(
            "PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300;
             CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,
                 srs_id INTEGER, z INTEGER, m INTEGER);
             CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
                 organization_coordsys_id INTEGER, definition TEXT);
             INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
             CREATE TABLE parcels (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, status TEXT);
             INSERT INTO gpkg_contents VALUES ('parcels', 'features', 'parcels', 4326);
             INSERT INTO gpkg_geometry_columns VALUES ('parcels', 'geom', 'POLYGON', 4326, 0, 0);",
        )
        .expect("the statements are well formed");
    drop(package);
    fs::read(file).expect("the file can be read")
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_reasons_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let file = geojson::write(folder.path(), "good.geojson", &[geojson::parcel("T-0", geojson::PLACE, 0.001)]);
    import(&file, "parcel", &data, &[]).await.exits(0);
    let before = state(folder.path(), &data).await;
    for Case { name, file, crs, said } in cases(folder.path()) {
        let outcome = import(&file, "parcel", &data, crs).await;
        let code = if crs.is_empty() { &[1][..] } else { &[1, 2][..] };
        assert!(code.contains(&outcome.code), "{name}: {outcome:?}");
        assert!(!outcome.stderr.contains("panicked"), "{name}: {outcome:?}");
        let everything = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(everything.contains(said), "{name} does not say {said:?}: {outcome:?}");
        if outcome.code == 1 {
            let problems = outcome.json()["problems"].as_array().cloned().unwrap_or_default();
            assert!(
                problems.iter().any(|p| p["message"].as_str().is_some_and(|m| !m.is_empty())),
                "{name}: {outcome:?}"
            );
        }
        assert_eq!(state(folder.path(), &data).await, before, "{name} changed something");
    }
}

#[tokio::test]
async fn a_crossing_is_named_by_feature_ring_vertex_and_coordinate() {
    let folder = TempDir::new().unwrap();
    let (west, south) = geojson::PLACE;
    let features = [
        geojson::parcel("T-1", (west, south), 0.001),
        geojson::bow_tie("T-2", (west + 0.01, south)),
        geojson::bow_tie("T-3", (west + 0.02, south)),
    ];
    let file = geojson::write(folder.path(), "bow.geojson", &features);
    let report = import(&file, "parcel", &folder.path().join("data"), &[]).await.exits(1).json();
    let problems = report["problems"].as_array().cloned().unwrap_or_default();
    let named: Vec<&str> = problems.iter().filter_map(|problem| problem["feature"].as_str()).collect();
    assert!(named.contains(&"T-2") && named.contains(&"T-3") && !named.contains(&"T-1"), "{report}");
    let first = problems.iter().find(|problem| problem["feature"] == "T-2").unwrap();
    assert_eq!(first["rule"], "geometry.ring_simple");
    assert_eq!(first["ring"], 0);
    assert!(first["vertex"].is_u64(), "{first}");
    let (x, y) = (first["x"].as_f64().unwrap(), first["y"].as_f64().unwrap());
    assert!((x - west - 0.01).abs() < 0.0011 && (y - south).abs() < 0.0011, "in the file's own coordinates: {first}");
}
