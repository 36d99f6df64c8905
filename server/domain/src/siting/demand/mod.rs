//! Demand: which needs refused briefs or kept them out of zones, counted so that nobody can be told from it.
//!
//! A brief is counted once for each need and zone that it was kept out of ([`unmet()`]), and once for each need in the whole
//! park, in the last form that a party gave it on a day ([`Form`]). Who asked is no part of it.

mod class;
mod form;
mod quarter;
mod report;
mod unmet;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::brief::{Brief, Need};
use super::quantity::{Quality, Quantity};
use crate::record::{Code, UnknownTerm};

pub use class::Class;
pub use form::Form;
pub use quarter::{InvalidQuarter, Quarter};
pub use report::{FEWEST, Figure, NeedRow, Report, ZoneRow};
pub use unmet::{Unmet, asks_for_floors, unmet};

/// What a must is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An amount.
    Quantity(Quantity),
    /// One of some words.
    Quality(Quality),
    /// Room for a building.
    Footprint,
}

/// The word of [`Subject::Footprint`].
const FOOTPRINT: &str = "footprint";

impl Subject {
    /// What a need is about.
    pub const fn of(need: &Need) -> Self {
        match need {
            Need::Amount { quantity, .. } => Self::Quantity(*quantity),
            Need::Word { quality, .. } => Self::Quality(*quality),
            Need::Footprint(_) => Self::Footprint,
            Need::Ramp(ramp) => Self::Quantity(ramp.quantity),
        }
    }

    /// Its word: that of the quantity or quality, or `footprint`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quantity(quantity) => quantity.as_str(),
            Self::Quality(quality) => quality.as_str(),
            Self::Footprint => FOOTPRINT,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Subject {
    type Err = UnknownTerm;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        if word == FOOTPRINT {
            return Ok(Self::Footprint);
        }
        word.parse().map(Self::Quality).or_else(|_| word.parse().map(Self::Quantity))
    }
}

/// The class of the bound that a need asks: of its least, or else of its most; of a building the class of its area, m².
fn class(need: &Need) -> Option<Class> {
    match need {
        Need::Amount { min, max, .. } => min.or(*max).map(Class::of),
        Need::Word { .. } => None,
        Need::Ramp(ramp) => Some(Class::of(ramp.peak())),
        Need::Footprint(footprint) => Some(Class::of(footprint.width_m * footprint.depth_m)),
    }
}

/// What two briefs have in common that are counted as one: what their musts ask, amounts by their class. Wishes and the
/// order of musts do not matter.
pub fn fingerprint(brief: &Brief) -> String {
    let must = |need: &Need| {
        let subject = Subject::of(need);
        match (class(need), need) {
            (Some(class), _) => format!("{subject}:{}", class.number()),
            (None, Need::Word { among, .. }) => {
                let words: Vec<&str> = among.iter().map(String::as_str).collect();
                format!("{subject}={}", words.join(","))
            }
            (None, _) => subject.to_string(),
        }
    };
    let mut musts: Vec<String> = brief.musts().map(|(_, need)| must(need)).collect();
    musts.sort_unstable();
    musts.dedup();
    musts.join(";")
}

/// How many briefs; fewer than none where more were taken back than counted since what is counted was last kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// All of them.
    pub briefs: i64,
    /// Those of them that every place refused.
    pub refused: i64,
}

impl Count {
    /// Adds others.
    pub const fn add(&mut self, other: Self) {
        self.briefs += other.briefs;
        self.refused += other.refused;
    }
}

/// Where briefs are counted. Zones do not add up to the park, because one brief is kept out of many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In the whole park, once whatever many zones.
    Park,
    /// In the zone with this code; none is land in no zone that is known.
    Zone(Option<Code>),
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The day in China.
    pub day: Date,
    /// Where.
    pub scope: Scope,
    /// What the must is about.
    pub subject: Subject,
    /// The class of what it asks; none of words.
    pub class: Option<Class>,
}

/// Briefs, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Demand {
    /// Those that a need kept out.
    pub kept_out: BTreeMap<Kind, Count>,
    /// All of each day in China.
    pub days: BTreeMap<Date, Count>,
}

impl Demand {
    /// Counts a brief of a day.
    pub fn count(&mut self, day: Date, unmet: Unmet) {
        self.add(day, unmet, 1);
    }

    /// Takes back a brief that was counted for a day, here or where this is added.
    pub fn take_back(&mut self, day: Date, unmet: Unmet) {
        self.add(day, unmet, -1);
    }

    fn add(&mut self, day: Date, unmet: Unmet, briefs: i64) {
        let count = Count { briefs, refused: if unmet.is_refused { briefs } else { 0 } };
        self.days.entry(day).or_default().add(count);
        for ((scope, subject), class) in unmet.needs {
            self.kept_out.entry(Kind { day, scope, subject, class }).or_default().add(count);
        }
        self.forget_nothing();
    }

    /// What nothing is counted of is not there.
    fn forget_nothing(&mut self) {
        self.kept_out.retain(|_, count| *count != Count::default());
        self.days.retain(|_, count| *count != Count::default());
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (kind, count) in other.kept_out {
            self.kept_out.entry(kind).or_default().add(count);
        }
        for (day, count) in other.days {
            self.days.entry(day).or_default().add(count);
        }
        self.forget_nothing();
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty() && self.kept_out.is_empty()
    }
}

#[cfg(test)]
mod tests;
