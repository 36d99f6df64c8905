//! Uploads and mappings of columns.

use cloudsite_domain::record::Layer;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::identity::row::{Columns, micros};
use super::row::number;
use crate::StoreError;
use crate::changeset::ChangesetError;
use crate::imports::{MOST_MAPPINGS, Mapping, NewUpload, Upload, UploadId, UploadLimits};

const UPLOAD: &str = "SELECT id, owner, file_name, size_bytes, expires_at FROM upload";

const AWAITED: &str =
    "EXISTS (SELECT 1 FROM operation o WHERE o.upload = upload.id AND o.state IN ('queued', 'running'))";

fn one(connection: &Connection, tail: &str, value: impl rusqlite::ToSql) -> Result<Option<Upload>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{UPLOAD} {tail}"))?;
    let mut rows = statement.query([value])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let columns = Columns::of("upload", row);
    Ok(Some(Upload {
        id: UploadId(columns.id(0)?),
        owner: columns.text(1)?,
        file_name: columns.text(2)?,
        size_bytes: columns.id(3)?,
        expires_at: columns.time(4)?,
    }))
}

pub(super) fn upload(connection: &Connection, id: UploadId) -> Result<Option<Upload>, StoreError> {
    one(connection, "WHERE id = ?1", number(id.0))
}

pub(super) fn create_upload(
    connection: &Transaction<'_>,
    new: &NewUpload,
    limits: UploadLimits,
) -> Result<Upload, ChangesetError> {
    if let Some(request) = &new.request
        && let Some(known) = one(connection, "WHERE request = ?1", request)?
    {
        return Ok(known);
    }
    let (count, bytes): (i64, i64) =
        connection.query_row("SELECT count(*), coalesce(sum(size_bytes), 0) FROM upload", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if count as u64 >= limits.uploads || bytes as u64 + new.size_bytes > limits.bytes {
        return Err(ChangesetError::Full("as many files are kept as are taken; finish or delete some, or try later"));
    }
    let sql = "INSERT INTO upload (owner, file_name, size_bytes, expires_at, request) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values =
        params![new.owner, new.file_name, number(new.size_bytes), micros(new.expires_at), new.request.as_deref()];
    let id = UploadId(connection.prepare_cached(sql)?.insert(values)? as u64);
    let upload = upload(connection, id)?;
    upload.ok_or_else(|| StoreError::Corrupt { what: "it is not there".into(), place: "a new upload".into() }.into())
}

pub(super) fn sweep(connection: &Transaction<'_>, before: Timestamp) -> Result<Vec<UploadId>, ChangesetError> {
    let sql = format!("DELETE FROM upload WHERE expires_at < ?1 AND NOT {AWAITED}");
    connection.execute(&sql, params![micros(before)])?;
    let mut statement = connection.prepare_cached("SELECT id FROM upload ORDER BY id")?;
    let ids = statement.query_map([], |row| Ok(UploadId(row.get::<_, i64>(0)? as u64)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn delete_upload(connection: &Transaction<'_>, id: UploadId) -> Result<bool, ChangesetError> {
    let sql = format!("DELETE FROM upload WHERE id = ?1 AND NOT {AWAITED}");
    Ok(connection.execute(&sql, params![number(id.0)])? > 0)
}

pub(super) fn keep_mapping(connection: &Transaction<'_>, mapping: &Mapping) -> Result<(), StoreError> {
    let unwritable =
        |error: serde_json::Error| StoreError::Corrupt { what: error.to_string(), place: "a mapping".into() };
    let sql = "INSERT INTO column_mapping (layer, columns, mapping, used_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (layer, columns) DO UPDATE SET mapping = ?3, used_at = ?4";
    connection.prepare_cached(sql)?.execute(params![
        mapping.layer.as_str(),
        serde_json::to_string(&mapping.columns).map_err(unwritable)?,
        serde_json::to_string(&mapping.mapping).map_err(unwritable)?,
        micros(mapping.used_at),
    ])?;
    let sql = "DELETE FROM column_mapping WHERE id NOT IN
               (SELECT id FROM column_mapping ORDER BY used_at DESC, id DESC LIMIT ?1)";
    connection.prepare_cached(sql)?.execute(params![MOST_MAPPINGS as i64])?;
    Ok(())
}

pub(super) fn mappings(connection: &Connection, layer: Option<Layer>) -> Result<Vec<Mapping>, StoreError> {
    let sql = "SELECT id, layer, columns, mapping, used_at FROM column_mapping WHERE ?1 IS NULL OR layer = ?1
               ORDER BY layer, used_at DESC, id DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![layer.map(Layer::as_str)])?;
    let mut mappings = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("column_mapping", row);
        mappings.push(Mapping {
            id: columns.id(0)?,
            layer: columns.word(1)?,
            columns: columns.json(2)?,
            mapping: columns.json(3)?,
            used_at: columns.time(4)?,
        });
    }
    Ok(mappings)
}

pub(super) fn delete_mapping(connection: &Transaction<'_>, id: u64) -> Result<bool, ChangesetError> {
    let sql = "DELETE FROM column_mapping WHERE id = ?1 RETURNING id";
    let gone = connection.query_row(sql, params![number(id)], |row| row.get::<_, i64>(0));
    Ok(gone.optional()?.is_some())
}
