//! Operations: a queue that outlives the process.

use cloudsite_domain::changeset::{Changeset, ChangesetId, Person};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::super::identity::row::{Columns, micros};
use super::row::number;
use super::{imports, write};
use crate::StoreError;
use crate::changeset::ChangesetError;
use crate::imports::{Ending, NewOperation, Operation, OperationId, OperationState, UploadId};

const OPERATION: &str = "
SELECT id, state, owner_key, owner_label, organisation, upload, file_name, plan, created_at, done_at, changeset, outcome
FROM operation";

const START: &str = "
INSERT INTO operation (state, owner_key, owner_label, organisation, upload, file_name, plan, created_at, request)
VALUES ('queued', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// Only one that is not over ends, so it ends once.
const END: &str = "
UPDATE operation SET state = ?2, done_at = ?3, changeset = ?4, outcome = ?5
WHERE id = ?1 AND state IN ('queued', 'running')";

fn query(connection: &Connection, tail: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Operation>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{OPERATION} {tail}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("operation", row);
        found.push(Operation {
            id: OperationId(columns.id(0)?),
            state: columns.word(1)?,
            owner: Person { key: columns.text(2)?, label: columns.text(3)? },
            organisation: columns.text(4)?,
            upload: UploadId(columns.id(5)?),
            file_name: columns.text(6)?,
            plan: columns.text(7)?,
            created_at: columns.time(8)?,
            done_at: columns.maybe_time(9)?,
            changeset: columns.maybe_id(10)?.map(ChangesetId),
            outcome: row.get(11)?,
        });
    }
    Ok(found)
}

pub(super) fn find(connection: &Connection, id: OperationId) -> Result<Option<Operation>, StoreError> {
    Ok(query(connection, "WHERE id = ?1", &[&number(id.0)])?.pop())
}

pub(super) fn list(
    connection: &Connection,
    before: Option<OperationId>,
    most: usize,
) -> Result<Vec<Operation>, StoreError> {
    let before = before.map_or(i64::MAX, |before| number(before.0));
    query(connection, "WHERE id < ?1 ORDER BY id DESC LIMIT ?2", &[&before, &number(most as u64)])
}

pub(super) fn start(
    connection: &Transaction<'_>,
    new: &NewOperation,
    most: usize,
) -> Result<Operation, ChangesetError> {
    if let Some(request) = &new.request
        && let Some(known) = query(connection, "WHERE request = ?1", &[request])?.pop()
    {
        return Ok(known);
    }
    let sql = "SELECT count(*) FROM operation WHERE state IN ('queued', 'running')";
    let waiting: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if waiting as usize >= most {
        return Err(ChangesetError::Full("as many imports wait as are taken; try again later"));
    }
    let id = connection.prepare_cached(START)?.insert(params![
        new.owner.key,
        new.owner.label,
        new.organisation,
        number(new.upload.0),
        new.file_name,
        new.plan,
        micros(new.at),
        new.request,
    ])?;
    let started = find(connection, OperationId(id as u64))?;
    started
        .ok_or_else(|| StoreError::Corrupt { what: "it is not there".into(), place: "a new operation".into() }.into())
}

pub(super) fn take(connection: &Transaction<'_>) -> Result<Option<Operation>, ChangesetError> {
    let waiting = "WHERE state IN ('queued', 'running') ORDER BY id LIMIT 1";
    let Some(operation) = query(connection, waiting, &[])?.pop() else { return Ok(None) };
    let sql = "UPDATE operation SET state = 'running' WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![number(operation.id.0)])?;
    Ok(Some(Operation { state: OperationState::Running, ..operation }))
}

pub(super) fn end(
    connection: &Transaction<'_>,
    id: OperationId,
    ending: Ending,
) -> Result<Option<Changeset>, ChangesetError> {
    let changeset = ending.write.map(|write| write::write(connection, write)).transpose()?;
    let state = if ending.succeeded { OperationState::Succeeded } else { OperationState::Failed };
    let ended = connection.prepare_cached(END)?.execute(params![
        number(id.0),
        state.as_str(),
        micros(ending.at),
        changeset.as_ref().map(|changeset| number(changeset.id.0)),
        ending.outcome,
    ])?;
    if ended == 0 {
        return Err(ChangesetError::OperationOver(id));
    }
    if let Some(mapping) = &ending.mapping {
        imports::keep_mapping(connection, mapping)?;
    }
    Ok(changeset)
}

pub(super) fn cancel(
    connection: &Transaction<'_>,
    id: OperationId,
    at: Timestamp,
) -> Result<Option<Operation>, ChangesetError> {
    let state = OperationState::Cancelled.as_str();
    let values = params![number(id.0), state, micros(at), None::<i64>, None::<String>];
    connection.prepare_cached(END)?.execute(values)?;
    Ok(find(connection, id)?)
}
