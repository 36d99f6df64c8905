//! A place in words: what the record says of it, and what to ask whom.

use serde::Serialize;

use super::MapView;
use super::answer::{AnswerRow, Judged, answers, why};
use super::open::{lines, of_place};
use super::routes::{Routes, routes};
use super::sources::{Cited, Sources};
use super::speak::{number, percent, standing_key};
use super::variant::VariantView;
use crate::language::Language;
use crate::model::{Dossier, Fact, FactValue, Place, Standing, Supply};

/// A place on its page.
#[derive(Debug, Serialize)]
pub(super) struct PlaceView {
    heading: String,
    name: String,
    zone: String,
    standing: String,
    standing_key: &'static str,
    score: String,
    map: Option<MapView>,
    ways: Option<MapView>,
    variants: Vec<VariantView>,
    routes: Routes,
    facts: Vec<FactRow>,
    supplies: Vec<SupplyRow>,
    answers: Vec<AnswerRow>,
    why: Vec<String>,
    ask: Vec<String>,
    ask_none: String,
}

/// A field of the record.
#[derive(Debug, Serialize)]
struct FactRow {
    label: String,
    value: String,
    said: Option<Cited>,
    is_unknown: bool,
}

/// What is supplied.
#[derive(Debug, Serialize)]
struct SupplyRow {
    kind: String,
    capacity: String,
    since: String,
    said: Option<Cited>,
}

/// A place of a dossier.
pub(super) fn view(
    (dossier, place): (&Dossier, &Place),
    [map, ways]: [Option<MapView>; 2],
    variants: Vec<VariantView>,
    sources: &Sources<'_>,
    language: Language,
) -> PlaceView {
    let ranked = &place.ranked;
    let is_scored = ranked.standing == Standing::Suits && dossier.full_points > 0;
    PlaceView {
        heading: language.say("h.place", &[("rank", &ranked.rank.to_string()), ("parcel", &ranked.parcel)]),
        name: language.name(&place.names).unwrap_or_default().to_owned(),
        zone: zone(place, language),
        standing: language.standing(ranked.standing),
        standing_key: standing_key(ranked.standing),
        score: if is_scored { format!("{}%", percent(ranked.points, dossier.full_points)) } else { String::new() },
        map,
        ways,
        variants,
        routes: routes(dossier, place, language),
        facts: place.facts.iter().map(|fact| fact_row(fact, sources, language)).collect(),
        supplies: place.supplies.iter().map(|supply| supply_row(supply, sources, language)).collect(),
        answers: answers(dossier, Judged::from(place), sources, language),
        why: why(dossier, Judged::from(place), language),
        ask: ask(dossier, place, language),
        ask_none: language.own("ask.none"),
    }
}

fn zone(place: &Place, language: Language) -> String {
    let Some(zone) = &place.zone else { return language.own("zone_none") };
    let name = language.name(&zone.names).unwrap_or(&zone.code);
    let kind = language.word("zone_kind", &zone.kind);
    // Some zones are called after what they are.
    let says_it = zone.kind.is_empty() || name.to_lowercase().contains(&kind.to_lowercase());
    if says_it { name.to_owned() } else { format!("{name}{}{kind}", language.list_mark()) }
}

/// What a field is called.
pub(super) fn field(fact: &Fact, language: Language) -> String {
    language.find(&format!("dossier.field.{}", fact.field)).unwrap_or(&fact.field).to_owned()
}

/// Whether nobody knows a field.
pub(super) fn is_unknown(fact: &Fact) -> bool {
    match &fact.value {
        FactValue::Unknown => true,
        FactValue::Range { min, max } => min.is_none() && max.is_none(),
        FactValue::Word(word) => word == "unknown",
        _ => false,
    }
}

fn fact_row(fact: &Fact, sources: &Sources<'_>, language: Language) -> FactRow {
    let is_unknown = is_unknown(fact);
    let amount = |value: f64| language.amount(&fact.field, value, "");
    let value = match &fact.value {
        _ if is_unknown => language.unknown(),
        FactValue::Amount(area) if fact.field == "area" => language.area(area.value),
        FactValue::Amount(value) => language.plain_amount(&fact.field, value),
        FactValue::Range { min: Some(min), max: Some(max) } => {
            language.say("ask.between", &[("min", &amount(*min)), ("max", &amount(*max))])
        }
        FactValue::Range { min: Some(min), max: None } => language.say("ask.at_least", &[("value", &amount(*min))]),
        FactValue::Range { min: None, max: Some(max) } => language.say("ask.at_most", &[("value", &amount(*max))]),
        FactValue::Word(word) => language.word(&fact.field, word),
        FactValue::Setbacks(metres) => {
            let [front, side, rear] = metres.map(|metres| number(metres, 1));
            language.say("setbacks", &[("front", &front), ("side", &side), ("rear", &rear)])
        }
        FactValue::Tenure { kind, years } => {
            let (kind, years) = (language.word("tenure", kind), years.to_string());
            language.say("tenure", &[("kind", &kind), ("years", &years)])
        }
        FactValue::Range { .. } | FactValue::Unknown => language.unknown(),
    };
    FactRow { label: field(fact, language), value, said: sources.cite(fact.said.as_ref()), is_unknown }
}

fn supply_row(supply: &Supply, sources: &Sources<'_>, language: Language) -> SupplyRow {
    let capacity = supply.capacity.as_ref();
    let capacity = capacity.map(|amount| language.plain_amount(&supply.kind, amount));
    let since = supply.from.map(|day| language.say("since.day", &[("day", &day.to_string())]));
    SupplyRow {
        kind: language.word("supply", &supply.kind),
        capacity: capacity.unwrap_or_else(|| language.own("supply_unmeasured")),
        since: since.unwrap_or_else(|| language.own("since.now")),
        said: sources.cite(Some(&supply.said)),
    }
}

/// What is unknown of a place, a line for each who is to be asked.
fn ask(dossier: &Dossier, place: &Place, language: Language) -> Vec<String> {
    lines(&of_place(dossier, place, language), language)
}
