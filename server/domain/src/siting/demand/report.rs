//! What is told of demand: figures that are of a few briefs only are not.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Class, Count, Demand, Subject};
use crate::record::Code;

/// The fewest briefs that a figure is told of. One or two could be known by whoever knows one of them.
pub const FEWEST: u64 = 3;

/// A number of briefs, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// More than none and fewer than [`FEWEST`].
    Few,
    /// So many.
    Exactly(u64),
}

impl Figure {
    const fn of(briefs: i64) -> Self {
        let briefs = if briefs < 0 { 0 } else { briefs as u64 };
        if 0 < briefs && briefs < FEWEST { Self::Few } else { Self::Exactly(briefs) }
    }

    /// The number, where it is told.
    pub const fn told(self) -> Option<u64> {
        match self {
            Self::Few => None,
            Self::Exactly(briefs) => Some(briefs),
        }
    }
}

/// What one need kept out of one zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    /// The code of the zone; none for land in no zone that is known.
    pub zone: Option<Code>,
    /// What was needed.
    pub subject: Subject,
    /// Briefs that it alone kept out of places of the zone.
    pub briefs: Figure,
    /// Those of them that no place suits, anywhere.
    pub unanswered: Figure,
    /// How much they asked for: briefs by class, as far as neither a class nor what is left out is of a few.
    pub classes: Vec<(Class, u64)>,
}

/// What a quarter's briefs lacked.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Briefs that were answered.
    pub briefs: Figure,
    /// Those that no place suits.
    pub unanswered: Figure,
    /// The need and zone that kept most briefs out first; those of a few by zone and need, last.
    pub rows: Vec<ReportRow>,
}

impl Report {
    /// What is told of what was counted.
    pub fn of(demand: &Demand) -> Self {
        let mut rows = BTreeMap::<(Option<&Code>, Subject), (Count, BTreeMap<Class, u64>)>::new();
        for (kind, count) in &demand.kept_out {
            let (all, classes) = rows.entry((kind.zone.as_ref(), kind.subject)).or_default();
            all.add(*count);
            if let Some(class) = kind.class {
                *classes.entry(class).or_default() += u64::try_from(count.briefs).unwrap_or(0);
            }
        }
        let row = |((zone, subject), (count, classes)): ((Option<&Code>, Subject), (Count, _))| {
            let (briefs, unanswered) = told(count);
            ReportRow { zone: zone.cloned(), subject, briefs, unanswered, classes: told_classes(classes) }
        };
        let mut rows: Vec<ReportRow> = rows.into_iter().map(row).collect();
        // It is stable: those of a few stay by zone and need, so that their order says nothing.
        rows.sort_by_key(|row| Reverse(row.briefs.told()));
        let mut total = Count::default();
        demand.days.values().for_each(|count| total.add(*count));
        let (briefs, unanswered) = told(total);
        Self { briefs, unanswered, rows }
    }
}

fn told(count: Count) -> (Figure, Figure) {
    match Figure::of(count.briefs) {
        Figure::Few => (Figure::Few, Figure::Few),
        briefs @ Figure::Exactly(_) => (briefs, Figure::of(count.unanswered)),
    }
}

/// The classes that are told. What is left out must not be of a few either, since the sum is told.
fn told_classes(classes: BTreeMap<Class, u64>) -> Vec<(Class, u64)> {
    let (mut told, few): (Vec<_>, Vec<_>) = classes.into_iter().partition(|(_, briefs)| *briefs >= FEWEST);
    let left_out: u64 = few.iter().map(|(_, briefs)| briefs).sum();
    if 0 < left_out && left_out < FEWEST {
        let least = told.iter().enumerate().min_by_key(|(_, (_, briefs))| *briefs).map(|(index, _)| index);
        least.map(|index| told.remove(index));
    }
    told
}
