//! What the audit log is told of people: who signed in and out, who was refused, and what was changed about whom. Never a
//! secret, nor an address that someone has tried.

use std::collections::BTreeMap;

use cloudsite_domain::audit::{Action, Actor, Happening};
use cloudsite_domain::identity::{MemberId, Principal};

use super::Identity;
use crate::audit::Counted;

/// By what someone proves to be a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A password.
    Password,
    /// An invite.
    Invite,
    /// A link of the demo park.
    DemoLink,
    /// The refresh token of a session.
    Refresh,
}

impl Proof {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Invite => "invite",
            Self::DemoLink => "demo link",
            Self::Refresh => "refresh token",
        }
    }
}

impl Identity {
    /// Tells of something that a principal has done.
    pub(super) fn tell(
        &self,
        caller: &Principal,
        action: Action,
        subject: impl Into<String>,
        detail: impl IntoIterator<Item = (&'static str, String)>,
    ) {
        let detail: BTreeMap<String, String> = detail.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let happening =
            Happening { at: self.now(), actor: Actor::from(caller), action, subject: subject.into(), detail };
        self.around.journal.tell(happening);
    }

    /// Tells of what a member has done to a session of the own.
    pub(super) fn tell_of_member(&self, member: MemberId, action: Action, by: Option<Proof>) {
        let caller = self.principal_now(member);
        let detail = by.map(|proof| ("by", proof.as_str().to_owned()));
        self.tell(&caller, action, format!("members/{member}"), detail);
    }

    /// Counts a proof that was not good. Whose it was meant to be is not said: it may be the slip of a password.
    pub(super) fn tell_refused(&self, proof: Proof) {
        let counted = Counted {
            action: Action::SignInRefused,
            subject: proof.as_str().to_owned(),
            actor: "visitor".to_owned(),
            organisation: String::new(),
        };
        self.around.journal.count(counted, self.now());
    }
}
