//! Counted briefs, in tables beside the record's.

use std::fmt::Display;
use std::ops::RangeInclusive;

use cloudsite_domain::siting::demand::{Class, Count, Demand, Kind, Scope};
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

/// The step that counts the park by itself, and says `refused` where it was `unanswered`: a brief counted before is there if
/// no place suited it, and of the park's it is known that they are at least those of the zone with most. The status was then
/// counted for land that was not on offer, of which nothing is known of the park.
pub(super) const PARK: &str = "
ALTER TABLE demand RENAME COLUMN unanswered TO refused;
ALTER TABLE demand_day RENAME COLUMN unanswered TO refused;

CREATE TABLE demand_park (
    day     TEXT NOT NULL,
    subject TEXT NOT NULL,
    class   INTEGER NOT NULL,
    briefs  INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (day, subject, class)
) STRICT, WITHOUT ROWID;

INSERT INTO demand_park
SELECT day, subject, class, max(briefs), max(refused) FROM demand WHERE briefs > 0 AND subject <> 'status'
GROUP BY day, subject, class;
";

const ADD: &str = "
INSERT INTO demand (day, zone, subject, class, briefs, refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET briefs = briefs + excluded.briefs, refused = refused + excluded.refused";

const ADD_TO_PARK: &str = "
INSERT INTO demand_park (day, subject, class, briefs, refused) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET briefs = briefs + excluded.briefs, refused = refused + excluded.refused";

const ADD_DAY: &str = "
INSERT INTO demand_day (day, briefs, refused) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET briefs = briefs + excluded.briefs, refused = refused + excluded.refused";

const COUNTED: &str = "
SELECT day, briefs, refused, subject, class, zone FROM demand WHERE day BETWEEN ?1 AND ?2 AND briefs > 0
UNION ALL
SELECT day, briefs, refused, subject, class, NULL FROM demand_park WHERE day BETWEEN ?1 AND ?2 AND briefs > 0";

const DAYS: &str = "SELECT day, briefs, refused FROM demand_day WHERE day BETWEEN ?1 AND ?2 AND briefs > 0";

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
    for (Kind { day, scope, subject, class }, count) in &demand.kept_out {
        let (day, class) = (day.to_string(), class.map_or(-1, |class| i64::from(class.number())));
        let Count { briefs, refused } = count;
        match scope {
            Scope::Zone(zone) => {
                let zone = zone.as_ref().map_or("", |zone| zone.as_str());
                let values = params![day, zone, subject.as_str(), class, briefs, refused];
                transaction.prepare_cached(ADD)?.execute(values)?;
            }
            Scope::Park => {
                let values = params![day, subject.as_str(), class, briefs, refused];
                transaction.prepare_cached(ADD_TO_PARK)?.execute(values)?;
            }
        }
    }
    for (day, count) in &demand.days {
        let values = params![day.to_string(), count.briefs, count.refused];
        transaction.prepare_cached(ADD_DAY)?.execute(values)?;
    }
    Ok(transaction.commit()?)
}

fn counted(connection: &Connection, days: &RangeInclusive<Date>) -> Result<Demand, StoreError> {
    let within = [days.start().to_string(), days.end().to_string()];
    let mut demand = Demand::default();
    let mut statement = connection.prepare_cached(COUNTED)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&within))?;
    while let Some(row) = rows.next()? {
        let (day, count) = dated(row)?;
        let (subject, class, zone): (String, i64, Option<String>) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let kind = Kind {
            day,
            scope: match zone.as_deref() {
                None => Scope::Park,
                Some("") => Scope::Zone(None),
                Some(zone) => Scope::Zone(Some(zone.parse().map_err(|error| damaged(day, error))?)),
            },
            subject: subject.parse().map_err(|error| damaged(day, error))?,
            class: match class {
                -1 => None,
                number => Some(class_of(number).ok_or_else(|| damaged(day, format!("there is no class {number}")))?),
            },
        };
        demand.kept_out.insert(kind, count);
    }
    let mut statement = connection.prepare_cached(DAYS)?;
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
    let count = Count { briefs: row.get(1)?, refused: row.get(2)? };
    let date = day.parse().map_err(|error| damaged(&day, error))?;
    Ok((date, count))
}

fn class_of(number: i64) -> Option<Class> {
    Class::numbered(u8::try_from(number).ok()?)
}
