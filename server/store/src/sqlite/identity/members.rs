//! Members and their passwords.

use cloudsite_domain::identity::{Email, Member, MemberId, MemberState};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::organisations;
use super::row::{Columns, kept, micros, roles};
use crate::StoreError;
use crate::identity::{IdentityError, NewMember};

const SELECT: &str = "SELECT id, organisation, name, email, roles, state, created_at, demo, version FROM member";

fn read(row: &Row<'_>) -> Result<Member, StoreError> {
    let columns = Columns::of("member", row);
    Ok(Member {
        id: MemberId(columns.id(0)?),
        organisation: columns.word(1)?,
        name: columns.word(2)?,
        email: columns.maybe_word(3)?,
        roles: columns.json(4)?,
        state: columns.word(5)?,
        created_at: columns.time(6)?,
        demo: columns.flag(7)?,
        version: columns.id(8)?,
    })
}

pub(super) fn all(connection: &Transaction<'_>) -> Result<Vec<Member>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn check_email(connection: &Transaction<'_>, email: Option<&Email>, own: i64) -> Result<(), IdentityError> {
    let Some(email) = email else { return Ok(()) };
    let mut statement = connection.prepare_cached("SELECT 1 FROM member WHERE email = ?1 AND id <> ?2")?;
    if statement.exists(params![email.as_str(), own])? { Err(IdentityError::EmailTaken) } else { Ok(()) }
}

pub(super) fn create(connection: &Transaction<'_>, new: &NewMember, at: Timestamp) -> Result<Member, IdentityError> {
    organisations::check_exists(connection, &new.organisation)?;
    check_email(connection, new.email.as_ref(), 0)?;
    let sql = "INSERT INTO member (organisation, name, email, roles, state, created_at, demo, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
    let id = connection.prepare_cached(sql)?.insert(params![
        new.organisation.as_str(),
        new.name.as_str(),
        new.email.as_ref().map(Email::as_str),
        roles(&new.roles),
        MemberState::Active.as_str(),
        micros(at),
        new.demo,
    ])?;
    Ok(Member {
        id: MemberId(id as u64),
        organisation: new.organisation.clone(),
        name: new.name.clone(),
        email: new.email.clone(),
        roles: new.roles.clone(),
        state: MemberState::Active,
        created_at: kept(at),
        demo: new.demo,
        version: 1,
    })
}

pub(super) fn update(connection: &Transaction<'_>, member: &Member) -> Result<Member, IdentityError> {
    let id = member.id.0 as i64;
    let version = connection.prepare_cached("SELECT version FROM member WHERE id = ?1")?;
    let actual = { version }.query_row([id], |row| row.get::<_, i64>(0)).optional()?;
    let actual = actual.ok_or(IdentityError::UnknownMember(member.id))? as u64;
    if actual != member.version {
        return Err(IdentityError::MemberMoved { expected: member.version, actual });
    }
    check_email(connection, member.email.as_ref(), id)?;
    let sql = "UPDATE member SET name = ?2, email = ?3, roles = ?4, state = ?5, version = version + 1 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        id,
        member.name.as_str(),
        member.email.as_ref().map(Email::as_str),
        roles(&member.roles),
        member.state.as_str(),
    ])?;
    Ok(Member { version: actual + 1, ..member.clone() })
}

/// Refuses a number that no member has.
pub(super) fn check_exists(connection: &Transaction<'_>, member: MemberId) -> Result<(), IdentityError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM member WHERE id = ?1")?;
    if statement.exists([member.0 as i64])? { Ok(()) } else { Err(IdentityError::UnknownMember(member)) }
}

pub(super) fn set_password(connection: &Transaction<'_>, member: MemberId, phc: &str) -> Result<(), IdentityError> {
    let sql = "UPDATE member SET password = ?2 WHERE id = ?1";
    match connection.prepare_cached(sql)?.execute(params![member.0 as i64, phc])? {
        0 => Err(IdentityError::UnknownMember(member)),
        _ => Ok(()),
    }
}

pub(super) fn password(connection: &Transaction<'_>, member: MemberId) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT password FROM member WHERE id = ?1")?;
    Ok(statement.query_row([member.0 as i64], |row| row.get(0)).optional()?.flatten())
}
