//! What the musts of a brief cost: which places each of them alone keeps out.

use std::cmp::Ordering;

use super::brief::{Brief, Need};
use super::fit::{Fit, Footprint};
use super::musts::{Musts, Quick};
use super::table::{Column, Places};
use crate::record::Code;
use crate::rows::{Bits, Each, Steps};

/// Steps that are told of a must at most.
const MOST_STEPS: usize = 5;

/// Places that footprints are tried on at most, for each must that gives way: those that come first.
const MOST_OPENED: usize = 48;

/// If a must keeps out no more places than these, all are looked at; of more, those that are nearest to its bound.
const FEW: usize = 2_000;

/// What a must costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxation {
    /// The must, by its place in the brief.
    pub criterion: usize,
    /// How many places fail it and nothing else. A footprint is tried only where nothing else fails, so of another must
    /// these may have no room for it.
    pub alone: u32,
    /// How many places leave it unknown and are open for no other reason.
    pub unknown: u32,
    /// How far it would have to give way for how many of them, the smallest step first. None for words.
    pub steps: Vec<Step>,
}

/// A must that gives way so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The least or most instead of the one that is asked; as the other bound is, it stays. Of a ramp the most that it rises
    /// to, its higher steps cut off there.
    pub bound: f64,
    /// How many more places would suit; where footprints are asked, of the first 48 that come into question.
    pub opens: u32,
    /// The first of them that this step opens.
    pub first: Code,
}

/// What each must costs, in the order of the brief.
pub(super) fn relaxations(brief: &Brief, musts: &Musts<'_>, places: &(impl Places + ?Sized)) -> Vec<Relaxation> {
    let of = |(criterion, _)| {
        if let Some(must) = musts.quick.iter().find(|must| must.criterion == criterion) {
            return quick(must, musts, places);
        }
        let tried = musts.slow.iter().find(|must| must.criterion == criterion);
        let (alone, unknown) = tried.map_or((0, 0), |must| (musts.alone(must), must.unknown));
        Relaxation { criterion, alone, unknown, steps: Vec::new() }
    };
    brief.musts().map(of).collect()
}

/// Of what is unmet once, it is this must that is not met.
fn quick(must: &Quick<'_>, musts: &Musts<'_>, places: &(impl Places + ?Sized)) -> Relaxation {
    let (missed, trial) = (must.missed, Trial::of(musts, places));
    let alone = Alone { must, once: &musts.once };
    let told = match (&must.column, must.need) {
        (Column::Amounts(steps), Need::Amount { min, max, .. }) => giving_way(steps, &alone, (*min, *max), trial),
        (Column::Ramp(columns), Need::Ramp(ramp)) => {
            let up_to = |row| Some((ramp.meets_up_to(&columns.amounts(row))?, row));
            let mut rows: Vec<(f64, u32)> = alone.rows().into_iter().filter_map(up_to).collect();
            rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            opened(rows.into_iter(), trial)
        }
        _ => Vec::new(),
    };
    let step = |(bound, opens, row)| Step { bound, opens, first: places.candidate(row).code.clone() };
    Relaxation {
        criterion: must.criterion,
        alone: missed.failed as u32,
        unknown: (missed.unmet - missed.failed) as u32,
        steps: told.into_iter().map(step).collect(),
    }
}

/// What one must keeps out and no other.
struct Alone<'a> {
    must: &'a Quick<'a>,
    /// Rows of which one must is not met: one that fails this one is among what it keeps out.
    once: &'a Bits,
}

impl Alone<'_> {
    const fn count(&self) -> usize {
        self.must.missed.failed
    }

    fn rows(&self) -> Vec<u32> {
        let known = self.must.column.known();
        known.map_or_else(Vec::new, |known| self.once.between(known, Some(&self.must.met)))
    }
}

/// How far a must gives way to open each of the places that it keeps out: bounds, how many each opens, and the first row
/// that it opens. On the side that opens more; on a tie the least gives way.
fn giving_way(
    steps: &Steps,
    alone: &Alone<'_>,
    (min, max): (Option<f64>, Option<f64>),
    trial: Trial<'_, impl Places + ?Sized>,
) -> Vec<(f64, u32, u32)> {
    let below = min.map_or(0, |min| if max.is_none() { alone.count() } else { steps.count_below(min, alone.once) });
    let is_above = alone.count() - below > below;
    let is_beyond =
        |amount: f64| if is_above { max.is_some_and(|max| amount > max) } else { min.is_some_and(|min| amount < min) };
    if alone.count() <= FEW {
        let rows = alone.rows().into_iter().map(|row| (steps.value(row), row));
        let mut rows: Vec<(f64, u32)> = rows.filter(|(amount, _)| is_beyond(*amount)).collect();
        let away = |amount: f64| if is_above { amount } else { -amount };
        let nearer = |a: &(f64, u32), b: &(f64, u32)| away(a.0).total_cmp(&away(b.0)).then(a.1.cmp(&b.1));
        return opened(in_order(&mut rows, nearer), trial);
    }
    let is_alone = |(_, row): &(f64, u32)| alone.once.has(*row);
    match (min, max, steps.each()) {
        (_, _, Some(each)) if trial.footprints.is_empty() => {
            let mut each: Vec<Each<'_>> = each.filter(|step| is_beyond(step.value)).collect();
            if !is_above {
                each.reverse();
            }
            counted(each.into_iter(), alone.once)
        }
        (_, Some(max), _) if is_above => opened(steps.up_from(max).filter(is_alone), trial),
        (Some(min), ..) if !is_above => opened(steps.down_from(min).filter(is_alone), trial),
        _ => Vec::new(),
    }
}

/// Some rows in order. Most often only the first are looked at, so the others are put into order only when it comes to them.
fn in_order<T: Copy>(rows: &mut [T], order: impl Fn(&T, &T) -> Ordering) -> impl Iterator<Item = T> {
    const FIRST: usize = 2 * MOST_OPENED;
    if rows.len() > FIRST {
        rows.select_nth_unstable_by(FIRST, &order);
    }
    let (first, rest) = rows.split_at_mut(FIRST.min(rows.len()));
    first.sort_unstable_by(&order);
    let rest = std::iter::once_with(move || {
        rest.sort_unstable_by(order);
        &*rest
    });
    first.iter().copied().chain(rest.flatten().copied())
}

/// Of a column of few different values, the nearest first: how many rows each of them opens, all before it included.
fn counted<'a>(steps: impl Iterator<Item = Each<'a>>, once: &Bits) -> Vec<(f64, u32, u32)> {
    let mut opens = 0;
    let told = |step: Each<'_>| {
        let rows = step.among(once);
        opens += rows.len() as u32;
        Some((step.value, opens, *rows.first()?))
    };
    steps.filter_map(told).take(MOST_STEPS).collect()
}

/// How many places open where a must gives way to each of the nearest bounds: rows with the bound that opens them, the nearest
/// first.
fn opened(rows: impl Iterator<Item = (f64, u32)>, mut trial: Trial<'_, impl Places + ?Sized>) -> Vec<(f64, u32, u32)> {
    let mut steps: Vec<(f64, u32, u32)> = Vec::new();
    let mut opens = 0;
    for (bound, row) in rows {
        let is_same = steps.last().is_some_and(|(last, ..)| last.total_cmp(&bound).is_eq());
        if !is_same && steps.len() == MOST_STEPS {
            break;
        }
        match trial.opens(row) {
            Some(true) => opens += 1,
            Some(false) => continue,
            None => break,
        }
        match steps.last_mut().filter(|_| is_same) {
            Some((_, all, first)) => (*all, *first) = (opens, row.min(*first)),
            None => steps.push((bound, opens, row)),
        }
    }
    steps
}

/// Whether what a must keeps out has room for the buildings that are asked for: nobody has tried them there before.
struct Trial<'a, P: ?Sized> {
    footprints: Vec<Footprint>,
    places: &'a P,
    tried: usize,
}

impl<'a, P: Places + ?Sized> Trial<'a, P> {
    fn of(musts: &Musts<'_>, places: &'a P) -> Self {
        Self { footprints: musts.footprints().collect(), places, tried: 0 }
    }

    /// Whether a place would suit but for the must; none once enough were tried.
    fn opens(&mut self, row: u32) -> Option<bool> {
        if self.footprints.is_empty() {
            return Some(true);
        }
        self.tried += 1;
        let candidate = self.places.candidate(row);
        let has_room = |footprint: &Footprint| matches!(candidate.fit(*footprint), Fit::Fits(_));
        (self.tried <= MOST_OPENED).then(|| self.footprints.iter().all(has_room))
    }
}
