//! Making a former revision the newest again.

use cloudsite_domain::audit::Digest;
use cloudsite_domain::record::{ChangeKind, FeatureId, Revision};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::read;
use super::write::Writing;
use crate::{RollBack, RolledBack, StoreError};

/// The features that have changed after a revision, some of them more than once.
const CHANGED: &str = "SELECT feature_id FROM version INDEXED BY version_by_revision WHERE rev_from > ?1";

/// What a feature was, the newest first.
const HISTORY: &str = "
SELECT content_id, digest, rev_from FROM version WHERE feature_id = ?1 ORDER BY rev_from DESC";

/// What a feature is: its content with the digest that was kept of it.
type Standing = Option<(i64, Digest)>;

/// Writes the difference as one revision. No content is read or written: a version names the one it had.
pub(super) fn roll_back(connection: &mut Connection, roll_back: &RollBack) -> Result<RolledBack, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut writing = Writing::begin(&transaction, roll_back.into())?;
    let (to, head) = (roll_back.to, Revision(writing.revision().0 - 1));
    if to > head || to == Revision(0) {
        return Err(StoreError::NoSuchRevision { asked: to, head });
    }
    let mut changes = Vec::new();
    for (id, then, now) in changed(writing.transaction(), to)? {
        let kind = match (then, now) {
            (Some((content, digest)), now) => {
                if now.is_some_and(|(present, kept)| present == content || kept == digest) {
                    continue;
                }
                let kind = if now.is_some() { ChangeKind::Updated } else { ChangeKind::Created };
                writing.version(id, kind, content, digest)?;
                kind
            }
            (None, Some(_)) => {
                writing.end(id)?;
                ChangeKind::Ended
            }
            (None, None) => continue,
        };
        changes.push((id, kind));
    }
    let done = writing.finish()?;
    transaction.commit()?;
    Ok(RolledBack { done, changes })
}

/// Each feature that has changed after `to`, by id: what it was then, and what it is now.
fn changed(transaction: &Transaction<'_>, to: Revision) -> Result<Vec<(FeatureId, Standing, Standing)>, StoreError> {
    let mut statement = transaction.prepare_cached(CHANGED)?;
    let ids = statement.query_map([to.0 as i64], |row| row.get(0))?;
    let mut ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    let mut changed = Vec::with_capacity(ids.len());
    for id in ids {
        let id = FeatureId(id as u64);
        let (then, now) = then_and_now(transaction, id, to)?;
        changed.push((id, then, now));
    }
    Ok(changed)
}

fn then_and_now(
    transaction: &Transaction<'_>,
    id: FeatureId,
    to: Revision,
) -> Result<(Standing, Standing), StoreError> {
    let mut statement = transaction.prepare_cached(HISTORY)?;
    let mut rows = statement.query([id.0 as i64])?;
    let mut now: Option<Standing> = None;
    while let Some(row) = rows.next()? {
        let standing = standing(row, id)?;
        if row.get::<_, i64>(2)? <= to.0 as i64 {
            return Ok((standing, now.unwrap_or(standing)));
        }
        now.get_or_insert(standing);
    }
    Ok((None, now.flatten()))
}

/// Reads the columns `content_id` and `digest`.
fn standing(row: &Row<'_>, id: FeatureId) -> Result<Standing, StoreError> {
    let Some(content) = row.get(0)? else { return Ok(None) };
    let digest = row.get(1).map_err(|error| read::damaged(error, format!("the digest of feature {id}")))?;
    Ok(Some((content, Digest(digest))))
}
