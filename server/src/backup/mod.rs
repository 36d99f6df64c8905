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
    /// Why the backup itself is not in the record's log, if it is not.
    pub(crate) unlogged: Option<StoreError>,
}

/// Copies the record in `folder` to a new file, which appears only when it is whole and checked.
pub(crate) fn back_up(folder: &Path, file: &Path, at: Timestamp) -> Result<BackedUp, BackupError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    if file.exists() {
        return Err(BackupError::FileThere(file.to_owned()));
    }
    let into = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let draft_folder = tempfile::Builder::new().prefix(".cloudsite-backup-").tempdir_in(into).map_err(failed(into))?;
    let draft = draft_folder.path().join("draft");
    let bytes = SqliteStore::back_up(folder, &draft)?;
    let copy = SqliteStore::open_copy(&draft)?;
    let (revision, events) = (copy.head()?, copy.log_head()?.sequence);
    drop(copy);
    fs::rename(&draft, file).map_err(failed(file))?;
    fs::File::open(into).and_then(|into| into.sync_all()).map_err(failed(into))?;

    let mut happening = operators(Action::Backup, file.to_string_lossy(), at);
    happening.detail.insert("newest_revision".to_owned(), revision.to_string());
    let unlogged = SqliteStore::append_beside(folder, happening).err();
    Ok(BackedUp { bytes, revision, events, unlogged })
}

/// What was put back.
#[derive(Debug)]
pub(crate) struct Restored {
    /// What its log says.
    pub(crate) verified: Verified,
    /// Where the record is that was there before.
    pub(crate) replaced: Option<PathBuf>,
}

/// Verifies the copy in `file` and makes it the record of `folder`.
pub(crate) fn restore(file: &Path, folder: &Path, replace: bool, at: Timestamp) -> Result<Restored, BackupError> {
    let verified = verify(&SqliteStore::open_copy(file)?, Vec::new())?;
    let replaced = SqliteStore::restore(file, folder, replace).map_err(|error| match error {
        StoreError::RecordThere(folder) => BackupError::RecordThere(folder),
        error => error.into(),
    })?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder)?);
    let mut happening = operators(Action::Restore, file.to_string_lossy(), at);
    if let Some(replaced) = &replaced {
        happening.detail.insert("replaced".to_owned(), replaced.to_string_lossy().into_owned());
    }
    store.append(vec![happening])?;
    Log::open(store, folder, at)?.seal(at)?;
    Ok(Restored { verified, replaced })
}
