//! A feature's fields as properties, called what an import takes them by.

use cloudsite_domain::record::{Body, Feature, Names, Parcel, Park};
use serde_json::{Map, Value, json};

use crate::import::{ATTRIBUTE_PREFIX, fields};

/// The properties of a feature: code, names, fields, and what its source said besides.
pub(crate) fn of(feature: &Feature) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("code".to_owned(), feature.code.as_str().into());
    insert_names(&mut properties, "name", &feature.names);
    match &feature.body {
        Body::Park(park) => insert_park(&mut properties, park),
        Body::Parcel(parcel) => insert_parcel(&mut properties, parcel),
        body => insert_plain(&mut properties, body),
    }
    for (name, text) in &feature.attributes {
        let taken = fields::is_field(feature.layer(), name) || name.starts_with(ATTRIBUTE_PREFIX);
        let name = if taken { format!("{ATTRIBUTE_PREFIX}{name}") } else { name.clone() };
        properties.insert(name, text.as_str().into());
    }
    properties
}

fn insert_names(properties: &mut Map<String, Value>, field: &str, names: &Names) {
    for (language, name) in names.iter() {
        properties.insert(format!("{field}:{}", language.tag()), name.into());
    }
}

/// Bodies whose fields are called the same in the record and in files, and are no groups.
fn insert_plain(properties: &mut Map<String, Value>, body: &Body) {
    if let Ok(Value::Object(fields)) = serde_json::to_value(body) {
        properties.extend(fields.into_iter().filter(|(name, _)| name != "layer"));
    }
}

fn insert_park(properties: &mut Map<String, Value>, park: &Park) {
    properties.insert("synthetic".to_owned(), park.synthetic.into());
    properties.insert("origin_easting".to_owned(), park.origin.x.into());
    properties.insert("origin_northing".to_owned(), park.origin.y.into());
    insert_names(properties, "notice", &park.notice);
}

fn insert_parcel(properties: &mut Map<String, Value>, parcel: &Parcel) {
    let mut insert = |name: &str, value: Value| {
        if !value.is_null() {
            properties.insert(name.to_owned(), value);
        }
    };
    insert("status", parcel.status.as_str().into());
    insert("acquisition", json!(parcel.acquisition));
    insert("zone", json!(parcel.zone));
    insert("land_use", json!(parcel.land_use));
    for (name, bounds) in [
        ("plot_ratio", parcel.plot_ratio),
        ("site_coverage", parcel.site_coverage),
        ("green_ratio", parcel.green_ratio),
    ] {
        insert(&format!("{name}_min"), json!(bounds.min));
        insert(&format!("{name}_max"), json!(bounds.max));
    }
    insert("height_limit_m", json!(parcel.height_limit_m));
    if let Some(setbacks) = parcel.setbacks {
        insert("setback_front_m", setbacks.front_m.into());
        insert("setback_side_m", setbacks.side_m.into());
        insert("setback_rear_m", setbacks.rear_m.into());
    }
    if let Some(tenure) = &parcel.tenure {
        insert("tenure", tenure.kind.as_str().into());
        insert("tenure_years", tenure.years.into());
    }
    insert("vibration_um_per_s", json!(parcel.vibration_um_per_s));
    insert("hazard_class", json!(parcel.hazard_class));
    if let Some(price) = &parcel.price {
        insert("price_cny_per_m2", price.cny_per_m2.into());
        insert("price_as_of", json!(price.as_of));
        insert("price_source", price.source.as_str().into());
        insert("price_confidence", json!(price.confidence));
    }
    if !parcel.supplies.is_empty() {
        insert("supplies", json!(parcel.supplies));
    }
    if !parcel.sources.is_empty() {
        insert("sources", json!(parcel.sources));
    }
}
