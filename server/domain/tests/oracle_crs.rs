//! The projections against PROJ: 200 points of `../shared/data/oracle_crs.json`, to a millimetre.

use std::fs;
use std::path::Path;

use cloudsite_domain::crs::{Crs, Datum, Projector};
use geo_types::Coord;
use serde::Deserialize;

#[derive(Deserialize)]
struct Known {
    lon: f64,
    lat: f64,
    e4549: f64,
    n4549: f64,
    gcj_lon: f64,
    gcj_lat: f64,
}

/// The points, if they are at hand.
fn points() -> Option<Vec<Known>> {
    let path = Path::new("../../../shared/data/oracle_crs.json");
    let Ok(text) = fs::read_to_string(path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let points: Vec<Known> = serde_json::from_str(&text).expect("the oracle is a list of points");
    assert!(points.len() >= 100, "only {} points", points.len());
    Some(points)
}

#[test]
fn gauss_kruger_agrees_with_proj_to_a_millimetre() {
    let Some(points) = points() else { return };
    for crs in [Crs::Cgcs2000, Crs::Wgs84] {
        let (there, back) = (Projector::new(crs, Crs::CANONICAL), Projector::new(Crs::CANONICAL, crs));
        for Known { lon, lat, e4549, n4549, .. } in &points {
            let at = there.project(Coord { x: *lon, y: *lat }).expect("the point is in the domain");
            let off = (at.x - e4549).hypot(at.y - n4549);
            assert!(off < 0.001, "{crs} ({lon}, {lat}) came to ({}, {}), {off} m from PROJ's", at.x, at.y);
            let degrees = back.project(Coord { x: *e4549, y: *n4549 }).expect("the point is in the domain");
            let off = (degrees.x - lon).hypot(degrees.y - lat) * 111_320.0;
            assert!(off < 0.001, "({e4549}, {n4549}) came to {degrees:?}, {off} m from ({lon}, {lat})");
        }
    }
}

#[test]
fn gcj_02_agrees_to_a_millimetre_and_its_inverse_to_a_centimetre() {
    let Some(points) = points() else { return };
    for Known { lon, lat, gcj_lon, gcj_lat, .. } in points {
        let (at, shifted) = (Coord { x: lon, y: lat }, Coord { x: gcj_lon, y: gcj_lat });
        let off = Datum::Gcj02.from_true(at) - shifted;
        assert!(off.x.hypot(off.y) * 111_320.0 < 0.001, "({lon}, {lat}) is {off:?} degrees off");
        let off = Datum::Gcj02.to_true(shifted) - at;
        assert!(off.x.hypot(off.y) * 111_320.0 < 0.01, "({gcj_lon}, {gcj_lat}) is {off:?} degrees off");
    }
}
