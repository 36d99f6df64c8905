//! How a session starts, goes on and ends. All of it blocks.

use cloudsite_domain::audit::Action;
use cloudsite_domain::identity::{
    DisplayName, Email, Invite, Member, MemberId, Principal, SESSION_SPAN, Session, SessionEnd, SessionId,
};
use cloudsite_store::identity::{IdentityError, Refreshed};
use jiff::Timestamp;

use super::password::{self, PasswordProblem};
use super::secret::{self, Secret};
use super::token::{Grant, seal};
use super::told::Proof;
use super::{Credentials, Identity};

/// Why someone cannot sign in, or not in this way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// Whoever it is, the proof is not good. It says no more, whatever the reason.
    #[error("the credentials are not good, or good no longer")]
    Refused,
    /// Too many wrong attempts.
    #[error("too many attempts; try again in a few minutes")]
    TooMany,
    /// A password that cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// The store failed.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Tokens could not be made.
    #[error("a token could not be made: {0}")]
    Token(String),
}

impl Identity {
    /// Starts a session by password. It takes as long, and says the same, whether the member or the password is wrong.
    pub(super) fn sign_in(&self, email: &str, given: &str) -> Result<(MemberId, Credentials), SignInError> {
        let email = email.parse::<Email>();
        let address = secret::hash(email.as_ref().map_or("", Email::as_str));
        if !self.attempts.may(&address, self.now()) {
            self.tell_refused(Proof::Password);
            return Err(SignInError::TooMany);
        }
        let member = email.ok().and_then(|email| self.directory().by_email(&email).cloned());
        let phc = match &member {
            Some(member) => self.store.password(member.id)?,
            None => None,
        };
        let right = password::verify(given, phc.as_deref());
        match member {
            Some(member) if right => {
                let credentials = self.start_session(member.id, Proof::Password)?;
                self.attempts.forget(&address);
                Ok((member.id, credentials))
            }
            _ => {
                self.tell_refused(Proof::Password);
                Err(SignInError::Refused)
            }
        }
    }

    /// Starts a session for whoever has proved to a provider that an address is theirs.
    pub(super) fn enter(&self, email: &Email) -> Result<Credentials, SignInError> {
        let member = self.directory().by_email(email).map(|member| member.id);
        let entered = member.ok_or(SignInError::Refused).and_then(|id| self.start_session(id, Proof::OpenId));
        if matches!(entered, Err(SignInError::Refused)) {
            self.tell_refused(Proof::OpenId);
        }
        entered
    }

    /// Starts a session for a member who has proved to be one.
    pub(super) fn start_session(&self, id: MemberId, proof: Proof) -> Result<Credentials, SignInError> {
        self.check_active(id)?;
        let refresh = generate()?;
        let now = self.now();
        let ends_at = now.checked_add(SESSION_SPAN).unwrap_or(now);
        let _in_turn = self.in_turn();
        let started = self.store.start_session(id, &refresh.hash(), now, ends_at)?;
        let mut directory = self.directory_mut();
        for replaced in &started.replaced {
            directory.sessions.remove(replaced);
        }
        directory.put_session(started.session.clone(), now);
        drop(directory);
        tracing::info!(member = id.0, session = started.session.id.0, "signed in");
        self.tell_of_member(id, Action::SignIn, Some(proof));
        self.credentials(&started.session, Some(refresh), now)
    }

    fn check_active(&self, id: MemberId) -> Result<(), SignInError> {
        let directory = self.directory();
        let member = directory.members.get(&id).ok_or(SignInError::Refused)?;
        directory.principal_of(member, None, self.is_demo_park()).map(drop).ok_or(SignInError::Refused)
    }

    fn credentials(
        &self,
        session: &Session,
        refresh: Option<Secret>,
        now: Timestamp,
    ) -> Result<Credentials, SignInError> {
        let access_until = session.access_until(now);
        let access = seal(&self.keys, Grant::Session(session.id), access_until)
            .map_err(|error| SignInError::Token(error.to_string()))?;
        Ok(Credentials { access, access_until, refresh, session_ends_at: session.ends_at })
    }

    /// New credentials for a session.
    pub(super) fn refresh(&self, given: &str) -> Result<(MemberId, Credentials), SignInError> {
        let next = generate()?;
        let now = self.now();
        let in_turn = self.in_turn();
        let refreshed = self.store.refresh_session(&secret::hash(given), &next.hash(), now)?;
        let (session, refresh) = match refreshed {
            Refreshed::Renewed(session) => (session, Some(next)),
            Refreshed::Late(session) => (session, None),
            Refreshed::Reused(session) => {
                self.directory_mut().sessions.remove(&session);
                tracing::warn!(session = session.0, "a refresh token came twice: the session was ended");
                self.tell_refused(Proof::Refresh);
                return Err(SignInError::Refused);
            }
            Refreshed::Unknown => {
                self.tell_refused(Proof::Refresh);
                return Err(SignInError::Refused);
            }
        };
        drop(in_turn);
        self.check_active(session.member)?;
        Ok((session.member, self.credentials(&session, refresh, now)?))
    }

    /// Ends a session.
    pub(super) fn sign_out(&self, session: SessionId) -> Result<(), IdentityError> {
        let _in_turn = self.in_turn();
        self.store.end_session(session, self.now(), SessionEnd::SignedOut)?;
        let ended = self.directory_mut().sessions.remove(&session);
        tracing::info!(session = session.0, "signed out");
        if let Some(ended) = ended {
            self.tell_of_member(ended.member, Action::SignOut, None);
        }
        Ok(())
    }

    /// Ends the sessions of a member, but for one.
    pub(super) fn end_sessions(&self, member: MemberId, except: Option<SessionId>) -> Result<usize, IdentityError> {
        let _in_turn = self.in_turn();
        let ended = self.store.end_sessions(member, except, self.now(), SessionEnd::Revoked)?;
        self.directory_mut().sessions.retain(|id, session| session.member != member || Some(*id) == except);
        tracing::info!(member = member.0, ended = ended.len(), "sessions were ended");
        Ok(ended.len())
    }

    /// Replaces a member's own password, of which `present` is the proof, and ends the other sessions.
    pub(super) fn change_password(
        &self,
        member: MemberId,
        session: Option<SessionId>,
        present: &str,
        new: &str,
    ) -> Result<(), SignInError> {
        let kept = self.store.password(member)?;
        let address = secret::hash(&format!("member {member}"));
        if !self.attempts.may(&address, self.now()) {
            return Err(SignInError::TooMany);
        }
        if kept.is_some() && !password::verify(present, kept.as_deref()) {
            self.tell_refused(Proof::Password);
            return Err(SignInError::Refused);
        }
        let phc = password::hash(new)?;
        self.attempts.forget(&address);
        self.store.set_password(member, &phc)?;
        let caller = self.principal_now(member);
        self.tell(&caller, Action::MemberChanged, format!("members/{member}"), [("changed", "password".to_owned())]);
        self.end_sessions(member, session)?;
        Ok(())
    }

    /// The invite that a secret is of, if it can be redeemed.
    pub(super) fn open_invite(&self, given: &str) -> Result<Option<Invite>, IdentityError> {
        let found = self.store.invite(&secret::hash(given))?;
        Ok(found.filter(|invite| invite.check_open(self.now()).is_ok()))
    }

    /// Makes a member of an invite, and starts a session.
    pub(super) fn redeem(
        &self,
        given: &str,
        name: Option<&DisplayName>,
    ) -> Result<(MemberId, Credentials), SignInError> {
        let in_turn = self.in_turn();
        let redeemed = self.store.redeem_invite(&secret::hash(given), name, self.now());
        let member: Member = match redeemed {
            Ok(member) => member,
            Err(IdentityError::UnknownInvite | IdentityError::InviteRefused(_)) => {
                self.tell_refused(Proof::Invite);
                return Err(SignInError::Refused);
            }
            Err(error) => return Err(error.into()),
        };
        let id = member.id;
        self.directory_mut().put_member(member);
        drop(in_turn);
        self.tell_of_member(id, Action::Invite, None);
        Ok((id, self.start_session(id, Proof::Invite)?))
    }

    /// The principal of a member as the next call would have it.
    pub(super) fn principal_now(&self, id: MemberId) -> Principal {
        let directory = self.directory();
        let member = directory.members.get(&id);
        let principal = member.and_then(|member| directory.principal_of(member, None, self.is_demo_park()));
        principal.unwrap_or(Principal::Visitor)
    }
}

fn generate() -> Result<Secret, SignInError> {
    Secret::generate().map_err(|error| SignInError::Token(error.to_string()))
}
