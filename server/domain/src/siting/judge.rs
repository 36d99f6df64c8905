//! A place judged by a brief.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use jiff::civil::Date;

use super::brief::{Brief, Criterion, Need, Wish, WishOf};
use super::candidate::{Candidate, Told, Value};
use super::quantity::Quality;
use super::value::FULL_VALUE;
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
    /// What it is worth of a wish, parts per million.
    pub worth: u32,
}

/// Judges a place.
pub(super) fn place(brief: &Brief, candidate: &Candidate<'_>) -> Place {
    let answers: Vec<Answer> = brief
        .criteria()
        .iter()
        .map(|criterion| match criterion {
            Criterion::Must(need) => must(need, candidate, brief.day()),
            Criterion::Wish(wish) => wished(wish, candidate, brief.day()),
        })
        .collect();
    let weights = || brief.criteria().iter().map(|criterion| criterion.wish().map_or(0, |wish| u64::from(wish.weight)));
    let points: Vec<u64> = weights().zip(&answers).map(|(weight, answer)| weight * u64::from(answer.worth)).collect();
    let unknown = weights().zip(&answers).filter(|(_, answer)| answer.verdict == Verdict::Unknown);
    let missing: u64 = unknown.map(|(weight, _)| weight * u64::from(FULL_VALUE)).sum();
    let score = points.iter().sum();
    let standing = brief.musts().fold(Standing::Suits, |standing, (index, _)| {
        standing.max(match answers[index].verdict {
            Verdict::Pass => Standing::Suits,
            Verdict::Unknown => Standing::Open,
            Verdict::Fail => Standing::Fails,
        })
    });
    Place { code: candidate.code.clone(), standing, answers, points, score, possible: score + missing }
}

/// In which order places are listed. It is total: codes are unique.
pub(super) fn order(a: &Place, b: &Place) -> Ordering {
    let key = |place: &Place| (place.standing, Reverse(place.score), Reverse(place.possible));
    key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
}

fn must(need: &Need, candidate: &Candidate<'_>, day: Date) -> Answer {
    match need {
        Need::Amount { quantity, min, max, on } => {
            let day = on.unwrap_or(day);
            let (amount, told) = candidate.amount(*quantity, day);
            let margin = amount.map(|amount| margin(amount, *min, *max));
            let verdict = match margin {
                None => Verdict::Unknown,
                Some(margin) if margin >= 0.0 => Verdict::Pass,
                Some(_) => Verdict::Fail,
            };
            let least = min.filter(|_| verdict != Verdict::Pass);
            let from = least.and_then(|least| candidate.from_day(*quantity, least, day));
            Answer { verdict, value: amount.map_or(Value::Unknown, Value::Amount), told, margin, from, worth: 0 }
        }
        Need::Word { quality, among } => {
            let (word, told) = candidate.word(*quality);
            let verdict = match word {
                None => Verdict::Unknown,
                Some(word) if meets(*quality, word, among) => Verdict::Pass,
                Some(_) => Verdict::Fail,
            };
            let value = word.map_or(Value::Unknown, |word| Value::Word(word.to_owned()));
            Answer { verdict, value, told, margin: None, from: None, worth: 0 }
        }
    }
}

fn wished(wish: &Wish, candidate: &Candidate<'_>, day: Date) -> Answer {
    let (value, told, worth) = match &wish.of {
        WishOf::Amount { quantity, anchors, on } => {
            let (amount, told) = candidate.amount(*quantity, on.unwrap_or(day));
            (amount.map_or(Value::Unknown, Value::Amount), told, amount.map(|amount| anchors.value(amount)))
        }
        WishOf::Word { quality, among } => {
            let (word, told) = candidate.word(*quality);
            let worth = word.map(|word| if meets(*quality, word, among) { FULL_VALUE } else { 0 });
            (word.map_or(Value::Unknown, |word| Value::Word(word.to_owned())), told, worth)
        }
    };
    let verdict = if worth.is_some() { Verdict::Pass } else { Verdict::Unknown };
    Answer { verdict, value, told, margin: None, from: None, worth: worth.unwrap_or(0) }
}

/// How far an amount is within its bounds; negative outside.
fn margin(amount: f64, min: Option<f64>, max: Option<f64>) -> f64 {
    let above = min.map(|min| amount - min);
    let below = max.map(|max| max - amount);
    [above, below].into_iter().flatten().fold(f64::INFINITY, f64::min)
}

fn meets(quality: Quality, word: &str, among: &BTreeSet<String>) -> bool {
    match quality {
        Quality::LandUse => among.iter().any(|beginning| word.starts_with(beginning.as_str())),
        _ => among.contains(word),
    }
}
