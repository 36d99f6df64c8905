//! `cloudsite backup` and `cloudsite restore`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::answer::{Done, Failure};
use super::{audit, refused};
use crate::backup::{self, BackupError};
use crate::meeting::recording::Copied;
use crate::telemetry;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there. Recordings of meetings come into a folder beside it, FILE.recordings; those
    /// that are being written are left out, and named.
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
        let Copied { recordings, bytes: recording_bytes, left_out } = done.recordings;
        let beside = backup::recordings_beside(&self.file);
        let mut sentence = format!(
            "Backed up revision {} and {} events to {}, {} bytes",
            done.revision,
            done.events,
            self.file.display(),
            done.bytes
        );
        if recordings > 0 {
            let beside = beside.display();
            sentence = format!("{sentence}; {recordings} recordings to {beside}, {recording_bytes} bytes");
        }
        if !left_out.is_empty() {
            sentence = sentence + "; left out because they are being written: " + &left_out.join(", ");
        }
        let members = json!({
            "revision": done.revision,
            "events": done.events,
            "bytes": done.bytes,
            "file": self.file,
            "recordings": recordings,
            "recording_bytes": recording_bytes,
            "recordings_folder": (recordings > 0).then_some(beside),
            "recordings_left_out": left_out,
        });
        Ok(Done::new(sentence, members))
    }
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that a backup has written, with its folder of recordings beside it if there are any.
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
        let Copied { recordings, left_out, .. } = done.recordings;
        let mut sentence = format!(
            "Restored revision {revision} and {} events to {}{kept}",
            done.verified.events,
            self.data.display()
        );
        if recordings > 0 {
            sentence = format!("{sentence}; {recordings} recordings");
        }
        if !left_out.is_empty() {
            sentence = sentence + "; left as they were, because they are there: " + &left_out.join(", ");
        }
        let members = json!({
            "revision": revision,
            "events": done.verified.events,
            "replaced": done.replaced,
            "recordings": recordings,
            "recordings_left_out": left_out,
        });
        Ok(Done::new(sentence, members))
    }
}

fn failure(error: BackupError) -> Failure {
    match error {
        BackupError::Verify(error) => audit::failure(error),
        error => refused(&error),
    }
}
