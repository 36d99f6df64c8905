//! `cloudsite backup` and `cloudsite restore`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::answer::{Done, Failure};
use super::{audit, refused};
use crate::backup::{self, BackupError};
use crate::telemetry;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there.
    file: PathBuf,
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
}

impl Backup {
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: an event is dated when it happens")]
    pub(super) fn run(self) -> Result<Done, Failure> {
        telemetry::log_to_stderr();
        let done = backup::back_up(&self.data, &self.file, jiff::Timestamp::now()).map_err(failure)?;
        if let Some(error) = done.unlogged {
            tracing::warn!(%error, "the backup is not in the record's audit log");
        }
        let sentence = format!(
            "Backed up revision {} and {} events to {}, {} bytes",
            done.revision,
            done.events,
            self.file.display(),
            done.bytes
        );
        let members =
            json!({ "revision": done.revision, "events": done.events, "bytes": done.bytes, "file": self.file });
        Ok(Done::new(sentence, members))
    }
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that a backup has written.
    file: PathBuf,
    /// The data folder to put it into; no server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// Replace the record that is there, which is kept beside the new one.
    #[arg(long)]
    replace: bool,
}

impl Restore {
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: an event is dated when it happens")]
    pub(super) fn run(self) -> Result<Done, Failure> {
        telemetry::log_to_stderr();
        let at = jiff::Timestamp::now();
        let done = backup::restore(&self.file, &self.data, self.replace, at).map_err(failure)?;
        let revision = done.verified.revisions;
        let kept =
            done.replaced.as_ref().map_or_else(String::new, |path| format!("; what was there is {}", path.display()));
        let sentence = format!(
            "Restored revision {revision} and {} events to {}{kept}",
            done.verified.events,
            self.data.display()
        );
        let members = json!({ "revision": revision, "events": done.verified.events, "replaced": done.replaced });
        Ok(Done::new(sentence, members))
    }
}

fn failure(error: BackupError) -> Failure {
    match error {
        BackupError::Verify(error) => audit::failure(error),
        error => refused(&error),
    }
}
