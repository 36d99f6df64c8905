//! All places judged by all musts at once: sets of rows instead of one place after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Standing;
use super::brief::{Brief, Need};
use super::fit::{Fit, Footprint};
use super::judge::meets;
use super::quantity::{Quality, Quantity};
use super::table::{Column, Places, Table, Words};
use crate::record::Bounds;
use crate::rows::{Bits, Condition, Interval, Missed, Steps, Tally};

/// Places that footprints are tried on at most.
pub(super) const MOST_TRIED: usize = 2_000;

/// If footprints are to be tried on no more places than these, they are tried on all of them, even if enough were found to be
/// listed: smaller parks are told to the last place.
pub(super) const LEAST_TRIED: usize = 256;

/// A must that a column answers.
pub(super) struct Quick<'a> {
    /// Its place in the brief.
    pub(super) criterion: usize,
    /// What it needs.
    pub(super) need: &'a Need,
    /// What it looks at.
    pub(super) column: Column,
    /// The rows that meet it.
    pub(super) met: Bits,
    /// How many rows do not, and fall short of nothing else.
    pub(super) missed: Missed,
}

/// A must that has to be tried.
pub(super) struct Slow {
    /// Its place in the brief.
    pub(super) criterion: usize,
    pub(super) footprint: Footprint,
    /// How large places are, m².
    pub(super) areas_m2: Arc<Steps>,
    /// Rows that are smaller than it is, if there are any.
    pub(super) small: Option<Bits>,
    /// Places on which it was tried that fail it and nothing else, as they were tried.
    pub(super) failed: Vec<u32>,
    /// Places on which it was tried that leave it unknown and nothing else.
    pub(super) unknown: u32,
}

impl Slow {
    /// The area below which it has no room, but for what a float cannot tell, m².
    pub(super) fn least_m2(&self) -> f64 {
        self.footprint.width_m * self.footprint.depth_m * (1.0 - 1e-9)
    }
}

/// How all places stand.
pub(super) struct Musts<'a> {
    /// Those that columns answer.
    pub(super) quick: Vec<Quick<'a>>,
    /// Those that have to be tried.
    pub(super) slow: Vec<Slow>,
    /// Rows that pass every must, as far as is known of footprints: those that are not tried are in here, too.
    pub(super) suits: Bits,
    /// Rows that fail none, and leave some unknown.
    pub(super) open: Bits,
    /// Rows that fail at least one.
    pub(super) fails: Bits,
    /// Rows of which exactly one must is not met, as far as was looked.
    pub(super) once: Bits,
    /// Rows, in `suits` or `open`, on which some footprint would have to be tried.
    pub(super) untried: Bits,
}

impl<'a> Musts<'a> {
    /// Judges by all columns.
    pub(super) fn of(brief: &'a Brief, table: &Table, places: &(impl Places + ?Sized)) -> Self {
        let (mut quick, mut slow) = (Vec::new(), Vec::new());
        for (criterion, need) in brief.musts() {
            let (column, met) = match need {
                Need::Amount { quantity, min, max, on } => {
                    let steps = table.amounts(places, *quantity, on.unwrap_or(brief.day()));
                    let met = steps.within(Interval::from(Bounds { min: *min, max: *max }));
                    (Column::Amounts(steps), met)
                }
                Need::Word { quality, among } => {
                    let words = table.words(places, *quality);
                    let met = with_words(&words, *quality, among, places.count());
                    (Column::Words(words), met)
                }
                Need::Ramp(ramp) => {
                    let (columns, met) = table.ramp(places, ramp, brief.day());
                    (Column::Ramp(Arc::new(columns)), met)
                }
                Need::Footprint(footprint) => {
                    let areas_m2 = table.amounts(places, Quantity::Area, brief.day());
                    let mut must = Slow {
                        criterion,
                        footprint: *footprint,
                        areas_m2,
                        small: None,
                        failed: Vec::new(),
                        unknown: 0,
                    };
                    must.small = smaller(must.least_m2(), &must.areas_m2);
                    slow.push(must);
                    continue;
                }
            };
            quick.push(Quick { criterion, need, column, met, missed: Missed::default() });
        }
        let conditions: Vec<Condition<'_>> = quick.iter().map(|must| (&must.met, must.column.known())).collect();
        let failing: Vec<&Bits> = slow.iter().filter_map(|must: &Slow| must.small.as_ref()).collect();
        let Tally { met: suits, open, failed: fails, once, missed } = Tally::of(table.all(), &conditions, &failing);
        for (must, missed) in quick.iter_mut().zip(missed) {
            must.missed = missed;
        }
        let untried = if slow.is_empty() { Bits::none(places.count()) } else { table.all().without(&fails) };
        Self { quick, slow, suits, open, fails, once, untried }
    }

    /// Tries the footprints on places that fail nothing else, in the order in which they are given: those that suit by all
    /// else, then those that are open. Ends where `listed`, or one, were found to suit, or too many tried; where there are
    /// few, after the last.
    pub(super) fn try_footprints(
        &mut self,
        places: &(impl Places + ?Sized),
        order: impl Iterator<Item = u32>,
        listed: usize,
    ) {
        let enough = if self.untried.count() <= LEAST_TRIED { usize::MAX } else { listed.max(1) };
        let mut found = 0;
        for row in order.take(MOST_TRIED) {
            if found >= enough {
                break;
            }
            self.untried.remove(row);
            let candidate = places.candidate(row);
            // Of what is open by all else it matters only whether that is by one must or by several.
            let (mut standing, mut unmet) = match (self.open.has(row), self.once.has(row)) {
                (false, _) => (Standing::Suits, 0),
                (true, true) => (Standing::Open, 1),
                (true, false) => (Standing::Open, 2),
            };
            let mut last = None;
            for (at, must) in self.slow.iter().enumerate() {
                let fit = candidate.fit(must.footprint);
                standing = standing.max(match fit {
                    Fit::Fits(_) => continue,
                    Fit::Unknown(_) => Standing::Open,
                    Fit::Fails => Standing::Fails,
                });
                unmet += 1;
                last = Some((at, fit));
            }
            if let (1, Some((at, fit))) = (unmet, last) {
                let must = &mut self.slow[at];
                if matches!(fit, Fit::Unknown(_)) {
                    must.unknown += 1;
                } else {
                    must.failed.push(row);
                }
            }
            found += usize::from(standing == Standing::Suits);
            self.move_to(row, standing);
            self.unmet_once(row, unmet == 1);
        }
    }

    /// The buildings that need room.
    pub(super) fn footprints(&self) -> impl Iterator<Item = Footprint> {
        self.slow.iter().map(|must| must.footprint)
    }

    /// How many places fail a footprint and nothing else, as far as was tried.
    pub(super) fn alone(&self, slow: &Slow) -> u32 {
        let small = slow.small.as_ref().map_or(0, |small| small.common(&self.once).count());
        (slow.failed.len() + small) as u32
    }

    fn unmet_once(&mut self, row: u32, is_so: bool) {
        if is_so {
            self.once.insert(row);
        } else if self.once.has(row) {
            self.once.remove(row);
            // It was open, so of no must is it known that it fails it.
            for must in self.quick.iter_mut().filter(|must| !must.met.has(row)) {
                must.missed.unmet -= 1;
            }
        }
    }

    /// How many places stand so, those that are untried left out.
    pub(super) fn count(&self, standing: Standing) -> u32 {
        let rows = match standing {
            Standing::Suits => &self.suits,
            Standing::Open => &self.open,
            Standing::Fails => &self.fails,
        };
        rows.count_without(&self.untried) as u32
    }

    /// Rows by kind in the order in which they are listed, those that are untried left out.
    pub(super) fn after_those_that_suit(&self) -> impl Iterator<Item = (Standing, Bits)> {
        // Each is put together when it is asked for: most often enough places suit.
        (0..3).map(|kind| match kind {
            0 => (Standing::Open, self.open.without(&self.untried)),
            1 => (Standing::Fails, self.fails.common(&self.once)),
            _ => (Standing::Fails, self.fails.without(&self.once)),
        })
    }

    fn move_to(&mut self, row: u32, standing: Standing) {
        for (set, of) in
            [(&mut self.suits, Standing::Suits), (&mut self.open, Standing::Open), (&mut self.fails, Standing::Fails)]
        {
            if of == standing {
                set.insert(row);
            } else {
                set.remove(row);
            }
        }
    }
}

/// The rows whose word is one of those that are asked for.
fn with_words(words: &Words, quality: Quality, among: &BTreeSet<String>, count: usize) -> Bits {
    let mut all = words.distinct.iter().filter(|(word, _)| meets(quality, word, among)).map(|(_, rows)| rows);
    let mut met = all.next().cloned().unwrap_or_else(|| Bits::none(count));
    for rows in all {
        met.unite(rows);
    }
    met
}

/// The rows of less than so much area; none if there are none.
fn smaller(least_m2: f64, areas_m2: &Steps) -> Option<Bits> {
    areas_m2.range().filter(|(smallest_m2, _)| *smallest_m2 < least_m2)?;
    let large = areas_m2.within(Interval { min: least_m2, max: f64::INFINITY });
    areas_m2.known().map(|known| known.without(&large))
}
