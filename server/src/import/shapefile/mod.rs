//! ESRI Shapefiles, packed as a zip or lying side by side: shapes in `.shp`, rows in `.dbf`, the coordinate reference
//! system in `.prj` and the encoding of texts in `.cpg`. The index `.shx` is not needed.

mod dbf;
mod parts;
mod rings;
mod shapes;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::crs_wkt::{self, Described};
use super::source::{RawFeature, Source};
use super::text::TextEncoding;
use super::{ImportProblem, Refusal};
use dbf::Table;
pub(crate) use parts::FIELDS_ENDING;
pub(crate) use parts::bundle;
pub(super) use parts::{Parts, layer_names};

fn refuse(rule: &str, message: impl ToString) -> ImportProblem {
    ImportProblem::of_file(rule, message)
}

/// Reads a Shapefile of which `encoding`, if given, is how its texts are written, whatever it says itself.
pub(super) fn read(parts: &Parts, encoding: Option<TextEncoding>) -> Result<Source, Refusal> {
    let mut source = Source::default();
    match parts.prj.as_deref().map(|text| crs_wkt::read(&String::from_utf8_lossy(text))) {
        Some(Described::Known(crs)) => source.crs = Some(crs),
        Some(Described::Unknown(name)) => source.unknown_crs = Some(name),
        None => {}
    }
    let shapes = shapes::read(&parts.shp)?;
    let table = parts.dbf.as_deref().map(Table::open).transpose()?;
    let rows = table.as_ref().map_or(shapes.len(), Table::len);
    if rows != shapes.len() {
        let message = format!("its .dbf has {rows} rows and its .shp {} shapes", shapes.len());
        return Err(refuse("shapefile.parts", message).into());
    }
    let encoding = match &table {
        Some(table) => encoding_of(parts, table, encoding)?,
        None => TextEncoding::UTF_8,
    };
    source.encoding = table.is_some().then_some(encoding);
    let columns = match &table {
        Some(table) => columns(table, encoding, parts.fields.as_deref())?,
        None => Vec::new(),
    };
    for (index, shape) in shapes.into_iter().enumerate() {
        let number = index as u64 + 1;
        let named =
            |rule: &str, message: String| ImportProblem::of_feature(&format!("feature {number}"), rule, message);
        let mut feature = RawFeature { number, id: None, properties: Map::new(), geometry: None };
        if let Some(table) = &table {
            if table.is_deleted(index) {
                continue;
            }
            match properties(table, index, encoding, &columns) {
                Ok(properties) => feature.properties = properties,
                Err((column, message)) => {
                    source.problems.push(named("shapefile.value", message).in_field(&column));
                    continue;
                }
            }
        }
        match shape {
            Ok(geometry) => feature.geometry = geometry,
            Err(message) => {
                source.problems.push(named("shapefile.geometry", message));
                continue;
            }
        }
        source.features.push(feature);
    }
    Ok(source)
}

/// What is said by hand, else by the `.cpg`, else by the byte in the `.dbf`, else what the texts leave no doubt of.
fn encoding_of(parts: &Parts, table: &Table<'_>, said: Option<TextEncoding>) -> Result<TextEncoding, Refusal> {
    if let Some(encoding) = said {
        return Ok(encoding);
    }
    let named = parts.cpg.as_deref().map(String::from_utf8_lossy).filter(|name| !name.trim().is_empty());
    if let Some(name) = named {
        return name.parse().map_err(|error| {
            refuse("encoding.known", format!("its .cpg: {error}; say --encoding")).in_field("encoding").into()
        });
    }
    if let Some(encoding) = table.encoding() {
        return Ok(encoding);
    }
    TextEncoding::detect(table.texts())
        .map_err(|message| refuse("encoding.present", message).in_field("encoding").into())
}

/// The names of the table's columns, by the list of whole names that an export puts beside it if there is one. A name
/// that is there twice holds one text in several columns.
fn columns(table: &Table<'_>, encoding: TextEncoding, list: Option<&[u8]>) -> Result<Vec<String>, Refusal> {
    let mut whole = BTreeMap::new();
    if let Some(list) = list {
        for row in ::csv::Reader::from_reader(list).into_deserialize::<(String, String)>() {
            let (column, field) = row.map_err(|error| refuse("shapefile.fields", error))?;
            whole.insert(column, field);
        }
    }
    let mut columns = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let name = encoding.decode(column.name).ok_or_else(|| {
            let message = format!("the name of a column is not {}; say --encoding", encoding.name());
            refuse("encoding.text", message).in_field("encoding")
        })?;
        match whole.remove(&name) {
            Some(field) => columns.push(field),
            None if columns.contains(&name) => {
                let message = format!("two columns of its .dbf are called '{name}'");
                return Err(refuse("shapefile.column", message).into());
            }
            None => columns.push(name),
        }
    }
    Ok(columns)
}

fn properties(
    table: &Table<'_>,
    row: usize,
    encoding: TextEncoding,
    columns: &[String],
) -> Result<Map<String, Value>, (String, String)> {
    let mut properties = Map::new();
    for (index, name) in columns.iter().enumerate() {
        let value = table.value(row, index, encoding).map_err(|message| (name.clone(), message))?;
        match (properties.get_mut(name), value) {
            (Some(Value::String(text)), Value::String(more)) => text.push_str(&more),
            (Some(_), Value::Null) => {}
            (_, value) => {
                properties.insert(name.clone(), value);
            }
        }
    }
    Ok(properties)
}
