//! Who makes a call.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Role, Tier};
use crate::record::Code;

/// A member's number, given by the store and never given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub u64);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who makes a call, as far as that has been proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody in particular.
    Visitor,
    /// Whoever can read the data folder: the operator's command line.
    Operator,
    /// A member of an organisation.
    Member {
        /// Who.
        id: MemberId,
        /// The name that revisions and the audit log say.
        name: String,
        /// The organisation's code.
        organisation: Code,
        /// What the member may do.
        roles: BTreeSet<Role>,
        /// How much of the record the organisation may be given.
        tier: Tier,
    },
}

impl Principal {
    /// Whether it has a role. The operator has all: who can read the data folder can do anything to it.
    pub fn has(&self, role: Role) -> bool {
        match self {
            Self::Visitor => false,
            Self::Operator => true,
            Self::Member { roles, .. } => roles.contains(&role),
        }
    }

    /// How much of the record it may be given.
    pub const fn tier(&self) -> Tier {
        match self {
            Self::Visitor => Tier::Public,
            Self::Operator => Tier::Government,
            Self::Member { tier, .. } => *tier,
        }
    }

    /// What revisions and the audit log call it.
    pub fn label(&self) -> String {
        match self {
            Self::Visitor => "visitor".to_owned(),
            Self::Operator => "operator".to_owned(),
            Self::Member { id, name, organisation, .. } => format!("{name} ({organisation}, member {id})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_the_roles_given_and_no_other() {
        let member = Principal::Member {
            id: MemberId(7),
            name: "Chen".to_owned(),
            organisation: "bureau".parse().unwrap(),
            roles: [Role::Editor].into(),
            tier: Tier::Government,
        };
        assert!(member.has(Role::Editor) && !member.has(Role::Approver));
        assert_eq!(member.label(), "Chen (bureau, member 7)");
        for role in Role::ALL {
            assert!(Principal::Operator.has(*role) && !Principal::Visitor.has(*role), "{role}");
        }
    }

    #[test]
    fn tiers_include_those_before_them() {
        assert!(Tier::ALL.is_sorted());
        assert_eq!(Principal::Visitor.tier(), Tier::Public);
    }
}
