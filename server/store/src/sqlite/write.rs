//! Writing one revision.

use std::collections::HashSet;

use cloudsite_domain::audit::{Actor, Digest, Happening, RevisionDigest, version_digest};
use cloudsite_domain::record::{ChangeKind, Code, Feature, FeatureId, Layer, Revision, RevisionEntry};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{audit, read};
use crate::{Cause, Commit, Committed, RollBack, StoreError};

const FIND: &str = "
SELECT f.id, c.payload FROM feature f
LEFT JOIN content c ON c.id = (SELECT v.content_id FROM version v WHERE v.feature_id = f.id
                               ORDER BY v.rev_from DESC LIMIT 1)
WHERE f.layer = ?1 AND f.code = ?2";

const ADD_CONTENT: &str = "INSERT INTO content (payload, min_x, min_y, max_x, max_y) VALUES (?1, ?2, ?3, ?4, ?5)";

const ADD_VERSION: &str = "INSERT INTO version (feature_id, rev_from, content_id, digest) VALUES (?1, ?2, ?3, ?4)";

/// What the record holds under a layer and code.
struct Found {
    id: i64,
    /// The present content's payload, if the feature is there.
    now: Option<String>,
}

/// Who writes, why and when, of whatever is written.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    author: &'a str,
    message: &'a str,
    at: Timestamp,
    expected_head: Option<Revision>,
    cause: &'a Cause,
}

impl<'a> From<&'a Commit> for Writer<'a> {
    fn from(Commit { author, message, at, expected_head, cause, .. }: &'a Commit) -> Self {
        Self { author, message, at: *at, expected_head: *expected_head, cause }
    }
}

impl<'a> From<&'a RollBack> for Writer<'a> {
    fn from(RollBack { author, message, at, expected_head, cause, .. }: &'a RollBack) -> Self {
        Self { author, message, at: *at, expected_head: *expected_head, cause }
    }
}

/// A revision on its way to disk, in a transaction that the caller commits.
pub(super) struct Writing<'a> {
    transaction: &'a Transaction<'a>,
    by: Writer<'a>,
    done: Committed,
    changes: RevisionDigest,
}

impl<'a> Writing<'a> {
    pub(super) fn begin(transaction: &'a Transaction<'a>, by: Writer<'a>) -> Result<Self, StoreError> {
        let head = read::head(transaction)?;
        if let Some(expected) = by.expected_head.filter(|expected| *expected != head) {
            return Err(StoreError::HeadMoved { expected, actual: head });
        }
        let revision = head.next();
        transaction
            .prepare_cached("INSERT INTO revision (number, at, author, message) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![revision.0 as i64, by.at.to_string(), by.author, by.message])?;
        let done = Committed { revision, created: 0, updated: 0, ended: 0, unchanged: 0 };
        Ok(Self { transaction, by, done, changes: RevisionDigest::default() })
    }

    pub(super) const fn transaction(&self) -> &'a Transaction<'a> {
        self.transaction
    }

    /// The revision that is written.
    pub(super) const fn revision(&self) -> Revision {
        self.done.revision
    }

    /// A feature has a content from this revision on.
    pub(super) fn version(
        &mut self,
        id: FeatureId,
        kind: ChangeKind,
        content: i64,
        digest: Digest,
    ) -> Result<(), StoreError> {
        match kind {
            ChangeKind::Created => self.done.created += 1,
            _ => self.done.updated += 1,
        }
        self.changes.version(id, kind, digest);
        self.add(id, Some(content), Some(digest.0))
    }

    /// A feature is there no longer.
    pub(super) fn end(&mut self, id: FeatureId) -> Result<(), StoreError> {
        self.done.ended += 1;
        self.changes.end(id);
        self.add(id, None, None)
    }

    fn add(&self, id: FeatureId, content: Option<i64>, digest: Option<[u8; 32]>) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare_cached(ADD_VERSION)?;
        statement.execute(params![id.0 as i64, self.done.revision.0 as i64, content, digest])?;
        Ok(())
    }

    /// Writes it with its event, or nothing if nothing has changed.
    pub(super) fn finish(self) -> Result<Committed, StoreError> {
        let Self { transaction, by, mut done, changes } = self;
        if done.created + done.updated + done.ended == 0 {
            let mut statement = transaction.prepare_cached("DELETE FROM revision WHERE number = ?1")?;
            statement.execute(params![done.revision.0 as i64])?;
            done.revision = Revision(done.revision.0 - 1);
        } else {
            audit::append(transaction, event(&by, &done, changes))?;
        }
        Ok(done)
    }
}

pub(super) fn commit(connection: &mut Connection, commit: &Commit) -> Result<Committed, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = within(&transaction, commit)?;
    transaction.commit()?;
    Ok(done)
}

/// Writes `commit` and its event in the caller's transaction. One that changes nothing leaves nothing.
pub(super) fn within(transaction: &Transaction<'_>, commit: &Commit) -> Result<Committed, StoreError> {
    refuse_duplicates(commit)?;
    let mut writing = Writing::begin(transaction, commit.into())?;
    for feature in &commit.puts {
        put(&mut writing, feature)?;
    }
    for (layer, code) in &commit.ends {
        end(&mut writing, *layer, code)?;
    }
    writing.finish()
}

/// What the audit log says of a write.
fn event(by: &Writer<'_>, done: &Committed, changes: RevisionDigest) -> Happening {
    let Writer { author, message, at, cause, .. } = *by;
    let (author, message) = (author.to_owned(), message.to_owned());
    let entry = RevisionEntry { revision: done.revision, at, author: author.clone(), message };
    let counts = [("created", done.created), ("updated", done.updated), ("ended", done.ended)];
    let counts = counts.map(|(name, count)| (name.to_owned(), count.to_string()));
    let happening = Happening {
        at,
        actor: Actor { label: author, organisation: cause.organisation.clone() },
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
    let found = statement
        .query_row(params![layer.as_str(), code.as_str()], |row| Ok(Found { id: row.get(0)?, now: row.get(1)? }));
    Ok(found.optional()?)
}

fn put(writing: &mut Writing<'_>, feature: &Feature) -> Result<(), StoreError> {
    let payload = serde_json::to_string(feature).map_err(|error| StoreError::Corrupt {
        what: format!("it cannot be written as JSON ({error})"),
        place: format!("{} '{}'", feature.layer(), feature.code),
    })?;
    let transaction = writing.transaction();
    let (id, kind) = match find(transaction, feature.layer(), &feature.code)? {
        // Texts are compared, not what they mean: one value has one text, and none has to be read for it.
        Some(Found { now: Some(present), .. }) if present == payload => {
            writing.done.unchanged += 1;
            return Ok(());
        }
        Some(Found { id, now: Some(_) }) => (id, ChangeKind::Updated),
        Some(Found { id, now: None }) => (id, ChangeKind::Created),
        None => {
            let id = transaction
                .prepare_cached("INSERT INTO feature (layer, code) VALUES (?1, ?2)")?
                .insert(params![feature.layer().as_str(), feature.code.as_str()])?;
            (id, ChangeKind::Created)
        }
    };
    let id = FeatureId(id as u64);
    let bounds = feature.shape.bounds();
    let (min, max) = (bounds.min(), bounds.max());
    let digest = version_digest(id, feature.layer(), &feature.code, payload.as_bytes(), bounds);
    let content = transaction.prepare_cached(ADD_CONTENT)?.insert(params![payload, min.x, min.y, max.x, max.y])?;
    writing.version(id, kind, content, digest)
}

fn end(writing: &mut Writing<'_>, layer: Layer, code: &Code) -> Result<(), StoreError> {
    let Some(Found { id, now: Some(_) }) = find(writing.transaction(), layer, code)? else {
        return Err(StoreError::UnknownToEnd { layer, code: code.clone() });
    };
    writing.end(FeatureId(id as u64))
}
