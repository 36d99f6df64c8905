//! One place judged by a brief, with every answer.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::brief::{Brief, Criterion, Need, Wish, WishOf};
use super::candidate::{Candidate, Told, Value};
use super::fit::{Fit, Footprint, Lacking, Placement, Room};
use super::quantity::Quality;
use super::ramp::{Ramp, StepAnswer};
use super::value::{FULL_VALUE, SHARE};
use super::{Place, Standing};

/// What is found of a must. Of a wish it is whether anything is known: [`Verdict::Pass`] or [`Verdict::Unknown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is met.
    Pass,
    /// It is not.
    Fail,
    /// Nobody knows. That is not a pass.
    Unknown,
}

/// The answer to a criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What is found.
    pub verdict: Verdict,
    /// What the record says.
    pub value: Value,
    /// Who says so.
    pub told: Option<Told>,
    /// Of an amount that must be within bounds: how far it is within the nearest one, in its unit; negative outside.
    pub margin: Option<f64>,
    /// Of a supply that is not enough: from when it will be.
    pub from: Option<Date>,
    /// Of a building that has room: where; of one that is wished, where as much of it as there is room for.
    pub placement: Option<Placement>,
    /// Of a building of which it is not known whether it has room: what would have to be.
    pub lacking: Option<Lacking>,
    /// Of a ramp: what is found of each step.
    pub steps: Vec<StepAnswer>,
    /// Of a ramp: the step that binds. Value, margin, day and source are its own.
    pub step: Option<usize>,
    /// What it is worth of a wish, parts per million.
    pub worth: u32,
}

impl Answer {
    /// Nothing is known.
    pub(super) const fn nothing(verdict: Verdict) -> Self {
        Self {
            verdict,
            value: Value::Unknown,
            told: None,
            margin: None,
            from: None,
            placement: None,
            lacking: None,
            steps: Vec::new(),
            step: None,
            worth: 0,
        }
    }
}

/// What is found of a must.
pub(super) fn verdict(need: &Need, candidate: &Candidate<'_>, day: Date) -> Verdict {
    let met = match need {
        Need::Amount { quantity, min, max, on } => candidate
            .amount(*quantity, on.unwrap_or(day))
            .map(|amount| min.is_none_or(|min| amount >= min) && max.is_none_or(|max| amount <= max)),
        Need::Word { quality, among } => candidate.word(*quality).map(|word| meets(*quality, word, among)),
        Need::Footprint(footprint) => return of_fit(candidate.fit(*footprint)),
        Need::Ramp(ramp) => return ramp.verdict(&amounts(ramp, candidate, day)),
    };
    match met {
        Some(true) => Verdict::Pass,
        Some(false) => Verdict::Fail,
        None => Verdict::Unknown,
    }
}

const fn of_fit(fit: Fit) -> Verdict {
    match fit {
        Fit::Fits(_) => Verdict::Pass,
        Fit::Fails => Verdict::Fail,
        Fit::Unknown(_) => Verdict::Unknown,
    }
}

/// How much there is on the day of each step.
fn amounts(ramp: &Ramp, candidate: &Candidate<'_>, day: Date) -> Vec<Option<f64>> {
    ramp.on_days(day).map(|(on, _)| candidate.amount(ramp.quantity, on)).collect()
}

/// What a place is worth of a wish, parts per million; none if nobody knows.
fn worth(wish: &Wish, candidate: &Candidate<'_>, day: Date) -> Option<u32> {
    match &wish.of {
        WishOf::Amount { quantity, anchors, on } => {
            candidate.amount(*quantity, on.unwrap_or(day)).map(|amount| anchors.value(amount))
        }
        WishOf::Word { quality, among } => {
            candidate.word(*quality).map(|word| if meets(*quality, word, among) { FULL_VALUE } else { 0 })
        }
        WishOf::Footprint(footprint) => candidate.room(*footprint).map(Room::worth),
        WishOf::Ramp(ramp) => ramp.share(&amounts(ramp, candidate, day)).map(|share| SHARE.value(share)),
    }
}

/// The points of a place, and those that it would have if all that is unknown were as wished.
fn score(brief: &Brief, candidate: &Candidate<'_>) -> (u64, u64) {
    brief.wishes().fold((0, 0), |(score, possible), (_, wish)| {
        let (worth, weight) = (worth(wish, candidate, brief.day()), u64::from(wish.weight));
        let points = |worth: u32| weight * u64::from(worth);
        (score + points(worth.unwrap_or(0)), possible + points(worth.unwrap_or(FULL_VALUE)))
    })
}

/// A place with every answer.
pub fn explain(brief: &Brief, candidate: &Candidate<'_>) -> Place {
    let answers: Vec<Answer> = brief
        .criteria()
        .iter()
        .map(|criterion| match criterion {
            Criterion::Must(need) => must(need, candidate, brief.day()),
            Criterion::Wish(wish) => wished(wish, candidate, brief.day()),
        })
        .collect();
    let weights = brief.criteria().iter().map(|criterion| criterion.wish().map_or(0, |wish| u64::from(wish.weight)));
    let points: Vec<u64> = weights.zip(&answers).map(|(weight, answer)| weight * u64::from(answer.worth)).collect();
    let standing = brief.musts().fold(Standing::Suits, |standing, (index, _)| {
        standing.max(match answers[index].verdict {
            Verdict::Pass => Standing::Suits,
            Verdict::Unknown => Standing::Open,
            Verdict::Fail => Standing::Fails,
        })
    });
    let (score, possible) = score(brief, candidate);
    let amount = |index: usize| match answers[index].value {
        Value::Amount(amount) => Some((amount, amount)),
        _ => None,
    };
    let has_room = |footprint| matches!(candidate.fit(footprint), Fit::Fits(_));
    let suits = standing == Standing::Suits;
    let binding = suits.then(|| narrowest(brief, |index| answers[index].step, amount, has_room)).flatten();
    Place { code: candidate.code.clone(), standing, answers, points, score, possible, binding }
}

/// The must that is met most narrowly where all are; `step` is the step that binds of a ramp, `amount` the least and the most
/// that there is, of the binding step where there is one. A building is only tried larger, by the share that the narrowest
/// amount is within its bound.
pub(super) fn narrowest(
    brief: &Brief,
    step: impl Fn(usize) -> Option<usize>,
    amount: impl Fn(usize) -> Option<(f64, f64)>,
    has_room: impl Fn(Footprint) -> bool,
) -> Option<usize> {
    // A bound of nothing is compared with one unit.
    let share = |within: f64, bound: f64| within / if bound > 0.0 { bound } else { 1.0 };
    let narrow = |(index, need): (usize, &Need)| {
        let (min, max) = match need {
            Need::Amount { min, max, .. } => (*min, *max),
            Need::Ramp(ramp) => (Some(ramp.steps.get(step(index)?)?.min), None),
            Need::Word { .. } | Need::Footprint(_) => return None,
        };
        let (least, most) = amount(index)?;
        let above = min.map(|min| share(least - min, min));
        let below = max.map(|max| share(max - most, max));
        [above, below].into_iter().flatten().min_by(f64::total_cmp).map(|share| (index, share))
    };
    let narrowest = brief.musts().filter_map(narrow).min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let by = narrowest.map_or(f64::INFINITY, |(_, share)| 1.0 + share).sqrt();
    let is_narrower = |(index, need): (usize, &Need)| match need {
        Need::Footprint(footprint) => (by.is_infinite() || !has_room(footprint.times(by))).then_some(index),
        _ => None,
    };
    brief.musts().find_map(is_narrower).or(narrowest.map(|(index, _)| index))
}

fn must(need: &Need, candidate: &Candidate<'_>, day: Date) -> Answer {
    let none = || Answer::nothing(verdict(need, candidate, day));
    match need {
        Need::Amount { quantity, min, max, on } => {
            let day = on.unwrap_or(day);
            let amount = candidate.amount(*quantity, day);
            // Too much of a supply is no lack of it.
            let lacks = min.filter(|min| amount.is_none_or(|amount| amount < *min));
            Answer {
                value: amount.map_or(Value::Unknown, Value::Amount),
                told: candidate.told_amount(*quantity, day),
                margin: amount.map(|amount| margin(amount, *min, *max)),
                from: lacks.and_then(|min| candidate.enough_from(*quantity, (min, *max), day)),
                ..none()
            }
        }
        Need::Word { quality, .. } => {
            Answer { value: word(candidate.word(*quality)), told: candidate.told_word(*quality), ..none() }
        }
        Need::Footprint(footprint) => {
            let found = candidate.fit(*footprint);
            let (placement, lacking) = (found.placement(), found.lacking());
            Answer { placement, lacking, told: candidate.told_room(), ..Answer::nothing(of_fit(found)) }
        }
        Need::Ramp(ramp) => {
            let found = amounts(ramp, candidate, day);
            Answer { verdict: ramp.verdict(&found), ..of_ramp(ramp, candidate, day, (&found, ramp.binding(&found))) }
        }
    }
}

/// What is found of a ramp, but for whether it is met; by how much there is on the day of each step, and which of them binds.
fn of_ramp(ramp: &Ramp, candidate: &Candidate<'_>, day: Date, (found, at): (&[Option<f64>], Option<usize>)) -> Answer {
    let step = |((on, min), amount): ((Date, f64), &Option<f64>)| StepAnswer {
        verdict: match amount {
            None => Verdict::Unknown,
            Some(amount) if *amount < min => Verdict::Fail,
            Some(_) => Verdict::Pass,
        },
        amount: *amount,
        from: if amount.is_some_and(|amount| amount >= min) {
            None
        } else {
            candidate.enough_from(ramp.quantity, (min, None), on)
        },
        told: candidate.told_amount(ramp.quantity, on),
    };
    let steps: Vec<StepAnswer> = ramp.on_days(day).zip(found).map(step).collect();
    let binding = at.and_then(|at| Some((steps.get(at)?, ramp.steps.get(at)?.min)));
    Answer {
        value: binding.and_then(|(step, _)| step.amount).map_or(Value::Unknown, Value::Amount),
        told: binding.and_then(|(step, _)| step.told.clone()),
        margin: binding.and_then(|(step, min)| Some(step.amount? - min)),
        from: binding.and_then(|(step, _)| step.from),
        step: at,
        steps,
        ..Answer::nothing(Verdict::Unknown)
    }
}

fn wished(wish: &Wish, candidate: &Candidate<'_>, day: Date) -> Answer {
    let none = Answer::nothing(Verdict::Unknown);
    let (found, worth) = match &wish.of {
        WishOf::Amount { quantity, on, .. } => {
            let day = on.unwrap_or(day);
            let value = candidate.amount(*quantity, day).map_or(Value::Unknown, Value::Amount);
            (Answer { value, told: candidate.told_amount(*quantity, day), ..none }, worth(wish, candidate, day))
        }
        WishOf::Word { quality, .. } => {
            let value = word(candidate.word(*quality));
            (Answer { value, told: candidate.told_word(*quality), ..none }, worth(wish, candidate, day))
        }
        WishOf::Footprint(footprint) => {
            let room = candidate.room(*footprint);
            let value = room.map_or(Value::Unknown, |room| Value::Amount(room.area_share()));
            let placement = room.and_then(|room| room.placement);
            let lacking = if room.is_none() { candidate.fit(*footprint).lacking() } else { None };
            (Answer { value, placement, lacking, told: candidate.told_room(), ..none }, room.map(Room::worth))
        }
        WishOf::Ramp(ramp) => {
            let found = amounts(ramp, candidate, day);
            // What it is worth is known only with every step.
            let at = found.iter().position(Option::is_none).or_else(|| ramp.binding(&found));
            (of_ramp(ramp, candidate, day, (&found, at)), worth(wish, candidate, day))
        }
    };
    let verdict = if worth.is_some() { Verdict::Pass } else { Verdict::Unknown };
    Answer { verdict, worth: worth.unwrap_or(0), ..found }
}

fn word(word: Option<&str>) -> Value {
    word.map_or(Value::Unknown, |word| Value::Word(word.to_owned()))
}

/// How far an amount is within its bounds; negative outside.
fn margin(amount: f64, min: Option<f64>, max: Option<f64>) -> f64 {
    let above = min.map(|min| amount - min);
    let below = max.map(|max| max - amount);
    [above, below].into_iter().flatten().fold(f64::INFINITY, f64::min)
}

/// Whether a word is among those that are asked for.
pub(super) fn meets(quality: Quality, word: &str, among: &BTreeSet<String>) -> bool {
    match quality {
        Quality::LandUse => among.iter().any(|beginning| word.starts_with(beginning.as_str())),
        _ => among.contains(word),
    }
}
