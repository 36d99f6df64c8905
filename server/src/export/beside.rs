//! Tables beside a layer of a `GeoPackage`: read with it, and left alone where the layer is imported.

use geo_types::MultiPolygon;
use jiff::civil::Date;
use serde_json::Value;

/// What stands beside a layer.
pub(crate) struct Beside {
    /// The day that the file says that it was changed on.
    pub(crate) changed_on: Date,
    /// The tables.
    pub(crate) tables: Vec<Table>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Flag,
    Whole,
    Real,
    Text,
    /// ISO 8601.
    Day,
}

/// A table of attributes, or of areas and what is said of them.
pub(crate) struct Table {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// What its columns are called, and what each of them holds, which values that are not there cannot tell.
    pub(crate) columns: &'static [(&'static str, Holds)],
    /// A value for each column; null where there is none.
    pub(crate) rows: Vec<Vec<Value>>,
    /// The area of each row, canonical metres; none of a table without geometry.
    pub(crate) areas: Option<Vec<MultiPolygon>>,
}
