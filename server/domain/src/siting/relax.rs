//! What the musts of a brief cost: which places each of them alone keeps out.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::brief::{Brief, Need};
use super::fit::{Fit, Footprint};
use super::musts::{LEAST_TRIED, MOST_TRIED, Musts, Quick, Slow};
use super::quantity::Quality;
use super::table::{Column, Places, Words};
use crate::record::{Code, ParcelStatus};
use crate::rows::{Bits, Each, Steps};

/// Steps that are told of a must at most.
const MOST_STEPS: usize = 5;

/// Places that footprints are tried on at most, for each bound that gives way: those that come first, and of more places than
/// in a large park fewer.
const MOST_OPENED: usize = 48;
const MOST_OPENED_OF_MANY: usize = 12;

/// If a must keeps out no more places than these, all are looked at; of more, those that are nearest to its bound.
const FEW: usize = 2_000;

/// The same for a word or a footprint that gives way, where there are more places than in a small park.
const MOST_SHRUNK: usize = 8;

/// Parts of its sides that a footprint is tried with where the whole has no room.
const PARTS: [f64; 6] = [0.95, 0.9, 0.8, 0.7, 0.6, 0.5];

/// Sets of musts that are told of at most.
const MOST_SETS: usize = 3;

/// What a must costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxation {
    /// The must, by its place in the brief.
    pub criterion: usize,
    /// How many places fail it and nothing else. A footprint is tried only where nothing else fails, so of another must
    /// these may have no room for it.
    pub alone: u32,
    /// How many places leave it unknown and are open for no other reason.
    pub unknown: u32,
    /// How far it would have to give way for how many of them, the smallest step first; of words each that would do as well,
    /// the one that opens most first; land that is taken is not offered.
    pub steps: Vec<Step>,
}

/// A must that gives way so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is asked instead.
    pub to: Way,
    /// How many more places would suit; where footprints are asked, of the first 48 that come into question, among more than
    /// 2,000 places of the first 12. Of a word or a footprint that gives way, among more than 256 places of the first 8. Where
    /// it was not known whether a building has room, a smaller one may have it on more.
    pub opens: u32,
    /// Whether footprints were not tried on all that come into question, so that it may open more.
    pub is_least: bool,
    /// The first of them that this step opens.
    pub first: Code,
}

/// How a must gives way.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// The least or most instead of the one that is asked; as the other bound is, it stays. Of a ramp the most that it rises
    /// to, its higher steps cut off there.
    Bound(f64),
    /// This word would do, too.
    Word(String),
    /// A building of so much of both sides, less than 1.
    Part(f64),
}

/// Musts that some places fail, all of them and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The musts, by their places in the brief.
    pub criteria: Vec<usize>,
    /// How many places fail just these.
    pub places: u32,
}

/// What each must costs, in the order of the brief.
pub(super) fn relaxations(brief: &Brief, musts: &Musts<'_>, places: &(impl Places + ?Sized)) -> Vec<Relaxation> {
    let of = |(criterion, _)| {
        if let Some(must) = musts.quick.iter().find(|must| must.criterion == criterion) {
            return quick(must, musts, places);
        }
        let tried = musts.slow.iter().find(|must| must.criterion == criterion);
        let (alone, unknown) = tried.map_or((0, 0), |must| (musts.alone(must), must.unknown));
        let steps = tried.map_or_else(Vec::new, |must| shrunk(must, musts, places));
        Relaxation { criterion, alone, unknown, steps }
    };
    brief.musts().map(of).collect()
}

/// Where every place fails a must and none would suit but for one, the sets that keep places out, of as few musts as there
/// are: those that keep out most first. What is not known of a place fails nothing; a footprint is looked at as far as it is
/// larger than a place.
pub(super) fn sets(musts: &Musts<'_>, count: usize) -> Vec<Set> {
    if musts.fails.count() < count || musts.once.count() > 0 {
        return Vec::new();
    }
    let quick = musts.quick.iter().map(|must| (must.criterion, must.column.known(), Some(&must.met)));
    let slow = musts.slow.iter().map(|must| (must.criterion, must.small.as_ref(), None));
    let all: Vec<_> = quick.chain(slow).collect();
    let mut sets = BTreeMap::<Vec<usize>, u32>::new();
    let (mut fewest, mut failed) = (usize::MAX, Vec::new());
    for row in 0..count as u32 {
        failed.clear();
        for (criterion, fails_or_met, met) in &all {
            let fails = fails_or_met.is_some_and(|known| known.has(row)) && met.is_none_or(|met| !met.has(row));
            if fails {
                failed.push(*criterion);
                if failed.len() > fewest {
                    break;
                }
            }
        }
        // Footprints were tried on it, and more than one has no room.
        if failed.is_empty() {
            continue;
        }
        if failed.len() < fewest {
            sets.clear();
            fewest = failed.len();
        }
        if failed.len() == fewest {
            *sets.entry(failed.clone()).or_default() += 1;
        }
    }
    let mut sets: Vec<Set> = sets.into_iter().map(|(criteria, places)| Set { criteria, places }).collect();
    for set in &mut sets {
        set.criteria.sort_unstable();
    }
    sets.sort_by(|a, b| b.places.cmp(&a.places).then_with(|| a.criteria.cmp(&b.criteria)));
    sets.truncate(MOST_SETS);
    sets
}

/// Places that footprints are tried on at most for a word or a footprint that gives way. Small parks are told to the last.
fn most_tried(places: &(impl Places + ?Sized)) -> usize {
    if places.count() <= LEAST_TRIED { MOST_OPENED } else { MOST_SHRUNK }
}

/// How much smaller a footprint would have to be.
fn shrunk(must: &Slow, musts: &Musts<'_>, places: &(impl Places + ?Sized)) -> Vec<Step> {
    let others: Vec<Footprint> = musts.footprints().filter(|footprint| *footprint != must.footprint).collect();
    let smaller = must.areas_m2.down_from(must.least_m2()).take(FEW).map(|(_, row)| row);
    let rows = must.failed.iter().copied().chain(smaller.filter(|row| musts.once.has(*row)));
    let part = |row: u32| {
        let candidate = places.candidate(row);
        let has_room = |footprint: Footprint| matches!(candidate.fit(footprint), Fit::Fits(_));
        let of = |part: &f64| must.footprint.times(*part);
        let part = PARTS.into_iter().find(|part| has_room(of(part)))?;
        others.iter().all(|other| has_room(*other)).then_some((part, row))
    };
    let mut rows = rows.peekable();
    let mut found: Vec<(f64, u32)> = rows.by_ref().take(most_tried(places)).filter_map(part).collect();
    // Where none was tried, one may have no room, and have it for a smaller one.
    let is_least = rows.peek().is_some() || musts.untried.count() > 0;
    found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut steps: Vec<Step> = Vec::new();
    for (opens, (part, row)) in (1..).zip(found) {
        match steps.last_mut().filter(|step| step.to == Way::Part(part)) {
            Some(step) => step.opens = opens,
            None => {
                steps.push(Step { to: Way::Part(part), opens, is_least, first: places.candidate(row).code.clone() });
            }
        }
    }
    steps.truncate(MOST_STEPS);
    steps
}

/// What a must that gives way opens.
#[derive(Debug, Clone, Copy, Default)]
struct Opened {
    /// How many places.
    opens: u32,
    /// Whether it may be more.
    is_least: bool,
    /// The first row.
    first: u32,
}

/// Of what is unmet once, it is this must that is not met.
fn quick(must: &Quick<'_>, musts: &Musts<'_>, places: &(impl Places + ?Sized)) -> Relaxation {
    let (missed, trial) = (must.missed, Trial::of(musts, places));
    let alone = Alone { must, once: &musts.once };
    let first = |row: u32| places.candidate(row).code.clone();
    let told = |to, found: &Opened| {
        let Opened { opens, is_least, first: row } = *found;
        Step { to, opens, is_least, first: first(row) }
    };
    let bounds =
        |found: Vec<(f64, Opened)>| found.into_iter().map(|(bound, found)| told(Way::Bound(bound), &found)).collect();
    let steps = match (&must.column, must.need) {
        (Column::Amounts(steps), Need::Amount { min, max, .. }) => {
            bounds(giving_way(steps, &alone, (*min, *max), trial))
        }
        (Column::Ramp(columns), Need::Ramp(ramp)) => {
            let up_to = |row| Some((ramp.meets_up_to(&columns.amounts(row))?, row));
            let mut rows: Vec<(f64, u32)> = alone.rows().into_iter().filter_map(up_to).collect();
            rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            bounds(opened(rows.into_iter(), trial))
        }
        (Column::Words(words), Need::Word { quality, .. }) if missed.failed > 0 => {
            more_words((words, *quality), &alone, trial)
                .into_iter()
                .map(|(word, found)| told(Way::Word(word.to_owned()), &found))
                .collect()
        }
        _ => Vec::new(),
    };
    Relaxation {
        criterion: must.criterion,
        alone: missed.failed as u32,
        unknown: (missed.unmet - missed.failed) as u32,
        steps,
    }
}

/// Whether a word is of land that nobody gets, whatever else would do.
fn is_gone(quality: Quality, word: &str) -> bool {
    quality == Quality::Status && word == ParcelStatus::Taken.as_str()
}

/// Words that would do as well, and what each of them opens: the one that opens most first.
fn more_words<'a>(
    (words, quality): (&'a Words, Quality),
    alone: &Alone<'_>,
    mut trial: Trial<'_, impl Places + ?Sized>,
) -> Vec<(&'a str, Opened)> {
    let most = if trial.footprints.is_empty() { usize::MAX } else { most_tried(trial.places) };
    let is_least = alone.count() > most;
    // By the number of the word.
    let mut opened = vec![Opened { is_least, ..Opened::default() }; words.distinct.len()];
    for row in alone.first_rows(most) {
        if trial.opens(row) == Some(true)
            && let Some(opened) = opened.get_mut(usize::from(words.numbers[row as usize]))
        {
            opened.first = if opened.opens == 0 { row } else { opened.first };
            opened.opens += 1;
        }
    }
    let told = words.distinct.iter().zip(opened).map(|((word, _), opened)| (word.as_str(), opened));
    let mut found: Vec<(&str, Opened)> =
        told.filter(|(word, opened)| opened.opens > 0 && !is_gone(quality, word)).collect();
    found.sort_by(|a, b| b.1.opens.cmp(&a.1.opens).then(a.0.cmp(b.0)));
    found.truncate(MOST_STEPS);
    found
}

/// What one must keeps out and no other.
struct Alone<'a> {
    must: &'a Quick<'a>,
    /// Rows of which one must is not met: one that fails this one is among what it keeps out.
    once: &'a Bits,
}

impl Alone<'_> {
    const fn count(&self) -> usize {
        self.must.missed.failed
    }

    fn rows(&self) -> Vec<u32> {
        self.first_rows(usize::MAX)
    }

    fn first_rows(&self, most: usize) -> Vec<u32> {
        let known = self.must.column.known();
        known.map_or_else(Vec::new, |known| self.once.first_between(known, Some(&self.must.met), most))
    }
}

/// How far a must gives way to open each of the places that it keeps out: bounds, and what each opens. On the side that opens more; on a tie the least gives way.
fn giving_way(
    steps: &Steps,
    alone: &Alone<'_>,
    (min, max): (Option<f64>, Option<f64>),
    trial: Trial<'_, impl Places + ?Sized>,
) -> Vec<(f64, Opened)> {
    let below = min.map_or(0, |min| if max.is_none() { alone.count() } else { steps.count_below(min, alone.once) });
    let is_above = alone.count() - below > below;
    let is_beyond =
        |amount: f64| if is_above { max.is_some_and(|max| amount > max) } else { min.is_some_and(|min| amount < min) };
    if alone.count() <= FEW {
        let rows = alone.rows().into_iter().map(|row| (steps.value(row), row));
        let mut rows: Vec<(f64, u32)> = rows.filter(|(amount, _)| is_beyond(*amount)).collect();
        let away = |amount: f64| if is_above { amount } else { -amount };
        let nearer = |a: &(f64, u32), b: &(f64, u32)| away(a.0).total_cmp(&away(b.0)).then(a.1.cmp(&b.1));
        return opened(in_order(&mut rows, nearer), trial);
    }
    let is_alone = |(_, row): &(f64, u32)| alone.once.has(*row);
    match (min, max, steps.each()) {
        (_, _, Some(each)) if trial.footprints.is_empty() => {
            let mut each: Vec<Each<'_>> = each.filter(|step| is_beyond(step.value)).collect();
            if !is_above {
                each.reverse();
            }
            counted(each.into_iter(), alone.once)
        }
        (_, Some(max), _) if is_above => opened(steps.up_from(max).filter(is_alone), trial),
        (Some(min), ..) if !is_above => opened(steps.down_from(min).filter(is_alone), trial),
        _ => Vec::new(),
    }
}

/// Some rows in order. Most often only the first are looked at, so the others are put into order only when it comes to them.
fn in_order<T: Copy>(rows: &mut [T], order: impl Fn(&T, &T) -> Ordering) -> impl Iterator<Item = T> {
    const FIRST: usize = 2 * MOST_OPENED;
    if rows.len() > FIRST {
        rows.select_nth_unstable_by(FIRST, &order);
    }
    let (first, rest) = rows.split_at_mut(FIRST.min(rows.len()));
    first.sort_unstable_by(&order);
    let rest = std::iter::once_with(move || {
        rest.sort_unstable_by(order);
        &*rest
    });
    first.iter().copied().chain(rest.flatten().copied())
}

/// Of a column of few different values, the nearest first: how many rows each of them opens, all before it included.
fn counted<'a>(steps: impl Iterator<Item = Each<'a>>, once: &Bits) -> Vec<(f64, Opened)> {
    let mut opens = 0;
    let told = |step: Each<'_>| {
        let rows = step.among(once);
        opens += rows.len() as u32;
        Some((step.value, Opened { opens, is_least: false, first: *rows.first()? }))
    };
    steps.filter_map(told).take(MOST_STEPS).collect()
}

/// How many places open where a must gives way to each of the nearest bounds: rows with the bound that opens them, the nearest
/// first.
fn opened(rows: impl Iterator<Item = (f64, u32)>, mut trial: Trial<'_, impl Places + ?Sized>) -> Vec<(f64, Opened)> {
    let mut steps: Vec<(f64, Opened)> = Vec::new();
    let mut opens = 0;
    for (bound, row) in rows {
        let is_same = steps.last().is_some_and(|(last, ..)| last.total_cmp(&bound).is_eq());
        if !is_same && steps.len() == MOST_STEPS {
            break;
        }
        match trial.opens(row) {
            Some(true) => opens += 1,
            Some(false) => continue,
            None => {
                // All that are nearer were tried.
                if let Some((_, last)) = steps.last_mut().filter(|_| is_same) {
                    last.is_least = true;
                }
                break;
            }
        }
        match steps.last_mut().filter(|_| is_same) {
            Some((_, step)) => *step = Opened { opens, first: row.min(step.first), ..*step },
            None => steps.push((bound, Opened { opens, is_least: false, first: row })),
        }
    }
    steps
}

/// Whether what a must keeps out has room for the buildings that are asked for: nobody has tried them there before.
struct Trial<'a, P: ?Sized> {
    footprints: Vec<Footprint>,
    places: &'a P,
    /// On how many places they may still be tried.
    left: usize,
}

impl<'a, P: Places + ?Sized> Trial<'a, P> {
    fn of(musts: &Musts<'_>, places: &'a P) -> Self {
        let left = if places.count() <= MOST_TRIED { MOST_OPENED } else { MOST_OPENED_OF_MANY };
        Self { footprints: musts.footprints().collect(), places, left }
    }

    /// Whether a place would suit but for the must; none once enough were tried.
    fn opens(&mut self, row: u32) -> Option<bool> {
        if self.footprints.is_empty() {
            return Some(true);
        }
        self.left = self.left.checked_sub(1)?;
        let candidate = self.places.candidate(row);
        let has_room = |footprint: &Footprint| matches!(candidate.fit(*footprint), Fit::Fits(_));
        Some(self.footprints.iter().all(has_room))
    }
}
