//! Writing one revision.

use std::collections::HashSet;

use cloudsite_domain::audit::{Actor, Digest, Happening, RevisionDigest, roll_back_digest, version_digest};
use cloudsite_domain::record::{ChangeKind, Code, Feature, FeatureId, Layer, Revision, RevisionEntry};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::line::{self, AsOf, newest_seen};
use super::{audit, read};
use crate::{Cause, Commit, Committed, RollBack, StoreError};

const FIND: &str = concat!(
    "SELECT f.id, c.payload FROM feature f
    LEFT JOIN version v ON v.feature_id = f.id AND v.rev_from = ",
    newest_seen!("f.id", "?3", "?4"),
    " LEFT JOIN content c ON c.id = v.content_id
    WHERE f.layer = ?1 AND f.code = ?2"
);

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

impl Writer<'_> {
    /// What is kept of the revision that is written.
    fn entry(&self, revision: Revision) -> RevisionEntry {
        RevisionEntry { revision, at: self.at, author: self.author.to_owned(), message: self.message.to_owned() }
    }

    /// What the audit log says of the write.
    fn happening(&self) -> Happening {
        let Cause { action, subject, organisation, detail } = self.cause.clone();
        let actor = Actor { label: self.author.to_owned(), organisation };
        Happening { at: self.at, actor, action, subject, detail }
    }
}

/// A revision on its way to disk, in a transaction that the caller commits.
pub(super) struct Writing<'a> {
    transaction: &'a Transaction<'a>,
    by: Writer<'a>,
    /// What is there before it.
    before: AsOf,
    done: Committed,
    changes: RevisionDigest,
}

impl<'a> Writing<'a> {
    pub(super) fn begin(transaction: &'a Transaction<'a>, by: Writer<'a>) -> Result<Self, StoreError> {
        let head = read::head(transaction)?;
        if let Some(expected) = by.expected_head.filter(|expected| *expected != head) {
            return Err(StoreError::HeadMoved { expected, actual: head });
        }
        let before = AsOf::read(transaction, head)?;
        let revision = head.next();
        transaction
            .prepare_cached("INSERT INTO revision (number, at, author, message) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![revision.0 as i64, by.at.to_string(), by.author, by.message])?;
        let done = Committed::nothing(revision);
        Ok(Self { transaction, by, before, done, changes: RevisionDigest::default() })
    }

    /// The revision that is written.
    pub(super) const fn revision(&self) -> Revision {
        self.done.revision
    }

    /// A feature has a content from this revision on.
    fn version(&mut self, id: FeatureId, kind: ChangeKind, content: i64, digest: Digest) -> Result<(), StoreError> {
        match kind {
            ChangeKind::Created => self.done.created += 1,
            _ => self.done.updated += 1,
        }
        self.changes.version(id, kind, digest);
        self.add(id, Some(content), Some(digest.0))
    }

    /// A feature is there no longer.
    fn end(&mut self, id: FeatureId) -> Result<(), StoreError> {
        self.done.ended += 1;
        self.changes.end(id);
        self.add(id, None, None)
    }

    fn add(&self, id: FeatureId, content: Option<i64>, digest: Option<[u8; 32]>) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare_cached(ADD_VERSION)?;
        statement.execute(params![id.0 as i64, self.done.revision.0 as i64, content, digest])?;
        Ok(())
    }

    /// Writes it as one that has the content of another, with its event.
    pub(super) fn going_back_to(self, to: Revision) -> Result<Revision, StoreError> {
        let Self { transaction, by, done, .. } = self;
        let revision = done.revision;
        let line = line::write_roll_back(transaction, revision, to)?;
        let digest = roll_back_digest(&by.entry(revision), to, line.spans());
        audit::append(transaction, by.happening().making(revision, digest))?;
        Ok(revision)
    }

    /// Writes it with its event, or nothing if nothing has changed.
    fn finish(self) -> Result<Committed, StoreError> {
        let Self { transaction, by, mut done, changes, .. } = self;
        if done.created + done.updated + done.ended == 0 {
            let mut statement = transaction.prepare_cached("DELETE FROM revision WHERE number = ?1")?;
            statement.execute(params![done.revision.0 as i64])?;
            done.revision = Revision(done.revision.0 - 1);
        } else {
            let mut happening = by.happening();
            let counts = [("created", done.created), ("updated", done.updated), ("ended", done.ended)];
            happening.detail.extend(counts.map(|(name, count)| (name.to_owned(), count.to_string())));
            let digest = changes.finish(&by.entry(done.revision));
            audit::append(transaction, happening.making(done.revision, digest))?;
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

fn find(writing: &Writing<'_>, layer: Layer, code: &Code) -> Result<Option<Found>, StoreError> {
    let AsOf { at, roll_back } = writing.before;
    let mut statement = writing.transaction.prepare_cached(FIND)?;
    let asked = params![layer.as_str(), code.as_str(), at, roll_back];
    let found = statement.query_row(asked, |row| Ok(Found { id: row.get(0)?, now: row.get(1)? }));
    Ok(found.optional()?)
}

fn put(writing: &mut Writing<'_>, feature: &Feature) -> Result<(), StoreError> {
    let payload = serde_json::to_string(feature).map_err(|error| StoreError::Corrupt {
        what: format!("it cannot be written as JSON ({error})"),
        place: format!("{} '{}'", feature.layer(), feature.code),
    })?;
    let transaction = writing.transaction;
    let (id, kind) = match find(writing, feature.layer(), &feature.code)? {
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
    let Some(Found { id, now: Some(_) }) = find(writing, layer, code)? else {
        return Err(StoreError::UnknownToEnd { layer, code: code.clone() });
    };
    writing.end(FeatureId(id as u64))
}
