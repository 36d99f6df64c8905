//! What a tile holds at which zoom, and what it says of each feature.

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Feature, Layer, RoadClass};
use cloudsite_domain::tile::schema;

use super::encode::Value;

/// From this zoom on everything is shown but the smallest ways.
pub(super) const FULL_ZOOM: u8 = 14;

/// From this zoom on the smallest ways are shown as well.
const WAYS_ZOOM: u8 = 15;

/// From this zoom on things between the blocks are shown.
const BLOCKS_ZOOM: u8 = 12;

/// Buildings of at least this footprint are shown below [`FULL_ZOOM`], m².
const LARGE_BUILDING_M2: f64 = 2_000.0;

/// Water of at least this area is shown below [`BLOCKS_ZOOM`], m².
const LARGE_WATER_M2: f64 = 20_000.0;

/// The layers of a tile, in the order in which they are written: what lies below comes first.
pub(super) const LAYERS: [Layer; 10] = [
    Layer::Zone,
    Layer::Green,
    Layer::Water,
    Layer::Parcel,
    Layer::Road,
    Layer::Rail,
    Layer::Building,
    Layer::Utility,
    Layer::Poi,
    Layer::Mask,
];

/// Whether a feature is shown at a zoom.
pub(super) fn is_shown(feature: &Feature, zoom: u8) -> bool {
    match &feature.body {
        Body::Park(_) => false,
        Body::Zone(_) => true,
        Body::Road(road) => {
            let from = match road.class {
                RoadClass::Expressway | RoadClass::Arterial => 0,
                RoadClass::Ramp | RoadClass::Collector => BLOCKS_ZOOM,
                RoadClass::Local => FULL_ZOOM,
                RoadClass::Service | RoadClass::Path => WAYS_ZOOM,
            };
            zoom >= from
        }
        Body::Water(_) => zoom >= BLOCKS_ZOOM || feature.shape.area_m2() > LARGE_WATER_M2,
        Body::Parcel(_) | Body::Green(_) | Body::Rail(_) => zoom >= BLOCKS_ZOOM,
        Body::Building(_) => zoom >= FULL_ZOOM || (zoom >= BLOCKS_ZOOM && feature.shape.area_m2() >= LARGE_BUILDING_M2),
        Body::Utility(_) | Body::Poi(_) | Body::Mask(_) => zoom >= FULL_ZOOM,
    }
}

/// Whether a feature has a label point at a zoom.
pub(super) fn is_labelled(feature: &Feature, zoom: u8) -> bool {
    let named = !feature.names.is_empty();
    match &feature.body {
        Body::Zone(_) => named,
        Body::Poi(_) => named && zoom >= BLOCKS_ZOOM,
        Body::Parcel(_) => zoom >= FULL_ZOOM,
        Body::Road(_) => named && zoom >= FULL_ZOOM,
        Body::Water(_) => named && zoom > BLOCKS_ZOOM,
        Body::Park(_) | Body::Building(_) | Body::Rail(_) | Body::Green(_) | Body::Utility(_) | Body::Mask(_) => false,
    }
}

/// Collects attributes; what is unknown is left out.
#[derive(Default)]
struct Attributes(Vec<(String, Value)>);

impl Attributes {
    fn text(&mut self, key: &str, value: impl ToString) {
        self.0.push((key.to_owned(), Value::Text(value.to_string())));
    }

    fn number(&mut self, key: &str, value: Option<f64>) {
        self.0.extend(value.map(|value| (key.to_owned(), Value::Number(value))));
    }

    fn count(&mut self, key: &str, value: Option<u32>) {
        self.0.extend(value.map(|value| (key.to_owned(), Value::Count(value.into()))));
    }

    fn names(&mut self, feature: &Feature) {
        for (language, name) in feature.names.iter() {
            self.text(&format!("{}{}", schema::NAME_PREFIX, language.tag()), name);
        }
    }
}

/// What a tile says of a feature.
pub(super) fn attributes(feature: &Feature) -> Vec<(String, Value)> {
    let mut out = Attributes::default();
    match &feature.body {
        Body::Park(_) => {}
        Body::Zone(zone) => {
            out.text(schema::CODE, &feature.code);
            out.text(schema::KIND, zone.kind);
            out.names(feature);
        }
        Body::Parcel(parcel) => {
            out.text(schema::CODE, &feature.code);
            out.text(schema::STATUS, parcel.status);
            parcel.land_use.iter().for_each(|code| out.text(schema::LAND_USE, code));
            parcel.zone.iter().for_each(|code| out.text(schema::ZONE, code));
            out.number(schema::AREA_M2, Some(feature.shape.area_m2().round()));
            out.number(schema::HEIGHT_M, parcel.height_limit_m);
        }
        Body::Building(building) => {
            out.text(schema::CODE, &feature.code);
            out.text(schema::USE, building.usage);
            out.number(schema::HEIGHT_M, Some(building.height_m));
            out.count(schema::FLOORS, building.floors);
            out.text(schema::ROOF, building.roof);
            building.parcel.iter().for_each(|code| out.text(schema::PARCEL, code));
            out.names(feature);
        }
        Body::Road(road) => {
            out.text(schema::CLASS, road.class);
            out.number(schema::WIDTH_M, Some(road.width_m.unwrap_or_else(|| road.class.customary_width_m())));
            out.count(schema::LANES, road.lanes);
        }
        Body::Rail(rail) => {
            out.text(schema::KIND, rail.kind);
            out.number(schema::LEVEL_M, Some(rail.level_m));
        }
        Body::Water(water) => out.text(schema::KIND, water.kind),
        Body::Green(green) => out.text(schema::KIND, green.kind),
        Body::Utility(utility) => {
            out.text(schema::KIND, utility.kind);
            out.number(schema::HEIGHT_M, utility.height_m);
        }
        Body::Poi(poi) => {
            out.text(schema::KIND, poi.kind);
            out.names(feature);
        }
        Body::Mask(mask) => {
            out.text(schema::KIND, mask.kind);
            out.number(schema::HEIGHT_M, mask.height_limit_m);
        }
    }
    out.0
}

/// What a tile says of a label.
pub(super) fn label_attributes(feature: &Feature) -> Vec<(String, Value)> {
    let mut out = Attributes::default();
    out.text(schema::LABEL_OF, feature.layer());
    out.text(schema::CODE, &feature.code);
    match &feature.body {
        Body::Zone(zone) => out.text(schema::KIND, zone.kind),
        Body::Poi(poi) => out.text(schema::KIND, poi.kind),
        Body::Road(road) => out.text(schema::CLASS, road.class),
        Body::Parcel(parcel) => {
            out.text(schema::STATUS, parcel.status);
            out.number(schema::AREA_M2, Some(feature.shape.area_m2().round()));
        }
        _ => {}
    }
    out.names(feature);
    out.0
}

/// Whether a shape is written whole into the one tile that holds its anchor, instead of being cut along the tiles'
/// sides: cut buildings would show their insides.
pub(super) const fn is_whole(layer: Layer, shape: &Shape) -> bool {
    matches!(layer, Layer::Building) && matches!(shape, Shape::Areas(_))
}
