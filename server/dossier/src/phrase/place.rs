//! A place in words: what the record says, what it answers, why it stands where it does, and what to ask whom.

use serde::Serialize;

use super::MapView;
use super::speak::{number, percent, share, standing_key};
use crate::language::Language;
use crate::model::{Answer, Criterion, Dossier, Fact, FactValue, Place, Said, Standing, Supply, Verdict};

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
    facts: Vec<FactRow>,
    supplies: Vec<[String; 4]>,
    answers: Vec<AnswerRow>,
    parts: Vec<Part>,
    why: Vec<String>,
    ask: Vec<String>,
    ask_none: String,
}

/// A field of the record.
#[derive(Debug, Serialize)]
struct FactRow {
    label: String,
    value: String,
    said: String,
    is_unknown: bool,
}

/// The answer to a criterion.
#[derive(Debug, Serialize)]
struct AnswerRow {
    what: String,
    asked: String,
    found: String,
    verdict: String,
    verdict_key: &'static str,
    points: String,
    said: String,
    is_binding: bool,
}

/// What a wish gives of the score, and what it could.
#[derive(Debug, Serialize)]
struct Part {
    label: String,
    share: f64,
    points: String,
}

/// A place of a dossier.
pub(super) fn view(dossier: &Dossier, place: &Place, map: Option<MapView>, language: Language) -> PlaceView {
    let ranked = &place.ranked;
    let is_scored = ranked.standing == Standing::Suits && dossier.full_points > 0;
    PlaceView {
        heading: language.say("h.place", &[("rank", &ranked.rank.to_string()), ("parcel", &ranked.parcel)]),
        name: language.name(&place.names).unwrap_or_default().to_owned(),
        zone: zone(place, language),
        standing: language.standing(ranked.standing),
        standing_key: standing_key(ranked.standing),
        score: if is_scored { format!("{} %", percent(ranked.points, dossier.full_points)) } else { String::new() },
        map,
        facts: place.facts.iter().map(|fact| fact_row(fact, language)).collect(),
        supplies: place.supplies.iter().map(|supply| supply_row(supply, language)).collect(),
        answers: answered(dossier, place)
            .map(|(index, criterion, answer)| answer_row((dossier, place), (index, criterion, answer), language))
            .collect(),
        parts: if is_scored { parts(dossier, place, language) } else { Vec::new() },
        why: why(dossier, place, language),
        ask: ask(dossier, place, language),
        ask_none: language.own("ask.none"),
    }
}

/// Each criterion with its answer.
pub(super) fn answered<'a>(
    dossier: &'a Dossier,
    place: &'a Place,
) -> impl Iterator<Item = (usize, &'a Criterion, &'a Answer)> {
    dossier.brief.iter().zip(&place.answers).enumerate().map(|(index, (criterion, answer))| (index, criterion, answer))
}

fn zone(place: &Place, language: Language) -> String {
    let Some(zone) = &place.zone else { return language.own("zone_none") };
    let name = language.name(&zone.names).unwrap_or(&zone.code);
    if zone.kind.is_empty() { name.to_owned() } else { format!("{name} · {}", language.word("zone_kind", &zone.kind)) }
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

fn fact_row(fact: &Fact, language: Language) -> FactRow {
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
    FactRow { label: field(fact, language), value, said: language.said(fact.said.as_ref()), is_unknown }
}

fn supply_row(supply: &Supply, language: Language) -> [String; 4] {
    let capacity = supply.capacity.as_ref();
    let capacity = capacity.map(|amount| language.plain_amount(&supply.kind, amount));
    let since = supply.from.map(|day| language.say("since.day", &[("day", &day.to_string())]));
    [
        language.word("supply", &supply.kind),
        capacity.unwrap_or_else(|| language.own("supply_unmeasured")),
        since.unwrap_or_else(|| language.own("since.now")),
        language.said(Some(&supply.said)),
    ]
}

fn answer_row(
    (dossier, place): (&Dossier, &Place),
    (index, criterion, answer): (usize, &Criterion, &Answer),
    language: Language,
) -> AnswerRow {
    let is_must = criterion.role == crate::model::Role::Must;
    let verdict_key = match (answer.verdict, is_must) {
        (Verdict::Unknown, _) => "unknown",
        (_, false) => "known",
        (Verdict::Pass, true) => "pass",
        (Verdict::Fail, true) => "fail",
    };
    let is_counted = !is_must && dossier.full_points > 0;
    AnswerRow {
        what: language.subject(criterion),
        asked: language.asked(criterion),
        found: language.found(criterion, answer),
        verdict: language.own(&format!("verdict.{verdict_key}")),
        verdict_key,
        points: if is_counted { format!("+{}", percent(answer.points, dossier.full_points)) } else { String::new() },
        said: language.said(answer.said.as_ref()),
        is_binding: place.binding == Some(index),
    }
}

fn parts(dossier: &Dossier, place: &Place, language: Language) -> Vec<Part> {
    let wishes = answered(dossier, place).filter(|(_, criterion, _)| criterion.role != crate::model::Role::Must);
    let part = |(_, criterion, answer): (usize, &Criterion, &Answer)| Part {
        label: language.subject(criterion),
        share: share(answer.points, dossier.full_points),
        points: percent(answer.points, dossier.full_points),
    };
    wishes.map(part).collect()
}

/// Why it stands where it does, and what it would take for it to be the first.
fn why(dossier: &Dossier, place: &Place, language: Language) -> Vec<String> {
    let ranked = &place.ranked;
    let mut said = Vec::new();
    for (_, criterion, answer) in answered(dossier, place) {
        let what = language.subject(criterion);
        match (criterion.role, answer.verdict) {
            (crate::model::Role::Must, Verdict::Fail) => {
                let (has, asked) = (language.found(criterion, answer), language.asked(criterion));
                said.push(language.say("why.fails", &[("what", &what), ("has", &has), ("asked", &asked)]));
                if let Some(day) = answer.from {
                    said.push(language.say("why.from", &[("what", &what), ("day", &day.to_string())]));
                }
            }
            (crate::model::Role::Must, Verdict::Unknown) => said.push(language.say("why.open", &[("what", &what)])),
            _ => {}
        }
    }
    if ranked.standing != Standing::Suits {
        return said;
    }
    if dossier.full_points > 0 {
        let (score, possible) =
            (percent(ranked.points, dossier.full_points), percent(ranked.possible_points, dossier.full_points));
        let is_sure = ranked.points == ranked.possible_points;
        let key = if is_sure { "why.score_sure" } else { "why.score" };
        said.push(language.say(key, &[("score", &score), ("possible", &possible)]));
    }
    if let Some(index) = place.binding
        && let (Some(criterion), Some(answer)) = (dossier.brief.get(index), place.answers.get(index))
    {
        let (what, has) = (language.subject(criterion), language.found(criterion, answer));
        let values = [("what", what.as_str()), ("has", &has), ("asked", &language.asked(criterion))];
        said.push(language.say("sum.binding", &values));
    }
    said.extend(overtaking(dossier, place, language));
    said
}

fn overtaking(dossier: &Dossier, place: &Place, language: Language) -> Vec<String> {
    if place.ranked.rank == 1 {
        return vec![language.own("why.first")];
    }
    if dossier.full_points == 0 {
        return Vec::new();
    }
    let change = |change: &crate::model::Change| {
        let criterion = dossier.brief.get(change.criterion)?;
        let what = language.subject(criterion);
        Some(match change.to {
            Some(to) => {
                let amount = language.bound(criterion, to);
                language.say("why.wins", &[("what", &what), ("amount", &amount)])
            }
            None => language.say("why.wins_word", &[("what", &what)]),
        })
    };
    let changes: Vec<String> = place.changes.iter().take(3).filter_map(change).collect();
    if changes.is_empty() { vec![language.own("why.wins_none")] } else { changes }
}

/// What is unknown of a place, and whom to ask: the answers first, then fields of the record.
fn ask(dossier: &Dossier, place: &Place, language: Language) -> Vec<String> {
    let answers = answered(dossier, place).filter(|(_, _, answer)| answer.verdict == Verdict::Unknown);
    let answers = answers.map(|(_, criterion, answer)| (language.subject(criterion), answer.said.as_ref()));
    let fields = place.facts.iter().filter(|fact| is_unknown(fact));
    let fields = fields.map(|fact| (field(fact, language), fact.said.as_ref()));
    let mut lines: Vec<String> = Vec::new();
    for (what, said) in answers.chain(fields) {
        let line = whom(&what, said, language);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn whom(what: &str, said: Option<&Said>, language: Language) -> String {
    match said.filter(|said| !said.source.is_empty()) {
        Some(said) => {
            let day = said.as_of.to_string();
            language.say("ask.line_source", &[("what", what), ("whom", &said.source), ("day", &day)])
        }
        None => language.say("ask.line", &[("what", what), ("whom", &language.own("ask.bureau"))]),
    }
}
