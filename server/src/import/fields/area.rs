//! Fields of the layers whose features are areas, parcels excepted.

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{
    Building, BuildingUse, Green, GreenKind, Mask, Offer, Park, Roof, Water, WaterKind, Zone, ZoneKind,
};
use geo_types::Coord;

use super::prefixed;
use crate::import::properties::Properties;

/// A park without an origin has it at the centre of its boundary, in whole metres.
pub(super) fn park(properties: &mut Properties<'_>, shape: &Shape) -> Option<Park> {
    let synthetic = properties.flag("synthetic").unwrap_or(false);
    let (easting, northing) = (properties.number("origin_easting"), properties.number("origin_northing"));
    let origin = match (easting, northing) {
        (Some(x), Some(y)) => Coord { x, y },
        (None, None) => {
            let centre = shape.bounds().center();
            Coord { x: centre.x.round(), y: centre.y.round() }
        }
        _ => {
            properties.refuse("origin_easting", "field.required", "an origin has both an easting and a northing");
            return None;
        }
    };
    Some(Park { synthetic, origin, notice: prefixed(properties, "notice") })
}

pub(super) fn zone(properties: &mut Properties<'_>) -> Zone {
    Zone { kind: properties.parsed("kind").unwrap_or(ZoneKind::Other) }
}

/// A building's height is required: a building of unknown height cannot be drawn, and is not of height 0.
pub(super) fn building(properties: &mut Properties<'_>) -> Option<Building> {
    let usage = properties.parsed("use").unwrap_or(BuildingUse::Unknown);
    if !properties.has("height_m") {
        properties.refuse_missing("height_m");
    }
    let height_m = properties.amount("height_m");
    let floors = properties.count("floors");
    let roof = properties.parsed("roof").unwrap_or(Roof::Flat);
    let parcel = properties.parsed("parcel");
    let offers = offers(properties);
    Some(Building { usage, height_m: height_m?, floors, roof, parcel, offers })
}

/// A JSON array of what can be let, or the text of one.
fn offers(properties: &mut Properties<'_>) -> Vec<Offer> {
    let offers: Vec<Offer> = properties.list("offers").unwrap_or_default();
    let bad = offers.iter().enumerate().find_map(|(at, offer)| offer.bad_numbers().next().map(|bad| (at, bad)));
    if let Some((at, (field, number))) = bad {
        properties.refuse("offers", "field.range", format!("entry {at}: {number} is no {field}"));
    }
    offers
}

/// `kind`, else what OpenStreetMap's tags say, else the least that a water surface can be.
pub(super) fn water(properties: &mut Properties<'_>) -> Water {
    let tags = ["water", "waterway", "landuse"].iter().find_map(|tag| match properties.look(tag)? {
        "canal" | "ditch" | "drain" => Some(WaterKind::Canal),
        "river" | "stream" | "riverbank" | "oxbow" => Some(WaterKind::River),
        "lake" | "lagoon" => Some(WaterKind::Lake),
        "pond" | "basin" | "reservoir" | "wastewater" => Some(WaterKind::Basin),
        _ => None,
    });
    Water { kind: properties.parsed("kind").or(tags).unwrap_or(WaterKind::Basin) }
}

/// `kind`, else what OpenStreetMap's tags say, else a lawn: the least that can be claimed of a green.
pub(super) fn green(properties: &mut Properties<'_>) -> Green {
    let tags = ["leisure", "landuse", "natural"].iter().find_map(|tag| match properties.look(tag)? {
        "park" | "garden" => Some(GreenKind::Park),
        "wood" | "forest" => Some(GreenKind::Belt),
        _ => None,
    });
    Green { kind: properties.parsed("kind").or(tags).unwrap_or(GreenKind::Lawn) }
}

pub(super) fn mask(properties: &mut Properties<'_>) -> Option<Mask> {
    let kind = properties.required("kind");
    let height_limit_m = properties.amount("height_limit_m");
    Some(Mask { kind: kind?, height_limit_m })
}
