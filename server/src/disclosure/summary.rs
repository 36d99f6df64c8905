//! What each organisation has been given, for an auditor.

use std::collections::BTreeMap;

use cloudsite_domain::disclosure::Cover;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Code;
use cloudsite_store::StoreError;
use cloudsite_store::extent::{Escalation, ExtentStore, GivenCell};
use jiff::Timestamp;

/// What an organisation has been given.
#[derive(Debug)]
pub(crate) struct Summary {
    /// The organisation's code.
    pub(crate) organisation: Code,
    /// How much as what tier, km².
    pub(crate) area_km2: BTreeMap<Tier, f64>,
    /// The largest piece of all that hangs together, km².
    pub(crate) contiguous_km2: f64,
    /// When the first and when the latest cell was given.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    /// What was refused, because it would have been too much.
    pub(crate) refused: Option<Escalation>,
}

#[derive(Default)]
struct Given {
    whole: Cover,
    tiers: BTreeMap<Tier, Cover>,
    span: Option<(Timestamp, Timestamp)>,
}

/// What `store` has of each organisation, by code. Blocks.
pub(crate) fn summaries(store: &dyn ExtentStore) -> Result<Vec<Summary>, StoreError> {
    let mut all = BTreeMap::<Code, Given>::new();
    for GivenCell { organisation, tier, cell, at } in store.given()? {
        let given = all.entry(organisation).or_default();
        // Without a limit nothing is refused.
        let _added = given.whole.add([cell], f64::INFINITY);
        let _added = given.tiers.entry(tier).or_default().add([cell], f64::INFINITY);
        given.span = Some(given.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
    }
    let mut refused: BTreeMap<Code, Escalation> =
        store.escalations()?.into_iter().map(|refused| (refused.organisation.clone(), refused)).collect();
    for organisation in refused.keys() {
        all.entry(organisation.clone()).or_default();
    }
    let summary = |(organisation, given): (Code, Given)| Summary {
        area_km2: given.tiers.iter().map(|(tier, cover)| (*tier, cover.area_m2() / 1e6)).collect(),
        contiguous_km2: given.whole.contiguous_m2() / 1e6,
        span: given.span,
        refused: refused.remove(&organisation),
        organisation,
    };
    Ok(all.into_iter().map(summary).collect())
}
