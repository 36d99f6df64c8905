//! The rows of a `.dbf`: how wide its columns have to be, and what goes into them.

use std::io::{Seek, Write};

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Feature, Layer, Revision};
use cloudsite_store::Store;
use serde_json::{Map, Value};
use shapefile::dbase::encoding::Unicode;
use shapefile::dbase::{FieldName, FieldValue, Record, TableWriter, TableWriterBuilder};

use super::names::{self, TEXT_BYTES};
use crate::export::table::{self, Column, Kind};
use crate::export::{ExportError, properties};

/// The most bytes of a row; its length is written in two bytes.
const MOST_ROW_BYTES: usize = 65_000;

/// The most columns that all programs read.
const MOST_COLUMNS: usize = 255;

/// The widest number, and the most decimals.
const NUMBER_BYTES: usize = 19;
const MOST_DECIMALS: usize = 15;

/// What a property takes in the table.
struct Field {
    column: Column,
    /// The names of its columns: several if its longest text does not fit one.
    names: Vec<String>,
    width: usize,
    decimals: usize,
}

/// How the features of a layer become rows.
pub(super) struct Rows {
    fields: Vec<Field>,
}

/// How much room a column needs.
#[derive(Clone, Default)]
struct Room {
    /// Of a number: digits, sign and point before the decimals.
    before: usize,
    decimals: usize,
    /// Of a text.
    bytes: usize,
    pieces: usize,
}

impl Rows {
    /// Measures all features, and shows their shapes to `shape`.
    pub(super) fn measure(
        store: &dyn Store,
        layer: Layer,
        at: Revision,
        columns: Vec<Column>,
        shape: &mut dyn FnMut(&Shape),
    ) -> Result<Self, ExportError> {
        let mut rooms = vec![Room::default(); columns.len()];
        table::each(store, layer, at, &mut |version| {
            shape(&version.feature.shape);
            let properties = properties::of(&version.feature);
            for (room, column) in rooms.iter_mut().zip(&columns) {
                if let Some(text) = table::text(&properties, &column.property) {
                    room.widen(&text);
                }
            }
            Ok(())
        })?;
        let mut used = Vec::new();
        let fields: Vec<Field> =
            columns.into_iter().zip(rooms).map(|(column, room)| Field::new(column, &room, &mut used)).collect();
        let count: usize = fields.iter().map(|field| field.names.len()).sum();
        let bytes: usize = fields.iter().map(|field| field.names.len() * field.width).sum();
        if count > MOST_COLUMNS || bytes > MOST_ROW_BYTES {
            let message = format!(
                "Shapefile: {count} columns of {bytes} bytes are more than the {MOST_COLUMNS} of {MOST_ROW_BYTES} that a \
                 .dbf takes; a GeoPackage has no such limit"
            );
            return Err(ExportError::Unfit(message));
        }
        Ok(Self { fields })
    }

    /// A list of which column holds which property, as CSV.
    pub(super) fn names(&self) -> Vec<u8> {
        let mut list = ::csv::Writer::from_writer(Vec::new());
        let rows = self.fields.iter().flat_map(|field| field.names.iter().map(|name| [name, &field.column.name]));
        // Writing to memory does not fail.
        let written = std::iter::once(["column".to_owned(), "field".to_owned()])
            .chain(rows.map(|row| row.map(Clone::clone)))
            .try_for_each(|row| list.write_record(row));
        debug_assert!(written.is_ok(), "{written:?}");
        list.into_inner().unwrap_or_default()
    }

    pub(super) fn writer<W: Write + Seek>(&self, out: W) -> Result<TableWriter<W>, ExportError> {
        let mut builder = TableWriterBuilder::with_encoding(Unicode);
        for field in &self.fields {
            for name in &field.names {
                let name = FieldName::try_from(name.as_str()).map_err(|error| ExportError::Unfit(error.to_owned()))?;
                let width = field.width as u8;
                builder = match field.column.kind {
                    Kind::Flag => builder.add_logical_field(name),
                    Kind::Whole | Kind::Real => builder.add_numeric_field(name, width, field.decimals as u8),
                    Kind::Text => builder.add_character_field(name, width),
                };
            }
        }
        Ok(builder.build_with_dest(out))
    }

    /// A feature's row.
    pub(super) fn record(&self, feature: &Feature) -> Record {
        let properties = properties::of(feature);
        let mut record = Record::default();
        for field in &self.fields {
            field.put(&properties, &mut record);
        }
        record
    }
}

impl Room {
    fn widen(&mut self, text: &str) {
        let (before, behind) = text.split_once('.').unwrap_or((text, ""));
        self.before = self.before.max(before.len());
        self.decimals = self.decimals.max(behind.len());
        self.bytes = self.bytes.max(text.len());
        self.pieces = self.pieces.max(if text.len() > TEXT_BYTES { names::pieces(text).len() } else { 1 });
    }
}

impl Field {
    fn new(mut column: Column, room: &Room, used: &mut Vec<String>) -> Self {
        let decimals = if column.kind == Kind::Real { room.decimals } else { 0 };
        let digits = room.before + if decimals > 0 { decimals + 1 } else { 0 };
        // A number that is too long for a number's column is kept to the last digit as a text.
        if matches!(column.kind, Kind::Whole | Kind::Real) && (digits > NUMBER_BYTES || decimals > MOST_DECIMALS) {
            column.kind = Kind::Text;
        }
        let (width, pieces) = match column.kind {
            Kind::Flag => (1, 1),
            Kind::Whole | Kind::Real => (digits.max(1), 1),
            Kind::Text => (room.bytes.clamp(1, TEXT_BYTES), room.pieces.max(1)),
        };
        let names = (0..pieces).map(|_| names::short(&column.name, used)).collect();
        Self { column, names, width, decimals }
    }

    fn put(&self, properties: &Map<String, Value>, record: &mut Record) {
        let value = properties.get(&self.column.property);
        match self.column.kind {
            Kind::Flag => {
                let flag = value.and_then(Value::as_bool);
                record.insert(self.names[0].clone(), FieldValue::Logical(flag));
            }
            Kind::Whole | Kind::Real => {
                let number = value.and_then(Value::as_f64);
                record.insert(self.names[0].clone(), FieldValue::Numeric(number));
            }
            Kind::Text => {
                let text = table::text(properties, &self.column.property).unwrap_or_default();
                let pieces = if self.names.len() > 1 { names::pieces(&text) } else { vec![text.as_str()] };
                for (index, name) in self.names.iter().enumerate() {
                    let piece = pieces.get(index).filter(|piece| !piece.is_empty());
                    record.insert(name.clone(), FieldValue::Character(piece.map(|piece| (*piece).to_owned())));
                }
            }
        }
    }
}
