//! The points of many places, by the columns that the wishes look at.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::Ranked;
use super::assembly::{Between, joint_room, together};
use super::brief::{Brief, WishOf};
use super::candidate::Candidate;
use super::fit::Footprint;
use super::judge::meets;
use super::musts::{MOST_TRIED, Musts};
use super::quantity::Quantity;
use super::ramp::Ramp;
use super::table::{Column, Places, Rooms, Table};
use super::value::{Anchors, FULL_VALUE, SHARE};
use crate::rows::{Bits, Steps};

/// A wish and its column.
pub(super) struct Scored {
    /// Its place in the brief.
    pub(super) criterion: usize,
    /// Its weight.
    pub(super) weight: u32,
    column: Column,
    worth: Worth,
}

enum Worth {
    Amount(Quantity, Anchors),
    /// By the number of the word.
    Word(Vec<bool>),
    Ramp(Ramp),
    /// As the column says.
    Room(Footprint),
}

impl Scored {
    /// What a place is worth of it, parts per million; none if nobody knows.
    pub(super) fn worth(&self, row: u32) -> Option<u32> {
        match (&self.column, &self.worth) {
            (Column::Amounts(steps), Worth::Amount(_, anchors)) => {
                let amount = steps.value(row);
                (!amount.is_nan()).then(|| anchors.value(amount))
            }
            (Column::Words(words), Worth::Word(wished)) => {
                let wished = wished.get(usize::from(words.numbers[row as usize]))?;
                Some(if *wished { FULL_VALUE } else { 0 })
            }
            (Column::Ramp(columns), Worth::Ramp(ramp)) => {
                ramp.share(&columns.amounts(row)).map(|share| SHARE.value(share))
            }
            (Column::Rooms(rooms), Worth::Room(_)) => rooms.worth(row),
            _ => None,
        }
    }
}

impl Scored {
    /// What stands for a worth that nobody knows.
    const UNKNOWN: u32 = u32::MAX;

    /// What each of some places is worth of it: [`Self::worth`], with [`Self::UNKNOWN`] for what nobody knows.
    fn worths(&self, rows: &[u32]) -> Vec<u32> {
        match (&self.column, &self.worth) {
            (Column::Amounts(steps), Worth::Amount(_, anchors)) => {
                // All amounts first: so the memory is asked for many of them at a time.
                let amounts: Vec<f64> = rows.iter().map(|row| steps.value(*row)).collect();
                let worth = |amount: &f64| if amount.is_nan() { Self::UNKNOWN } else { anchors.value(*amount) };
                amounts.iter().map(worth).collect()
            }
            _ => rows.iter().map(|row| self.worth(*row).unwrap_or(Self::UNKNOWN)).collect(),
        }
    }

    /// What each of some places is worth of it; nothing where nobody knows.
    pub(super) fn known_worths(&self, rows: &[u32]) -> Vec<u32> {
        let mut worths = self.worths(rows);
        for worth in &mut worths {
            *worth = if *worth == Self::UNKNOWN { 0 } else { *worth };
        }
        worths
    }

    /// What some places are worth of it together, for sure; none if nobody knows.
    fn joint_worth(&self, rows: &[u32], areas_m2: &Steps) -> Option<u32> {
        match (&self.column, &self.worth) {
            (Column::Amounts(steps), Worth::Amount(quantity, anchors)) => {
                let parts = rows.iter().map(|row| (steps.value(*row), areas_m2.value(*row)));
                together(*quantity, parts)?.worth(*anchors)
            }
            (Column::Ramp(columns), Worth::Ramp(ramp)) => {
                let amounts = columns.steps.iter().map(|(steps, _)| {
                    let parts = rows.iter().map(|row| (steps.value(*row), areas_m2.value(*row)));
                    together(ramp.quantity, parts)
                });
                joint_ramp_worth(ramp, &amounts.collect::<Vec<_>>())
            }
            // How much room joined parcels have together is tried last: `Scores::with_rooms`.
            (Column::Rooms(_), Worth::Room(_)) => None,
            _ => rows.iter().try_fold(FULL_VALUE, |least, row| Some(least.min(self.worth(*row)?))),
        }
    }
}

/// The wishes of a brief with their columns, in the order of the brief.
pub(super) struct Scores(Vec<Scored>);

/// What a ramp is worth of parcels together, for sure; none where nobody knows.
pub(super) fn joint_ramp_worth(ramp: &Ramp, amounts: &[Option<Between>]) -> Option<u32> {
    let least: Vec<Option<f64>> = amounts
        .iter()
        .map(|between| between.filter(|between| between.to.is_finite()).map(|between| between.from))
        .collect();
    ramp.share(&least).map(|share| SHARE.value(share))
}

impl Scores {
    /// The wishes' columns. Footprints are tried on every place where there are few, else on those that fail no must, the best
    /// by all else first; of the others it is not known how much of one has room.
    pub(super) fn of(brief: &Brief, table: &Table, places: &(impl Places + ?Sized), musts: &Musts<'_>) -> Self {
        let is_small = places.count() <= MOST_TRIED;
        let scored = brief.wishes().map(|(criterion, wish)| {
            let (column, worth) = match &wish.of {
                WishOf::Amount { quantity, anchors, on } => {
                    let steps = table.amounts(places, *quantity, on.unwrap_or(brief.day()));
                    (Column::Amounts(steps), Worth::Amount(*quantity, *anchors))
                }
                WishOf::Word { quality, among } => {
                    let words = table.words(places, *quality);
                    let wished = words.distinct.iter().map(|(word, _)| meets(*quality, word, among)).collect();
                    (Column::Words(words), Worth::Word(wished))
                }
                WishOf::Ramp(ramp) => {
                    let (columns, _) = table.ramp(places, ramp, brief.day());
                    (Column::Ramp(Arc::new(columns)), Worth::Ramp(ramp.clone()))
                }
                WishOf::Footprint(footprint) => {
                    let of_none = || Arc::new(Rooms::of(places, *footprint, std::iter::empty()));
                    let rooms = if is_small { table.rooms(places, *footprint) } else { of_none() };
                    (Column::Rooms(rooms), Worth::Room(*footprint))
                }
            };
            Scored { criterion, weight: wish.weight, column, worth }
        });
        let mut scores = Self(scored.collect());
        if !is_small {
            scores.try_footprints(places, musts);
        }
        scores
    }

    fn try_footprints(&mut self, places: &(impl Places + ?Sized), musts: &Musts<'_>) {
        let is_room = |wish: &Scored| matches!(wish.worth, Worth::Room(_));
        if !self.0.iter().any(is_room) {
            return;
        }
        let first = |rows: &Bits, most: usize| self.rank(rows).first(most).into_iter().map(|place| place.row);
        let mut rows: Vec<u32> = first(&musts.suits, MOST_TRIED).collect();
        rows.extend(first(&musts.open, MOST_TRIED - rows.len()));
        for wish in &mut self.0 {
            if let Worth::Room(footprint) = wish.worth {
                wish.column = Column::Rooms(Arc::new(Rooms::of(places, footprint, rows.iter().copied())));
            }
        }
    }

    /// The wishes.
    pub(super) fn wishes(&self) -> &[Scored] {
        &self.0
    }

    /// The points of some places together, and those that they would have if all that is unknown were as wished.
    pub(super) fn joint(&self, rows: &[u32], areas_m2: &Steps) -> (u64, u64) {
        self.sums(|wish| wish.joint_worth(rows, areas_m2))
    }

    /// The points of parcels together of which it was not known how much of a footprint has room, now that it is tried.
    pub(super) fn with_rooms(&self, (score, possible): (u64, u64), parcels: &[Candidate<'_>]) -> (u64, u64) {
        let rooms = self.0.iter().filter_map(|wish| match wish.worth {
            Worth::Room(footprint) => Some((u64::from(wish.weight), joint_room(footprint, parcels)?.worth())),
            _ => None,
        });
        rooms.fold((score, possible), |(score, possible), (weight, worth)| {
            (score + weight * u64::from(worth), possible - weight * u64::from(FULL_VALUE - worth))
        })
    }

    fn sums(&self, worth: impl Fn(&Scored) -> Option<u32>) -> (u64, u64) {
        self.0.iter().fold((0, 0), |(score, possible), wish| {
            let (worth, weight) = (worth(wish), u64::from(wish.weight));
            let points = |worth: u32| weight * u64::from(worth);
            (score + points(worth.unwrap_or(0)), possible + points(worth.unwrap_or(FULL_VALUE)))
        })
    }

    /// The rows of a set with their points.
    pub(super) fn rank(&self, rows: &Bits) -> Ranking {
        let rows = rows.to_rows();
        let mut places: Vec<Ranked> = rows.iter().map(|row| Ranked { row: *row, score: 0, possible: 0 }).collect();
        for wish in &self.0 {
            let weight = u64::from(wish.weight);
            for (place, worth) in places.iter_mut().zip(wish.worths(&rows)) {
                let is_known = worth != Scored::UNKNOWN;
                place.score += weight * u64::from(if is_known { worth } else { 0 });
                place.possible += weight * u64::from(if is_known { worth } else { FULL_VALUE });
            }
        }
        Ranking { places, gone: 0, ordered: 0 }
    }
}

/// Places that are put into order as far as somebody looks.
pub(super) struct Ranking {
    places: Vec<Ranked>,
    /// How many were taken out: they stand before all others.
    gone: usize,
    /// How many of those that are left are in order, and before all others.
    ordered: usize,
}

impl Ranking {
    /// The place at a rank from 0.
    pub(super) fn nth(&mut self, rank: usize) -> Option<Ranked> {
        /// Places that are put into order at first; then twice as many as there are already.
        const FIRST: usize = 64;
        let left = &mut self.places[self.gone..];
        while self.ordered <= rank && self.ordered < left.len() {
            let rest = &mut left[self.ordered..];
            let more = self.ordered.max(FIRST);
            if more < rest.len() {
                rest.select_nth_unstable_by(more, order);
            }
            let next = more.min(rest.len());
            rest[..next].sort_unstable_by(order);
            self.ordered += next;
        }
        left.get(rank).copied()
    }

    /// The first of them in order.
    pub(super) fn first(&mut self, most: usize) -> Vec<Ranked> {
        (0..most).map_while(|rank| self.nth(rank)).collect()
    }

    /// All of them; only the first are in order.
    pub(super) fn all(&self) -> &[Ranked] {
        &self.places[self.gone..]
    }

    /// Takes out those that are not to be kept, of those that are in order already.
    pub(super) fn retain_ordered(&mut self, keep: impl Fn(&Ranked) -> bool) {
        // Those before a gap move up to it, since behind it there may be a million.
        let mut to = self.gone + self.ordered;
        for from in (self.gone..to).rev() {
            if keep(&self.places[from]) {
                to -= 1;
                self.places[to] = self.places[from];
            }
        }
        self.ordered -= to - self.gone;
        self.gone = to;
    }
}

/// The highest score first, then what could be more, then by code, in the order of which rows are.
pub(super) fn order(a: &Ranked, b: &Ranked) -> Ordering {
    let key = |place: &Ranked| (Reverse(place.score), Reverse(place.possible), place.row);
    key(a).cmp(&key(b))
}
