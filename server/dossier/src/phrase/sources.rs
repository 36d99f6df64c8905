//! By whom everything is said: each statement once, under a number by which the pages cite it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::answer::answered;
use super::floors::{all_told, which};
use super::joined::parcels;
use super::place::{field, is_unknown};
use crate::language::Language;
use crate::model::{Dossier, Said};

/// A statement with what it is about, in words, and of which place, joined parcels or floor.
pub(super) struct Statement<'a> {
    pub(super) said: &'a Said,
    pub(super) about: String,
    pub(super) of: String,
}

/// Everything that is said.
pub(super) fn statements(dossier: &Dossier, language: Language) -> Vec<Statement<'_>> {
    let mut all = Vec::new();
    for place in &dossier.places {
        let of = || place.ranked.parcel.clone();
        for fact in place.facts.iter().filter(|fact| !is_unknown(fact)) {
            all.extend(fact.said.as_ref().map(|said| Statement { said, about: field(fact, language), of: of() }));
        }
        let supplies = place.supplies.iter();
        all.extend(supplies.map(|supply| {
            let about = language.word("supply", &supply.kind);
            Statement { said: &supply.said, about, of: of() }
        }));
        for (_, criterion, answer) in answered(dossier, &place.answers) {
            let about = language.subject(criterion);
            all.extend(answer.said.as_ref().map(|said| Statement { said, about, of: of() }));
        }
    }
    for joined in &dossier.described_assemblies {
        for (_, criterion, answer) in answered(dossier, &joined.answers) {
            let (about, of) = (language.subject(criterion), parcels(joined));
            all.extend(answer.said.as_ref().map(|said| Statement { said, about, of }));
        }
    }
    for floor in all_told(dossier) {
        for (_, criterion, answer) in answered(dossier, &floor.answers) {
            let (about, of) = (language.subject(criterion), which(floor, language));
            all.extend(answer.said.as_ref().map(|said| Statement { said, about, of }));
        }
    }
    all
}

/// The sources of a dossier in the order of their names, which is the same in every language.
pub(super) struct Sources<'a> {
    by_source: BTreeMap<(&'a str, Date, &'a str), Vec<String>>,
    said: BTreeMap<(&'a str, Date, &'a str), &'a Said>,
}

/// The number of a statement.
#[derive(Debug, Serialize)]
pub(super) struct Cited {
    number: usize,
    /// Whether it is said to be unsure.
    is_low: bool,
}

fn key(said: &Said) -> (&str, Date, &str) {
    (&said.source, said.as_of, &said.confidence)
}

impl<'a> Sources<'a> {
    /// Those of a dossier.
    pub(super) fn of(dossier: &'a Dossier, language: Language) -> Self {
        let mut sources = Self { by_source: BTreeMap::new(), said: BTreeMap::new() };
        for Statement { said, about, .. } in statements(dossier, language) {
            let told = sources.by_source.entry(key(said)).or_default();
            if !told.contains(&about) {
                told.push(about);
            }
            sources.said.insert(key(said), said);
        }
        sources
    }

    /// The number of a statement; none where nobody is named.
    pub(super) fn cite(&self, said: Option<&Said>) -> Option<Cited> {
        let said = said?;
        let before = self.by_source.keys().position(|known| *known == key(said))?;
        Some(Cited { number: before + 1, is_low: said.confidence == "low" })
    }

    /// Each source once: its number, who, when, how sure, and of what.
    pub(super) fn rows(&self, language: Language) -> Vec<[String; 5]> {
        let row = |(index, (said, about)): (usize, (&&Said, &Vec<String>))| {
            [
                (index + 1).to_string(),
                language.source(said),
                said.as_of.to_string(),
                language.confidence(said),
                about.join(&language.list_mark()),
            ]
        };
        self.said.values().zip(self.by_source.values()).enumerate().map(row).collect()
    }
}
