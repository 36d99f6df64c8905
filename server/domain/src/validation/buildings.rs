//! Buildings on their parcels, and what of them is to let.

use std::collections::{BTreeMap, BTreeSet};

use super::zone::outside;
use super::{Context, Merged, Parameter, Problem, Severity, Situation};
use crate::geometry::Outline;
use crate::record::{Body, Building, Feature, Layer};

/// Floor areas are measured to the inner side of walls or to the outer; more than this share is no difference of that
/// kind.
const MEASURED_SHARE: f64 = 1.05;

/// Checks a building against its parcel and against itself.
pub(super) fn check(
    feature: &Feature,
    building: &Building,
    merged: &Merged<'_>,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) {
    if let Some(code) = &building.parcel {
        match merged.find(Layer::Parcel, code) {
            None => {
                let message = format!("there is no parcel {code}");
                problems.push(Problem::error("building.parcel_known", feature, message).in_field("parcel"));
            }
            Some(parcel) => on_parcel(feature, building, parcel, context, problems),
        }
    }
    storeys(feature, building, context, problems);
    offers(feature, building, problems);
}

fn on_parcel(
    feature: &Feature,
    building: &Building,
    parcel: &Feature,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) {
    let outlines = Outline::of(&feature.shape).zip(Outline::of(&parcel.shape));
    if let Some(breach) = outlines.and_then(|(own, around)| own.outside(&around, context.tolerance_m)) {
        let problem = Problem::warning("building.on_parcel", feature, String::new()).in_field("parcel");
        problems.push(outside(problem, feature, parcel, "its parcel", breach));
    }
    let Body::Parcel(land) = &parcel.body else { return };
    if let Some(limit_m) = land.height_limit_m.filter(|limit_m| building.height_m > *limit_m) {
        let message = format!("it is {} m high, where {limit_m} m are allowed", building.height_m);
        let problem = Problem::warning("building.height_limit", feature, message).in_field("height_m");
        problems.push(problem.with(parcel));
    }
}

fn storeys(feature: &Feature, building: &Building, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let Some(floors) = building.floors.filter(|floors| *floors > 0) else { return };
    let situation = Situation {
        day: context.day,
        region: context.region,
        land_use: None,
        building_use: Some(building.usage),
        tenure: None,
    };
    let Some(rule) = context.rules.rule(Parameter::StoreyHeight, &situation) else { return };
    let storey_m = building.height_m / f64::from(floors);
    if rule.at_least.is_some_and(|least_m| storey_m < least_m) {
        let message = format!("{floors} storeys in {} m: {storey_m:.2} m each ({})", building.height_m, rule.source);
        problems.push(Problem::new(rule.id.clone(), Severity::Warning, feature, message).in_field("floors"));
    }
}

fn offers(feature: &Feature, building: &Building, problems: &mut Vec<Problem>) {
    let mut by_floor: BTreeMap<i32, f64> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for (index, offer) in building.offers.iter().enumerate() {
        for (field, number) in offer.bad_numbers() {
            let message = format!("entry {index}: {number} is no {field}");
            problems.push(Problem::error("value.range", feature, message).in_field("offers"));
        }
        if !names.insert((offer.floor, offer.unit.as_deref().unwrap_or_default())) {
            let message =
                format!("entry {index}: another one has its floor and unit, so it cannot be asked for by name");
            problems.push(Problem::warning("offer.twice", feature, message).in_field("offers"));
        }
        let Some(floor) = offer.floor else { continue };
        *by_floor.entry(floor).or_default() += offer.area_m2;
        let above = building.floors.is_some_and(|floors| i64::from(floor) > i64::from(floors));
        if floor == 0 || above {
            let message = format!("entry {index}: there is no floor {floor}");
            problems.push(Problem::error("offer.floor", feature, message).in_field("offers"));
        }
    }
    let footprint_m2 = feature.shape.area_m2();
    for (floor, area_m2) in by_floor.into_iter().filter(|(_, area_m2)| *area_m2 > footprint_m2 * MEASURED_SHARE) {
        let message = format!("{area_m2} m² are to let on floor {floor} of a building of {footprint_m2:.0} m²");
        problems.push(Problem::warning("offer.area", feature, message).in_field("offers"));
    }
}
