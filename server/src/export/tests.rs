//! What is exported and imported again changes nothing.

use cloudsite_domain::audit::Action;
use cloudsite_domain::record::{Feature, Layer, Revision};
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Cause, Commit, Store};
use jiff::Timestamp;
use tempfile::TempDir;

use super::Format;
use crate::demo;
use crate::import::{self, ImportOptions, apply, read_for, read_geojson};

fn store(features: Vec<Feature>) -> (TempDir, SqliteStore) {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let commit = Commit {
        author: "tester".to_owned(),
        message: "a test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        expected_head: None,
        puts: features,
        ends: Vec::new(),
        cause: Cause::new(Action::Import, "a file"),
    };
    store.commit(commit).unwrap();
    (folder, store)
}

fn exported(store: &dyn Store, layer: Layer) -> Vec<u8> {
    let mut out = Vec::new();
    super::write(store, layer, store.head().unwrap(), &mut out).unwrap();
    out
}

#[test]
fn every_layer_of_the_demo_park_comes_back_unchanged() {
    let (_folder, store) = store(demo::features().unwrap());
    for layer in Layer::ALL {
        let text = exported(&store, *layer);
        let features = read_geojson(&text, &ImportOptions::for_file("export.geojson", Some(*layer))).unwrap();
        let write = |commit| store.commit(commit);
        let applied = apply(&store, &write, &features, "export.geojson", "tester", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((applied.created, applied.updated), (0, 0), "layer {layer}");
        assert_eq!(applied.unchanged, features.len() as u64, "layer {layer}");
    }
    assert_eq!(store.head().unwrap(), Revision(1));
}

#[test]
fn an_attribute_that_is_called_as_a_field_is_told_from_it() {
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
        "properties":{"ref":"17","code":"old","kind":"other","attribute:kind":"x","name:zh":"站","name":"另"},
        "geometry":{"type":"Point","coordinates":[120.4,31.5]}}]}"#;
    let mut options = ImportOptions::for_file("stations.geojson", Some(Layer::Poi));
    options.mapping.insert("code".to_owned(), "ref".to_owned());
    let features = read_geojson(text.as_bytes(), &options).unwrap();
    let (_folder, store) = store(features.clone());
    let again = exported(&store, Layer::Poi);
    let read = read_geojson(&again, &ImportOptions::for_file("export.geojson", Some(Layer::Poi))).unwrap();
    assert_eq!(read, features, "{}", String::from_utf8_lossy(&again));
}

#[test]
fn a_reader_that_goes_away_is_said() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (_folder, store) = store(demo::features().unwrap());
    let error = super::write(&store, Layer::Road, Revision(1), &mut Gone).expect_err("nobody reads");
    assert!(matches!(error, super::ExportError::Write(_)), "{error}");
}

/// What importing an export of a layer into the same store does: created, updated, unchanged.
fn again(store: &dyn Store, layer: Layer, format: Format, source_layer: Option<&str>) -> (u64, u64, u64) {
    let name = match format {
        Format::Geojson => "export.geojson",
        Format::Gpkg => "export.gpkg",
        Format::Shp => "export.zip",
        Format::Csv => "export.csv",
        Format::Xlsx => "export.xlsx",
        Format::Cityjson => "export.city.json",
    };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    let mut file = std::fs::File::create(&path).unwrap();
    let count = super::write_as(store, layer, store.head().unwrap(), format, &mut file).unwrap();
    let mut options = ImportOptions::for_file(name, Some(layer));
    options.source_layer = source_layer.map(str::to_owned);
    assert_eq!(Format::of_file(name), Some(format));
    let features = read_for(store, &path, import::Format::of_file(name).unwrap(), &options)
        .unwrap_or_else(|error| panic!("{layer} as {name} of {count}: {error:?}"));
    let write = |commit| store.commit(commit);
    let applied = apply(store, &write, &features, name, "tester", Timestamp::UNIX_EPOCH).unwrap();
    (applied.created, applied.updated, applied.unchanged)
}

#[test]
fn every_layer_comes_back_unchanged_in_every_format() {
    let (_folder, store) = store(demo::features().unwrap());
    let count = |layer: Layer| {
        let mut count = 0;
        let add = &mut |_| {
            count += 1;
            Ok(())
        };
        store.scan(layer, Revision(1), add).unwrap();
        count
    };
    for layer in Layer::ALL {
        for format in Format::ALL {
            let buildings_only = format == Format::Cityjson && *layer != Layer::Building;
            let two_kinds = format == Format::Shp && *layer == Layer::Utility;
            if !buildings_only && !two_kinds {
                assert_eq!(again(&store, *layer, format, None), (0, 0, count(*layer)), "{layer} as {format:?}");
            }
        }
    }
    let points = again(&store, Layer::Utility, Format::Shp, Some("utility_point"));
    let lines = again(&store, Layer::Utility, Format::Shp, Some("utility_line"));
    assert_eq!((points.0, points.1, lines.0, lines.1), (0, 0, 0, 0));
    assert!(points.2 > 0 && points.2 + lines.2 == count(Layer::Utility), "{points:?} {lines:?}");
    assert_eq!(store.head().unwrap(), Revision(1));
}

#[test]
fn awkward_attributes_come_back_unchanged() {
    let long = "无锡高新区 ".repeat(90);
    let awkward = [
        ("Depth", "1.50"),
        ("depth", "007"),
        ("kind", "not the field"),
        ("wkt", "POINT (1 2)"),
        ("fid", "17"),
        ("comma,quote\"", "a,b\n\"c\""),
        ("建筑密度上限说明", "百分之六十"),
        ("long", long.trim_end()),
    ];
    let properties: serde_json::Map<String, serde_json::Value> =
        awkward.iter().map(|(name, text)| (format!("attribute:{name}"), (*text).into())).collect();
    let text = serde_json::json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": properties,
        "geometry": { "type": "MultiPolygon", "coordinates": [
            [[[120.4,31.5],[120.41,31.5],[120.41,31.51],[120.4,31.51],[120.4,31.5]],
             [[120.402,31.502],[120.402,31.504],[120.404,31.504],[120.402,31.502]]],
            [[[120.42,31.5],[120.43,31.5],[120.43,31.51],[120.42,31.5]]],
        ] },
    }] });
    let options = ImportOptions::for_file("water.geojson", Some(Layer::Water));
    let features = read_geojson(text.to_string().as_bytes(), &options).unwrap();
    assert_eq!(features[0].attributes.len(), awkward.len());
    let (_folder, store) = store(features);
    for format in [Format::Geojson, Format::Gpkg, Format::Shp, Format::Csv, Format::Xlsx] {
        assert_eq!(again(&store, Layer::Water, format, None), (0, 0, 1), "{format:?}");
    }
    assert!(matches!(
        super::write_as(&store, Layer::Water, Revision(1), Format::Cityjson, &mut Vec::new()),
        Err(super::ExportError::Unfit(_))
    ));
}
