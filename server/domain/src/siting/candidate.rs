//! A place as a brief looks at it.

use std::fmt;

use jiff::civil::Date;

use super::fit::{Fit, Footprint, fit};
use super::quantity::{Quality, Quantity};
use crate::geometry::Shape;
use crate::record::{
    Acquisition, Code, Confidence, LandUse, Parcel, ParcelStatus, Source, SourcedField, ZoneKind, supply_at,
};
use crate::route::{Kind, Network, Vehicle};

/// A parcel that may be chosen, as whoever asks is given it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its code.
    pub code: &'a Code,
    /// Its area, m².
    pub area_m2: f64,
    /// Its shape; none where nobody is told it.
    pub shape: Option<&'a Shape>,
    /// What the record says of it.
    pub parcel: &'a Parcel,
    /// The kind of the zone that it lies in; none for land in no zone, or in one that is not known.
    pub zone: Option<ZoneKind>,
    /// The roads around it; none where nobody knows them.
    pub roads: Option<&'a dyn Roads>,
}

/// Roads to be asked how long it takes. Made into a network no sooner than that.
pub trait Roads: fmt::Debug + Sync {
    /// As a network.
    fn network(&self) -> &Network;
}

impl Roads for Network {
    fn network(&self) -> &Network {
        self
    }
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

impl<'a> Candidate<'a> {
    /// How much there is of a quantity on a day.
    pub(super) fn amount(&self, quantity: Quantity, day: Date) -> Option<f64> {
        let parcel = self.parcel;
        match quantity {
            Quantity::Area => Some(self.area_m2),
            Quantity::PlotRatio => parcel.plot_ratio.max,
            Quantity::SiteCoverage => parcel.site_coverage.max,
            Quantity::Height => parcel.height_limit_m,
            Quantity::TenureYears => parcel.tenure.as_ref().map(|tenure| f64::from(tenure.years)),
            Quantity::Price => parcel.price.as_ref().map(|price| price.cny_per_m2),
            _ => match quantity.travel() {
                Some(by) => self.minutes(by),
                None => quantity.supply().and_then(|kind| parcel.capacity_at(kind, day)),
            },
        }
    }

    /// How many minutes it takes to the nearest place of a kind, in tenths: more is not known of speeds that are assumed.
    fn minutes(&self, by: (Kind, Vehicle)) -> Option<f64> {
        let found = self.roads?.network().minutes(self.shape?, &[by]);
        found.into_iter().next()?.ok().map(|minutes| (minutes * 10.0).round() / 10.0)
    }

    /// Who says how much there is of a quantity on a day.
    pub(super) fn told_amount(&self, quantity: Quantity, day: Date) -> Option<Told> {
        let field = match quantity {
            Quantity::Area => return None,
            Quantity::PlotRatio => SourcedField::PlotRatio,
            Quantity::SiteCoverage => SourcedField::SiteCoverage,
            Quantity::Height => SourcedField::HeightLimit,
            Quantity::TenureYears => SourcedField::Tenure,
            Quantity::Price => {
                return self.parcel.price.as_ref().map(|price| told(&price.source, price.as_of, price.confidence));
            }
            _ if quantity.travel().is_some() => {
                self.amount(quantity, day)?;
                let travel = self.roads?.network().travel();
                return Some(told(&travel.source.to_string(), travel.from, None));
            }
            _ => {
                let supply = quantity.supply().and_then(|kind| supply_at(&self.parcel.supplies, kind, day));
                return supply.map(|supply| told(&supply.source, supply.as_of, supply.confidence));
            }
        };
        self.parcel.sources.of(field).map(Told::from)
    }

    /// The first day after `day` on which a supply will be within its bounds.
    pub(super) fn enough_from(&self, quantity: Quantity, (min, max): (f64, Option<f64>), day: Date) -> Option<Date> {
        let kind = quantity.supply()?;
        let later = self.parcel.supplies.iter().filter(|supply| supply.kind == kind).filter_map(|supply| supply.from);
        let within = |from: &Date| {
            let capacity = self.parcel.capacity_at(kind, *from);
            *from > day && capacity.is_some_and(|amount| amount >= min && max.is_none_or(|max| amount <= max))
        };
        later.filter(within).min()
    }

    /// Whether a building has room.
    pub(super) fn fit(&self, footprint: Footprint) -> Fit {
        self.shape.map_or(Fit::Unknown, |shape| fit(footprint, self.parcel, shape))
    }

    /// What a quality is.
    pub(super) fn word(&self, quality: Quality) -> Option<&'a str> {
        let parcel = self.parcel;
        match quality {
            Quality::Status => Some(parcel.status.as_str()).filter(|word| *word != ParcelStatus::Unknown.as_str()),
            Quality::Acquisition => parcel.acquisition.map(Acquisition::as_str),
            Quality::ZoneKind => self.zone.map(ZoneKind::as_str),
            Quality::LandUse => parcel.land_use.as_ref().map(LandUse::as_str),
            Quality::Tenure => parcel.tenure.as_ref().map(|tenure| tenure.kind.as_str()),
        }
    }

    /// Who says what a quality is.
    pub(super) fn told_word(&self, quality: Quality) -> Option<Told> {
        let field = match quality {
            Quality::Status => SourcedField::Status,
            Quality::Acquisition => SourcedField::Acquisition,
            Quality::ZoneKind => return None,
            Quality::LandUse => SourcedField::LandUse,
            Quality::Tenure => SourcedField::Tenure,
        };
        self.parcel.sources.of(field).map(Told::from)
    }
}

fn told(source: &str, as_of: Date, confidence: Option<Confidence>) -> Told {
    Told { source: source.to_owned(), as_of, confidence }
}
