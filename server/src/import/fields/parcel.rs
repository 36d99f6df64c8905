//! Fields of parcels. Whatever is absent stays unknown.

use cloudsite_domain::record::{
    Bounds, InvalidLandUse, LandUse, Parcel, ParcelStatus, Price, Setbacks, Supply, Tenure,
};

use crate::import::properties::Properties;
use crate::validation;

pub(super) const FIELDS: &[&str] = &[
    "status",
    "acquisition",
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
    "vibration_um_per_s",
    "hazard_class",
    "price_cny_per_m2",
    "price_as_of",
    "price_source",
    "price_confidence",
    "supplies",
    "sources",
];

pub(super) fn parcel(properties: &mut Properties<'_>) -> Parcel {
    Parcel {
        status: properties.parsed("status").unwrap_or(ParcelStatus::Unknown),
        acquisition: properties.parsed("acquisition"),
        zone: properties.parsed("zone"),
        land_use: land_use(properties),
        plot_ratio: bounds(properties, "plot_ratio", f64::MAX),
        site_coverage: bounds(properties, "site_coverage", 1.0),
        green_ratio: bounds(properties, "green_ratio", 1.0),
        height_limit_m: properties.amount("height_limit_m"),
        setbacks: setbacks(properties),
        tenure: tenure(properties),
        vibration_um_per_s: properties.amount("vibration_um_per_s"),
        hazard_class: properties.parsed("hazard_class"),
        price: price(properties),
        supplies: supplies(properties),
        sources: properties.list("sources").unwrap_or_default(),
    }
}

/// A code of the classification before today's is refused, with what it has become.
fn land_use(properties: &mut Properties<'_>) -> Option<LandUse> {
    let text = properties.text("land_use")?;
    let refuse = |error: InvalidLandUse| {
        let now = validation::land_use_today(&text).map(|code| format!("; the older code {text} is now {code}"));
        properties.refuse("land_use", "field.term", format!("{error}{}", now.unwrap_or_default()));
    };
    text.trim().parse().map_err(refuse).ok()
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
    let confidence = amount.and_then(|_| properties.parsed("price_confidence"));
    Some(Price { cny_per_m2: amount?, as_of: as_of?, source: source?, confidence })
}

/// An array of `{kind, capacity, from, as_of, source, confidence}`; without a capacity it is unknown how much there is.
fn supplies(properties: &mut Properties<'_>) -> Vec<Supply> {
    let mut supplies: Vec<Supply> = properties.list("supplies").unwrap_or_default();
    let bad = |capacity: &f64| !capacity.is_finite() || *capacity < 0.0;
    if let Some((kind, bad)) = supplies.iter().find_map(|supply| Some((supply.kind, supply.capacity.filter(bad)?))) {
        properties.refuse("supplies", "field.range", format!("a capacity of {bad} {} is no capacity", kind.unit()));
    }
    supplies.sort_by_key(|supply| (supply.kind, supply.from));
    supplies
}
