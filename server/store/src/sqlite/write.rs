//! Writing one revision.

use std::collections::HashSet;

use cloudsite_domain::audit::{Actor, Happening, RevisionDigest, version_digest};
use cloudsite_domain::record::{ChangeKind, Code, Feature, FeatureId, Layer, Revision, RevisionEntry};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{audit, read};
use crate::{Commit, Committed, StoreError};

const FIND: &str = "
SELECT f.id, v.rowid, v.payload FROM feature f
LEFT JOIN version v ON v.feature_id = f.id AND v.rev_to IS NULL
WHERE f.layer = ?1 AND f.code = ?2";

const BEGIN_VERSION: &str = "
INSERT INTO version (feature_id, rev_from, payload, min_x, min_y, max_x, max_y, digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const END_VERSION: &str = "UPDATE version SET rev_to = ?2 WHERE rowid = ?1";

/// What the record holds under a layer and code.
struct Found {
    id: i64,
    /// The present version's row and payload.
    now: Option<(i64, String)>,
}

/// Writes `commit` as one transaction; dropped half-way, it leaves nothing.
pub(super) fn commit(connection: &mut Connection, commit: &Commit) -> Result<Committed, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = within(&transaction, commit)?;
    if done.created + done.updated + done.ended > 0 {
        transaction.commit()?;
    }
    Ok(done)
}

/// Writes `commit` and its event in the caller's transaction. One that changes nothing leaves nothing.
pub(super) fn within(transaction: &Transaction<'_>, commit: &Commit) -> Result<Committed, StoreError> {
    refuse_duplicates(commit)?;
    let head = read::head(transaction)?;
    if let Some(expected) = commit.expected_head.filter(|expected| *expected != head) {
        return Err(StoreError::HeadMoved { expected, actual: head });
    }
    let revision = head.next();
    transaction
        .prepare_cached("INSERT INTO revision (number, at, author, message) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![revision.0 as i64, commit.at.to_string(), commit.author, commit.message])?;
    let mut done = Committed { revision, created: 0, updated: 0, ended: 0, unchanged: 0 };
    let mut changes = RevisionDigest::default();
    for feature in &commit.puts {
        put(transaction, feature, revision, &mut done, &mut changes)?;
    }
    for (layer, code) in &commit.ends {
        changes.end(end(transaction, *layer, code, revision)?);
        done.ended += 1;
    }
    if done.created + done.updated + done.ended == 0 {
        let mut statement = transaction.prepare_cached("DELETE FROM revision WHERE number = ?1")?;
        statement.execute(params![revision.0 as i64])?;
        done.revision = head;
    } else {
        audit::append(transaction, event(commit, &done, changes))?;
    }
    Ok(done)
}

/// What the audit log says of a write.
fn event(commit: &Commit, done: &Committed, changes: RevisionDigest) -> Happening {
    let Commit { author, message, at, cause, .. } = commit;
    let entry = RevisionEntry { revision: done.revision, at: *at, author: author.clone(), message: message.clone() };
    let counts = [("created", done.created), ("updated", done.updated), ("ended", done.ended)];
    let counts = counts.map(|(name, count)| (name.to_owned(), count.to_string()));
    let happening = Happening {
        at: *at,
        actor: Actor { label: author.clone(), organisation: cause.organisation.clone() },
        action: cause.action,
        subject: cause.subject.clone(),
        detail: cause.detail.clone().into_iter().chain(counts).collect(),
    };
    happening.making(done.revision, changes.finish(&entry))
}

fn refuse_duplicates(commit: &Commit) -> Result<(), StoreError> {
    let mut seen = HashSet::with_capacity(commit.puts.len() + commit.ends.len());
    let puts = commit.puts.iter().map(|feature| (feature.layer(), &feature.code));
    let ends = commit.ends.iter().map(|(layer, code)| (*layer, code));
    for (layer, code) in puts.chain(ends) {
        if !seen.insert((layer, code)) {
            return Err(StoreError::DuplicateInCommit { layer, code: code.clone() });
        }
    }
    Ok(())
}

fn find(transaction: &Transaction<'_>, layer: Layer, code: &Code) -> Result<Option<Found>, StoreError> {
    let mut statement = transaction.prepare_cached(FIND)?;
    let found = statement.query_row(params![layer.as_str(), code.as_str()], |row| {
        let row_id: Option<i64> = row.get(1)?;
        let now = match row_id {
            Some(row_id) => Some((row_id, row.get(2)?)),
            None => None,
        };
        Ok(Found { id: row.get(0)?, now })
    });
    Ok(found.optional()?)
}

fn put(
    transaction: &Transaction<'_>,
    feature: &Feature,
    revision: Revision,
    done: &mut Committed,
    changes: &mut RevisionDigest,
) -> Result<(), StoreError> {
    let payload = serde_json::to_string(feature).map_err(|error| StoreError::Corrupt {
        what: format!("it cannot be written as JSON ({error})"),
        place: format!("{} '{}'", feature.layer(), feature.code),
    })?;
    let (id, kind) = match find(transaction, feature.layer(), &feature.code)? {
        // Texts are compared, not what they mean: one value has one text, and none has to be read for it.
        Some(Found { now: Some((_, present)), .. }) if present == payload => {
            done.unchanged += 1;
            return Ok(());
        }
        Some(Found { id, now: Some((row_id, _)) }) => {
            transaction.prepare_cached(END_VERSION)?.execute(params![row_id, revision.0 as i64])?;
            done.updated += 1;
            (id, ChangeKind::Updated)
        }
        Some(Found { id, now: None }) => {
            done.created += 1;
            (id, ChangeKind::Created)
        }
        None => {
            done.created += 1;
            let id = transaction
                .prepare_cached("INSERT INTO feature (layer, code) VALUES (?1, ?2)")?
                .insert(params![feature.layer().as_str(), feature.code.as_str()])?;
            (id, ChangeKind::Created)
        }
    };
    let bounds = feature.shape.bounds();
    let (min, max) = (bounds.min(), bounds.max());
    let digest = version_digest(FeatureId(id as u64), feature.layer(), &feature.code, payload.as_bytes(), bounds);
    changes.version(FeatureId(id as u64), kind, digest);
    transaction.prepare_cached(BEGIN_VERSION)?.execute(params![
        id,
        revision.0 as i64,
        payload,
        min.x,
        min.y,
        max.x,
        max.y,
        digest.0,
    ])?;
    Ok(())
}

fn end(transaction: &Transaction<'_>, layer: Layer, code: &Code, revision: Revision) -> Result<FeatureId, StoreError> {
    let Some(Found { id, now: Some((row_id, _)) }) = find(transaction, layer, code)? else {
        return Err(StoreError::UnknownToEnd { layer, code: code.clone() });
    };
    transaction.prepare_cached(END_VERSION)?.execute(params![row_id, revision.0 as i64])?;
    Ok(FeatureId(id as u64))
}
