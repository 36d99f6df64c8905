//! Briefs that organisations keep, in a table beside the record's.

use cloudsite_domain::audit::{Action, Happening};
use cloudsite_domain::identity::MemberId;
use cloudsite_domain::record::{Code, Revision};
use cloudsite_domain::siting::{BriefId, MOST_SAVED, SavedBrief};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql, Transaction, params};
use serde_json::Value;

use super::identity::row::{Columns, micros};
use super::{SqliteStore, audit};
use crate::StoreError;
use crate::brief::{BriefError, BriefStore};
use crate::changeset::Deed;

/// The step of the schema that adds the table. Times are microseconds since 1970; the content is as the wire has it.
pub(super) const STEP: &str = "
CREATE TABLE brief (
    id           INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (code),
    author       INTEGER NOT NULL REFERENCES member (id),
    author_name  TEXT NOT NULL,
    title        TEXT NOT NULL,
    content      BLOB NOT NULL,
    matched_at   INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX brief_by_organisation ON brief (organisation, created_at, id);
";

/// The step that adds by what whoever made a brief knows it again.
pub(super) const REQUESTS: &str = "
ALTER TABLE brief ADD COLUMN request TEXT;
CREATE UNIQUE INDEX brief_by_request ON brief (request) WHERE request IS NOT NULL;
";

const COLUMNS: &str = "
SELECT id, organisation, author, author_name, title, matched_at, created_at, updated_at, version, content FROM brief";

/// A number has 63 bits, as many as SQLite's.
const fn number(id: BriefId) -> i64 {
    id.0 as i64
}

impl BriefStore for SqliteStore {
    fn create_brief(&self, brief: &SavedBrief, request: Option<&str>, deed: &Deed) -> Result<SavedBrief, BriefError> {
        self.write_within(|connection| create(connection, brief, request, deed))
    }

    fn brief(&self, id: BriefId) -> Result<Option<SavedBrief>, BriefError> {
        Ok(self.readers.with(|connection| one(connection, id))?)
    }

    fn briefs(
        &self,
        organisations: &[Code],
        after: Option<(Timestamp, BriefId)>,
        most: usize,
    ) -> Result<Vec<SavedBrief>, BriefError> {
        let among = organisations.iter().map(Code::as_str).collect::<Value>().to_string();
        let (at, id) = after.map_or((i64::MAX, i64::MAX), |(at, id)| (micros(at), number(id)));
        let tail = "WHERE organisation IN (SELECT value FROM json_each(?1)) AND (created_at, id) < (?2, ?3)
                    ORDER BY created_at DESC, id DESC LIMIT ?4";
        Ok(self.readers.with(|connection| query(connection, tail, &[&among, &at, &id, &(most as i64)]))?)
    }

    fn update_brief(&self, brief: &SavedBrief, deed: &Deed) -> Result<SavedBrief, BriefError> {
        self.write_within(|connection| update(connection, brief, deed))
    }

    fn delete_brief(&self, brief: &SavedBrief, deed: &Deed) -> Result<(), BriefError> {
        self.write_within(|connection| {
            let sql = "DELETE FROM brief WHERE id = ?1 AND version = ?2";
            let gone = connection.prepare_cached(sql)?.execute(params![number(brief.id), brief.version as i64])?;
            if gone == 0 {
                return Err(moved(connection, brief)?);
            }
            Ok(log(connection, brief, deed)?)
        })
    }
}

fn query(connection: &Connection, tail: &str, values: &[&dyn ToSql]) -> Result<Vec<SavedBrief>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} {tail}"))?;
    let mut rows = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("brief", row);
        all.push(SavedBrief {
            id: BriefId(columns.id(0)?),
            organisation: columns.word(1)?,
            author: MemberId(columns.id(2)?),
            author_name: columns.text(3)?,
            title: columns.word(4)?,
            matched_at: columns.maybe_id(5)?.map(Revision),
            created_at: columns.time(6)?,
            updated_at: columns.time(7)?,
            version: columns.id(8)?,
            content: row.get(9)?,
        });
    }
    Ok(all)
}

fn one(connection: &Connection, id: BriefId) -> Result<Option<SavedBrief>, StoreError> {
    Ok(query(connection, "WHERE id = ?1", &[&number(id)])?.pop())
}

fn create(
    connection: &Transaction<'_>,
    brief: &SavedBrief,
    request: Option<&str>,
    deed: &Deed,
) -> Result<SavedBrief, BriefError> {
    if let Some(request) = request
        && let Some(known) = query(connection, "WHERE request = ?1", &[&request])?.pop()
    {
        return Ok(known);
    }
    let organisation = brief.organisation.as_str();
    let count = "SELECT count(*) FROM brief WHERE organisation = ?1";
    let kept: i64 = connection.prepare_cached(count)?.query_row([organisation], |row| row.get(0))?;
    if kept >= MOST_SAVED as i64 {
        return Err(BriefError::Full);
    }
    let sql = "INSERT INTO brief (id, organisation, author, author_name, title, content, matched_at, created_at,
                                  updated_at, request, version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)";
    connection.prepare_cached(sql)?.execute(params![
        number(brief.id),
        organisation,
        brief.author.0 as i64,
        brief.author_name,
        brief.title.as_str(),
        brief.content,
        brief.matched_at.map(|revision| revision.0 as i64),
        micros(brief.created_at),
        micros(brief.updated_at),
        request,
    ])?;
    log(connection, brief, deed)?;
    one(connection, brief.id)?.ok_or(BriefError::Unknown(brief.id))
}

fn update(connection: &Transaction<'_>, brief: &SavedBrief, deed: &Deed) -> Result<SavedBrief, BriefError> {
    let sql = "UPDATE brief SET title = ?3, content = ?4, matched_at = ?5, updated_at = ?6, version = version + 1
               WHERE id = ?1 AND version = ?2";
    let changed = connection.prepare_cached(sql)?.execute(params![
        number(brief.id),
        brief.version as i64,
        brief.title.as_str(),
        brief.content,
        brief.matched_at.map(|revision| revision.0 as i64),
        micros(brief.updated_at),
    ])?;
    if changed == 0 {
        return Err(moved(connection, brief)?);
    }
    log(connection, brief, deed)?;
    one(connection, brief.id)?.ok_or(BriefError::Unknown(brief.id))
}

fn moved(connection: &Connection, brief: &SavedBrief) -> Result<BriefError, StoreError> {
    Ok(match one(connection, brief.id)? {
        None => BriefError::Unknown(brief.id),
        Some(now) => BriefError::Moved { expected: brief.version, actual: now.version },
    })
}

fn log(connection: &Transaction<'_>, brief: &SavedBrief, deed: &Deed) -> Result<(), StoreError> {
    let mut detail = deed.detail.clone();
    detail.insert("did".to_owned(), deed.did.to_owned());
    let subject = format!("briefs/{}", brief.id);
    let happening = Happening { at: deed.at, actor: deed.actor.clone(), action: Action::Brief, subject, detail };
    audit::append(connection, happening)?;
    Ok(())
}
