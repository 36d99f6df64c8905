//! What it would take for a place to come first.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Place;
use super::brief::{Brief, Criterion, Need, Wish, WishOf};
use super::candidate::Value;
use super::judge::{Verdict, meets};
use super::quantity::{Quality, Quantity};
use super::ramp::Ramp;
use super::value::{FULL_VALUE, SHARE};

/// What it would take.
#[derive(Debug, Clone, PartialEq)]
pub struct Overtaking {
    /// Musts that it fails and would have to meet, by their places in the brief.
    pub failed: Vec<usize>,
    /// Musts of which it is not known, and it would have to meet them.
    pub unknown: Vec<usize>,
    /// What it would take besides.
    pub then: Then,
}

/// What it would take once every must is met, by the least that meets it.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Nothing: it would be the first, or it is.
    IsEnough,
    /// Any one of these changes, the smallest first.
    AnyOf(Vec<Change>),
    /// No single one that is known, but these together.
    AllOf(Vec<Change>),
    /// Nothing is known that would do, of what is asked.
    NotKnown,
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

/// Changes that are named together at most: more, and it is another place.
const MOST_TOGETHER: usize = 3;

/// A change to so many times the most that any place has, or to less than that part of the least, is out of reach: nobody
/// who reads of it would believe it.
const OUT_OF_REACH: f64 = 2.0;

/// What it would take for `place` to stand before `first`, which suits; if nothing does, to suit. `range` is the least and the
/// most of a quantity that any place is known to have on a day.
pub fn overtaking(
    brief: &Brief,
    place: &Place,
    first: Option<&Place>,
    range: impl Fn(Quantity, Date) -> Option<(f64, f64)>,
) -> Overtaking {
    let with = |verdict| {
        let of = |(index, _): (usize, &Need)| (place.answers[index].verdict == verdict).then_some(index);
        brief.musts().filter_map(of).collect::<Vec<usize>>()
    };
    let (failed, unknown) = (with(Verdict::Fail), with(Verdict::Unknown));
    let then = match first {
        // Not by its code: joined parcels go by that of one of theirs.
        Some(first) if first == place => Then::IsEnough,
        _ => then(brief, place, first, (&failed, &unknown), range),
    };
    Overtaking { failed, unknown, then }
}

fn then(
    brief: &Brief,
    place: &Place,
    first: Option<&Place>,
    (failed, unknown): (&[usize], &[usize]),
    range: impl Fn(Quantity, Date) -> Option<(f64, f64)>,
) -> Then {
    let unmet: Vec<usize> = failed.iter().chain(unknown).copied().collect();
    let Some((gain, met)) = gain_of_meeting(brief, place, &unmet) else { return Then::NotKnown };
    let Some(first) = first else { return Then::IsEnough };
    // One point more than the first has: what else decides between equals is not looked at.
    let lacking = i128::from(first.score) - i128::from(place.score) - gain + 1;
    if lacking <= 0 {
        return Then::IsEnough;
    }
    // What a must has changed already is not changed again.
    let wishes: Vec<usize> =
        brief.wishes().filter(|(_, wish)| !met.contains(&About::of_wish(wish))).map(|(index, _)| index).collect();
    let change = |index: usize, lacking| {
        change(brief, index, place, lacking).filter(|change| is_within_reach(brief, change, &range))
    };
    let mut changes: Vec<Change> = wishes.iter().filter_map(|index| change(*index, lacking)).collect();
    if !changes.is_empty() {
        changes.sort_by_key(|change| (change.by, change.criterion));
        return Then::AnyOf(changes);
    }
    let mut most: Vec<(i128, Change)> =
        wishes.iter().filter_map(|index| largest_gain(brief, *index, place, &range)).collect();
    most.sort_by_key(|(gain, change)| (std::cmp::Reverse(*gain), change.criterion));
    let (mut lacking, mut taken, mut changes) = (lacking, Vec::new(), Vec::new());
    for (gain, whole) in most {
        let about = About::of(&brief.criteria()[whole.criterion]);
        if taken.contains(&about) {
            continue;
        }
        taken.push(about);
        if gain >= lacking {
            changes.push(change(whole.criterion, lacking).unwrap_or(whole));
            // The whole of one may do where no part of it does: two wishes may look at the same.
            return if changes.len() == 1 { Then::AnyOf(changes) } else { Then::AllOf(changes) };
        }
        lacking -= gain;
        changes.push(whole);
        if changes.len() == MOST_TOGETHER {
            break;
        }
    }
    Then::NotKnown
}

/// What a criterion looks at of a place. Two that look at the same are not changed one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Quantity(Quantity),
    Quality(Quality),
    Room,
}

impl About {
    fn of(criterion: &Criterion) -> Self {
        match criterion {
            Criterion::Must(need) => match need {
                Need::Amount { quantity, .. } => Self::Quantity(*quantity),
                Need::Word { quality, .. } => Self::Quality(*quality),
                Need::Footprint(_) => Self::Room,
                Need::Ramp(ramp) => Self::Quantity(ramp.quantity),
            },
            Criterion::Wish(wish) => Self::of_wish(wish),
        }
    }

    fn of_wish(wish: &Wish) -> Self {
        match &wish.of {
            WishOf::Amount { quantity, .. } => Self::Quantity(*quantity),
            WishOf::Word { quality, .. } => Self::Quality(*quality),
            WishOf::Footprint(_) => Self::Room,
            WishOf::Ramp(ramp) => Self::Quantity(ramp.quantity),
        }
    }
}

/// The points that a place gains, at least, where musts that it does not meet are met by the least that meets them, and what
/// that is about. None if that cannot be told: two of them look at the same, or another must forbids it.
fn gain_of_meeting(brief: &Brief, place: &Place, unmet: &[usize]) -> Option<(i128, Vec<About>)> {
    let (mut gain, mut met) = (0, Vec::new());
    for index in unmet {
        let about = About::of(&brief.criteria()[*index]);
        if met.contains(&about) {
            return None;
        }
        met.push(about);
        gain += match brief.criteria()[*index].need()? {
            Need::Amount { quantity, min, max, on } => {
                let to = match place.answers[*index].value {
                    Value::Amount(amount) if max.is_some_and(|max| amount > max) => *max,
                    _ => min.or(*max),
                };
                gain_of_amount(brief, place, (*quantity, on.unwrap_or(brief.day())), to?)?
            }
            Need::Word { quality, among } => {
                among.iter().filter_map(|word| gain_of_word(brief, place, *quality, word)).max()?
            }
            Need::Ramp(ramp) if !more_harms_nothing(brief, ramp.quantity) => return None,
            // More of either is worth no less.
            Need::Ramp(_) | Need::Footprint(_) => 0,
        };
    }
    Some((gain, met))
}

/// The most points that a place gains by what one wish is about, and the change: to all that is wished, or as near to it as
/// any place comes.
fn largest_gain(
    brief: &Brief,
    index: usize,
    place: &Place,
    range: impl Fn(Quantity, Date) -> Option<(f64, f64)>,
) -> Option<(i128, Change)> {
    let wish = brief.criteria()[index].wish().filter(|wish| wish.weight > 0)?;
    let has = place.answers[index].worth;
    let (gain, to, worth) = match &wish.of {
        WishOf::Amount { quantity, anchors, on } => {
            let day = on.unwrap_or(brief.day());
            let (least, most) = range(*quantity, day).unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            let to = anchors.full.clamp(least, most);
            (gain_of_amount(brief, place, (*quantity, day), to)?, Some(to), anchors.value(to))
        }
        WishOf::Word { quality, among } => {
            let gain = among.iter().filter_map(|word| gain_of_word(brief, place, *quality, word)).max()?;
            (gain, None, FULL_VALUE)
        }
        WishOf::Ramp(ramp) if !more_harms_nothing(brief, ramp.quantity) => return None,
        WishOf::Ramp(_) | WishOf::Footprint(_) => {
            (i128::from(wish.weight) * i128::from(FULL_VALUE - has), Some(1.0), FULL_VALUE)
        }
    };
    let change = Change { criterion: index, to, by: worth.saturating_sub(has) };
    (gain > 0 && is_within_reach(brief, &change, range)).then_some((gain, change))
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
    // On less land there may be room for less.
    if of.0 == Quantity::Area && asks_room(brief) && area_m2(brief, place).is_none_or(|area_m2| to < area_m2) {
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

fn asks_room(brief: &Brief) -> bool {
    brief.criteria().iter().any(|criterion| About::of(criterion) == About::Room)
}

/// The area of a place, as far as it is asked.
fn area_m2(brief: &Brief, place: &Place) -> Option<f64> {
    let is_area = |criterion: &Criterion| About::of(criterion) == About::Quantity(Quantity::Area);
    let mut answers = brief.criteria().iter().zip(&place.answers);
    let (_, answer) = answers.find(|(criterion, _)| is_area(criterion))?;
    if let Value::Amount(area_m2) = answer.value { Some(area_m2) } else { None }
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
