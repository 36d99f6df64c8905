//! What a project needs.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::contradiction::contradictions;
use super::fit::Footprint;
use super::quantity::{Quality, Quantity};
use super::ramp::Ramp;
use super::value::Anchors;
use crate::record::{Acquisition, HazardClass, LandUse, ParcelStatus, TenureKind, ZoneKind};

/// Criteria of a brief at most.
pub const MOST_CRITERIA: usize = 40;

/// Between which lengths a side of a building is, metres: beyond, it is a slip of the pen.
const LEAST_SIDE_M: f64 = 1.0;
const MOST_SIDE_M: f64 = 5_000.0;

/// The highest weight of a wish.
pub const MOST_WEIGHT: u32 = 1_000;

/// A brief that makes sense. Order matters only for how answers are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    criteria: Vec<Criterion>,
    day: Date,
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Criterion {
    /// Without it, a place is of no use.
    Must(Need),
    /// The more of it the better.
    Wish(Wish),
}

/// What is needed.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// An amount within bounds, of which at least one is given.
    Amount {
        /// Of what.
        quantity: Quantity,
        /// At least so much.
        min: Option<f64>,
        /// At most so much.
        max: Option<f64>,
        /// On which day; none for the day of the brief. Only supplies change with the day.
        on: Option<Date>,
    },
    /// One of some words.
    Word {
        /// For what.
        quality: Quality,
        /// The words. A land use is met by every code that begins with one of them.
        among: BTreeSet<String>,
    },
    /// Room for a building.
    Footprint(Footprint),
    /// A supply that rises in steps, each of which has to be met.
    Ramp(Ramp),
}

/// What is wished, and how much it weighs against the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// 0 to [`MOST_WEIGHT`].
    pub weight: u32,
    /// What.
    pub of: WishOf,
}

/// What is wished.
#[derive(Debug, Clone, PartialEq)]
pub enum WishOf {
    /// More of a quantity, or less, as its anchors say.
    Amount {
        /// Of what.
        quantity: Quantity,
        /// What is worth nothing and what is worth all.
        anchors: Anchors,
        /// On which day; none for the day of the brief.
        on: Option<Date>,
    },
    /// One of some words: all or nothing.
    Word {
        /// For what.
        quality: Quality,
        /// The words, as in [`Need::Word`].
        among: BTreeSet<String>,
    },
    /// Room for a building: worth what share of its area there is room for, as a rectangle of the same proportions.
    Footprint(Footprint),
    /// A supply that rises in steps: worth what share of it is there, where there is least.
    Ramp(Ramp),
}

/// Something in a brief that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidBrief {
    /// Where, such as `criteria[2].min`.
    pub field: String,
    /// What is wrong.
    pub problem: String,
}

impl Brief {
    /// A brief as of a day; supplies are looked at on it unless a criterion names another.
    ///
    /// # Errors
    /// Everything in it that makes no sense.
    pub fn new(criteria: Vec<Criterion>, day: Date) -> Result<Self, Vec<InvalidBrief>> {
        let mut found = Vec::new();
        if criteria.is_empty() || criteria.len() > MOST_CRITERIA {
            found.push(invalid("criteria", format!("there are {}: 1 to {MOST_CRITERIA} are taken", criteria.len())));
        }
        for (index, criterion) in criteria.iter().enumerate() {
            let at = |field: &str| format!("criteria[{index}].{field}");
            match criterion {
                Criterion::Must(need) => check_need(need, day, &at, &mut found),
                Criterion::Wish(wish) => check_wish(wish, day, &at, &mut found),
            }
        }
        let weights = || criteria.iter().filter_map(|criterion| criterion.wish().map(|wish| wish.weight));
        if weights().next().is_some() && weights().all(|weight| weight == 0) {
            found.push(invalid("criteria", "the weights of all wishes are zero: at least one has to count"));
        }
        found.extend(contradictions(&criteria, day));
        if found.is_empty() { Ok(Self { criteria, day }) } else { Err(found) }
    }

    /// What is asked.
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// The day that supplies are looked at on.
    pub const fn day(&self) -> Date {
        self.day
    }

    /// The musts, each with its place in the brief.
    pub fn musts(&self) -> impl Iterator<Item = (usize, &Need)> {
        self.criteria.iter().enumerate().filter_map(|(index, criterion)| Some((index, criterion.need()?)))
    }

    /// The wishes, each with its place in the brief.
    pub fn wishes(&self) -> impl Iterator<Item = (usize, &Wish)> {
        self.criteria.iter().enumerate().filter_map(|(index, criterion)| Some((index, criterion.wish()?)))
    }
}

impl Criterion {
    /// The need, if it is a must.
    pub const fn need(&self) -> Option<&Need> {
        match self {
            Self::Must(need) => Some(need),
            Self::Wish(_) => None,
        }
    }

    /// The wish, if it is one.
    pub const fn wish(&self) -> Option<&Wish> {
        match self {
            Self::Wish(wish) => Some(wish),
            Self::Must(_) => None,
        }
    }
}

pub(super) fn invalid(field: impl Into<String>, problem: impl Into<String>) -> InvalidBrief {
    InvalidBrief { field: field.into(), problem: problem.into() }
}

/// An amount as a message shows it: not with hundreds of digits.
pub(super) fn shown(amount: f64) -> String {
    let is_short = amount == 0.0 || (1e-6..1e15).contains(&amount.abs());
    if is_short { amount.to_string() } else { format!("{amount:e}") }
}

fn check_need(need: &Need, day: Date, at: &impl Fn(&str) -> String, found: &mut Vec<InvalidBrief>) {
    match need {
        Need::Amount { quantity, min, max, .. } => {
            for (field, bound) in [("min", min), ("max", max)] {
                if let (Some(bound), Some(most)) = (bound, quantity.most())
                    && *bound > most
                {
                    found.push(invalid(
                        at(field),
                        format!("{} is above {most}, which is all that there can be", shown(*bound)),
                    ));
                }
                if bound.is_some_and(|bound| !bound.is_finite() || bound < 0.0) {
                    found.push(invalid(at(field), "must be a finite number of at least 0"));
                }
            }
            match (min, max) {
                (None, None) => found.push(invalid(at("min"), "an amount needs a least, a most, or both")),
                (Some(min), Some(max)) if min > max => {
                    let problem = format!("{} is above the most, {}: nothing can be both", shown(*min), shown(*max));
                    found.push(invalid(at("min"), problem));
                }
                _ => {}
            }
        }
        Need::Word { quality, among } => check_words(*quality, among, at, found),
        Need::Footprint(footprint) => check_footprint(*footprint, at, found),
        Need::Ramp(ramp) => check_ramp(ramp, day, at, found),
    }
}

fn check_footprint(
    Footprint { width_m, depth_m }: Footprint,
    at: &impl Fn(&str) -> String,
    found: &mut Vec<InvalidBrief>,
) {
    for (field, side) in [("width_m", width_m), ("depth_m", depth_m)] {
        if !(LEAST_SIDE_M..=MOST_SIDE_M).contains(&side) {
            found
                .push(invalid(at(field), format!("must be {LEAST_SIDE_M} to {MOST_SIDE_M} m, and is {}", shown(side))));
        }
    }
}

fn check_ramp(ramp: &Ramp, day: Date, at: &impl Fn(&str) -> String, found: &mut Vec<InvalidBrief>) {
    found.extend(ramp.problems(day).into_iter().map(|(field, problem)| invalid(at(&field), problem)));
}

fn check_wish(wish: &Wish, day: Date, at: &impl Fn(&str) -> String, found: &mut Vec<InvalidBrief>) {
    if wish.weight > MOST_WEIGHT {
        found.push(invalid(at("weight"), format!("{} is above {MOST_WEIGHT}", wish.weight)));
    }
    match &wish.of {
        WishOf::Amount { anchors: Anchors { none, full }, .. } => {
            for (field, anchor) in [("none", none), ("full", full)] {
                if !anchor.is_finite() || *anchor < 0.0 {
                    found.push(invalid(at(field), "must be a finite number of at least 0"));
                }
            }
            if none.total_cmp(full).is_eq() {
                found.push(invalid(at("full"), "what is worth all must differ from what is worth nothing"));
            }
        }
        WishOf::Word { quality, among } => check_words(*quality, among, at, found),
        WishOf::Footprint(footprint) => check_footprint(*footprint, at, found),
        WishOf::Ramp(ramp) => check_ramp(ramp, day, at, found),
    }
}

fn check_words(
    quality: Quality,
    among: &BTreeSet<String>,
    at: &impl Fn(&str) -> String,
    found: &mut Vec<InvalidBrief>,
) {
    if among.is_empty() {
        found.push(invalid(at("among"), "is empty: name at least one"));
    }
    for word in among {
        let problem = match quality {
            Quality::Status => word.parse::<ParcelStatus>().err().map(|error| error.to_string()),
            Quality::Acquisition => word.parse::<Acquisition>().err().map(|error| error.to_string()),
            Quality::ZoneKind => word.parse::<ZoneKind>().err().map(|error| error.to_string()),
            Quality::LandUse => word.parse::<LandUse>().err().map(|error| error.to_string()),
            Quality::Tenure => word.parse::<TenureKind>().err().map(|error| error.to_string()),
            Quality::HazardClass => word.parse::<HazardClass>().err().map(|error| error.to_string()),
        };
        found.extend(problem.map(|problem| invalid(at("among"), problem)));
    }
}
