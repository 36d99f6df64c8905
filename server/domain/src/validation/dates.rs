//! Days: nothing was said tomorrow, and a series runs forward.

use jiff::civil::Date;

use super::{Context, Problem};
use crate::record::{Building, Feature, Parcel};

/// The days of a parcel's sources, price and supplies.
pub(super) fn parcel(feature: &Feature, parcel: &Parcel, context: &Context<'_>, problems: &mut Vec<Problem>) {
    for entry in parcel.sources.entries() {
        said(feature, "sources", entry.source.as_of, &entry.source.source, context, problems);
    }
    if let Some(price) = &parcel.price {
        said(feature, "price_as_of", price.as_of, &price.source, context, problems);
        amount(feature, "price_cny_per_m2", price.cny_per_m2, problems);
    }
    for supply in &parcel.supplies {
        said(feature, "supplies", supply.as_of, &supply.source, context, problems);
        amount(feature, "supplies", supply.capacity.unwrap_or(0.0), problems);
    }
    for pair in parcel.supplies.windows(2).filter(|pair| pair[0].kind == pair[1].kind) {
        let (kind, first, second) = (pair[0].kind, pair[0].from, pair[1].from);
        let day = |from: Option<Date>| from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
        let message = match first.cmp(&second) {
            std::cmp::Ordering::Less => continue,
            std::cmp::Ordering::Equal => format!("there are two capacities of {kind} from {} on", day(first)),
            std::cmp::Ordering::Greater => {
                format!("the capacity of {kind} from {} stands after that from {}", day(second), day(first))
            }
        };
        problems.push(Problem::error("supply.series", feature, message).in_field("supplies"));
    }
}

/// The days of what a building has to let.
pub(super) fn building(feature: &Feature, building: &Building, context: &Context<'_>, problems: &mut Vec<Problem>) {
    for rent in building.offers.iter().filter_map(|offer| offer.rent.as_ref()) {
        said(feature, "offers", rent.as_of, &rent.source, context, problems);
    }
}

fn said(
    feature: &Feature,
    field: &'static str,
    as_of: Date,
    source: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) {
    if as_of > context.day {
        let message = format!("'{source}' is of {as_of}, which is after {}", context.day);
        problems.push(Problem::error("date.future", feature, message).in_field(field));
    }
    if source.trim().is_empty() {
        let message = format!("nobody is named as the source of what was said on {as_of}");
        problems.push(Problem::warning("source.named", feature, message).in_field(field));
    }
}

fn amount(feature: &Feature, field: &'static str, amount: f64, problems: &mut Vec<Problem>) {
    if !(amount.is_finite() && amount >= 0.0) {
        problems.push(Problem::error("value.range", feature, format!("{amount} is no amount")).in_field(field));
    }
}
