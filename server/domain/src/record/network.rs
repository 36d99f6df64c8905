//! Bodies of the layers whose features are lines or points: roads, rails, utilities and points of interest.

use serde::{Deserialize, Serialize};

use super::terms::terms;

terms! {
    /// The class of a road.
    RoadClass, "road class";
    /// Expressway, carriageways separated, no frontage.
    Expressway = "expressway",
    /// Slip road of an expressway.
    Ramp = "ramp",
    /// Arterial road.
    Arterial = "arterial",
    /// Collector road.
    Collector = "collector",
    /// Local street.
    Local = "local",
    /// Service road within a site.
    Service = "service",
    /// Footpath or cycle path.
    Path = "path",
}

impl RoadClass {
    /// The class of an OpenStreetMap `highway` value, if it is a way that can be drawn as a road.
    pub fn from_osm_highway(highway: &str) -> Option<Self> {
        Some(match highway {
            "motorway" | "trunk" => Self::Expressway,
            "motorway_link" | "trunk_link" => Self::Ramp,
            "primary" | "primary_link" => Self::Arterial,
            "secondary" | "secondary_link" | "tertiary" | "tertiary_link" => Self::Collector,
            "residential" | "unclassified" | "living_street" | "road" => Self::Local,
            "service" | "track" | "construction" | "busway" => Self::Service,
            "footway" | "path" | "cycleway" | "pedestrian" | "steps" | "bridleway" => Self::Path,
            _ => return None,
        })
    }

    /// The carriageway width to draw where the record has none, metres. Customary widths, not measured ones.
    pub const fn customary_width_m(self) -> f64 {
        match self {
            Self::Expressway => 26.0,
            Self::Arterial => 24.0,
            Self::Collector => 16.0,
            Self::Local => 9.0,
            Self::Ramp => 8.0,
            Self::Service => 5.0,
            Self::Path => 2.5,
        }
    }
}

/// A road, by its centre line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Road {
    /// The class.
    pub class: RoadClass,
    /// Carriageway width, metres, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_m: Option<f64>,
    /// Lanes of both directions together, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lanes: Option<u32>,
}

terms! {
    /// The kind of a railway.
    RailKind, "rail kind";
    /// Metro.
    Metro = "metro",
    /// Main-line railway.
    Railway = "railway",
}

/// A railway or metro line, by its centre line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rail {
    /// What kind of railway.
    pub kind: RailKind,
    /// Height of the track above ground, metres; 0 at grade, negative underground.
    #[serde(default)]
    pub level_m: f64,
}

terms! {
    /// The kind of a utility.
    UtilityKind, "utility kind";
    /// Electrical substation.
    Substation = "substation",
    /// Water works.
    WaterPlant = "water_plant",
    /// Waste-water treatment.
    SewagePlant = "sewage_plant",
    /// Wind turbine; the height is the hub's.
    WindTurbine = "wind_turbine",
    /// Battery storage.
    Storage = "storage",
    /// Heat and power station.
    HeatPlant = "heat_plant",
    /// Perimeter fence, a line.
    Fence = "fence",
    /// Gate in a fence.
    Gate = "gate",
}

/// A utility, a point or a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Utility {
    /// What kind of utility.
    pub kind: UtilityKind,
    /// Height above ground, metres, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_m: Option<f64>,
}

terms! {
    /// The kind of a point of interest.
    PoiKind, "kind of point of interest";
    /// Metro station.
    MetroStation = "metro_station",
    /// Customs gate of a bonded zone.
    CustomsGate = "customs_gate",
    /// Junction of an expressway.
    Interchange = "interchange",
    /// Airport terminal.
    Airport = "airport",
    /// Port of a waterway or of the sea.
    Port = "port",
    /// Service centre of the park.
    ServiceCentre = "service_centre",
    /// Anything else worth a name.
    Other = "other",
}

/// A point of interest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poi {
    /// What kind of point.
    pub kind: PoiKind,
}
