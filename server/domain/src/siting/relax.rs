//! What the musts of a brief cost: which places each of them alone keeps out.

use super::Standing;
use super::brief::{Brief, Need};
use super::candidate::Candidate;
use super::judge::{Verdict, verdict};
use crate::record::Code;

/// Footprints that are tried at most: each takes about a millisecond.
pub const MOST_TRIED: usize = 5_000;

/// Steps that are told of a must at most.
const MOST_STEPS: usize = 5;

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
    /// How far it would have to give way for how many of them, the smallest step first. None for words.
    pub steps: Vec<Step>,
}

/// A must that gives way so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The least or most instead of the one that is asked; as the other bound is, it stays.
    pub bound: f64,
    /// How many more places would suit.
    pub opens: u32,
    /// The first of them that this step opens.
    pub first: Code,
}

/// A footprint would have to be tried on more than [`MOST_TRIED`] places, which are all that fail nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "more than {MOST_TRIED} places fail nothing else, and a footprint is tried on no more: ask for something besides"
)]
pub struct TooManyToTry;

/// Counts what musts cost while candidates are gone through.
pub(super) struct Costs<'a> {
    brief: &'a Brief,
    /// Footprints that were tried.
    tried: usize,
    musts: Vec<Cost<'a>>,
}

struct Cost<'a> {
    criterion: usize,
    need: &'a Need,
    alone: u32,
    unknown: u32,
    /// Candidates that fail nothing else, with their amounts.
    amounts: Vec<(f64, usize)>,
}

impl<'a> Costs<'a> {
    pub(super) fn new(brief: &'a Brief) -> Self {
        let of = |(criterion, need)| Cost { criterion, need, alone: 0, unknown: 0, amounts: Vec::new() };
        Self { brief, tried: 0, musts: brief.musts().map(of).collect() }
    }

    /// Judges a candidate by all musts: the quick ones, and footprints if it fails none of those.
    pub(super) fn count(&mut self, candidate: &Candidate<'_>, index: usize) -> Result<Standing, TooManyToTry> {
        let (mut standing, mut unmet) = (Standing::Suits, None::<(usize, Verdict)>);
        let mut several = false;
        let is_slow = |must: &Cost<'_>| matches!(must.need, Need::Footprint(_));
        let quick = self.musts.iter().enumerate().filter(|(_, must)| !is_slow(must));
        for (at, must) in quick.chain(self.musts.iter().enumerate().filter(|(_, must)| is_slow(must))) {
            if is_slow(must) {
                if standing == Standing::Fails {
                    break;
                }
                self.tried += 1;
                if self.tried > MOST_TRIED {
                    return Err(TooManyToTry);
                }
            }
            let found = verdict(must.need, candidate, self.brief.day());
            standing = standing.max(match found {
                Verdict::Pass => continue,
                Verdict::Unknown => Standing::Open,
                Verdict::Fail => Standing::Fails,
            });
            several |= unmet.replace((at, found)).is_some();
        }
        let Some((at, found)) = unmet.filter(|_| !several) else { return Ok(standing) };
        let must = &mut self.musts[at];
        if found == Verdict::Unknown {
            must.unknown += 1;
        } else {
            must.alone += 1;
            if let Need::Amount { quantity, on, .. } = must.need {
                let amount = candidate.amount(*quantity, on.unwrap_or(self.brief.day()));
                must.amounts.extend(amount.map(|amount| (amount, index)));
            }
        }
        Ok(standing)
    }

    /// What each must costs, in the order of the brief.
    pub(super) fn relaxations(self, candidates: &[Candidate<'_>]) -> Vec<Relaxation> {
        let of = |Cost { criterion, need, alone, unknown, amounts }| Relaxation {
            criterion,
            alone,
            unknown,
            steps: steps(need, &amounts, candidates),
        };
        self.musts.into_iter().map(of).collect()
    }
}

/// How far a must gives way to open each of the places that it keeps out, on the side that opens more; on a tie the least
/// gives way.
fn steps(need: &Need, amounts: &[(f64, usize)], candidates: &[Candidate<'_>]) -> Vec<Step> {
    let Need::Amount { min, max, .. } = need else { return Vec::new() };
    let mut below: Vec<_> = amounts.iter().filter(|(amount, _)| min.is_some_and(|min| *amount < min)).collect();
    let mut above: Vec<_> = amounts.iter().filter(|(amount, _)| max.is_some_and(|max| *amount > max)).collect();
    let by_code = |a: usize, b: usize| candidates[a].code.cmp(candidates[b].code);
    below.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| by_code(a.1, b.1)));
    above.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| by_code(a.1, b.1)));
    let sorted = if above.len() > below.len() { above } else { below };
    let mut steps: Vec<Step> = Vec::new();
    for (opens, (bound, index)) in (1_u32..).zip(sorted) {
        if let Some(last) = steps.last_mut().filter(|last| last.bound.total_cmp(bound).is_eq()) {
            last.opens = opens;
            continue;
        }
        if steps.len() == MOST_STEPS {
            break;
        }
        steps.push(Step { bound: *bound, opens, first: candidates[*index].code.clone() });
    }
    steps
}
