//! What is exported and imported again changes nothing.

use cloudsite_domain::audit::Action;
use cloudsite_domain::record::{Feature, Layer, Revision};
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Cause, Commit, Store};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::demo;
use crate::import::{ImportOptions, apply, read_geojson};

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
