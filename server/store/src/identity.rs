//! Where it is kept who people are: [`IdentityStore`], a store of its own beside the record's.
//!
//! It keeps no secret as it is: passwords come as PHC strings, everything else as a [`SecretHash`]. Times are kept to the
//! microsecond.

use std::collections::BTreeSet;

use cloudsite_domain::identity::{
    DisplayName, Email, Invite, InviteRefused, Member, MemberId, Organisation, Role, ServiceToken, ServiceTokenId,
    Session, SessionEnd, SessionId, Tier,
};
use cloudsite_domain::record::Code;
use jiff::Timestamp;

use crate::StoreError;

/// The SHA-256 of a secret of 256 random bits. A secret of that many bits needs no salt and no slow hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash")
    }
}

/// A member to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The organisation's code.
    pub organisation: Code,
    /// What to call the member.
    pub name: DisplayName,
    /// What to sign in with, unique among members.
    pub email: Option<Email>,
    /// What the member may do.
    pub roles: BTreeSet<Role>,
    /// Made for the demo park.
    pub demo: bool,
}

/// An invite to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// The organisation to become a member of.
    pub organisation: Code,
    /// What to call the member.
    pub name: DisplayName,
    /// The roles to have.
    pub roles: BTreeSet<Role>,
    /// Who makes it.
    pub created_by: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A service token to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServiceToken {
    /// For whom it acts.
    pub member: MemberId,
    /// What it is for.
    pub label: DisplayName,
    /// The member's roles that it has.
    pub roles: BTreeSet<Role>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A session that was started, and those that had to end for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The session.
    pub session: Session,
    /// Sessions of the same member that ended, because one has only so many.
    pub replaced: Vec<SessionId>,
}

/// What came of a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The session goes on; the new secret is the one to come with next.
    Renewed(Session),
    /// The secret was replaced a moment ago. The session goes on; the secret that replaced it stays.
    Late(Session),
    /// The secret was replaced long ago, so two have it: the session was ended.
    Reused(SessionId),
    /// No live session has this secret.
    Unknown,
}

/// Why something about people could not be kept. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is such an organisation already.
    #[error("there is an organisation '{0}' already")]
    OrganisationExists(Code),
    /// There is no such organisation.
    #[error("there is no organisation '{0}'")]
    UnknownOrganisation(Code),
    /// There is no such member.
    #[error("there is no member {0}")]
    UnknownMember(MemberId),
    /// Another member signs in with this address.
    #[error("another member has this email address")]
    EmailTaken,
    /// The member has changed since the writer read it.
    #[error("the member has changed since: version {actual}, not {expected}")]
    MemberMoved {
        /// The version that the writer read.
        expected: u64,
        /// The present version.
        actual: u64,
    },
    /// No invite has this secret.
    #[error("there is no such invite")]
    UnknownInvite,
    /// The invite is good for nothing.
    #[error(transparent)]
    InviteRefused(#[from] InviteRefused),
    /// There is no such service token that could be revoked.
    #[error("there is no service token {} that could be revoked", .0.0)]
    UnknownServiceToken(ServiceTokenId),
}

impl From<rusqlite::Error> for IdentityError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Organisations, members and what they sign in with. Calls block; what has returned is on disk.
pub trait IdentityStore: Send + Sync {
    /// All organisations, by code.
    fn organisations(&self) -> Result<Vec<Organisation>, IdentityError>;

    /// Keeps an organisation whose code is new, from a moment on.
    fn create_organisation(&self, organisation: &Organisation, at: Timestamp) -> Result<(), IdentityError>;

    /// Keeps an organisation in place of what is kept of it, from a moment on.
    fn update_organisation(&self, organisation: &Organisation, at: Timestamp) -> Result<(), IdentityError>;

    /// The tier that an organisation had at a moment, and since when; none before it was kept.
    fn tier_at(&self, organisation: &Code, at: Timestamp) -> Result<Option<(Timestamp, Tier)>, IdentityError>;

    /// All members, by id.
    fn members(&self) -> Result<Vec<Member>, IdentityError>;

    /// Keeps a member and gives the number.
    fn create_member(&self, new: &NewMember, at: Timestamp) -> Result<Member, IdentityError>;

    /// Keeps the member's name, address, roles and state, if nobody has changed the member since `member.version`. Gives the
    /// member with the next version.
    fn update_member(&self, member: &Member) -> Result<Member, IdentityError>;

    /// Keeps a password as a PHC string, in place of the one before.
    fn set_password(&self, member: MemberId, phc: &str) -> Result<(), IdentityError>;

    /// The member's password as a PHC string, if the member has one.
    fn password(&self, member: MemberId) -> Result<Option<String>, IdentityError>;

    /// Keeps an invite whose secret has this hash.
    fn create_invite(&self, new: &NewInvite, secret: &SecretHash, at: Timestamp) -> Result<Invite, IdentityError>;

    /// The invite whose secret has this hash, whatever has become of it.
    fn invite(&self, secret: &SecretHash) -> Result<Option<Invite>, IdentityError>;

    /// Makes a member of an invite that is open at `at`, under `name` or the invite's. Of many who try at once, one does.
    fn redeem_invite(
        &self,
        secret: &SecretHash,
        name: Option<&DisplayName>,
        at: Timestamp,
    ) -> Result<Member, IdentityError>;

    /// Starts a session that is refreshed by the secret of this hash, and ends the member's oldest ones beyond
    /// [`MOST_SESSIONS`](cloudsite_domain::identity::MOST_SESSIONS).
    fn start_session(
        &self,
        member: MemberId,
        secret: &SecretHash,
        at: Timestamp,
        ends_at: Timestamp,
    ) -> Result<Started, IdentityError>;

    /// Replaces the secret of the live session that has `given` by `next`; the rules of reuse are those of
    /// [`is_within_grace`](cloudsite_domain::identity::is_within_grace).
    fn refresh_session(&self, given: &SecretHash, next: &SecretHash, at: Timestamp)
    -> Result<Refreshed, IdentityError>;

    /// Ends a session; false if it was not live.
    fn end_session(&self, session: SessionId, at: Timestamp, cause: SessionEnd) -> Result<bool, IdentityError>;

    /// Ends all live sessions of a member but `except`, and gives their numbers.
    fn end_sessions(
        &self,
        member: MemberId,
        except: Option<SessionId>,
        at: Timestamp,
        cause: SessionEnd,
    ) -> Result<Vec<SessionId>, IdentityError>;

    /// The sessions that are live at a time, by id.
    fn live_sessions(&self, at: Timestamp) -> Result<Vec<Session>, IdentityError>;

    /// Keeps a service token and gives the number.
    fn create_service_token(&self, new: &NewServiceToken, at: Timestamp) -> Result<ServiceToken, IdentityError>;

    /// All service tokens, by id.
    fn service_tokens(&self) -> Result<Vec<ServiceToken>, IdentityError>;

    /// Revokes a service token that is not revoked.
    fn revoke_service_token(&self, token: ServiceTokenId, at: Timestamp) -> Result<ServiceToken, IdentityError>;
}
