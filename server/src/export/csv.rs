//! A layer as CSV: UTF-8, a header, the geometry last as well-known text with its system (`SRID=4549;POLYGON ((..))`),
//! which QGIS, PostGIS and GDAL read.

use std::io::Write;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Layer, Revision};
use cloudsite_store::Store;
use wkt::ToWkt;

use super::{ExportError, properties, systems, table};

/// The column of the geometry.
pub(super) const GEOMETRY: &str = "wkt";

/// The text of a geometry, with its system.
pub(super) fn geometry(shape: &Shape) -> String {
    format!("SRID={};{}", systems::EPSG, shape.to_geometry().wkt_string())
}

/// Writes a layer, and returns how many features it has.
pub(super) fn write(store: &dyn Store, layer: Layer, at: Revision, out: &mut dyn Write) -> Result<u64, ExportError> {
    let columns = table::columns(store, layer, at, &[GEOMETRY])?;
    let mut rows = ::csv::Writer::from_writer(out);
    let failed = |error: ::csv::Error| ExportError::Write(error.into());
    let names = columns.iter().map(|column| column.name.as_str());
    rows.write_record(names.chain([GEOMETRY])).map_err(failed)?;
    let count = table::each(store, layer, at, &mut |version| {
        let properties = properties::of(&version.feature);
        let cells = columns.iter().map(|column| table::text(&properties, &column.property).unwrap_or_default());
        rows.write_record(cells.chain([geometry(&version.feature.shape)])).map_err(failed)
    })?;
    rows.flush()?;
    Ok(count)
}
