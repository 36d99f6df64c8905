//! A layer as a file, such that importing it again changes nothing: GeoJSON in degrees, all others in the record's own
//! metres (EPSG:4549).

mod beside;
mod cityjson;
mod csv;
mod gpkg;
mod properties;
mod shapefile;
mod systems;
mod table;
mod xlsx;

use std::convert::Infallible;
use std::io::Write;

use clap::ValueEnum;
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Feature, FeatureVersion, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo_types::{Coord, LineString, Polygon};
use serde_json::{Value, json};

use crate::import;
use crate::record::lon_lat_from_canonical;

pub(crate) use beside::{Beside, Holds, Table};
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
    /// A GeoPackage cannot be written.
    #[error("cannot write the export: {0}")]
    Database(#[from] rusqlite::Error),
    /// The format has no room for what the layer holds.
    #[error("the format cannot hold this: {0}")]
    Unfit(String),
}

/// A format that layers are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A `FeatureCollection` in EPSG:4326.
    Geojson,
    /// A `GeoPackage`.
    Gpkg,
    /// A Shapefile in a zip.
    Shp,
    /// A table as text, with well-known text.
    Csv,
    /// A workbook, with well-known text.
    Xlsx,
    /// `CityJSON` 2.0, for buildings.
    Cityjson,
}

impl Format {
    /// Every format.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] = [Self::Geojson, Self::Gpkg, Self::Shp, Self::Csv, Self::Xlsx, Self::Cityjson];

    /// The format that the ending of a file's name tells.
    pub(crate) fn of_file(name: &str) -> Option<Self> {
        match import::Format::of_file(name)? {
            import::Format::GeoJson => Some(Self::Geojson),
            import::Format::GeoPackage => Some(Self::Gpkg),
            import::Format::PackedShapefile => Some(Self::Shp),
            import::Format::Csv => Some(Self::Csv),
            import::Format::Xlsx => Some(Self::Xlsx),
            import::Format::CityJson => Some(Self::Cityjson),
            import::Format::Shapefile | import::Format::CityJsonSequence => None,
        }
    }
}

/// Writes `layer` as of a revision to `out` in a format, and returns how many features there are.
pub(crate) fn write_as(
    store: &dyn Store,
    layer: Layer,
    at: Revision,
    format: Format,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    let count = match format {
        Format::Geojson => write(store, layer, at, out)?,
        Format::Gpkg => gpkg::write(&|row| table::each(store, layer, at, row), layer, out)?,
        Format::Shp => shapefile::write(store, layer, at, out)?,
        Format::Csv => csv::write(store, layer, at, out)?,
        Format::Xlsx => xlsx::write(store, layer, at, out)?,
        Format::Cityjson => cityjson::write(store, layer, at, out)?,
    };
    out.flush()?;
    Ok(count)
}

/// Writes features of a layer to `out` as a `GeoPackage`, and tables beside it. The same gives the same bytes.
pub(crate) fn write_package(
    features: &[FeatureVersion],
    layer: Layer,
    beside: &Beside,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    let rows = |row: &mut dyn FnMut(FeatureVersion) -> Result<(), ExportError>| {
        features.iter().cloned().try_for_each(row)?;
        Ok(features.len() as u64)
    };
    let count = gpkg::write_beside(&rows, layer, Some(beside), out)?;
    out.flush()?;
    Ok(count)
}

/// Writes `layer` as of a revision to `out` as GeoJSON, a feature a line, and returns how many there are.
pub(crate) fn write(store: &dyn Store, layer: Layer, at: Revision, out: &mut dyn Write) -> Result<u64, ExportError> {
    write!(out, "{{\"type\":\"FeatureCollection\",\"name\":\"{layer}\",\"features\":[")?;
    let mut comma = "";
    let count = table::each(store, layer, at, &mut |version| {
        write!(out, "{comma}\n{}", feature_geojson(&version.feature))?;
        comma = ",";
        Ok(())
    })?;
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(count)
}

/// A feature as GeoJSON in EPSG:4326.
pub(crate) fn feature_geojson(feature: &Feature) -> String {
    let Ok(geometry) = geometry(&feature.shape, &mut |at| Ok::<_, Infallible>(position(at)));
    json!({ "type": "Feature", "properties": properties(feature), "geometry": geometry }).to_string()
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
