//! What it would take for a place to come first.

use super::brief::{Brief, Criterion, Wish, WishOf};
use super::candidate::Value;
use super::judge::Verdict;
use super::value::FULL_VALUE;
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
    /// Any one of these changes would do, the smallest first. If there are none, no single one does.
    AnyOf(Vec<Change>),
}

/// A change of one thing that is wished.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The wish, by its place in the brief.
    pub criterion: usize,
    /// The amount that it would have to be; none where it would have to be one of the wished words.
    pub to: Option<f64>,
    /// By how much of the whole value scale it would have to change, parts per million. What is unknown counts as nothing.
    pub by: u32,
}

/// What it would take for `place` to stand before `first`, which suits.
pub fn overtaking(brief: &Brief, place: &Place, first: &Place) -> Overtaking {
    if place.code == first.code {
        return Overtaking::IsFirst;
    }
    if place.standing != Standing::Suits {
        let with =
            |verdict| brief.musts().map(|(index, _)| index).filter(move |at| place.answers[*at].verdict == verdict);
        return Overtaking::Musts { failed: with(Verdict::Fail).collect(), unknown: with(Verdict::Unknown).collect() };
    }
    // One point more than the first has: what else decides between equals is not looked at.
    let lacking = first.score.saturating_sub(place.score) + 1;
    let mut changes: Vec<Change> =
        brief.wishes().filter_map(|(index, wish)| change(index, wish, place, lacking)).collect();
    changes.sort_by_key(|change| (change.by, change.criterion));
    Overtaking::AnyOf(changes)
}

fn change(index: usize, wish: &Wish, place: &Place, lacking: u64) -> Option<Change> {
    let has = place.answers[index].worth;
    let by = u32::try_from(lacking.div_ceil(u64::from(wish.weight).max(1))).ok()?;
    let needed = has.checked_add(by).filter(|needed| wish.weight > 0 && *needed <= FULL_VALUE)?;
    match &wish.of {
        WishOf::Amount { anchors, .. } => Some(Change { criterion: index, to: Some(anchors.amount(needed)), by }),
        WishOf::Word { .. } => Some(Change { criterion: index, to: None, by: FULL_VALUE - has }),
    }
}

/// The must that a suiting place meets most narrowly, measured by the bound: its place in the brief.
pub fn binding(brief: &Brief, place: &Place) -> Option<usize> {
    let narrow = |(index, answer): (usize, &super::Answer)| {
        let (margin, Value::Amount(amount)) = (answer.margin?, &answer.value) else { return None };
        matches!(brief.criteria()[index], Criterion::Must(_)).then(|| (index, margin / amount.abs().max(1e-9)))
    };
    let narrow = place.answers.iter().enumerate().filter_map(narrow);
    narrow.min_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0))).map(|(index, _)| index)
}
