//! A layer as a table: which columns its features need, what each of them holds, and how long its texts become.

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::record::{FeatureVersion, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use serde_json::{Map, Value};

use super::{ExportError, properties};
use crate::import::{ATTRIBUTE_PREFIX, fields};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Whole,
    Real,
    Text,
}

impl Kind {
    /// What holds a value.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Flag,
            Value::Number(number) if number.is_f64() => Self::Real,
            Value::Number(_) => Self::Whole,
            _ => Self::Text,
        }
    }

    /// What holds the values of both.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Whole, Self::Real) | (Self::Real, Self::Whole) => Self::Real,
            _ => Self::Text,
        }
    }
}

/// A column of a layer's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// The property it holds.
    pub(super) property: String,
    /// What it is called in the file: the property's name, unless that is taken.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// Gives features one after the other, and how many there were; stops at the first error.
pub(super) type Rows<'a> =
    &'a dyn Fn(&mut dyn FnMut(FeatureVersion) -> Result<(), ExportError>) -> Result<u64, ExportError>;

/// The columns of a layer as of a revision, the code first.
pub(super) fn columns(
    store: &dyn Store,
    layer: Layer,
    at: Revision,
    taken: &[&str],
) -> Result<Vec<Column>, ExportError> {
    columns_of(&|row| each(store, layer, at, row), layer, taken)
}

/// The columns of features of a layer, the code first.
pub(super) fn columns_of(rows: Rows<'_>, layer: Layer, taken: &[&str]) -> Result<Vec<Column>, ExportError> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::from([("code".to_owned(), Kind::Text)]);
    rows(&mut |version| {
        for (name, value) in properties::of(&version.feature) {
            let kind = Kind::of(&value);
            kinds.entry(name).and_modify(|known| *known = known.with(kind)).or_insert(kind);
        }
        Ok(())
    })?;
    // Many programs take names that differ in capitals for one. Fields come first, so it is attributes that give way.
    let mut names: Vec<(String, Kind)> = kinds.into_iter().collect();
    names.sort_by_key(|(name, _)| (name != "code", !fields::is_field(layer, name)));
    let mut used: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let column = |(property, kind): (String, Kind)| {
        let free = used.insert(property.to_lowercase());
        let name = if free { property.clone() } else { format!("{ATTRIBUTE_PREFIX}{property}") };
        Column { property, name, kind }
    };
    Ok(names.into_iter().map(column).collect())
}

/// Calls `each` with the features of a layer as of a revision; stops at the first error, and says that one.
pub(super) fn each(
    store: &dyn Store,
    layer: Layer,
    at: Revision,
    each: &mut dyn FnMut(FeatureVersion) -> Result<(), ExportError>,
) -> Result<u64, ExportError> {
    let mut count = 0;
    let mut stopped = None;
    let scanned = store.scan(layer, at, &mut |version| {
        count += 1;
        each(version).map_err(|error| {
            stopped = Some(error);
            // The scan is stopped with any error of its own kind; the one that stopped it says more.
            StoreError::Busy
        })
    });
    match (stopped, scanned) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(count),
    }
}

/// A property's text; nothing if the feature does not have it. Lists are written as JSON.
pub(super) fn text(properties: &Map<String, Value>, property: &str) -> Option<String> {
    match properties.get(property)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
