//! What the musts of a brief cost: which places each of them alone keeps out.

use super::brief::{Brief, Criterion, Need};
use super::candidate::Value;
use super::judge::Verdict;
use super::{Place, Standing};
use crate::record::Code;

/// Steps that are told of a must at most.
const MOST_STEPS: usize = 5;

/// What a must costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxation {
    /// The must, by its place in the brief.
    pub criterion: usize,
    /// How many places fail it and nothing else.
    pub alone: u32,
    /// How many places leave it unknown and are open for no other reason.
    pub unknown: u32,
    /// How far it would have to give way for how many of them, the smallest step first. None for words.
    pub steps: Vec<Step>,
}

/// A must that gives way so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The least or most instead of the one that is asked; as the other bound is, it stays.
    pub bound: f64,
    /// How many more places would suit.
    pub opens: u32,
    /// The first of them that this step opens.
    pub first: Code,
}

/// What each must costs, in the order of the brief.
pub(super) fn relaxations(brief: &Brief, places: &[Place]) -> Vec<Relaxation> {
    let musts: Vec<usize> = brief.musts().map(|(index, _)| index).collect();
    let sole = |place: &Place, verdict: Verdict| {
        let mut unmet = musts.iter().filter(|index| place.answers[**index].verdict != Verdict::Pass);
        let only = *unmet.next()?;
        (unmet.next().is_none() && place.answers[only].verdict == verdict).then_some(only)
    };
    let mut all: Vec<(Relaxation, Vec<&Place>)> = musts
        .iter()
        .map(|index| (Relaxation { criterion: *index, alone: 0, unknown: 0, steps: Vec::new() }, Vec::new()))
        .collect();
    for place in places.iter().filter(|place| place.standing != Standing::Suits) {
        let of = |verdict| sole(place, verdict).and_then(|only| musts.iter().position(|index| *index == only));
        if let Some(at) = of(Verdict::Fail) {
            all[at].0.alone += 1;
            all[at].1.push(place);
        }
        if let Some(at) = of(Verdict::Unknown) {
            all[at].0.unknown += 1;
        }
    }
    let steps = |(mut relaxation, kept_out): (Relaxation, Vec<&Place>)| {
        if let Some(Criterion::Must(need)) = brief.criteria().get(relaxation.criterion) {
            relaxation.steps = steps(need, relaxation.criterion, &kept_out);
        }
        relaxation
    };
    all.into_iter().map(steps).collect()
}

/// How far a must gives way to open each of the places that it keeps out, on the side on which that takes least.
fn steps(need: &Need, criterion: usize, kept_out: &[&Place]) -> Vec<Step> {
    let Need::Amount { min, max, .. } = need else { return Vec::new() };
    let amount = |place: &&&Place| match place.answers[criterion].value {
        Value::Amount(amount) => Some((amount, place.code.clone())),
        _ => None,
    };
    let amounts: Vec<(f64, Code)> = kept_out.iter().filter_map(|place| amount(&place)).collect();
    let mut below: Vec<_> =
        amounts.iter().filter(|(amount, _)| min.is_some_and(|min| *amount < min)).cloned().collect();
    let mut above: Vec<_> =
        amounts.iter().filter(|(amount, _)| max.is_some_and(|max| *amount > max)).cloned().collect();
    below.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    above.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    // The side that opens more is told; on a tie the least gives way.
    let sorted = if above.len() > below.len() { above } else { below };
    let mut steps: Vec<Step> = Vec::new();
    for (opens, (bound, first)) in (1_u32..).zip(sorted) {
        if let Some(last) = steps.last_mut().filter(|last| last.bound.total_cmp(&bound).is_eq()) {
            last.opens = opens;
            continue;
        }
        if steps.len() == MOST_STEPS {
            break;
        }
        steps.push(Step { bound, opens, first });
    }
    steps
}
