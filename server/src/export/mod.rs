//! A layer as GeoJSON, such that importing it again changes nothing.

mod properties;

use std::io::Write;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{FeatureVersion, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo_types::{Coord, LineString, Polygon};
use serde_json::{Value, json};

use crate::record::lon_lat_from_canonical;

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The record cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was read cannot be written.
    #[error("cannot write the export: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes `layer` as of a revision to `out`, a feature a line, and returns how many there are.
pub(crate) fn write(store: &dyn Store, layer: Layer, at: Revision, out: &mut dyn Write) -> Result<u64, ExportError> {
    write!(out, "{{\"type\":\"FeatureCollection\",\"name\":\"{layer}\",\"features\":[")?;
    let mut count = 0;
    let mut stopped = None;
    let scanned = store.scan(layer, at, &mut |version| {
        let comma = if count == 0 { "" } else { "," };
        count += 1;
        write!(out, "{comma}\n{}", feature_geojson(&version)).map_err(|error| {
            stopped = Some(error);
            StoreError::Busy
        })
    });
    // The scan is stopped with any error of its own kind; the one that stopped it says more.
    if let Some(error) = stopped {
        return Err(error.into());
    }
    scanned?;
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(count)
}

/// A feature as GeoJSON.
pub(crate) fn feature_geojson(version: &FeatureVersion) -> String {
    let feature = &version.feature;
    let (kind, coordinates) = geometry(&feature.shape);
    json!({
        "type": "Feature",
        "properties": properties::of(feature),
        "geometry": { "type": kind, "coordinates": coordinates },
    })
    .to_string()
}

/// Nine decimals of a degree are a tenth of a millimetre.
fn position(at: Coord) -> Value {
    let at = lon_lat_from_canonical(at);
    let round = |degrees: f64| (degrees * 1e9).round() / 1e9;
    json!([round(at.x), round(at.y)])
}

fn line(line: &LineString) -> Value {
    line.0.iter().map(|at| position(*at)).collect()
}

fn polygon(polygon: &Polygon) -> Value {
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line).collect()
}

/// The kind of a shape and its coordinates; multi only where it has several parts.
fn geometry(shape: &Shape) -> (&'static str, Value) {
    match shape {
        Shape::Point(point) => ("Point", position(point.0)),
        Shape::Lines(lines) => match lines.0.as_slice() {
            [only] => ("LineString", line(only)),
            many => ("MultiLineString", many.iter().map(line).collect()),
        },
        Shape::Areas(areas) => match areas.0.as_slice() {
            [only] => ("Polygon", polygon(only)),
            many => ("MultiPolygon", many.iter().map(polygon).collect()),
        },
    }
}

#[cfg(test)]
mod tests;
