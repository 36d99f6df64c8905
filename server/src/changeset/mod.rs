//! Changesets: the way of a change into the record, for pages and for the command line. [`Api`] answers as the services
//! do; the rules stand in `domain`, and what waits is kept by the store.

mod convert;
mod decide;
mod draft;
mod edit;
mod import;
mod list;
mod operations;
mod parse;
mod rebase;
mod runner;
mod service;
mod upload;
mod uploads;

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::changeset::{Changeset, ChangesetId, Decision, Person, State};
use cloudsite_domain::identity::{Principal, Tier};
use cloudsite_store::changeset::{ChangesetError, ChangesetStore, ChangesetWrite, Deed};
use cloudsite_store::imports::ImportStore;
use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use tonic::{Code, Request};

use crate::grpc::Refusal;
use crate::identity::Clock;
use crate::record::Record;
use uploads::Uploads;

pub(crate) use runner::Runner;
pub(crate) use service::{changesets_server, operations_server, uploads_server};
pub(crate) use upload::MOST_CHUNK_BYTES as UPLOAD_CHUNK_BYTES;

/// Where changesets and imports are kept.
pub(crate) trait Kept: ChangesetStore + ImportStore {}

impl<T: ChangesetStore + ImportStore> Kept for T {}

/// What the process gives.
pub(crate) struct Changes {
    /// The record that changesets become part of.
    pub(crate) record: Arc<Record>,
    /// Where they wait.
    pub(crate) store: Arc<dyn Kept>,
    /// The clock.
    pub(crate) clock: Clock,
    uploads: Uploads,
    /// What holds a whole changeset or a whole file in memory takes one of these; who finds none is told to come back.
    large: Semaphore,
}

/// How many whole changesets and files are worked on at a time.
const MOST_LARGE: usize = 4;

impl Changes {
    /// Changes of `record`, kept in `store`; the bytes of uploads lie in the data folder.
    pub(crate) fn new(record: Arc<Record>, store: Arc<dyn Kept>, clock: Clock, data: &std::path::Path) -> Self {
        Self { record, store, clock, uploads: Uploads::within(data), large: Semaphore::new(MOST_LARGE) }
    }
}

/// Who makes a call.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    person: Person,
    actor: Actor,
}

impl From<&Principal> for Caller {
    fn from(principal: &Principal) -> Self {
        Self { person: principal.into(), actor: principal.into() }
    }
}

impl Caller {
    /// Whoever makes a request. Changes hold what is disclosed to no tier below the government's.
    fn of<T>(request: &Request<T>) -> Result<Self, Refusal> {
        let principal = request.extensions().get::<Principal>().unwrap_or(&Principal::Visitor);
        if principal.tier() < Tier::Government {
            return Err(Refusal::Denied("changes are for organisations of the tier government".to_owned()));
        }
        Ok(principal.into())
    }

    /// Whoever can read the data folder.
    pub(crate) fn operator() -> Self {
        (&Principal::Operator).into()
    }

    /// What the audit log says that they did.
    fn did(&self, did: &'static str, at: Timestamp) -> Deed {
        Deed { did, actor: self.actor.clone(), at, detail: BTreeMap::new() }
    }

    /// What a request that may come again is known by: whose it is, and what they call it.
    fn request(&self, request_id: &str) -> Result<Option<String>, Refusal> {
        match request_id.chars().count() {
            0 => Ok(None),
            1..=64 => Ok(Some(format!("{} {request_id}", self.person.key))),
            _ => Err(Refusal::field("request_id", "has more than 64 characters")),
        }
    }
}

/// The answers, as the wire has them.
#[derive(Clone)]
pub(crate) struct Api(pub(crate) Arc<Changes>);

impl From<ChangesetError> for Refusal {
    fn from(error: ChangesetError) -> Self {
        match error {
            ChangesetError::Store(error) => Self::Store(error),
            ChangesetError::Unknown(id) => unknown(id),
            ChangesetError::Moved { .. } => moved(),
            ChangesetError::Refused(refused) => refused.into(),
            ChangesetError::OperationOver(_) => in_the_way("STATE", error.to_string()),
            ChangesetError::Full(what) => Self::Exhausted(what),
        }
    }
}

impl From<cloudsite_domain::changeset::Refused> for Refusal {
    fn from(refused: cloudsite_domain::changeset::Refused) -> Self {
        use cloudsite_domain::changeset::Refused;
        let message = refused.to_string();
        match refused {
            Refused::TwoPersons(_) => {
                Self::InTheWay { code: Code::PermissionDenied, reason: "TWO_PERSONS", message, violations: Vec::new() }
            }
            Refused::State { .. } | Refused::Empty => in_the_way("STATE", message),
        }
    }
}

fn unknown(id: ChangesetId) -> Refusal {
    Refusal::NotFound { kind: "changeset", name: format!("changesets/{id}") }
}

fn moved() -> Refusal {
    Refusal::Moved("the changeset has changed since it was read: read it again".to_owned())
}

fn in_the_way(reason: &'static str, message: String) -> Refusal {
    Refusal::InTheWay { code: Code::FailedPrecondition, reason, message, violations: Vec::new() }
}

impl Api {
    fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    fn store(&self) -> &dyn Kept {
        self.0.store.as_ref()
    }

    /// The changeset of a request, if it is as whoever asks has seen it.
    fn open(&self, field: &str, name: &str, etag: &str) -> Result<Changeset, Refusal> {
        let id = ChangesetId(parse::number_in("changesets", field, name)?);
        let changeset = self.store().changeset(id)?.ok_or_else(|| unknown(id))?;
        let version = match etag {
            "" => None,
            etag => Some(etag.parse::<u64>().map_err(|_| Refusal::field("etag", "is not one that this server gave"))?),
        };
        match version {
            Some(version) if version != changeset.version => Err(moved()),
            _ => Ok(changeset),
        }
    }

    /// A place to work on a whole changeset or file.
    fn large(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let full = |_| Refusal::Exhausted("as many changesets and files are worked on as can be; try again");
        self.0.large.try_acquire().map_err(full)
    }
}

/// A write that says what was decided by it, if the state is another than before.
fn deciding(before: State, changeset: Changeset, deed: Deed, reason: &str) -> ChangesetWrite {
    let decision = (before != changeset.state).then(|| Decision {
        state: changeset.state,
        actor: deed.actor.label.clone(),
        at: deed.at,
        reason: reason.to_owned(),
    });
    ChangesetWrite { decision, ..ChangesetWrite::of(changeset, deed) }
}
