//! What a place answers to the brief, and why it stands where it does, in words.

use serde::Serialize;

use super::sources::{Cited, Sources};
use super::speak::{percent, share};
use crate::language::Language;
use crate::model::{
    Answer, Assembly, Change, Criterion, Dossier, Floor, Place, Ranked, Role, Standing, Verdict, Winning,
};

/// How a parcel, parcels that are joined or a floor answer the brief.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged<'a> {
    standing: Standing,
    /// 0 where it has none.
    rank: u32,
    points: u64,
    possible_points: u64,
    /// What is said of it where nothing is lacking for it to come first, by its key.
    leads: &'static str,
    answers: &'a [Answer],
    binding: Option<usize>,
    winning: &'a Winning,
}

impl<'a> From<&'a Place> for Judged<'a> {
    fn from(place: &'a Place) -> Self {
        let Place { ranked, answers, binding, winning, .. } = place;
        Self { answers, binding: *binding, winning, ..Self::ranked(ranked, winning) }
    }
}

impl<'a> From<&'a Floor> for Judged<'a> {
    fn from(floor: &'a Floor) -> Self {
        let Floor { ranked, answers, binding, winning, .. } = floor;
        Self { answers, binding: *binding, winning, ..Self::ranked(ranked, winning) }
    }
}

impl<'a> From<&'a Assembly> for Judged<'a> {
    /// They have no rank: what it would take is said against the first parcel.
    fn from(joined: &'a Assembly) -> Self {
        let Assembly { standing, points, possible_points, answers, binding, winning, .. } = joined;
        let (standing, points, possible_points) = (*standing, *points, *possible_points);
        let leads = "why.joined_first";
        Self { standing, rank: 0, points, possible_points, leads, answers, binding: *binding, winning }
    }
}

impl<'a> Judged<'a> {
    const fn ranked(ranked: &'a Ranked, winning: &'a Winning) -> Self {
        let Ranked { standing, rank, points, possible_points, .. } = *ranked;
        let (leads, answers) = ("why.first", &[]);
        Self { standing, rank, points, possible_points, leads, answers, binding: None, winning }
    }
}

/// The answer to a criterion.
#[derive(Debug, Serialize)]
pub(super) struct AnswerRow {
    what: String,
    asked: String,
    found: String,
    verdict: String,
    verdict_key: &'static str,
    /// Percentage points of a wish, and as a share of what the wish can give.
    points: String,
    share: f64,
    said: Option<Cited>,
    is_binding: bool,
}

/// Each criterion with its answer.
pub(super) fn answered<'a>(
    dossier: &'a Dossier,
    answers: &'a [Answer],
) -> impl Iterator<Item = (usize, &'a Criterion, &'a Answer)> {
    dossier.brief.iter().zip(answers).enumerate().map(|(index, (criterion, answer))| (index, criterion, answer))
}

/// Every answer as a row.
pub(super) fn answers(
    dossier: &Dossier,
    judged: Judged<'_>,
    sources: &Sources<'_>,
    language: Language,
) -> Vec<AnswerRow> {
    let row = |(index, criterion, answer): (usize, &Criterion, &Answer)| AnswerRow {
        is_binding: judged.binding == Some(index),
        ..answer_row(dossier, (criterion, answer), sources, language)
    };
    answered(dossier, judged.answers).map(row).collect()
}

fn answer_row(
    dossier: &Dossier,
    (criterion, answer): (&Criterion, &Answer),
    sources: &Sources<'_>,
    language: Language,
) -> AnswerRow {
    let verdict_key = verdict_key(criterion, answer);
    let is_counted = criterion.role != Role::Must && dossier.full_points > 0;
    AnswerRow {
        what: language.subject(criterion),
        asked: language.asked(criterion),
        found: language.found(criterion, answer),
        verdict: language.own(&format!("verdict.{verdict_key}")),
        verdict_key,
        share: part(dossier, criterion, answer),
        points: if is_counted { format!("+{}", percent(answer.points, dossier.full_points)) } else { String::new() },
        said: sources.cite(answer.said.as_ref()),
        is_binding: false,
    }
}

/// The key of a verdict's word: of a wish it is only known or unknown.
pub(super) fn verdict_key(criterion: &Criterion, answer: &Answer) -> &'static str {
    match (answer.verdict, criterion.role) {
        (Verdict::Unknown, _) => "unknown",
        (_, Role::Wish { .. }) => "known",
        (Verdict::Pass, Role::Must) => "pass",
        (Verdict::Fail, Role::Must) => "fail",
    }
}

/// How much of what a wish can give it does, 0 to 1.
fn part(dossier: &Dossier, criterion: &Criterion, answer: &Answer) -> f64 {
    let weight = |criterion: &Criterion| match criterion.role {
        Role::Wish { weight } => u64::from(weight),
        Role::Must => 0,
    };
    let all: u64 = dossier.brief.iter().map(weight).sum();
    // Every wish gives as much as its weight is of all weights.
    let full = dossier.full_points as f64 * share(weight(criterion), all);
    if full > 0.0 { answer.points as f64 / full } else { 0.0 }
}

/// Why it stands where it does, and what it would take for it to be the first.
pub(super) fn why(dossier: &Dossier, judged: Judged<'_>, language: Language) -> Vec<String> {
    let mut said = Vec::new();
    for (_, criterion, answer) in answered(dossier, judged.answers) {
        let what = language.subject(criterion);
        match (criterion.role, answer.verdict) {
            (Role::Must, Verdict::Fail) => {
                let (has, asked) = (language.found(criterion, answer), language.asked(criterion));
                said.push(language.say("why.fails", &[("what", &what), ("has", &has), ("asked", &asked)]));
                // What a ramp lacks is told with each of its steps.
                if let Some(day) = answer.from.filter(|_| answer.steps.is_empty()) {
                    said.push(language.say("why.from", &[("what", &what), ("day", &day.to_string())]));
                }
            }
            (Role::Must, Verdict::Unknown) => said.push(language.say("why.open", &[("what", &what)])),
            _ => {}
        }
    }
    if judged.standing != Standing::Suits {
        said.extend(once_met(dossier, judged, language));
        return said;
    }
    if dossier.full_points > 0 {
        let (score, possible) =
            (percent(judged.points, dossier.full_points), percent(judged.possible_points, dossier.full_points));
        let is_sure = judged.points == judged.possible_points;
        let key = if is_sure { "why.score_sure" } else { "why.score" };
        said.push(language.say(key, &[("score", &score), ("possible", &possible)]));
    }
    if let Some(index) = judged.binding
        && let (Some(criterion), Some(answer)) = (dossier.brief.get(index), judged.answers.get(index))
    {
        let (what, has) = (language.subject(criterion), language.found(criterion, answer));
        let values = [("what", what.as_str()), ("has", &has), ("asked", &language.asked(criterion))];
        said.push(language.say("sum.binding", &values));
    }
    said.extend(overtaking(dossier, judged, language));
    said
}

fn overtaking(dossier: &Dossier, judged: Judged<'_>, language: Language) -> Vec<String> {
    let Winning { changes, together, musts_suffice } = judged.winning;
    if judged.rank == 1 || (judged.rank == 0 && *musts_suffice && dossier.full_points > 0) {
        return vec![language.own(judged.leads)];
    }
    if dossier.full_points == 0 {
        return Vec::new();
    }
    if *together {
        return vec![language.say("why.wins_all", &[("changes", &named(dossier, changes, language))])];
    }
    let change = |change: &Change| {
        let criterion = dossier.brief.get(change.criterion)?;
        let what = language.subject(criterion);
        Some(match change.to {
            Some(to) => {
                let amount = language.changed(criterion, to);
                language.say("why.wins", &[("what", &what), ("amount", &amount)])
            }
            None => language.say("why.wins_word", &[("what", &what)]),
        })
    };
    let changes: Vec<String> = changes.iter().take(3).filter_map(change).collect();
    if changes.is_empty() { vec![language.own("why.wins_none")] } else { changes }
}

/// What it would take for a place that does not suit, once it passes every must; none where nothing is known.
fn once_met(dossier: &Dossier, judged: Judged<'_>, language: Language) -> Option<String> {
    let Winning { changes, together, musts_suffice } = judged.winning;
    if *musts_suffice {
        return Some(language.own("why.wins_met"));
    }
    let wanted = if *together { &changes[..] } else { changes.get(..1)? };
    (dossier.full_points > 0 && !wanted.is_empty())
        .then(|| language.say("why.wins_met_with", &[("changes", &named(dossier, wanted, language))]))
}

/// Changes, one after the other.
fn named(dossier: &Dossier, changes: &[Change], language: Language) -> String {
    let change = |change: &Change| {
        let criterion = dossier.brief.get(change.criterion)?;
        let what = language.subject(criterion);
        Some(match change.to {
            Some(to) => language.say("why.change", &[("what", &what), ("amount", &language.changed(criterion, to))]),
            None => language.say("why.change_word", &[("what", &what)]),
        })
    };
    language.all_of(&changes.iter().filter_map(change).collect::<Vec<_>>())
}
