//! The limits of what a dossier says.

use jiff::civil::Date;

use super::Told;
use super::sources::{Statement, statements};
use super::speak::number;
use crate::language::Language;
use crate::model::{Dossier, Said};

/// The limits of a dossier, the gravest first.
pub(super) fn missing(told: &Told<'_>, language: Language) -> Vec<String> {
    let dossier = told.dossier;
    let tier = language.word("tier", &dossier.tier);
    let mut said = vec![language.own("missing.not_looked"), language.say("missing.tier", &[("tier", &tier)])];
    said.extend(doubts(dossier, language));
    if dossier.travel.is_some() {
        said.push(language.own("missing.routes"));
    }
    if told.pictures == 0 {
        said.push(language.own("missing.pictures"));
    }
    let counts = dossier.counts;
    let judged = (counts.suits + counts.open + counts.fails) as usize;
    let rest = judged.saturating_sub(dossier.places.len());
    if rest > 0 {
        said.push(language.say("missing.rest", &[("n", &number(rest as f64, 0))]));
    }
    if counts.untried > 0 {
        said.push(language.say("missing.untried", &[("n", &number(f64::from(counts.untried), 0))]));
    }
    said.push(language.own("missing.offer"));
    said
}

/// What is known, but not well: unsure, not said how sure, or old.
fn doubts(dossier: &Dossier, language: Language) -> Vec<String> {
    let statements = statements(dossier, language);
    let mut said = Vec::new();
    let mut places: Vec<&str> = Vec::new();
    for one in statements.iter().filter(|one| one.said.confidence == "low") {
        if !places.contains(&one.of.as_str()) {
            places.push(&one.of);
        }
    }
    for place in places {
        let is_low = |one: &&Statement<'_>| one.of == place && one.said.confidence == "low";
        let mut about: Vec<&str> = statements.iter().filter(is_low).map(|one| one.about.as_str()).collect();
        about.sort_unstable();
        about.dedup();
        let what = about.join(&language.list_mark());
        said.push(language.say("missing.low", &[("parcel", place), ("what", &what)]));
    }
    let mut distinct: Vec<&Said> = Vec::new();
    for Statement { said, .. } in &statements {
        if !distinct.contains(said) {
            distinct.push(said);
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
