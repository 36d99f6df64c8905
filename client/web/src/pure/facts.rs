//! What a parcel's card says, in words.

use cloudsite_domain::record::{LandUse, Language, ParcelStatus};
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::land::{Bounds, Parcel, Supply, Zone};

use super::brief::VIBRATION;
use super::measure::{self, short_length};
use super::number::{area, number, short_number};
use super::text::{best_name, fill, text};

/// One line of a card. An absent value is unknown, and the card says so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fact {
    /// Key of the line's name.
    pub(crate) key: &'static str,
    pub(crate) value: Option<String>,
    /// What is said below it, smaller: other units, source and date.
    pub(crate) note: Option<String>,
}

/// The code in a resource name such as `parcels/WX-01`.
pub(crate) fn code_of(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, code)| code)
}

/// A parcel's status; a word of a later contract is unknown.
pub(crate) fn status_of(parcel: &Parcel) -> ParcelStatus {
    parcel.status.parse().unwrap_or(ParcelStatus::Unknown)
}

/// The name of the zone that a parcel lies in.
pub(crate) fn zone_of(parcel: &Parcel, zones: &[Zone], language: Language) -> Option<String> {
    if parcel.zone.is_empty() {
        return None;
    }
    let zone = zones.iter().find(|zone| zone.name == parcel.zone);
    let name = zone.map(|zone| best_name(&zone.names, language)).filter(|name| !name.is_empty());
    Some(name.unwrap_or_else(|| code_of(&parcel.zone).to_owned()))
}

/// What may be built.
pub(crate) fn planning(parcel: &Parcel, zones: &[Zone], language: Language, unit: AreaUnit) -> Vec<Fact> {
    let others = AreaUnit::ALL.into_iter().filter(|other| *other != unit);
    // A number stays with its unit where the line breaks.
    let others: Vec<_> = others.map(|other| area(parcel.area_m2, other, language).replace(' ', "\u{a0}")).collect();
    let land_use = parcel.land_use.parse::<LandUse>().ok();
    let percent = |value: f64| format!("{}%", short_number(value * 100.0, language));
    let metres = |value: f64| short_length(value, unit, language);
    let plain = |key, value| Fact { key, value, note: None };
    vec![
        Fact {
            key: "card.area",
            value: Some(area(parcel.area_m2, unit, language)),
            note: Some(others.join("\u{a0}· ")),
        },
        plain("card.zone", zone_of(parcel, zones, language)),
        Fact {
            key: "card.land_use",
            value: land_use.as_ref().map(|code| code.name(language).map_or_else(|| code.to_string(), str::to_owned)),
            note: land_use.as_ref().map(ToString::to_string),
        },
        plain("card.plot_ratio", plot_ratio(parcel, language)),
        plain("card.site_coverage", bounds(parcel.site_coverage.as_ref(), language, percent)),
        plain("card.green_ratio", bounds(parcel.green_ratio.as_ref(), language, percent)),
        plain("card.height_limit", parcel.height_limit_m.map(metres)),
        plain("card.setbacks", setbacks(parcel, language, unit)),
        plain("card.vibration", parcel.vibration_um_per_s.map(|value| vibration(value, language))),
        plain("card.hazard_class", hazard_class(parcel, language)),
    ]
}

/// How it is had, and for what.
pub(crate) fn terms(parcel: &Parcel, language: Language, unit: AreaUnit) -> Vec<Fact> {
    let tenure = parcel.tenure.as_ref().map(|tenure| {
        let kind = text(language, &format!("tenure.{}", tenure.kind));
        fill(language, "card.tenure_value", &[("kind", &kind), ("years", &tenure.years.to_string())])
    });
    let price = parcel.price.as_ref();
    let acquisition = Some(parcel.acquisition.as_str()).filter(|way| !way.is_empty());
    vec![
        Fact { key: "card.tenure", value: tenure, note: None },
        Fact {
            key: "card.price",
            value: price.map(|price| measure::price(price.cny_per_m2, unit, language)),
            note: price.map(|price| {
                let said = said(&price.source, &price.as_of, language);
                if unit == AreaUnit::SquareMetre {
                    said
                } else {
                    // As the record has it.
                    format!("{} · {said}", measure::price(price.cny_per_m2, AreaUnit::SquareMetre, language))
                }
            }),
        },
        Fact {
            key: "card.acquisition",
            value: acquisition.map(|way| text(language, &format!("acquisition.{way}"))),
            note: source_of(parcel, "acquisition", language),
        },
    ]
}

/// A vibration with the strictest criterion that it meets, if it meets one.
fn vibration(um_per_s: f64, language: Language) -> String {
    let told = format!("{} µm/s", short_number(um_per_s, language));
    let meets = VIBRATION.iter().rev().find(|(_, most)| um_per_s <= *most);
    meets.map_or_else(|| told.clone(), |(class, _)| format!("{told} ({class})"))
}

fn hazard_class(parcel: &Parcel, language: Language) -> Option<String> {
    let class = Some(parcel.hazard_class.as_str()).filter(|class| !class.is_empty());
    class.map(|class| text(language, &format!("hazard_class.{class}")))
}

/// Who says what a field says, and when.
pub(super) fn source_of(parcel: &Parcel, field: &str, language: Language) -> Option<String> {
    let source = parcel.sources.iter().find(|source| source.fields.iter().any(|other| other == field))?;
    Some(said(&source.source, &source.as_of, language))
}

/// A capacity with the day from which it is there, and who says so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SupplyLine {
    pub(crate) kind: String,
    pub(crate) capacity: String,
    pub(crate) when: String,
    /// Whether the capacity is there already.
    pub(crate) now: bool,
    pub(crate) said: String,
}

/// A supply in words.
pub(crate) fn supply(supply: &Supply, language: Language) -> SupplyLine {
    let now = supply.from.is_empty();
    SupplyLine {
        kind: text(language, &format!("supply.{}", supply.kind)),
        capacity: supply.capacity.map_or_else(
            || text(language, "card.unknown"),
            |capacity| format!("{} {}", short_number(capacity, language), supply.unit),
        ),
        when: if now { text(language, "supply.now") } else { fill(language, "supply.from", &[("date", &supply.from)]) },
        now,
        said: said(&supply.source, &supply.as_of, language),
    }
}

/// The plot ratio; as planners write it, with one decimal at least.
pub(crate) fn plot_ratio(parcel: &Parcel, language: Language) -> Option<String> {
    bounds(parcel.plot_ratio.as_ref(), language, |value| {
        let is_whole = (value - value.round()).abs() < 5e-4;
        if is_whole { number(value, 1, language) } else { short_number(value, language) }
    })
}

pub(super) fn said(source: &str, as_of: &str, language: Language) -> String {
    // Who says so is not told to everyone.
    if source.is_empty() {
        return as_of.to_owned();
    }
    fill(language, "card.said", &[("source", source), ("date", as_of)])
}

fn setbacks(parcel: &Parcel, language: Language, unit: AreaUnit) -> Option<String> {
    let setbacks = parcel.setbacks.as_ref()?;
    let [front, side, rear] =
        [setbacks.front_m, setbacks.side_m, setbacks.rear_m].map(|m| short_length(m, unit, language));
    Some(fill(language, "card.setbacks_value", &[("front", &front), ("side", &side), ("rear", &rear)]))
}

fn bounds(bounds: Option<&Bounds>, language: Language, write: impl Fn(f64) -> String) -> Option<String> {
    let bounds = bounds?;
    match (bounds.min.map(&write), bounds.max.map(&write)) {
        (None, None) => None,
        (Some(min), Some(max)) if min == max => Some(min),
        (Some(min), Some(max)) => Some(fill(language, "bounds.between", &[("min", &min), ("max", &max)])),
        (Some(min), None) => Some(fill(language, "bounds.at_least", &[("value", &min)])),
        (None, Some(max)) => Some(fill(language, "bounds.at_most", &[("value", &max)])),
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land::{LocalizedName, Price, Setbacks, Source, Tenure};

    use super::*;

    fn value(facts: &[Fact], key: &str) -> Option<String> {
        facts.iter().find(|fact| fact.key == key).unwrap_or_else(|| panic!("no line {key}")).value.clone()
    }

    fn rich() -> Parcel {
        Parcel {
            area_m2: 100_000.0,
            zone: "zones/CBZ".to_owned(),
            land_use: "100101".to_owned(),
            plot_ratio: Some(Bounds { min: Some(1.0), max: Some(2.5) }),
            site_coverage: Some(Bounds { min: Some(0.4), max: None }),
            green_ratio: Some(Bounds { min: None, max: Some(0.15) }),
            height_limit_m: Some(45.0),
            setbacks: Some(Setbacks { front_m: 8.0, side_m: 5.5, rear_m: 6.0 }),
            tenure: Some(Tenure { kind: "grant".to_owned(), years: 50 }),
            price: Some(Price {
                cny_per_m2: 768.0,
                as_of: "2026-03-01".to_owned(),
                source: "Bureau".to_owned(),
                ..Price::default()
            }),
            ..Parcel::default()
        }
    }

    fn zones() -> Vec<Zone> {
        let name = LocalizedName { language: "zh".to_owned(), text: "综合保税区".to_owned() };
        vec![Zone { name: "zones/CBZ".to_owned(), names: vec![name], ..Zone::default() }]
    }

    #[test]
    fn a_card_says_what_the_record_says() {
        let facts = planning(&rich(), &zones(), Language::En, AreaUnit::Hectare);
        let cases = [
            ("card.area", "10.00 ha"),
            ("card.zone", "综合保税区"),
            ("card.land_use", "Industrial, class 1"),
            ("card.plot_ratio", "1.0 – 2.5"),
            ("card.site_coverage", "≥ 40%"),
            ("card.green_ratio", "≤ 15%"),
            ("card.height_limit", "45 m"),
            ("card.setbacks", "front 8 m · side 5.5 m · rear 6 m"),
        ];
        for (key, expected) in cases {
            assert_eq!(value(&facts, key).as_deref(), Some(expected), "{key}");
        }
        let others = facts[0].note.as_deref().unwrap();
        assert_eq!(others.replace('\u{a0}', " "), "100,000 m² · 150.0 mu · 24.71 acre · 30,250 tsubo");
    }

    #[test]
    fn a_price_comes_with_its_source_and_in_the_readers_unit() {
        let facts = terms(&rich(), Language::Zh, AreaUnit::Mu);
        assert_eq!(value(&facts, "card.tenure").as_deref(), Some("出让，50 年"));
        assert_eq!(value(&facts, "card.price").as_deref(), Some("512,000 元/亩"));
        assert_eq!(facts[1].note.as_deref(), Some("768 元/m² · Bureau，2026-03-01"));
        assert_eq!(said("", "2026-03-01", Language::Zh), "2026-03-01", "the public is not told who says so");
    }

    #[test]
    fn how_a_parcel_can_be_had_comes_with_its_source() {
        let survey = Source {
            fields: vec!["status".to_owned(), "acquisition".to_owned()],
            source: "Survey".to_owned(),
            as_of: "2026-04-30".to_owned(),
            ..Source::default()
        };
        let parcel = Parcel { acquisition: "after_clearance".to_owned(), sources: vec![survey], ..rich() };
        let facts = terms(&parcel, Language::Zh, AreaUnit::Mu);
        assert_eq!(value(&facts, "card.acquisition").as_deref(), Some("需拆迁"));
        assert_eq!(facts[2].note.as_deref(), Some("Survey，2026-04-30"));
    }

    #[test]
    fn what_the_record_does_not_say_is_unknown_and_not_zero() {
        let parcel = Parcel { area_m2: 1.0, plot_ratio: Some(Bounds::default()), ..Parcel::default() };
        let facts = [planning(&parcel, &[], Language::Zh, AreaUnit::Mu), terms(&parcel, Language::Zh, AreaUnit::Mu)];
        for fact in facts.concat().iter().filter(|fact| fact.key != "card.area") {
            assert_eq!(fact.value, None, "{}", fact.key);
        }
        assert_eq!(status_of(&parcel), ParcelStatus::Unknown);
    }

    #[test]
    fn supplies_say_from_when() {
        let later = Supply {
            kind: "power".to_owned(),
            capacity: Some(12_000.0),
            unit: "kW".to_owned(),
            from: "2028-07-01".to_owned(),
            as_of: "2026-02-01".to_owned(),
            source: "Grid".to_owned(),
            ..Supply::default()
        };
        let line = supply(&later, Language::En);
        assert_eq!((line.capacity.as_str(), line.when.as_str(), line.now), ("12,000 kW", "from 2028-07-01", false));
        assert!(supply(&Supply { from: String::new(), ..later }, Language::Ja).now);
    }

    #[test]
    fn a_zone_that_is_not_loaded_yet_is_called_by_its_code() {
        assert_eq!(zone_of(&rich(), &[], Language::En).as_deref(), Some("CBZ"));
        assert_eq!(code_of("parcels/WX-01"), "WX-01");
    }
}
