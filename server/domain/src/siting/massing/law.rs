//! Law and plan as of a day: what they add to a parcel's record, and who says what a factory is held against.

use jiff::civil::Date;

use super::{Check, Finding, Norms};
use crate::record::{Confidence, Parcel, SourcedField};
use crate::validation::{Parameter, PlanRule, RuleTable, Situation};

/// The rules of a day in a region.
#[derive(Debug, Clone, Copy)]
pub struct Law<'a> {
    /// Where they are written.
    pub table: &'a RuleTable,
    /// The day as of which is asked.
    pub day: Date,
    /// The region that the park lies in, by its code of GB/T 2260, if it is known.
    pub region: Option<&'a str>,
}

/// A rule that something is held against, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTo {
    /// Its id: of law that of the rule table, such as `storey.counted_once`; of the record the field that holds the bound, such
    /// as `parcel.plot_ratio`.
    pub rule: String,
    /// The document, or who says so, or whom to ask; empty where nobody is named.
    pub source: String,
    /// Since when it is in force, or when it was said.
    pub as_of: Option<Date>,
    /// How sure it is, where somebody says.
    pub confidence: Option<Confidence>,
}

impl<'a> Law<'a> {
    /// What it says of a parcel that no parcel's record holds.
    pub fn norms(&self, parcel: &Parcel) -> Norms {
        let rule = |parameter| self.rule(parcel, parameter);
        Norms {
            counted_once_m: rule(Parameter::StoreyCountedOnce).and_then(|rule| rule.at_most),
            least_site_use: rule(Parameter::SiteUse).and_then(|rule| rule.at_least),
            parking_places: rule(Parameter::ParkingPlaces).and_then(|rule| rule.at_least),
        }
    }

    /// What a finding on a parcel is held to; `mask` names a mask by its place among those that the site was made of. Empty
    /// where nobody says.
    pub fn held_to(&self, parcel: &Parcel, finding: &Finding, mask: impl Fn(usize) -> String) -> Vec<HeldTo> {
        let law = |parameter| self.rule(parcel, parameter).map(of_law);
        let masked = |rule: &str| finding.mask.map(|index| plain(rule, mask(index)));
        let held: [Option<HeldTo>; 2] = match finding.check {
            Check::Inside => [Some(plain("parcel.shape", String::new())), None],
            Check::PlotRatio => {
                [recorded(parcel, SourcedField::PlotRatio, finding.is_bounded()), law(Parameter::StoreyCountedOnce)]
            }
            Check::SiteCoverage => [recorded(parcel, SourcedField::SiteCoverage, finding.is_bounded()), None],
            Check::SiteUse => [law(Parameter::SiteUse), None],
            Check::GreenRatio => [recorded(parcel, SourcedField::GreenRatio, finding.is_bounded()), None],
            Check::Height => [recorded(parcel, SourcedField::HeightLimit, finding.is_bounded()), None],
            Check::AirportHeight => [masked("mask.height_limit_m"), None],
            Check::KeptFree => [masked("mask.shape"), None],
            Check::Parking => [law(Parameter::ParkingPlaces), None],
        };
        held.into_iter().flatten().collect()
    }

    /// What the distances from a parcel's sides are held to; none where nobody says.
    pub fn setbacks_held_to(parcel: &Parcel) -> Option<HeldTo> {
        recorded(parcel, SourcedField::Setbacks, parcel.setbacks.is_some())
    }

    fn rule(&self, parcel: &Parcel, parameter: Parameter) -> Option<&'a PlanRule> {
        let Self { table, day, region } = *self;
        let land_use = parcel.land_use.as_ref();
        table.rule(parameter, &Situation { day, region, land_use, building_use: None, tenure: None })
    }
}

/// A field of the record: its value, or who would know it.
fn recorded(parcel: &Parcel, field: SourcedField, is_known: bool) -> Option<HeldTo> {
    let said = parcel.sources.of(field);
    let held = || HeldTo {
        source: said.map(|said| said.source.clone()).unwrap_or_default(),
        as_of: said.map(|said| said.as_of),
        confidence: said.and_then(|said| said.confidence),
        ..plain(&format!("parcel.{field}"), String::new())
    };
    (is_known || said.is_some()).then(held)
}

fn of_law(rule: &PlanRule) -> HeldTo {
    HeldTo { as_of: rule.from, ..plain(&rule.id, rule.source.to_string()) }
}

fn plain(rule: &str, source: String) -> HeldTo {
    HeldTo { rule: rule.to_owned(), source, as_of: None, confidence: None }
}
