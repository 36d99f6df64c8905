//! A place as a brief looks at it.

use jiff::civil::Date;

use super::quantity::{Quality, Quantity};
use crate::record::{Code, Confidence, Parcel, Source, SourcedField, ZoneKind, supply_at};

/// A parcel that may be chosen, as whoever asks is given it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its code.
    pub code: &'a Code,
    /// Its area, m².
    pub area_m2: f64,
    /// What the record says of it.
    pub parcel: &'a Parcel,
    /// The kind of the zone that it lies in; none for land in no zone, or in one that is not known.
    pub zone: Option<ZoneKind>,
}

/// What the record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// So much.
    Amount(f64),
    /// This.
    Word(String),
    /// Nothing.
    Unknown,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// By name; empty where whoever asks is not told.
    pub source: String,
    /// When it was said.
    pub as_of: Date,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

impl From<&Source> for Told {
    fn from(source: &Source) -> Self {
        Self { source: source.source.clone(), as_of: source.as_of, confidence: source.confidence }
    }
}

impl Candidate<'_> {
    /// How much there is of a quantity on a day, and who says so.
    pub(super) fn amount(&self, quantity: Quantity, day: Date) -> (Option<f64>, Option<Told>) {
        let parcel = self.parcel;
        let of = |field: SourcedField, value: Option<f64>| (value, parcel.sources.of(field).map(Told::from));
        match quantity {
            Quantity::Area => (Some(self.area_m2), None),
            Quantity::PlotRatio => of(SourcedField::PlotRatio, parcel.plot_ratio.max),
            Quantity::SiteCoverage => of(SourcedField::SiteCoverage, parcel.site_coverage.max),
            Quantity::Height => of(SourcedField::HeightLimit, parcel.height_limit_m),
            Quantity::TenureYears => {
                of(SourcedField::Tenure, parcel.tenure.as_ref().map(|tenure| f64::from(tenure.years)))
            }
            Quantity::Price => match &parcel.price {
                Some(price) => (Some(price.cny_per_m2), Some(told(&price.source, price.as_of, price.confidence))),
                None => (None, None),
            },
            _ => {
                let supply = quantity.supply().and_then(|kind| supply_at(&parcel.supplies, kind, day));
                let who = supply.map(|supply| told(&supply.source, supply.as_of, supply.confidence));
                (supply.and_then(|supply| supply.capacity), who)
            }
        }
    }

    /// The first day after `day` on which there will be at least so much of a supply.
    pub(super) fn from_day(&self, quantity: Quantity, least: f64, day: Date) -> Option<Date> {
        let kind = quantity.supply()?;
        let later = self.parcel.supplies.iter().filter(|supply| supply.kind == kind);
        let enough = later.filter(|supply| supply.capacity.is_some_and(|capacity| capacity >= least));
        enough.filter_map(|supply| supply.from).filter(|from| *from > day).min()
    }

    /// What a quality is, and who says so.
    pub(super) fn word(&self, quality: Quality) -> (Option<&str>, Option<Told>) {
        let parcel = self.parcel;
        let of = |field: SourcedField| parcel.sources.of(field).map(Told::from);
        match quality {
            Quality::Status => {
                (Some(parcel.status.as_str()).filter(|word| *word != "unknown"), of(SourcedField::Status))
            }
            Quality::Acquisition => (parcel.acquisition.map(|way| way.as_str()), of(SourcedField::Acquisition)),
            Quality::ZoneKind => (self.zone.map(|kind| kind.as_str()), None),
            Quality::LandUse => (parcel.land_use.as_ref().map(|code| code.as_str()), of(SourcedField::LandUse)),
            Quality::Tenure => (parcel.tenure.as_ref().map(|tenure| tenure.kind.as_str()), of(SourcedField::Tenure)),
        }
    }
}

fn told(source: &str, as_of: Date, confidence: Option<Confidence>) -> Told {
    Told { source: source.to_owned(), as_of, confidence }
}
