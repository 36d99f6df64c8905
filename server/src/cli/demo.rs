//! `cloudsite demo`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use cloudsite_store::Store;
use cloudsite_store::sqlite::SqliteStore;
use serde_json::json;

use super::answer::{Done, Failure};
use super::refused;
use crate::audit;
use crate::demo::{self, DemoError};

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The data folder; its record must be empty, and no server may be running on it.
    #[arg(long)]
    data: PathBuf,
}

impl Demo {
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: a revision is dated when it is asked for")]
    pub(super) fn run(self) -> Result<Done, Failure> {
        let store = SqliteStore::open(&self.data).map_err(|error| refused(&error))?;
        let at = jiff::Timestamp::now();
        let done = demo::write(&store, &|commit| store.commit(commit), at).map_err(|error| match error {
            DemoError::Refused(refusal) => {
                Failure::Refused { message: format!("the built-in park: {refusal}"), problems: Some(refusal) }
            }
            error => refused(&error),
        })?;
        audit::seal_folder(Arc::new(store), &self.data, at);
        let sentence =
            format!("Revision {}: the synthetic demo park, {} features (演示数据)", done.revision, done.created);
        Ok(Done::new(sentence, json!({ "revision": done.revision, "created": done.created })))
    }
}
