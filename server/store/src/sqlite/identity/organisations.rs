//! Organisations.

use cloudsite_domain::identity::{Organisation, Tier};
use cloudsite_domain::record::Code;
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, Transaction, params};

use super::row::Columns;
use crate::StoreError;
use crate::identity::IdentityError;

pub(super) fn all(connection: &Transaction<'_>) -> Result<Vec<Organisation>, StoreError> {
    let sql = "SELECT code, kind, names, time_zone, languages, tier, host FROM organisation ORDER BY code";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("organisation", row);
        let organisation = Organisation::new(
            columns.word(0)?,
            columns.word(1)?,
            columns.json(2)?,
            columns.word(3)?,
            columns.json(4)?,
            columns.word(5)?,
        );
        let host = columns.maybe_word(6)?;
        let organisation = organisation.and_then(|plain| plain.hosted_by(host).map_err(|problem| vec![problem]));
        all.push(organisation.map_err(|problems| {
            let what = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            StoreError::Corrupt { what, place: format!("organisation {}", columns.text(0).unwrap_or_default()) }
        })?);
    }
    Ok(all)
}

pub(super) fn create(
    connection: &Transaction<'_>,
    organisation: &Organisation,
    at: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "INSERT INTO organisation (code, kind, names, time_zone, languages, tier, host)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    check_host(connection, organisation)?;
    match write(connection, sql, organisation) {
        Ok(_) => Ok(keep_tier(connection, organisation, at)?),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(IdentityError::OrganisationExists(organisation.code().clone()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn update(
    connection: &Transaction<'_>,
    organisation: &Organisation,
    at: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "UPDATE organisation SET kind = ?2, names = ?3, time_zone = ?4, languages = ?5, tier = ?6, host = ?7
               WHERE code = ?1";
    check_host(connection, organisation)?;
    if write(connection, sql, organisation)? == 0 {
        return Err(IdentityError::UnknownOrganisation(organisation.code().clone()));
    }
    // Whatever the clock says: a tier follows the one that was kept last.
    match tier_at(connection, organisation.code(), Timestamp::MAX)? {
        Some((_, tier)) if tier == organisation.tier() => Ok(()),
        Some((since, _)) => Ok(keep_tier(connection, organisation, at.max(since))?),
        None => Ok(keep_tier(connection, organisation, at)?),
    }
}

fn write(connection: &Transaction<'_>, sql: &str, organisation: &Organisation) -> rusqlite::Result<usize> {
    let unwritable = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
    connection.prepare_cached(sql)?.execute(params![
        organisation.code().as_str(),
        organisation.kind().as_str(),
        serde_json::to_string(organisation.names()).map_err(unwritable)?,
        organisation.time_zone().as_str(),
        serde_json::to_string(organisation.languages()).map_err(unwritable)?,
        organisation.tier().as_str(),
        organisation.host().map(Code::as_str),
    ])
}

fn check_host(connection: &Transaction<'_>, organisation: &Organisation) -> Result<(), IdentityError> {
    organisation.host().map_or(Ok(()), |host| check_exists(connection, host))
}

fn keep_tier(connection: &Transaction<'_>, organisation: &Organisation, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO organisation_tier (organisation, since, tier) VALUES (?1, ?2, ?3)";
    let kept = params![organisation.code().as_str(), at.as_microsecond(), organisation.tier().as_str()];
    connection.prepare_cached(sql)?.execute(kept)?;
    Ok(())
}

pub(super) fn tier_at(
    connection: &Connection,
    organisation: &Code,
    at: Timestamp,
) -> Result<Option<(Timestamp, Tier)>, StoreError> {
    let sql = "SELECT organisation, since, tier FROM organisation_tier WHERE organisation = ?1 AND since <= ?2
               ORDER BY since DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![organisation.as_str(), at.as_microsecond()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let columns = Columns::of("tier of organisation", row);
    Ok(Some((columns.time(1)?, columns.word(2)?)))
}

/// Refuses a code that no organisation has.
pub(super) fn check_exists(connection: &Transaction<'_>, code: &Code) -> Result<(), IdentityError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM organisation WHERE code = ?1")?;
    if statement.exists([code.as_str()])? { Ok(()) } else { Err(IdentityError::UnknownOrganisation(code.clone())) }
}
