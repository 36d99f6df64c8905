//! How sure the first place is of its rank.

use super::Place;
use super::brief::{Brief, MOST_WEIGHT};
use crate::record::Code;

/// Between which weights of a wish the first place stays first, all other weights being as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The wish, by its place in the brief.
    pub criterion: usize,
    /// The lowest weight; 0 if it can go that low.
    pub from: f64,
    /// The highest; none if it can be as high as may be.
    pub to: Option<f64>,
}

/// How often a place comes first when weights are drawn at random around those of the brief.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The place.
    pub code: Code,
    /// Draws in which it comes first.
    pub first: u32,
}

/// The intervals of all wishes, for the suiting places in their order. The score is linear in a weight, so each rival
/// bounds it on one side at most, exactly.
pub(super) fn intervals(brief: &Brief, suiting: &[Place]) -> Vec<Interval> {
    let Some((first, rivals)) = suiting.split_first() else { return Vec::new() };
    let interval = |(criterion, wish): (usize, &super::Wish)| {
        let weight = i128::from(wish.weight);
        let (mut from, mut to) = (0.0_f64, None::<f64>);
        for rival in rivals {
            let ahead = i128::from(first.score) - i128::from(rival.score);
            let worth = i128::from(first.answers[criterion].worth) - i128::from(rival.answers[criterion].worth);
            // first - rival = ahead + (w - weight) worth, which stays at or above nothing.
            let bound = weight as f64 - ahead as f64 / worth as f64;
            if worth > 0 {
                from = from.max(bound);
            } else if worth < 0 {
                to = Some(to.map_or(bound, |to| to.min(bound)));
            }
        }
        Interval { criterion, from, to }
    };
    brief.wishes().map(interval).collect()
}

/// How often each suiting place comes first in `draws` draws: every weight is moved, evenly, by up to `spread` percent of
/// itself either way. The same seed gives the same shares. Places that never come first are left out.
pub fn shares(brief: &Brief, suiting: &[Place], spread: u32, draws: u32, seed: u64) -> Vec<Share> {
    let mut wins = vec![0_u32; suiting.len()];
    let wishes: Vec<(usize, u32)> = brief.wishes().map(|(index, wish)| (index, wish.weight)).collect();
    let mut state = seed;
    for _ in 0..draws {
        // In thousandths, so that a small weight moves as a large one does.
        let weights = wishes.iter().map(|(index, weight)| {
            let width = u64::from(*weight) * 10 * u64::from(spread.min(100));
            let base = u64::from((*weight).min(MOST_WEIGHT)) * 1_000;
            (*index, base - width + next(&mut state) % (2 * width + 1))
        });
        let weights: Vec<(usize, u64)> = weights.collect();
        let score = |place: &Place| -> u128 {
            weights.iter().map(|(index, weight)| u128::from(*weight) * u128::from(place.answers[*index].worth)).sum()
        };
        // Of equals the one that stands first.
        let best = suiting.iter().enumerate().max_by(|a, b| score(a.1).cmp(&score(b.1)).then(b.0.cmp(&a.0)));
        if let Some((index, _)) = best {
            wins[index] += 1;
        }
    }
    let shares = suiting.iter().zip(wins).filter(|(_, first)| *first > 0);
    let mut shares: Vec<Share> = shares.map(|(place, first)| Share { code: place.code.clone(), first }).collect();
    shares.sort_by(|a, b| b.first.cmp(&a.first).then_with(|| a.code.cmp(&b.code)));
    shares
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): a short generator that gives the same numbers everywhere.
const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
