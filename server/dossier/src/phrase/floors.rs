//! Floors that can be let, in words: which come first, and what the first of them answer.

use serde::Serialize;

use super::answer::{AnswerRow, Judged, answers, why};
use super::sources::Sources;
use super::speak::{number, percent, share, standing_key};
use crate::language::Language;
use crate::model::{Dossier, Floor, Floors, Standing};

/// Floors that are told in full.
const MOST_TOLD: usize = 3;

/// The floors of a dossier.
#[derive(Debug, Serialize)]
pub(super) struct FloorsView {
    lead: String,
    rows: Vec<FloorRow>,
    told: Vec<FloorView>,
}

/// A line of their ranking.
#[derive(Debug, Serialize)]
struct FloorRow {
    rank: u32,
    which: String,
    parcel: String,
    area: String,
    from: String,
    standing: String,
    standing_key: &'static str,
    /// Percent; empty where nothing is wished.
    score: String,
    share: f64,
    is_told: bool,
}

/// A floor that is told in full.
#[derive(Debug, Serialize)]
struct FloorView {
    heading: String,
    standing: String,
    standing_key: &'static str,
    why: Vec<String>,
    answers: Vec<AnswerRow>,
}

/// Those that are told in full.
pub(super) fn told(dossier: &Dossier) -> &[Floor] {
    let ranking = dossier.floors.as_ref().map_or(&[][..], |floors| &floors.ranking);
    &ranking[..ranking.len().min(MOST_TOLD)]
}

/// Those that are told in full, the first ones or because they were asked for, each once.
pub(super) fn all_told(dossier: &Dossier) -> impl Iterator<Item = &Floor> {
    let first = told(dossier);
    let is_new = |floor: &&Floor| {
        let is_same =
            |one: &Floor| (&one.building, one.floor, &one.unit) == (&floor.building, floor.floor, &floor.unit);
        !first.iter().any(is_same)
    };
    first.iter().chain(dossier.described_floors.iter().filter(is_new))
}

/// What a floor is called.
pub(super) fn which(floor: &Floor, language: Language) -> String {
    let storey = floor.floor.map_or_else(
        || language.text("brief.whole_building"),
        |storey| language.fill("brief.storey", &[("n", &storey.to_string())]),
    );
    [&floor.building, &storey, &floor.unit]
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The floors in words; none where they were not asked for.
pub(super) fn view(dossier: &Dossier, sources: &Sources<'_>, language: Language) -> Option<FloorsView> {
    let floors = dossier.floors.as_ref()?;
    let lead = if floors.ranking.is_empty() { "floors.none" } else { "floors.lead" };
    let told = told(dossier);
    let view = |floor: &Floor| FloorView {
        heading: language
            .say("h.floor", &[("rank", &floor.ranked.rank.to_string()), ("floor", &which(floor, language))]),
        standing: language.standing(floor.ranked.standing),
        standing_key: standing_key(floor.ranked.standing),
        why: why(dossier, Judged::from(floor), language),
        answers: answers(dossier, Judged::from(floor), sources, language),
    };
    let row =
        |(index, floor): (usize, &Floor)| FloorRow { is_told: index < told.len(), ..row(dossier, floor, language) };
    Some(FloorsView {
        lead: language.own(lead),
        rows: floors.ranking.iter().enumerate().map(row).collect(),
        told: told.iter().map(view).collect(),
    })
}

fn row(dossier: &Dossier, floor: &Floor, language: Language) -> FloorRow {
    let ranked = &floor.ranked;
    let is_scored = ranked.standing == Standing::Suits && dossier.full_points > 0;
    FloorRow {
        rank: ranked.rank,
        which: which(floor, language),
        parcel: if ranked.parcel.is_empty() { language.unknown() } else { ranked.parcel.clone() },
        area: language.amount("floor_area_m2", floor.area_m2, "m²"),
        from: floor.from.map_or_else(|| language.own("floors.now"), |day| day.to_string()),
        standing: language.standing(ranked.standing),
        standing_key: standing_key(ranked.standing),
        score: if is_scored { format!("{}%", percent(ranked.points, dossier.full_points)) } else { String::new() },
        share: if is_scored { share(ranked.points, dossier.full_points) } else { 0.0 },
        is_told: false,
    }
}

/// The sentences of the summary; none where floors were not asked for.
pub(super) fn summary(dossier: &Dossier, language: Language) -> Option<String> {
    let Floors { counts, ranking } = dossier.floors.as_ref()?;
    let of = |count: u32| number(f64::from(count), 0);
    let all = of(counts.suits + counts.open + counts.fails);
    let numbers =
        [("all", all.as_str()), ("suits", &of(counts.suits)), ("open", &of(counts.open)), ("fails", &of(counts.fails))];
    let counted = language.say("sum.floors", &numbers);
    let Some(first) = ranking.first().filter(|floor| floor.ranked.standing == Standing::Suits) else {
        return Some(counted);
    };
    let area = language.amount("floor_area_m2", first.area_m2, "m²");
    let leads = language.say("sum.floors_first", &[("floor", &which(first, language)), ("area", &area)]);
    Some(language.join(&counted, &leads))
}
