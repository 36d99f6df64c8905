//! What is told of demand: nothing from which one or two briefs could be told apart.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Class, Count, Demand, Scope, Subject};
use crate::record::Code;

/// The fewest briefs that anything is told of. One or two could be known by whoever knows one of them.
pub const FEWEST: u64 = 3;

/// A number of briefs as it is told: none, or one of [`FEWEST`] numbers that follow each other, 3 to 5 or 6 to 8, of which
/// the first are 1 and 2.
///
/// What is told of is nested: refused briefs are among all of a row, a zone's among the park's, these among the quarter's.
/// Exact figures would tell by their difference of a single brief; of two of these, how far they are apart is never known
/// closer than each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    step: u64,
}

impl Figure {
    /// No brief.
    pub const NONE: Self = Self { step: 0 };
    /// One brief or two.
    pub const FEW: Self = Self { step: 1 };

    /// The one that a number is told as.
    pub const fn of(briefs: u64) -> Self {
        Self { step: if briefs == 0 { 0 } else { briefs / FEWEST + 1 } }
    }

    /// Of what was counted, which is fewer than none where more was taken back than is known.
    fn of_counted(briefs: i64) -> Self {
        Self::of(u64::try_from(briefs).unwrap_or(0))
    }

    /// So many briefs at least.
    pub const fn least(self) -> u64 {
        match self.step {
            0 => 0,
            1 => 1,
            step => (step - 1) * FEWEST,
        }
    }

    /// So many at most.
    pub const fn most(self) -> u64 {
        match self.step {
            0 => 0,
            step => step * FEWEST - 1,
        }
    }
}

/// What one need did.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedRow {
    /// What was needed.
    pub subject: Subject,
    /// Briefs that it kept out of places.
    pub briefs: Figure,
    /// Those of them that every place refused.
    pub refused: Figure,
    /// How much they asked for: briefs by class, as far as neither a class nor what is left out is of a few.
    pub classes: Vec<(Class, Figure)>,
}

/// What one need did in one zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneRow {
    /// The code of the zone; none for land in no zone that is known.
    pub zone: Option<Code>,
    /// What it did.
    pub row: NeedRow,
}

/// What a quarter's briefs lacked.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Briefs that were counted.
    pub briefs: Figure,
    /// Those that every place refused.
    pub refused: Figure,
    /// Needs in the whole park, that first which refused most briefs, then that which kept most out of places. Those of a few
    /// come last. What is told as the same is in the order of needs.
    pub park: Vec<NeedRow>,
    /// Needs in each zone, in the same order; what is told as the same is in the order of zones and needs.
    pub zones: Vec<ZoneRow>,
}

impl Report {
    /// What is told of what was counted.
    pub fn of(demand: &Demand) -> Self {
        let mut counted = BTreeMap::<(&Scope, Subject), (Count, BTreeMap<Class, u64>)>::new();
        for (kind, count) in &demand.kept_out {
            let (all, classes) = counted.entry((&kind.scope, kind.subject)).or_default();
            all.add(*count);
            if let Some(class) = kind.class {
                *classes.entry(class).or_default() += u64::try_from(count.briefs).unwrap_or(0);
            }
        }
        let (mut park, mut zones) = (Vec::new(), Vec::new());
        for ((scope, subject), (count, classes)) in counted {
            let (briefs, refused) = told(count);
            let row = NeedRow { subject, briefs, refused, classes: told_classes(classes) };
            match scope {
                Scope::Park => park.push(row),
                Scope::Zone(zone) => zones.push(ZoneRow { zone: zone.clone(), row }),
            }
        }
        // Both are stable: what is told as the same stays as it is, so that the order says no more than the figures.
        park.sort_by_key(rank);
        zones.sort_by_key(|zone| rank(&zone.row));
        let mut total = Count::default();
        demand.days.values().for_each(|count| total.add(*count));
        let (briefs, refused) = told(total);
        Self { briefs, refused, park, zones }
    }
}

/// Where a row stands among others; by nothing but what is told of it.
fn rank(row: &NeedRow) -> (bool, Reverse<(Figure, Figure)>) {
    (row.briefs <= Figure::FEW, Reverse((row.refused, row.briefs)))
}

fn told(count: Count) -> (Figure, Figure) {
    match Figure::of_counted(count.briefs) {
        // Not even whether they were refused.
        Figure::FEW => (Figure::FEW, Figure::FEW),
        briefs => (briefs, Figure::of_counted(count.refused)),
    }
}

/// The classes that are told. What is left out must not be of a few either.
fn told_classes(classes: BTreeMap<Class, u64>) -> Vec<(Class, Figure)> {
    let (mut told, few): (Vec<_>, Vec<_>) = classes.into_iter().partition(|(_, briefs)| *briefs >= FEWEST);
    let left_out: u64 = few.iter().map(|(_, briefs)| briefs).sum();
    if 0 < left_out && left_out < FEWEST {
        let least = told.iter().enumerate().min_by_key(|(_, (_, briefs))| *briefs).map(|(index, _)| index);
        least.map(|index| told.remove(index));
    }
    told.into_iter().map(|(class, briefs)| (class, Figure::of(briefs))).collect()
}
