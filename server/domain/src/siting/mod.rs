//! Site selection: which places a project could have, which fits best, and why.
//!
//! A [`Brief`] says what a project needs: musts, which a place passes, fails or leaves unknown, and wishes, each with a
//! weight. [`select`] answers it over all candidates. Everything is counted in whole points, so that contributions add up
//! to a score exactly, an order never depends on rounding, and a brief at a revision has one answer.
//!
//! The score is additive, with value functions between fixed anchors: the value of a place depends on that place alone, so
//! no other place can change the order of two (Keeney and Raiffa, *Decisions with Multiple Objectives*, 1976, ch. 3).

mod brief;
mod candidate;
mod explain;
mod judge;
mod quantity;
mod relax;
mod sensitivity;
mod value;

use crate::record::Code;

pub use brief::{Brief, Criterion, InvalidBrief, MOST_CRITERIA, MOST_WEIGHT, Need, Wish, WishOf};
pub use candidate::{Candidate, Told, Value};
pub use explain::{Change, Overtaking, binding, overtaking};
pub use judge::{Answer, Verdict};
pub use quantity::{Quality, Quantity};
pub use relax::{Relaxation, Step};
pub use sensitivity::{Interval, Share, shares};
pub use value::{Anchors, FULL_VALUE};

/// How a place stands to a brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It passes every must.
    Suits,
    /// It fails none, and of some it is not known.
    Open,
    /// It fails at least one.
    Fails,
}

/// A place, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The parcel.
    pub code: Code,
    /// How it stands to the musts.
    pub standing: Standing,
    /// The answer to each criterion of the brief, in its order.
    pub answers: Vec<Answer>,
    /// The points of each criterion; none for a must, and none for what is unknown. They add up to the score.
    pub points: Vec<u64>,
    /// Points altogether.
    pub score: u64,
    /// Points that it would have if all that is unknown were as wished.
    pub possible: u64,
}

/// What a brief comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// All candidates: those that suit first, then those that are open, then those that fail; among them the highest
    /// score first, then what could be more, then by code.
    pub places: Vec<Place>,
    /// The points of a place that is all that is wished.
    pub full: u64,
    /// For each must of the brief, what it costs; in the order of the brief, wishes left out.
    pub relaxations: Vec<Relaxation>,
    /// For each wish, between which weights the first place stays first; in the order of the brief, musts left out.
    pub intervals: Vec<Interval>,
}

impl Selection {
    /// The place that comes first, if any suits.
    pub fn first(&self) -> Option<&Place> {
        self.places.first().filter(|place| place.standing == Standing::Suits)
    }

    /// The places that suit, in their order.
    pub fn suiting(&self) -> &[Place] {
        let end = self.places.partition_point(|place| place.standing == Standing::Suits);
        &self.places[..end]
    }
}

/// Answers a brief.
pub fn select(brief: &Brief, candidates: &[Candidate<'_>]) -> Selection {
    let mut places: Vec<Place> = candidates.iter().map(|candidate| judge::place(brief, candidate)).collect();
    places.sort_by(judge::order);
    let relaxations = relax::relaxations(brief, &places);
    let full = brief.wishes().map(|(_, wish)| u64::from(wish.weight) * u64::from(FULL_VALUE)).sum();
    let mut selection = Selection { places, full, relaxations, intervals: Vec::new() };
    selection.intervals = sensitivity::intervals(brief, selection.suiting());
    selection
}

#[cfg(test)]
mod tests;
