//! Small GeoJSON files to import. Everything in them is invented.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// West and south of a place in the demo park's neighbourhood, degrees of EPSG:4326.
pub const PLACE: (f64, f64) = (120.44, 31.51);

/// West and south of a place beside the demo park, where there is nothing, degrees of EPSG:4326.
pub const BESIDE: (f64, f64) = (120.46, 31.48);

/// An available parcel with this code: an upright square, `side_deg` degrees wide.
pub fn parcel(code: &str, (west, south): (f64, f64), side_deg: f64) -> Value {
    let (east, north) = (west + side_deg, south + side_deg);
    feature(code, &[[west, south], [east, south], [east, north], [west, north], [west, south]])
}

/// An available parcel with this code whose ring crosses itself.
pub fn bow_tie(code: &str, (west, south): (f64, f64)) -> Value {
    let (east, north) = (west + 0.001, south + 0.001);
    feature(code, &[[west, south], [east, north], [east, south], [west, north], [west, south]])
}

fn feature(code: &str, ring: &[[f64; 2]]) -> Value {
    json!({
        "type": "Feature",
        "properties": { "code": code, "status": "available" },
        "geometry": { "type": "Polygon", "coordinates": [ring] },
    })
}

/// Writes features to a file of this name.
pub fn write(folder: &Path, name: &str, features: &[Value]) -> PathBuf {
    let file = folder.join(name);
    let collection = json!({ "type": "FeatureCollection", "features": features });
    fs::write(&file, collection.to_string()).expect("the file can be written");
    file
}
