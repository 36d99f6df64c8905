//! Adjacent parcels that are joined, and in which order other methods put places.

use serde::Serialize;

use super::answer::{Judged, verdict_key, why};
use super::speak::{number, percent, standing_key};
use super::{MapView, Of, Told};
use crate::language::Language;
use crate::model::{Answer, Assembly, Criterion, Dossier, Standing, Verdict};

/// Joined parcels.
#[derive(Debug, Serialize)]
pub(super) struct Assembled {
    rows: Vec<AssemblyRow>,
    /// That there are none, or that not all were looked for; empty where neither is so.
    note: String,
}

#[derive(Debug, Serialize)]
struct AssemblyRow {
    letter: String,
    parcels: String,
    area: String,
    standing: String,
    standing_key: &'static str,
    score: String,
    /// What is not known of them together.
    open: String,
    map: Option<MapView>,
    why: Vec<String>,
    answers: Vec<TogetherRow>,
}

/// What they answer to a criterion together.
#[derive(Debug, Serialize)]
struct TogetherRow {
    what: String,
    found: String,
    verdict: String,
    verdict_key: &'static str,
}

/// What other methods say.
#[derive(Debug, Serialize)]
pub(super) struct Opinions {
    lead: String,
    rows: Vec<OpinionRow>,
}

#[derive(Debug, Serialize)]
struct OpinionRow {
    method: String,
    parcels: Vec<String>,
    /// Whether it puts first what the score puts first.
    agrees: bool,
}

/// What joined parcels are called on maps and in tables, by their place in the answer.
pub fn assembly_letter(index: usize) -> String {
    char::from(b'A' + (index % 26) as u8).to_string()
}

/// Joined parcels in words.
pub(super) fn assembled(told: &Told<'_>, language: Language) -> Assembled {
    let dossier = told.dossier;
    let note = match (dossier.assemblies_cut_short, dossier.assemblies.is_empty()) {
        (true, _) => language.own("joined.cut_short"),
        (false, true) => language.own("joined.none"),
        (false, false) => String::new(),
    };
    let row = |(index, assembly): (usize, &Assembly)| {
        let letter = assembly_letter(index);
        let caption = language.say("map.joined", &[("letter", &letter)]);
        let has_room = assembly.answers.iter().any(|answer| !answer.placement.is_empty());
        let caption = if has_room { language.join(&caption, &language.own("map.placement")) } else { caption };
        let drawn = told.maps.assemblies.get(index);
        let map = drawn.and_then(|drawing| MapView::of(drawing, Of::Assembly.file(index), caption, language));
        assembly_row(dossier, assembly, (letter, map), language)
    };
    Assembled { rows: dossier.assemblies.iter().enumerate().map(row).collect(), note }
}

fn assembly_row(
    dossier: &Dossier,
    assembly: &Assembly,
    (letter, map): (String, Option<MapView>),
    language: Language,
) -> AssemblyRow {
    let answered = || dossier.brief.iter().zip(&assembly.answers);
    let open = answered().filter(|(_, answer)| answer.verdict == Verdict::Unknown);
    let open: Vec<String> = open.map(|(criterion, _)| language.subject(criterion)).collect();
    let together = |(criterion, answer): (&Criterion, &Answer)| {
        let verdict_key = verdict_key(criterion, answer);
        TogetherRow {
            what: language.subject(criterion),
            found: language.found(criterion, answer),
            verdict: language.own(&format!("verdict.{verdict_key}")),
            verdict_key,
        }
    };
    AssemblyRow {
        letter,
        parcels: parcels(assembly),
        area: language.area(assembly.area_m2),
        standing: language.standing(assembly.standing),
        standing_key: standing_key(assembly.standing),
        score: score(dossier, assembly),
        open: open.join(&language.list_mark()),
        // Those that are drawn are told in full.
        why: if map.is_some() { why(dossier, Judged::from(assembly), language) } else { Vec::new() },
        answers: if map.is_some() { answered().map(together).collect() } else { Vec::new() },
        map,
    }
}

pub(super) fn parcels(assembly: &Assembly) -> String {
    assembly.parcels.join(" + ")
}

/// Percent that they have for sure, up to what they have if all that is unknown is as wished.
pub(super) fn score(dossier: &Dossier, assembly: &Assembly) -> String {
    if dossier.full_points == 0 {
        return String::new();
    }
    let of = |points: u64| percent(points, dossier.full_points);
    if assembly.points == assembly.possible_points {
        format!("{}%", of(assembly.points))
    } else {
        format!("{} – {}%", of(assembly.points), of(assembly.possible_points))
    }
}

/// The sentence of the summary; none where no parcels are joined.
pub(super) fn summary(dossier: &Dossier, language: Language) -> Option<String> {
    let first = dossier.assemblies.first()?;
    let n = number(dossier.assemblies.len() as f64, 0);
    let (parcels, area) = (parcels(first), language.area(first.area_m2));
    let key = if first.standing == Standing::Suits { "sum.joined" } else { "sum.joined_open" };
    Some(language.say(key, &[("n", &n), ("parcels", &parcels), ("area", &area)]))
}

/// What other methods put first: a sentence for those that agree with the score, and one for each other place.
pub(super) fn opinion_sentences(dossier: &Dossier, language: Language) -> Vec<String> {
    let Some(score) = dossier.ranking.first() else { return Vec::new() };
    let mut by_first: Vec<(&str, Vec<String>)> = vec![(&score.parcel, Vec::new())];
    for opinion in &dossier.opinions {
        let Some(first) = opinion.parcels.first() else { continue };
        let method = language.text(&format!("brief.method.{}", opinion.method));
        match by_first.iter_mut().find(|(known, _)| known == first) {
            Some((_, methods)) => methods.push(method),
            None => by_first.push((first, vec![method])),
        }
    }
    let sentence = |(index, (first, methods)): (usize, (&str, Vec<String>))| {
        let methods = language.all_of(&methods);
        if index == 0 {
            return language.fill("brief.opinion.same", &[("methods", &methods)]);
        }
        language.say("opinion.other", &[("methods", &methods), ("code", first)])
    };
    let said = by_first.into_iter().enumerate().filter(|(_, (_, methods))| !methods.is_empty());
    said.map(sentence).collect()
}

/// What other methods say, the score's own order first.
pub(super) fn opinions(dossier: &Dossier, language: Language) -> Opinions {
    if dossier.opinions.is_empty() {
        return Opinions { lead: language.own("opinions.none"), rows: Vec::new() };
    }
    let suits = dossier.ranking.iter().filter(|ranked| ranked.standing == Standing::Suits);
    let own: Vec<String> = suits.take(5).map(|ranked| ranked.parcel.clone()).collect();
    let first = own.first().cloned();
    let row = |method: String, parcels: &[String]| OpinionRow {
        method,
        agrees: parcels.first() == first.as_ref(),
        parcels: parcels.to_vec(),
    };
    let mut rows = vec![row(language.own("opinions.score"), &own)];
    rows.extend(
        dossier
            .opinions
            .iter()
            .map(|opinion| row(language.text(&format!("brief.method.{}", opinion.method)), &opinion.parcels)),
    );
    Opinions { lead: language.own("opinions.lead"), rows }
}
