//! How sure the first place is of its rank.

use super::Ranked;
use super::brief::{Brief, MOST_WEIGHT, Wish};
use super::candidate::Candidate;
use super::judge::worth;
use crate::record::Code;

/// Rivals that are drawn among at most: those with the highest scores.
const MOST_RIVALS: usize = 1_000;

/// Between which weights of a wish the first place has the highest score or shares it, all other weights being as they are.
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

/// The intervals of all wishes; the first of the suiting places is the first. The score is linear in a weight, so each rival
/// bounds it on one side at most, exactly.
pub(super) fn intervals(brief: &Brief, candidates: &[Candidate<'_>], suits: &[Ranked]) -> Vec<Interval> {
    let Some((first, rivals)) = suits.split_first() else { return Vec::new() };
    let interval = |(criterion, wish): (usize, &Wish)| {
        let value = |place: &Ranked| i128::from(worth(wish, &candidates[place.candidate], brief.day()).unwrap_or(0));
        let (weight, own) = (f64::from(wish.weight), value(first));
        let (mut from, mut to) = (0.0_f64, None::<f64>);
        for rival in rivals {
            let ahead = i128::from(first.score) - i128::from(rival.score);
            let more = own - value(rival);
            // first - rival = ahead + (w - weight) more, which stays at or above nothing.
            let bound = weight - ahead as f64 / more as f64;
            if more > 0 {
                from = from.max(bound);
            } else if more < 0 {
                to = Some(to.map_or(bound, |to| to.min(bound)));
            }
        }
        Interval { criterion, from, to }
    };
    brief.wishes().map(interval).collect()
}

/// How often each place comes first in `draws` draws among the suiting ones: every weight is moved, evenly, by up to
/// `spread` percent of itself either way. The same seed gives the same shares. Places that never come first are left out;
/// of those that could, at most the thousand with the highest scores are looked at.
pub fn shares(
    brief: &Brief,
    candidates: &[Candidate<'_>],
    suits: &[Ranked],
    (spread, draws, seed): (u32, u32, u64),
) -> Vec<Share> {
    let boxes: Vec<WeightBox> = brief.wishes().map(|(_, wish)| WeightBox::around(wish.weight, spread)).collect();
    let values = |place: &Ranked| -> Vec<u32> {
        let candidate = &candidates[place.candidate];
        brief.wishes().map(|(_, wish)| worth(wish, candidate, brief.day()).unwrap_or(0)).collect()
    };
    let Some((first, rivals)) = suits.split_first() else { return Vec::new() };
    let own = values(first);
    let mut drawn = vec![(*first, own.clone())];
    drawn.extend(rivals.iter().map(|rival| (*rival, values(rival))).filter(|(_, of)| can_win(&boxes, &own, of)));
    drawn.sort_by(|(a, _), (b, _)| {
        let key = |place: &Ranked| (std::cmp::Reverse(place.score), std::cmp::Reverse(place.possible));
        key(a).cmp(&key(b)).then_with(|| candidates[a.candidate].code.cmp(candidates[b.candidate].code))
    });
    drawn.truncate(MOST_RIVALS);
    let mut wins = vec![0_u32; drawn.len()];
    let mut state = seed;
    for _ in 0..draws {
        let weights: Vec<u64> = boxes.iter().map(|one| one.draw(&mut state)).collect();
        let score = |values: &[u32]| -> u128 {
            weights.iter().zip(values).map(|(weight, value)| u128::from(*weight) * u128::from(*value)).sum()
        };
        // Of equals the one that stands first.
        let best = drawn.iter().enumerate().map(|(index, (_, values))| (score(values), index));
        if let Some((_, index)) = best.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1))) {
            wins[index] += 1;
        }
    }
    let shares = drawn.iter().zip(wins).filter(|(_, first)| *first > 0);
    let code = |place: &Ranked| candidates[place.candidate].code.clone();
    let mut shares: Vec<Share> = shares.map(|((place, _), first)| Share { code: code(place), first }).collect();
    shares.sort_by(|a, b| b.first.cmp(&a.first).then_with(|| a.code.cmp(&b.code)));
    shares
}

/// Whether weights within their boxes exist by which a rival has a higher score than the first.
fn can_win(boxes: &[WeightBox], first: &[u32], rival: &[u32]) -> bool {
    let ahead = boxes.iter().zip(first.iter().zip(rival)).map(|(weights, (first, rival))| {
        let more = i128::from(*first) - i128::from(*rival);
        more * i128::from(if more > 0 { weights.low } else { weights.high })
    });
    ahead.sum::<i128>() < 0
}

/// Between which weights one is drawn, in thousandths, so that a small weight moves as a large one does.
struct WeightBox {
    low: u64,
    high: u64,
}

impl WeightBox {
    fn around(weight: u32, spread: u32) -> Self {
        let base = u64::from(weight.min(MOST_WEIGHT)) * 1_000;
        let width = base / 100 * u64::from(spread.min(100));
        Self { low: base - width, high: base + width }
    }

    fn draw(&self, state: &mut u64) -> u64 {
        self.low + next(state) % (self.high - self.low + 1)
    }
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): a short generator that gives the same numbers everywhere.
const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
