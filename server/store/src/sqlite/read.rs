//! Reading as of a revision.

use std::ops::RangeInclusive;

use cloudsite_domain::record::{
    Change, ChangeKind, Code, Feature, FeatureId, FeatureVersion, Layer, Revision, RevisionEntry,
};
use geo_types::{Coord, Rect};
use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::line::{self, AsOf, content_before, newest_seen};
use super::roll_back;
use crate::{Difference, StoreError, Touched};

const FEATURE: &str = concat!(
    "SELECT f.id, v.rev_from, c.payload FROM feature f
    JOIN version v ON v.feature_id = f.id AND v.rev_from = ",
    newest_seen!("f.id", "?3", "?4"),
    " JOIN content c ON c.id = v.content_id
    WHERE f.layer = ?1 AND f.code = ?2"
);

const SCAN: &str = concat!(
    "SELECT f.id, v.rev_from, c.payload FROM feature f
    JOIN version v ON v.feature_id = f.id AND v.rev_from = ",
    newest_seen!("f.id", "?2", "?3"),
    " JOIN content c ON c.id = v.content_id
    WHERE f.layer = ?1 ORDER BY f.id"
);

/// A feature by its number, also where it is not there.
const BY_ID: &str = concat!(
    "SELECT f.id, v.rev_from, c.payload, f.layer FROM feature f
    LEFT JOIN version v ON v.feature_id = f.id AND v.rev_from = ",
    newest_seen!("f.id", "?2", "?3"),
    " LEFT JOIN content c ON c.id = v.content_id
    WHERE f.id = ?1"
);

const CANDIDATES: &str = concat!(
    "SELECT f.id FROM feature f
    JOIN version v ON v.feature_id = f.id AND v.rev_from = ",
    newest_seen!("f.id", "?2", "?7"),
    " JOIN content c ON c.id = v.content_id
    WHERE f.layer = ?1 AND c.min_x <= ?5 AND c.max_x >= ?3 AND c.min_y <= ?6 AND c.max_y >= ?4 ORDER BY f.id"
);

const CHANGES: &str = concat!(
    "SELECT v.rev_from, CASE WHEN v.content_id IS NULL THEN 2 ELSE ",
    content_before!(),
    " IS NOT NULL END, f.layer, f.code, f.id
    FROM version v JOIN feature f ON f.id = v.feature_id
    WHERE v.rev_from > ?1 AND v.rev_from <= ?2 ORDER BY v.rev_from, v.feature_id"
);

const TOUCHED: &str = concat!(
    "SELECT v.rev_from, c.min_x, c.min_y, c.max_x, c.max_y, f.layer
    FROM version v JOIN feature f ON f.id = v.feature_id JOIN content c ON c.id = v.content_id WHERE v.rev_from > ?1
    UNION ALL
    SELECT v.rev_from, c.min_x, c.min_y, c.max_x, c.max_y, f.layer
    FROM version v JOIN feature f ON f.id = v.feature_id JOIN content c ON c.id = ",
    content_before!(),
    " WHERE v.rev_from > ?1"
);

/// Where a content of a feature is; the first column stands for a revision.
const PLACE: &str = "
SELECT 0, c.min_x, c.min_y, c.max_x, c.max_y, f.layer FROM content c, feature f WHERE c.id = ?1 AND f.id = ?2";

/// Past any revision there will be, so that a bound given as `u64::MAX` still fits SQLite's integer.
fn number(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}

pub(super) fn head(connection: &Connection) -> Result<Revision, StoreError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(number), 0) FROM revision")?;
    Ok(statement.query_row([], |row| Ok(Revision(row.get::<_, i64>(0)? as u64)))?)
}

fn must_exist(connection: &Connection, asked: Revision) -> Result<(), StoreError> {
    let head = head(connection)?;
    if asked > head { Err(StoreError::NoSuchRevision { asked, head }) } else { Ok(()) }
}

pub(super) fn damaged(what: impl ToString, place: String) -> StoreError {
    StoreError::Corrupt { what: what.to_string(), place }
}

pub(super) fn revisions(
    connection: &Connection,
    range: &RangeInclusive<u64>,
) -> Result<Vec<RevisionEntry>, StoreError> {
    let sql = "SELECT number, at, author, message FROM revision WHERE number BETWEEN ?1 AND ?2 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![number(*range.start()), number(*range.end())])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let revision = Revision(row.get::<_, i64>(0)? as u64);
        let at = moment_of(row.get(1)?, revision)?;
        entries.push(RevisionEntry { revision, at, author: row.get(2)?, message: row.get(3)? });
    }
    Ok(entries)
}

pub(super) fn changes(connection: &Connection, after: Revision, up_to: Revision) -> Result<Vec<Change>, StoreError> {
    must_exist(connection, up_to)?;
    let mut statement = connection.prepare_cached(CHANGES)?;
    let mut rows = statement.query(params![number(after.0), number(up_to.0)])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = match row.get::<_, i64>(1)? {
            0 => ChangeKind::Created,
            1 => ChangeKind::Updated,
            _ => ChangeKind::Ended,
        };
        let (layer, code): (String, String) = (row.get(2)?, row.get(3)?);
        let (revision, id) = (Revision(row.get::<_, i64>(0)? as u64), FeatureId(row.get::<_, i64>(4)? as u64));
        changes.push(change(revision, kind, &layer, &code, id)?);
    }
    for revision in line::roll_backs(connection, after, up_to)? {
        changes.append(&mut roll_back::changes(connection, revision)?);
    }
    changes.sort_by_key(|change| (change.revision, change.id));
    Ok(changes)
}

/// A change of a feature whose layer and code are texts still.
pub(super) fn change(
    revision: Revision,
    kind: ChangeKind,
    layer: &str,
    code: &str,
    id: FeatureId,
) -> Result<Change, StoreError> {
    let layer = layer.parse().map_err(|error| damaged(error, format!("feature {id}")))?;
    let code = code.parse().map_err(|error| damaged(error, format!("feature {id}")))?;
    Ok(Change { revision, kind, layer, code, id })
}

/// Reads the columns id, `rev_from` and payload.
fn version(row: &Row<'_>) -> Result<FeatureVersion, StoreError> {
    let id = FeatureId(row.get::<_, i64>(0)? as u64);
    let payload = row.get_ref(2)?.as_str().map_err(|error| damaged(error, format!("feature {id}")))?;
    let feature: Feature = serde_json::from_str(payload).map_err(|error| damaged(error, format!("feature {id}")))?;
    Ok(FeatureVersion { id, since: Revision(row.get::<_, i64>(1)? as u64), feature })
}

pub(super) fn feature(
    connection: &Connection,
    layer: Layer,
    code: &Code,
    at: Revision,
) -> Result<Option<FeatureVersion>, StoreError> {
    must_exist(connection, at)?;
    let AsOf { at, roll_back } = AsOf::read(connection, at)?;
    let mut statement = connection.prepare_cached(FEATURE)?;
    let found = statement
        .query_row(params![layer.as_str(), code.as_str(), at, roll_back], |row| Ok(version(row)))
        .optional()?;
    found.transpose()
}

pub(super) fn scan(
    connection: &Connection,
    layer: Layer,
    at: Revision,
    each: &mut dyn FnMut(FeatureVersion) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    must_exist(connection, at)?;
    let AsOf { at, roll_back } = AsOf::read(connection, at)?;
    let mut statement = connection.prepare_cached(SCAN)?;
    let mut rows = statement.query(params![layer.as_str(), at, roll_back])?;
    while let Some(row) = rows.next()? {
        each(version(row)?)?;
    }
    Ok(())
}

pub(super) fn differences(
    connection: &Connection,
    from: Revision,
    at: Revision,
    each: &mut dyn FnMut(Difference) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    must_exist(connection, from.max(at))?;
    let as_of = AsOf::read(connection, at)?;
    let mut statement = connection.prepare_cached(BY_ID)?;
    for id in line::changed(connection, from, at)? {
        let mut rows = statement.query(params![id.0 as i64, as_of.at, as_of.roll_back])?;
        let Some(row) = rows.next()? else { return Err(damaged("it has versions only", format!("feature {id}"))) };
        let layer: String = row.get(3)?;
        let layer = layer.parse().map_err(|error| damaged(error, format!("feature {id}")))?;
        let is_there = row.get_ref(2)? != ValueRef::Null;
        let version = if is_there { Some(version(row)?) } else { None };
        each(Difference { layer, id, version })?;
    }
    Ok(())
}

/// The newest revision made at a moment or before it.
pub(super) fn revision_at(connection: &Connection, moment: Timestamp) -> Result<Option<Revision>, StoreError> {
    // Texts of times do not sort as times do.
    let mut statement = connection.prepare_cached("SELECT number, at FROM revision ORDER BY number DESC")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let revision = Revision(row.get::<_, i64>(0)? as u64);
        if moment_of(row.get(1)?, revision)? <= moment {
            return Ok(Some(revision));
        }
    }
    Ok(None)
}

fn moment_of(at: String, revision: Revision) -> Result<Timestamp, StoreError> {
    at.parse().map_err(|error: jiff::Error| damaged(error, format!("revision {revision}")))
}

pub(super) fn candidates(
    connection: &Connection,
    layer: Layer,
    bounds: Rect,
    at: Revision,
) -> Result<Vec<FeatureId>, StoreError> {
    must_exist(connection, at)?;
    let (min, max) = (bounds.min(), bounds.max());
    let AsOf { at, roll_back } = AsOf::read(connection, at)?;
    let mut statement = connection.prepare_cached(CANDIDATES)?;
    let asked = params![layer.as_str(), at, min.x, min.y, max.x, max.y, roll_back];
    let ids = statement.query_map(asked, |row| Ok(FeatureId(row.get::<_, i64>(0)? as u64)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn touched(connection: &Connection, after: Revision) -> Result<Vec<Touched>, StoreError> {
    let mut statement = connection.prepare_cached(TOUCHED)?;
    let mut rows = statement.query(params![number(after.0)])?;
    let mut touched = Vec::new();
    while let Some(row) = rows.next()? {
        touched.push(place(row)?);
    }
    let mut statement = connection.prepare_cached(PLACE)?;
    for revision in line::roll_backs(connection, after, Revision(u64::MAX))? {
        for apart in roll_back::apart(connection, Revision(revision.0 - 1), revision)? {
            let apart = apart?;
            for content in apart.contents() {
                let mut rows = statement.query(params![content, apart.id.0 as i64])?;
                if let Some(row) = rows.next()? {
                    touched.push(Touched { revision, ..place(row)? });
                }
            }
        }
    }
    touched.sort_by_key(|touched| touched.revision);
    Ok(touched)
}

fn place(row: &Row<'_>) -> Result<Touched, StoreError> {
    let low = Coord { x: row.get(1)?, y: row.get(2)? };
    let high = Coord { x: row.get(3)?, y: row.get(4)? };
    let layer: String = row.get(5)?;
    Ok(Touched {
        revision: Revision(row.get::<_, i64>(0)? as u64),
        layer: layer.parse().map_err(|error| damaged(error, "a feature's layer".to_owned()))?,
        bounds: Rect::new(low, high),
    })
}
