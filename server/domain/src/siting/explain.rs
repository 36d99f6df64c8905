//! What it would take for a place to come first.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::brief::{Brief, Criterion, Need, Wish, WishOf};
use super::candidate::Value;
use super::judge::{Verdict, meets};
use super::quantity::{Quality, Quantity};
use super::ramp::Ramp;
use super::value::{FULL_VALUE, SHARE};
use super::{Place, Standing};

/// What it would take.
#[derive(Debug, Clone, PartialEq)]
pub enum Overtaking {
    /// Nothing: it is the first.
    IsFirst,
    /// These musts would have to be met, each by its place in the brief: those that fail, then those that nobody knows of.
    Musts {
        /// Failed ones.
        failed: Vec<usize>,
        /// Unknown ones.
        unknown: Vec<usize>,
    },
    /// Any one of these changes would do, the smallest first. If there are none, no single one is known that does.
    AnyOf(Vec<Change>),
}

/// A change of one thing that is wished.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The wish, by its place in the brief.
    pub criterion: usize,
    /// The amount that it would have to be, of a ramp or a footprint the share of it, 0 to 1; none where it would have to be
    /// one of the wished words.
    pub to: Option<f64>,
    /// By how much of the whole value scale it would have to change, parts per million. What is unknown counts as nothing.
    pub by: u32,
}

/// A change to so many times the most that any place has, or to less than that part of the least, is out of reach: nobody
/// who reads of it would believe it.
const OUT_OF_REACH: f64 = 2.0;

/// What it would take for `place` to stand before `first`, which suits. `range` is the least and the most of a quantity that
/// any place is known to have on a day.
pub fn overtaking(
    brief: &Brief,
    place: &Place,
    first: &Place,
    range: impl Fn(Quantity, Date) -> Option<(f64, f64)>,
) -> Overtaking {
    if place == first {
        return Overtaking::IsFirst;
    }
    if place.standing != Standing::Suits {
        let with = |verdict| {
            brief.musts().map(|(index, _)| index).filter(move |at| place.answers[*at].verdict == verdict).collect()
        };
        return Overtaking::Musts { failed: with(Verdict::Fail), unknown: with(Verdict::Unknown) };
    }
    // One point more than the first has: what else decides between equals is not looked at.
    let lacking = i128::from(first.score) - i128::from(place.score) + 1;
    let mut changes: Vec<Change> =
        brief.wishes().filter_map(|(index, _)| change(brief, index, place, lacking)).collect();
    changes.retain(|change| is_within_reach(brief, change, &range));
    changes.sort_by_key(|change| (change.by, change.criterion));
    Overtaking::AnyOf(changes)
}

/// Whether a change is to an amount that could be believed of a place among these.
fn is_within_reach(brief: &Brief, change: &Change, range: impl Fn(Quantity, Date) -> Option<(f64, f64)>) -> bool {
    let (Some(to), Some(wish)) = (change.to, brief.criteria()[change.criterion].wish()) else { return true };
    let is_near = |to: f64, quantity, day| {
        range(quantity, day).is_none_or(|(least, most)| to <= most * OUT_OF_REACH && to >= least / OUT_OF_REACH)
    };
    match &wish.of {
        WishOf::Amount { quantity, on, .. } => is_near(to, *quantity, on.unwrap_or(brief.day())),
        WishOf::Ramp(ramp) => ramp
            .on_days(brief.day())
            .all(|(day, min)| range(ramp.quantity, day).is_none_or(|(_, most)| min * to <= most * OUT_OF_REACH)),
        WishOf::Word { .. } | WishOf::Footprint(_) => true,
    }
}

/// The change of what one wish is about that gains what is lacking; none if a must forbids it, or if it costs elsewhere
/// what it gains.
fn change(brief: &Brief, index: usize, place: &Place, lacking: i128) -> Option<Change> {
    let wish = brief.criteria()[index].wish().filter(|wish| wish.weight > 0)?;
    let has = place.answers[index].worth;
    match &wish.of {
        WishOf::Amount { quantity, anchors, on } => {
            let needed = u32::try_from((lacking - 1) / i128::from(wish.weight) + 1).ok()?;
            let to = anchors.amount(has.checked_add(needed).filter(|needed| *needed <= FULL_VALUE)?);
            let gains = gain_of_amount(brief, place, (*quantity, on.unwrap_or(brief.day())), to)? >= lacking;
            gains.then_some(Change { criterion: index, to: Some(to), by: needed })
        }
        WishOf::Word { quality, among } => {
            let gains = among.iter().filter_map(|word| gain_of_word(brief, place, *quality, word)).max()? >= lacking;
            gains.then_some(Change { criterion: index, to: None, by: FULL_VALUE - has })
        }
        WishOf::Ramp(_) | WishOf::Footprint(_) => {
            let needed = u32::try_from((lacking - 1) / i128::from(wish.weight) + 1).ok()?;
            let to = SHARE.amount(has.checked_add(needed).filter(|needed| *needed <= FULL_VALUE)?);
            let is_free = match &wish.of {
                WishOf::Ramp(ramp) => more_harms_nothing(brief, ramp.quantity),
                _ => true,
            };
            is_free.then_some(Change { criterion: index, to: Some(to), by: needed })
        }
    }
}

/// The ramps that are asked, as musts or as wishes.
fn ramps(brief: &Brief) -> impl Iterator<Item = &Ramp> {
    brief.criteria().iter().filter_map(|criterion| match criterion {
        Criterion::Must(Need::Ramp(ramp)) | Criterion::Wish(Wish { of: WishOf::Ramp(ramp), .. }) => Some(ramp),
        Criterion::Must(_) | Criterion::Wish(_) => None,
    })
}

/// Whether no must forbids more of a supply, and no wish is worth less with more of it.
fn more_harms_nothing(brief: &Brief, of: Quantity) -> bool {
    brief.criteria().iter().all(|criterion| match criterion {
        Criterion::Must(Need::Amount { quantity, max, .. }) => *quantity != of || max.is_none(),
        Criterion::Wish(Wish { of: WishOf::Amount { quantity, anchors, .. }, weight }) => {
            *quantity != of || *weight == 0 || anchors.full > anchors.none
        }
        Criterion::Must(_) | Criterion::Wish(_) => true,
    })
}

/// The points that a place gains if an amount is another; none if a must forbids it.
fn gain_of_amount(brief: &Brief, place: &Place, of: (Quantity, Date), to: f64) -> Option<i128> {
    let is_of = |quantity: &Quantity, on: &Option<Date>| {
        (*quantity, if quantity.supply().is_some() { on.unwrap_or(brief.day()) } else { of.1 }) == of
    };
    // Whatever is less than some ramp needs of it may cost elsewhere what it gains.
    if ramps(brief).any(|ramp| ramp.quantity == of.0 && to < ramp.peak()) {
        return None;
    }
    let mut gain = 0;
    for (criterion, answer) in brief.criteria().iter().zip(&place.answers) {
        match criterion {
            Criterion::Must(Need::Amount { quantity, min, max, on }) if is_of(quantity, on) => {
                if min.is_some_and(|min| to < min) || max.is_some_and(|max| to > max) {
                    return None;
                }
            }
            Criterion::Wish(wish) => {
                if let WishOf::Amount { quantity, anchors, on } = &wish.of
                    && is_of(quantity, on)
                {
                    let more = i128::from(anchors.value(to)) - i128::from(answer.worth);
                    gain += i128::from(wish.weight) * more;
                }
            }
            Criterion::Must(_) => {}
        }
    }
    Some(gain)
}

/// The points that a place gains if a quality is another word; none if a must forbids it.
fn gain_of_word(brief: &Brief, place: &Place, of: Quality, to: &str) -> Option<i128> {
    let meets = |among: &BTreeSet<String>| meets(of, to, among);
    let mut gain = 0;
    for (criterion, answer) in brief.criteria().iter().zip(&place.answers) {
        match criterion {
            Criterion::Must(Need::Word { quality, among }) if *quality == of && !meets(among) => return None,
            Criterion::Wish(wish) => {
                if let WishOf::Word { quality, among } = &wish.of
                    && *quality == of
                {
                    let worth = if meets(among) { FULL_VALUE } else { 0 };
                    gain += i128::from(wish.weight) * (i128::from(worth) - i128::from(answer.worth));
                }
            }
            Criterion::Must(_) => {}
        }
    }
    Some(gain)
}

/// The must that a suiting place meets most narrowly, measured by the bound that is nearest: its place in the brief.
pub fn binding(brief: &Brief, place: &Place) -> Option<usize> {
    let narrow = |(index, need): (usize, &Need)| {
        let answer = &place.answers[index];
        let Value::Amount(amount) = answer.value else { return None };
        let (min, max) = match need {
            Need::Amount { min, max, .. } => (*min, *max),
            Need::Ramp(ramp) => (Some(ramp.steps.get(answer.step?)?.min), None),
            Need::Word { .. } | Need::Footprint(_) => return None,
        };
        // A bound of nothing is compared with one unit.
        let share = |bound: f64| (amount - bound).abs() / if bound > 0.0 { bound } else { 1.0 };
        [min, max].into_iter().flatten().map(share).min_by(f64::total_cmp).map(|share| (index, share))
    };
    brief.musts().filter_map(narrow).min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))).map(|(index, _)| index)
}
