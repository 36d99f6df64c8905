//! What nobody knows yet, and whom to ask: the first thing that a reader has to act on.

use serde::Serialize;

use super::answer::answered;
use super::floors::{all_told, which};
use super::joined::parcels;
use super::place::{field, is_unknown};
use super::routes::unreached;
use crate::language::Language;
use crate::model::{Answer, Assembly, Dossier, Floor, Knows, Place, Said, Verdict};

/// Who knows the fields of a parcel, and of all else where nobody is told.
const BUREAU: &str = "planning_bureau";

/// Stands for nobody: what is computed from the record.
const COMPUTED: &str = "computed";

/// What is lacking where an outline is not tried.
const OUTLINE: &str = "outline";

/// What one place leaves open that one source or office may know.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct OpenRow {
    /// A parcel, or a floor.
    parcel: String,
    whom: String,
    /// What the brief asks for.
    decides: String,
    /// What else the record is silent about.
    besides: String,
}

impl OpenRow {
    /// Everything that is to be asked.
    pub(super) fn what(&self, language: Language) -> String {
        let parts = [self.decides.as_str(), &self.besides].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(&language.list_mark())
    }

    /// Who is to be asked.
    pub(super) fn whom(&self) -> &str {
        &self.whom
    }
}

/// Whom to ask, and what of the brief and besides, in the order in which they are met.
#[derive(Default)]
struct Open(Vec<(String, [Vec<String>; 2])>);

impl Open {
    fn add(&mut self, whom: String, column: usize, what: String) {
        let index = self.0.iter().position(|(known, _)| *known == whom).unwrap_or_else(|| {
            self.0.push((whom, <[Vec<String>; 2]>::default()));
            self.0.len() - 1
        });
        let (_, columns) = &mut self.0[index];
        if columns.iter().all(|known| !known.contains(&what)) {
            columns[column].push(what);
        }
    }

    fn add_answers(
        &mut self,
        dossier: &Dossier,
        answers: &[Answer],
        knows: impl Fn(&Knows) -> &str,
        language: Language,
    ) {
        for (_, criterion, answer) in answered(dossier, answers).filter(|(_, _, one)| one.verdict == Verdict::Unknown) {
            let subject = language.subject(criterion);
            let (knows, what) = match answer.lacking.as_str() {
                "" => (knows(&criterion.knows), subject),
                lacking => {
                    // An outline that is too intricate to be tried is nobody's to tell.
                    let knows = if lacking == OUTLINE { COMPUTED } else { knows(&criterion.knows) };
                    let lack = language.word("lacking", lacking);
                    (knows, language.say("ask.lacking", &[("what", &subject), ("lack", &lack)]))
                }
            };
            let said = answer.said.as_ref().filter(|_| answer.lacking != OUTLINE);
            self.add(whom(said, knows, language), 0, what);
        }
    }

    fn rows(self, place: &str, language: Language) -> Vec<OpenRow> {
        let row = |(whom, [decides, besides]): (String, [Vec<String>; 2])| OpenRow {
            parcel: place.to_owned(),
            whom,
            decides: decides.join(&language.list_mark()),
            besides: besides.join(&language.list_mark()),
        };
        self.0.into_iter().map(row).collect()
    }
}

/// All that is open, by place in the order of the dossier, and then by floor.
pub(super) fn rows(dossier: &Dossier, language: Language) -> Vec<OpenRow> {
    let places = dossier.places.iter().flat_map(|place| of_place(dossier, place, language));
    let joined = dossier.described_assemblies.iter().flat_map(|joined| of_joined(dossier, joined, language));
    let floors = all_told(dossier).flat_map(|floor| of_floor(dossier, floor, language));
    places.chain(joined).chain(floors).collect()
}

/// A line for each who is to be asked.
pub(super) fn lines(rows: &[OpenRow], language: Language) -> Vec<String> {
    let line = |row: &OpenRow| language.say("ask.line", &[("what", &row.what(language)), ("whom", row.whom())]);
    rows.iter().map(line).collect()
}

/// What joined parcels leave open together.
pub(super) fn of_joined(dossier: &Dossier, joined: &Assembly, language: Language) -> Vec<OpenRow> {
    let mut open = Open::default();
    open.add_answers(dossier, &joined.answers, |knows| &knows.land, language);
    open.rows(&parcels(joined), language)
}

/// What a floor leaves open.
pub(super) fn of_floor(dossier: &Dossier, floor: &Floor, language: Language) -> Vec<OpenRow> {
    let mut open = Open::default();
    open.add_answers(dossier, &floor.answers, |knows| &knows.floor, language);
    open.rows(&which(floor, language), language)
}

/// What one place leaves open, by whom to ask.
pub(super) fn of_place(dossier: &Dossier, place: &Place, language: Language) -> Vec<OpenRow> {
    let mut open = Open::default();
    open.add_answers(dossier, &place.answers, |knows| &knows.land, language);
    for fact in place.facts.iter().filter(|fact| is_unknown(fact)) {
        open.add(whom(fact.said.as_ref(), BUREAU, language), 1, field(fact, language));
    }
    for supply in &place.untold {
        open.add(whom(None, &supply.knows, language), 1, language.word("supply", &supply.kind));
    }
    for what in unreached(place, language) {
        open.add(whom(None, COMPUTED, language), 1, what);
    }
    open.rows(&place.ranked.parcel, language)
}

/// Who said that something is not known; else who knows such things; or that it is nobody's to know, but computed.
fn whom(said: Option<&Said>, knows: &str, language: Language) -> String {
    match (said.filter(|said| !said.source.is_empty()), knows) {
        (Some(said), _) => language.say("ask.source", &[("whom", &said.source), ("day", &said.as_of.to_string())]),
        (None, COMPUTED) => language.own("ask.computed"),
        (None, "") => language.word("authority", BUREAU),
        (None, knows) => language.word("authority", knows),
    }
}
