//! GeoPackage (OGC 12-128), read as what it is: a database from someone else, which may be cut short, damaged or
//! made to do harm.

mod contents;
mod wkb;

use std::path::Path;

use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::{Map, Number, Value};

use super::source::{RawFeature, Source};
use super::{ImportProblem, Refusal};
use contents::Table;
#[cfg(test)]
pub(super) use wkb::read as geometry;

/// The largest text or geometry taken, bytes.
const MOST_VALUE_BYTES: i32 = 64 * 1024 * 1024;

/// Reads the layer `wanted` of the file at `path`; it may be left out where there is only one, or one is called `usual`.
pub(super) fn read_file(path: &Path, wanted: Option<&str>, usual: Option<&str>) -> Result<Source, Refusal> {
    let connection = open(path).map_err(unreadable)?;
    let table = contents::table(&connection, wanted, usual)?;
    let mut source = Source { crs: table.crs, unknown_crs: table.unknown_crs.clone(), ..Source::default() };
    rows(&connection, &table, &mut source).map_err(unreadable)?;
    Ok(source)
}

/// The names of the layers of the file at `path`; none if it is no GeoPackage.
pub(super) fn layer_names(path: &Path) -> Result<Vec<String>, Refusal> {
    let connection = open(path).map_err(unreadable)?;
    Ok(contents::layers(&connection).unwrap_or_default())
}

fn unreadable(error: rusqlite::Error) -> ImportProblem {
    ImportProblem::of_file("geopackage.readable", format!("it cannot be read as a GeoPackage ({error})"))
}

/// Opens without trust: nothing the file's schema says is run but plain reads of plain tables.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "query_only", true)?;
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, MOST_VALUE_BYTES),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
        (Limit::SQLITE_LIMIT_COLUMN, 2_000),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 50),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    ] {
        connection.set_limit(limit, most)?;
    }
    Ok(connection)
}

fn rows(connection: &Connection, table: &Table, source: &mut Source) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {}", contents::quoted(&table.name)))?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut number = 0;
    while let Some(row) = rows.next()? {
        number += 1;
        match feature(row, &columns, table, number) {
            Ok(feature) => source.features.push(feature),
            Err(problem) => source.problems.push(*problem),
        }
    }
    Ok(())
}

fn feature(row: &Row<'_>, columns: &[String], table: &Table, ordinal: u64) -> Result<RawFeature, Box<ImportProblem>> {
    let mut feature = RawFeature { number: ordinal, id: None, properties: Map::new(), geometry: None };
    let refuse = |feature: &RawFeature, rule: &str, field: &str, message: String| {
        let name = format!("feature {}", feature.number);
        Box::new(ImportProblem::of_feature(&name, rule, message).in_field(field))
    };
    // The key first, so that whatever else is wrong is named by it.
    if let Some(key) = table.key.as_ref().and_then(|key| columns.iter().position(|column| column == key))
        && let Ok(ValueRef::Integer(fid)) = row.get_ref(key)
    {
        feature.number = u64::try_from(fid).unwrap_or(ordinal);
    }
    for (index, column) in columns.iter().enumerate() {
        let value =
            row.get_ref(index).map_err(|error| refuse(&feature, "geopackage.value", column, error.to_string()))?;
        if column == &table.geometry_column {
            feature.geometry = match value {
                ValueRef::Null => None,
                ValueRef::Blob(bytes) => {
                    wkb::read(bytes).map_err(|message| refuse(&feature, "geopackage.geometry", "", message))?
                }
                _ => return Err(refuse(&feature, "geopackage.geometry", "", "it is not a geometry".to_owned())),
            };
        } else if table.key.as_ref() != Some(column) {
            let value = attribute(value).map_err(|message| refuse(&feature, "geopackage.value", column, message))?;
            feature.properties.insert(column.clone(), value);
        }
    }
    Ok(feature)
}

fn attribute(value: ValueRef<'_>) -> Result<Value, String> {
    Ok(match value {
        // Pictures and the like: nothing here could say what they are.
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => {
            Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        ValueRef::Text(bytes) => {
            Value::String(str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8 ({error})"))?.to_owned())
        }
    })
}
