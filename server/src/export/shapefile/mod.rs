//! A layer as a Shapefile in a zip: UTF-8, with `.prj` and `.cpg`, and beside them a list of the whole names of columns,
//! which a Shapefile cuts to ten bytes. A text of more than 254 bytes goes on in further columns; the list says so.
//!
//! A Shapefile holds one kind of shape: a layer of points and lines gives two, `utility_point` and `utility_line`.

mod names;
mod rows;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

use cloudsite_domain::geometry::{Shape, ShapeKind};
use cloudsite_domain::record::{Layer, Revision};
use cloudsite_store::Store;
use geo_types::{Coord, LineString, Polygon};
use shapefile::record::EsriShape;
use shapefile::{Point, PolygonRing, Polyline, ShapeWriter};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{ExportError, systems, table};
use crate::import::FIELDS_ENDING;
use rows::Rows;

/// Writes a layer, and returns how many features it has.
pub(super) fn write(store: &dyn Store, layer: Layer, at: Revision, out: &mut dyn Write) -> Result<u64, ExportError> {
    let columns = table::columns(store, layer, at, &[])?;
    let mut kinds = BTreeSet::new();
    let rows = Rows::measure(store, layer, at, columns, &mut |shape| {
        kinds.insert(suffix(shape.kind()));
    })?;
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    // An empty layer is a Shapefile all the same.
    let files: Vec<Option<&str>> =
        if kinds.len() < 2 { vec![None] } else { kinds.iter().map(|kind| Some(*kind)).collect() };
    let mut count = 0;
    for kind in files {
        let stem = kind.map_or(layer.to_string(), |kind| format!("{layer}_{kind}"));
        count += one(store, layer, at, &rows, kind, &mut Pack { zip: &mut zip, stem })?;
    }
    let mut packed = zip.finish().map_err(io::Error::from)?;
    packed.rewind()?;
    io::copy(&mut packed, out)?;
    Ok(count)
}

fn suffix(kind: ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Point => "point",
        ShapeKind::Lines => "line",
        ShapeKind::Areas | ShapeKind::Other => "polygon",
    }
}

/// Where the parts of one Shapefile go.
struct Pack<'a> {
    zip: &'a mut ZipWriter<File>,
    stem: String,
}

impl Pack<'_> {
    fn put(&mut self, ending: &str, content: &mut dyn Read) -> Result<(), ExportError> {
        let options = SimpleFileOptions::default().large_file(true);
        self.zip.start_file(format!("{}.{ending}", self.stem), options).map_err(io::Error::from)?;
        io::copy(content, self.zip)?;
        Ok(())
    }
}

/// Writes the features whose shapes are of one kind, or all.
fn one(
    store: &dyn Store,
    layer: Layer,
    at: Revision,
    rows: &Rows,
    kind: Option<&str>,
    pack: &mut Pack<'_>,
) -> Result<u64, ExportError> {
    let (mut shp, mut shx, mut dbf) = (tempfile::tempfile()?, tempfile::tempfile()?, tempfile::tempfile()?);
    let mut count = 0;
    {
        let mut shapes = ShapeWriter::with_shx(BufWriter::new(&shp), BufWriter::new(&shx));
        let mut table = rows.writer(BufWriter::new(&dbf))?;
        table::each(store, layer, at, &mut |version| {
            let feature = &version.feature;
            if kind.is_some_and(|kind| kind != suffix(feature.shape.kind())) {
                return Ok(());
            }
            count += 1;
            put(&mut shapes, &feature.shape)?;
            table.write_record(&rows.record(feature)).map_err(|error| ExportError::Unfit(format!("Shapefile: {error}")))
        })?;
        shapes.finalize().map_err(unfit)?;
        table.finalize().map_err(|error| ExportError::Unfit(format!("Shapefile: {error}")))?;
    }
    for (ending, file) in [("shp", &mut shp), ("shx", &mut shx), ("dbf", &mut dbf)] {
        file.rewind()?;
        pack.put(ending, file)?;
    }
    pack.put("prj", &mut systems::ESRI_WKT.as_bytes())?;
    pack.put("cpg", &mut b"UTF-8".as_slice())?;
    pack.put(FIELDS_ENDING, &mut rows.names().as_slice())?;
    Ok(count)
}

fn unfit(error: shapefile::Error) -> ExportError {
    ExportError::Unfit(format!("Shapefile: {error}"))
}

fn points(line: &LineString) -> Vec<Point> {
    line.0.iter().map(|Coord { x, y }| Point::new(*x, *y)).collect()
}

fn put<W: Write + Seek>(shapes: &mut ShapeWriter<W>, shape: &Shape) -> Result<(), ExportError> {
    match shape {
        Shape::Point(point) => write_one(shapes, &Point::new(point.x(), point.y())),
        Shape::Lines(lines) => write_one(shapes, &Polyline::with_parts(lines.iter().map(points).collect())),
        Shape::Areas(areas) => {
            let rings = |area: &Polygon| {
                let holes = area.interiors().iter().map(|hole| PolygonRing::Inner(points(hole)));
                std::iter::once(PolygonRing::Outer(points(area.exterior()))).chain(holes).collect::<Vec<_>>()
            };
            write_one(shapes, &shapefile::Polygon::with_rings(areas.iter().flat_map(rings).collect()))
        }
    }
}

fn write_one<W: Write + Seek, S: EsriShape>(shapes: &mut ShapeWriter<W>, shape: &S) -> Result<(), ExportError> {
    shapes.write_shape(shape).map_err(unfit)
}
