//! Writing a changeset: its row, what is in it, what was decided, and the event, in the caller's transaction.

use cloudsite_domain::audit::{Action, Happening};
use cloudsite_domain::changeset::{Changeset, ChangesetId, Decision};
use rusqlite::{Transaction, params};

use super::super::identity::row::micros;
use super::super::{audit, write as record};
use super::items;
use super::row::{self, number};
use crate::changeset::{ChangesetError, ChangesetWrite, Deed};
use crate::{Commit, Committed, StoreError};

const CREATE: &str = "
INSERT INTO changeset (title, author, created_at, updated_at, version, base, state, editors, validation, request)
VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9)";

const UPDATE: &str = "
UPDATE changeset SET title = ?3, updated_at = ?4, version = version + 1, base = ?5, state = ?6, editors = ?7,
                     validation = ?8, published = ?9
WHERE id = ?1 AND version = ?2";

const DECIDE: &str = "
INSERT INTO changeset_decision (changeset, number, state, actor, at, reason)
SELECT ?1, 1 + count(*), ?2, ?3, ?4, ?5 FROM changeset_decision WHERE changeset = ?1";

pub(super) fn write(connection: &Transaction<'_>, write: ChangesetWrite) -> Result<Changeset, ChangesetError> {
    if let Some(request) = &write.request
        && let Some(known) = row::by_request(connection, request)?
    {
        return Ok(known);
    }
    let deed = write.deed.clone();
    let written = without_event(connection, write)?;
    log(connection, written.id, &deed)?;
    Ok(written)
}

fn without_event(connection: &Transaction<'_>, write: ChangesetWrite) -> Result<Changeset, ChangesetError> {
    let ChangesetWrite { changeset, items, problems, decision, deed: _, request } = write;
    let id = match changeset.id {
        ChangesetId(0) => create(connection, &changeset, request.as_deref())?,
        _ => update(connection, &changeset)?,
    };
    items::change(connection, id, &items)?;
    match problems {
        Some(problems) => items::keep_problems(connection, id, &problems)?,
        None if changeset.validation.is_none() => items::keep_problems(connection, id, &[])?,
        None => {}
    }
    if let Some(Decision { state, actor, at, reason }) = decision {
        let values = params![number(id.0), state.as_str(), actor, micros(at), reason];
        connection.prepare_cached(DECIDE)?.execute(values)?;
    }
    row::changeset(connection, id)?.ok_or(ChangesetError::Unknown(id))
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Corrupt { what: error.to_string(), place: "a changeset".to_owned() })
}

fn create(
    connection: &Transaction<'_>,
    changeset: &Changeset,
    request: Option<&str>,
) -> Result<ChangesetId, ChangesetError> {
    let id = connection.prepare_cached(CREATE)?.insert(params![
        changeset.title,
        changeset.author,
        micros(changeset.created_at),
        micros(changeset.updated_at),
        number(changeset.base.0),
        changeset.state.as_str(),
        json(&changeset.editors)?,
        changeset.validation.as_ref().map(json).transpose()?,
        request,
    ])?;
    Ok(ChangesetId(id as u64))
}

fn update(connection: &Transaction<'_>, changeset: &Changeset) -> Result<ChangesetId, ChangesetError> {
    let changed = connection.prepare_cached(UPDATE)?.execute(params![
        number(changeset.id.0),
        number(changeset.version),
        changeset.title,
        micros(changeset.updated_at),
        number(changeset.base.0),
        changeset.state.as_str(),
        json(&changeset.editors)?,
        changeset.validation.as_ref().map(json).transpose()?,
        changeset.published.map(|revision| number(revision.0)),
    ])?;
    if changed == 1 { Ok(changeset.id) } else { Err(moved(connection, changeset)?) }
}

fn moved(connection: &Transaction<'_>, changeset: &Changeset) -> Result<ChangesetError, StoreError> {
    let expected = changeset.version;
    Ok(match row::changeset(connection, changeset.id)? {
        None => ChangesetError::Unknown(changeset.id),
        Some(now) => ChangesetError::Moved { expected, actual: now.version },
    })
}

fn log(connection: &Transaction<'_>, id: ChangesetId, deed: &Deed) -> Result<(), StoreError> {
    let mut detail = deed.detail.clone();
    detail.insert("did".to_owned(), deed.did.to_owned());
    let happening = Happening {
        at: deed.at,
        actor: deed.actor.clone(),
        action: Action::Changeset,
        subject: format!("changesets/{id}"),
        detail,
    };
    audit::append(connection, happening)?;
    Ok(())
}

/// The revision, its event and the changeset's state. A changeset that changes nothing makes no revision, and its event
/// is one of its own.
pub(super) fn publish(
    connection: &Transaction<'_>,
    commit: &Commit,
    mut write: ChangesetWrite,
) -> Result<(Committed, Changeset), ChangesetError> {
    let committed = record::within(connection, commit)?;
    let at = write.deed.at;
    write.changeset = write.changeset.published(committed.revision, at)?;
    let (deed, changes) = (write.deed.clone(), committed.created + committed.updated + committed.ended);
    let published = without_event(connection, write)?;
    if changes == 0 {
        log(connection, published.id, &deed)?;
    }
    Ok((committed, published))
}

pub(super) fn delete(connection: &Transaction<'_>, changeset: &Changeset, deed: &Deed) -> Result<(), ChangesetError> {
    let sql = "DELETE FROM changeset WHERE id = ?1 AND version = ?2";
    let gone = connection.prepare_cached(sql)?.execute(params![number(changeset.id.0), number(changeset.version)])?;
    if gone == 0 {
        return Err(moved(connection, changeset)?);
    }
    Ok(log(connection, changeset.id, deed)?)
}
