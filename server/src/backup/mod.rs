//! Copies of the record for safe keeping, and putting one back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cloudsite_domain::audit::{Action, Verified};
use cloudsite_domain::record::Revision;
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Store, StoreError};
use jiff::Timestamp;

use crate::audit::{AuditError, Log, VerifyError, operators, verify};
use crate::meeting::recording::{self, Copied};

/// Why there is no copy, or it was not put back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    /// A file or folder cannot be used.
    #[error("cannot use {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The copy would replace something.
    #[error("there is a file {0} already; a backup replaces none")]
    FileThere(PathBuf),
    /// There is a record where the copy is to go.
    #[error("there is a record in {0} already; with --replace it is kept beside the restored one")]
    RecordThere(PathBuf),
    /// What was sealed is not what is there.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The recordings cannot be put back.
    #[error("the record is restored, but not all recordings in {path}: {source}; copy what is missing by hand")]
    Recordings {
        /// Where they are.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The restored record's log cannot be kept.
    #[error("the record is restored, but its audit log cannot be kept: {0}")]
    Audit(#[from] AuditError),
}

/// A copy that was made.
#[derive(Debug)]
pub(crate) struct BackedUp {
    /// Its size.
    pub(crate) bytes: u64,
    /// The newest revision in it.
    pub(crate) revision: Revision,
    /// The last event in it.
    pub(crate) events: u64,
    /// What of the recordings is in the folder beside it.
    pub(crate) recordings: Copied,
    /// Why the backup itself is not in the record's log, if it is not.
    pub(crate) unlogged: Option<StoreError>,
}

/// The folder beside the file of a backup that holds the recordings of meetings.
pub(crate) fn recordings_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".recordings");
    PathBuf::from(name)
}

/// Copies the record in `folder` to a new file, and the recordings of meetings that are not being written to a folder beside
/// it. Both appear only when they are whole and checked.
pub(crate) fn back_up(folder: &Path, file: &Path, at: Timestamp) -> Result<BackedUp, BackupError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    let beside = recordings_beside(file);
    let beside = beside.as_path();
    if let Some(there) = [file, beside].into_iter().find(|path| path.exists()) {
        return Err(BackupError::FileThere(there.to_owned()));
    }
    let into = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let draft_folder = tempfile::Builder::new().prefix(".cloudsite-backup-").tempdir_in(into).map_err(failed(into))?;
    let draft = draft_folder.path().join("draft");
    let bytes = SqliteStore::back_up(folder, &draft)?;
    let copy = SqliteStore::open_copy(&draft)?;
    let (revision, events) = (copy.head()?, copy.log_head()?.sequence);
    drop(copy);
    let draft_beside = draft_folder.path().join("recordings");
    let recordings = recording::copy_out(folder, &draft_beside).map_err(failed(beside))?;
    if recordings.recordings > 0 {
        fs::rename(&draft_beside, beside).map_err(failed(beside))?;
    }
    fs::rename(&draft, file).map_err(failed(file))?;
    fs::File::open(into).and_then(|into| into.sync_all()).map_err(failed(into))?;

    let mut happening = operators(Action::Backup, file.to_string_lossy(), at);
    happening.detail.insert("newest_revision".to_owned(), revision.to_string());
    let unlogged = SqliteStore::append_beside(folder, happening).err();
    Ok(BackedUp { bytes, revision, events, recordings, unlogged })
}

/// What was put back.
#[derive(Debug)]
pub(crate) struct Restored {
    /// What its log says.
    pub(crate) verified: Verified,
    /// Where the record is that was there before.
    pub(crate) replaced: Option<PathBuf>,
    /// What of the recordings was put back.
    pub(crate) recordings: Copied,
}

/// Verifies the copy in `file` and makes it the record of `folder`, with the recordings beside it. Recordings that are there
/// stay as they are.
pub(crate) fn restore(file: &Path, folder: &Path, replace: bool, at: Timestamp) -> Result<Restored, BackupError> {
    let verified = verify(&SqliteStore::open_copy(file)?, Vec::new())?;
    let replaced = SqliteStore::restore(file, folder, replace).map_err(|error| match error {
        StoreError::RecordThere(folder) => BackupError::RecordThere(folder),
        error => error.into(),
    })?;
    let beside = recordings_beside(file);
    let recordings =
        recording::put_back(&beside, folder).map_err(|source| BackupError::Recordings { path: beside, source })?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder)?);
    let mut happening = operators(Action::Restore, file.to_string_lossy(), at);
    if let Some(replaced) = &replaced {
        happening.detail.insert("replaced".to_owned(), replaced.to_string_lossy().into_owned());
    }
    store.append(vec![happening])?;
    Log::open(store, folder, at)?.seal(at)?;
    Ok(Restored { verified, replaced, recordings })
}
