//! Joined parcels and floors that are described, in words: as parcels are, but for what only the record of a parcel says.

use serde::Serialize;

use super::answer::{AnswerRow, Judged, answers, why};
use super::floors::which;
use super::joined::{parcels, score};
use super::open::{lines, of_floor, of_joined};
use super::sources::Sources;
use super::speak::{percent, standing_key};
use super::{MapView, Of, Told};
use crate::language::Language;
use crate::model::{Assembly, Floor, Standing};

/// One of them on its page.
#[derive(Debug, Serialize)]
pub(super) struct DescribedView {
    heading: String,
    name: String,
    zone: String,
    standing: String,
    standing_key: &'static str,
    score: String,
    map: Option<MapView>,
    answers: Vec<AnswerRow>,
    why: Vec<String>,
    ask: Vec<String>,
    ask_none: String,
}

/// All of them: joined parcels first, then floors.
pub(super) fn views(told: &Told<'_>, sources: &Sources<'_>, language: Language) -> Vec<DescribedView> {
    let joined = told.dossier.described_assemblies.iter().enumerate();
    let joined = joined.map(|(index, assembly)| self::joined(told, (index, assembly), sources, language));
    let floors = told.dossier.described_floors.iter().enumerate();
    joined.chain(floors.map(|(index, floor)| self::floor(told, (index, floor), sources, language))).collect()
}

/// What they are called.
pub(super) fn names(told: &Told<'_>, language: Language) -> Vec<String> {
    let joined = told.dossier.described_assemblies.iter().map(parcels);
    joined.chain(told.dossier.described_floors.iter().map(|floor| which(floor, language))).collect()
}

fn joined(
    told: &Told<'_>,
    (index, assembly): (usize, &Assembly),
    sources: &Sources<'_>,
    language: Language,
) -> DescribedView {
    let (dossier, names) = (told.dossier, parcels(assembly));
    let judged = Judged::from(assembly);
    let mut caption = language.say("map.described_joined", &[("parcels", &names)]);
    if assembly.answers.iter().any(|answer| !answer.placement.is_empty()) {
        caption = language.join(&caption, &language.own("map.placement"));
    }
    let drawn = told.maps.described_assemblies.get(index);
    DescribedView {
        heading: language.say("h.described_joined", &[("parcels", &names)]),
        name: language.area(assembly.area_m2),
        zone: String::new(),
        standing: language.standing(assembly.standing),
        standing_key: standing_key(assembly.standing),
        score: if assembly.standing == Standing::Fails { String::new() } else { score(dossier, assembly) },
        map: drawn.and_then(|drawing| MapView::of(drawing, Of::Joined.file(index), caption, language)),
        answers: answers(dossier, judged, sources, language),
        why: why(dossier, judged, language),
        ask: lines(&of_joined(dossier, assembly, language), language),
        ask_none: language.own("ask.none_asked"),
    }
}

fn floor(told: &Told<'_>, (index, floor): (usize, &Floor), sources: &Sources<'_>, language: Language) -> DescribedView {
    let (dossier, ranked, name) = (told.dossier, &floor.ranked, which(floor, language));
    let judged = Judged::from(floor);
    let (rank, parcel) = (ranked.rank.to_string(), ranked.parcel.as_str());
    let key = if ranked.rank == 0 { "h.described_floor" } else { "h.described_floor_ranked" };
    let is_scored = ranked.standing == Standing::Suits && dossier.full_points > 0;
    let caption = language.say("map.described_floor", &[("building", &floor.building)]);
    let drawn = told.maps.described_floors.get(index);
    let since = floor.from.map(|day| language.say("since.day", &[("day", &day.to_string())]));
    let area = language.amount("floor_area_m2", floor.area_m2, "m²");
    DescribedView {
        heading: language.say(key, &[("rank", &rank), ("floor", &name)]),
        name: [area, since.unwrap_or_else(|| language.own("floors.now"))].join(&language.list_mark()),
        zone: if parcel.is_empty() { String::new() } else { language.say("floor.on", &[("parcel", parcel)]) },
        standing: language.standing(ranked.standing),
        standing_key: standing_key(ranked.standing),
        score: if is_scored { format!("{}%", percent(ranked.points, dossier.full_points)) } else { String::new() },
        map: drawn.and_then(|drawing| MapView::of(drawing, Of::Floor.file(index), caption, language)),
        answers: answers(dossier, judged, sources, language),
        why: why(dossier, judged, language),
        ask: lines(&of_floor(dossier, floor, language), language),
        ask_none: language.own("ask.none_asked"),
    }
}
