//! What is supplied to a parcel: capacities as series of days.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Confidence;
use super::terms::terms;

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
    /// Electrical power over a second feed that does not depend on the first, kW.
    SecondFeed = "second_feed",
    /// The share of the power that is certified to come from renewable sources, per cent.
    GreenPower = "green_power",
    /// The carbon dioxide equivalent of the power, kg a megawatt-hour.
    PowerCarbon = "power_carbon",
}

impl SupplyKind {
    /// The unit of the capacity.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Power | Self::SecondFeed => "kW",
            Self::Water | Self::Sewage => "m³/d",
            Self::Gas => "m³/h",
            Self::Steam => "t/h",
            Self::Telecom => "Gbit/s",
            Self::GreenPower => "%",
            Self::PowerCarbon => "kg/MWh",
        }
    }
}

/// A capacity supplied to a parcel from a day on. A later day with another capacity is another entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supply {
    /// What is supplied.
    pub kind: SupplyKind,
    /// How much, in [`SupplyKind::unit`]; absent where it is known that there is some, but not how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<f64>,
    /// From which day on; absent where it is there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// As of which day this was said.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// The entry of a series that holds on a day: the latest that has begun by then. An entry without a day has always been.
pub fn supply_at(series: &[Supply], kind: SupplyKind, day: Date) -> Option<&Supply> {
    let begun = series.iter().filter(|supply| supply.kind == kind && supply.from.is_none_or(|from| from <= day));
    begun.max_by_key(|supply| supply.from)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn supply(kind: SupplyKind, capacity: Option<f64>, from: Option<Date>) -> Supply {
        Supply { kind, capacity, from, as_of: date(2026, 3, 31), source: "Grid".to_owned(), confidence: None }
    }

    #[test]
    fn a_capacity_is_that_of_its_day() {
        use SupplyKind::{Gas, Power, Steam, Water};
        let series = [
            supply(Power, Some(12_000.0), Some(date(2028, 7, 1))),
            supply(Power, Some(3_000.0), None),
            supply(Steam, Some(20.0), Some(date(2027, 1, 1))),
            supply(Gas, None, None),
        ];
        let cases = [
            ("before the step", Power, date(2028, 6, 30), Some(3_000.0)),
            ("on the day of the step", Power, date(2028, 7, 1), Some(12_000.0)),
            ("long before", Power, date(1999, 1, 1), Some(3_000.0)),
            ("before it is there", Steam, date(2026, 12, 31), None),
            ("once it is there", Steam, date(2030, 1, 1), Some(20.0)),
            ("an amount that nobody knows", Gas, date(2026, 1, 1), None),
            ("a kind that nobody speaks of", Water, date(2026, 1, 1), None),
        ];
        for (name, kind, day, expected) in cases {
            assert_eq!(supply_at(&series, kind, day).and_then(|supply| supply.capacity), expected, "{name}");
        }
        assert!(supply_at(&series, Gas, date(2026, 1, 1)).is_some(), "that there is gas is known");
    }
}
