//! What a brief can ask of a place.

use crate::record::SupplyKind;
use crate::record::terms;
use crate::route::{Kind, Vehicle};

use super::value::Anchors;

terms! {
    /// What is counted of a place.
    Quantity, "quantity";
    /// The area of the land, m².
    Area = "area_m2",
    /// The highest plot ratio that is permitted.
    PlotRatio = "plot_ratio",
    /// The highest site coverage that is permitted, 0 to 1.
    SiteCoverage = "site_coverage",
    /// The height that nothing may exceed, metres.
    Height = "height_limit_m",
    /// Electrical power, kW.
    Power = "power",
    /// Fresh water, m³ a day.
    Water = "water",
    /// Waste water that is taken, m³ a day.
    Sewage = "sewage",
    /// Gas, m³ an hour.
    Gas = "gas",
    /// Steam, t an hour.
    Steam = "steam",
    /// Data, Gbit a second.
    Telecom = "telecom",
    /// The price of the land, CNY a m².
    Price = "price_cny_per_m2",
    /// For how long it is had, years.
    TenureYears = "tenure_years",
    /// By truck to the nearest airport, minutes.
    MinutesToAirport = "minutes_to_airport",
    /// By car to the nearest metro station, minutes.
    MinutesToMetro = "minutes_to_metro",
    /// By truck to the nearest customs gate, minutes.
    MinutesToCustomsGate = "minutes_to_customs_gate",
    /// By truck to the nearest junction of an expressway, minutes.
    MinutesToInterchange = "minutes_to_interchange",
}

impl Quantity {
    /// The supply that it is the capacity of.
    pub const fn supply(self) -> Option<SupplyKind> {
        Some(match self {
            Self::Power => SupplyKind::Power,
            Self::Water => SupplyKind::Water,
            Self::Sewage => SupplyKind::Sewage,
            Self::Gas => SupplyKind::Gas,
            Self::Steam => SupplyKind::Steam,
            Self::Telecom => SupplyKind::Telecom,
            _ => return None,
        })
    }

    /// Where it says how long it takes to, and by what: goods go by truck, people by car.
    pub const fn travel(self) -> Option<(Kind, Vehicle)> {
        Some(match self {
            Self::MinutesToAirport => (Kind::Airport, Vehicle::Truck),
            Self::MinutesToMetro => (Kind::MetroStation, Vehicle::Car),
            Self::MinutesToCustomsGate => (Kind::CustomsGate, Vehicle::Truck),
            Self::MinutesToInterchange => (Kind::Interchange, Vehicle::Truck),
            _ => return None,
        })
    }

    /// The unit that it is counted in; none for a ratio.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Area => "m²",
            Self::PlotRatio | Self::SiteCoverage => "",
            Self::Height => "m",
            Self::Price => "CNY/m²",
            Self::TenureYears => "a",
            Self::MinutesToAirport | Self::MinutesToMetro | Self::MinutesToCustomsGate | Self::MinutesToInterchange => {
                "min"
            }
            _ => match self.supply() {
                Some(kind) => kind.unit(),
                None => "",
            },
        }
    }

    /// What is worth nothing and what is worth all, where a brief does not say. These are the project's own, published here
    /// so that scores can be compared; they are no one's findings.
    pub const fn anchors(self) -> Anchors {
        let (none, full) = match self {
            Self::Area => (0.0, 200_000.0),
            Self::PlotRatio => (0.5, 3.0),
            Self::SiteCoverage => (0.2, 0.6),
            Self::Height => (10.0, 80.0),
            Self::Power => (0.0, 20_000.0),
            Self::Water | Self::Sewage => (0.0, 10_000.0),
            Self::Gas => (0.0, 5_000.0),
            Self::Steam | Self::Telecom => (0.0, 100.0),
            Self::Price => (1_500.0, 200.0),
            Self::TenureYears => (0.0, 50.0),
            Self::MinutesToAirport => (60.0, 5.0),
            Self::MinutesToMetro => (20.0, 2.0),
            Self::MinutesToCustomsGate | Self::MinutesToInterchange => (30.0, 3.0),
        };
        Anchors { none, full }
    }
}

terms! {
    /// What is told of a place in words.
    Quality, "quality";
    /// Whether it is free, a parcel status.
    Status = "status",
    /// What has to happen before it can be had, a way of acquisition.
    Acquisition = "acquisition",
    /// What kind of zone it lies in, such as `comprehensive_bonded`; of land in no zone it is unknown.
    ZoneKind = "zone_kind",
    /// What it is for, a land-use code of the 2023 classification or the beginning of one.
    LandUse = "land_use",
    /// Whether it is granted or leased, a kind of tenure.
    Tenure = "tenure",
}
