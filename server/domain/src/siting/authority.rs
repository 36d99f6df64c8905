//! Whom to ask for what no record says.
//!
//! Kinds of offices and companies, and no names: who that is in a park stands in its record, where a source is named, and
//! whoever is named there is asked first. That the plan's bounds are the planning bureau's, dangerous goods the emergency
//! management bureau's and vibration the environment bureau's is how China's cities divide it.

use super::quantity::{Quality, Quantity};
use crate::record::{SupplyKind, terms};

terms! {
    /// Who knows a thing of a place.
    Authority, "authority";
    /// Natural resources and planning (自然资源和规划局): plan, land, price and terms.
    PlanningBureau = "planning_bureau",
    /// Ecology and environment (生态环境局).
    EnvironmentBureau = "environment_bureau",
    /// Emergency management (应急管理局): dangerous goods.
    EmergencyBureau = "emergency_bureau",
    /// Who runs the grid.
    GridCompany = "grid_company",
    /// Who supplies water and takes waste water.
    WaterCompany = "water_company",
    /// Who supplies gas.
    GasCompany = "gas_company",
    /// Who supplies steam.
    HeatSupplier = "heat_supplier",
    /// Who lays data lines.
    TelecomCarrier = "telecom_carrier",
    /// Whoever lets a floor: what it bears, and what of the building's supplies it gets.
    Lessor = "lessor",
    /// Nobody: it is computed from the roads, buildings and parcels of the record, and is not known where these do not say
    /// enough.
    Computed = "computed",
}

impl Authority {
    /// Who knows how much there is of a quantity.
    pub const fn of_quantity(quantity: Quantity, is_floor: bool) -> Self {
        if let Some(kind) = quantity.supply() {
            return if is_floor { Self::Lessor } else { Self::of_supply(kind) };
        }
        if quantity.travel().is_some() || quantity.neighbour().is_some() {
            return Self::Computed;
        }
        match quantity {
            Quantity::Expansion => Self::Computed,
            _ if quantity.is_of_floors() => Self::Lessor,
            Quantity::Vibration if is_floor => Self::Lessor,
            Quantity::Vibration => Self::EnvironmentBureau,
            // Area, plan, price and term of land.
            _ => Self::PlanningBureau,
        }
    }

    /// Who knows what a quality is.
    pub const fn of_quality(quality: Quality, is_floor: bool) -> Self {
        match quality {
            Quality::Status | Quality::Acquisition | Quality::Tenure | Quality::HazardClass if is_floor => Self::Lessor,
            Quality::HazardClass => Self::EmergencyBureau,
            Quality::ZoneKind | Quality::LandUse | Quality::Status | Quality::Acquisition | Quality::Tenure => {
                Self::PlanningBureau
            }
        }
    }

    /// Who knows whether a building has room: whoever sets how far from the edges one builds, or knows where columns stand.
    pub const fn of_room(is_floor: bool) -> Self {
        if is_floor { Self::Lessor } else { Self::PlanningBureau }
    }

    /// Who knows how much a parcel is supplied with.
    pub const fn of_supply(kind: SupplyKind) -> Self {
        match kind {
            SupplyKind::Power | SupplyKind::SecondFeed | SupplyKind::GreenPower | SupplyKind::PowerCarbon => {
                Self::GridCompany
            }
            SupplyKind::Water | SupplyKind::Sewage => Self::WaterCompany,
            SupplyKind::Gas => Self::GasCompany,
            SupplyKind::Steam => Self::HeatSupplier,
            SupplyKind::Telecom => Self::TelecomCarrier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_to_ask_follows_from_what_is_not_known() {
        use Authority::{
            Computed, EmergencyBureau, EnvironmentBureau, GasCompany, GridCompany, HeatSupplier, Lessor,
            PlanningBureau, TelecomCarrier, WaterCompany,
        };
        let of_land = [
            (Quantity::PlotRatio, PlanningBureau),
            (Quantity::Price, PlanningBureau),
            (Quantity::Power, GridCompany),
            (Quantity::SecondFeed, GridCompany),
            (Quantity::PowerCarbon, GridCompany),
            (Quantity::Water, WaterCompany),
            (Quantity::Sewage, WaterCompany),
            (Quantity::Gas, GasCompany),
            (Quantity::Steam, HeatSupplier),
            (Quantity::Telecom, TelecomCarrier),
            (Quantity::Vibration, EnvironmentBureau),
            (Quantity::MinutesToAirport, Computed),
            (Quantity::MetresToResidential, Computed),
            (Quantity::Expansion, Computed),
            (Quantity::FloorLoad, Lessor),
        ];
        for (quantity, expected) in of_land {
            assert_eq!(Authority::of_quantity(quantity, false), expected, "{quantity}");
        }
        for quantity in [Quantity::Power, Quantity::Water, Quantity::Vibration, Quantity::Rent] {
            assert_eq!(Authority::of_quantity(quantity, true), Lessor, "{quantity} of a floor");
        }
        assert_eq!(Authority::of_quantity(Quantity::MinutesToMetro, true), Computed);
        assert_eq!(Authority::of_quality(Quality::HazardClass, false), EmergencyBureau);
        assert_eq!(Authority::of_quality(Quality::HazardClass, true), Lessor);
        assert_eq!(Authority::of_quality(Quality::ZoneKind, true), PlanningBureau);
        assert_eq!([false, true].map(Authority::of_room), [PlanningBureau, Lessor]);
    }

    #[test]
    fn whoever_supplies_is_asked_for_each_supply_of_land() {
        for kind in SupplyKind::ALL {
            assert_ne!(Authority::of_supply(*kind), Authority::PlanningBureau, "{kind}");
        }
    }
}
