//! What the record holds: features of a park, each with a code, names, a shape and what its layer says of it.

mod area;
mod body;
mod feature;
mod floor_name;
mod land_use;
mod names;
mod network;
mod offer;
mod parcel;
mod revision;
mod source;
mod supply;
pub(crate) mod terms;

pub use area::{Building, BuildingUse, Green, GreenKind, Mask, MaskKind, Park, Roof, Water, WaterKind, Zone, ZoneKind};
pub use body::{Body, Layer};
pub use feature::{Code, Feature, FeatureId, FeatureVersion, InvalidCode};
pub use floor_name::{FloorName, InvalidFloorName};
pub use land_use::{InvalidLandUse, LandUse};
pub use names::{Language, Names};
pub use network::{Poi, PoiKind, Rail, RailKind, Road, RoadClass, Utility, UtilityKind};
pub use offer::{Offer, Rent};
pub use parcel::{
    Acquisition, Bounds, HazardClass, InvalidBounds, Parcel, ParcelStatus, Price, Setbacks, Sourced, Tenure, TenureKind,
};
pub use revision::{Change, ChangeKind, Revision, RevisionEntry};
pub use source::{Confidence, Source, SourceEntry, SourcedField, Sources, TwoSources};
pub use supply::{Supply, SupplyKind, supply_at};
pub use terms::UnknownTerm;
pub(crate) use terms::terms;
