//! Invites.

use cloudsite_domain::identity::{DisplayName, Invite, InviteId, InviteState, Member, MemberId};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::row::{Columns, kept, micros, roles};
use super::{members, organisations};
use crate::StoreError;
use crate::identity::{IdentityError, NewInvite, NewMember, SecretHash};

pub(super) fn create(
    connection: &Transaction<'_>,
    new: &NewInvite,
    secret: &SecretHash,
    at: Timestamp,
) -> Result<Invite, IdentityError> {
    organisations::check_exists(connection, &new.organisation)?;
    let sql = "INSERT INTO invite (secret, organisation, name, roles, created_by, created_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let id = connection.prepare_cached(sql)?.insert(params![
        secret.0,
        new.organisation.as_str(),
        new.name.as_str(),
        roles(&new.roles),
        new.created_by,
        micros(at),
        micros(new.expires_at),
    ])?;
    Ok(Invite {
        id: InviteId(id as u64),
        organisation: new.organisation.clone(),
        name: new.name.clone(),
        roles: new.roles.clone(),
        created_by: new.created_by.clone(),
        created_at: kept(at),
        expires_at: kept(new.expires_at),
        state: InviteState::Open,
    })
}

pub(super) fn find(connection: &Transaction<'_>, secret: &SecretHash) -> Result<Option<Invite>, StoreError> {
    let sql = "SELECT id, organisation, name, roles, created_by, created_at, expires_at, redeemed_at, redeemed_by
        FROM invite WHERE secret = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([secret.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let columns = Columns::of("invite", row);
    let state = match (columns.maybe_time(7)?, columns.maybe_id(8)?) {
        (Some(at), Some(member)) => InviteState::Redeemed { at, member: MemberId(member) },
        _ => InviteState::Open,
    };
    Ok(Some(Invite {
        id: InviteId(columns.id(0)?),
        organisation: columns.word(1)?,
        name: columns.word(2)?,
        roles: columns.json(3)?,
        created_by: columns.text(4)?,
        created_at: columns.time(5)?,
        expires_at: columns.time(6)?,
        state,
    }))
}

pub(super) fn redeem(
    connection: &Transaction<'_>,
    secret: &SecretHash,
    name: Option<&DisplayName>,
    at: Timestamp,
) -> Result<Member, IdentityError> {
    let invite = find(connection, secret)?.ok_or(IdentityError::UnknownInvite)?;
    invite.check_open(at)?;
    let new = NewMember {
        organisation: invite.organisation.clone(),
        name: name.unwrap_or(&invite.name).clone(),
        email: None,
        roles: invite.roles.clone(),
        demo: false,
    };
    let member = members::create(connection, &new, at)?;
    let id = invite.redeem(at, member.id)?.id;
    let sql = "UPDATE invite SET redeemed_at = ?2, redeemed_by = ?3 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.0 as i64, micros(at), member.id.0 as i64])?;
    Ok(member)
}
