//! Invites: how someone becomes a member by a link.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{DisplayName, MemberId, Organisation, OrganisationKind, Principal, Role, RolesProblem};
use crate::record::Code;

/// An invite's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteId(pub u64);

/// How long an invite can be good for: two weeks, the time that a visit takes to arrange.
pub const LONGEST_INVITE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The roles that a link can give: never one that writes, approves or keeps anything.
pub const INVITED_ROLES: [Role; 2] = [Role::Investor, Role::Interpreter];

/// Why an invite cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteProblem {
    /// A role that no link gives.
    #[error("a link cannot give the role {0}, only investor and interpreter")]
    Role(Role),
    /// The organisation's members cannot have the roles.
    #[error(transparent)]
    Roles(#[from] RolesProblem),
    /// The caller may not invite into this organisation.
    #[error("a host invites into firms and into the own centre only")]
    NotForCaller,
}

/// Whether `caller` may invite someone with `roles` into `organisation`: an admin anywhere, a host into firms and the
/// own organisation.
pub fn check_invite(
    caller: &Principal,
    organisation: &Organisation,
    roles: &BTreeSet<Role>,
) -> Result<(), InviteProblem> {
    if let Some(role) = roles.iter().find(|role| !INVITED_ROLES.contains(role)) {
        return Err(InviteProblem::Role(*role));
    }
    organisation.kind().check_roles(roles)?;
    let own = matches!(caller, Principal::Member { organisation: own, .. } if own == organisation.code());
    let hosted = caller.has(Role::Host) && (own || organisation.kind() == OrganisationKind::Firm);
    if caller.has(Role::Admin) || hosted { Ok(()) } else { Err(InviteProblem::NotForCaller) }
}

/// What has become of an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InviteState {
    /// Nobody has used it.
    Open,
    /// Someone has become a member by it.
    Redeemed {
        /// When.
        at: Timestamp,
        /// Who that is now.
        member: MemberId,
    },
}

/// Why an invite is good for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteRefused {
    /// Someone has used it.
    #[error("the invite has been used")]
    Spent,
    /// Its time is over.
    #[error("the invite has expired")]
    Expired,
}

/// A promise of membership to whoever comes with its secret first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The invite's number.
    pub id: InviteId,
    /// The organisation to become a member of.
    pub organisation: Code,
    /// What to call the member.
    pub name: DisplayName,
    /// The roles to have.
    pub roles: BTreeSet<Role>,
    /// Who made it, as the principal's label says.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub state: InviteState,
}

impl Invite {
    /// Refuses an invite that cannot be redeemed at a time.
    pub fn check_open(&self, at: Timestamp) -> Result<(), InviteRefused> {
        match self.state {
            InviteState::Redeemed { .. } => Err(InviteRefused::Spent),
            InviteState::Open if at >= self.expires_at => Err(InviteRefused::Expired),
            InviteState::Open => Ok(()),
        }
    }

    /// The invite once `member` has come of it.
    pub fn redeem(self, at: Timestamp, member: MemberId) -> Result<Self, InviteRefused> {
        self.check_open(at)?;
        Ok(Self { state: InviteState::Redeemed { at, member }, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tier;
    use super::*;
    use crate::record::Language;

    fn organisation(code: &str, kind: OrganisationKind) -> Organisation {
        let names = [(Language::En, code.to_owned())].into_iter().collect();
        let (code, zone) = (code.parse().unwrap(), "UTC".parse().unwrap());
        Organisation::new(code, kind, names, zone, vec![Language::En], Tier::Investor).unwrap()
    }

    fn caller(organisation: &str, role: Role) -> Principal {
        Principal::Member {
            id: MemberId(1),
            name: "x".to_owned(),
            organisation: organisation.parse().unwrap(),
            roles: [role].into(),
            tier: Tier::Investor,
        }
    }

    #[test]
    fn who_invites_whom() {
        use OrganisationKind::{Bureau, Centre, Firm};
        let (host, admin) = (caller("tokyo", Role::Host), caller("bureau", Role::Admin));
        let cases = [
            (&host, "firm", Firm, Role::Investor, true),
            (&host, "firm", Firm, Role::Interpreter, true),
            (&host, "tokyo", Centre, Role::Interpreter, true),
            (&host, "tokyo", Centre, Role::Investor, false),
            (&host, "tokyo", Centre, Role::Host, false),
            (&host, "paris", Centre, Role::Interpreter, false),
            (&host, "bureau", Bureau, Role::Interpreter, false),
            (&admin, "paris", Centre, Role::Interpreter, true),
            (&admin, "bureau", Bureau, Role::Editor, false),
            (&Principal::Operator, "bureau", Bureau, Role::Interpreter, true),
            (&Principal::Visitor, "firm", Firm, Role::Investor, false),
            (&caller("firm", Role::Investor), "firm", Firm, Role::Investor, false),
        ];
        for (caller, code, kind, role, allowed) in cases {
            let checked = check_invite(caller, &organisation(code, kind), &[role].into());
            assert_eq!(checked.is_ok(), allowed, "{} invites an {role} into {code}: {checked:?}", caller.label());
        }
        let none = check_invite(&admin, &organisation("firm", Firm), &BTreeSet::new());
        assert_eq!(none, Err(InviteProblem::Roles(RolesProblem::None)));
    }

    #[test]
    fn an_invite_is_good_once_and_not_for_ever() {
        let at = |secs| Timestamp::from_second(secs).unwrap();
        let invite = Invite {
            id: InviteId(1),
            organisation: "firm".parse().unwrap(),
            name: "Guest".parse().unwrap(),
            roles: [Role::Investor].into(),
            created_by: "Host".to_owned(),
            created_at: at(0),
            expires_at: at(100),
            state: InviteState::Open,
        };
        assert_eq!(invite.clone().redeem(at(100), MemberId(9)), Err(InviteRefused::Expired));
        let spent = invite.redeem(at(99), MemberId(9)).unwrap();
        assert_eq!(spent.state, InviteState::Redeemed { at: at(99), member: MemberId(9) });
        assert_eq!(spent.redeem(at(99), MemberId(9)), Err(InviteRefused::Spent));
    }
}
