//! What the record holds: features of a park, each with a code, names, a shape and what its layer says of it.

mod area;
mod body;
mod feature;
mod land_use;
mod names;
mod network;
mod parcel;
mod revision;
pub(crate) mod terms;

pub use area::{Building, BuildingUse, Green, GreenKind, Mask, MaskKind, Park, Roof, Water, WaterKind, Zone, ZoneKind};
pub use body::{Body, Layer};
pub use feature::{Code, Feature, FeatureId, FeatureVersion, InvalidCode};
pub use land_use::{InvalidLandUse, LandUse};
pub use names::{Language, Names};
pub use network::{Poi, PoiKind, Rail, RailKind, Road, RoadClass, Utility, UtilityKind};
pub use parcel::{
    Bounds, InvalidBounds, Parcel, ParcelStatus, Price, Setbacks, Supply, SupplyKind, Tenure, TenureKind,
};
pub use revision::{Change, ChangeKind, Revision, RevisionEntry};
pub use terms::UnknownTerm;
