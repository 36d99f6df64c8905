//! By whom everything is said, and what is missing.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Told;
use super::place::{answered, field, is_unknown};
use super::speak::number;
use crate::language::Language;
use crate::model::{Dossier, Said, Verdict};

/// Supplies that an industrial site is asked for; of those that the record does not speak of it is said that it does not.
const SUPPLIES: [&str; 6] = ["power", "water", "sewage", "gas", "steam", "telecom"];

/// A statement with what it is about: in words, and of which place.
type Statement<'a> = (&'a Said, String);

fn statements(dossier: &Dossier, language: Language) -> Vec<(Statement<'_>, &str)> {
    let mut all = Vec::new();
    for place in &dossier.places {
        let parcel = place.ranked.parcel.as_str();
        for fact in place.facts.iter().filter(|fact| !is_unknown(fact)) {
            all.extend(fact.said.as_ref().map(|said| ((said, field(fact, language)), parcel)));
        }
        let supplies = place.supplies.iter();
        all.extend(supplies.map(|supply| ((&supply.said, language.word("supply", &supply.kind)), parcel)));
        for (_, criterion, answer) in answered(dossier, place) {
            all.extend(answer.said.as_ref().map(|said| ((said, language.subject(criterion)), parcel)));
        }
    }
    all
}

/// Each source once: who, when, how sure, and of what.
pub(super) fn sources(dossier: &Dossier, language: Language) -> Vec<[String; 4]> {
    let mut by_source: BTreeMap<(String, Date, String), Vec<String>> = BTreeMap::new();
    for ((said, what), _) in statements(dossier, language) {
        let about = by_source.entry((language.source(said), said.as_of, language.confidence(said))).or_default();
        if !about.contains(&what) {
            about.push(what);
        }
    }
    let row = |((source, day, confidence), about): ((String, Date, String), Vec<String>)| {
        [source, day.to_string(), confidence, about.join(&language.list_mark())]
    };
    by_source.into_iter().map(row).collect()
}

/// What is missing, the gravest first.
pub(super) fn missing(told: &Told<'_>, language: Language) -> Vec<String> {
    let dossier = told.dossier;
    let mut said = Vec::new();
    for place in &dossier.places {
        let parcel = ("parcel", place.ranked.parcel.as_str());
        let unknown = answered(dossier, place).filter(|(_, _, answer)| answer.verdict == Verdict::Unknown);
        let answers: Vec<String> = unknown.map(|(_, criterion, _)| language.subject(criterion)).collect();
        let fields: Vec<String> =
            place.facts.iter().filter(|fact| is_unknown(fact)).map(|fact| field(fact, language)).collect();
        let unsaid = |kind: &&str| !place.supplies.iter().any(|supply| supply.kind == **kind);
        let supplies: Vec<String> =
            SUPPLIES.iter().filter(|kind| unsaid(kind)).map(|kind| language.word("supply", kind)).collect();
        for (key, list) in [("answers", answers), ("fields", fields), ("supplies", supplies)] {
            if !list.is_empty() {
                let what = list.join(&language.list_mark());
                said.push(language.say(&format!("missing.{key}"), &[parcel, ("what", &what)]));
            }
        }
    }
    said.extend(doubts(dossier, language));
    if told.pictures == 0 {
        said.push(language.own("missing.pictures"));
    }
    let counts = dossier.counts;
    let judged = (counts.suits + counts.open + counts.fails) as usize;
    let rest = judged.saturating_sub(dossier.places.len());
    if rest > 0 {
        said.push(language.say("missing.rest", &[("n", &number(rest as f64, 0))]));
    }
    let tier = language.word("tier", &dossier.tier);
    said.push(language.say("missing.tier", &[("tier", &tier)]));
    said.push(language.own("missing.not_looked"));
    said.push(language.own("missing.offer"));
    said
}

/// What is known, but not well: unsure, not said how sure, or old.
fn doubts(dossier: &Dossier, language: Language) -> Vec<String> {
    let statements = statements(dossier, language);
    let mut said = Vec::new();
    for place in &dossier.places {
        let parcel = place.ranked.parcel.as_str();
        let low = statements.iter().filter(|((said, _), of)| *of == parcel && said.confidence == "low");
        let mut about: Vec<&str> = low.map(|((_, what), _)| what.as_str()).collect();
        about.sort_unstable();
        about.dedup();
        if !about.is_empty() {
            let what = about.join(&language.list_mark());
            said.push(language.say("missing.low", &[("parcel", parcel), ("what", &what)]));
        }
    }
    let mut distinct: Vec<&Said> = Vec::new();
    for ((statement, _), _) in &statements {
        if !distinct.contains(statement) {
            distinct.push(statement);
        }
    }
    let unsaid = distinct.iter().filter(|said| said.confidence.is_empty()).count();
    if unsaid > 0 {
        said.push(language.say("missing.unsaid", &[("n", &unsaid.to_string())]));
    }
    let year_before = dossier.made_on.year().saturating_sub(1);
    let is_old = |said: &&&Said| {
        let day = said.as_of;
        (day.year(), day.month(), day.day()) < (year_before, dossier.made_on.month(), dossier.made_on.day())
    };
    let old: Vec<Date> = distinct.iter().filter(is_old).map(|said| said.as_of).collect();
    if let Some(oldest) = old.iter().min() {
        let values = [("n", old.len().to_string()), ("day", oldest.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        said.push(language.say("missing.old", &values));
    }
    said
}
