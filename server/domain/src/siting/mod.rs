//! Site selection: which places a project could have, which fits best, and why.
//!
//! A [`Brief`] says what a project needs: musts, which a place passes, fails or leaves unknown, and wishes, each with a
//! weight. [`select`] answers it over all candidates; [`explain`] and [`overtaking`] say why of one. Everything is counted
//! in whole points, so that contributions add up to a score exactly, an order never depends on rounding, and a brief at a
//! revision has one answer.
//!
//! The score is additive, with value functions between fixed anchors: the value of a place depends on that place alone, so
//! no other place can change the order of two (Keeney and Raiffa, *Decisions with Multiple Objectives*, 1976, ch. 3).

mod brief;
mod candidate;
mod explain;
pub mod fit;
mod judge;
mod quantity;
mod relax;
mod sensitivity;
mod value;

use crate::record::Code;

pub use brief::{Brief, Criterion, InvalidBrief, MOST_CRITERIA, MOST_WEIGHT, Need, Wish, WishOf};
pub use candidate::{Candidate, Told, Value};
pub use explain::{Change, Overtaking, binding, overtaking};
pub use fit::{Fit, Footprint, Placement};
pub use judge::{Answer, Verdict, explain};
pub use quantity::{Quality, Quantity};
pub use relax::{MOST_TRIED, Relaxation, Step, TooManyToTry};
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

/// A place in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// Which of the candidates it is.
    pub candidate: usize,
    /// Points altogether.
    pub score: u64,
    /// Points that it would have if all that is unknown were as wished.
    pub possible: u64,
}

/// A place, explained.
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

/// What a brief comes to. Of the three kinds of places, as many as were asked for stand in their order at the beginning:
/// the highest score first, then what could be more, then by code. The others follow in no order.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Places that pass every must.
    pub suits: Vec<Ranked>,
    /// Places that fail none, and leave some unknown.
    pub open: Vec<Ranked>,
    /// The rest.
    pub fails: Vec<Ranked>,
    /// The points of a place that is all that is wished.
    pub full: u64,
    /// For each must of the brief, what it costs; in the order of the brief, wishes left out.
    pub relaxations: Vec<Relaxation>,
    /// For each wish, between which weights the first place has the highest score, or shares it; in the order of the
    /// brief, musts left out. Empty if nothing suits.
    pub intervals: Vec<Interval>,
}

impl Selection {
    /// The first places: those that suit, then those that are open, then those that fail. They are in order as far as was
    /// asked for.
    pub fn places(&self) -> impl Iterator<Item = (Standing, Ranked)> {
        let kinds = [(Standing::Suits, &self.suits), (Standing::Open, &self.open), (Standing::Fails, &self.fails)];
        kinds.into_iter().flat_map(|(standing, places)| places.iter().map(move |place| (standing, *place)))
    }
}

/// Answers a brief, with the first `listed` places of each kind in order.
///
/// # Errors
/// A footprint would have to be tried on too many places.
pub fn select(brief: &Brief, candidates: &[Candidate<'_>], listed: usize) -> Result<Selection, TooManyToTry> {
    let (mut suits, mut open, mut fails) = (Vec::new(), Vec::new(), Vec::new());
    let mut costs = relax::Costs::new(brief);
    for (index, candidate) in candidates.iter().enumerate() {
        let standing = costs.count(candidate, index)?;
        let (score, possible) = judge::score(brief, candidate);
        let ranked = Ranked { candidate: index, score, possible };
        match standing {
            Standing::Suits => suits.push(ranked),
            Standing::Open => open.push(ranked),
            Standing::Fails => fails.push(ranked),
        }
    }
    for places in [&mut suits, &mut open, &mut fails] {
        judge::put_first(places, listed.max(1), candidates);
    }
    let full = brief.wishes().map(|(_, wish)| u64::from(wish.weight) * u64::from(FULL_VALUE)).sum();
    let intervals = sensitivity::intervals(brief, candidates, &suits);
    Ok(Selection { suits, open, fails, full, relaxations: costs.relaxations(candidates), intervals })
}

#[cfg(test)]
mod tests;
