//! Where one may want to go.

use geo_types::Coord;

use super::Kind;
use crate::record::{Body, Code, Feature, Layer, PoiKind, UtilityKind};

/// A place that is gone to.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Of which kind.
    pub kind: Kind,
    /// The layer that it stands in: points of interest, utilities, or for the end of a ramp roads.
    pub layer: Layer,
    /// Its code there.
    pub code: Code,
    /// Where it is, canonical metres.
    pub at: Coord,
}

impl Place {
    /// What the record has as a place of its own; the ends of ramps follow from how roads meet.
    pub(super) fn of(feature: &Feature) -> Option<Self> {
        let kind = match &feature.body {
            Body::Poi(poi) => match poi.kind {
                PoiKind::Airport => Kind::Airport,
                PoiKind::MetroStation => Kind::MetroStation,
                PoiKind::CustomsGate => Kind::CustomsGate,
                PoiKind::Interchange => Kind::Interchange,
                PoiKind::Port => Kind::Port,
                PoiKind::ServiceCentre | PoiKind::Other => return None,
            },
            Body::Utility(utility) if utility.kind == UtilityKind::Gate => Kind::Gate,
            _ => return None,
        };
        Some(Self { kind, layer: feature.layer(), code: feature.code.clone(), at: feature.shape.anchor() })
    }
}
