//! `cloudsite rollback`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use cloudsite_domain::record::{ChangeKind, Revision};
use cloudsite_proto::land::revision_service_client::RevisionServiceClient;
use cloudsite_proto::land::{GetRevisionRequest, RollBackRequest, RollBackResponse};
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Store, StoreError};
use serde_json::json;
use tonic::Status;

use super::answer::{Done, Failure};
use super::refused;
use super::running::{Running, failed};
use crate::grpc::roll_back_of;
use crate::{audit, telemetry};

#[derive(Debug, Args)]
pub(super) struct Rollback {
    /// The revision whose content the new one will have.
    #[arg(long, value_name = "REVISION", value_parser = clap::value_parser!(u64).range(1..))]
    to: u64,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The newest revision that you have seen; refused if there is a newer one. Without it, whatever is the newest.
    #[arg(long, value_name = "REVISION")]
    expected_head: Option<u64>,
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

impl Rollback {
    pub(super) fn run(self) -> Result<Done, Failure> {
        telemetry::log_to_stderr();
        let done = match SqliteStore::open(&self.data) {
            Ok(store) => self.write(store)?,
            Err(StoreError::AnotherProcess(_)) => self.ask(&Running::on(&self.data)?)?,
            Err(error) => return Err(refused(&error)),
        };
        let counts = format!("{} created, {} updated, {} ended", done.created, done.updated, done.ended);
        let sentence = match done.revision {
            0 => format!("Nothing new: the record has the content of revision {} already", self.to),
            revision => format!("Revision {revision} has the content of revision {}: {counts}", self.to),
        };
        let members = json!({
            "revision": (done.revision > 0).then_some(done.revision),
            "to": self.to,
            "created": done.created,
            "updated": done.updated,
            "ended": done.ended,
        });
        Ok(Done::new(sentence, members))
    }

    #[expect(clippy::disallowed_methods, reason = "the edge of the process: a revision is dated when it is asked for")]
    fn write(&self, store: SqliteStore) -> Result<RollBackResponse, Failure> {
        let at = jiff::Timestamp::now();
        let mut roll_back = roll_back_of(Revision(self.to), &self.reason, "operator", at);
        roll_back.expected_head = self.expected_head.map(Revision);
        let Some(made) = store.roll_back(roll_back).map_err(|error| refused(&error))? else {
            return Ok(RollBackResponse::default());
        };
        let store = Arc::new(store);
        audit::seal_folder(Arc::clone(&store) as _, &self.data, at);
        let uncounted =
            |error| failed(format!("revision {made} was made, but what it changed cannot be read: {error}"));
        let changes = store.changes(Revision(made.0 - 1), made).map_err(uncounted)?;
        let count = |kind| changes.iter().filter(|change| change.kind == kind).count() as u64;
        let (created, updated) = (count(ChangeKind::Created), count(ChangeKind::Updated));
        Ok(RollBackResponse { revision: made.0, created, updated, ended: count(ChangeKind::Ended) })
    }

    fn ask(&self, server: &Running) -> Result<RollBackResponse, Failure> {
        let refused = |status: Status| failed(status.message().to_owned());
        let mut client = RevisionServiceClient::new(server.calls());
        let expected_head = match self.expected_head {
            Some(seen) => seen,
            None => server.wait(client.get_revision(GetRevisionRequest::default())).map_err(refused)?.head,
        };
        let request = RollBackRequest { revision: self.to, reason: self.reason.clone(), expected_head };
        server.wait(client.roll_back(request)).map_err(refused)
    }
}
