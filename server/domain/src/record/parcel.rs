//! Parcels: what may be built on them, how they can be had, and what is supplied to them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::terms::terms;
use super::{Code, LandUse};

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
}

terms! {
    /// What is supplied to a parcel.
    SupplyKind, "kind of supply";
    /// Electrical power, kW.
    Power = "power",
    /// Water, m³ a day.
    Water = "water",
    /// Waste water taken, m³ a day.
    Sewage = "sewage",
    /// Natural gas, m³ an hour.
    Gas = "gas",
    /// Steam, t an hour.
    Steam = "steam",
    /// Telecommunication, Gbit a second.
    Telecom = "telecom",
}

impl SupplyKind {
    /// The unit of the capacity.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Power => "kW",
            Self::Water | Self::Sewage => "m³/d",
            Self::Gas => "m³/h",
            Self::Steam => "t/h",
            Self::Telecom => "Gbit/s",
        }
    }
}

/// A capacity supplied to a parcel from a day on. A later day with another capacity is another entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supply {
    /// What is supplied.
    pub kind: SupplyKind,
    /// How much, in [`SupplyKind::unit`].
    pub capacity: f64,
    /// From which day on; absent where it is there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// As of which day this was said.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
}

/// A parcel of land. What is absent is unknown: never zero, never yes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Whether it can be had.
    pub status: ParcelStatus,
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
    /// Price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What is supplied, by kind and then by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<Supply>,
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
            zone: None,
            land_use: None,
            plot_ratio: Bounds { min: None, max: None },
            site_coverage: Bounds { min: None, max: None },
            green_ratio: Bounds { min: None, max: None },
            height_limit_m: None,
            setbacks: None,
            tenure: None,
            price: None,
            supplies: Vec::new(),
        }
    }
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
}
