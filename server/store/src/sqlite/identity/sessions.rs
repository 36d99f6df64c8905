//! Sessions and the secrets by which they are refreshed.

use cloudsite_domain::identity::{
    MOST_SESSIONS, MemberId, Session, SessionEnd, SessionId, SessionState, is_within_grace,
};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use super::members;
use super::row::{Columns, kept, micros};
use crate::StoreError;
use crate::identity::{IdentityError, Refreshed, SecretHash, Started};

const SELECT: &str = "SELECT id, member, started_at, ends_at, ended_at, cause, replaced_at FROM session";

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    let columns = Columns::of("session", row);
    let state = match (columns.maybe_time(4)?, columns.maybe_word(5)?) {
        (Some(at), Some(cause)) => SessionState::Ended { at, cause },
        _ => SessionState::Live,
    };
    Ok(Session {
        id: SessionId(columns.id(0)?),
        member: MemberId(columns.id(1)?),
        started_at: columns.time(2)?,
        ends_at: columns.time(3)?,
        state,
    })
}

pub(super) fn live(connection: &Transaction<'_>, at: Timestamp) -> Result<Vec<Session>, StoreError> {
    let sql = format!("{SELECT} WHERE ended_at IS NULL AND ends_at > ?1 ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([micros(at)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// The numbers of a member's sessions that nobody has ended, oldest first.
fn open(connection: &Transaction<'_>, member: MemberId) -> Result<Vec<SessionId>, StoreError> {
    let sql = "SELECT id FROM session WHERE member = ?1 AND ended_at IS NULL ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement.query_map([member.0 as i64], |row| row.get::<_, i64>(0))?;
    Ok(ids.map(|id| id.map(|id| SessionId(id as u64))).collect::<Result<_, _>>()?)
}

pub(super) fn start(
    connection: &Transaction<'_>,
    member: MemberId,
    secret: &SecretHash,
    at: Timestamp,
    ends_at: Timestamp,
) -> Result<Started, IdentityError> {
    members::check_exists(connection, member)?;
    // Those that are over need no cause, and no place.
    let over = "DELETE FROM session WHERE member = ?1 AND ends_at <= ?2";
    connection.prepare_cached(over)?.execute(params![member.0 as i64, micros(at)])?;
    let mut replaced = open(connection, member)?;
    replaced.truncate((replaced.len() + 1).saturating_sub(MOST_SESSIONS));
    for id in &replaced {
        end(connection, *id, at, SessionEnd::Replaced)?;
    }
    let sql = "INSERT INTO session (member, secret, started_at, ends_at) VALUES (?1, ?2, ?3, ?4)";
    let values = params![member.0 as i64, secret.0, micros(at), micros(ends_at)];
    let id = SessionId(connection.prepare_cached(sql)?.insert(values)? as u64);
    let (started_at, ends_at) = (kept(at), kept(ends_at));
    Ok(Started { session: Session { id, member, started_at, ends_at, state: SessionState::Live }, replaced })
}

pub(super) fn refresh(
    connection: &Transaction<'_>,
    given: &SecretHash,
    next: &SecretHash,
    at: Timestamp,
) -> Result<Refreshed, IdentityError> {
    if let Some((session, _)) = find(connection, "secret", given)? {
        if !session.is_live(at) {
            return Ok(Refreshed::Unknown);
        }
        let sql = "UPDATE session SET secret = ?2, secret_before = ?3, replaced_at = ?4 WHERE id = ?1";
        let values = params![session.id.0 as i64, next.0, given.0, micros(at)];
        connection.prepare_cached(sql)?.execute(values)?;
        return Ok(Refreshed::Renewed(session));
    }
    match find(connection, "secret_before", given)? {
        Some((session, Some(replaced_at))) if session.is_live(at) => {
            if is_within_grace(replaced_at, at) {
                return Ok(Refreshed::Late(session));
            }
            end(connection, session.id, at, SessionEnd::Reused)?;
            Ok(Refreshed::Reused(session.id))
        }
        _ => Ok(Refreshed::Unknown),
    }
}

/// The session with a secret in a column, and when its secret was last replaced.
fn find(
    connection: &Transaction<'_>,
    column: &'static str,
    secret: &SecretHash,
) -> Result<Option<(Session, Option<Timestamp>)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE {column} = ?1"))?;
    let mut rows = statement.query([secret.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((read(row)?, Columns::of("session", row).maybe_time(6)?)))
}

pub(super) fn end(
    connection: &Transaction<'_>,
    session: SessionId,
    at: Timestamp,
    cause: SessionEnd,
) -> Result<bool, IdentityError> {
    let sql = "UPDATE session SET ended_at = ?2, cause = ?3 WHERE id = ?1 AND ended_at IS NULL AND ends_at > ?2";
    let ended = connection.prepare_cached(sql)?.execute(params![session.0 as i64, micros(at), cause.as_str()])?;
    Ok(ended > 0)
}

pub(super) fn end_all(
    connection: &Transaction<'_>,
    member: MemberId,
    except: Option<SessionId>,
    at: Timestamp,
    cause: SessionEnd,
) -> Result<Vec<SessionId>, IdentityError> {
    members::check_exists(connection, member)?;
    let mut ended = Vec::new();
    for id in open(connection, member)? {
        if Some(id) != except && end(connection, id, at, cause)? {
            ended.push(id);
        }
    }
    Ok(ended)
}
