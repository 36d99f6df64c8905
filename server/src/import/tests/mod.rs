//! Imports as a whole: what comes of a file, and what is said of a bad one.

mod bad;
mod fields;
mod formats;
mod geopackage;
mod malformed;
mod properties;
mod xinwu;

use cloudsite_domain::record::{Feature, Layer};
use expect_test::Expect;

use super::{ImportOptions, Refusal, read_geojson};

/// A square of about 100 m in Xinwu, and more such beside it.
fn square(step: u32) -> String {
    let west = 120.4 + f64::from(step) * 0.002;
    let east = west + 0.001;
    format!("[[[{west},31.5],[{east},31.5],[{east},31.501],[{west},31.501],[{west},31.5]]]")
}

fn polygon(properties: &str, rings: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":{rings}}}}}"#)
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn options(layer: Layer) -> ImportOptions {
    ImportOptions::for_file("file.geojson", Some(layer))
}

fn read(text: &str, layer: Layer) -> Result<Vec<Feature>, Refusal> {
    read_geojson(text.as_bytes(), &options(layer))
}

/// What is said of a file that is refused, a problem a line.
fn said<T>(answer: Result<T, Refusal>) -> String {
    match answer {
        Ok(_) => "taken".to_owned(),
        Err(refusal) => refusal.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn check(layer: Layer, text: &str, expect: Expect) {
    expect.assert_eq(&said(read(text, layer)));
}
