//! Reading as of a revision.

use std::ops::RangeInclusive;

use cloudsite_domain::record::{
    Change, ChangeKind, Code, Feature, FeatureId, FeatureVersion, Layer, Revision, RevisionEntry,
};
use geo_types::{Coord, Rect};
use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{Difference, StoreError, Touched};

const FEATURE: &str = "
SELECT f.id, v.rev_from, c.payload FROM feature f
JOIN version v ON v.feature_id = f.id
    AND v.rev_from = (SELECT max(o.rev_from) FROM version o WHERE o.feature_id = f.id AND o.rev_from <= ?3)
JOIN content c ON c.id = v.content_id
WHERE f.layer = ?1 AND f.code = ?2";

const SCAN: &str = "
SELECT f.id, v.rev_from, c.payload FROM feature f
JOIN version v ON v.feature_id = f.id
    AND v.rev_from = (SELECT max(o.rev_from) FROM version o WHERE o.feature_id = f.id AND o.rev_from <= ?2)
JOIN content c ON c.id = v.content_id
WHERE f.layer = ?1 ORDER BY f.id";

// Without being told, SQLite takes the versions in the order of features to tell them apart, and so reads them all.
const DIFFERENCES: &str = "
SELECT f.id, v.rev_from, c.payload, f.layer
FROM (SELECT DISTINCT feature_id FROM version INDEXED BY version_by_revision
      WHERE rev_from > ?1 AND rev_from <= ?2) d
JOIN feature f ON f.id = d.feature_id
LEFT JOIN version v ON v.feature_id = f.id
    AND v.rev_from = (SELECT max(o.rev_from) FROM version o WHERE o.feature_id = f.id AND o.rev_from <= ?3)
LEFT JOIN content c ON c.id = v.content_id
ORDER BY f.id";

const CANDIDATES: &str = "
SELECT f.id FROM feature f
JOIN version v ON v.feature_id = f.id
    AND v.rev_from = (SELECT max(o.rev_from) FROM version o WHERE o.feature_id = f.id AND o.rev_from <= ?2)
JOIN content c ON c.id = v.content_id
WHERE f.layer = ?1 AND c.min_x <= ?5 AND c.max_x >= ?3 AND c.min_y <= ?6 AND c.max_y >= ?4 ORDER BY f.id";

/// Of a version `v`: the content that the feature had before it, if there was the feature.
macro_rules! content_before {
    () => {
        "(SELECT p.content_id FROM version p WHERE p.feature_id = v.feature_id AND p.rev_from < v.rev_from
          ORDER BY p.rev_from DESC LIMIT 1)"
    };
}
pub(super) use content_before;

const CHANGES: &str = concat!(
    "SELECT v.rev_from, CASE WHEN v.content_id IS NULL THEN 2 ELSE ",
    content_before!(),
    " IS NOT NULL END, f.layer, f.code, f.id
    FROM version v JOIN feature f ON f.id = v.feature_id
    WHERE v.rev_from > ?1 AND v.rev_from <= ?2 ORDER BY v.rev_from, v.feature_id"
);

const TOUCHED: &str = concat!(
    "SELECT v.rev_from AS revision, c.min_x, c.min_y, c.max_x, c.max_y, f.layer
    FROM version v JOIN feature f ON f.id = v.feature_id JOIN content c ON c.id = v.content_id WHERE v.rev_from > ?1
    UNION ALL
    SELECT v.rev_from, c.min_x, c.min_y, c.max_x, c.max_y, f.layer
    FROM version v JOIN feature f ON f.id = v.feature_id JOIN content c ON c.id = ",
    content_before!(),
    " WHERE v.rev_from > ?1 ORDER BY revision"
);

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
        changes.push(change(row)?);
    }
    Ok(changes)
}

fn change(row: &Row<'_>) -> Result<Change, StoreError> {
    let kind = match row.get::<_, i64>(1)? {
        0 => ChangeKind::Created,
        1 => ChangeKind::Updated,
        _ => ChangeKind::Ended,
    };
    let id = FeatureId(row.get::<_, i64>(4)? as u64);
    let (layer, code): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(Change {
        revision: Revision(row.get::<_, i64>(0)? as u64),
        kind,
        layer: layer.parse().map_err(|error| damaged(error, format!("feature {id}")))?,
        code: code.parse().map_err(|error| damaged(error, format!("feature {id}")))?,
        id,
    })
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
    let mut statement = connection.prepare_cached(FEATURE)?;
    let found =
        statement.query_row(params![layer.as_str(), code.as_str(), number(at.0)], |row| Ok(version(row))).optional()?;
    found.transpose()
}

pub(super) fn scan(
    connection: &Connection,
    layer: Layer,
    at: Revision,
    each: &mut dyn FnMut(FeatureVersion) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    must_exist(connection, at)?;
    let mut statement = connection.prepare_cached(SCAN)?;
    let mut rows = statement.query(params![layer.as_str(), number(at.0)])?;
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
    let mut statement = connection.prepare_cached(DIFFERENCES)?;
    let mut rows = statement.query(params![number(from.min(at).0), number(from.max(at).0), number(at.0)])?;
    while let Some(row) = rows.next()? {
        let id = FeatureId(row.get::<_, i64>(0)? as u64);
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
    let mut statement = connection.prepare_cached(CANDIDATES)?;
    let ids = statement.query_map(params![layer.as_str(), number(at.0), min.x, min.y, max.x, max.y], |row| {
        Ok(FeatureId(row.get::<_, i64>(0)? as u64))
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn touched(connection: &Connection, after: Revision) -> Result<Vec<Touched>, StoreError> {
    let mut statement = connection.prepare_cached(TOUCHED)?;
    let mut rows = statement.query(params![number(after.0)])?;
    let mut touched = Vec::new();
    while let Some(row) = rows.next()? {
        let low = Coord { x: row.get(1)?, y: row.get(2)? };
        let high = Coord { x: row.get(3)?, y: row.get(4)? };
        let layer: String = row.get(5)?;
        touched.push(Touched {
            revision: Revision(row.get::<_, i64>(0)? as u64),
            layer: layer.parse().map_err(|error| damaged(error, "a feature's layer".to_owned()))?,
            bounds: Rect::new(low, high),
        });
    }
    Ok(touched)
}
