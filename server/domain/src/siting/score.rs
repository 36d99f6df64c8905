//! The points of many places, by the columns that the wishes look at.

use std::cmp::{Ordering, Reverse};

use super::Ranked;
use super::assembly::together;
use super::brief::{Brief, WishOf};
use super::judge::meets;
use super::quantity::Quantity;
use super::table::{Column, Places, Table};
use super::value::{Anchors, FULL_VALUE};
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
            (Column::Amounts(_), Worth::Word(_)) | (Column::Words(_), Worth::Amount(..)) => None,
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
            _ => rows.iter().try_fold(FULL_VALUE, |least, row| Some(least.min(self.worth(*row)?))),
        }
    }
}

/// The wishes of a brief with their columns, in the order of the brief.
pub(super) struct Scores(Vec<Scored>);

impl Scores {
    pub(super) fn of(brief: &Brief, table: &Table, places: &(impl Places + ?Sized)) -> Self {
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
            };
            Scored { criterion, weight: wish.weight, column, worth }
        });
        Self(scored.collect())
    }

    /// The wishes.
    pub(super) fn wishes(&self) -> &[Scored] {
        &self.0
    }

    /// The points of some places together, and those that they would have if all that is unknown were as wished.
    pub(super) fn joint(&self, rows: &[u32], areas_m2: &Steps) -> (u64, u64) {
        self.sums(|wish| wish.joint_worth(rows, areas_m2))
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
