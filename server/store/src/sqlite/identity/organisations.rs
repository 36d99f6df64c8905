//! Organisations.

use cloudsite_domain::identity::Organisation;
use rusqlite::{ErrorCode, Transaction, params};

use super::row::Columns;
use crate::StoreError;
use crate::identity::IdentityError;

pub(super) fn all(connection: &Transaction<'_>) -> Result<Vec<Organisation>, StoreError> {
    let sql = "SELECT code, kind, names, time_zone, languages, tier FROM organisation ORDER BY code";
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
        all.push(organisation.map_err(|problems| {
            let what = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            StoreError::Corrupt { what, place: format!("organisation {}", columns.text(0).unwrap_or_default()) }
        })?);
    }
    Ok(all)
}

pub(super) fn create(connection: &Transaction<'_>, organisation: &Organisation) -> Result<(), IdentityError> {
    let sql =
        "INSERT INTO organisation (code, kind, names, time_zone, languages, tier) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let unwritable = |error: serde_json::Error| StoreError::Corrupt {
        what: format!("it cannot be written as JSON ({error})"),
        place: format!("organisation {}", organisation.code()),
    };
    let done = connection.prepare_cached(sql)?.execute(params![
        organisation.code().as_str(),
        organisation.kind().as_str(),
        serde_json::to_string(organisation.names()).map_err(unwritable)?,
        organisation.time_zone().as_str(),
        serde_json::to_string(organisation.languages()).map_err(unwritable)?,
        organisation.tier().as_str(),
    ]);
    match done {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(IdentityError::OrganisationExists(organisation.code().clone()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Refuses a code that no organisation has.
pub(super) fn check_exists(
    connection: &Transaction<'_>,
    code: &cloudsite_domain::record::Code,
) -> Result<(), IdentityError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM organisation WHERE code = ?1")?;
    if statement.exists([code.as_str()])? { Ok(()) } else { Err(IdentityError::UnknownOrganisation(code.clone())) }
}
