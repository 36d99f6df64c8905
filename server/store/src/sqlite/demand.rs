//! Counted briefs, in tables beside the record's.

use std::fmt::Display;
use std::ops::RangeInclusive;

use cloudsite_domain::siting::demand::{Class, Count, Demand, Kind};
use jiff::civil::Date;
use rusqlite::{Connection, TransactionBehavior, params};

use super::SqliteStore;
use crate::StoreError;
use crate::demand::DemandStore;

/// The step of the schema that adds the tables. Days are ISO 8601; no zone is an empty text, and no class is -1.
pub(super) const STEP: &str = "
CREATE TABLE demand (
    day        TEXT NOT NULL,
    zone       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    class      INTEGER NOT NULL,
    briefs     INTEGER NOT NULL,
    unanswered INTEGER NOT NULL,
    PRIMARY KEY (day, zone, subject, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE demand_day (
    day        TEXT PRIMARY KEY,
    briefs     INTEGER NOT NULL,
    unanswered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

const ADD: &str = "
INSERT INTO demand (day, zone, subject, class, briefs, unanswered) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET briefs = briefs + excluded.briefs, unanswered = unanswered + excluded.unanswered";

const ADD_DAY: &str = "
INSERT INTO demand_day (day, briefs, unanswered) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET briefs = briefs + excluded.briefs, unanswered = unanswered + excluded.unanswered";

impl DemandStore for SqliteStore {
    fn add_demand(&self, demand: &Demand) -> Result<(), StoreError> {
        self.write(|connection| add(connection, demand))
    }

    fn demand(&self, days: RangeInclusive<Date>) -> Result<Demand, StoreError> {
        self.readers.with(|connection| counted(connection, &days))
    }
}

fn add(connection: &mut Connection, demand: &Demand) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (Kind { day, zone, subject, class }, count) in &demand.kept_out {
        transaction.prepare_cached(ADD)?.execute(params![
            day.to_string(),
            zone.as_ref().map_or("", |zone| zone.as_str()),
            subject.as_str(),
            class.map_or(-1, |class| i64::from(class.number())),
            count.briefs,
            count.unanswered,
        ])?;
    }
    for (day, count) in &demand.days {
        let values = params![day.to_string(), count.briefs, count.unanswered];
        transaction.prepare_cached(ADD_DAY)?.execute(values)?;
    }
    Ok(transaction.commit()?)
}

fn counted(connection: &Connection, days: &RangeInclusive<Date>) -> Result<Demand, StoreError> {
    let within = [days.start().to_string(), days.end().to_string()];
    let mut demand = Demand::default();
    let sql =
        "SELECT day, briefs, unanswered, zone, subject, class FROM demand WHERE day BETWEEN ?1 AND ?2 AND briefs > 0";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&within))?;
    while let Some(row) = rows.next()? {
        let (day, count) = dated(row)?;
        let (zone, subject, class): (String, String, i64) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let kind = Kind {
            day,
            zone: if zone.is_empty() { None } else { Some(zone.parse().map_err(|error| damaged(day, error))?) },
            subject: subject.parse().map_err(|error| damaged(day, error))?,
            class: match class {
                -1 => None,
                number => Some(class_of(number).ok_or_else(|| damaged(day, format!("there is no class {number}")))?),
            },
        };
        demand.kept_out.insert(kind, count);
    }
    let sql = "SELECT day, briefs, unanswered FROM demand_day WHERE day BETWEEN ?1 AND ?2 AND briefs > 0";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&within))?;
    while let Some(row) = rows.next()? {
        let (day, count) = dated(row)?;
        demand.days.insert(day, count);
    }
    Ok(demand)
}

fn damaged(day: impl Display, what: impl Display) -> StoreError {
    StoreError::Corrupt { what: what.to_string(), place: format!("demand of {day}") }
}

fn dated(row: &rusqlite::Row<'_>) -> Result<(Date, Count), StoreError> {
    let day: String = row.get(0)?;
    let count = Count { briefs: row.get(1)?, unanswered: row.get(2)? };
    let date = day.parse().map_err(|error| damaged(&day, error))?;
    Ok((date, count))
}

fn class_of(number: i64) -> Option<Class> {
    Class::numbered(u8::try_from(number).ok()?)
}
