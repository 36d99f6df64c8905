//! Who people are, in memory: what each call looks up.

use std::collections::{BTreeMap, HashMap};

use cloudsite_domain::identity::{
    Email, Member, MemberId, Organisation, Principal, ServiceToken, ServiceTokenId, Session, SessionId,
};
use cloudsite_domain::record::Code;
use cloudsite_store::identity::{IdentityError, IdentityStore};
use jiff::Timestamp;

use super::token::Grant;

/// Everything that is on disk about people, but for what is secret. Sessions are those that may be live.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) organisations: BTreeMap<Code, Organisation>,
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) sessions: HashMap<SessionId, Session>,
    pub(super) service_tokens: BTreeMap<ServiceTokenId, ServiceToken>,
    by_email: HashMap<Email, MemberId>,
}

impl Directory {
    /// Reads what `store` holds. Blocks.
    pub(super) fn read(store: &dyn IdentityStore, now: Timestamp) -> Result<Self, IdentityError> {
        let mut directory = Self::default();
        let organisations = store.organisations()?.into_iter();
        directory.organisations = organisations.map(|known| (known.code().clone(), known)).collect();
        for member in store.members()? {
            directory.put_member(member);
        }
        directory.sessions = store.live_sessions(now)?.into_iter().map(|session| (session.id, session)).collect();
        directory.service_tokens = store.service_tokens()?.into_iter().map(|token| (token.id, token)).collect();
        Ok(directory)
    }

    /// Takes in a member, new or changed.
    pub(super) fn put_member(&mut self, member: Member) {
        if let Some(email) = self.members.get(&member.id).and_then(|before| before.email.as_ref()) {
            self.by_email.remove(email);
        }
        if let Some(email) = &member.email {
            self.by_email.insert(email.clone(), member.id);
        }
        self.members.insert(member.id, member);
    }

    /// Takes in a session and forgets those that are over.
    pub(super) fn put_session(&mut self, session: Session, now: Timestamp) {
        self.sessions.retain(|_, session| session.is_live(now));
        self.sessions.insert(session.id, session);
    }

    /// The member who signs in with an address.
    pub(super) fn by_email(&self, email: &Email) -> Option<&Member> {
        self.members.get(self.by_email.get(email)?)
    }

    /// The principal that a token stands for, if it stands for any at this moment.
    pub(super) fn principal(&self, grant: Grant, now: Timestamp, demo_park: bool) -> Option<Principal> {
        let (member, limit) = match grant {
            Grant::Session(id) => (self.sessions.get(&id).filter(|session| session.is_live(now))?.member, None),
            Grant::Service(id) => {
                let token = self.service_tokens.get(&id).filter(|token| token.is_live(now))?;
                (token.member, Some(&token.roles))
            }
        };
        self.principal_of(self.members.get(&member)?, limit, demo_park)
    }

    /// The principal of a member's calls; none for who is disabled, and for the demo's people on another park.
    pub(super) fn principal_of(
        &self,
        member: &Member,
        limit: Option<&std::collections::BTreeSet<cloudsite_domain::identity::Role>>,
        demo_park: bool,
    ) -> Option<Principal> {
        if member.demo && !demo_park {
            return None;
        }
        member.principal(self.organisations.get(&member.organisation)?, limit)
    }
}
