//! Where it is kept what briefs lacked: [`DemandStore`], beside the record's. Nobody who asked is in it.

use std::ops::RangeInclusive;

use cloudsite_domain::siting::demand::Demand;
use jiff::civil::Date;

use crate::StoreError;

/// Counted briefs. Calls block; what has returned is on disk.
pub trait DemandStore: Send + Sync {
    /// Adds what was counted, or takes back what was counted before, all of it or nothing.
    fn add_demand(&self, demand: &Demand) -> Result<(), StoreError>;

    /// What was counted on some days, without what was all taken back.
    fn demand(&self, days: RangeInclusive<Date>) -> Result<Demand, StoreError>;
}
