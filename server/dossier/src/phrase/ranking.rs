//! The summary, the ranking, and how firm it is.

use serde::Serialize;

use super::speak::{number, percent, share, standing_key};
use crate::language::Language;
use crate::model::{Dossier, Ranked, Role, Standing, Verdict};

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
    alone: u32,
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
    first: u32,
    share: f64,
}

/// The sentences that come first.
pub(super) fn summary(dossier: &Dossier, language: Language) -> Vec<String> {
    let counts = dossier.counts;
    let of = |count: u32| number(f64::from(count), 0);
    let all = of(counts.suits + counts.open + counts.fails);
    let numbers =
        [("all", all.as_str()), ("suits", &of(counts.suits)), ("open", &of(counts.open)), ("fails", &of(counts.fails))];
    let mut said = vec![language.say("sum.counts", &numbers)];
    match dossier.ranking.first().filter(|first| first.standing == Standing::Suits) {
        Some(first) => leader(dossier, first, language, &mut said),
        None => said.push(language.own("sum.none")),
    }
    let costliest = dossier.relaxations.iter().filter(|relaxation| relaxation.alone > 0);
    // Of equals the first of the brief.
    if let Some(must) = costliest.rev().max_by_key(|relaxation| relaxation.alone)
        && let Some(criterion) = dossier.brief.get(must.criterion)
    {
        let what = language.subject(criterion);
        said.push(language.say("sum.costliest", &[("what", &what), ("n", &of(must.alone))]));
    }
    let answers = dossier.places.iter().flat_map(|place| &place.answers);
    let unknown = answers.filter(|answer| answer.verdict == Verdict::Unknown).count();
    said.push(match unknown {
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
            let leads = language.say("sum.second", &[("parcel", &second.parcel), ("gap", &gap)]);
            sentence = join(language, &sentence, &leads);
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

/// Two sentences after each other.
fn join(language: Language, one: &str, other: &str) -> String {
    if language == Language::En { format!("{one} {other}") } else { format!("{one}{other}") }
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
            score: if is_scored { format!("{} %", percent(ranked.points, dossier.full_points)) } else { String::new() },
            share: if is_scored { share(ranked.points, dossier.full_points) } else { 0.0 },
            is_described: dossier.places.iter().any(|place| place.ranked.parcel == ranked.parcel),
        }
    };
    dossier.ranking.iter().take(MOST_RANKED).map(line).collect()
}

/// What each must costs, those that cost something.
pub(super) fn costs(dossier: &Dossier, language: Language) -> Vec<Cost> {
    let costly = dossier.relaxations.iter().filter(|relaxation| relaxation.alone > 0 || relaxation.unknown > 0);
    let cost = |relaxation: &crate::model::Relaxation| {
        let criterion = dossier.brief.get(relaxation.criterion)?;
        let step = |step: &crate::model::Step| {
            let bound = language.bound(criterion, step.bound);
            language.say("costs.step", &[("bound", &bound), ("n", &step.opens.to_string())])
        };
        let steps: Vec<String> = relaxation.steps.iter().take(3).map(step).collect();
        Some(Cost {
            what: language.subject(criterion),
            asked: language.asked(criterion),
            alone: relaxation.alone,
            unknown: relaxation.unknown,
            steps: steps.join("\u{2002}·\u{2002}"),
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
        first: share.first,
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
