//! A place as a brief looks at it.

use std::fmt;

use geo_types::Rect;
use jiff::civil::Date;

use super::fit::{Fit, Footprint, Lacking, Room, fit, largest};
use super::neighbours::Neighbours;
use super::quantity::{Quality, Quantity};
use crate::geometry::Shape;
use crate::record::{
    Acquisition, Code, Confidence, HazardClass, LandUse, Offer, Parcel, ParcelStatus, Source, SourcedField, TenureKind,
    ZoneKind, supply_at,
};
use crate::route::{Kind, Network, Vehicle};

/// A parcel, or a floor of a building, that may be chosen, as whoever asks is given it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its code; of a floor its building's.
    pub code: &'a Code,
    /// Its area, m²: of land, or of floor.
    pub area_m2: f64,
    /// Its shape, of a floor its building's; none where nobody is told it.
    pub shape: Option<&'a Shape>,
    /// What the record says of it.
    pub parcel: &'a Parcel,
    /// The kind of the zone that it lies in; none for land in no zone, or in one that is not known.
    pub zone: Option<ZoneKind>,
    /// What lies around it; none where nobody knows that.
    pub around: Option<&'a dyn Surroundings>,
    /// Of a floor that can be let: what is offered. The parcel is then the one that its building stands on.
    pub floor: Option<Floor<'a>>,
}

/// A floor that can be let.
#[derive(Debug, Clone, Copy)]
pub struct Floor<'a> {
    /// What is offered.
    pub offer: &'a Offer,
    /// The day that it is looked at on: until it is free it cannot be had.
    pub on: Date,
}

impl Floor<'_> {
    fn is_free(self) -> bool {
        self.offer.from.is_none_or(|from| from <= self.on)
    }
}

/// What lies around places. Each part is made no sooner than it is asked for.
pub trait Surroundings: fmt::Debug + Sync {
    /// The roads as a network.
    fn network(&self) -> &Network;

    /// The buildings; none where nobody knows them.
    fn neighbours(&self) -> Option<&Neighbours> {
        None
    }

    /// How much free land borders on a parcel, m²; none where nobody knows what does.
    fn expansion_m2(&self, _parcel: &Code) -> Option<f64> {
        None
    }

    /// The areas within some bounds, canonical metres, on which nothing may stand; none where nobody tells of any.
    fn kept_free(&self, _bounds: Rect) -> Option<Vec<&Shape>> {
        None
    }
}

impl Surroundings for Network {
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
        match (quantity, self.floor) {
            (Quantity::Area, _) => Some(self.area_m2),
            _ if quantity.travel().is_some() => self.minutes(quantity.travel()?),
            _ if quantity.neighbour().is_some() => {
                self.around?.neighbours()?.metres(quantity.neighbour()?, self.shape?)
            }
            (_, None) => self.amount_of_land(quantity, day),
            (_, Some(floor)) => amount_of_floor(floor.offer, quantity),
        }
    }

    fn amount_of_land(&self, quantity: Quantity, day: Date) -> Option<f64> {
        let parcel = self.parcel;
        match quantity {
            Quantity::PlotRatio => parcel.plot_ratio.max,
            Quantity::SiteCoverage => parcel.site_coverage.max,
            Quantity::Height => parcel.height_limit_m,
            Quantity::TenureYears => parcel.tenure.as_ref().map(|tenure| f64::from(tenure.years)),
            Quantity::Price => parcel.price.as_ref().map(|price| price.cny_per_m2),
            Quantity::Vibration => parcel.vibration_um_per_s,
            Quantity::Expansion => self.around?.expansion_m2(self.code),
            _ => quantity.supply().and_then(|kind| parcel.capacity_at(kind, day)),
        }
    }

    /// How many minutes it takes to the nearest place of a kind, in tenths: more is not known of speeds that are assumed.
    fn minutes(&self, by: (Kind, Vehicle)) -> Option<f64> {
        let found = self.around?.network().minutes(self.shape?, &[by]);
        found.into_iter().next()?.ok().map(|minutes| (minutes * 10.0).round() / 10.0)
    }

    /// Who says how much there is of a quantity on a day.
    pub(super) fn told_amount(&self, quantity: Quantity, day: Date) -> Option<Told> {
        let field = match quantity {
            Quantity::Rent => {
                let rent = self.floor?.offer.rent.as_ref();
                return rent.map(|rent| told(&rent.source, rent.as_of, rent.confidence));
            }
            _ if self.floor.is_some() && quantity.travel().is_none() => return None,
            Quantity::Vibration => SourcedField::Vibration,
            Quantity::PlotRatio => SourcedField::PlotRatio,
            Quantity::SiteCoverage => SourcedField::SiteCoverage,
            Quantity::Height => SourcedField::HeightLimit,
            Quantity::TenureYears => SourcedField::Tenure,
            Quantity::Price => {
                return self.parcel.price.as_ref().map(|price| told(&price.source, price.as_of, price.confidence));
            }
            _ if quantity.travel().is_some() => {
                self.amount(quantity, day)?;
                let travel = self.around?.network().travel();
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
        let kind = quantity.supply().filter(|_| self.floor.is_none())?;
        let later = self.parcel.supplies.iter().filter(|supply| supply.kind == kind).filter_map(|supply| supply.from);
        let within = |from: &Date| {
            let capacity = self.parcel.capacity_at(kind, *from);
            *from > day && capacity.is_some_and(|amount| amount >= min && max.is_none_or(|max| amount <= max))
        };
        later.filter(within).min()
    }

    /// Whether a building has room. Where on a floor columns and shafts are is in no record; larger than a place no building is,
    /// whatever its shape.
    pub(super) fn fit(&self, footprint: Footprint) -> Fit {
        if footprint.width_m * footprint.depth_m > self.area_m2 {
            return Fit::Fails;
        }
        if self.floor.is_some() {
            return Fit::Unknown(Lacking::FloorPlan);
        }
        let Some(shape) = self.shape else { return Fit::Unknown(Lacking::Outline) };
        let kept_free = self.kept_free(shape);
        fit(footprint, (self.parcel, shape, self.area_m2), kept_free.as_deref())
    }

    /// How much of a building has room; none where nobody knows.
    pub(super) fn room(&self, footprint: Footprint) -> Option<Room> {
        let shape = self.shape.filter(|_| self.floor.is_none())?;
        let kept_free = self.kept_free(shape);
        largest(footprint, (self.parcel, shape, self.area_m2), kept_free.as_deref())
    }

    /// Who says how much room there is: whoever sets how far from the edges one builds.
    pub(super) fn told_room(&self) -> Option<Told> {
        self.parcel.sources.of(SourcedField::Setbacks).filter(|_| self.floor.is_none()).map(Told::from)
    }

    /// What is kept free on or beside a shape; none where nobody tells of any. Places without surroundings have nothing around
    /// them.
    pub(super) fn kept_free(&self, shape: &Shape) -> Option<Vec<&'a Shape>> {
        self.around.map_or_else(|| Some(Vec::new()), |around| around.kept_free(shape.bounds()))
    }

    /// What a quality is.
    pub(super) fn word(&self, quality: Quality) -> Option<&'a str> {
        let parcel = self.parcel;
        match (quality, self.floor) {
            (Quality::Status, Some(floor)) => {
                Some(if floor.is_free() { ParcelStatus::Available } else { ParcelStatus::Planned }.as_str())
            }
            (Quality::Acquisition, Some(floor)) => floor.is_free().then_some(Acquisition::Direct.as_str()),
            (Quality::Tenure, Some(_)) => Some(TenureKind::Lease.as_str()),
            (Quality::HazardClass, Some(_)) => None,
            (Quality::Status, None) => {
                Some(parcel.status.as_str()).filter(|word| *word != ParcelStatus::Unknown.as_str())
            }
            (Quality::Acquisition, None) => parcel.acquisition.map(Acquisition::as_str),
            (Quality::ZoneKind, _) => self.zone.map(ZoneKind::as_str),
            (Quality::LandUse, _) => parcel.land_use.as_ref().map(LandUse::as_str),
            (Quality::Tenure, None) => parcel.tenure.as_ref().map(|tenure| tenure.kind.as_str()),
            (Quality::HazardClass, None) => parcel.hazard_class.map(HazardClass::as_str),
        }
    }

    /// Who says what a quality is.
    pub(super) fn told_word(&self, quality: Quality) -> Option<Told> {
        let field = match quality {
            Quality::ZoneKind => return None,
            Quality::LandUse => SourcedField::LandUse,
            _ if self.floor.is_some() => return None,
            Quality::Status => SourcedField::Status,
            Quality::Acquisition => SourcedField::Acquisition,
            Quality::Tenure => SourcedField::Tenure,
            Quality::HazardClass => SourcedField::HazardClass,
        };
        self.parcel.sources.of(field).map(Told::from)
    }
}

fn amount_of_floor(offer: &Offer, quantity: Quantity) -> Option<f64> {
    match quantity {
        Quantity::FloorArea => Some(offer.area_m2),
        Quantity::ClearHeight => offer.clear_height_m,
        Quantity::FloorLoad => offer.floor_load_kn_per_m2,
        Quantity::Cleanroom => offer.cleanroom_iso.map(f64::from),
        Quantity::Rent => offer.rent.as_ref().map(|rent| rent.cny_per_m2_month),
        // What the building or its land is supplied with is shared among its floors, and no record says how.
        _ => None,
    }
}

fn told(source: &str, as_of: Date, confidence: Option<Confidence>) -> Told {
    Told { source: source.to_owned(), as_of, confidence }
}
