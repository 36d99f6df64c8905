//! Changesets and imports, in the tables beside the record's.

mod imports;
mod items;
mod operations;
mod row;
mod write;

use cloudsite_domain::changeset::{Changeset, ChangesetId, Decision, Item, State};
use cloudsite_domain::record::{Code, Layer};
use cloudsite_domain::validation::{Problem, Severity};
use jiff::Timestamp;

use super::SqliteStore;
use crate::changeset::{ChangesetError, ChangesetStore, ChangesetWrite, Deed, ItemFilter, ListedItem};
use crate::imports::{
    Ending, ImportStore, Mapping, NewOperation, NewUpload, Operation, OperationId, Upload, UploadId, UploadLimits,
};
use crate::{Commit, Committed};

/// The tables. Times are microseconds since 1970; what has no table of its own is JSON.
pub(super) const STEP: &str = "
CREATE TABLE changeset (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    title      TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    base       INTEGER NOT NULL,
    state      TEXT NOT NULL,
    editors    TEXT NOT NULL,
    validation TEXT,
    published  INTEGER,
    created    INTEGER NOT NULL DEFAULT 0,
    updated    INTEGER NOT NULL DEFAULT 0,
    ended      INTEGER NOT NULL DEFAULT 0,
    min_x REAL, min_y REAL, max_x REAL, max_y REAL,
    request    TEXT UNIQUE
) STRICT;

-- A payload is what the feature is to be; without one it ends. base is the revision of the version that it was made from.
CREATE TABLE changeset_item (
    changeset INTEGER NOT NULL REFERENCES changeset (id) ON DELETE CASCADE,
    layer     TEXT NOT NULL,
    code      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    payload   TEXT,
    base      INTEGER NOT NULL,
    editor    TEXT NOT NULL,
    min_x REAL NOT NULL, min_y REAL NOT NULL, max_x REAL NOT NULL, max_y REAL NOT NULL,
    PRIMARY KEY (changeset, layer, code)
) STRICT;

CREATE TABLE changeset_problem (
    changeset INTEGER NOT NULL REFERENCES changeset (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    severity  TEXT NOT NULL,
    layer     TEXT NOT NULL,
    code      TEXT NOT NULL,
    problem   TEXT NOT NULL,
    PRIMARY KEY (changeset, number)
) STRICT;
CREATE INDEX changeset_problem_of_feature ON changeset_problem (changeset, layer, code, severity);

CREATE TABLE changeset_decision (
    changeset INTEGER NOT NULL REFERENCES changeset (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    state     TEXT NOT NULL,
    actor     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    PRIMARY KEY (changeset, number)
) STRICT;

CREATE TABLE upload (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner      TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    request    TEXT UNIQUE
) STRICT;

CREATE TABLE operation (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    state        TEXT NOT NULL,
    owner_key    TEXT NOT NULL,
    owner_label  TEXT NOT NULL,
    organisation TEXT NOT NULL,
    upload       INTEGER NOT NULL,
    file_name    TEXT NOT NULL,
    plan         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    done_at      INTEGER,
    changeset    INTEGER,
    outcome      TEXT,
    request      TEXT UNIQUE
) STRICT;
CREATE INDEX operation_waiting ON operation (id) WHERE state IN ('queued', 'running');

CREATE TABLE column_mapping (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    layer   TEXT NOT NULL,
    columns TEXT NOT NULL,
    mapping TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    UNIQUE (layer, columns)
) STRICT;
";

impl ChangesetStore for SqliteStore {
    fn changeset(&self, id: ChangesetId) -> Result<Option<Changeset>, ChangesetError> {
        Ok(self.readers.with(|connection| row::changeset(connection, id))?)
    }

    fn changesets(
        &self,
        states: &[State],
        before: Option<ChangesetId>,
        most: usize,
    ) -> Result<Vec<Changeset>, ChangesetError> {
        Ok(self.readers.with(|connection| row::changesets(connection, states, before, most))?)
    }

    fn write_changeset(&self, write: ChangesetWrite) -> Result<Changeset, ChangesetError> {
        self.write_within(|connection| write::write(connection, write))
    }

    fn publish_changeset(
        &self,
        commit: Commit,
        write: ChangesetWrite,
    ) -> Result<(Committed, Changeset), ChangesetError> {
        self.write_within(|connection| write::publish(connection, &commit, write))
    }

    fn delete_changeset(&self, changeset: &Changeset, deed: &Deed) -> Result<(), ChangesetError> {
        self.write_within(|connection| write::delete(connection, changeset, deed))
    }

    fn items(
        &self,
        id: ChangesetId,
        filter: &ItemFilter,
        skip: u64,
        most: usize,
    ) -> Result<Vec<ListedItem>, ChangesetError> {
        Ok(self.readers.with(|connection| items::list(connection, id, filter, skip, most))?)
    }

    fn all_items(&self, id: ChangesetId) -> Result<Vec<Item>, ChangesetError> {
        Ok(self.readers.with(|connection| items::all(connection, id))?)
    }

    fn problems(
        &self,
        id: ChangesetId,
        severity: Option<Severity>,
        feature: Option<(Layer, &Code)>,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Problem>, ChangesetError> {
        Ok(self.readers.with(|connection| items::problems(connection, id, severity, feature, skip, most))?)
    }

    fn decisions(&self, id: ChangesetId) -> Result<Vec<Decision>, ChangesetError> {
        Ok(self.readers.with(|connection| row::decisions(connection, id))?)
    }
}

impl ImportStore for SqliteStore {
    fn create_upload(&self, new: &NewUpload, limits: UploadLimits) -> Result<Upload, ChangesetError> {
        self.write_within(|connection| imports::create_upload(connection, new, limits))
    }

    fn upload(&self, id: UploadId) -> Result<Option<Upload>, ChangesetError> {
        Ok(self.readers.with(|connection| imports::upload(connection, id))?)
    }

    fn sweep_uploads(&self, before: Timestamp) -> Result<Vec<UploadId>, ChangesetError> {
        self.write_within(|connection| imports::sweep(connection, before))
    }

    fn delete_upload(&self, id: UploadId) -> Result<bool, ChangesetError> {
        self.write_within(|connection| imports::delete_upload(connection, id))
    }

    fn start_operation(&self, new: &NewOperation, most: usize) -> Result<Operation, ChangesetError> {
        self.write_within(|connection| operations::start(connection, new, most))
    }

    fn operation(&self, id: OperationId) -> Result<Option<Operation>, ChangesetError> {
        Ok(self.readers.with(|connection| operations::find(connection, id))?)
    }

    fn operations(&self, before: Option<OperationId>, most: usize) -> Result<Vec<Operation>, ChangesetError> {
        Ok(self.readers.with(|connection| operations::list(connection, before, most))?)
    }

    fn take_operation(&self) -> Result<Option<Operation>, ChangesetError> {
        self.write_within(operations::take)
    }

    fn end_operation(&self, id: OperationId, ending: Ending) -> Result<Option<Changeset>, ChangesetError> {
        self.write_within(|connection| operations::end(connection, id, ending))
    }

    fn cancel_operation(&self, id: OperationId, at: Timestamp) -> Result<Option<Operation>, ChangesetError> {
        self.write_within(|connection| operations::cancel(connection, id, at))
    }

    fn mappings(&self, layer: Option<Layer>) -> Result<Vec<Mapping>, ChangesetError> {
        Ok(self.readers.with(|connection| imports::mappings(connection, layer))?)
    }

    fn delete_mapping(&self, id: u64) -> Result<bool, ChangesetError> {
        self.write_within(|connection| imports::delete_mapping(connection, id))
    }
}
