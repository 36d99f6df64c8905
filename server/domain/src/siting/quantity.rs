//! What a brief can ask of a place.

use crate::record::terms;
use crate::record::{BuildingUse, SupplyKind};
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
    /// Electrical power over a second feed, kW.
    SecondFeed = "second_feed",
    /// The share of renewable power, per cent.
    GreenPower = "green_power",
    /// The carbon dioxide equivalent of the power, kg a megawatt-hour.
    PowerCarbon = "power_carbon",
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
    /// By truck to the nearest port, minutes.
    MinutesToPort = "minutes_to_port",
    /// Free land that borders on it, m².
    Expansion = "expansion_m2",
    /// Vibration of the ground, µm a second.
    Vibration = "vibration_um_per_s",
    /// To the nearest dwelling, metres.
    MetresToResidential = "metres_to_residential",
    /// To the nearest school, clinic or the like, metres.
    MetresToPublic = "metres_to_public",
    /// To the nearest laboratory, metres.
    MetresToLaboratory = "metres_to_laboratory",
    /// To the nearest warehouse, metres.
    MetresToWarehouse = "metres_to_warehouse",
    /// To the nearest shop, canteen or hotel, metres.
    MetresToCommercial = "metres_to_commercial",
    /// Of a floor: its area, m².
    FloorArea = "floor_area_m2",
    /// Of a floor: clear height, metres.
    ClearHeight = "clear_height_m",
    /// Of a floor: the load that it bears, kN a m².
    FloorLoad = "floor_load_kn_per_m2",
    /// Of a floor: the class of its cleanest room by ISO 14644-1.
    Cleanroom = "cleanroom_iso",
    /// Of a floor: rent, CNY a m² and month.
    Rent = "rent_cny_per_m2_month",
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
            Self::SecondFeed => SupplyKind::SecondFeed,
            Self::GreenPower => SupplyKind::GreenPower,
            Self::PowerCarbon => SupplyKind::PowerCarbon,
            _ => return None,
        })
    }

    /// Whether places have more of it together.
    pub const fn is_additive(self) -> bool {
        let is_share = matches!(self, Self::GreenPower | Self::PowerCarbon);
        matches!(self, Self::Area) || (self.supply().is_some() && !is_share)
    }

    /// Whether only floors have it.
    pub const fn is_of_floors(self) -> bool {
        matches!(self, Self::FloorArea | Self::ClearHeight | Self::FloorLoad | Self::Cleanroom | Self::Rent)
    }

    /// The most that there can be of it; none where nothing says so.
    pub const fn most(self) -> Option<f64> {
        match self {
            Self::SiteCoverage => Some(1.0),
            Self::GreenPower => Some(100.0),
            Self::Cleanroom => Some(9.0),
            _ => None,
        }
    }

    /// Where it says how long it takes to, and by what: goods go by truck, people by car.
    pub const fn travel(self) -> Option<(Kind, Vehicle)> {
        Some(match self {
            Self::MinutesToAirport => (Kind::Airport, Vehicle::Truck),
            Self::MinutesToMetro => (Kind::MetroStation, Vehicle::Car),
            Self::MinutesToCustomsGate => (Kind::CustomsGate, Vehicle::Truck),
            Self::MinutesToInterchange => (Kind::Interchange, Vehicle::Truck),
            Self::MinutesToPort => (Kind::Port, Vehicle::Truck),
            _ => return None,
        })
    }

    /// Where it says how far it is to a neighbour: to whose building.
    pub const fn neighbour(self) -> Option<BuildingUse> {
        Some(match self {
            Self::MetresToResidential => BuildingUse::Residential,
            Self::MetresToPublic => BuildingUse::Public,
            Self::MetresToLaboratory => BuildingUse::Laboratory,
            Self::MetresToWarehouse => BuildingUse::Warehouse,
            Self::MetresToCommercial => BuildingUse::Commercial,
            _ => return None,
        })
    }

    /// The unit that it is counted in; none for a ratio.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Area | Self::Expansion | Self::FloorArea => "m²",
            Self::PlotRatio | Self::SiteCoverage | Self::Cleanroom => "",
            Self::Height | Self::ClearHeight => "m",
            Self::Price => "CNY/m²",
            Self::TenureYears => "a",
            Self::Vibration => "µm/s",
            Self::FloorLoad => "kN/m²",
            Self::Rent => "CNY/m²·month",
            _ if self.travel().is_some() => "min",
            _ if self.neighbour().is_some() => "m",
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
            Self::Power | Self::SecondFeed => (0.0, 20_000.0),
            Self::PowerCarbon => (800.0, 0.0),
            Self::Water | Self::Sewage | Self::FloorArea => (0.0, 10_000.0),
            Self::Gas => (0.0, 5_000.0),
            Self::Steam | Self::Telecom | Self::GreenPower => (0.0, 100.0),
            Self::Price => (1_500.0, 200.0),
            Self::TenureYears => (0.0, 50.0),
            Self::MinutesToAirport => (60.0, 5.0),
            Self::MinutesToMetro => (20.0, 2.0),
            Self::MinutesToCustomsGate | Self::MinutesToInterchange => (30.0, 3.0),
            Self::MinutesToPort => (120.0, 10.0),
            Self::Expansion => (0.0, 100_000.0),
            // From VC-A to VC-G.
            Self::Vibration => (50.0, 0.78),
            Self::MetresToResidential | Self::MetresToPublic => (0.0, 1_000.0),
            Self::MetresToLaboratory | Self::MetresToWarehouse | Self::MetresToCommercial => (3_000.0, 0.0),
            Self::ClearHeight => (3.0, 12.0),
            Self::FloorLoad => (3.0, 20.0),
            Self::Cleanroom => (9.0, 4.0),
            Self::Rent => (60.0, 10.0),
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
    /// The most dangerous goods that may be stored, a hazard class.
    HazardClass = "hazard_class",
}
