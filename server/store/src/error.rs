//! What can go wrong with a store.

use std::path::PathBuf;

use cloudsite_domain::record::{Code, Layer, Revision};

/// Why a store could not do what it was asked. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The record's folder or one of its files cannot be used.
    #[error("cannot use {path}: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// SQLite refused for a reason that has no name of its own here.
    #[error("SQLite: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// Something else holds the database for longer than the store waits.
    #[error("the record is busy: something else holds the database; try again")]
    Busy,
    /// Another process writes this record.
    #[error("another process writes the record in {0}; only one can")]
    AnotherProcess(PathBuf),
    /// There is no record in the folder.
    #[error("there is no record in {0}")]
    NoRecord(PathBuf),
    /// There is a record where one was to be put.
    #[error("there is a record in {0} already")]
    RecordThere(PathBuf),
    /// The record was written by a later version of this program.
    #[error("the record has format {found}; this program knows formats up to {known}")]
    NewerFormat {
        /// The format found.
        found: i64,
        /// The newest one known.
        known: i64,
    },
    /// The record has moved on since the writer read it.
    #[error("the record is at revision {actual}, not {expected}: read it again")]
    HeadMoved {
        /// The revision that the writer last saw.
        expected: Revision,
        /// The newest revision.
        actual: Revision,
    },
    /// Something read from disk is not what was written.
    #[error("the record is damaged: {what} in {place}")]
    Corrupt {
        /// What is wrong.
        what: String,
        /// Where: a table, a feature or a file.
        place: String,
    },
    /// The record was opened for reading, or lies where nothing can be written.
    #[error("the record can only be read here")]
    ReadOnly,
    /// The record was last written by a program that kept no audit log.
    #[error("the record has no audit log yet: it gets one when this program next writes it (serve or import)")]
    NoLog,
    /// Nothing can be written in the record's folder.
    #[error("nothing can be written in {0}: the record there can be exported, but not served or changed")]
    ReadOnlyFolder(PathBuf),
    /// The record was not closed well, and cannot be recovered where nothing can be written.
    #[error("{0} holds writes that were cut off, and recovering them needs a folder that can be written: copy it")]
    Unrecovered(PathBuf),
    /// The disk fails, or takes no more of this process.
    #[error("the disk does not take what is written, and nothing was written: {0}")]
    WriteFailed(#[source] rusqlite::Error),
    /// There is no room left.
    #[error("the disk is full; nothing was written")]
    DiskFull,
    /// A commit names a feature twice.
    #[error("{layer} '{code}' stands more than once in one commit")]
    DuplicateInCommit {
        /// The feature's layer.
        layer: Layer,
        /// The feature's code.
        code: Code,
    },
    /// A commit ends a feature that is not there.
    #[error("{layer} '{code}' cannot be ended: it is not there")]
    UnknownToEnd {
        /// The feature's layer.
        layer: Layer,
        /// The feature's code.
        code: Code,
    },
    /// A read as of a revision that was never made.
    #[error("there is no revision {asked}; the newest is {head}")]
    NoSuchRevision {
        /// The revision asked for.
        asked: Revision,
        /// The newest one.
        head: Revision,
    },
}

impl StoreError {
    /// Whether it comes of a place where nothing can be written.
    pub(crate) fn is_of_reading_only(&self) -> bool {
        let cannot_open = |error: &rusqlite::Error| error.sqlite_error_code() == Some(rusqlite::ErrorCode::CannotOpen);
        match self {
            Self::ReadOnly => true,
            Self::Sqlite(error) => cannot_open(error),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let damaged =
            |what: &rusqlite::Error| Self::Corrupt { what: what.to_string(), place: "the database file".into() };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure) if is_of_writing(&error) => Self::WriteFailed(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(&error),
            _ => Self::Sqlite(error),
        }
    }
}

fn is_of_writing(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let of_writing = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_SHMSIZE,
    ];
    error.sqlite_error().is_some_and(|error| of_writing.contains(&error.extended_code))
}
