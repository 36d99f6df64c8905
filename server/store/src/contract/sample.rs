//! Features and commits that the rules are tried with.

use std::collections::BTreeMap;

use cloudsite_domain::audit::Action;
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{
    Body, Code, Feature, FeatureVersion, Layer, Names, Parcel, ParcelStatus, Poi, PoiKind, Revision,
};
use geo_types::{Coord, Geometry, Point, Rect};
use jiff::Timestamp;

use crate::{Cause, Commit, Committed, Store};

/// The code that a sample goes by.
///
/// # Panics
/// If `text` is no code.
pub fn code(text: &str) -> Code {
    text.parse().expect("samples have good codes")
}

/// A parcel, a square of 10 m whose south-western corner is at `x`, 0.
///
/// # Panics
/// If `x` is not finite or `name` is no code.
pub fn parcel(name: &str, x: f64, status: ParcelStatus) -> Feature {
    let square = Rect::new(Coord { x, y: 0.0 }, Coord { x: x + 10.0, y: 10.0 });
    Feature {
        code: code(name),
        names: Names::default(),
        shape: Shape::new(Geometry::from(square.to_polygon())).expect("a square is a valid shape"),
        body: Body::Parcel(Box::new(Parcel::with_status(status))),
        attributes: BTreeMap::new(),
    }
}

/// A point of interest.
///
/// # Panics
/// If a coordinate is not finite or `name` is no code.
pub fn poi(name: &str, x: f64, y: f64) -> Feature {
    Feature {
        code: code(name),
        names: Names::default(),
        shape: Shape::new(Geometry::from(Point::new(x, y))).expect("a point is a valid shape"),
        body: Body::Poi(Poi { kind: PoiKind::Other }),
        attributes: BTreeMap::new(),
    }
}

/// A commit of features and ends on top of whatever is there.
pub fn commit(puts: Vec<Feature>, ends: &[(Layer, &str)]) -> Commit {
    Commit {
        author: "tester".to_owned(),
        message: "a test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        expected_head: None,
        puts,
        ends: ends.iter().map(|(layer, name)| (*layer, code(name))).collect(),
        cause: Cause::new(Action::Import, "a file"),
    }
}

/// Writes features.
///
/// # Panics
/// If the store refuses.
pub fn write(store: &dyn Store, puts: Vec<Feature>) -> Committed {
    store.commit(commit(puts, &[])).expect("the commit is good")
}

/// A layer as of a revision.
///
/// # Panics
/// If the store refuses.
pub fn all(store: &dyn Store, layer: Layer, at: u64) -> Vec<FeatureVersion> {
    let mut versions = Vec::new();
    store
        .scan(layer, Revision(at), &mut |version| {
            versions.push(version);
            Ok(())
        })
        .expect("the scan is good");
    versions
}

/// The codes of a layer as of a revision.
pub fn codes(store: &dyn Store, layer: Layer, at: u64) -> Vec<String> {
    all(store, layer, at).into_iter().map(|version| version.feature.code.to_string()).collect()
}
