//! Bodies of the layers whose features are areas, parcels excepted.

use geo_types::Coord;
use serde::{Deserialize, Serialize};

use super::terms::terms;
use super::{Code, Names, Offer};

/// The park itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Park {
    /// Whether everything in it is invented for demonstration.
    pub synthetic: bool,
    /// The origin of the local frame in canonical coordinates, metres.
    pub origin: Coord,
    /// What a visitor has to be told, e.g. that the park is synthetic; in several languages.
    #[serde(default)]
    pub notice: Names,
}

terms! {
    /// The kind of a zone.
    ZoneKind, "zone kind";
    /// Comprehensive bonded zone (综合保税区): fenced, entered through customs gates.
    ComprehensiveBonded = "comprehensive_bonded",
    /// Zero-carbon technology park (零碳科技产业园).
    ZeroCarbon = "zero_carbon",
    /// Research and development quarter.
    Research = "research",
    /// General industry.
    Industrial = "industrial",
    /// Logistics outside customs.
    Logistics = "logistics",
    /// Airport land.
    Airport = "airport",
    /// Anything else.
    Other = "other",
}

/// A zone of the park.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// What kind of zone.
    pub kind: ZoneKind,
}

terms! {
    /// What a building is used for.
    BuildingUse, "building use";
    /// Factory hall.
    Factory = "factory",
    /// Standard factory (标准厂房): storeyed workshops, built to be let.
    StandardFactory = "standard_factory",
    /// Warehouse.
    Warehouse = "warehouse",
    /// Offices.
    Office = "office",
    /// Laboratories.
    Laboratory = "laboratory",
    /// Housing, dormitories among it.
    Residential = "residential",
    /// Shops, canteens, hotels.
    Commercial = "commercial",
    /// Schools, clinics, fire stations.
    Public = "public",
    /// Buildings of utilities.
    Utility = "utility",
    /// Not known.
    Unknown = "unknown",
}

terms! {
    /// What lies on a building's roof.
    Roof, "roof";
    /// Flat and empty.
    Flat = "flat",
    /// Carries photovoltaic panels.
    Solar = "solar",
    /// Planted.
    Green = "green",
}

/// A building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Building {
    /// What it is used for.
    #[serde(rename = "use")]
    pub usage: BuildingUse,
    /// Height above ground, metres.
    pub height_m: f64,
    /// Storeys above ground, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floors: Option<u32>,
    /// The roof.
    pub roof: Roof,
    /// The parcel it stands on, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel: Option<Code>,
    /// What of it can be let.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
}

terms! {
    /// The kind of a water surface.
    WaterKind, "water kind";
    /// Canal.
    Canal = "canal",
    /// River.
    River = "river",
    /// Lake.
    Lake = "lake",
    /// Pond or basin.
    Basin = "basin",
}

/// A water surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Water {
    /// What kind of water.
    pub kind: WaterKind,
}

terms! {
    /// The kind of a green space.
    GreenKind, "green kind";
    /// Park with trees.
    Park = "park",
    /// Shelter belt, densely planted.
    Belt = "belt",
    /// Lawn with few trees.
    Lawn = "lawn",
}

/// A green space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Green {
    /// What kind of green.
    pub kind: GreenKind,
}

terms! {
    /// Why something is forbidden or limited in an area.
    MaskKind, "mask kind";
    /// Obstacle limitation surface of an airport.
    AirportHeight = "airport_height",
    /// Protection strip of a line or canal.
    Protection = "protection",
}

/// An area in which something is forbidden or limited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Why.
    pub kind: MaskKind,
    /// The height limit within it, metres above ground, if it limits height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_limit_m: Option<f64>,
}
