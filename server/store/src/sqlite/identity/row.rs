//! Columns to values and back. A column that cannot be read is named with its row.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use cloudsite_domain::identity::Role;
use cloudsite_domain::record::Language;
use jiff::Timestamp;
use rusqlite::Row;
use serde_json::Value;

use crate::StoreError;

/// A row of a table, with what to call it where it is damaged.
pub(in crate::sqlite) struct Columns<'a> {
    row: &'a Row<'a>,
    table: &'static str,
}

impl<'a> Columns<'a> {
    pub(in crate::sqlite) const fn of(table: &'static str, row: &'a Row<'a>) -> Self {
        Self { row, table }
    }

    fn damaged(&self, column: usize, what: impl Display) -> StoreError {
        let key = self.row.get_ref(0).ok().and_then(|key| match key {
            rusqlite::types::ValueRef::Integer(id) => Some(id.to_string()),
            rusqlite::types::ValueRef::Text(code) => Some(String::from_utf8_lossy(code).into_owned()),
            _ => None,
        });
        let name = self.row.as_ref().column_name(column).unwrap_or("?").to_owned();
        let place = format!("{} {}, column {name}", self.table, key.unwrap_or_default());
        StoreError::Corrupt { what: what.to_string(), place }
    }

    pub(in crate::sqlite) fn id(&self, column: usize) -> Result<u64, StoreError> {
        Ok(self.row.get::<_, i64>(column)? as u64)
    }

    pub(in crate::sqlite) fn maybe_id(&self, column: usize) -> Result<Option<u64>, StoreError> {
        Ok(self.row.get::<_, Option<i64>>(column)?.map(|id| id as u64))
    }

    pub(in crate::sqlite) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.row.get(column)?)
    }

    pub(in crate::sqlite) fn text(&self, column: usize) -> Result<String, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// A text with a meaning.
    pub(in crate::sqlite) fn word<T: FromStr<Err: Display>>(&self, column: usize) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|error| self.damaged(column, error))
    }

    /// A language by its tag.
    pub(in crate::sqlite) fn language(&self, column: usize) -> Result<Language, StoreError> {
        let tag = self.text(column)?;
        Language::from_tag(&tag).ok_or_else(|| self.damaged(column, format!("'{tag}' is no language")))
    }

    pub(in crate::sqlite) fn maybe_word<T: FromStr<Err: Display>>(
        &self,
        column: usize,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.row.get(column)?;
        text.map(|text| text.parse().map_err(|error| self.damaged(column, error))).transpose()
    }

    pub(in crate::sqlite) fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|error| self.damaged(column, error))
    }

    pub(in crate::sqlite) fn maybe_json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.row.get(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| self.damaged(column, error))).transpose()
    }

    pub(in crate::sqlite) fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.row.get(column)?).map_err(|error| self.damaged(column, error))
    }

    pub(in crate::sqlite) fn maybe_time(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        let micros: Option<i64> = self.row.get(column)?;
        micros
            .map(|micros| Timestamp::from_microsecond(micros).map_err(|error| self.damaged(column, error)))
            .transpose()
    }
}

/// A time as its column holds it.
pub(in crate::sqlite) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A time as it comes back.
pub(in crate::sqlite) fn kept(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(micros(at)).unwrap_or(at)
}

/// Roles as their column holds them.
pub(in crate::sqlite) fn roles(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Value>().to_string()
}
