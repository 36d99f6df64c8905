//! How sure the first place is of its rank.

use super::Ranked;
use super::brief::MOST_WEIGHT;
use super::score::{Scored, Scores, order};
use super::table::Places;
use super::value::FULL_VALUE;
use crate::record::Code;

/// Places that are drawn among at most: of those that could win, the ones with the highest scores.
const MOST_DRAWN: usize = 1_000;

/// Rivals that are looked at first: as many as are in order at least.
const NEAR: usize = 64;

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

/// How weights are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// By up to how many percent of itself each weight is moved, evenly, either way; at most 100.
    pub spread_percent: u32,
    /// How often.
    pub count: u32,
    /// The same seed gives the same shares.
    pub seed: u64,
}

/// How sure a first place is: intervals of all wishes, and how often each place comes first.
pub(super) struct Sureness {
    pub(super) intervals: Vec<Interval>,
    pub(super) shares: Vec<Share>,
}

/// How sure the first place is against its rivals, among which it may be itself. The score is linear in a weight, so each rival
/// bounds it on one side at most, exactly. Only rivals that `may_win` are drawn.
pub(super) fn sureness(
    scores: &Scores,
    first: &Ranked,
    rivals: &[Ranked],
    may_win: impl Fn(&Ranked) -> bool,
    draws: Draws,
    places: &(impl Places + ?Sized),
) -> Sureness {
    let wishes = scores.wishes();
    let boxes: Vec<WeightBox> =
        wishes.iter().map(|wish| WeightBox::around(wish.weight, draws.spread_percent)).collect();
    let own = worths(scores, first.row);
    let mut intervals: Vec<Within> = wishes.iter().zip(&own).map(|(wish, own)| Within::anything(wish, *own)).collect();
    let mut behind = Vec::new();
    // What those that stand next to the first leave of the intervals leaves few of the others that matter.
    let (near, others) = rivals.split_at(NEAR.min(rivals.len()));
    let reach = boxes.iter().map(WeightBox::reach).sum();
    let matters = |rival: &Ranked, intervals: &[Within]| {
        let ahead = first.score.abs_diff(rival.score);
        first.score < rival.score || ahead < reach || intervals.iter().any(|within| within.may_narrow(ahead as f64))
    };
    let mut drawn: Vec<Ranked> = Vec::new();
    let mut look_at = |rivals: &[Ranked], intervals: &mut [Within]| {
        let rows: Vec<u32> = rivals.iter().map(|rival| rival.row).collect();
        let ahead: Vec<f64> = rivals.iter().map(|rival| first.score as f64 - rival.score as f64).collect();
        // By how many thousandths of a point each is behind at least, whatever is drawn.
        behind.clear();
        behind.resize(rivals.len(), 0_i64);
        for (((wish, weights), own), within) in wishes.iter().zip(&boxes).zip(&own).zip(intervals) {
            let less = |value: u32| i64::from(*own) - i64::from(value);
            let more: Vec<i64> = wish.known_worths(&rows).into_iter().map(less).collect();
            for (behind, more) in behind.iter_mut().zip(&more) {
                *behind += more * if *more > 0 { weights.low } else { weights.high } as i64;
            }
            within.narrow(&ahead, &more);
        }
        // Those that come first by some weights that may be drawn.
        let could = rivals.iter().zip(&behind).filter(|(rival, behind)| **behind < 0 && may_win(rival));
        drawn.extend(could.map(|(rival, _)| *rival));
    };
    look_at(near, &mut intervals);
    let others: Vec<Ranked> = others.iter().filter(|rival| matters(rival, &intervals)).copied().collect();
    look_at(&others, &mut intervals);
    let mut front = Front { members: vec![(*first, own)] };
    drawn.sort_unstable_by(order);
    for rival in drawn {
        front.add(rival, worths(scores, rival.row));
    }
    let shares = front.drawn(&boxes, draws, places);
    Sureness { intervals: intervals.into_iter().map(Within::told).collect(), shares }
}

fn worths(scores: &Scores, row: u32) -> Vec<u32> {
    scores.wishes().iter().map(|wish| wish.worth(row).unwrap_or(0)).collect()
}

/// An interval that is being narrowed.
struct Within {
    criterion: usize,
    weight: f64,
    from: f64,
    to: f64,
    /// How much more than a rival the first place may be worth of the wish, and how much less.
    most: f64,
    least: f64,
}

impl Within {
    /// Of a wish of which the first place is worth so much: any weight.
    fn anything(wish: &Scored, own: u32) -> Self {
        let (most, least) = (f64::from(own), f64::from(FULL_VALUE.saturating_sub(own)));
        Self { criterion: wish.criterion, weight: f64::from(wish.weight), from: 0.0, to: f64::INFINITY, most, least }
    }

    /// By rivals: by how many points each is behind, and how much less it is worth of the wish.
    fn narrow(&mut self, ahead: &[f64], more: &[i64]) {
        for (ahead, more) in ahead.iter().zip(more) {
            // first - rival = ahead + (w - weight) more, which stays at or above nothing.
            let bound = self.weight - ahead / *more as f64;
            self.from = self.from.max(if *more > 0 { bound } else { 0.0 });
            self.to = self.to.min(if *more < 0 { bound } else { f64::INFINITY });
        }
    }

    /// Whether a rival that is so many points behind may do so, whatever it is worth of the wish.
    fn may_narrow(&self, ahead: f64) -> bool {
        self.weight - ahead / self.most > self.from || (self.least > 0.0 && self.weight + ahead / self.least < self.to)
    }

    fn told(self) -> Interval {
        let to = (self.to < f64::INFINITY).then_some(self.to);
        Interval { criterion: self.criterion, from: self.from, to }
    }
}

/// Places of which none is worth at most as much as an earlier one of every wish: all others never come first.
struct Front {
    members: Vec<(Ranked, Vec<u32>)>,
}

impl Front {
    /// Adds a place that stands after all that are there.
    fn add(&mut self, place: Ranked, values: Vec<u32>) {
        let is_beaten = |(_, before): &(Ranked, Vec<u32>)| before.iter().zip(&values).all(|(one, other)| one >= other);
        if self.members.len() < MOST_DRAWN && !self.members.iter().any(is_beaten) {
            self.members.push((place, values));
        }
    }

    /// How often each comes first. Of equals it is the one that stands first.
    fn drawn(self, boxes: &[WeightBox], draws: Draws, places: &(impl Places + ?Sized)) -> Vec<Share> {
        let mut wins = vec![0_u32; self.members.len()];
        let mut weights = vec![0; boxes.len()];
        let mut state = draws.seed;
        for _ in 0..draws.count {
            for (weight, of) in weights.iter_mut().zip(boxes) {
                *weight = of.draw(&mut state);
            }
            // At most 40 wishes of at most 1.3 million thousandths and a million parts each: far within 64 bits.
            let score = |values: &[u32]| -> u64 {
                weights.iter().zip(values).map(|(weight, value)| weight * u64::from(*value)).sum()
            };
            let mut best = (0, 0);
            for (index, (_, values)) in self.members.iter().enumerate() {
                let score = score(values);
                if index == 0 || score > best.0 {
                    best = (score, index);
                }
            }
            wins[best.1] += 1;
        }
        let won = self.members.iter().zip(wins).filter(|(_, first)| *first > 0);
        let mut won: Vec<(u32, u32)> = won.map(|((place, _), first)| (first, place.row)).collect();
        won.sort_unstable_by_key(|(first, row)| (std::cmp::Reverse(*first), *row));
        let share = |(first, row)| Share { code: places.candidate(row).code.clone(), first };
        won.into_iter().map(share).collect()
    }
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

    /// Points that a place may gain on another at most, whatever weight is drawn instead of that of the brief.
    const fn reach(&self) -> u64 {
        (self.high - self.low).div_ceil(2_000) * FULL_VALUE as u64
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
