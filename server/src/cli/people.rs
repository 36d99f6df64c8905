//! What the commands about people have in common: they ask the server that runs on the folder, or do the same themselves
//! where none runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use cloudsite_proto::identity as wire;
use cloudsite_proto::identity::identity_service_client::IdentityServiceClient;
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Store, StoreError};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use super::answer::Failure;
use super::refused;
use crate::audit::Journal;
use crate::grpc::Refusal;
use crate::identity::{self, Api, Identity, Surroundings};
use crate::operator;

/// Where the people are kept.
#[derive(Debug, Args)]
pub(super) struct Folder {
    /// The data folder; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
}

/// A client that proves to be the operator's.
pub(super) type Client = IdentityServiceClient<InterceptedService<Channel, Operator>>;

/// Adds the operator's token to each call.
#[derive(Clone)]
pub(super) struct Operator(AsciiMetadataValue);

impl tonic::service::Interceptor for Operator {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// The people of a folder.
pub(super) enum People {
    /// No server runs: they are kept by this process, and so is the log of what is done.
    Here(Api, Arc<SqliteStore>, Arc<Journal>),
    /// A server runs, and is asked.
    There(Runtime, Box<Client>),
}

impl Folder {
    /// The people of the folder.
    pub(super) fn open(&self) -> Result<People, Failure> {
        match SqliteStore::open(&self.data) {
            Ok(store) => self.here(store),
            Err(StoreError::AnotherProcess(_)) => self.there(),
            Err(error) => Err(refused(&error)),
        }
    }

    fn here(&self, store: SqliteStore) -> Result<People, Failure> {
        // Nobody signs in here, so it does not matter whose park it is.
        let (store, journal) = (Arc::new(store), Arc::new(Journal::default()));
        let around = Surroundings {
            clock: identity::system_clock(),
            is_demo_park: Arc::new(|| false),
            operator: None,
            journal: Arc::clone(&journal),
        };
        let identity = Identity::open(Arc::clone(&store) as _, &self.data, around);
        let identity = identity.map_err(|error| failed(format!("{error:#}")))?;
        Ok(People::Here(Api(Arc::new(identity)), store, journal))
    }

    /// The folder at a path.
    pub(super) fn at(data: &Path) -> Self {
        Self { data: data.to_owned() }
    }

    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    fn there(&self) -> Result<People, Failure> {
        let (runtime, channel) = self.connect()?;
        Ok(People::There(runtime, Box::new(IdentityServiceClient::new(channel))))
    }

    /// A connection to the server that runs on the folder, as its operator.
    pub(super) fn connect(&self) -> Result<(Runtime, InterceptedService<Channel, Operator>), Failure> {
        let (address, token) = operator::read(&self.data).map_err(|error| {
            failed(format!("another process holds the folder and says not where it listens: {error}"))
        })?;
        let header = token.header().parse().map_err(|_| failed("the operator's token is damaged".to_owned()))?;
        let runtime = Runtime::new().map_err(|error| refused(&error))?;
        let endpoint = Channel::from_shared(format!("http://{address}")).map_err(|error| refused(&error))?;
        let channel = runtime
            .block_on(endpoint.connect())
            .map_err(|error| failed(format!("the server at {address} cannot be reached: {error}")))?;
        Ok((runtime, InterceptedService::new(channel, Operator(header))))
    }
}

impl People {
    /// Asks here or there.
    pub(super) fn ask<A>(
        &mut self,
        here: impl FnOnce(&Api) -> Result<A, Refusal>,
        there: impl AsyncFnOnce(&mut Client) -> Result<Response<A>, Status>,
    ) -> Result<A, Failure> {
        let answer = match self {
            Self::Here(api, store, journal) => {
                let done = here(api).map_err(Status::from);
                let written = journal.flush(true, |happenings| store.append(happenings).map(drop));
                written.map_err(|error| refused(&error))?;
                done
            }
            Self::There(runtime, client) => runtime.block_on(there(client)).map(Response::into_inner),
        };
        answer.map_err(|status| failed(status.message().to_owned()))
    }
}

pub(super) fn failed(message: String) -> Failure {
    Failure::Refused { message, problems: None }
}

/// A role by its word.
pub(super) fn role(word: &str) -> Result<wire::Role, String> {
    term(word, "ROLE", wire::Role::from_str_name, "investor, interpreter, host, editor, approver, auditor or admin")
}

/// A kind of organisation by its word.
pub(super) fn kind(word: &str) -> Result<wire::OrganisationKind, String> {
    term(word, "ORGANISATION_KIND", wire::OrganisationKind::from_str_name, "bureau, centre or firm")
}

/// A disclosure tier by its word.
pub(super) fn tier(word: &str) -> Result<wire::Tier, String> {
    term(word, "TIER", wire::Tier::from_str_name, "public, investor, negotiating or government")
}

fn term<T>(word: &str, prefix: &str, find: fn(&str) -> Option<T>, known: &str) -> Result<T, String> {
    let plain = word != "unspecified" && word.bytes().all(|byte| byte.is_ascii_lowercase());
    find(&format!("{prefix}_{}", word.to_ascii_uppercase()))
        .filter(|_| plain)
        .ok_or_else(|| format!("it must be {known}"))
}

/// A resource's name from what people write: its number or code, or the name itself.
pub(super) fn name_in(collection: &str, given: &str) -> String {
    if given.starts_with(collection) { given.to_owned() } else { format!("{collection}/{given}") }
}

/// Roles in words.
pub(super) fn words(roles: &[i32]) -> Vec<String> {
    let word = |role: &i32| {
        wire::Role::try_from(*role).unwrap_or_default().as_str_name().trim_start_matches("ROLE_").to_ascii_lowercase()
    };
    roles.iter().map(word).collect()
}

/// A member for programs.
pub(super) fn member_json(member: &wire::Member) -> Value {
    json!({
        "name": member.name,
        "organisation": member.organisation,
        "display_name": member.display_name,
        "email": member.email,
        "roles": words(&member.roles),
        "disabled": member.disabled,
        "demo": member.demo,
    })
}

/// A member for people.
pub(super) fn member_line(member: &wire::Member) -> String {
    let disabled = if member.disabled { ", disabled" } else { "" };
    let roles = words(&member.roles).join(", ");
    format!("{}: {} of {} ({roles}{disabled})", member.name, member.display_name, member.organisation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_rules() {
        for known in cloudsite_domain::identity::Role::ALL {
            assert_eq!(words(&[role(known.as_str()).unwrap().into()]), [known.as_str()]);
        }
        for known in cloudsite_domain::identity::Tier::ALL {
            assert!(tier(known.as_str()).is_ok(), "{known}");
        }
        for known in cloudsite_domain::identity::OrganisationKind::ALL {
            assert!(kind(known.as_str()).is_ok(), "{known}");
        }
        for bad in ["unspecified", "ADMIN", "", "king"] {
            assert!(role(bad).is_err(), "{bad}");
        }
        assert_eq!(
            (name_in("members", "7"), name_in("members", "members/7")),
            ("members/7".into(), "members/7".into())
        );
    }
}
