//! Briefs that are kept: whose they are, and who else may read them.

use std::fmt;

use jiff::Timestamp;

use crate::identity::{DisplayName, MemberId, Organisation, Principal, Role};
use crate::record::{Code, Revision};

/// Briefs that an organisation keeps at most.
pub const MOST_SAVED: usize = 200;

/// Bytes that a kept brief has at most, as the wire has it. Forty criteria with all their words are a tenth of it.
pub const MOST_SAVED_BYTES: usize = 32 * 1024;

/// A kept brief's number. It is drawn at random: one that is counted would tell a firm how many briefs others keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BriefId(pub u64);

impl BriefId {
    /// The number of eight random bytes. It has 63 bits, and none is 0.
    pub const fn from_random(bytes: [u8; 8]) -> Self {
        match u64::from_be_bytes(bytes) >> 1 {
            0 => Self(1),
            number => Self(number),
        }
    }
}

impl fmt::Display for BriefId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A brief that an organisation keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedBrief {
    /// Its number.
    pub id: BriefId,
    /// Whose it is.
    pub organisation: Code,
    /// Who kept it first.
    pub author: MemberId,
    /// What that member was called then.
    pub author_name: String,
    /// What it is called.
    pub title: DisplayName,
    /// The brief as it was given, in the encoding of the wire. It was checked before it came here.
    pub content: Vec<u8>,
    /// The revision that it was last answered at; none if it never was.
    pub matched_at: Option<Revision>,
    /// When it was kept first.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// Counts its changes, from 1.
    pub version: u64,
}

/// What someone may do with the briefs of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standpoint {
    /// Nothing: not even know that there are any.
    Outside,
    /// Read them.
    Host,
    /// Read and change them.
    Owner,
}

impl Standpoint {
    /// How someone stands to the briefs of `owner`. They are its members', and those read them who host it; the government
    /// and the operator do not.
    pub fn of(principal: &Principal, owner: &Organisation) -> Self {
        let Principal::Member { organisation, .. } = principal else { return Self::Outside };
        if organisation == owner.code() {
            Self::Owner
        } else if owner.host() == Some(organisation) && principal.has(Role::Host) {
            Self::Host
        } else {
            Self::Outside
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{OrganisationKind, Tier};
    use crate::record::Language;

    #[test]
    fn briefs_are_their_owners_and_their_hosts_to_read() {
        let names = [(Language::En, "A firm".to_owned())].into_iter().collect();
        let (code, zone) = ("firm".parse().unwrap(), "Asia/Tokyo".parse().unwrap());
        let firm =
            Organisation::new(code, OrganisationKind::Firm, names, zone, vec![Language::En], Tier::Investor).unwrap();
        let hosted = firm.clone().hosted_by(Some("tokyo".parse().unwrap())).unwrap();
        let member = |organisation: &str, role, tier| Principal::Member {
            id: MemberId(1),
            name: "x".to_owned(),
            organisation: organisation.parse().unwrap(),
            roles: [role].into(),
            tier,
        };
        let cases = [
            (member("firm", Role::Interpreter, Tier::Public), Standpoint::Owner, Standpoint::Owner),
            (member("tokyo", Role::Host, Tier::Negotiating), Standpoint::Host, Standpoint::Outside),
            (member("tokyo", Role::Interpreter, Tier::Negotiating), Standpoint::Outside, Standpoint::Outside),
            (member("berlin", Role::Host, Tier::Negotiating), Standpoint::Outside, Standpoint::Outside),
            (member("other-firm", Role::Investor, Tier::Negotiating), Standpoint::Outside, Standpoint::Outside),
            (member("bureau", Role::Admin, Tier::Government), Standpoint::Outside, Standpoint::Outside),
            (Principal::Operator, Standpoint::Outside, Standpoint::Outside),
            (Principal::Visitor, Standpoint::Outside, Standpoint::Outside),
        ];
        for (principal, with_host, without) in cases {
            let found = (Standpoint::of(&principal, &hosted), Standpoint::of(&principal, &firm));
            assert_eq!(found, (with_host, without), "{principal:?}");
        }
    }

    #[test]
    fn a_number_is_good_for_every_store() {
        assert_eq!(BriefId::from_random([0; 8]), BriefId(1));
        assert_eq!(BriefId::from_random([255; 8]).0, i64::MAX as u64);
    }
}
