//! Site selection: which places a project could have, which fits best, and why.
//!
//! A [`Brief`] says what a project needs: musts, which a place passes, fails or leaves unknown, and wishes, each with a
//! weight. [`select`] answers it over all candidates; [`explain`] and [`overtaking`] say why of one. Everything is counted
//! in whole points, so that contributions add up to a score exactly, an order never depends on rounding, and a brief at a
//! revision has one answer.
//!
//! The score is additive, with value functions between fixed anchors: the value of a place depends on that place alone, so
//! no other place can change the order of two (Keeney and Raiffa, *Decisions with Multiple Objectives*, 1976, ch. 3).

pub mod assembly;
mod authority;
mod brief;
mod candidate;
mod contradiction;
pub mod demand;
pub mod fit;
mod judge;
pub mod massing;
mod musts;
mod neighbours;
mod overtaking;
mod quantity;
mod ramp;
mod relax;
mod saved;
mod score;
mod second;
mod sensitivity;
pub mod sun;
mod table;
mod value;

use crate::record::Code;
use crate::rows::Bits;

use musts::Musts;
use score::{Ranking, Scores};

pub use assembly::{Assemblies, Assembly, Borders};
pub use authority::Authority;
pub use brief::{Brief, Criterion, InvalidBrief, MOST_CRITERIA, MOST_WEIGHT, Need, Wish, WishOf};
pub use candidate::{Candidate, Floor, Surroundings, Told, Value};
pub use fit::{Fit, Footprint, Lacking, Placement, Room};
pub use judge::{Answer, Verdict, explain};
pub use neighbours::Neighbours;
pub use overtaking::{Change, Overtaking, Then, overtaking};
pub use quantity::{Quality, Quantity};
pub use ramp::{MOST_RAMP_STEPS, Ramp, RampStep, StepAnswer};
pub use relax::{Relaxation, Set, Step, Way};
pub use saved::{BriefId, MOST_SAVED, MOST_SAVED_BYTES, SavedBrief, Standpoint};
pub use second::{Decision, Method, Opinion, opinions};
pub use sensitivity::{Draws, Interval, Share};
pub use table::{Places, Table};
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
    /// Its row.
    pub row: u32,
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
    /// The must that it meets most narrowly, by its place in the brief: by how far it is within the nearest bound, as a share
    /// of that, or by how much larger the building could be. None if it does not suit, or only words are asked.
    pub binding: Option<usize>,
}

/// What a brief comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// How many places pass every must.
    pub suits: u32,
    /// How many fail none, and leave some unknown.
    pub open: u32,
    /// How many fail at least one.
    pub fails: u32,
    /// How many fail nothing that could be looked up, and footprints were not tried on them: enough others came before.
    pub untried: u32,
    /// The first places: those that suit, then those that are open, then those of which one must is not met, then the
    /// rest; of each kind the highest score first, then what could be more, then by code. None is untried.
    pub places: Vec<(Standing, Ranked)>,
    /// The points of a place that is all that is wished.
    pub full: u64,
    /// For each must of the brief, what it costs; in the order of the brief, wishes left out.
    pub relaxations: Vec<Relaxation>,
    /// Where every place fails a must and none would suit but for one: which sets of musts keep out most, at most 3.
    pub sets: Vec<Set>,
    /// For each wish, between which weights the first place has the highest score, or shares it; in the order of the
    /// brief, musts left out. Empty if nothing suits. Places that are untried count as rivals.
    pub intervals: Vec<Interval>,
    /// How often places come first when weights are drawn at random, the most often first; untried ones are left out.
    pub shares: Vec<Share>,
}

/// Answers a brief, with the first `listed` places in order. `table` is of these places.
pub fn select(brief: &Brief, table: &Table, places: &(impl Places + ?Sized), listed: usize, draws: Draws) -> Selection {
    Judged::of(brief, table, places, listed).selection(draws)
}

/// All places, judged by a brief.
pub struct Judged<'a, P: ?Sized> {
    brief: &'a Brief,
    table: &'a Table,
    places: &'a P,
    listed: usize,
    scores: Scores,
    musts: Musts<'a>,
    /// Places that suit as far as footprints were tried: all of which one is tried are in order.
    suits: Ranking,
}

impl<'a, P: Places + ?Sized> Judged<'a, P> {
    /// Judges places; the first `listed` are of interest. `table` is of these places.
    pub fn of(brief: &'a Brief, table: &'a Table, places: &'a P, listed: usize) -> Self {
        let mut musts = Musts::of(brief, table, places);
        let scores = Scores::of(brief, table, places, &musts);
        let mut suits = scores.rank(&musts.suits);
        if musts.slow.is_empty() {
            suits.nth(listed);
        } else {
            // Whoever suits by all else comes first; the open ones are looked at only if there are not enough of those.
            let (rows, mut ranked) = (musts.open.clone(), None);
            let open = (0..).map_while(|rank| ranked.get_or_insert_with(|| scores.rank(&rows)).nth(rank));
            let order = (0..).map_while(|rank| suits.nth(rank)).chain(open);
            musts.try_footprints(places, order.map(|place| place.row), listed);
            // Whatever was tried was put into order for that.
            suits.retain_ordered(|place| musts.suits.has(place.row));
        }
        Self { brief, table, places, listed, scores, musts, suits }
    }

    /// What the brief comes to.
    pub fn selection(&self, draws: Draws) -> Selection {
        let tried = |place: &Ranked| !self.musts.untried.has(place.row);
        let sureness = self
            .suits
            .all()
            .iter()
            .find(|place| tried(place))
            .map(|first| sensitivity::sureness(&self.scores, first, self.suits.all(), tried, draws, self.places));
        let (intervals, shares) = sureness.map_or_else(Default::default, |sure| (sure.intervals, sure.shares));
        Selection {
            suits: self.musts.count(Standing::Suits),
            open: self.musts.count(Standing::Open),
            fails: self.musts.count(Standing::Fails),
            untried: self.musts.untried.count() as u32,
            places: self.first_places(),
            full: self.brief.wishes().map(|(_, wish)| u64::from(wish.weight) * u64::from(FULL_VALUE)).sum(),
            relaxations: relax::relaxations(self.brief, &self.musts, self.places),
            sets: relax::sets(&self.musts, self.places.count()),
            intervals,
            shares,
        }
    }

    /// Places that suit, then those that are open, the best of each first, at most `most`. Those on which footprints were not
    /// tried come last, as open.
    pub fn not_failing(&self, most: usize) -> Vec<(Standing, Ranked)> {
        let tried = |rows: &Bits| rows.without(&self.musts.untried);
        let rows = [
            (Standing::Suits, tried(&self.musts.suits)),
            (Standing::Open, tried(&self.musts.open)),
            (Standing::Open, self.musts.untried.clone()),
        ];
        let mut places = Vec::new();
        for (standing, rows) in rows {
            let ranked = self.scores.rank(&rows).first(most - places.len());
            places.extend(ranked.into_iter().map(|place| (standing, place)));
        }
        places
    }

    /// Adjacent parcels, at most `listed` sets of them, that together are what none of them is alone.
    pub fn assemblies(&self, borders: &Borders, listed: usize) -> Assemblies {
        assembly::search(self.brief, self.table, self.places, (&self.musts, &self.scores), borders, listed)
    }

    /// The first places of all kinds. Kinds that come after enough others are not put into order.
    fn first_places(&self) -> Vec<(Standing, Ranked)> {
        let suits = self.suits.all().iter().filter(|place| !self.musts.untried.has(place.row));
        let mut places: Vec<_> = suits.take(self.listed).map(|place| (Standing::Suits, *place)).collect();
        let mut others = self.musts.after_those_that_suit();
        while places.len() < self.listed
            && let Some((standing, rows)) = others.next()
        {
            let wanted = self.listed - places.len();
            places.extend(self.scores.rank(&rows).first(wanted).into_iter().map(|place| (standing, place)));
        }
        places
    }
}

#[cfg(test)]
mod tests;
