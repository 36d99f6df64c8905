//! Parcels: what may be built on them, how they can be had, and what is supplied to them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::terms::terms;
use super::{Code, Confidence, LandUse, Source, SourcedField, Sources, Supply, SupplyKind, supply};

terms! {
    /// Whether a parcel can be had.
    ParcelStatus, "parcel status";
    /// On offer.
    Available = "available",
    /// Promised to someone for a time.
    Reserved = "reserved",
    /// Being negotiated.
    Negotiating = "negotiating",
    /// Sold or let.
    Taken = "taken",
    /// Planned; not yet on offer.
    Planned = "planned",
    /// The record does not say.
    Unknown = "unknown",
}

impl ParcelStatus {
    /// The place in a list for those who look for land: what can be had comes first, what is gone last.
    pub const fn availability_rank(self) -> u8 {
        match self {
            Self::Available => 0,
            Self::Negotiating => 1,
            Self::Reserved => 2,
            Self::Planned => 3,
            Self::Unknown => 4,
            Self::Taken => 5,
        }
    }
}

terms! {
    /// What has to happen before a parcel can be had, as the district sorts its land.
    Acquisition, "way of acquisition";
    /// Nothing: it can be used at once (可直接利用).
    Direct = "direct",
    /// The plan has to be changed first (需调整规划).
    AfterPlanChange = "after_plan_change",
    /// What stands on it has to go first (需拆迁).
    AfterClearance = "after_clearance",
}

terms! {
    /// How dangerous goods are that are stored, by the fire hazard of storage in table 3.1.3 of GB 50016: each class and those
    /// after it in the order.
    HazardClass, "hazard class";
    /// 甲: liquids that flash below 28 °C, and the like.
    A = "a",
    /// 乙: liquids that flash from 28 °C to below 60 °C, and the like.
    B = "b",
    /// 丙: what burns.
    C = "c",
    /// 丁: what hardly burns.
    D = "d",
    /// 戊: what does not burn.
    E = "e",
}

/// A lower and an upper bound, each of which may be absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Not less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Not more than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// Bounds that no value can meet.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidBounds {
    /// A bound is negative or not finite.
    #[error("{0} is not a bound: it must be a finite number of at least 0")]
    NotANumber(f64),
    /// The lower bound is above the upper.
    #[error("the lower bound {min} is above the upper bound {max}")]
    Crossed {
        /// The lower bound.
        min: f64,
        /// The upper bound.
        max: f64,
    },
}

impl Bounds {
    /// Bounds that some value of at least 0 can meet.
    pub fn new(min: Option<f64>, max: Option<f64>) -> Result<Self, InvalidBounds> {
        if let Some(bad) = [min, max].into_iter().flatten().find(|bound| !bound.is_finite() || *bound < 0.0) {
            return Err(InvalidBounds::NotANumber(bad));
        }
        match (min, max) {
            (Some(min), Some(max)) if min > max => Err(InvalidBounds::Crossed { min, max }),
            _ => Ok(Self { min, max }),
        }
    }

    /// Whether nothing is bounded.
    pub const fn is_open(self) -> bool {
        self.min.is_none() && self.max.is_none()
    }
}

/// Setbacks (退让) of buildings from the parcel's edges, metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Setbacks {
    /// From the edge along the main road.
    pub front_m: f64,
    /// From the other road edges and neighbours.
    pub side_m: f64,
    /// From the rear edge.
    pub rear_m: f64,
}

terms! {
    /// How land is had.
    TenureKind, "kind of tenure";
    /// Granted land-use right (出让).
    Grant = "grant",
    /// Lease of land (租赁).
    Lease = "lease",
    /// Grant after a lease proves itself (先租后让).
    LeaseThenGrant = "lease_then_grant",
}

/// How a parcel is had, and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenure {
    /// How.
    pub kind: TenureKind,
    /// For how many years.
    pub years: u32,
}

/// A price with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Yuan a square metre of land.
    pub cny_per_m2: f64,
    /// As of which day.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// A parcel of land. What is absent is unknown: never zero, never yes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Whether it can be had.
    pub status: ParcelStatus,
    /// What has to happen before it can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition: Option<Acquisition>,
    /// The zone it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Code>,
    /// Its planned use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub land_use: Option<LandUse>,
    /// Plot ratio (FAR, 容积率): floor area over land area.
    #[serde(default, skip_serializing_if = "Bounds::is_open_ref")]
    pub plot_ratio: Bounds,
    /// Site coverage (建筑密度): footprint over land area, 0 to 1.
    #[serde(default, skip_serializing_if = "Bounds::is_open_ref")]
    pub site_coverage: Bounds,
    /// Green ratio (绿地率): green over land area, 0 to 1.
    #[serde(default, skip_serializing_if = "Bounds::is_open_ref")]
    pub green_ratio: Bounds,
    /// Height limit (限高), metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_limit_m: Option<f64>,
    /// Setbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setbacks: Option<Setbacks>,
    /// Tenure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenure: Option<Tenure>,
    /// Vibration of the ground, µm a second: root mean square in the worst third of an octave, as the generic vibration
    /// criteria VC-A to VC-G count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vibration_um_per_s: Option<f64>,
    /// The most dangerous goods that may be stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazard_class: Option<HazardClass>,
    /// Price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What is supplied, by kind and then by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<Supply>,
    /// Who says so, field by field; prices and supplies say it themselves.
    #[serde(default, skip_serializing_if = "Sources::is_empty")]
    pub sources: Sources,
}

impl Bounds {
    fn is_open_ref(&self) -> bool {
        self.is_open()
    }
}

impl Parcel {
    /// A parcel of which only the status is known.
    pub const fn with_status(status: ParcelStatus) -> Self {
        Self {
            status,
            acquisition: None,
            zone: None,
            land_use: None,
            plot_ratio: Bounds { min: None, max: None },
            site_coverage: Bounds { min: None, max: None },
            green_ratio: Bounds { min: None, max: None },
            height_limit_m: None,
            setbacks: None,
            tenure: None,
            vibration_um_per_s: None,
            hazard_class: None,
            price: None,
            supplies: Vec::new(),
            sources: Sources::NONE,
        }
    }

    /// What is supplied on a day, in [`SupplyKind::unit`]. `None` is unknown, which is neither zero nor none.
    pub fn capacity_at(&self, kind: SupplyKind, day: Date) -> Option<f64> {
        supply::supply_at(&self.supplies, kind, day)?.capacity
    }

    /// A value together with who says so.
    pub fn sourced<T>(&self, field: SourcedField, value: impl FnOnce(&Self) -> T) -> Sourced<'_, T> {
        Sourced { value: value(self), source: self.sources.of(field) }
    }
}

/// A value with its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sourced<'a, T> {
    /// The value, which says itself if it is unknown.
    pub value: T,
    /// Who says so, and when.
    pub source: Option<&'a Source>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_must_be_meetable() {
        assert!(Bounds::new(Some(1.5), Some(2.5)).is_ok());
        assert!(Bounds::new(None, None).unwrap().is_open());
        assert_eq!(Bounds::new(Some(3.0), Some(2.0)), Err(InvalidBounds::Crossed { min: 3.0, max: 2.0 }));
        assert!(Bounds::new(Some(-1.0), None).is_err(), "a negative bound");
        assert!(Bounds::new(None, Some(f64::NAN)).is_err(), "not a number");
    }

    #[test]
    fn what_is_unknown_is_not_written() {
        let parcel = Parcel::with_status(ParcelStatus::Unknown);
        assert_eq!(serde_json::to_string(&parcel).unwrap(), r#"{"status":"unknown"}"#);
    }

    #[test]
    fn what_was_written_before_there_were_sources_is_read() {
        let text = r#"{"status":"available","plot_ratio":{"max":2.0},
            "price":{"cny_per_m2":480.0,"as_of":"2026-01-01","source":"List"},
            "supplies":[{"kind":"power","capacity":3000.0,"as_of":"2026-01-01","source":"Grid"}]}"#;
        let parcel: Parcel = serde_json::from_str(text).unwrap();
        assert!(parcel.sources.is_empty() && parcel.acquisition.is_none());
        assert_eq!(parcel.capacity_at(SupplyKind::Power, jiff::civil::date(2026, 6, 1)), Some(3_000.0));
        assert_eq!(serde_json::to_string(&parcel).unwrap().replace([' ', '\n'], ""), text.replace([' ', '\n'], ""));
    }

    #[test]
    fn a_value_comes_with_its_source_even_if_it_is_unknown() {
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        let survey = Source { source: "Survey".to_owned(), as_of: jiff::civil::date(2026, 2, 1), confidence: None };
        parcel.sources.set(SourcedField::HeightLimit, survey.clone());
        let height = parcel.sourced(SourcedField::HeightLimit, |parcel| parcel.height_limit_m);
        assert_eq!(height, Sourced { value: None, source: Some(&survey) });
    }
}
