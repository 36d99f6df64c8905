//! Who someone is to the park: organisations, roles, disclosure tiers, and the principal that a call is made by.

mod principal;
mod role;
mod tier;

pub use principal::{MemberId, Principal};
pub use role::Role;
pub use tier::Tier;
