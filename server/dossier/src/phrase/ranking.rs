//! The summary, the ranking, and how firm it is.

use serde::Serialize;

use super::speak::{number, percent, share, standing_key};
use super::{floors, joined};
use crate::language::Language;
use crate::model::{Ask, Dossier, Ranked, Relaxation, Role, Standing, Verdict};

/// Places that the ranking lists at most.
const MOST_RANKED: usize = 10;

/// A line of the ranking.
#[derive(Debug, Serialize)]
pub(super) struct Ranking {
    rank: u32,
    parcel: String,
    standing: String,
    standing_key: &'static str,
    /// Percent; empty where nothing is wished.
    score: String,
    share: f64,
    is_described: bool,
}

/// What a must costs.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    what: String,
    asked: String,
    /// How many, or up to how many where buildings were not tried on them.
    alone: String,
    unknown: u32,
    steps: String,
}

/// How firm the first rank is.
#[derive(Debug, Serialize)]
pub(super) struct Weights {
    lead: String,
    rows: Vec<Weight>,
    shares_lead: String,
    shares: Vec<ShareRow>,
}

#[derive(Debug, Serialize)]
struct Weight {
    what: String,
    #[serde(rename = "weight")]
    counts: u32,
    stays: String,
    /// Where the interval begins and ends on a scale from 0 to the highest weight that is shown, and where the weight is.
    from: f64,
    to: f64,
    at: f64,
}

#[derive(Debug, Serialize)]
struct ShareRow {
    parcel: String,
    first: String,
    share: f64,
}

/// How many places stand how, and how many answers are unknown in those that are described: a number and what it counts.
pub(super) fn tiles(dossier: &Dossier, language: Language) -> [[String; 2]; 4] {
    let counts = dossier.counts;
    let of = |key: &str, count: f64| [number(count, 0), language.own(&format!("tile.{key}"))];
    [
        of("suits", counts.suits.into()),
        of("open", counts.open.into()),
        of("fails", counts.fails.into()),
        of("unknown", unknown_answers(dossier) as f64),
    ]
}

fn unknown_answers(dossier: &Dossier) -> usize {
    let answers = dossier.places.iter().flat_map(|place| &place.answers);
    answers.filter(|answer| answer.verdict == Verdict::Unknown).count()
}

/// The sentences that come first.
pub(super) fn summary(dossier: &Dossier, language: Language) -> Vec<String> {
    let counts = dossier.counts;
    let of = |count: u32| number(f64::from(count), 0);
    let all = of(counts.suits + counts.open + counts.fails + counts.untried);
    let numbers =
        [("all", all.as_str()), ("suits", &of(counts.suits)), ("open", &of(counts.open)), ("fails", &of(counts.fails))];
    let mut said = vec![language.say("sum.counts", &numbers)];
    match dossier.ranking.first().filter(|first| first.standing == Standing::Suits) {
        Some(first) => leader(dossier, first, language, &mut said),
        None => said.push(language.own("sum.none")),
    }
    said.extend(floors::summary(dossier, language));
    let opinions = joined::opinion_sentences(dossier, language);
    if !opinions.is_empty() {
        said.push(opinions.iter().skip(1).fold(opinions[0].clone(), |all, one| language.join(&all, one)));
    }
    said.extend(joined::summary(dossier, language));
    let costliest = dossier.relaxations.iter().filter(|relaxation| relaxation.alone > 0);
    // Of equals the first of the brief.
    if let Some(must) = costliest.rev().max_by_key(|relaxation| relaxation.alone)
        && let Some(criterion) = dossier.brief.get(must.criterion)
    {
        let what = language.subject(criterion);
        let key = if asks_room_besides(dossier, must) { "sum.costliest_most" } else { "sum.costliest" };
        said.push(language.say(key, &[("what", &what), ("n", &of(must.alone))]));
    }
    said.push(match unknown_answers(dossier) {
        0 => language.own("sum.all_known"),
        count => language.say("sum.unknown", &[("n", &count.to_string())]),
    });
    said
}

fn leader(dossier: &Dossier, first: &Ranked, language: Language, said: &mut Vec<String>) {
    let parcel = ("parcel", first.parcel.as_str());
    if dossier.full_points == 0 {
        said.push(language.say("sum.first_unwished", &[parcel]));
    } else {
        let score = percent(first.points, dossier.full_points);
        let mut sentence = language.say("sum.first", &[parcel, ("score", &score)]);
        let second = dossier.ranking.get(1).filter(|second| second.standing == Standing::Suits);
        if let Some(second) = second.filter(|second| second.points <= first.points) {
            let gap = percent(first.points - second.points, dossier.full_points);
            let key = if gap == "0" { "sum.level" } else { "sum.second" };
            let leads = language.say(key, &[("parcel", &second.parcel), ("gap", &gap)]);
            sentence = language.join(&sentence, &leads);
        }
        said.push(sentence);
        if let Some(share) = dossier.shares.iter().find(|share| share.parcel == first.parcel) {
            said.push(language.say("sum.robust", &[("n", &number(f64::from(share.first), 0))]));
        }
    }
    let described = dossier.places.iter().find(|place| place.ranked.parcel == first.parcel);
    if let Some(index) = described.and_then(|place| place.binding)
        && let (Some(criterion), Some(answer)) =
            (dossier.brief.get(index), described.and_then(|place| place.answers.get(index)))
    {
        let (what, has) = (language.subject(criterion), language.found(criterion, answer));
        let values = [("what", what.as_str()), ("has", &has), ("asked", &language.asked(criterion))];
        said.push(language.say("sum.binding", &values));
    }
}

/// The first places.
pub(super) fn ranking(dossier: &Dossier, language: Language) -> Vec<Ranking> {
    let line = |ranked: &Ranked| {
        let is_scored = ranked.standing == Standing::Suits && dossier.full_points > 0;
        Ranking {
            rank: ranked.rank,
            parcel: ranked.parcel.clone(),
            standing: language.standing(ranked.standing),
            standing_key: standing_key(ranked.standing),
            score: if is_scored { format!("{}%", percent(ranked.points, dossier.full_points)) } else { String::new() },
            share: if is_scored { share(ranked.points, dossier.full_points) } else { 0.0 },
            is_described: dossier.places.iter().any(|place| place.ranked.parcel == ranked.parcel),
        }
    };
    dossier.ranking.iter().take(MOST_RANKED).map(line).collect()
}

/// How many places fail a must and nothing else. Where another must asks for room for a building, that was not tried on them,
/// and it is up to so many.
fn alone(dossier: &Dossier, relaxation: &Relaxation, language: Language) -> String {
    let alone = number(f64::from(relaxation.alone), 0);
    if asks_room_besides(dossier, relaxation) { language.say("costs.most", &[("n", &alone)]) } else { alone }
}

fn asks_room_besides(dossier: &Dossier, relaxation: &Relaxation) -> bool {
    let others = dossier.brief.iter().enumerate().filter(|(index, _)| *index != relaxation.criterion);
    others.map(|(_, criterion)| &criterion.ask).any(|ask| matches!(ask, Ask::Footprint { .. }))
}

/// What each must costs, those that cost something.
pub(super) fn costs(dossier: &Dossier, language: Language) -> Vec<Cost> {
    let costly = dossier.relaxations.iter().filter(|relaxation| relaxation.alone > 0 || relaxation.unknown > 0);
    let cost = |relaxation: &Relaxation| {
        let criterion = dossier.brief.get(relaxation.criterion)?;
        let step = |step: &crate::model::Step| {
            let bound = language.given_way(criterion, &step.to);
            let opens = format!("{}{}", step.opens, if step.opens_at_least { "+" } else { "" });
            language.say("costs.step", &[("bound", &bound), ("n", &opens)])
        };
        let steps: Vec<String> = relaxation.steps.iter().take(3).map(step).collect();
        Some(Cost {
            what: language.subject(criterion),
            asked: language.asked(criterion),
            alone: alone(dossier, relaxation, language),
            unknown: relaxation.unknown,
            steps: steps.join(" / "),
        })
    };
    costly.filter_map(cost).collect()
}

/// Between which weights the first place stays first, and how often places are.
pub(super) fn weights(dossier: &Dossier, language: Language) -> Weights {
    let wishes = dossier.brief.iter().filter(|criterion| matches!(criterion.role, Role::Wish { .. })).count();
    let lead = match (wishes, dossier.intervals.len()) {
        (0, _) => "weights.none",
        (_, 0) => "weights.no_first",
        _ => "weights.lead",
    };
    let most = dossier.brief.iter().filter_map(weight_of).max().unwrap_or(1).max(1);
    // A little more than the highest weight, so that it is seen whether an interval goes beyond.
    let scale = f64::from(most) * 1.5;
    let row = |interval: &crate::model::Interval| {
        let criterion = dossier.brief.get(interval.criterion)?;
        let weight = weight_of(criterion)?;
        let from = number(interval.from, 1);
        let stays = match interval.to {
            Some(to) => language.say("weights.between", &[("from", &from), ("to", &number(to, 1))]),
            None => language.say("weights.from", &[("from", &from)]),
        };
        let on_scale = |value: f64| (value / scale).clamp(0.0, 1.0);
        Some(Weight {
            what: language.subject(criterion),
            counts: weight,
            stays,
            from: on_scale(interval.from),
            to: interval.to.map_or(1.0, on_scale),
            at: on_scale(f64::from(weight)),
        })
    };
    let drawn: u32 = dossier.shares.iter().map(|share| share.first).sum();
    let share = |share: &crate::model::Share| ShareRow {
        parcel: share.parcel.clone(),
        first: number(f64::from(share.first), 0),
        share: f64::from(share.first) / f64::from(drawn.max(1)),
    };
    Weights {
        lead: language.own(lead),
        rows: dossier.intervals.iter().filter_map(row).collect(),
        shares_lead: language.own("weights.shares"),
        shares: if wishes == 0 { Vec::new() } else { dossier.shares.iter().take(5).map(share).collect() },
    }
}

const fn weight_of(criterion: &crate::model::Criterion) -> Option<u32> {
    match criterion.role {
        Role::Wish { weight } => Some(weight),
        Role::Must => None,
    }
}
