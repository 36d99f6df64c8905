//! What the musts of a brief cost: which places each of them alone keeps out.

use super::brief::{Brief, Need};
use super::musts::{Musts, Quick};
use super::table::{Column, Places};
use crate::record::Code;
use crate::rows::{Bits, Steps};

/// Steps that are told of a must at most.
const MOST_STEPS: usize = 5;

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
    /// The least or most instead of the one that is asked; as the other bound is, it stays.
    pub bound: f64,
    /// How many more places would suit.
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
    let mut alone = musts.once.without(&must.met);
    let unmet = alone.count();
    match must.column.known() {
        Some(known) => alone.intersect(known),
        None => alone = Bits::none(places.count()),
    }
    let failed = alone.count();
    let steps = match (&must.column, must.need) {
        (Column::Amounts(steps), Need::Amount { min, max, .. }) => {
            let told = giving_way(steps, &alone, *min, *max).into_iter();
            told.map(|(bound, opens, row)| Step { bound, opens, first: places.candidate(row).code.clone() }).collect()
        }
        _ => Vec::new(),
    };
    Relaxation { criterion: must.criterion, alone: failed as u32, unknown: (unmet - failed) as u32, steps }
}

/// How far a must gives way to open each of the places that it keeps out: bounds, how many each opens, and the first row
/// that it opens. On the side that opens more; on a tie the least gives way.
fn giving_way(steps: &Steps, alone: &Bits, min: Option<f64>, max: Option<f64>) -> Vec<(f64, u32, u32)> {
    let (mut below, mut above) = (Nearest::default(), Nearest::default());
    for row in alone.rows(0) {
        let amount = steps.value(row);
        if min.is_some_and(|min| amount < min) {
            below.add(-amount, row);
        } else if max.is_some_and(|max| amount > max) {
            above.add(amount, row);
        }
    }
    let (side, sign) = if above.count > below.count { (above, 1.0) } else { (below, -1.0) };
    let mut opens = 0;
    let summed = |step: Kept| {
        opens += step.rows;
        (step.away * sign, opens, step.first)
    };
    side.kept.into_iter().map(summed).collect()
}

/// The amounts nearest to a bound, in the direction in which they grow away from it.
#[derive(Default)]
struct Nearest {
    count: u32,
    /// The nearest first.
    kept: Vec<Kept>,
}

struct Kept {
    away: f64,
    rows: u32,
    first: u32,
}

impl Nearest {
    fn add(&mut self, away: f64, row: u32) {
        self.count += 1;
        let at = self.kept.partition_point(|kept| kept.away < away);
        match self.kept.get_mut(at) {
            Some(kept) if kept.away <= away => kept.rows += 1,
            // What is further than so many others stays so.
            _ if at == MOST_STEPS => {}
            _ => {
                self.kept.insert(at, Kept { away, rows: 1, first: row });
                self.kept.truncate(MOST_STEPS);
            }
        }
    }
}
