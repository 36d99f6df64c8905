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
    /// What the bureau's provider says.
    OpenId,
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
            Self::OpenId => "openid connect",
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

#[cfg(test)]
mod tests {
    use cloudsite_proto::identity as wire;

    use super::super::Api;
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn who_comes_goes_and_is_changed_is_told_and_no_secret() {
        let sample = Sample::new(true);
        let (identity, api) = (&sample.identity, Api(sample.identity.clone()));
        let secret = sample.links[0].path.rsplit('/').next().unwrap().to_owned();
        identity.follow_link(&secret).unwrap();
        let request = wire::CreateMemberRequest {
            organisation: "organisations/tokyo".to_owned(),
            display_name: "Sato".to_owned(),
            email: "sato@example.org".to_owned(),
            roles: vec![wire::Role::Host.into()],
            password: "correct horse battery".to_owned(),
        };
        api.create_member(&Principal::Operator, request).unwrap();
        for _ in 0..3 {
            assert!(identity.sign_in("sato@example.org", "battery").is_err());
        }
        let (member, _) = identity.sign_in("sato@example.org", "correct horse battery").unwrap();
        identity.end_sessions(member, None).unwrap();
        let mut told = Vec::new();
        let flushed = identity.around.journal.flush(true, |happenings| {
            told = happenings;
            Ok::<(), ()>(())
        });
        assert_eq!(flushed, Ok(()));
        let lines: Vec<String> = told
            .iter()
            .map(|event| format!("{} {} {} {:?}", event.actor.label, event.action, event.subject, event.detail))
            .collect();
        let all = lines.join("\n");
        for expected in [
            "sign_in members/1 {\"by\": \"demo link\"}",
            "operator member_changed members/8 {\"changed\": \"created\", \"organisation\": \"tokyo\"",
            "Sato (tokyo, member 8) sign_in members/8 {\"by\": \"password\"}",
            "visitor sign_in_refused password {",
            "\"times\": \"3\"",
        ] {
            assert!(all.contains(expected), "{expected} is not in\n{all}");
        }
        for never in [secret.as_str(), "correct horse", "battery", "sato@"] {
            assert!(!all.contains(never), "{never} is in\n{all}");
        }
    }
}
