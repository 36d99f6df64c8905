//! Adjacent parcels that together are what none of them is alone.

mod borders;
mod connected;
mod joint;
mod search;
#[cfg(test)]
mod tests;

pub use borders::{Barrier, Borders, LEAST_BORDER_M};
pub use joint::Between;
pub(super) use joint::together;
pub(super) use search::search;
pub use search::{Assemblies, Assembly};

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Standing;
use super::brief::{Brief, Criterion, Need, WishOf};
use super::candidate::Told;
use super::fit::{Fit, Placement};
use super::judge::{Verdict, meets};
use super::quantity::Quality;
use super::table::Places;
use super::value::FULL_VALUE;
use joint::room;

/// What is found of a criterion of several parcels together.
#[derive(Debug, Clone, PartialEq)]
pub struct JointAnswer {
    /// What is found; of a wish, whether anything is known.
    pub verdict: Verdict,
    /// How much there is of an amount; none where nothing is known.
    pub amount: Option<Between>,
    /// The word that all have; none where they differ, or one is not known.
    pub word: Option<String>,
    /// Who says so, where it is the same of all.
    pub told: Option<Told>,
    /// Of a building that has room: where.
    pub placement: Option<Placement>,
    /// What it is worth of a wish, parts per million.
    pub worth: u32,
}

/// Several parcels together, with every answer in the order of the brief.
pub fn explain_joint(brief: &Brief, places: &(impl Places + ?Sized), rows: &[u32]) -> (Standing, Vec<JointAnswer>) {
    let answers: Vec<JointAnswer> =
        brief.criteria().iter().map(|criterion| answer(brief, criterion, places, rows)).collect();
    let standing = brief.musts().map(|(index, _)| match answers[index].verdict {
        Verdict::Pass => Standing::Suits,
        Verdict::Unknown => Standing::Open,
        Verdict::Fail => Standing::Fails,
    });
    (standing.max().unwrap_or(Standing::Suits), answers)
}

fn answer(brief: &Brief, criterion: &Criterion, places: &(impl Places + ?Sized), rows: &[u32]) -> JointAnswer {
    let candidates = || rows.iter().map(|row| places.candidate(*row));
    let same = |told: Vec<Option<Told>>| {
        let (first, others) = told.split_first()?;
        if others.iter().all(|other| other == first) { first.clone() } else { None }
    };
    let none =
        JointAnswer { verdict: Verdict::Unknown, amount: None, word: None, told: None, placement: None, worth: 0 };
    let of_amount = |quantity, on: Option<Date>| {
        let day = on.unwrap_or(brief.day());
        let parts: Vec<(f64, f64)> =
            candidates().map(|one| (one.amount(quantity, day).unwrap_or(f64::NAN), one.area_m2)).collect();
        let told = same(candidates().map(|one| one.told_amount(quantity, day)).collect());
        (together(quantity, parts.into_iter()), told)
    };
    let of_word = |quality, among: &BTreeSet<String>| {
        let found: Vec<Option<bool>> =
            candidates().map(|one| one.word(quality).map(|word| meets(quality, word, among))).collect();
        // One that is known not to be wished is enough; of the others each has to be known.
        let all = if found.contains(&Some(false)) { Some(false) } else { (!found.contains(&None)).then_some(true) };
        let told = same(candidates().map(|one| one.told_word(quality)).collect());
        (all, JointAnswer { word: one_word(places, rows, quality), told, ..none.clone() })
    };
    match criterion {
        Criterion::Must(Need::Amount { quantity, min, max, on }) => {
            let (amount, told) = of_amount(*quantity, *on);
            let verdict = amount.map_or(Verdict::Unknown, |amount| amount.verdict(*min, *max));
            JointAnswer { verdict, amount, told, ..none }
        }
        Criterion::Must(Need::Word { quality, among }) => {
            let (all, answer) = of_word(*quality, among);
            let verdict = match all {
                Some(true) => Verdict::Pass,
                Some(false) => Verdict::Fail,
                None => Verdict::Unknown,
            };
            JointAnswer { verdict, ..answer }
        }
        Criterion::Must(Need::Footprint(footprint)) => {
            let candidates: Vec<_> = candidates().collect();
            match room(*footprint, &candidates) {
                Fit::Fits(placement) => JointAnswer { verdict: Verdict::Pass, placement: Some(placement), ..none },
                Fit::Fails => JointAnswer { verdict: Verdict::Fail, ..none },
                Fit::Unknown => none,
            }
        }
        Criterion::Wish(wish) => match &wish.of {
            WishOf::Amount { quantity, anchors, on } => {
                let (amount, told) = of_amount(*quantity, *on);
                let worth = amount.and_then(|amount| amount.worth(*anchors));
                let verdict = if worth.is_some() { Verdict::Pass } else { Verdict::Unknown };
                JointAnswer { verdict, amount, told, worth: worth.unwrap_or(0), ..none }
            }
            WishOf::Word { quality, among } => {
                let (all, answer) = of_word(*quality, among);
                let verdict = if all.is_some() { Verdict::Pass } else { Verdict::Unknown };
                JointAnswer { verdict, worth: if all == Some(true) { FULL_VALUE } else { 0 }, ..answer }
            }
        },
    }
}

/// The word that all have.
fn one_word(places: &(impl Places + ?Sized), rows: &[u32], quality: Quality) -> Option<String> {
    let (first, others) = rows.split_first()?;
    let of = |row: &u32| places.candidate(*row).word(quality).map(str::to_owned);
    let word = of(first)?;
    others.iter().all(|row| of(row).as_ref() == Some(&word)).then_some(word)
}
