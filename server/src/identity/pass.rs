//! Passes for tiles: what the address of a tile holds that is not for everyone. A pass names a tier, an organisation and an
//! end, and is good for whoever has it, since programs that draw maps send neither cookies nor tokens with a tile.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cloudsite_domain::identity::{Principal, Tier};
use cloudsite_domain::record::Code;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Identity;
use super::token::{NotSealed, open_claims, seal_claims};

/// Binds passes to this use of the keys.
const PURPOSE: &[u8] = b"cloudsite tiles";

/// Passes end with the hour after the one in which they are given, so all that are given within an hour are the same and a
/// browser can keep what it has fetched by them.
const HOUR_SECS: i64 = 3_600;

/// Passes that are kept; when there are more, all are sealed anew.
const MOST_KEPT: usize = 4_096;

/// Who is given something, as far as it matters for what and how much.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Recipient {
    /// How much they may hold.
    pub(crate) tier: Tier,
    /// The code of the organisation; none for the operator.
    pub(crate) organisation: Option<Code>,
    /// Whether this is the government, which has everything already: what it looks at as others do is written down, but
    /// held against no limit.
    pub(crate) is_government: bool,
}

impl From<&Principal> for Recipient {
    fn from(principal: &Principal) -> Self {
        let organisation = match principal {
            Principal::Member { organisation, .. } => Some(organisation.clone()),
            Principal::Visitor | Principal::Operator => None,
        };
        Self { organisation, ..Self::of_tier(principal.tier()) }
    }
}

impl Recipient {
    /// Nobody in particular.
    pub(crate) const fn public() -> Self {
        Self::of_tier(Tier::Public)
    }

    /// Someone of a tier and of no organisation.
    pub(crate) const fn of_tier(tier: Tier) -> Self {
        Self { tier, organisation: None, is_government: matches!(tier, Tier::Government) }
    }

    /// The same, given no more than a tier.
    #[must_use]
    pub(crate) fn seeing(self, tier: Tier) -> Self {
        Self { tier: tier.min(self.tier), ..self }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    tier: Tier,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Code>,
    #[serde(default)]
    is_government: bool,
    /// Seconds since 1970.
    exp: i64,
}

/// Passes that were sealed within this hour.
#[derive(Default)]
pub(super) struct Passes(Mutex<HashMap<(Recipient, i64), String>>);

impl Identity {
    /// The pass of a recipient and its end; none for whoever gets no more than the public.
    pub(crate) fn tile_pass(&self, recipient: &Recipient) -> Result<Option<(String, Timestamp)>, NotSealed> {
        if recipient.tier == Tier::Public {
            return Ok(None);
        }
        let exp = (self.now().as_second().div_euclid(HOUR_SECS) + 2) * HOUR_SECS;
        let until = Timestamp::from_second(exp).map_err(|_| NotSealed)?;
        let key = (recipient.clone(), exp);
        let mut kept = self.passes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pass) = kept.get(&key) {
            return Ok(Some((pass.clone(), until)));
        }
        let Recipient { tier, organisation, is_government } = key.0.clone();
        let pass = seal_claims(&self.keys, PURPOSE, &Claims { tier, organisation, is_government, exp })?;
        kept.retain(|(_, other), _| *other == exp);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, pass.clone());
        Ok(Some((pass, until)))
    }

    /// For whom a pass is; none if it is not one of ours, is over, or its organisation is no longer of that tier.
    pub(crate) fn open_tile_pass(&self, pass: &str) -> Option<Recipient> {
        let Claims { tier, organisation, is_government, exp } = open_claims(&self.keys, PURPOSE, pass)?;
        if self.now().as_second() >= exp {
            return None;
        }
        if let Some(code) = &organisation
            && self.directory().organisations.get(code)?.tier() < if is_government { Tier::Government } else { tier }
        {
            return None;
        }
        Some(Recipient { tier, organisation, is_government })
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::identity::{MemberId, Role};

    use super::super::sample::Sample;
    use super::*;

    fn member(organisation: &str, tier: Tier) -> Principal {
        let (name, organisation) = ("x".to_owned(), organisation.parse().unwrap());
        Principal::Member { id: MemberId(1), name, organisation, roles: [Role::Investor].into(), tier }
    }

    #[test]
    fn a_pass_is_one_organisations_for_an_hour_or_two() {
        let sample = Sample::new(true);
        let identity = &sample.identity;
        let firm = member("example-firm", Tier::Investor);
        let of = |principal: &Principal| identity.tile_pass(&Recipient::from(principal)).unwrap();
        let (pass, until) = of(&firm).unwrap();
        let left = until.as_second() - identity.now().as_second();
        assert!((HOUR_SECS..=2 * HOUR_SECS).contains(&left), "{left} s");
        let recipient = Recipient::from(&firm);
        assert_eq!(identity.open_tile_pass(&pass), Some(recipient));
        assert_eq!(of(&firm).unwrap().0, pass, "so that a browser keeps its tiles");
        assert_ne!(of(&member("tokyo", Tier::Investor)).unwrap().0, pass);
        assert_eq!(of(&Principal::Visitor), None);
        let (more, _) = of(&member("example-firm", Tier::Government)).unwrap();
        assert_eq!(identity.open_tile_pass(&more), None, "the firm is not of that tier");
        for bad in ["", "x", &pass[..pass.len() - 2]] {
            assert_eq!(identity.open_tile_pass(bad), None, "{bad}");
        }
        sample.pass(2 * HOUR_SECS);
        assert_eq!(identity.open_tile_pass(&pass), None, "it is over");
        assert_ne!(of(&firm).unwrap().0, pass);
    }

    #[test]
    fn whoever_looks_as_a_lower_tier_is_given_no_more() {
        let firm = Recipient::from(&member("example-firm", Tier::Negotiating));
        let as_investor = firm.clone().seeing(Tier::Investor);
        assert_eq!(
            (as_investor.tier, &as_investor.organisation),
            (Tier::Investor, &firm.organisation),
            "it counts still"
        );
        assert_eq!(firm.clone().seeing(Tier::Government), firm);
        let bureau = Recipient::from(&member("demo-bureau", Tier::Government));
        assert_eq!(bureau.clone().seeing(Tier::Government), bureau);
        let looking = bureau.clone().seeing(Tier::Investor);
        assert_eq!((looking.tier, &looking.organisation), (Tier::Investor, &bureau.organisation));
        assert!(looking.is_government && !as_investor.is_government, "no limit is held against the government");
        assert_eq!(Recipient::public().seeing(Tier::Negotiating), Recipient::public());
    }
}
