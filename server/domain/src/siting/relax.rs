//! What the musts of a brief cost: which places each of them alone keeps out.

use super::brief::{Brief, Need};
use super::fit::{Fit, Footprint};
use super::musts::{Musts, Quick};
use super::table::{Column, Places};
use crate::record::Code;
use crate::rows::{Bits, Step as Rows, Steps};

/// Steps that are told of a must at most.
const MOST_STEPS: usize = 5;

/// Places that footprints are tried on at most, for each must that gives way: those that come first.
const MOST_OPENED: usize = 48;

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

fn quick(must: &Quick<'_>, musts: &Musts<'_>, places: &(impl Places + ?Sized)) -> Relaxation {
    // Of what is unmet once, it is this must that is not met.
    let unmet = musts.once.count_without(&must.met);
    let none = || Bits::none(places.count());
    let (alone, failed) =
        must.column.known().map_or_else(|| (none(), 0), |known| musts.once.within_without(known, &must.met));
    let steps = match (&must.column, must.need) {
        (Column::Amounts(steps), Need::Amount { min, max, .. }) => {
            let told = giving_way(steps, &alone, failed, (*min, *max), Trial::of(musts, places)).into_iter();
            told.map(|(bound, opens, row)| Step { bound, opens, first: places.candidate(row).code.clone() }).collect()
        }
        (Column::Ramp(columns), Need::Ramp(ramp)) => {
            let up_to = |row| Some((ramp.meets_up_to(&columns.amounts(row))?, row));
            let told =
                cut_off(alone.to_rows().into_iter().filter_map(up_to).collect(), Trial::of(musts, places)).into_iter();
            told.map(|(bound, opens, row)| Step { bound, opens, first: places.candidate(row).code.clone() }).collect()
        }
        _ => Vec::new(),
    };
    Relaxation { criterion: must.criterion, alone: failed as u32, unknown: (unmet - failed) as u32, steps }
}

/// How far a must gives way to open each of the places that it keeps out: bounds, how many each opens, and the first row
/// that it opens. On the side that opens more; on a tie the least gives way.
fn giving_way(
    steps: &Steps,
    alone: &Bits,
    count: usize,
    (min, max): (Option<f64>, Option<f64>),
    trial: Trial<'_, impl Places + ?Sized>,
) -> Vec<(f64, u32, u32)> {
    let below = min.map_or(0, |min| if max.is_none() { count } else { steps.count_below(min, alone) });
    let is_above = count - below > below;
    let (mut side, sign) = (Nearest::default(), if is_above { 1.0 } else { -1.0 });
    if let Some(min) = min.filter(|_| !is_above) {
        side.fill(steps, steps.down_from(min), alone, (|amount| amount < min, sign), trial);
    } else if let Some(max) = max.filter(|_| is_above) {
        side.fill(steps, steps.up_from(max), alone, (|amount| amount > max, sign), trial);
    }
    let mut opens = 0;
    let summed = |step: Kept| {
        opens += step.rows;
        (step.away * sign, opens, step.first)
    };
    side.kept.into_iter().map(summed).collect()
}

/// How far a ramp would have to be cut off to open each of the rows that it keeps out: as [`giving_way`]. Each row comes with
/// the most that the ramp may rise to there.
fn cut_off(mut rows: Vec<(f64, u32)>, mut trial: Trial<'_, impl Places + ?Sized>) -> Vec<(f64, u32, u32)> {
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
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
            Some((_, all, _)) => *all = opens,
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

/// The amounts nearest to a bound, in the direction in which they grow away from it.
#[derive(Default)]
struct Nearest {
    /// The nearest first.
    kept: Vec<Kept>,
}

struct Kept {
    away: f64,
    rows: u32,
    first: u32,
}

impl Nearest {
    /// Takes in rows step by step, each further away than the one before, until no nearer ones can come.
    fn fill<'a>(
        &mut self,
        column: &Steps,
        outwards: impl Iterator<Item = Rows<'a>>,
        alone: &'a Bits,
        (is_beyond, sign): (impl Fn(f64) -> bool, f64),
        mut trial: Trial<'_, impl Places + ?Sized>,
    ) {
        let tries = !trial.footprints.is_empty();
        for step in outwards {
            match step.only.filter(|amount| !tries && is_beyond(*amount)) {
                Some(amount) => {
                    let rows = step.among(alone);
                    let kept = |first: &u32| Kept { away: amount * sign, rows: rows.len() as u32, first: *first };
                    self.kept.extend(rows.first().map(kept));
                }
                None => {
                    let of = step.among(alone).into_iter().map(|row| (column.value(row), row));
                    let beyond = of.filter(|(amount, _)| is_beyond(*amount));
                    let mut nearest: Vec<(f64, u32)> = beyond.map(|(amount, row)| (amount * sign, row)).collect();
                    nearest.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                    for (away, row) in nearest {
                        let is_further = self.kept.last().is_none_or(|last| last.away < away);
                        if is_further && self.kept.len() == MOST_STEPS {
                            return;
                        }
                        match trial.opens(row) {
                            Some(true) => self.add(away, row),
                            Some(false) => {}
                            None => return,
                        }
                    }
                }
            }
            if self.kept.len() >= MOST_STEPS {
                break;
            }
        }
    }

    /// Adds a row that is as far away as the last one, or further.
    fn add(&mut self, away: f64, row: u32) {
        match self.kept.last_mut() {
            Some(kept) if kept.away >= away => kept.rows += 1,
            _ => self.kept.push(Kept { away, rows: 1, first: row }),
        }
    }
}
