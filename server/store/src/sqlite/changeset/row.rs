//! Changesets and what was decided of them, read.

use cloudsite_domain::changeset::{Changeset, ChangesetId, Counts, Decision, State};
use cloudsite_domain::record::Revision;
use geo_types::{Coord, Rect};
use rusqlite::{Connection, Row, params};

use super::super::identity::row::Columns;
use crate::StoreError;

const COLUMNS: &str = "id, title, author, created_at, updated_at, version, base, state, editors, validation, published,
                       created, updated, ended, min_x, min_y, max_x, max_y";

/// A number that no changeset has yet, so that a bound fits SQLite's integer.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn read(row: &Row<'_>) -> Result<Changeset, StoreError> {
    let columns = Columns::of("changeset", row);
    let corner = |x: usize, y: usize| -> Result<Option<Coord>, StoreError> {
        let (x, y): (Option<f64>, Option<f64>) = (row.get(x)?, row.get(y)?);
        Ok(x.zip(y).map(|(x, y)| Coord { x, y }))
    };
    Ok(Changeset {
        id: ChangesetId(columns.id(0)?),
        title: columns.text(1)?,
        author: columns.text(2)?,
        created_at: columns.time(3)?,
        updated_at: columns.time(4)?,
        version: columns.id(5)?,
        base: Revision(columns.id(6)?),
        state: columns.word(7)?,
        editors: columns.json(8)?,
        validation: columns.maybe_json(9)?,
        published: columns.maybe_id(10)?.map(Revision),
        counts: Counts { created: columns.id(11)?, updated: columns.id(12)?, ended: columns.id(13)? },
        bounds: corner(14, 15)?.zip(corner(16, 17)?).map(|(low, high)| Rect::new(low, high)),
    })
}

fn query(connection: &Connection, tail: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Changeset>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM changeset {tail}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

pub(super) fn changeset(connection: &Connection, id: ChangesetId) -> Result<Option<Changeset>, StoreError> {
    Ok(query(connection, "WHERE id = ?1", &[&number(id.0)])?.pop())
}

pub(super) fn by_request(connection: &Connection, request: &str) -> Result<Option<Changeset>, StoreError> {
    Ok(query(connection, "WHERE request = ?1", &[&request])?.pop())
}

pub(super) fn changesets(
    connection: &Connection,
    states: &[State],
    before: Option<ChangesetId>,
    most: usize,
) -> Result<Vec<Changeset>, StoreError> {
    // A list as one value, so that there is one statement.
    let states = if states.is_empty() { State::ALL } else { states };
    let states = states.iter().map(|state| state.as_str()).collect::<serde_json::Value>().to_string();
    let before = before.map_or(i64::MAX, |before| number(before.0));
    let tail = "WHERE id < ?1 AND state IN (SELECT value FROM json_each(?2)) ORDER BY id DESC LIMIT ?3";
    query(connection, tail, &[&before, &states, &number(most as u64)])
}

pub(super) fn decisions(connection: &Connection, id: ChangesetId) -> Result<Vec<Decision>, StoreError> {
    let sql = "SELECT number, state, actor, at, reason FROM changeset_decision WHERE changeset = ?1 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![number(id.0)])?;
    let mut decisions = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("changeset_decision", row);
        decisions.push(Decision {
            state: columns.word(1)?,
            actor: columns.text(2)?,
            at: columns.time(3)?,
            reason: columns.text(4)?,
        });
    }
    Ok(decisions)
}
