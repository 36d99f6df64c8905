//! The area that was given to organisations, in tables beside the record's.

use std::fmt::Display;

use cloudsite_domain::disclosure::Cell;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};

use super::SqliteStore;
use crate::StoreError;
use crate::extent::{Escalation, ExtentStore, GivenCell};

/// The step of the schema that adds the tables. Times are microseconds since 1970.
pub(super) const STEP: &str = "
CREATE TABLE given_cell (
    organisation TEXT NOT NULL,
    tier         TEXT NOT NULL,
    x            INTEGER NOT NULL,
    y            INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (organisation, tier, x, y)
) STRICT, WITHOUT ROWID;

CREATE TABLE extent_refused (
    organisation TEXT PRIMARY KEY,
    refusals     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
) STRICT;
";

fn damaged(table: &str, organisation: &str, what: impl Display) -> StoreError {
    StoreError::Corrupt { what: what.to_string(), place: format!("{table} of {organisation}") }
}

impl ExtentStore for SqliteStore {
    fn add_given(&self, cells: &[GivenCell]) -> Result<(), StoreError> {
        self.write(|connection| add_given(connection, cells))
    }

    fn given(&self) -> Result<Vec<GivenCell>, StoreError> {
        self.readers.with(|connection| given(connection))
    }

    fn escalate(&self, refused: &[Escalation]) -> Result<(), StoreError> {
        self.write(|connection| escalate(connection, refused))
    }

    fn escalations(&self) -> Result<Vec<Escalation>, StoreError> {
        self.readers.with(|connection| escalations(connection))
    }
}

fn add_given(connection: &mut Connection, cells: &[GivenCell]) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO given_cell (organisation, tier, x, y, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for GivenCell { organisation, tier, cell, at } in cells {
        transaction.prepare_cached(sql)?.execute(params![
            organisation.as_str(),
            tier.as_str(),
            cell.x,
            cell.y,
            at.as_microsecond()
        ])?;
    }
    Ok(transaction.commit()?)
}

fn given(connection: &Connection) -> Result<Vec<GivenCell>, StoreError> {
    let sql = "SELECT organisation, tier, x, y, at FROM given_cell ORDER BY organisation, tier, x, y";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (organisation, tier): (String, String) = (row.get(0)?, row.get(1)?);
        let damaged = |what: &dyn Display| damaged("given_cell", &organisation, what);
        all.push(GivenCell {
            organisation: organisation.parse().map_err(|error| damaged(&error))?,
            tier: tier.parse().map_err(|error| damaged(&error))?,
            cell: Cell { x: row.get(2)?, y: row.get(3)? },
            at: Timestamp::from_microsecond(row.get(4)?).map_err(|error| damaged(&error))?,
        });
    }
    Ok(all)
}

fn escalate(connection: &mut Connection, refused: &[Escalation]) -> Result<(), StoreError> {
    let sql = "INSERT INTO extent_refused (organisation, refusals, last_at) VALUES (?1, ?2, ?3)
               ON CONFLICT (organisation) DO UPDATE
               SET refusals = refusals + excluded.refusals, last_at = max(last_at, excluded.last_at)";
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for Escalation { organisation, refusals, last_at } in refused {
        let row = params![organisation.as_str(), *refusals as i64, last_at.as_microsecond()];
        transaction.prepare_cached(sql)?.execute(row)?;
    }
    Ok(transaction.commit()?)
}

fn escalations(connection: &Connection) -> Result<Vec<Escalation>, StoreError> {
    let sql = "SELECT organisation, refusals, last_at FROM extent_refused ORDER BY organisation";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let organisation: String = row.get(0)?;
        let damaged = |what: &dyn Display| damaged("extent_refused", &organisation, what);
        all.push(Escalation {
            organisation: organisation.parse().map_err(|error| damaged(&error))?,
            refusals: row.get::<_, i64>(1)? as u64,
            last_at: Timestamp::from_microsecond(row.get(2)?).map_err(|error| damaged(&error))?,
        });
    }
    Ok(all)
}
