//! A small invented park for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::audit::Action;
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{
    Body, Bounds, Building, BuildingUse, Code, Feature, Language, Layer, Mask, MaskKind, Names, Parcel, ParcelStatus,
    Park, Poi, PoiKind, Road, RoadClass, Roof, Water, WaterKind, Zone, ZoneKind,
};
use cloudsite_store::extent::{Escalation, ExtentStore, GivenCell};
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Cause, Commit, Committed, Store, StoreError};
use geo_types::{Coord, Geometry, LineString, Point, Rect};
use tempfile::TempDir;

use super::{Record, Views};
use crate::disclosure::Desk;
use crate::identity::system_clock;
use crate::serve::Opened;

/// The south-west corner of the park, canonical metres.
pub(crate) const CORNER: Coord = Coord { x: 536_000.0, y: 3_479_000.0 };

fn feature(code: &str, name: Option<&str>, geometry: impl Into<Geometry>, body: Body) -> Feature {
    let names: Names = name.map(|name| (Language::En, name.to_owned())).into_iter().collect();
    Feature {
        code: code.parse().expect("a code"),
        names,
        shape: Shape::new(geometry.into()).expect("a shape"),
        body,
        attributes: BTreeMap::new(),
    }
}

/// A rectangle, by its south-west corner in the park and its sides, metres.
pub(crate) fn rectangle(east_m: f64, north_m: f64, width_m: f64, depth_m: f64) -> Geometry {
    let from = CORNER + Coord { x: east_m, y: north_m };
    Rect::new(from, from + Coord { x: width_m, y: depth_m }).to_polygon().into()
}

/// A parcel of one hectare.
pub(crate) fn parcel(code: &str, east_m: f64, north_m: f64, status: ParcelStatus) -> Feature {
    let mut parcel = Parcel::with_status(status);
    parcel.zone = Some("Z-1".parse().expect("a code"));
    parcel.plot_ratio = Bounds { min: Some(1.0), max: Some(2.5) };
    let mut feature = feature(code, None, rectangle(east_m, north_m, 100.0, 100.0), Body::Parcel(Box::new(parcel)));
    feature.attributes.insert("origin".to_owned(), "invented".to_owned());
    feature
}

/// A building of 40 by 60 m.
pub(crate) fn building(code: &str, east_m: f64, north_m: f64) -> Feature {
    let building = Building {
        usage: BuildingUse::Factory,
        height_m: 18.0,
        floors: Some(3),
        roof: Roof::Solar,
        parcel: None,
        offers: Vec::new(),
    };
    feature(code, None, rectangle(east_m, north_m, 40.0, 60.0), Body::Building(building))
}

/// An area of 30 by 30 m in which little may be built.
pub(crate) fn mask(code: &str, east_m: f64, north_m: f64) -> Feature {
    let mask = Mask { kind: MaskKind::Protection, height_limit_m: Some(6.5) };
    feature(code, Some("Cable corridor"), rectangle(east_m, north_m, 30.0, 30.0), Body::Mask(mask))
}

/// Everything in the sample: a park of 4 by 3 km with two zones, five parcels and a few other things.
pub(crate) fn features() -> Vec<Feature> {
    let park = Park { synthetic: true, origin: CORNER + Coord { x: 2_000.0, y: 1_500.0 }, notice: Names::default() };
    let zone = |kind| Body::Zone(Zone { kind });
    let road = Road { class: RoadClass::Arterial, width_m: None, lanes: Some(4) };
    let line = LineString::new(vec![CORNER + Coord { x: 0.0, y: 700.0 }, CORNER + Coord { x: 4_000.0, y: 720.0 }]);
    let gate = Point(CORNER + Coord { x: 50.0, y: 50.0 });
    let mut all = vec![
        feature("PARK", Some("Sample park"), rectangle(0.0, 0.0, 4_000.0, 3_000.0), Body::Park(park)),
        feature("Z-1", Some("Bonded"), rectangle(0.0, 0.0, 1_500.0, 600.0), zone(ZoneKind::ComprehensiveBonded)),
        feature("Z-2", Some("Research"), rectangle(2_000.0, 1_000.0, 900.0, 900.0), zone(ZoneKind::Research)),
        feature("R-1", Some("Long Road"), line, Body::Road(road)),
        feature(
            "W-1",
            Some("Canal"),
            rectangle(0.0, 800.0, 4_000.0, 30.0),
            Body::Water(Water { kind: WaterKind::Canal }),
        ),
        feature("G-1", Some("Gate"), gate, Body::Poi(Poi { kind: PoiKind::CustomsGate })),
        building("B-1", 20.0, 20.0),
        building("B-2", 1_180.0, 20.0),
        building("B-3", 2_100.0, 1_100.0),
    ];
    for index in 0..5_u32 {
        let status = if index % 2 == 0 { ParcelStatus::Available } else { ParcelStatus::Taken };
        all.push(parcel(&format!("P-{}", index + 1), f64::from(index) * 120.0, 100.0, status));
    }
    all
}

/// Writes features, ending others.
pub(crate) fn commit(record: &Record, puts: Vec<Feature>, ends: Vec<(Layer, Code)>) -> Committed {
    let at = "2026-03-01T08:00:00Z".parse().expect("a time");
    let cause = Cause::new(Action::Import, "a file");
    let (author, message) = ("test".to_owned(), "A change".to_owned());
    let commit = Commit { author, message, at, expected_head: None, puts, ends, cause };
    record.commit(commit).expect("written")
}

/// An empty record and nobody in it, in a folder that goes when it is dropped.
fn nothing() -> (TempDir, Opened) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(SqliteStore::open(folder.path()).expect("a store"));
    let record = Record::open(Arc::clone(&store) as Arc<dyn Store>).expect("a record");
    (folder, Opened::of(record, &store))
}

/// Keeps nothing of what is given.
struct Nowhere;

impl ExtentStore for Nowhere {
    fn add_given(&self, _: &[GivenCell]) -> Result<(), StoreError> {
        Ok(())
    }

    fn given(&self) -> Result<Vec<GivenCell>, StoreError> {
        Ok(Vec::new())
    }

    fn escalate(&self, _: &[Escalation]) -> Result<(), StoreError> {
        Ok(())
    }

    fn escalations(&self) -> Result<Vec<Escalation>, StoreError> {
        Ok(Vec::new())
    }
}

/// Views of a record, over a desk that begins anew each time.
pub(crate) fn views(record: &Arc<Record>) -> Views {
    let desk = Desk::open(Arc::new(Nowhere), Arc::default(), system_clock()).expect("a desk");
    Views::new(Arc::clone(record), Arc::new(desk))
}

/// An empty record, in a folder that goes when it is dropped.
pub(crate) fn empty() -> (TempDir, Arc<Record>) {
    let (folder, opened) = nothing();
    (folder, opened.record)
}

/// The sample as revision 1, as a server opens it.
pub(crate) fn opened() -> (TempDir, Opened) {
    let (folder, opened) = nothing();
    commit(&opened.record, features(), Vec::new());
    (folder, opened)
}

/// The sample as revision 1.
pub(crate) fn open() -> (TempDir, Arc<Record>) {
    let (folder, record) = empty();
    commit(&record, features(), Vec::new());
    (folder, record)
}
