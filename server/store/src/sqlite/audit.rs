//! The audit log's tables: appended to, and refused every update by the database itself.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use cloudsite_domain::audit::{Actor, Checkpoint, Digest, Event, Happening, Link, Milestone, PublicKey};
use cloudsite_domain::record::{Code, Revision};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;

/// The step of the schema that adds the log. Times are texts and details are JSON objects, each with the one spelling
/// that this program writes, so that no byte of them can change unseen.
pub(super) const STEP: &str = "
CREATE TABLE audit_event (
    sequence     INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    actor        TEXT NOT NULL,
    organisation TEXT NOT NULL,
    action       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    detail       TEXT NOT NULL,
    previous     BLOB NOT NULL,
    hash         BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;

CREATE TABLE audit_checkpoint (
    sequence  INTEGER PRIMARY KEY,
    hash      BLOB NOT NULL,
    revision  INTEGER NOT NULL,
    at        TEXT NOT NULL,
    key       BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_checkpoint_stays BEFORE UPDATE ON audit_checkpoint
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
CREATE TRIGGER audit_checkpoint_is_kept BEFORE DELETE ON audit_checkpoint
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;

-- The digest of a version as it was written: says which feature was changed where the revision's says only that one was.
ALTER TABLE version ADD COLUMN digest BLOB;
";

/// The step of the schema by which it is found what an organisation was given when.
pub(super) const DISCLOSURES: &str = "
CREATE INDEX audit_event_disclosure ON audit_event (organisation, at) WHERE action = 'disclosure';
";

const APPEND: &str = "
INSERT INTO audit_event (sequence, at, actor, organisation, action, subject, detail, previous, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const EVENTS: &str = "
SELECT sequence, at, actor, organisation, action, subject, detail, previous, hash FROM audit_event
WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence";

/// Times are texts in UTC, and sort as times do up to their last digit: so one is compared to bounds without it.
const GIVEN: &str = "
SELECT sequence, at, actor, organisation, action, subject, detail, previous, hash FROM audit_event
WHERE action = 'disclosure' AND organisation = ?1 AND at >= ?2 AND at < ?3 ORDER BY sequence";

/// Refused where the record was last written by a program that kept no log.
fn must_have_log(connection: &Connection) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = 'audit_event'")?;
    if statement.exists([])? { Ok(()) } else { Err(StoreError::NoLog) }
}

pub(super) fn head(connection: &Connection) -> Result<Link, StoreError> {
    must_have_log(connection)?;
    let sql = "SELECT sequence, hash FROM audit_event ORDER BY sequence DESC LIMIT 1";
    let last = connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
    match last.optional()? {
        None => Ok(Link::default()),
        Some((sequence, hash)) => {
            let hash: Option<[u8; 32]> = Vec::try_into(hash).ok();
            let hash = hash.map(Digest).ok_or_else(|| damaged("its hash has not 32 bytes", sequence))?;
            Ok(Link { sequence: sequence as u64, hash })
        }
    }
}

/// Appends within the caller's transaction.
pub(super) fn append(connection: &Connection, happening: Happening) -> Result<Link, StoreError> {
    let event = happening.seal(head(connection)?);
    let happening = &event.happening;
    let detail = detail_text(&happening.detail, event.sequence as i64)?;
    connection.prepare_cached(APPEND)?.execute(params![
        event.sequence as i64,
        happening.at.to_string(),
        happening.actor.label,
        happening.actor.organisation,
        happening.action.as_str(),
        happening.subject,
        detail,
        event.previous.0,
        event.hash.0,
    ])?;
    Ok(event.link())
}

/// The disclosures to an organisation that were told within whole seconds, oldest first.
pub(super) fn disclosures(
    connection: &Connection,
    organisation: &Code,
    within: &Range<Timestamp>,
) -> Result<Vec<Event>, StoreError> {
    must_have_log(connection)?;
    let bound = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let mut statement = connection.prepare_cached(GIVEN)?;
    let mut rows = statement.query(params![organisation.as_str(), bound(within.start), bound(within.end)])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row)?);
    }
    Ok(events)
}

pub(super) fn events(
    connection: &Connection,
    range: &RangeInclusive<u64>,
    each: &mut dyn FnMut(Event) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    must_have_log(connection)?;
    let number = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(EVENTS)?;
    let mut rows = statement.query(params![number(*range.start()), number(*range.end())])?;
    while let Some(row) = rows.next()? {
        each(event(row)?)?;
    }
    Ok(())
}

/// Reads a row. One that is not spelt as it would have been written is damaged, even if it means the same.
fn event(row: &Row<'_>) -> Result<Event, StoreError> {
    let sequence: i64 = row.get(0)?;
    let text = |index: usize| row.get::<_, String>(index).map_err(|error| damaged(error, sequence));
    let digest = |index: usize| row.get(index).map(Digest).map_err(|error| damaged(error, sequence));
    let (at, detail) = (text(1)?, text(6)?);
    let happening = Happening {
        at: at.parse().map_err(|error| damaged(error, sequence))?,
        actor: Actor { label: text(2)?, organisation: text(3)? },
        action: text(4)?.parse().map_err(|error| damaged(error, sequence))?,
        subject: text(5)?,
        detail: serde_json::from_str(&detail).map_err(|error| damaged(error, sequence))?,
    };
    if happening.at.to_string() != at || detail_text(&happening.detail, sequence)? != detail {
        return Err(damaged("its time or its details are not as they were written", sequence));
    }
    Ok(Event { sequence: sequence as u64, happening, previous: digest(7)?, hash: digest(8)? })
}

fn detail_text(detail: &BTreeMap<String, String>, sequence: i64) -> Result<String, StoreError> {
    serde_json::to_string(detail).map_err(|error| damaged(error, sequence))
}

fn damaged(what: impl Display, sequence: i64) -> StoreError {
    StoreError::Corrupt { what: what.to_string(), place: format!("event {sequence} of the audit log") }
}

pub(super) fn add_checkpoint(connection: &Connection, checkpoint: &Checkpoint) -> Result<(), StoreError> {
    must_have_log(connection)?;
    let Milestone { link, revision, at } = checkpoint.milestone;
    let sql = "INSERT OR IGNORE INTO audit_checkpoint (sequence, hash, revision, at, key, signature)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        link.sequence as i64,
        link.hash.0,
        revision.0 as i64,
        at.to_string(),
        checkpoint.key.0,
        checkpoint.signature,
    ])?;
    Ok(())
}

pub(super) fn checkpoints(connection: &Connection, from: u64) -> Result<Vec<Checkpoint>, StoreError> {
    must_have_log(connection)?;
    let sql = "SELECT sequence, hash, revision, at, key, signature FROM audit_checkpoint
               WHERE sequence >= ?1 ORDER BY sequence";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([i64::try_from(from).unwrap_or(i64::MAX)])?;
    let mut checkpoints = Vec::new();
    while let Some(row) = rows.next()? {
        checkpoints.push(checkpoint(row)?);
    }
    Ok(checkpoints)
}

fn checkpoint(row: &Row<'_>) -> Result<Checkpoint, StoreError> {
    let sequence: i64 = row.get(0)?;
    let damaged = |what: &dyn Display| StoreError::Corrupt {
        what: what.to_string(),
        place: format!("the checkpoint at event {sequence} of the audit log"),
    };
    let at: String = row.get(3).map_err(|error| damaged(&error))?;
    let milestone = Milestone {
        link: Link { sequence: sequence as u64, hash: Digest(row.get(1).map_err(|error| damaged(&error))?) },
        revision: Revision(row.get::<_, i64>(2).map_err(|error| damaged(&error))? as u64),
        at: at.parse().map_err(|error: jiff::Error| damaged(&error))?,
    };
    if milestone.at.to_string() != at {
        return Err(damaged(&"its time is not as it was written"));
    }
    Ok(Checkpoint {
        milestone,
        key: PublicKey(row.get(4).map_err(|error| damaged(&error))?),
        signature: row.get(5).map_err(|error| damaged(&error))?,
    })
}
