//! Making a former revision the newest again.

use cloudsite_domain::audit::Digest;
use cloudsite_domain::record::{Change, ChangeKind, FeatureId, Revision};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::line::{self, AsOf, newest_seen};
use super::read;
use super::write::Writing;
use crate::{RollBack, StoreError};

const STANDING: &str = concat!(
    "SELECT content_id, digest FROM version WHERE feature_id = ?1 AND content_id IS NOT NULL AND rev_from = ",
    newest_seen!("?1", "?2", "?3")
);

/// What a feature is: its content with the digest that was kept of it.
type Standing = Option<(i64, Digest)>;

/// A feature that is something else as of one revision than as of another: what it is as of each.
pub(super) struct Apart {
    pub(super) id: FeatureId,
    one: Standing,
    other: Standing,
}

impl Apart {
    /// The numbers of its contents.
    pub(super) fn contents(&self) -> impl Iterator<Item = i64> {
        self.one.iter().chain(&self.other).map(|(content, _)| *content)
    }

    const fn kind(&self) -> ChangeKind {
        match (&self.one, &self.other) {
            (None, _) => ChangeKind::Created,
            (Some(_), Some(_)) => ChangeKind::Updated,
            (Some(_), None) => ChangeKind::Ended,
        }
    }
}

/// Writes that a revision goes back to another. It reads and writes no version: those of the other are seen again.
pub(super) fn roll_back(connection: &mut Connection, roll_back: &RollBack) -> Result<Option<Revision>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let writing = Writing::begin(&transaction, roll_back.into())?;
    let (to, head) = (roll_back.to, Revision(writing.revision().0 - 1));
    if to > head || to == Revision(0) {
        return Err(StoreError::NoSuchRevision { asked: to, head });
    }
    if apart(&transaction, head, to)?.next().transpose()?.is_none() {
        return Ok(None);
    }
    let made = writing.going_back_to(to)?;
    transaction.commit()?;
    Ok(Some(made))
}

/// The features that are something else as of `one` revision than as of an `other`, by id; not those that were changed
/// and are the same again.
pub(super) fn apart(
    connection: &Connection,
    one: Revision,
    other: Revision,
) -> Result<impl Iterator<Item = Result<Apart, StoreError>>, StoreError> {
    let (from, at) = (AsOf::read(connection, one)?, AsOf::read(connection, other)?);
    let pair = move |id| {
        let (one, other) = (standing(connection, id, from)?, standing(connection, id, at)?);
        let differ = one.map(|(_, digest)| digest) != other.map(|(_, digest)| digest);
        Ok(differ.then_some(Apart { id, one, other }))
    };
    Ok(line::changed(connection, one, other)?.into_iter().map(pair).filter_map(Result::transpose))
}

fn standing(connection: &Connection, id: FeatureId, AsOf { at, roll_back }: AsOf) -> Result<Standing, StoreError> {
    let mut statement = connection.prepare_cached(STANDING)?;
    let found = statement.query_row(params![id.0 as i64, at, roll_back], |row| Ok((row.get(0)?, row.get(1))));
    let Some((content, digest)) = found.optional()? else { return Ok(None) };
    let digest = digest.map_err(|error| read::damaged(error, format!("the digest of feature {id}")))?;
    Ok(Some((content, Digest(digest))))
}

/// What a roll-back did, by id.
pub(super) fn changes(connection: &Connection, revision: Revision) -> Result<Vec<Change>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT layer, code FROM feature WHERE id = ?1")?;
    let change = |apart: Result<Apart, StoreError>| {
        let apart = apart?;
        let (layer, code): (String, String) =
            statement.query_row([apart.id.0 as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
        read::change(revision, apart.kind(), &layer, &code, apart.id)
    };
    apart(connection, Revision(revision.0 - 1), revision)?.map(change).collect()
}
