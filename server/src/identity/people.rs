//! Keeping organisations, members, invites and service tokens. All of it blocks.

use std::collections::BTreeSet;

use cloudsite_domain::identity::{
    Invite, Member, MemberId, MemberState, Organisation, Principal, Role, ServiceToken, ServiceTokenId,
};
use cloudsite_domain::record::Code;
use cloudsite_store::identity::{IdentityError, NewInvite, NewMember, NewServiceToken};

use super::Identity;
use super::secret::Secret;
use super::sign_in::SignInError;
use super::token::{Grant, seal};

/// What is to change about a member; what is absent stays.
#[derive(Debug, Default)]
pub(super) struct MemberChange {
    pub(super) roles: Option<BTreeSet<Role>>,
    pub(super) state: Option<MemberState>,
    /// The version that the writer read.
    pub(super) version: Option<u64>,
}

impl Identity {
    /// All organisations, by code.
    pub(crate) fn organisations(&self) -> Vec<Organisation> {
        self.directory().organisations.values().cloned().collect()
    }

    /// The organisation with a code.
    pub(crate) fn organisation(&self, code: &Code) -> Option<Organisation> {
        self.directory().organisations.get(code).cloned()
    }

    /// The organisations that one hosts.
    pub(crate) fn hosted_by(&self, host: &Code) -> Vec<Organisation> {
        let directory = self.directory();
        directory.organisations.values().filter(|one| one.host() == Some(host)).cloned().collect()
    }

    /// Keeps an organisation whose code is new.
    pub(super) fn create_organisation(&self, organisation: Organisation) -> Result<Organisation, IdentityError> {
        let _in_turn = self.in_turn();
        self.store.create_organisation(&organisation, self.now())?;
        let code = organisation.code().clone();
        self.directory_mut().organisations.insert(code, organisation.clone());
        Ok(organisation)
    }

    /// Keeps an organisation in place of the one with its code.
    pub(super) fn update_organisation(&self, organisation: Organisation) -> Result<Organisation, IdentityError> {
        let _in_turn = self.in_turn();
        self.store.update_organisation(&organisation, self.now())?;
        self.directory_mut().organisations.insert(organisation.code().clone(), organisation.clone());
        tracing::info!(organisation = %organisation.code(), tier = %organisation.tier(), "an organisation was changed");
        Ok(organisation)
    }

    /// Members whose number is above `after`, by number.
    pub(super) fn members(&self, organisation: Option<&Code>, after: MemberId, most: usize) -> Vec<Member> {
        let directory = self.directory();
        let later = directory.members.range((std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded));
        let of_it = |member: &&Member| organisation.is_none_or(|code| member.organisation == *code);
        later.map(|(_, member)| member).filter(of_it).take(most).cloned().collect()
    }

    /// The member with a number.
    pub(super) fn member(&self, id: MemberId) -> Option<Member> {
        self.directory().members.get(&id).cloned()
    }

    /// Keeps a member; `phc` is the password's hash.
    pub(super) fn create_member(&self, new: &NewMember, phc: Option<&str>) -> Result<Member, IdentityError> {
        let _in_turn = self.in_turn();
        let member = self.store.create_member(new, self.now())?;
        if let Some(phc) = phc {
            self.store.set_password(member.id, phc)?;
        }
        self.directory_mut().put_member(member.clone());
        tracing::info!(member = member.id.0, organisation = %member.organisation, "a member was created");
        Ok(member)
    }

    /// Changes a member; who is disabled loses all sessions.
    pub(super) fn update_member(&self, id: MemberId, change: MemberChange) -> Result<Member, IdentityError> {
        let in_turn = self.in_turn();
        let present = self.member(id).ok_or(IdentityError::UnknownMember(id))?;
        let version = change.version.unwrap_or(present.version);
        if version != present.version {
            return Err(IdentityError::MemberMoved { expected: version, actual: present.version });
        }
        let mut next = present.clone();
        if let Some(roles) = change.roles {
            next.roles = roles;
        }
        let next = match change.state {
            Some(MemberState::Disabled) => next.clone().disable().unwrap_or(next),
            Some(MemberState::Active) => next.clone().enable().unwrap_or(next),
            None => next,
        };
        if next == present {
            return Ok(present);
        }
        let updated = self.store.update_member(&next)?;
        self.directory_mut().put_member(updated.clone());
        drop(in_turn);
        if updated.state == MemberState::Disabled {
            self.end_sessions(id, None)?;
        }
        tracing::info!(member = id.0, version = updated.version, "a member was changed");
        Ok(updated)
    }

    /// Keeps an invite, and gives the secret that redeems it.
    pub(super) fn create_invite(&self, new: &NewInvite) -> Result<(Invite, Secret), SignInError> {
        let secret = Secret::generate().map_err(|error| SignInError::Token(error.to_string()))?;
        let invite = self.store.create_invite(new, &secret.hash(), self.now())?;
        Ok((invite, secret))
    }

    /// All service tokens, by number.
    pub(super) fn service_tokens(&self) -> Vec<ServiceToken> {
        self.directory().service_tokens.values().cloned().collect()
    }

    /// Keeps a service token, and gives what a program sends.
    pub(super) fn create_service_token(&self, new: &NewServiceToken) -> Result<(ServiceToken, String), SignInError> {
        let _in_turn = self.in_turn();
        let token = self.store.create_service_token(new, self.now())?;
        let sealed = seal(&self.keys, Grant::Service(token.id), token.expires_at)
            .map_err(|error| SignInError::Token(error.to_string()))?;
        self.directory_mut().service_tokens.insert(token.id, token.clone());
        tracing::info!(token = token.id.0, member = token.member.0, "a service token was created");
        Ok((token, sealed))
    }

    /// Revokes a service token.
    pub(super) fn revoke_service_token(&self, id: ServiceTokenId) -> Result<ServiceToken, IdentityError> {
        let _in_turn = self.in_turn();
        let token = self.store.revoke_service_token(id, self.now())?;
        self.directory_mut().service_tokens.insert(id, token.clone());
        tracing::info!(token = id.0, "a service token was revoked");
        Ok(token)
    }

    /// The member and organisation behind a principal.
    pub(super) fn behind(&self, principal: &Principal) -> Option<(Member, Organisation)> {
        let Principal::Member { id, organisation, .. } = principal else { return None };
        let directory = self.directory();
        Some((directory.members.get(id)?.clone(), directory.organisations.get(organisation)?.clone()))
    }
}
