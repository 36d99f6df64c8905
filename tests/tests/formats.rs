//! Files as planners have them, through the command line; those of GDAL where it is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use cloudsite_domain::crs::Datum;
use cloudsite_tests::{cloudsite, geojson, import, workspace};
use geo_types::Coord;
use serde_json::json;
use tempfile::TempDir;

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have readable names")
}

/// Converts a file by `ogr2ogr`; `None`, with a word of it, where that is not installed.
fn converted(from: &Path, to: &Path, more: &[&str]) -> Option<()> {
    let run = Command::new("ogr2ogr").args(more).arg(to).arg(from).output();
    let Ok(output) = run else {
        println!("skipped: ogr2ogr is not installed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

fn named(code: &str, name: &str, step: f64) -> serde_json::Value {
    let (west, south) = geojson::PLACE;
    let mut parcel = geojson::parcel(code, (west + step, south), 0.001);
    parcel["properties"]["name"] = json!(name);
    parcel
}

/// A file of two parcels with Chinese names.
fn parcels(folder: &Path) -> PathBuf {
    geojson::write(folder, "parcels.geojson", &[named("T-1", "无锡一号", 0.0), named("T-2", "硕放二号", 0.002)])
}

#[tokio::test]
async fn a_shapefile_of_gdal_is_what_the_geojson_was() {
    let folder = TempDir::new().unwrap();
    let from = parcels(folder.path());
    for (name, encoding, system) in
        [("gbk", "CP936", "EPSG:4549"), ("utf8", "UTF-8", "EPSG:4528"), ("degrees", "CP936", "EPSG:4490")]
    {
        let data = folder.path().join(format!("data-{name}"));
        let shp = folder.path().join(format!("{name}.shp"));
        let option = format!("ENCODING={encoding}");
        let Some(()) = converted(&from, &shp, &["-f", "ESRI Shapefile", "-lco", &option, "-t_srs", system]) else {
            return;
        };
        import(&from, "parcel", &data, &[]).await.exits(0);
        let outcome = import(&shp, "parcel", &data, &[]).await;
        let report = outcome.exits(0).json();
        assert_eq!((&report["created"], &report["unchanged"]), (&json!(0), &json!(2)), "{name}: {outcome:?}");
    }
}

#[tokio::test]
async fn gdal_reads_what_is_exported() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    import(&parcels(folder.path()), "parcel", &data, &[]).await.exits(0);
    for name in ["out.gpkg", "out.zip", "out.csv", "out.xlsx"] {
        let file = folder.path().join(name);
        let words = ["export", "--layer", "parcel", "--data", text(&data), "--out", text(&file)];
        cloudsite(words).await.exits(0);
        let report = import(&file, "parcel", &data, &[]).await.exits(0).json();
        assert_eq!(report["unchanged"], json!(2), "{name}: {report}");
        if name == "out.xlsx" {
            continue;
        }
        let source = if name == "out.zip" { format!("/vsizip/{}", text(&file)) } else { text(&file).to_owned() };
        let Ok(output) = Command::new("ogrinfo").args(["-al", &source]).output() else {
            println!("skipped: ogrinfo is not installed");
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("Feature Count: 2"), "{name}: {said}");
        assert!(said.contains("无锡一号") && said.contains("POLYGON"), "{name}: {said}");
        // A table of texts has no system but the one in its geometries.
        assert!(name == "out.csv" || said.contains("CGCS2000"), "{name}: {said}");
    }
}

#[tokio::test]
async fn what_looks_like_something_else_is_proposed() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let from = parcels(folder.path());
    import(&from, "parcel", &data, &[]).await.exits(0);
    let csv = folder.path().join("shifted.csv");
    // T-1 and T-2 as a web map has them.
    let shifted = |west: f64, south: f64| {
        let corner = |x: f64, y: f64| {
            let at = Datum::Gcj02.from_true(Coord { x: west + x, y: south + y });
            format!("{} {}", at.x, at.y)
        };
        let ring = [corner(0.0, 0.0), corner(0.001, 0.0), corner(0.001, 0.001), corner(0.0, 0.001), corner(0.0, 0.0)];
        format!("\"SRID=4326;POLYGON (({}))\"", ring.join(","))
    };
    let (west, south) = geojson::PLACE;
    let rows = format!("code,status,wkt\nT-1,,{}\nT-2,,{}\n", shifted(west, south), shifted(west + 0.002, south));
    std::fs::write(&csv, rows).unwrap();
    let report = import(&csv, "parcel", &data, &[]).await.exits(1).json();
    let problem = &report["problems"][0];
    assert_eq!((&problem["rule"], &problem["field"]), (&json!("crs.looks_like"), &json!("datum")), "{report}");
    assert!(problem["message"].as_str().is_some_and(|said| said.contains("--datum gcj02")), "{report}");
    import(&csv, "parcel", &data, &["--datum", "gcj02"]).await.exits(0);
    import(&csv, "parcel", &data, &["--datum", "cgcs2000"]).await.exits(0);
    let swapped = folder.path().join("swapped.csv");
    std::fs::write(&swapped, "code,lon,lat\nP-1,31.51,120.44\n").unwrap();
    let report = import(&swapped, "poi", &data, &[]).await.exits(1).json();
    let message = report["problems"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains("--swap-axes"), "{report}");
    import(&swapped, "poi", &data, &["--swap-axes"]).await.exits(0);
}

#[tokio::test]
async fn a_prague_suburb_is_not_near_wuxi() {
    let file = workspace().join("../shared/data/bubenec.gpkg");
    if !file.is_file() {
        println!("skipped: there is no ../shared/data/bubenec.gpkg beside the workspace");
        return;
    }
    let folder = TempDir::new().unwrap();
    let outcome = import(&file, "building", &folder.path().join("data"), &["--source-layer", "buildings"]).await;
    let report = outcome.exits(1).json();
    assert_eq!(report["problems"][0]["rule"], "crs.in_range", "{report}");
}
