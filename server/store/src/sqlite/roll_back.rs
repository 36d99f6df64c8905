//! Making a former revision the newest again.

use cloudsite_domain::audit::Digest;
use cloudsite_domain::record::{ChangeKind, FeatureId, Revision};
use rusqlite::{Connection, Row, Transaction, params};

use super::read;
use super::write::Writing;
use crate::{RollBack, RolledBack, StoreError};

/// Each feature that has changed after a revision, with what it was then and what it is now.
const CHANGED: &str = "
SELECT c.feature_id, t.content_id, t.digest, n.content_id, n.digest
FROM (SELECT DISTINCT feature_id FROM version WHERE rev_from > ?1) c
LEFT JOIN version t ON t.feature_id = c.feature_id
    AND t.rev_from = (SELECT max(o.rev_from) FROM version o WHERE o.feature_id = c.feature_id AND o.rev_from <= ?1)
JOIN version n ON n.feature_id = c.feature_id
    AND n.rev_from = (SELECT max(o.rev_from) FROM version o WHERE o.feature_id = c.feature_id)
ORDER BY c.feature_id";

/// What a feature is: its content with the digest that was kept of it.
type Standing = Option<(i64, Digest)>;

/// Writes the difference as one revision. No content is read or written: a version names the one it had.
pub(super) fn roll_back(connection: &mut Connection, roll_back: &RollBack) -> Result<RolledBack, StoreError> {
    let mut writing = Writing::begin(connection, roll_back.into())?;
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
    Ok(RolledBack { done: writing.finish()?, changes })
}

fn changed(transaction: &Transaction<'_>, to: Revision) -> Result<Vec<(FeatureId, Standing, Standing)>, StoreError> {
    let mut statement = transaction.prepare_cached(CHANGED)?;
    let mut rows = statement.query(params![to.0 as i64])?;
    let mut changed = Vec::new();
    while let Some(row) = rows.next()? {
        let id = FeatureId(row.get::<_, i64>(0)? as u64);
        changed.push((id, standing(row, 1, id)?, standing(row, 3, id)?));
    }
    Ok(changed)
}

/// Reads the columns `content_id` and `digest` from `first` on.
fn standing(row: &Row<'_>, first: usize, id: FeatureId) -> Result<Standing, StoreError> {
    let Some(content) = row.get(first)? else { return Ok(None) };
    let digest = row.get(first + 1).map_err(|error| read::damaged(error, format!("the digest of feature {id}")))?;
    Ok(Some((content, Digest(digest))))
}
