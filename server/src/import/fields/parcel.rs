//! Fields of parcels. Whatever is absent stays unknown.

use cloudsite_domain::record::{Bounds, Parcel, ParcelStatus, Price, Setbacks, Supply, Tenure};
use serde_json::Value;

use crate::import::properties::Properties;

pub(super) const FIELDS: &[&str] = &[
    "status",
    "zone",
    "land_use",
    "plot_ratio_min",
    "plot_ratio_max",
    "site_coverage_min",
    "site_coverage_max",
    "green_ratio_min",
    "green_ratio_max",
    "height_limit_m",
    "setback_front_m",
    "setback_side_m",
    "setback_rear_m",
    "tenure",
    "tenure_years",
    "price_cny_per_m2",
    "price_as_of",
    "price_source",
    "supplies",
];

pub(super) fn parcel(properties: &mut Properties<'_>) -> Parcel {
    Parcel {
        status: properties.parsed("status").unwrap_or(ParcelStatus::Unknown),
        zone: properties.parsed("zone"),
        land_use: properties.parsed("land_use"),
        plot_ratio: bounds(properties, "plot_ratio", f64::MAX),
        site_coverage: bounds(properties, "site_coverage", 1.0),
        green_ratio: bounds(properties, "green_ratio", 1.0),
        height_limit_m: properties.amount("height_limit_m"),
        setbacks: setbacks(properties),
        tenure: tenure(properties),
        price: price(properties),
        supplies: supplies(properties),
    }
}

fn bounds(properties: &mut Properties<'_>, field: &str, most: f64) -> Bounds {
    let (low, high) = (format!("{field}_min"), format!("{field}_max"));
    let (min, max) = (properties.number(&low), properties.number(&high));
    for (name, bound) in [(&low, min), (&high, max)] {
        if let Some(bound) = bound.filter(|bound| *bound > most) {
            properties.refuse(name, "field.range", format!("{bound} is more than {most}: it is a share, not per cent"));
        }
    }
    Bounds::new(min, max).unwrap_or_else(|error| {
        properties.refuse(&low, "field.range", error);
        Bounds::default()
    })
}

/// Says which fields of a group are missing if only some of them are there.
fn incomplete(properties: &mut Properties<'_>, group: &[(&str, bool)]) {
    if group.iter().any(|(_, present)| *present) {
        let missing: Vec<&str> = group.iter().filter(|(_, present)| !present).map(|(field, _)| *field).collect();
        for field in missing {
            properties.refuse_missing(field);
        }
    }
}

fn setbacks(properties: &mut Properties<'_>) -> Option<Setbacks> {
    let fields = ["setback_front_m", "setback_side_m", "setback_rear_m"];
    incomplete(properties, &fields.map(|field| (field, properties.has(field))));
    let [front_m, side_m, rear_m] = fields.map(|field| properties.amount(field));
    Some(Setbacks { front_m: front_m?, side_m: side_m?, rear_m: rear_m? })
}

fn tenure(properties: &mut Properties<'_>) -> Option<Tenure> {
    incomplete(properties, &["tenure", "tenure_years"].map(|field| (field, properties.has(field))));
    let (kind, years) = (properties.parsed("tenure"), properties.count("tenure_years"));
    Some(Tenure { kind: kind?, years: years? })
}

/// A price without its day and source is no price.
fn price(properties: &mut Properties<'_>) -> Option<Price> {
    let fields = ["price_cny_per_m2", "price_as_of", "price_source"];
    incomplete(properties, &fields.map(|field| (field, properties.has(field))));
    let amount = properties.amount("price_cny_per_m2");
    let (as_of, source) = (properties.parsed("price_as_of"), properties.text("price_source"));
    Some(Price { cny_per_m2: amount?, as_of: as_of?, source: source? })
}

/// A JSON array of `{kind, capacity, from, as_of, source}`, or the text of one.
fn supplies(properties: &mut Properties<'_>) -> Vec<Supply> {
    let Some(value) = properties.take("supplies") else { return Vec::new() };
    let read = match value {
        Value::String(text) => serde_json::from_str::<Vec<Supply>>(&text),
        other => serde_json::from_value(other),
    };
    match read {
        Ok(mut supplies) => {
            if let Some(bad) = supplies.iter().find(|supply| !supply.capacity.is_finite() || supply.capacity < 0.0) {
                let message = format!("a capacity of {} {} is no capacity", bad.capacity, bad.kind.unit());
                properties.refuse("supplies", "field.range", message);
            }
            supplies.sort_by_key(|supply| (supply.kind, supply.from));
            supplies
        }
        Err(error) => {
            properties.refuse("supplies", "field.supplies", error);
            Vec::new()
        }
    }
}
