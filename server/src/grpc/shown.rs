//! What an organisation was shown on a day.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use cloudsite_domain::audit::Event;
use cloudsite_domain::identity::{Tier, TimeZoneName};
use cloudsite_domain::record::Code;
use cloudsite_proto::audit as wire;
use cloudsite_store::StoreError;
use cloudsite_store::identity::IdentityError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::audit_service::time_to_wire;
use super::revision_service::{entry, newest_at};
use super::{Refusal, convert, read};
use crate::identity::{Clock, Identity};
use crate::record::Views;

/// Finds the disclosures to an organisation that the audit log tells of within a time. Blocks.
pub(crate) type Disclosed = Arc<dyn Fn(&Code, Range<Timestamp>) -> Result<Vec<Event>, StoreError> + Send + Sync>;

/// Answers what others were shown.
#[derive(Clone)]
pub(crate) struct Shown {
    /// What they are and were.
    pub(crate) identity: Arc<Identity>,
    /// What there was to show.
    pub(crate) views: Views,
    /// What of it left.
    pub(crate) disclosed: Disclosed,
    /// What day it is.
    pub(crate) clock: Clock,
}

impl Shown {
    /// What an organisation was shown on a day of its calendar. Blocks.
    pub(super) fn find(&self, request: &wire::GetShownRequest) -> Result<wire::GetShownResponse, Refusal> {
        let code = read::code_in("organisations", &request.organisation);
        let code = code.map_err(|problem| Refusal::field("organisation", problem))?;
        let zone = self.identity.time_zone_of(&code).ok_or_else(|| IdentityError::UnknownOrganisation(code.clone()))?;
        let day: Date = request.day.parse().map_err(|error| Refusal::field("day", format!("is no day: {error}")))?;
        let within = bounds(day, &zone).map_err(|error| Refusal::field("day", error))?;
        let now = (self.clock)();
        if within.start > now {
            return Err(Refusal::field("day", "is still to come"));
        }
        let last = now.min(within.end - SignedDuration::from_nanos(1));
        let (since, tier) = self.identity.tier_at(&code, last)?.ok_or_else(|| not_yet(&code, day))?;
        let view = self.views.for_tier(Tier::Government);
        let revision = newest_at(&view, last)?;
        let given = summed((self.disclosed)(&code, within.clone())?);
        Ok(wire::GetShownResponse {
            time_zone: zone.to_string(),
            begins_at: Some(time_to_wire(within.start)),
            ends_at: Some(time_to_wire(within.end)),
            revision: entry(&view, revision)?.as_ref().map(convert::revision_to_wire),
            tier: tier.to_string(),
            tier_since: (since > Timestamp::UNIX_EPOCH).then(|| time_to_wire(since)),
            given,
        })
    }
}

fn not_yet(organisation: &Code, day: Date) -> Refusal {
    Refusal::field("day", format!("is before {organisation} was an organisation here: {day}"))
}

/// When a day begins and when the next one does.
fn bounds(day: Date, zone: &TimeZoneName) -> Result<Range<Timestamp>, jiff::Error> {
    let zone = TimeZone::get(zone.as_str())?;
    let begin = |day: Date| Ok::<_, jiff::Error>(day.to_zoned(zone.clone())?.timestamp());
    Ok(begin(day)?..begin(day.tomorrow()?)?)
}

/// What disclosures come to, by tier, layer and way.
fn summed(disclosures: Vec<Event>) -> Vec<wire::Given> {
    let mut sums = BTreeMap::<(String, String, String), (u64, u64)>::new();
    for Event { happening, .. } in disclosures {
        let detail = |name: &str| happening.detail.get(name).cloned().unwrap_or_default();
        let count = |name: &str| detail(name).parse::<u64>().unwrap_or_default();
        let sum = sums.entry((detail("tier"), happening.subject.clone(), detail("by"))).or_default();
        *sum = (sum.0 + count("replies"), sum.1 + count("features"));
    }
    let given = sums.into_iter().map(|((tier, layer, by), (replies, features))| wire::Given {
        tier,
        layer,
        by,
        replies,
        features,
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_as_long_as_it_is_where_the_organisation_is() {
        let hours = |day: &str, zone: &str| {
            let within = bounds(day.parse().unwrap(), &zone.parse().unwrap()).unwrap();
            (within.start.to_string(), within.end.duration_since(within.start).as_hours())
        };
        assert_eq!(hours("2026-03-12", "Asia/Tokyo"), ("2026-03-11T15:00:00Z".to_owned(), 24));
        assert_eq!(hours("2026-03-29", "Europe/Berlin"), ("2026-03-28T23:00:00Z".to_owned(), 23));
        assert_eq!(hours("2026-10-25", "Europe/Berlin"), ("2026-10-24T22:00:00Z".to_owned(), 25));
    }
}
