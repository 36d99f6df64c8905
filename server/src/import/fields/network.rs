//! Fields of the layers whose features are lines or points.

use cloudsite_domain::record::{Poi, PoiKind, Rail, RailKind, Road, RoadClass, Utility};

use crate::import::properties::Properties;

/// `class`, else OpenStreetMap's `highway`. A way whose `highway` is not a road's, such as the lanes of a service area,
/// is a service road; one that says nothing is a local street. `highway` itself stays an attribute.
pub(super) fn road(properties: &mut Properties<'_>) -> Road {
    let tagged = properties
        .look("highway")
        .map_or(RoadClass::Local, |highway| RoadClass::from_osm_highway(highway).unwrap_or(RoadClass::Service));
    Road {
        class: properties.parsed("class").unwrap_or(tagged),
        width_m: properties.amount("width_m"),
        lanes: properties.count("lanes"),
    }
}

/// `kind`, else OpenStreetMap's `railway`.
pub(super) fn rail(properties: &mut Properties<'_>) -> Rail {
    let tagged = match properties.look("railway") {
        Some("subway" | "light_rail" | "monorail") => RailKind::Metro,
        _ => RailKind::Railway,
    };
    Rail {
        kind: properties.parsed("kind").unwrap_or(tagged),
        level_m: properties.number("level_m").unwrap_or_default(),
    }
}

pub(super) fn utility(properties: &mut Properties<'_>) -> Option<Utility> {
    let kind = properties.required("kind");
    let height_m = properties.amount("height_m");
    Some(Utility { kind: kind?, height_m })
}

pub(super) fn poi(properties: &mut Properties<'_>) -> Poi {
    Poi { kind: properties.parsed("kind").unwrap_or(PoiKind::Other) }
}
