//! A layer as GeoJSON, such that importing it again changes nothing.

mod properties;

use std::convert::Infallible;
use std::io::Write;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{FeatureVersion, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo_types::{Coord, LineString, Polygon};
use serde_json::{Value, json};

use crate::record::lon_lat_from_canonical;

pub(crate) use properties::of as properties;

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

/// A feature as GeoJSON in EPSG:4326.
pub(crate) fn feature_geojson(version: &FeatureVersion) -> String {
    let Ok(geometry) = geometry(&version.feature.shape, &mut |at| Ok::<_, Infallible>(position(at)));
    json!({ "type": "Feature", "properties": properties(&version.feature), "geometry": geometry }).to_string()
}

/// Nine decimals of a degree are a tenth of a millimetre.
fn position(at: Coord) -> [f64; 2] {
    let at = lon_lat_from_canonical(at);
    [at.x, at.y].map(|degrees| (degrees * 1e9).round() / 1e9)
}

/// A shape as a geometry of GeoJSON, of several parts only where it has several; `position` writes canonical positions.
pub(crate) fn geometry<E>(shape: &Shape, position: &mut dyn FnMut(Coord) -> Result<[f64; 2], E>) -> Result<Value, E> {
    let (kind, coordinates) = match shape {
        Shape::Point(point) => ("Point", json!(position(point.0)?)),
        Shape::Lines(lines) => match lines.0.as_slice() {
            [only] => ("LineString", line(only, position)?),
            many => ("MultiLineString", each(many, |part| line(part, position))?),
        },
        Shape::Areas(areas) => match areas.0.as_slice() {
            [only] => ("Polygon", polygon(only, position)?),
            many => ("MultiPolygon", each(many, |part| polygon(part, position))?),
        },
    };
    Ok(json!({ "type": kind, "coordinates": coordinates }))
}

fn each<'a, T: 'a, E>(
    parts: impl IntoIterator<Item = &'a T>,
    write: impl FnMut(&'a T) -> Result<Value, E>,
) -> Result<Value, E> {
    Ok(Value::Array(parts.into_iter().map(write).collect::<Result<_, E>>()?))
}

fn line<E>(line: &LineString, position: &mut dyn FnMut(Coord) -> Result<[f64; 2], E>) -> Result<Value, E> {
    each(&line.0, |at| Ok(json!(position(*at)?)))
}

fn polygon<E>(polygon: &Polygon, position: &mut dyn FnMut(Coord) -> Result<[f64; 2], E>) -> Result<Value, E> {
    each(std::iter::once(polygon.exterior()).chain(polygon.interiors()), |ring| line(ring, position))
}

#[cfg(test)]
mod tests;
