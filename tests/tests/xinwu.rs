//! The open data of Xinwu district through the import. Skipped where the files are not there.

use std::path::PathBuf;

use cloudsite_proto::land::{GetParkRequest, Layer};
use cloudsite_tests::{Server, import, workspace};
use tempfile::TempDir;

/// Files, the layer each goes into, and the least number of features that has to arrive.
const FILES: [(&str, &str, Layer, u64); 4] = [
    ("xinwu_land_use.gpkg", "parcel", Layer::Parcel, 100),
    ("xinwu_road_centerlines.gpkg", "road", Layer::Road, 1000),
    ("xinwu_water_osm.gpkg", "water", Layer::Water, 50),
    ("xinwu_subway_stations.gpkg", "poi", Layer::Poi, 5),
];

fn folder() -> Option<PathBuf> {
    let folder = workspace().join("../shared/data/xinwu");
    folder.is_dir().then_some(folder)
}

#[tokio::test]
async fn a_real_district_can_be_imported_and_served() {
    let Some(xinwu) = folder() else {
        println!("skipped: there is no ../shared/data/xinwu beside the workspace");
        return;
    };
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    for (file, layer, ..) in FILES {
        let outcome = import(&xinwu.join(file), layer, &data, &[]).await;
        outcome.exits(0);
        assert!(outcome.json()["created"].as_u64().is_some_and(|created| created > 0), "{outcome:?}");
    }
    let server = Server::start_in(scratch).await;
    let park = server.park().await.get_park(GetParkRequest::default()).await.unwrap().into_inner().park.unwrap();
    assert!(!park.synthetic, "this park is real");
    for (file, _, layer, least) in FILES {
        let count = park.counts.iter().find(|count| count.layer == layer as i32).map_or(0, |count| count.features);
        assert!(count >= least, "{count} features of {file}");
    }
}
