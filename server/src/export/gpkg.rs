//! A layer as a GeoPackage (OGC 12-128r17).

use std::io::{self, Write};

use cloudsite_domain::record::Layer;
use geo::BoundingRect;
use geo_types::{Coord, MultiPolygon, Rect};
use geozero::{CoordDimensions, ToWkb};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, Transaction, params, params_from_iter};
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use super::table::{self, Column, Kind, Rows};
use super::{Beside, ExportError, Holds, Table, properties, systems};

/// What a GeoPackage has to have before any layer.
const FRAME: &str = "
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL PRIMARY KEY REFERENCES gpkg_contents (table_name), column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id),
    z TINYINT NOT NULL, m TINYINT NOT NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
    ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
    ('WGS 84 geodetic', 4326, 'EPSG', 4326,
     'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]',
     NULL);
";

/// The columns that every layer has.
const OWN: [&str; 2] = ["fid", "geom"];

/// Writes features of a layer, and returns how many there are.
pub(super) fn write(rows: Rows<'_>, layer: Layer, out: &mut dyn Write) -> Result<u64, ExportError> {
    write_beside(rows, layer, None, out)
}

/// Writes features of a layer with tables beside it, and returns how many features there are.
pub(super) fn write_beside(
    rows: Rows<'_>,
    layer: Layer,
    beside: Option<&Beside>,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    let columns = table::columns_of(rows, layer, &OWN)?;
    let mut file = NamedTempFile::new()?;
    let mut package = Connection::open(file.path())?;
    let count = fill(&mut package, rows, layer, &columns)?;
    if let Some(beside) = beside {
        add(&mut package, beside)?;
    }
    drop(package);
    io::copy(&mut file, out)?;
    Ok(count)
}

/// Adds tables: of attributes (12-128r17, 2.4), which readers list beside the layer, and of areas, which they draw.
fn add(package: &mut Connection, beside: &Beside) -> Result<(), ExportError> {
    let transaction = package.transaction()?;
    for table in &beside.tables {
        let declared = table.columns.iter().map(|(name, holds)| format!(", {} {}", quoted(name), declared_as(*holds)));
        let declared: Vec<String> = declared.collect();
        let geometry = if table.areas.is_some() { ", geom MULTIPOLYGON" } else { "" };
        let (name, declared) = (quoted(table.name), declared.concat());
        transaction.execute_batch(&format!(
            "CREATE TABLE {name} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{geometry}{declared})"
        ))?;
        list(&transaction, table)?;
        let own = 1 + usize::from(table.areas.is_some());
        let places = vec!["?"; table.columns.len() + own].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO {name} VALUES ({places})"))?;
        for (index, row) in table.rows.iter().enumerate() {
            let area =
                table.areas.as_ref().map(|areas| areas.get(index).map_or(Ok(Cell::Null), area_of)).transpose()?;
            let cells = row.iter().zip(table.columns).map(|(value, (_, holds))| cell_of(Some(value), kind_of(*holds)));
            insert.execute(params_from_iter([Cell::Null].into_iter().chain(area).chain(cells)))?;
        }
    }
    let changed = format!("{}T00:00:00.000Z", beside.changed_on);
    transaction.execute("UPDATE gpkg_contents SET last_change = ?1", params![changed])?;
    transaction.commit()?;
    Ok(())
}

/// Says what a table holds and, of areas, where they lie.
fn list(transaction: &Transaction<'_>, table: &Table) -> Result<(), ExportError> {
    let Some(areas) = &table.areas else {
        let row = "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?1, 'attributes', ?1)";
        transaction.execute(row, params![table.name])?;
        return Ok(());
    };
    let extent = areas.iter().filter_map(BoundingRect::bounding_rect).reduce(|one, other| {
        let (a, b, c, d) = (one.min(), other.min(), one.max(), other.max());
        Rect::new(Coord { x: a.x.min(b.x), y: a.y.min(b.y) }, Coord { x: c.x.max(d.x), y: c.y.max(d.y) })
    });
    let sides = extent.map(|extent| [extent.min().x, extent.min().y, extent.max().x, extent.max().y]);
    let [min_x, min_y, max_x, max_y] = sides.map_or([None; 4], |sides| sides.map(Some));
    let row = "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) \
        VALUES (?1, 'features', ?1, ?2, ?3, ?4, ?5, ?6)";
    transaction.execute(row, params![table.name, min_x, min_y, max_x, max_y, systems::EPSG])?;
    let row = "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'MULTIPOLYGON', ?2, 0, 0)";
    transaction.execute(row, params![table.name, systems::EPSG])?;
    Ok(())
}

/// An area as the format has it; null if it is none.
fn area_of(area: &MultiPolygon) -> Result<Cell, ExportError> {
    let Some(bounds) = area.bounding_rect() else { return Ok(Cell::Null) };
    let envelope = vec![bounds.min().x, bounds.max().x, bounds.min().y, bounds.max().y];
    let geometry = geo_types::Geometry::MultiPolygon(area.clone());
    let written = geometry.to_gpkg_wkb(CoordDimensions::xy(), Some(systems::EPSG), envelope);
    Ok(Cell::Blob(written.map_err(|error| ExportError::Unfit(error.to_string()))?))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn fill(package: &mut Connection, rows: Rows<'_>, layer: Layer, columns: &[Column]) -> Result<u64, ExportError> {
    let name = layer.as_str();
    let transaction = package.transaction()?;
    transaction.execute_batch(FRAME)?;
    let system = params![systems::NAME, systems::EPSG, systems::OGC_WKT];
    transaction.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, 'EPSG', ?2, ?3, NULL)", system)?;
    let row = "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?1, 'features', ?1, ?2)";
    transaction.execute(row, params![name, systems::EPSG])?;
    let row = "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'GEOMETRY', ?2, 0, 0)";
    transaction.execute(row, params![name, systems::EPSG])?;
    let declared: Vec<String> =
        columns.iter().map(|column| format!(", {} {}", quoted(&column.name), sql_type(column.kind))).collect();
    let declared = declared.concat();
    transaction.execute_batch(&format!(
        "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom BLOB{declared})",
        quoted(name)
    ))?;
    let places = vec!["?"; columns.len() + 2].join(", ");
    let mut insert = transaction.prepare(&format!("INSERT INTO {} VALUES ({places})", quoted(name)))?;
    let mut extent: Option<[f64; 4]> = None;
    let count = rows(&mut |version| {
        let feature = &version.feature;
        let bounds = feature.shape.bounds();
        let own = [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y];
        extent = Some(extent.map_or(own, |e| [e[0].min(own[0]), e[1].min(own[1]), e[2].max(own[2]), e[3].max(own[3])]));
        let envelope = vec![own[0], own[2], own[1], own[3]];
        let geometry = feature.shape.to_geometry().to_gpkg_wkb(CoordDimensions::xy(), Some(systems::EPSG), envelope);
        let geometry = geometry.map_err(|error| ExportError::Unfit(error.to_string()))?;
        let properties = properties::of(feature);
        let cells = columns.iter().map(|column| cell(&properties, column));
        let id = Cell::Integer(version.id.0 as i64);
        insert.execute(params_from_iter([id, Cell::Blob(geometry)].into_iter().chain(cells)))?;
        Ok(())
    })?;
    drop(insert);
    if let Some([min_x, min_y, max_x, max_y]) = extent {
        let sql = "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4";
        transaction.execute(sql, params![min_x, min_y, max_x, max_y])?;
    }
    transaction.commit()?;
    Ok(count)
}

/// How a column of a table beside the layer is declared.
const fn declared_as(holds: Holds) -> &'static str {
    match holds {
        Holds::Day => "DATE",
        Holds::Flag | Holds::Whole | Holds::Real | Holds::Text => sql_type(kind_of(holds)),
    }
}

const fn kind_of(holds: Holds) -> Kind {
    match holds {
        Holds::Flag => Kind::Flag,
        Holds::Whole => Kind::Whole,
        Holds::Real => Kind::Real,
        // A day is written as text.
        Holds::Text | Holds::Day => Kind::Text,
    }
}

const fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "BOOLEAN",
        Kind::Whole => "INTEGER",
        Kind::Real => "REAL",
        Kind::Text => "TEXT",
    }
}

fn cell(properties: &Map<String, Value>, column: &Column) -> Cell {
    match column.kind {
        Kind::Text => table::text(properties, &column.property).map_or(Cell::Null, Cell::Text),
        kind => cell_of(properties.get(&column.property), kind),
    }
}

fn cell_of(value: Option<&Value>, kind: Kind) -> Cell {
    match kind {
        Kind::Flag => value.and_then(Value::as_bool).map_or(Cell::Null, |flag| Cell::Integer(flag.into())),
        Kind::Whole => value.and_then(Value::as_i64).map_or(Cell::Null, Cell::Integer),
        Kind::Real => value.and_then(Value::as_f64).map_or(Cell::Null, Cell::Real),
        Kind::Text => value.and_then(Value::as_str).map_or(Cell::Null, |text| Cell::Text(text.to_owned())),
    }
}
