//! The record in one SQLite file: the default store.
//!
//! One connection writes, under an exclusive lock on a file beside the database, so that a second process is refused
//! rather than interleaved. A few connections read; in WAL mode each sees the record as it was when its read began.

mod audit;
mod backup;
mod brief;
mod changeset;
mod demand;
mod digest;
mod extent;
mod health;
mod identity;
mod line;
mod meeting;
mod read;
mod readers;
mod roll_back;
mod schema;
mod write;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cloudsite_domain::audit::{Checkpoint, Event, Happening, Link};
use cloudsite_domain::record::{Change, Code, FeatureId, FeatureVersion, Layer, Revision, RevisionEntry};
use geo_types::Rect;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::{Commit, Committed, Difference, RevisionOnDisk, RollBack, Store, StoreError, Touched};
use readers::Readers;

/// The database's file name within the data folder.
pub const DATABASE_FILE: &str = "cloudsite.db";

/// The file whose lock the writing process holds.
pub const LOCK_FILE: &str = "cloudsite.lock";

/// How long a connection waits for another one of this process, e.g. during a checkpoint.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Pages that the writing connection keeps in memory, KiB.
const WRITER_CACHE_KIB: i64 = 64 * 1024;

/// A record in a data folder.
#[derive(Debug)]
pub struct SqliteStore {
    readers: Readers,
    /// Dropped after the readers: the last to close a database that can write it leaves no log behind.
    writer: Option<Mutex<Connection>>,
    /// Dropped last: closing it lets another process write.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens the record in `folder` for reading and writing, making both if they are not there. What a process that was
    /// cut off has left is recovered. Refused with [`StoreError::AnotherProcess`] while another process writes it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        let lock = lock(folder)?;
        let path = folder.join(DATABASE_FILE);
        let writer = match open_writer(&path) {
            Err(error) if error.is_of_reading_only() => return Err(StoreError::ReadOnlyFolder(folder.to_owned())),
            opened => opened?,
        };
        Ok(Self { writer: Some(Mutex::new(writer)), readers: Readers::new(path), _lock: Some(lock) })
    }

    /// Opens the record in `folder` for reading, also while another process writes it.
    pub fn open_read_only(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(DATABASE_FILE);
        if !path.is_file() {
            return Err(StoreError::NoRecord(folder.to_owned()));
        }
        let readers = Readers::new(path);
        readers.with(|connection| schema::check(connection))?;
        Ok(Self { writer: None, readers, _lock: None })
    }

    /// Appends to the audit log of the record in `folder` from beside the process that writes it. The database itself
    /// keeps the two apart: neither holds it for longer than an event takes.
    pub fn append_beside(folder: &Path, happening: Happening) -> Result<Link, StoreError> {
        let path = folder.join(DATABASE_FILE);
        if !path.is_file() {
            return Err(StoreError::NoRecord(folder.to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::check(&connection)?;
        append_all(&mut connection, vec![happening])
    }

    fn write<T>(&self, write: impl FnOnce(&mut Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        // A panic while the lock was held has rolled its transaction back; the connection is as good as before.
        write(&mut writer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn append_all(connection: &mut Connection, happenings: Vec<Happening>) -> Result<Link, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut last = audit::head(&transaction)?;
    for happening in happenings {
        last = audit::append(&transaction, happening)?;
    }
    transaction.commit()?;
    Ok(last)
}

fn open_writer(database: &Path) -> Result<Connection, StoreError> {
    let left_behind = health::log_bytes(database);
    let mut writer = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    writer.busy_timeout(BUSY_TIMEOUT)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    writer.pragma_update(None, "synchronous", "FULL")?;
    writer.pragma_update(None, "foreign_keys", true)?;
    // A revision touches rows all over the tables; SQLite's own 2 MiB would read and write their pages again and again.
    writer.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    writer.set_prepared_statement_cache_capacity(32);
    schema::migrate(&mut writer)?;
    if left_behind > 0 {
        let revision = read::head(&writer)?.0;
        tracing::info!(bytes = left_behind, revision, "recovered: found a log of writes and replayed it");
    }
    Ok(writer)
}

/// Takes the writer's lock. The operating system gives it back when the process ends, however it ends.
fn lock(folder: &Path) -> Result<File, StoreError> {
    let path: PathBuf = folder.join(LOCK_FILE);
    let io = |source: std::io::Error| match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnlyFolder(folder.to_owned()),
        _ => StoreError::Io { path: path.clone(), source },
    };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::AnotherProcess(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

impl SqliteStore {
    /// Does `work` in one transaction of the writing connection; an error leaves nothing of it.
    fn write_within<T, E: From<StoreError> + From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        // A panic while the lock was held has rolled its transaction back; the connection is as good as before.
        let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}

impl Store for SqliteStore {
    fn head(&self) -> Result<Revision, StoreError> {
        self.readers.with(|connection| read::head(connection))
    }

    fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.write(|connection| write::commit(connection, &commit))
    }

    fn roll_back(&self, roll_back: RollBack) -> Result<Option<Revision>, StoreError> {
        self.write(|connection| roll_back::roll_back(connection, &roll_back))
    }

    fn revisions(&self, range: RangeInclusive<u64>) -> Result<Vec<RevisionEntry>, StoreError> {
        self.readers.with(|connection| read::revisions(connection, &range))
    }

    fn revision_at(&self, moment: Timestamp) -> Result<Option<Revision>, StoreError> {
        self.readers.with(|connection| read::revision_at(connection, moment))
    }

    fn changes(&self, after: Revision, up_to: Revision) -> Result<Vec<Change>, StoreError> {
        self.readers.with(|connection| read::changes(connection, after, up_to))
    }

    fn feature(&self, layer: Layer, code: &Code, at: Revision) -> Result<Option<FeatureVersion>, StoreError> {
        self.readers.with(|connection| read::feature(connection, layer, code, at))
    }

    fn scan(
        &self,
        layer: Layer,
        at: Revision,
        each: &mut dyn FnMut(FeatureVersion) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.readers.with(|connection| read::scan(connection, layer, at, each))
    }

    fn differences(
        &self,
        from: Revision,
        at: Revision,
        each: &mut dyn FnMut(Difference) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.readers.with(|connection| read::differences(connection, from, at, each))
    }

    fn candidates(&self, layer: Layer, bounds: Rect, at: Revision) -> Result<Vec<FeatureId>, StoreError> {
        self.readers.with(|connection| read::candidates(connection, layer, bounds, at))
    }

    fn touched(&self, after: Revision) -> Result<Vec<Touched>, StoreError> {
        self.readers.with(|connection| read::touched(connection, after))
    }

    fn append(&self, happenings: Vec<Happening>) -> Result<Link, StoreError> {
        self.write(|connection| append_all(connection, happenings))
    }

    fn log_head(&self) -> Result<Link, StoreError> {
        self.readers.with(|connection| audit::head(connection))
    }

    fn events(
        &self,
        range: RangeInclusive<u64>,
        each: &mut dyn FnMut(Event) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.readers.with(|connection| audit::events(connection, &range, each))
    }

    fn disclosures(&self, organisation: &Code, within: Range<Timestamp>) -> Result<Vec<Event>, StoreError> {
        self.readers.with(|connection| audit::disclosures(connection, organisation, &within))
    }

    fn add_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        self.write(|connection| audit::add_checkpoint(connection, checkpoint))
    }

    fn checkpoints(&self, from: u64) -> Result<Vec<Checkpoint>, StoreError> {
        self.readers.with(|connection| audit::checkpoints(connection, from))
    }

    fn on_disk(&self, revision: Revision) -> Result<RevisionOnDisk, StoreError> {
        self.readers.with(|connection| digest::of_revision(connection, revision))
    }
}

#[cfg(test)]
mod tests;
