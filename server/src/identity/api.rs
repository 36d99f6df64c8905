//! What the identity service does, for whoever calls it: over the wire, or from the command line on a folder that no server
//! runs on. Who may call what is decided before; what depends on the request is decided here.

use std::sync::Arc;

use cloudsite_domain::audit::Action;
use cloudsite_domain::identity::{
    LONGEST_INVITE, LONGEST_SERVICE_TOKEN, Member, MemberId, MemberState, Organisation, Principal, Role, check_invite,
};
use cloudsite_proto::identity as wire;
use cloudsite_store::identity::{IdentityError, NewInvite, NewMember, NewServiceToken};
use jiff::{SignedDuration, Timestamp};

use super::password::PasswordProblem;
use super::people::MemberChange;
use super::sign_in::SignInError;
use super::{Identity, convert, password};
use crate::grpc::Refusal;

/// Members on a page where nothing is asked, and at most.
const DEFAULT_MEMBERS: usize = 100;
const MAX_MEMBERS: usize = 1_000;

/// Hours that an invite is good for where nothing is asked.
const DEFAULT_INVITE_HOURS: u32 = 72;

/// Days that a service token is good for where nothing is asked.
const DEFAULT_TOKEN_DAYS: u32 = 90;

/// The methods that keep people. Each blocks for the time that the store takes.
#[derive(Clone)]
pub(crate) struct Api(pub(crate) Arc<Identity>);

impl Api {
    /// Makes an invite.
    pub(crate) fn create_invite(
        &self,
        caller: &Principal,
        request: wire::CreateInviteRequest,
    ) -> Result<wire::CreateInviteResponse, Refusal> {
        let code = convert::organisation_code("organisation", &request.organisation)?;
        let name = convert::display_name("display_name", &request.display_name)?;
        let roles = convert::roles("roles", &request.roles)?;
        let expires_at = self.until("hours", request.hours, DEFAULT_INVITE_HOURS, 1, LONGEST_INVITE)?;
        let organisation = self.0.organisation(&code).ok_or(IdentityError::UnknownOrganisation(code.clone()))?;
        check_invite(caller, &organisation, &roles).map_err(|problem| match problem {
            cloudsite_domain::identity::InviteProblem::NotForCaller => Refusal::Denied(problem.to_string()),
            problem => Refusal::field("roles", problem),
        })?;
        let new = NewInvite { organisation: code, name, roles, created_by: caller.label(), expires_at };
        let (invite, secret) = self.0.create_invite(&new)?;
        let roles: Vec<&str> = invite.roles.iter().map(|role| role.as_str()).collect();
        let detail = [("organisation", invite.organisation.to_string()), ("roles", roles.join(", "))];
        self.0.tell(caller, Action::Invite, format!("invites/{}", invite.id.0), detail);
        Ok(wire::CreateInviteResponse {
            invite: Some(convert::invite_to_wire(&invite)),
            token: secret.reveal().to_owned(),
            path: format!("/sign-in/{}", secret.reveal()),
        })
    }

    /// When something ends that lasts `given` units of `unit_hours`, or `default` of them.
    fn until(
        &self,
        field: &str,
        given: u32,
        default: u32,
        unit_hours: i64,
        longest: SignedDuration,
    ) -> Result<Timestamp, Refusal> {
        let asked = if given == 0 { default } else { given };
        let span = SignedDuration::from_hours(i64::from(asked) * unit_hours);
        if span > longest {
            return Err(Refusal::field(field, format!("must not be more than {}", longest.as_hours() / unit_hours)));
        }
        self.0.now().checked_add(span).map_err(|error| Refusal::field(field, error))
    }

    /// All organisations.
    pub(crate) fn list_organisations(&self) -> wire::ListOrganisationsResponse {
        let organisations = self.0.organisations();
        wire::ListOrganisationsResponse {
            organisations: organisations.iter().map(convert::organisation_to_wire).collect(),
        }
    }

    /// Keeps an organisation.
    pub(crate) fn create_organisation(
        &self,
        caller: &Principal,
        request: wire::CreateOrganisationRequest,
    ) -> Result<wire::CreateOrganisationResponse, Refusal> {
        let given = request.organisation.ok_or_else(|| Refusal::field("organisation", "must be given"))?;
        let given = convert::organisation(&given)?;
        self.check_host(&given)?;
        let created = self.0.create_organisation(given)?;
        let detail = [("changed", "created".to_owned()), ("tier", created.tier().to_string()), host_told(&created)];
        self.0.tell(caller, Action::MemberChanged, convert::organisation_name(created.code()), detail);
        Ok(wire::CreateOrganisationResponse { organisation: Some(convert::organisation_to_wire(&created)) })
    }

    /// Replaces what is kept of an organisation.
    pub(crate) fn update_organisation(
        &self,
        caller: &Principal,
        request: wire::UpdateOrganisationRequest,
    ) -> Result<wire::UpdateOrganisationResponse, Refusal> {
        let given = request.organisation.ok_or_else(|| Refusal::field("organisation", "must be given"))?;
        let next = convert::organisation(&given)?;
        let code = next.code().clone();
        let present = self.0.organisation(&code).ok_or(IdentityError::UnknownOrganisation(code))?;
        if next.kind() != present.kind() {
            return Err(Refusal::field("organisation.kind", format!("stays what it is, a {}", present.kind())));
        }
        self.check_host(&next)?;
        let updated = self.0.update_organisation(next)?;
        let tiers =
            [("tier", updated.tier().to_string()), ("tier_before", present.tier().to_string()), host_told(&updated)];
        let detail = std::iter::once(("changed", "updated".to_owned())).chain(tiers);
        self.0.tell(caller, Action::MemberChanged, convert::organisation_name(updated.code()), detail);
        Ok(wire::UpdateOrganisationResponse { organisation: Some(convert::organisation_to_wire(&updated)) })
    }

    /// Refuses a host that leads nobody.
    fn check_host(&self, organisation: &Organisation) -> Result<(), Refusal> {
        let Some(code) = organisation.host() else { return Ok(()) };
        let host = self.0.organisation(code).ok_or_else(|| IdentityError::UnknownOrganisation(code.clone()))?;
        if host.kind().admits(Role::Host) {
            return Ok(());
        }
        Err(Refusal::field("organisation.host", format!("a {} hosts nobody", host.kind())))
    }

    /// A page of members.
    pub(crate) fn list_members(&self, request: wire::ListMembersRequest) -> Result<wire::ListMembersResponse, Refusal> {
        let count = match usize::try_from(request.page_size) {
            Ok(0) => DEFAULT_MEMBERS,
            Ok(asked) => asked.min(MAX_MEMBERS),
            Err(_) => return Err(Refusal::field("page_size", "must not be negative")),
        };
        // A token is the number of the last member of the page before.
        let after = match request.page_token.as_str() {
            "" => 0,
            token => token.parse().map_err(|_| Refusal::field("page_token", "is not a token that this server gave"))?,
        };
        let organisation = match request.organisation.as_str() {
            "" => None,
            name => Some(convert::organisation_code("organisation", name)?),
        };
        let mut members = self.0.members(organisation.as_ref(), MemberId(after), count + 1);
        let more = members.len() > count;
        members.truncate(count);
        let next = members.last().filter(|_| more).map(|member| member.id.to_string());
        Ok(wire::ListMembersResponse {
            members: members.iter().map(convert::member_to_wire).collect(),
            next_page_token: next.unwrap_or_default(),
        })
    }

    /// Keeps a member.
    pub(crate) fn create_member(
        &self,
        caller: &Principal,
        request: wire::CreateMemberRequest,
    ) -> Result<wire::CreateMemberResponse, Refusal> {
        let organisation = convert::organisation_code("organisation", &request.organisation)?;
        let name = convert::display_name("display_name", &request.display_name)?;
        let email = convert::email("email", &request.email)?;
        let roles = convert::roles("roles", &request.roles)?;
        let found = self.0.organisation(&organisation);
        let found = found.ok_or_else(|| IdentityError::UnknownOrganisation(organisation.clone()))?;
        found.kind().check_roles(&roles).map_err(|problem| Refusal::field("roles", problem))?;
        let phc = match request.password.as_str() {
            "" => None,
            _ if email.is_none() => return Err(Refusal::field("email", "must be given with a password")),
            given => Some(hash("password", given)?),
        };
        let new = NewMember { organisation, name, email, roles, demo: false };
        let member = self.0.create_member(&new, phc.as_deref())?;
        self.tell_of(caller, &member, "created");
        Ok(wire::CreateMemberResponse { member: Some(convert::member_to_wire(&member)) })
    }

    /// Changes a member.
    pub(crate) fn update_member(
        &self,
        caller: &Principal,
        request: wire::UpdateMemberRequest,
    ) -> Result<wire::UpdateMemberResponse, Refusal> {
        let id = convert::member_id("name", &request.name)?;
        let member = self.0.member(id).ok_or(IdentityError::UnknownMember(id))?;
        let roles = request.roles.map(|given| convert::roles("roles", &given.roles)).transpose()?;
        if let (Some(roles), Some(organisation)) = (&roles, self.0.organisation(&member.organisation)) {
            organisation.kind().check_roles(roles).map_err(|problem| Refusal::field("roles", problem))?;
        }
        let version = match request.etag.as_str() {
            "" => None,
            etag => Some(etag.parse().map_err(|_| Refusal::field("etag", "is not one that this server gave"))?),
        };
        let state = |disabled| if disabled { MemberState::Disabled } else { MemberState::Active };
        let change = MemberChange { roles, state: request.disabled.map(state), version };
        let version = member.version;
        let member = self.0.update_member(id, change)?;
        if member.version != version {
            self.tell_of(caller, &member, "updated");
        }
        Ok(wire::UpdateMemberResponse { member: Some(convert::member_to_wire(&member)) })
    }

    /// Ends a member's sessions.
    pub(crate) fn revoke_sessions(
        &self,
        caller: &Principal,
        request: wire::RevokeSessionsRequest,
    ) -> Result<wire::RevokeSessionsResponse, Refusal> {
        let own = match caller {
            Principal::Member { id, .. } => Some(*id),
            Principal::Visitor | Principal::Operator => None,
        };
        let asked = match request.member.as_str() {
            "" => own.ok_or_else(|| Refusal::field("member", "must be given by whoever is no member"))?,
            name => convert::member_id("member", name)?,
        };
        if own != Some(asked) && !caller.has(Role::Admin) {
            return Err(Refusal::Denied("the sessions of others are ended by an admin".to_owned()));
        }
        let ended = self.0.end_sessions(asked, None)?;
        let detail = [("sessions", ended.to_string())];
        self.0.tell(caller, Action::SignOut, convert::member_name(asked), detail);
        Ok(wire::RevokeSessionsResponse { ended: ended as u32 })
    }

    /// All service tokens.
    pub(crate) fn list_service_tokens(&self) -> wire::ListServiceTokensResponse {
        let tokens = self.0.service_tokens();
        wire::ListServiceTokensResponse { service_tokens: tokens.iter().map(convert::service_token_to_wire).collect() }
    }

    /// Makes a service token.
    pub(crate) fn create_service_token(
        &self,
        caller: &Principal,
        request: wire::CreateServiceTokenRequest,
    ) -> Result<wire::CreateServiceTokenResponse, Refusal> {
        let id = convert::member_id("member", &request.member)?;
        let label = convert::display_name("label", &request.label)?;
        let asked = convert::roles("roles", &request.roles)?;
        let expires_at = self.until("days", request.days, DEFAULT_TOKEN_DAYS, 24, LONGEST_SERVICE_TOKEN)?;
        let member = self.0.member(id).ok_or(IdentityError::UnknownMember(id))?;
        if let Some(role) = asked.difference(&member.roles).next() {
            return Err(Refusal::field("roles", format!("the member does not have the role {role}")));
        }
        let roles = if asked.is_empty() { member.roles } else { asked };
        let new = NewServiceToken { member: id, label, roles, expires_at };
        let (token, sealed) = self.0.create_service_token(&new)?;
        let detail = [("changed", "created".to_owned()), ("member", token.member.to_string())];
        self.0.tell(caller, Action::MemberChanged, format!("serviceTokens/{}", token.id.0), detail);
        let service_token = Some(convert::service_token_to_wire(&token));
        Ok(wire::CreateServiceTokenResponse { service_token, token: sealed })
    }

    /// Revokes a service token.
    pub(crate) fn revoke_service_token(
        &self,
        caller: &Principal,
        request: wire::RevokeServiceTokenRequest,
    ) -> Result<wire::RevokeServiceTokenResponse, Refusal> {
        let id = convert::service_token_id("name", &request.name)?;
        let token = self.0.revoke_service_token(id)?;
        let detail = [("changed", "revoked".to_owned()), ("member", token.member.to_string())];
        self.0.tell(caller, Action::MemberChanged, format!("serviceTokens/{}", token.id.0), detail);
        Ok(wire::RevokeServiceTokenResponse { service_token: Some(convert::service_token_to_wire(&token)) })
    }
}

impl Api {
    /// Tells what was done to a member.
    fn tell_of(&self, caller: &Principal, member: &Member, changed: &str) {
        let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
        let detail = [
            ("changed", changed.to_owned()),
            ("organisation", member.organisation.to_string()),
            ("roles", roles.join(", ")),
            ("state", member.state.to_string()),
        ];
        self.0.tell(caller, Action::MemberChanged, convert::member_name(member.id), detail);
    }
}

/// Who hosts an organisation, for the log.
fn host_told(organisation: &Organisation) -> (&'static str, String) {
    ("host", organisation.host().map(ToString::to_string).unwrap_or_default())
}

fn hash(field: &str, given: &str) -> Result<String, Refusal> {
    password::hash(given).map_err(|problem| match problem {
        PasswordProblem::Length => Refusal::field(field, problem),
        PasswordProblem::NotHashed => Refusal::Interrupted,
    })
}

impl From<IdentityError> for Refusal {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Store(error) => Self::Store(error),
            IdentityError::OrganisationExists(code) => {
                Self::Exists { kind: "organisation", name: convert::organisation_name(&code) }
            }
            IdentityError::UnknownOrganisation(code) => {
                Self::NotFound { kind: "organisation", name: convert::organisation_name(&code) }
            }
            IdentityError::UnknownMember(id) => Self::NotFound { kind: "member", name: convert::member_name(id) },
            IdentityError::EmailTaken => Self::field("email", IdentityError::EmailTaken),
            error @ IdentityError::MemberMoved { .. } => Self::Moved(error.to_string()),
            IdentityError::UnknownInvite | IdentityError::InviteRefused(_) => Self::CredentialsRefused,
            IdentityError::UnknownServiceToken(id) => {
                Self::NotFound { kind: "service token", name: format!("serviceTokens/{}", id.0) }
            }
        }
    }
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::CredentialsRefused,
            SignInError::TooMany => Self::Exhausted("too many attempts; try again in a few minutes"),
            SignInError::Password(PasswordProblem::Length) => Self::field("new_password", PasswordProblem::Length),
            SignInError::Password(PasswordProblem::NotHashed) => Self::Interrupted,
            SignInError::Identity(error) => error.into(),
            SignInError::Token(error) => {
                tracing::error!(error, "a token could not be made");
                Self::Interrupted
            }
        }
    }
}
