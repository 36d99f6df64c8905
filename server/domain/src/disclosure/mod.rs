//! Disclosure: how much of a feature each tier may be given, by a policy that is data.
//!
//! What a tier gets is made of what the next tier gets, so it can never be more. The government's tier gets the record as
//! it is. Below it, what the policy does not open stays closed: fields that are new, attributes that nobody listed.

mod extent;
mod fields;
mod generalise;
mod policy;
mod table;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::identity::Tier;
use crate::record::Feature;

pub use extent::{CELL_AREA_M2, CELL_M, Cell, Cover, TooMuch, cells};
pub use fields::Field;
pub use generalise::on_grid;
pub use policy::{ExtentRule, LayerRule, Policy};
pub use table::InvalidPolicy;

/// What a tier may be given of a feature; none if it may not know of it.
pub fn disclose<'a>(feature: &'a Feature, tier: Tier, policy: &Policy) -> Option<Cow<'a, Feature>> {
    if tier == Tier::Government {
        return Some(Cow::Borrowed(feature));
    }
    let rule = policy.layer(feature.layer());
    if !rule.is_given_to(tier) {
        return None;
    }
    let mut given = feature.clone();
    for step in Tier::ALL.iter().rev().filter(|step| (tier..Tier::Government).contains(step)) {
        rule.narrow(*step, &mut given);
    }
    Some(Cow::Owned(given))
}
