//! The layers of the record and what a feature of each says.

use serde::{Deserialize, Serialize};

use super::terms::terms;
use super::{Building, Green, Mask, Parcel, Park, Poi, Rail, Road, Utility, Water, Zone};

terms! {
    /// A layer of the record.
    Layer, "layer";
    /// The park itself: one feature, whose shape is the park's boundary.
    Park = "park",
    /// Zones, such as a comprehensive bonded zone.
    Zone = "zone",
    /// Parcels of land.
    Parcel = "parcel",
    /// Buildings.
    Building = "building",
    /// Road centre lines.
    Road = "road",
    /// Railway and metro lines.
    Rail = "rail",
    /// Water surfaces.
    Water = "water",
    /// Green spaces.
    Green = "green",
    /// Utilities, points and lines.
    Utility = "utility",
    /// Points of interest.
    Poi = "poi",
    /// Areas in which something is forbidden or limited.
    Mask = "mask",
}

/// What a feature says beyond its code, names and shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is the layer of that name")]
pub enum Body {
    Park(Park),
    Zone(Zone),
    Parcel(Box<Parcel>),
    Building(Building),
    Road(Road),
    Rail(Rail),
    Water(Water),
    Green(Green),
    Utility(Utility),
    Poi(Poi),
    Mask(Mask),
}

impl Body {
    /// The layer this body belongs to.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::Park(_) => Layer::Park,
            Self::Zone(_) => Layer::Zone,
            Self::Parcel(_) => Layer::Parcel,
            Self::Building(_) => Layer::Building,
            Self::Road(_) => Layer::Road,
            Self::Rail(_) => Layer::Rail,
            Self::Water(_) => Layer::Water,
            Self::Green(_) => Layer::Green,
            Self::Utility(_) => Layer::Utility,
            Self::Poi(_) => Layer::Poi,
            Self::Mask(_) => Layer::Mask,
        }
    }
}
