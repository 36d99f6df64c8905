//! Members of organisations.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MemberId, Organisation, Principal, Role};
use crate::record::Code;
use crate::record::terms::terms;

/// A name that revisions and lists show: 1 to 100 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

/// A text that is no name to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 100 characters on one line, no space at either end")]
pub struct InvalidDisplayName;

impl DisplayName {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = InvalidDisplayName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Marks that turn the direction of writing make a name look like another in a log.
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
        let clean = text.trim() == text && !text.chars().any(|c| c.is_control() || turns(c));
        let fits = (1..=100).contains(&text.chars().count());
        if clean && fits { Ok(Self(text.to_owned())) } else { Err(InvalidDisplayName) }
    }
}

impl TryFrom<String> for DisplayName {
    type Error = InvalidDisplayName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address by which a member signs in, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not an email address")]
pub struct InvalidEmail;

impl Email {
    /// The address's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let clean = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_control() || c.is_whitespace());
        let whole = text.len() <= 254 && clean(local) && clean(domain) && !local.contains('@');
        if whole { Ok(Self(text.to_lowercase())) } else { Err(InvalidEmail) }
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

terms! {
    /// Whether a member can sign in.
    MemberState, "state of a member";
    /// Can.
    Active = "active",
    /// Cannot, until enabled again.
    Disabled = "disabled",
}

/// A step that the present state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is {from} cannot be {asked}")]
pub struct InvalidTransition {
    /// The present state.
    pub from: &'static str,
    /// What was asked for.
    pub asked: &'static str,
}

/// Someone who belongs to an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member's number.
    pub id: MemberId,
    /// The organisation's code.
    pub organisation: Code,
    /// What to call the member.
    pub name: DisplayName,
    /// Where to write to, and what to sign in with.
    pub email: Option<Email>,
    /// What the member may do.
    pub roles: BTreeSet<Role>,
    /// Whether the member can sign in.
    pub state: MemberState,
    /// Since when.
    pub created_at: Timestamp,
    /// Made for the demo park; of no use on another.
    pub demo: bool,
    /// Counts the changes, from 1.
    pub version: u64,
}

impl Member {
    /// Keeps the member from signing in.
    pub fn disable(self) -> Result<Self, InvalidTransition> {
        match self.state {
            MemberState::Active => Ok(Self { state: MemberState::Disabled, ..self }),
            MemberState::Disabled => Err(InvalidTransition { from: "disabled", asked: "disabled" }),
        }
    }

    /// Lets the member sign in again.
    pub fn enable(self) -> Result<Self, InvalidTransition> {
        match self.state {
            MemberState::Disabled => Ok(Self { state: MemberState::Active, ..self }),
            MemberState::Active => Err(InvalidTransition { from: "active", asked: "enabled" }),
        }
    }

    /// The principal of the member's calls; none while disabled. `roles` limits what it has, for a service token.
    pub fn principal(&self, organisation: &Organisation, limit: Option<&BTreeSet<Role>>) -> Option<Principal> {
        let within = |role: &&Role| limit.is_none_or(|limit| limit.contains(*role));
        (self.state == MemberState::Active).then(|| Principal::Member {
            id: self.id,
            name: self.name.to_string(),
            organisation: self.organisation.clone(),
            roles: self.roles.iter().filter(within).copied().collect(),
            tier: organisation.tier(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OrganisationKind, Tier};
    use super::*;
    use crate::record::Language;

    fn member() -> Member {
        Member {
            id: MemberId(7),
            organisation: "bureau".parse().unwrap(),
            name: "陈 Chen".parse().unwrap(),
            email: Some("Chen@Example.org".parse().unwrap()),
            roles: [Role::Editor, Role::Host].into(),
            state: MemberState::Active,
            created_at: Timestamp::UNIX_EPOCH,
            demo: false,
            version: 1,
        }
    }

    fn bureau() -> Organisation {
        let names = [(Language::Zh, "规划局".to_owned())].into_iter().collect();
        let (code, zone) = ("bureau".parse().unwrap(), "Asia/Shanghai".parse().unwrap());
        Organisation::new(code, OrganisationKind::Bureau, names, zone, vec![Language::Zh], Tier::Government).unwrap()
    }

    #[test]
    fn a_disabled_member_makes_no_calls() {
        let disabled = member().disable().unwrap();
        assert_eq!(disabled.principal(&bureau(), None), None);
        assert!(disabled.clone().disable().is_err(), "it is already");
        let enabled = disabled.enable().unwrap();
        assert_eq!(enabled, member());
        assert!(enabled.enable().is_err(), "it is already");
    }

    #[test]
    fn a_limit_takes_roles_and_gives_none() {
        let cases: [(Option<&[Role]>, &[Role]); 3] = [
            (None, &[Role::Host, Role::Editor]),
            (Some(&[Role::Host, Role::Admin]), &[Role::Host]),
            (Some(&[Role::Admin]), &[]),
        ];
        for (limit, expected) in cases {
            let limit = limit.map(|limit| limit.iter().copied().collect());
            let principal = member().principal(&bureau(), limit.as_ref()).unwrap();
            for role in Role::ALL {
                assert_eq!(principal.has(*role), expected.contains(role), "{role} within {limit:?}");
            }
            assert_eq!(principal.tier(), Tier::Government);
        }
    }

    #[test]
    fn names_and_addresses_are_read_strictly() {
        for bad in ["", " x", "x ", "a\nb", "\u{202e}nimda", &"x".repeat(101)] {
            assert!(bad.parse::<DisplayName>().is_err(), "{bad:?} is no name");
        }
        assert_eq!(member().email.unwrap().as_str(), "chen@example.org");
        for bad in ["", "chen", "@example.org", "chen@", "a b@example.org", "a@b@example.org", "a@b\n.org"] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?} is no address");
        }
    }
}
