//! Copies of the whole database, made while it is written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{BUSY_TIMEOUT, DATABASE_FILE, SqliteStore, health, lock, schema};
use crate::StoreError;

/// Pages that are copied at a time: 4 MiB.
const PAGES_A_STEP: i32 = 1_024;

/// What the name of a record that was replaced has before the number that tells several apart.
const REPLACED: &str = "cloudsite.db.replaced-";

impl SqliteStore {
    /// Copies the record in `folder`, also while another process writes it, to a new file at `to`, checks the copy, and
    /// gives its size in bytes. The copy is of one moment; writers are not held up. `to` must not be there.
    pub fn back_up(folder: &Path, to: &Path) -> Result<u64, StoreError> {
        let database = folder.join(DATABASE_FILE);
        if !database.is_file() {
            return Err(StoreError::NoRecord(folder.to_owned()));
        }
        let from = Connection::open_with_flags(database, read_only())?;
        from.busy_timeout(BUSY_TIMEOUT)?;
        schema::check(&from)?;
        copy(&from, to)
    }

    /// Checks the database file at `from`, whose record has been verified, and puts it into `folder` as its record. A
    /// record that is there is refused, or kept beside under the name that is returned if `replace` says so.
    pub fn restore(from: &Path, folder: &Path, replace: bool) -> Result<Option<PathBuf>, StoreError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { path, source }
        };
        fs::create_dir_all(folder).map_err(io(folder))?;
        let _lock = lock(folder)?;
        let database = folder.join(DATABASE_FILE);
        if database.exists() && !replace {
            return Err(StoreError::RecordThere(folder.to_owned()));
        }
        let source = open_copy(from)?;
        let draft = folder.join(format!("{DATABASE_FILE}.restoring"));
        // What a cut-off restore has left is not worth anything.
        let _ = fs::remove_file(&draft);
        copy(&source, &draft)?;
        let replaced = set_aside(folder, &database)?;
        fs::rename(&draft, &database).map_err(io(&database))?;
        sync_folder(folder)?;
        Ok(replaced)
    }

    /// Opens the copy of a record that lies in a file of any name, for reading.
    pub fn open_copy(file: &Path) -> Result<Self, StoreError> {
        drop(open_copy(file)?);
        let readers = super::Readers::new(file.to_owned());
        Ok(Self { writer: None, readers, _lock: None })
    }
}

fn read_only() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Opens the file of a copy, having checked that it is a whole record that this program can read.
fn open_copy(file: &Path) -> Result<Connection, StoreError> {
    // Otherwise SQLite would say only that it cannot open it.
    File::open(file).map_err(|source| StoreError::Io { path: file.to_owned(), source })?;
    let connection = Connection::open_with_flags(file, read_only())?;
    schema::check(&connection)?;
    health::check_pages(&connection, "integrity_check")?;
    Ok(connection)
}

/// Copies to a file that is not there, and has the copy on disk and checked when it returns.
fn copy(from: &Connection, to: &Path) -> Result<u64, StoreError> {
    let io = |source| StoreError::Io { path: to.to_owned(), source };
    File::create_new(to).map_err(io)?;
    let copied = fill(from, to);
    if copied.is_err() {
        // Half a copy must not be taken for one; that it cannot be removed is not the error to tell.
        let _ = fs::remove_file(to);
    }
    copied?;
    Ok(fs::metadata(to).map_err(io)?.len())
}

fn fill(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let mut copy = Connection::open(to)?;
    // Nobody relies on the copy before it is whole: it is written through once, at the end.
    copy.pragma_update(None, "synchronous", "OFF")?;
    // A read that stays open keeps to one moment of the record; without it each write would start the copy anew.
    from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
    let steps = Backup::new(from, &mut copy)?;
    loop {
        match steps.step(PAGES_A_STEP)? {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(StoreError::Busy),
        }
    }
    drop(steps);
    from.execute_batch("COMMIT")?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    health::check_pages(&copy, "integrity_check")?;
    drop(copy);
    let synced = File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::Io { path: to.to_owned(), source })
}

/// Gives a record and the files that belong to it the first name that is free. A log without its database is moved too:
/// SQLite would take it for the log of whatever comes to stand beside it.
fn set_aside(folder: &Path, database: &Path) -> Result<Option<PathBuf>, StoreError> {
    let free = (1_u32..=u32::MAX).map(|number| folder.join(format!("{REPLACED}{number}"))).find(|name| !name.exists());
    let aside = free.unwrap_or_else(|| folder.join(REPLACED));
    if let Ok(connection) = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        // A record that is too damaged for that is kept as it is.
        let _ = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
    }
    let is_there = database.exists();
    let names = std::iter::once((database.to_owned(), aside.clone()));
    for (from, to) in names.chain(health::beside(database).into_iter().zip(health::beside(&aside))) {
        if from.exists() {
            fs::rename(&from, &to).map_err(|source| StoreError::Io { path: from, source })?;
        }
    }
    Ok(is_there.then_some(aside))
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = File::open(folder).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::Io { path: folder.to_owned(), source })
}
