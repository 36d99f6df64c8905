//! A layer as a workbook of one sheet, with the columns of the CSV.

use std::io::Write;

use cloudsite_domain::record::{Layer, Revision};
use cloudsite_store::Store;
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::table::{self, Column, Kind};
use super::{ExportError, csv, properties};

/// The longest text that a cell takes.
const MOST_CHARS: usize = 32_767;

/// Writes a layer, and returns how many features it has.
pub(super) fn write(store: &dyn Store, layer: Layer, at: Revision, out: &mut dyn Write) -> Result<u64, ExportError> {
    let columns = table::columns(store, layer, at, &[csv::GEOMETRY])?;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(layer.as_str()).map_err(unfit)?;
    let last = index(columns.len())?;
    for (column, name) in columns.iter().map(|column| column.name.as_str()).chain([csv::GEOMETRY]).enumerate() {
        sheet.write_string(0, index(column)?, name).map_err(unfit)?;
    }
    let mut row = 0_u32;
    let count = table::each(store, layer, at, &mut |version| {
        row += 1;
        let feature = &version.feature;
        let properties = properties::of(feature);
        let geometry = csv::geometry(&feature.shape);
        for (number, column) in columns.iter().enumerate() {
            cell(sheet, (row, index(number)?), column, &properties, feature.code.as_str())?;
        }
        text(sheet, (row, last), csv::GEOMETRY, geometry, feature.code.as_str())
    })?;
    out.write_all(&book.save_to_buffer().map_err(unfit)?)?;
    Ok(count)
}

fn unfit(error: XlsxError) -> ExportError {
    ExportError::Unfit(format!("XLSX: {error}"))
}

fn index(column: usize) -> Result<u16, ExportError> {
    u16::try_from(column).map_err(|_| ExportError::Unfit(format!("XLSX: {column} columns are more than a sheet has")))
}

fn cell(
    sheet: &mut Worksheet,
    (row, number): (u32, u16),
    column: &Column,
    properties: &serde_json::Map<String, Value>,
    code: &str,
) -> Result<(), ExportError> {
    let value = properties.get(&column.property);
    match (column.kind, value) {
        (_, None | Some(Value::Null)) => Ok(()),
        (Kind::Flag, Some(Value::Bool(flag))) => sheet.write_boolean(row, number, *flag).map(|_| ()).map_err(unfit),
        (Kind::Whole | Kind::Real, Some(Value::Number(value))) => match value.as_f64() {
            Some(value) => sheet.write_number(row, number, value).map(|_| ()).map_err(unfit),
            None => Ok(()),
        },
        _ => match table::text(properties, &column.property) {
            Some(value) => text(sheet, (row, number), &column.name, value, code),
            None => Ok(()),
        },
    }
}

fn text(
    sheet: &mut Worksheet,
    (row, number): (u32, u16),
    column: &str,
    text: String,
    code: &str,
) -> Result<(), ExportError> {
    if text.encode_utf16().count() > MOST_CHARS {
        let message = format!(
            "XLSX: {column} of {code} has more than the {MOST_CHARS} characters that a cell takes; CSV has no such limit"
        );
        return Err(ExportError::Unfit(message));
    }
    sheet.write_string(row, number, text).map(|_| ()).map_err(unfit)
}
