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
        let first = |rows: &Bits, most: usize| self.rank(rows, most).into_iter().take(most).map(|place| place.row);
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

    /// The points of a place, and those that it would have if all that is unknown were as wished.
    fn ranked(&self, row: u32) -> Ranked {
        let (score, possible) = self.sums(|wish| wish.worth(row));
        Ranked { row, score, possible }
    }

    /// The rows of a set with their points, the first `listed` of them in order and before all others.
    pub(super) fn rank(&self, rows: &Bits, listed: usize) -> Vec<Ranked> {
        let mut ranked: Vec<Ranked> = rows.rows(0).map(|row| self.ranked(row)).collect();
        if listed < ranked.len() {
            ranked.select_nth_unstable_by(listed, order);
            ranked[..listed].sort_unstable_by(order);
        } else {
            ranked.sort_unstable_by(order);
        }
        ranked
    }
}

/// The highest score first, then what could be more, then by code, in the order of which rows are.
pub(super) fn order(a: &Ranked, b: &Ranked) -> Ordering {
    let key = |place: &Ranked| (Reverse(place.score), Reverse(place.possible), place.row);
    key(a).cmp(&key(b))
}
