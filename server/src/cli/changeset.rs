//! `cloudsite changeset`.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};
use cloudsite_proto::change as wire;
use cloudsite_proto::change::changeset_service_client::ChangesetServiceClient;
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Store, StoreError};
use serde_json::{Value, json};
use tonic::{Response, Status};

use super::answer::{Done, Failure};
use super::people::{Folder, failed, name_in};
use super::refused;
use super::running::{Calls, Running};
use crate::audit;
use crate::changeset::{Api, Caller, Changes};
use crate::grpc::Refusal;
use crate::identity;
use crate::record::Record;

#[derive(Debug, Args)]
pub(super) struct Changeset {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List changesets, the newest first.
    List {
        #[command(flatten)]
        folder: Folder,
    },
    /// Say what a changeset changes and what is wrong with it.
    Show(One),
    /// Check a changeset by the rules of today.
    Validate(One),
    /// Approve a changeset that is validated and that someone else edited.
    Approve(Reasoned),
    /// Make one revision of a changeset that is approved.
    Publish(One),
    /// Turn a changeset down.
    Reject(Reasoned),
}

#[derive(Debug, Args)]
struct One {
    #[command(flatten)]
    folder: Folder,
    /// The changeset's number.
    changeset: String,
}

#[derive(Debug, Args)]
struct Reasoned {
    #[command(flatten)]
    one: One,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// A client that proves to be the operator's.
type Client = ChangesetServiceClient<Calls>;

/// The changesets of a folder.
enum Changesets {
    /// No server runs: they are kept by this process.
    Here(Api),
    /// A server runs, and is asked.
    There(Box<(Running, Client)>),
}

/// The changes of a folder on which no server runs.
pub(super) fn here(store: SqliteStore, data: &Path) -> Result<Api, Failure> {
    let store = Arc::new(store);
    let record = Record::open(Arc::clone(&store) as Arc<dyn Store>).map_err(|error| refused(&error))?;
    Ok(Api(Arc::new(Changes::new(Arc::new(record), store, identity::system_clock(), data))))
}

impl Changesets {
    fn open(folder: &Folder) -> Result<Self, Failure> {
        match SqliteStore::open(folder.data()) {
            Ok(store) => Ok(Self::Here(here(store, folder.data())?)),
            Err(StoreError::AnotherProcess(_)) => {
                let server = Running::on(folder.data())?;
                let client = ChangesetServiceClient::new(server.calls());
                Ok(Self::There(Box::new((server, client))))
            }
            Err(error) => Err(refused(&error)),
        }
    }

    /// Asks here or there.
    fn ask<Q: Clone, A>(
        &mut self,
        request: Q,
        here: fn(&Api, &Caller, Q) -> Result<A, Refusal>,
        there: impl AsyncFnOnce(&mut Client, Q) -> Result<Response<A>, Status>,
    ) -> Result<A, Failure> {
        let answer = match self {
            Self::Here(api) => here(api, &Caller::operator(), request).map_err(Status::from),
            Self::There(there_is) => {
                let (server, client) = there_is.as_mut();
                server.wait(there(client, request))
            }
        };
        answer.map_err(|status| failed(status.message().to_owned()))
    }

    fn get(&mut self, name: &str) -> Result<wire::Changeset, Failure> {
        let request = wire::GetChangesetRequest { name: name.to_owned() };
        let there = async |client: &mut Client, request| client.get_changeset(request).await;
        Ok(self.ask(request, Api::get_changeset, there)?.changeset.unwrap_or_default())
    }
}

fn state(changeset: &wire::Changeset) -> String {
    changeset.state().as_str_name().trim_start_matches("CHANGESET_STATE_").to_ascii_lowercase()
}

fn line(changeset: &wire::Changeset) -> String {
    let found = match &changeset.validation {
        Some(found) => format!("{} errors, {} warnings", found.errors, found.warnings),
        None => "not checked".to_owned(),
    };
    format!(
        "{}: {} ({}), {} new, {} changed, {} gone, {found}",
        changeset.name,
        changeset.title,
        state(changeset),
        changeset.created,
        changeset.updated,
        changeset.ended
    )
}

fn to_json(changeset: &wire::Changeset) -> Value {
    json!({
        "name": changeset.name,
        "title": changeset.title,
        "state": state(changeset),
        "author": changeset.author,
        "editors": changeset.editors,
        "etag": changeset.etag,
        "base_revision": changeset.base_revision,
        "created": changeset.created,
        "updated": changeset.updated,
        "ended": changeset.ended,
        "errors": changeset.validation.as_ref().map(|found| found.errors),
        "warnings": changeset.validation.as_ref().map(|found| found.warnings),
        "notes": changeset.validation.as_ref().map(|found| found.notes),
        "revision": changeset.published_revision,
    })
}

fn done(changeset: Option<wire::Changeset>) -> Done {
    let changeset = changeset.unwrap_or_default();
    Done::new(line(&changeset), json!({ "changeset": to_json(&changeset) }))
}

impl Changeset {
    pub(super) fn run(self) -> Result<Done, Failure> {
        match self.action {
            Action::List { folder } => list(&folder),
            Action::Show(one) => one.show(),
            Action::Validate(one) => {
                let request = wire::ValidateChangesetRequest { name: one.name(), etag: String::new() };
                let there = async |client: &mut Client, request| client.validate_changeset(request).await;
                Ok(done(one.open()?.ask(request, Api::validate_changeset, there)?.changeset))
            }
            Action::Approve(Reasoned { one, reason }) => {
                let mut changesets = one.open()?;
                let etag = changesets.get(&one.name())?.etag;
                let request = wire::ApproveChangesetRequest { name: one.name(), etag, reason };
                let there = async |client: &mut Client, request| client.approve_changeset(request).await;
                Ok(done(changesets.ask(request, Api::approve_changeset, there)?.changeset))
            }
            Action::Publish(one) => {
                let request = wire::PublishChangesetRequest { name: one.name(), etag: String::new() };
                let there = async |client: &mut Client, request| client.publish_changeset(request).await;
                let mut changesets = one.open()?;
                let published = changesets.ask(request, Api::publish_changeset, there)?.changeset;
                if let Changesets::Here(api) = changesets {
                    audit::seal_folder(Arc::clone(api.0.record.store()), one.folder.data(), (api.0.clock)());
                }
                Ok(done(published))
            }
            Action::Reject(Reasoned { one, reason }) => {
                let request = wire::RejectChangesetRequest { name: one.name(), etag: String::new(), reason };
                let there = async |client: &mut Client, request| client.reject_changeset(request).await;
                Ok(done(one.open()?.ask(request, Api::reject_changeset, there)?.changeset))
            }
        }
    }
}

fn list(folder: &Folder) -> Result<Done, Failure> {
    let mut changesets = Changesets::open(folder)?;
    let mut request = wire::ListChangesetsRequest::default();
    let mut all = Vec::new();
    loop {
        let there = async |client: &mut Client, request| client.list_changesets(request).await;
        let reply = changesets.ask(request.clone(), Api::list_changesets, there)?;
        all.extend(reply.changesets);
        request.page_token = reply.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let mut lines: Vec<String> = all.iter().map(line).collect();
    lines.push(format!("{} changesets", all.len()));
    Ok(Done::new(lines.join("\n"), json!({ "changesets": all.iter().map(to_json).collect::<Vec<_>>() })))
}

impl One {
    fn name(&self) -> String {
        name_in("changesets", &self.changeset)
    }

    fn open(&self) -> Result<Changesets, Failure> {
        Changesets::open(&self.folder)
    }

    /// The first page of what it changes, and of what is wrong.
    fn show(&self) -> Result<Done, Failure> {
        let mut changesets = self.open()?;
        let changeset = changesets.get(&self.name())?;
        let request = wire::ListChangesRequest { changeset: self.name(), ..wire::ListChangesRequest::default() };
        let there = async |client: &mut Client, request| client.list_changes(request).await;
        let changes = changesets.ask(request, Api::list_changes, there)?.changes;
        let request = wire::ListProblemsRequest { changeset: self.name(), ..wire::ListProblemsRequest::default() };
        let there = async |client: &mut Client, request| client.list_problems(request).await;
        let problems = changesets.ask(request, Api::list_problems, there)?.problems;
        let mut lines = vec![line(&changeset)];
        lines.extend(changes.iter().map(|change| {
            let paths: Vec<&str> = change.attributes.iter().map(|attribute| attribute.path.as_str()).collect();
            format!("  {} {}: {}", kind(change), change.name, paths.join(", "))
        }));
        lines.extend(
            problems.iter().map(|problem| format!("  {}: {} [{}]", problem.feature, problem.message, problem.rule)),
        );
        let listed: Vec<Value> = changes
            .iter()
            .map(|change| {
                let attributes = change.attributes.iter().map(
                    |attribute| json!({ "path": attribute.path, "before": attribute.before, "after": attribute.after }),
                );
                json!({ "name": change.name, "kind": kind(change), "attributes": attributes.collect::<Vec<_>>() })
            })
            .collect();
        let wrong: Vec<Value> = problems
            .iter()
            .map(|problem| json!({ "feature": problem.feature, "rule": problem.rule, "message": problem.message }))
            .collect();
        let members = json!({ "changeset": to_json(&changeset), "changes": listed, "problems": wrong });
        Ok(Done::new(lines.join("\n"), members))
    }
}

fn kind(change: &wire::ChangedFeature) -> String {
    change.kind().as_str_name().trim_start_matches("CHANGE_KIND_").to_ascii_lowercase()
}
