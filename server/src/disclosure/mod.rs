//! Disclosure while the server runs: the policy that this program was built with, and what has been given to whom.

mod desk;
mod guard;
mod ledger;
mod summary;

use std::sync::LazyLock;

use cloudsite_domain::disclosure::Policy;

pub(crate) use desk::{Channel, Delivery, Desk, Parcelled};
pub(crate) use guard::Refused;
pub(crate) use summary::{Summary, summaries};

/// The policy that this program was built with.
pub(crate) fn policy() -> &'static Policy {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| {
        let text = include_str!("../../../assets/rules/disclosure.json");
        Policy::parse(text).expect("the policy was read when the program was tested")
    });
    &POLICY
}
