//! Who people are and what they may do, while the server runs.
//!
//! An access token names a session or a service token. Both, the members and the organisations are kept in memory beside
//! the store, so a member who is disabled, a role that is taken or a session that is ended counts from the next call on.

mod api;
mod attempts;
mod convert;
pub(crate) mod cookie;
pub(crate) mod demo;
mod directory;
pub(crate) mod http;
mod keys;
pub(crate) mod openid;
mod pass;
mod password;
mod people;
pub(crate) mod secret;
mod service;
mod sign_in;
mod token;
mod told;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;
use anyhow::Context;
use cloudsite_domain::identity::{MemberId, Principal, SessionId, Tier, TimeZoneName};
use cloudsite_domain::record::Code;
use cloudsite_store::identity::{IdentityError, IdentityStore};
use jiff::Timestamp;

use crate::audit::Journal;
use crate::operator::Token as OperatorToken;
use attempts::Attempts;
use directory::Directory;
use keys::Keys;
use pass::Passes;
use secret::Secret;
use token::Grant;

pub(crate) use api::Api;
pub(crate) use convert::{language, time_zone};
pub(crate) use openid::OpenId;
pub(crate) use pass::Recipient;
pub(crate) use service::server;

/// Reads the clock. The edge of the process gives it.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of the machine.
#[expect(clippy::disallowed_methods, reason = "the edge of the process reads the clock")]
pub(crate) fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}

/// Whether the park that is served now is the demo park.
pub(crate) type IsDemoPark = Arc<dyn Fn() -> bool + Send + Sync>;

/// What a session is carried by.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// The access token.
    pub(crate) access: String,
    /// Until when it is good.
    pub(crate) access_until: Timestamp,
    /// The refresh token; none where the one that the caller has stays.
    pub(crate) refresh: Option<Secret>,
    /// When the session ends.
    pub(crate) session_ends_at: Timestamp,
}

/// Says whether someone is still who they were found to be.
pub(crate) type Stands = Arc<dyn Fn(&Resolved) -> bool + Send + Sync>;

/// Who makes a call, and in which session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// Who.
    pub(crate) principal: Principal,
    /// What was proved; nothing of a visitor, and by the operator what proves nobody in particular.
    pub(crate) grant: Option<Grant>,
}

impl Resolved {
    /// Nobody in particular.
    pub(crate) const fn visitor() -> Self {
        Self { principal: Principal::Visitor, grant: None }
    }

    /// The session, if the call is made in one.
    pub(crate) const fn session(&self) -> Option<SessionId> {
        match self.grant {
            Some(Grant::Session(id)) => Some(id),
            Some(Grant::Service(_)) | None => None,
        }
    }
}

/// A bearer token that stands for nobody: it is over, was revoked, or never was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidCredentials;

/// What the process gives to [`Identity::open`].
pub(crate) struct Surroundings {
    /// The clock.
    pub(crate) clock: Clock,
    /// Whether the demo park is served.
    pub(crate) is_demo_park: IsDemoPark,
    /// What proves the operator; none where no server runs.
    pub(crate) operator: Option<OperatorToken>,
    /// Where it is told what happens.
    pub(crate) journal: Arc<Journal>,
}

/// The people of a park.
pub(crate) struct Identity {
    store: Arc<dyn IdentityStore>,
    keys: Keys,
    around: Surroundings,
    directory: RwLock<Directory>,
    /// Held while the store and then the directory are written, so that both change in the same order.
    writing: Mutex<()>,
    attempts: Attempts,
    /// Secrets of the demo's links; good for as long as the process runs. As many as there are roles.
    links: RwLock<HashMap<[u8; 32], MemberId>>,
    passes: Passes,
}

impl Identity {
    /// Reads people from `store` and keys from the data folder. Blocks.
    pub(crate) fn open(store: Arc<dyn IdentityStore>, folder: &Path, around: Surroundings) -> anyhow::Result<Self> {
        let now = (around.clock)();
        let keys = Keys::open(folder, now).context("cannot use the keys of sessions")?;
        let directory = Directory::read(store.as_ref(), now).context("cannot read who is a member")?;
        Ok(Self {
            store,
            keys,
            around,
            directory: RwLock::new(directory),
            writing: Mutex::new(()),
            attempts: Attempts::new(),
            links: RwLock::default(),
            passes: Passes::default(),
        })
    }

    fn now(&self) -> Timestamp {
        (self.around.clock)()
    }

    fn is_demo_park(&self) -> bool {
        (self.around.is_demo_park)()
    }

    fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_turn(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who makes a request with these headers. A bearer token that stands for nobody is refused, so that a program is not
    /// silently given less than it asked for; a cookie that does is ignored, so that a browser can sign in again.
    pub(crate) fn resolve(&self, headers: &HeaderMap) -> Result<Resolved, InvalidCredentials> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if let Some(given) = bearer {
            if self.around.operator.as_ref().is_some_and(|operator| operator.is_proved_by(given)) {
                return Ok(Resolved { principal: Principal::Operator, grant: None });
            }
            return self.resolve_token(given).ok_or(InvalidCredentials);
        }
        let cookie = cookie::read(headers, cookie::ACCESS);
        Ok(cookie.and_then(|given| self.resolve_token(given)).unwrap_or_else(Resolved::visitor))
    }

    fn resolve_token(&self, given: &str) -> Option<Resolved> {
        let now = self.now();
        let grant = token::open(&self.keys, given, now)?;
        let principal = self.directory().principal(grant, now, self.is_demo_park())?;
        Some(Resolved { principal, grant: Some(grant) })
    }

    /// Whether someone is still who they were found to be: signed in, and with the same roles and tier.
    pub(crate) fn stands(&self, resolved: &Resolved) -> bool {
        self.now_of(resolved).as_ref() == Some(&resolved.principal)
    }

    /// Who someone is by now who was found to be someone; none if they have signed out or were disabled.
    pub(crate) fn now_of(&self, resolved: &Resolved) -> Option<Principal> {
        match resolved.grant {
            Some(grant) => self.directory().principal(grant, self.now(), self.is_demo_park()),
            None => Some(resolved.principal.clone()),
        }
    }

    /// The time zone of an organisation; none if there is no such one.
    pub(crate) fn time_zone_of(&self, organisation: &Code) -> Option<TimeZoneName> {
        self.directory().organisations.get(organisation).map(|found| found.time_zone().clone())
    }

    /// The tier that an organisation had at a moment and since when; none before it was kept. Blocks.
    pub(crate) fn tier_at(
        &self,
        organisation: &Code,
        at: Timestamp,
    ) -> Result<Option<(Timestamp, Tier)>, IdentityError> {
        self.store.tier_at(organisation, at)
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
