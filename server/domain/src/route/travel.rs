//! How fast is driven on which road: a table with a source.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use crate::record::{RoadClass, terms};
use crate::validation::Basis;

terms! {
    /// What is driven.
    Vehicle, "vehicle";
    /// A car.
    Car = "car",
    /// A truck.
    Truck = "truck",
}

/// How fast is driven on a class of roads, km/h; a vehicle without a speed may not use it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speeds {
    /// By car.
    #[serde(default)]
    pub car: Option<f64>,
    /// By truck.
    #[serde(default)]
    pub truck: Option<f64>,
}

/// What is assumed of travel.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TravelTable {
    /// Since when.
    pub from: Date,
    /// Who says so.
    pub source: Basis,
    /// How far a place may be from the road that it connects to, metres.
    pub connects_within_m: f64,
    /// How far the end of a carriageway may be from the one that it meets, metres.
    pub meets_within_m: f64,
    speeds_kmh: BTreeMap<RoadClass, Speeds>,
}

/// A text that is no table of travel.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTravel {
    /// It is not written as a table.
    #[error("the table of travel cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A class of roads is missing.
    #[error("the table of travel says nothing of the road class {0}")]
    Missing(RoadClass),
    /// A speed that nobody drives at.
    #[error("the speed on the road class {0} is not more than 0 and at most 200 km/h")]
    Speed(RoadClass),
    /// A limit that is none.
    #[error("{0} is not between 0 and 2000 m")]
    Limit(&'static str),
}

impl TravelTable {
    /// Reads a table from JSON.
    pub fn parse(text: &str) -> Result<Self, InvalidTravel> {
        let table: Self = serde_json::from_str(text)?;
        for class in RoadClass::ALL {
            let speeds = table.speeds_kmh.get(class).ok_or(InvalidTravel::Missing(*class))?;
            if [speeds.car, speeds.truck].into_iter().flatten().any(|speed| !(speed > 0.0 && speed <= 200.0)) {
                return Err(InvalidTravel::Speed(*class));
            }
        }
        let limits = [("connects_within_m", table.connects_within_m), ("meets_within_m", table.meets_within_m)];
        match limits.into_iter().find(|(_, limit)| !(0.0..=2_000.0).contains(limit)) {
            Some((name, _)) => Err(InvalidTravel::Limit(name)),
            None => Ok(table),
        }
    }

    /// How fast a vehicle drives on a class of roads, km/h; none if it may not.
    pub fn speed_kmh(&self, class: RoadClass, vehicle: Vehicle) -> Option<f64> {
        let speeds = self.speeds_kmh.get(&class)?;
        match vehicle {
            Vehicle::Car => speeds.car,
            Vehicle::Truck => speeds.truck,
        }
    }

    /// Whether any vehicle may use a class of roads.
    pub(super) fn opens(&self, class: RoadClass) -> bool {
        Vehicle::ALL.iter().any(|vehicle| self.speed_kmh(class, *vehicle).is_some())
    }

    /// How long a vehicle takes for so many metres, whole microseconds and at least one, so that a way is never longer by
    /// rounding than the sum of its parts; none if it may not use the class of roads.
    pub(super) fn micros(&self, length_m: f64, class: RoadClass, vehicle: Vehicle) -> Option<u64> {
        let metres_a_second = self.speed_kmh(class, vehicle)? / 3.6;
        Some(((length_m / metres_a_second * 1e6).round() as u64).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../../../assets/rules/travel.json");

    #[test]
    fn the_table_is_read_and_says_whose_it_is() {
        let table = TravelTable::parse(TABLE).unwrap();
        assert!(table.source.to_string().contains("no traffic is counted"), "{}", table.source);
        for vehicle in Vehicle::ALL {
            assert_eq!(table.speed_kmh(RoadClass::Path, *vehicle), None, "nobody drives on a path");
        }
        assert_eq!(table.micros(1_000.0, RoadClass::Arterial, Vehicle::Car), Some(90_000_000));
        assert_eq!(table.micros(0.0, RoadClass::Arterial, Vehicle::Car), Some(1));
    }

    #[test]
    fn a_table_that_makes_no_sense_is_refused() {
        let cases = [
            (TABLE.replace("\"car\": 80", "\"car\": 0"), "expressway"),
            (TABLE.replace("\"car\": 80", "\"car\": -3"), "expressway"),
            (TABLE.replace(",\n    \"path\": {}", ""), "path"),
            (TABLE.replace("\"connects_within_m\": 300", "\"connects_within_m\": -1"), "connects_within_m"),
            (TABLE.replace("\"truck\": 65", "\"lorry\": 65"), "lorry"),
        ];
        for (text, named) in cases {
            let error = TravelTable::parse(&text).expect_err(named).to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
