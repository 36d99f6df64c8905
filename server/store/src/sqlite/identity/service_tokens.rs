//! Service tokens.

use cloudsite_domain::identity::{MemberId, ServiceToken, ServiceTokenId};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::members;
use super::row::{Columns, kept, micros, roles};
use crate::StoreError;
use crate::identity::{IdentityError, NewServiceToken};

pub(super) fn create(
    connection: &Transaction<'_>,
    new: &NewServiceToken,
    at: Timestamp,
) -> Result<ServiceToken, IdentityError> {
    members::check_exists(connection, new.member)?;
    let sql = "INSERT INTO service_token (member, label, roles, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let id = connection.prepare_cached(sql)?.insert(params![
        new.member.0 as i64,
        new.label.as_str(),
        roles(&new.roles),
        micros(at),
        micros(new.expires_at),
    ])?;
    Ok(ServiceToken {
        id: ServiceTokenId(id as u64),
        member: new.member,
        label: new.label.clone(),
        roles: new.roles.clone(),
        created_at: kept(at),
        expires_at: kept(new.expires_at),
        revoked_at: None,
    })
}

pub(super) fn all(connection: &Transaction<'_>) -> Result<Vec<ServiceToken>, StoreError> {
    let sql = "SELECT id, member, label, roles, created_at, expires_at, revoked_at FROM service_token ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("service_token", row);
        all.push(ServiceToken {
            id: ServiceTokenId(columns.id(0)?),
            member: MemberId(columns.id(1)?),
            label: columns.word(2)?,
            roles: columns.json(3)?,
            created_at: columns.time(4)?,
            expires_at: columns.time(5)?,
            revoked_at: columns.maybe_time(6)?,
        });
    }
    Ok(all)
}

pub(super) fn revoke(
    connection: &Transaction<'_>,
    id: ServiceTokenId,
    at: Timestamp,
) -> Result<ServiceToken, IdentityError> {
    let found = all(connection)?.into_iter().find(|token| token.id == id);
    let revoked = found.and_then(|token| token.revoke(kept(at)).ok()).ok_or(IdentityError::UnknownServiceToken(id))?;
    let sql = "UPDATE service_token SET revoked_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.0 as i64, micros(at)])?;
    Ok(revoked)
}
