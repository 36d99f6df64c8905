//! OGC API - Features over HTTP, and by GDAL, which is what QGIS and `ogr2ogr` read it with.

use std::process::Stdio;

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_tests::{Server, geojson, get, import};
use geo_types::Coord;
use serde_json::Value;
use tokio::process::Command;

async fn document(server: &Server, path: &str) -> Value {
    let answer = get(&server.url(path), &[]).await;
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A document at the absolute address of a link in another one.
async fn follow(document: &Value, rel: &str) -> Value {
    let links = document["links"].as_array().expect("links");
    let href = links.iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("a link {rel}"))["href"].as_str();
    let answer = get(href.expect("an address"), &[]).await;
    assert_eq!(answer.status, 200, "{href:?}");
    serde_json::from_slice(&answer.body).expect("JSON")
}

#[tokio::test]
async fn a_client_finds_its_way_from_the_landing_page_to_every_parcel() {
    let server = Server::start().await;
    let landing = document(&server, "/ogc/").await;
    let conformance = follow(&landing, "conformance").await;
    let classes = conformance["conformsTo"].to_string();
    for class in ["ogcapi-features-1/1.0/conf/core", "/geojson", "/oas30", "ogcapi-features-2/1.0/conf/crs"] {
        assert!(classes.contains(class), "{class}");
    }
    assert_eq!(follow(&landing, "service-desc").await["openapi"], "3.0.3");
    let collections = follow(&landing, "data").await;
    let parcels = collections["collections"].as_array().expect("collections").iter().find(|one| one["id"] == "parcel");
    let mut page = follow(parcels.expect("parcels"), "items").await;
    let mut seen = 0;
    loop {
        seen += page["features"].as_array().expect("features").len();
        if !page["links"].as_array().expect("links").iter().any(|link| link["rel"] == "next") {
            break;
        }
        page = follow(&page, "next").await;
    }
    assert_eq!(page["numberMatched"], seen);
    assert!(seen > 100, "the demo park has more than one page of parcels");
}

#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong() {
    let server = Server::start().await;
    for (path, status, word) in [
        ("/ogc/collections/castle", 404, "castle"),
        ("/ogc/collections/parcel/items/0", 404, "'0'"),
        ("/ogc/collections/parcel/items/x", 404, "'x'"),
        ("/ogc/collections/parcel/items?limit=0", 400, "limit"),
        ("/ogc/collections/parcel/items?bbox=1,2", 400, "bbox"),
        ("/ogc/collections/parcel/items?crs=EPSG:4549", 400, "crs"),
        ("/ogc/collections/parcel/items?colour=red", 400, "colour"),
        ("/ogc/revisions/99/collections", 404, "99"),
        ("/ogc/revisions/x/collections", 404, "'x'"),
    ] {
        let answer = get(&server.url(path), &[]).await;
        let body: Value = serde_json::from_slice(&answer.body).expect("a refusal is JSON");
        assert_eq!(answer.status, status, "{path}");
        assert!(body["description"].as_str().expect("a description").contains(word), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_past_revision_stays_as_it_was() {
    let server = Server::start().await;
    let matched = async |path: &str| document(&server, path).await["numberMatched"].as_u64().expect("a number");
    let before = matched("/ogc/collections/parcel/items").await;
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", geojson::PLACE, 0.001)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    assert_eq!(matched("/ogc/collections/parcel/items").await, before + 1);
    assert_eq!(matched("/ogc/revisions/1/collections/parcel/items").await, before);
    let past = get(&server.url("/ogc/revisions/1/collections/parcel/items"), &[]).await;
    assert!(past.header("cache-control").contains("immutable"), "{}", past.header("cache-control"));
}

/// What a program of GDAL prints; none, with a word of it, where it is not installed.
async fn gdal(program: &str, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(program).args(arguments).stdin(Stdio::null()).output().await else {
        println!("skipped: {program} is not installed (Debian: gdal-bin)");
        return None;
    };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {err}");
    assert!(!err.contains("ERROR"), "{program} {arguments:?}: {err}");
    Some(out.into_owned())
}

#[tokio::test]
async fn gdal_reads_the_park() {
    let server = Server::start().await;
    let source = format!("OAPIF:{}", server.url("/ogc"));
    let Some(said) = gdal("ogrinfo", &["-ro", "-so", &source, "parcel"]).await else { return };
    let count = document(&server, "/ogc/collections/parcel/items?limit=1").await["numberMatched"].clone();
    assert!(said.contains(&format!("Feature Count: {count}")), "{said}");
    assert!(said.contains("Polygon"), "{said}");

    // Through GDAL and back, a parcel lies where it lay.
    let copy = server.scratch().join("copy.geojson");
    let copy_path = copy.to_str().expect("a path of letters");
    gdal("ogr2ogr", &["-f", "GeoJSON", "-t_srs", "EPSG:4326", copy_path, &source, "parcel"]).await;
    let copied: Value = serde_json::from_slice(&std::fs::read(&copy).expect("the copy")).expect("GeoJSON");
    let ours = document(&server, "/ogc/collections/parcel/items?limit=10000").await;
    assert_eq!(copied["features"].as_array().map(Vec::len), ours["features"].as_array().map(Vec::len));
    let corner = |feature: &Value| {
        let at = &feature["geometry"]["coordinates"][0][0];
        Coord { x: at[0].as_f64().expect("a longitude"), y: at[1].as_f64().expect("a latitude") }
    };
    let projector = Projector::new(Crs::Wgs84, Crs::CANONICAL);
    for (theirs, ours) in
        copied["features"].as_array().into_iter().flatten().zip(ours["features"].as_array().into_iter().flatten())
    {
        assert_eq!(theirs["properties"]["code"], ours["properties"]["code"]);
        let [a, b] = [theirs, ours].map(|feature| projector.project(corner(feature)).expect("a place"));
        assert!((a.x - b.x).hypot(a.y - b.y) < 0.02, "{}: {a:?} {b:?}", ours["properties"]["code"]);
    }
}
