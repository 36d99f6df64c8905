//! The real files of Xinwu district, where they are at hand.

use std::path::Path;

use cloudsite_domain::record::{Body, Feature, Layer};

use super::super::{Format, ImportOptions, read_file};

/// The features of a file; `None`, with a word of it, where the file is not there.
fn features(name: &str, layer: Layer) -> Option<Vec<Feature>> {
    let path = Path::new("../../shared/data/xinwu").join(name);
    if !path.is_file() {
        eprintln!("skipped: {name} is not in ../shared/data/xinwu");
        return None;
    }
    let read = read_file(&path, Format::GeoPackage, &ImportOptions::for_file(name, Some(layer)));
    Some(read.unwrap_or_else(|refusal| panic!("{name}: {refusal}: {:#?}", refusal.problems)))
}

#[test]
fn the_land_use_blocks_become_parcels_of_which_little_is_known() {
    let Some(parcels) = features("xinwu_land_use.gpkg", Layer::Parcel) else { return };
    assert_eq!(parcels.len(), 2_033);
    assert_eq!(parcels[0].code.as_str(), "xinwu_land_use.1");
    let industrial: Vec<_> =
        parcels.iter().filter(|parcel| parcel.attributes.get("Class").is_some_and(|class| class == "3")).collect();
    assert_eq!(industrial.len(), 435);
    let area_km2 = industrial.iter().map(|parcel| parcel.shape.area_m2()).sum::<f64>() / 1e6;
    assert!((area_km2 - 75.0).abs() < 1.0, "{area_km2} km2");
}

#[test]
fn roads_water_and_stations_are_taken() {
    let Some(roads) = features("xinwu_road_centerlines.gpkg", Layer::Road) else { return };
    assert_eq!(roads.len(), 5_835);
    let Some(water) = features("xinwu_water_osm.gpkg", Layer::Water) else { return };
    assert_eq!(water.len(), 87);
    assert_eq!(water.iter().filter(|water| water.code.as_str() == "F32A001").count(), 1);
    let Some(stations) = features("xinwu_subway_stations.gpkg", Layer::Poi) else { return };
    assert_eq!(stations.len(), 13);
    assert!(stations.iter().all(|station| matches!(station.body, Body::Poi(_)) && !station.names.is_empty()));
}
