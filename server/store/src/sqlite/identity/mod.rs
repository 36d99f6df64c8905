//! Who people are, in the tables beside the record's.

mod invites;
mod members;
mod organisations;
pub(super) mod row;
mod service_tokens;
mod sessions;

use cloudsite_domain::identity::{
    DisplayName, Invite, Member, MemberId, Organisation, ServiceToken, ServiceTokenId, Session, SessionEnd, SessionId,
    Tier,
};
use cloudsite_domain::record::Code;
use jiff::Timestamp;

use super::SqliteStore;
use crate::identity::{
    IdentityError, IdentityStore, NewInvite, NewMember, NewServiceToken, Refreshed, SecretHash, Started,
};

/// The step of the schema that lets organisations be hosted.
pub(super) const HOSTS: &str = "ALTER TABLE organisation ADD COLUMN host TEXT REFERENCES organisation (code);";

/// The tables. Times are microseconds since 1970, secrets are SHA-256, roles are JSON.
pub(super) const SCHEMA: &str = "
CREATE TABLE organisation (
    code      TEXT PRIMARY KEY,
    kind      TEXT NOT NULL,
    names     TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    languages TEXT NOT NULL,
    tier      TEXT NOT NULL
) STRICT;

-- An id is never given again, also not that of a member who was removed by hand.
CREATE TABLE member (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation TEXT NOT NULL REFERENCES organisation (code),
    name         TEXT NOT NULL,
    email        TEXT UNIQUE,
    roles        TEXT NOT NULL,
    state        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    demo         INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    password     TEXT
) STRICT;

CREATE TABLE invite (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    secret       BLOB NOT NULL UNIQUE,
    organisation TEXT NOT NULL REFERENCES organisation (code),
    name         TEXT NOT NULL,
    roles        TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    redeemed_at  INTEGER,
    redeemed_by  INTEGER REFERENCES member (id),
    CHECK ((redeemed_at IS NULL) = (redeemed_by IS NULL))
) STRICT;

CREATE TABLE session (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    member        INTEGER NOT NULL REFERENCES member (id),
    secret        BLOB NOT NULL UNIQUE,
    secret_before BLOB,
    replaced_at   INTEGER,
    started_at    INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    ended_at      INTEGER,
    cause         TEXT,
    CHECK ((ended_at IS NULL) = (cause IS NULL))
) STRICT;
CREATE INDEX session_live ON session (member) WHERE ended_at IS NULL;
CREATE INDEX session_by_secret_before ON session (secret_before) WHERE secret_before IS NOT NULL;

CREATE TABLE service_token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    member     INTEGER NOT NULL REFERENCES member (id),
    label      TEXT NOT NULL,
    roles      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
";

/// The step of the schema that keeps since when an organisation has had its tier. Of those that there were, nobody had kept
/// when they had another.
pub(super) const TIERS: &str = "
CREATE TABLE organisation_tier (
    organisation TEXT NOT NULL REFERENCES organisation (code),
    since        INTEGER NOT NULL,
    tier         TEXT NOT NULL,
    PRIMARY KEY (organisation, since)
) STRICT, WITHOUT ROWID;
INSERT INTO organisation_tier SELECT code, 0, tier FROM organisation;
";

impl IdentityStore for SqliteStore {
    fn organisations(&self) -> Result<Vec<Organisation>, IdentityError> {
        Ok(self.readers.with(organisations::all)?)
    }

    fn create_organisation(&self, organisation: &Organisation, at: Timestamp) -> Result<(), IdentityError> {
        self.write_within(|connection| organisations::create(connection, organisation, at))
    }

    fn update_organisation(&self, organisation: &Organisation, at: Timestamp) -> Result<(), IdentityError> {
        self.write_within(|connection| organisations::update(connection, organisation, at))
    }

    fn tier_at(&self, organisation: &Code, at: Timestamp) -> Result<Option<(Timestamp, Tier)>, IdentityError> {
        Ok(self.readers.with(|connection| organisations::tier_at(connection, organisation, at))?)
    }

    fn members(&self) -> Result<Vec<Member>, IdentityError> {
        Ok(self.readers.with(members::all)?)
    }

    fn create_member(&self, new: &NewMember, at: Timestamp) -> Result<Member, IdentityError> {
        self.write_within(|connection| members::create(connection, new, at))
    }

    fn update_member(&self, member: &Member) -> Result<Member, IdentityError> {
        self.write_within(|connection| members::update(connection, member))
    }

    fn set_password(&self, member: MemberId, phc: &str) -> Result<(), IdentityError> {
        self.write_within(|connection| members::set_password(connection, member, phc))
    }

    fn password(&self, member: MemberId) -> Result<Option<String>, IdentityError> {
        Ok(self.readers.with(|connection| members::password(connection, member))?)
    }

    fn create_invite(&self, new: &NewInvite, secret: &SecretHash, at: Timestamp) -> Result<Invite, IdentityError> {
        self.write_within(|connection| invites::create(connection, new, secret, at))
    }

    fn invite(&self, secret: &SecretHash) -> Result<Option<Invite>, IdentityError> {
        Ok(self.readers.with(|connection| invites::find(connection, secret))?)
    }

    fn redeem_invite(
        &self,
        secret: &SecretHash,
        name: Option<&DisplayName>,
        at: Timestamp,
    ) -> Result<Member, IdentityError> {
        self.write_within(|connection| invites::redeem(connection, secret, name, at))
    }

    fn start_session(
        &self,
        member: MemberId,
        secret: &SecretHash,
        at: Timestamp,
        ends_at: Timestamp,
    ) -> Result<Started, IdentityError> {
        self.write_within(|connection| sessions::start(connection, member, secret, at, ends_at))
    }

    fn refresh_session(
        &self,
        given: &SecretHash,
        next: &SecretHash,
        at: Timestamp,
    ) -> Result<Refreshed, IdentityError> {
        self.write_within(|connection| sessions::refresh(connection, given, next, at))
    }

    fn end_session(&self, session: SessionId, at: Timestamp, cause: SessionEnd) -> Result<bool, IdentityError> {
        self.write_within(|connection| sessions::end(connection, session, at, cause))
    }

    fn end_sessions(
        &self,
        member: MemberId,
        except: Option<SessionId>,
        at: Timestamp,
        cause: SessionEnd,
    ) -> Result<Vec<SessionId>, IdentityError> {
        self.write_within(|connection| sessions::end_all(connection, member, except, at, cause))
    }

    fn live_sessions(&self, at: Timestamp) -> Result<Vec<Session>, IdentityError> {
        Ok(self.readers.with(|connection| sessions::live(connection, at))?)
    }

    fn create_service_token(&self, new: &NewServiceToken, at: Timestamp) -> Result<ServiceToken, IdentityError> {
        self.write_within(|connection| service_tokens::create(connection, new, at))
    }

    fn service_tokens(&self) -> Result<Vec<ServiceToken>, IdentityError> {
        Ok(self.readers.with(service_tokens::all)?)
    }

    fn revoke_service_token(&self, token: ServiceTokenId, at: Timestamp) -> Result<ServiceToken, IdentityError> {
        self.write_within(|connection| service_tokens::revoke(connection, token, at))
    }
}
