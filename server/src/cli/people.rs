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
use tonic::{Response, Status};

use super::answer::Failure;
use super::refused;
pub(super) use super::running::failed;
use super::running::{Calls, Running};
use crate::audit::Journal;
use crate::grpc::Refusal;
use crate::identity::{self, Api, Identity, Surroundings};

/// Where the people are kept.
#[derive(Debug, Args)]
pub(super) struct Folder {
    /// The data folder; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
}

/// A client that proves to be the operator's.
pub(super) type Client = IdentityServiceClient<Calls>;

/// The people of a folder.
pub(super) enum People {
    /// No server runs: they are kept by this process, and so is the log of what is done.
    Here(Api, Arc<SqliteStore>, Arc<Journal>),
    /// A server runs, and is asked.
    There(Box<(Running, Client)>),
}

impl Folder {
    /// The people of the folder.
    pub(super) fn open(&self) -> Result<People, Failure> {
        match SqliteStore::open(&self.data) {
            Ok(store) => self.here(store),
            Err(StoreError::AnotherProcess(_)) => {
                let server = Running::on(&self.data)?;
                let client = IdentityServiceClient::new(server.calls());
                Ok(People::There(Box::new((server, client))))
            }
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
            Self::There(there_is) => {
                let (server, client) = there_is.as_mut();
                server.wait(there(client))
            }
        };
        answer.map_err(|status| failed(status.message().to_owned()))
    }
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
