//! What is in a changeset, and what is wrong with it.

use cloudsite_domain::changeset::{ChangesetId, Item};
use cloudsite_domain::record::{ChangeKind, Code, Layer, Revision};
use cloudsite_domain::validation::{Problem, Severity};
use geo_types::{Coord, Rect};
use rusqlite::{Connection, Row, Transaction, params};

use super::super::identity::row::Columns;
use super::row::number;
use crate::StoreError;
use crate::changeset::{ItemChanges, ItemFilter, ListedItem, MOST_PROBLEMS};

const ITEM: &str = "code, layer, payload, base, editor, min_x, min_y, max_x, max_y";

const FOUND: &str = "
(SELECT count(*) FROM changeset_problem p
 WHERE p.changeset = i.changeset AND p.layer = i.layer AND p.code = i.code AND p.severity = ";

const PUT: &str = "
INSERT OR REPLACE INTO changeset_item
(changeset, layer, code, kind, payload, base, editor, min_x, min_y, max_x, max_y)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

/// What the changeset's own row says of what is in it.
const COUNT: &str = "
UPDATE changeset SET (created, updated, ended, min_x, min_y, max_x, max_y) = (
    SELECT count(*) FILTER (WHERE kind = 'created'), count(*) FILTER (WHERE kind = 'updated'),
           count(*) FILTER (WHERE kind = 'ended'), min(min_x), min(min_y), max(max_x), max(max_y)
    FROM changeset_item WHERE changeset = ?1
) WHERE id = ?1";

const fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Updated => "updated",
        ChangeKind::Ended => "ended",
    }
}

fn read(row: &Row<'_>) -> Result<Item, StoreError> {
    let columns = Columns::of("changeset_item", row);
    let corner = |x: usize, y: usize| -> Result<Coord, StoreError> { Ok(Coord { x: row.get(x)?, y: row.get(y)? }) };
    Ok(Item {
        code: columns.word(0)?,
        layer: columns.word(1)?,
        put: columns.maybe_json(2)?,
        base: Revision(columns.id(3)?),
        editor: columns.text(4)?,
        bounds: Rect::new(corner(5, 6)?, corner(7, 8)?),
    })
}

pub(super) fn all(connection: &Connection, id: ChangesetId) -> Result<Vec<Item>, StoreError> {
    let sql = format!("SELECT {ITEM} FROM changeset_item WHERE changeset = ?1 ORDER BY layer, code");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![number(id.0)])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read(row)?);
    }
    Ok(items)
}

pub(super) fn list(
    connection: &Connection,
    id: ChangesetId,
    filter: &ItemFilter,
    skip: u64,
    most: usize,
) -> Result<Vec<ListedItem>, StoreError> {
    let sql = format!(
        "SELECT {ITEM}, {FOUND} 'error'), {FOUND} 'warning') FROM changeset_item i WHERE changeset = ?1
         AND (?2 IS NULL OR layer = ?2) AND (?3 IS NULL OR code = ?3) AND (?4 IS NULL OR kind = ?4)
         ORDER BY layer, code LIMIT ?5 OFFSET ?6"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![
        number(id.0),
        filter.layer.map(Layer::as_str),
        filter.code.as_ref().map(Code::as_str),
        filter.kind.map(word),
        number(most as u64),
        number(skip),
    ])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(ListedItem { item: read(row)?, errors: row.get(9)?, warnings: row.get(10)? });
    }
    Ok(items)
}

/// Changes what is in a changeset, and what its row says of that.
pub(super) fn change(connection: &Transaction<'_>, id: ChangesetId, changes: &ItemChanges) -> Result<(), StoreError> {
    let (puts, drops) = match changes {
        ItemChanges::None => return Ok(()),
        ItemChanges::Some { puts, drops } => (puts, drops.as_slice()),
        ItemChanges::All(items) => {
            connection.execute("DELETE FROM changeset_item WHERE changeset = ?1", params![number(id.0)])?;
            (items, [].as_slice())
        }
    };
    let mut statement =
        connection.prepare_cached("DELETE FROM changeset_item WHERE changeset = ?1 AND layer = ?2 AND code = ?3")?;
    for (layer, code) in drops {
        statement.execute(params![number(id.0), layer.as_str(), code.as_str()])?;
    }
    let mut statement = connection.prepare_cached(PUT)?;
    for item in puts {
        let payload =
            item.put.as_ref().map(serde_json::to_string).transpose().map_err(|error| unwritable(item, error))?;
        let (min, max) = (item.bounds.min(), item.bounds.max());
        statement.execute(params![
            number(id.0),
            item.layer.as_str(),
            item.code.as_str(),
            word(item.kind()),
            payload,
            number(item.base.0),
            item.editor,
            min.x,
            min.y,
            max.x,
            max.y,
        ])?;
    }
    connection.prepare_cached(COUNT)?.execute(params![number(id.0)])?;
    Ok(())
}

fn unwritable(item: &Item, error: serde_json::Error) -> StoreError {
    let place = format!("{} '{}'", item.layer, item.code);
    StoreError::Corrupt { what: format!("it cannot be written as JSON ({error})"), place }
}

/// Keeps what a validation found instead of what the one before did.
pub(super) fn keep_problems(
    connection: &Transaction<'_>,
    id: ChangesetId,
    problems: &[Problem],
) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM changeset_problem WHERE changeset = ?1")?.execute(params![number(id.0)])?;
    let sql = "INSERT INTO changeset_problem (changeset, number, severity, layer, code, problem)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql)?;
    for (index, problem) in problems.iter().take(MOST_PROBLEMS).enumerate() {
        let text = serde_json::to_string(problem).map_err(|error| StoreError::Corrupt {
            what: format!("it cannot be written as JSON ({error})"),
            place: format!("a problem of {} '{}'", problem.layer, problem.code),
        })?;
        let (severity, layer) = (problem.severity.as_str(), problem.layer.as_str());
        statement.execute(params![number(id.0), index as i64, severity, layer, problem.code.as_str(), text])?;
    }
    Ok(())
}

pub(super) fn problems(
    connection: &Connection,
    id: ChangesetId,
    severity: Option<Severity>,
    feature: Option<(Layer, &Code)>,
    skip: u64,
    most: usize,
) -> Result<Vec<Problem>, StoreError> {
    let sql = "SELECT number, problem FROM changeset_problem WHERE changeset = ?1 AND (?2 IS NULL OR severity = ?2)
               AND (?3 IS NULL OR layer = ?3 AND code = ?4) ORDER BY number LIMIT ?5 OFFSET ?6";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![
        number(id.0),
        severity.map(Severity::as_str),
        feature.map(|(layer, _)| layer.as_str()),
        feature.map(|(_, code)| code.as_str()),
        number(most as u64),
        number(skip),
    ])?;
    let mut problems = Vec::new();
    while let Some(row) = rows.next()? {
        problems.push(Columns::of("changeset_problem", row).json(1)?);
    }
    Ok(problems)
}
