//! Finding the sets of adjacent parcels that a brief can use.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::Standing;
use super::super::brief::{Brief, Need};
use super::super::fit::{Fit, Footprint};
use super::super::judge::Verdict;
use super::super::musts::Musts;
use super::super::quantity::Quantity;
use super::super::score::Scores;
use super::super::table::{Column, Places, Table};
use super::borders::Borders;
use super::connected::{MOST_JOINED, Step, connected};
use super::joint::{room, together};
use crate::rows::{Bits, Steps};

/// Sets that are looked at, at most.
const MOST_MET: usize = 2_000_000;

/// Sets that are kept of those with the same first row.
const KEPT_A_ROW: usize = 3;

/// Sets that footprints are tried on at most.
const MOST_TRIED: usize = 40;

/// Adjacent parcels that together are of use, and no part of them is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembly {
    /// Their rows, ascending.
    pub rows: Vec<u32>,
    /// How they stand together; never that they fail.
    pub standing: Standing,
    /// Points that they have for sure.
    pub score: u64,
    /// Points that they would have if all that is unknown were as wished.
    pub possible: u64,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assemblies {
    /// The first ones: those that suit, then those that are open; of each kind the highest score first, then the fewest
    /// parcels. No parcel is in two: of sets that share one, it is the first.
    pub found: Vec<Assembly>,
    /// Whether there were so many sets that not all of them were looked at, or footprints not tried on all that were.
    pub cut_short: bool,
}

/// Joins parcels of which each meets, or may meet, whatever must hold of each, and lacks only what parcels have more of
/// together: area, supplies, room for a building. No part of an assembly is one, and nobody needs it who has a place of his
/// own: parcels that suit or are open are not joined.
pub(in crate::siting) fn search(
    brief: &Brief,
    table: &Table,
    places: &(impl Places + ?Sized),
    (musts, scores): (&Musts<'_>, &Scores),
    borders: &Borders,
    listed: usize,
) -> Assemblies {
    let mut search = Search::of(brief, table, places, (musts, scores), borders);
    let mut all = Assemblies::default();
    let (mut met, mut tried) = (0, 0);
    // What is listed takes its parcels from what else was kept of a row, so what is left is looked through again.
    loop {
        let before = all.found.len();
        let mut found = search.found(&mut met);
        found.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        for mut one in found {
            if all.found.len() == listed || tried > MOST_TRIED {
                break;
            }
            let is_free = one.rows.iter().all(|row| search.in_play[*row as usize]);
            if !is_free || search.has_part_of_use(&one, places) {
                continue;
            }
            tried += usize::from(!search.footprints.is_empty());
            let Some(standing) = search.with_room(one.standing, &one.rows, places) else { continue };
            one.standing = standing;
            for row in &one.rows {
                search.in_play[*row as usize] = false;
            }
            all.found.push(one);
        }
        all.cut_short = met > MOST_MET || tried > MOST_TRIED;
        if all.found.len() == listed || all.found.len() == before || all.cut_short {
            break;
        }
    }
    for one in &mut all.found {
        let parcels: Vec<_> = one.rows.iter().map(|row| places.candidate(*row)).collect();
        (one.score, one.possible) = scores.with_rooms((one.score, one.possible), &parcels);
    }
    all.found.sort_by(|a, b| order(a).cmp(&order(b)));
    all
}

/// The better first.
fn order(one: &Assembly) -> impl Ord + '_ {
    (one.standing, Reverse(one.score), Reverse(one.possible), one.rows.len(), &one.rows)
}

struct Search<'a> {
    borders: &'a Borders,
    scores: &'a Scores,
    /// Musts of which parcels have more together.
    additive: Vec<Additive<'a>>,
    footprints: Vec<Footprint>,
    areas_m2: Arc<Steps>,
    in_play: Vec<bool>,
    /// Rows of which something that must hold of each is not known.
    doubtful: Bits,
    largest_m2: f64,
}

struct Additive<'a> {
    quantity: Quantity,
    min: Option<f64>,
    max: Option<f64>,
    amounts: &'a Steps,
}

/// How a set stands to everything but footprints.
enum Quick {
    Of(Standing),
    /// It lacks something that more parcels may bring.
    Lacks,
    /// No more parcels will make it of use.
    Never,
}

impl<'a> Search<'a> {
    fn of(
        brief: &Brief,
        table: &Table,
        places: &(impl Places + ?Sized),
        (musts, scores): (&'a Musts<'a>, &'a Scores),
        borders: &'a Borders,
    ) -> Self {
        let areas_m2 = table.amounts(places, Quantity::Area, brief.day());
        let (mut additive, mut doubtful) = (Vec::new(), Bits::none(places.count()));
        let mut in_play = musts.fails.clone();
        for must in &musts.quick {
            match (must.need, &must.column) {
                (Need::Amount { quantity, min, max, .. }, Column::Amounts(amounts)) if quantity.is_additive() => {
                    additive.push(Additive { quantity: *quantity, min: *min, max: *max, amounts });
                }
                (Need::Ramp(ramp), Column::Ramp(columns)) => {
                    let step = |(amounts, min): &'a (Arc<Steps>, f64)| Additive {
                        quantity: ramp.quantity,
                        min: Some(*min),
                        max: None,
                        amounts,
                    };
                    additive.extend(columns.steps.iter().map(step));
                }
                _ => {
                    let mut unmet = table.all().clone();
                    unmet.subtract(&must.met);
                    let mut failed = unmet.clone();
                    match must.column.known() {
                        Some(known) => {
                            failed.intersect(known);
                            unmet.subtract(known);
                        }
                        None => failed = Bits::none(places.count()),
                    }
                    in_play.subtract(&failed);
                    doubtful.unite(&unmet);
                }
            }
        }
        let largest_m2 = in_play.rows(0).map(|row| areas_m2.value(row)).fold(0.0, f64::max);
        let mut rows = vec![false; places.count()];
        in_play.rows(0).for_each(|row| rows[row as usize] = true);
        let footprints = musts.footprints().collect();
        Self { borders, scores, additive, footprints, areas_m2, in_play: rows, doubtful, largest_m2 }
    }

    /// The best sets of each first row; `met` counts the sets that were looked at, and ends it.
    fn found(&self, met: &mut usize) -> Vec<Assembly> {
        let (mut all, mut of_row): (Vec<Assembly>, Vec<Assembly>) = (Vec::new(), Vec::new());
        connected(self.borders, &self.in_play, |set| {
            *met += 1;
            if *met > MOST_MET {
                return Step::End;
            }
            if let [_] = set {
                all.append(&mut of_row);
                return Step::Grow;
            }
            let standing = match self.quick(set) {
                Quick::Of(standing) => standing,
                Quick::Lacks => return Step::Grow,
                Quick::Never => return Step::Stop,
            };
            if self.footprints.is_empty() && self.could_do_without_one(set, standing) {
                return Step::Stop;
            }
            let mut rows = set.to_vec();
            rows.sort_unstable();
            let (score, possible) = self.scores.joint(&rows, &self.areas_m2);
            of_row.push(Assembly { rows, standing, score, possible });
            of_row.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
            of_row.truncate(KEPT_A_ROW);
            // What suits is not to grow; without room for a building it may have to.
            if standing == Standing::Suits && self.footprints.is_empty() { Step::Stop } else { Step::Grow }
        });
        all.append(&mut of_row);
        all
    }

    fn quick(&self, set: &[u32]) -> Quick {
        let more_m2 = (MOST_JOINED - set.len()) as f64 * self.largest_m2;
        let mut standing = Standing::Suits;
        for must in &self.additive {
            let parts = set.iter().map(|row| (must.amounts.value(*row), self.areas_m2.value(*row)));
            let Some(between) = together(must.quantity, parts) else {
                standing = Standing::Open;
                continue;
            };
            standing = standing.max(match between.verdict(must.min, must.max) {
                Verdict::Pass => Standing::Suits,
                Verdict::Unknown => Standing::Open,
                Verdict::Fail if must.max.is_some_and(|max| between.from > max) => return Quick::Never,
                Verdict::Fail if must.quantity == Quantity::Area => {
                    let reaches = must.min.is_none_or(|min| between.to + more_m2 >= min);
                    return if reaches { Quick::Lacks } else { Quick::Never };
                }
                Verdict::Fail => return Quick::Lacks,
            });
        }
        let doubtful = set.iter().any(|row| self.doubtful.has(*row));
        Quick::Of(if doubtful { standing.max(Standing::Open) } else { standing })
    }

    /// Whether the set is of use without one of its parcels, footprints aside.
    fn could_do_without_one(&self, set: &[u32], standing: Standing) -> bool {
        let mut without = Vec::with_capacity(MOST_JOINED);
        set.iter().any(|gone| {
            without.clear();
            without.extend(set.iter().filter(|row| *row != gone));
            without.len() > 1 && self.is_of_use(&without, standing)
        })
    }

    /// Whether a set is connected and stands at least so, footprints aside.
    fn is_of_use(&self, set: &[u32], at_least: Standing) -> bool {
        matches!(self.quick(set), Quick::Of(standing) if standing <= at_least) && self.is_connected(set)
    }

    fn is_connected(&self, set: &[u32]) -> bool {
        let Some((first, others)) = set.split_first() else { return false };
        let (mut reached, mut left) = (vec![*first], others.to_vec());
        while let Some(row) = reached.pop() {
            let near = self.borders.of_row(row);
            left.retain(|other| {
                let borders = near.binary_search(other).is_ok();
                if borders {
                    reached.push(*other);
                }
                !borders
            });
        }
        left.is_empty()
    }

    /// Whether fewer of these parcels are of as much use together.
    fn has_part_of_use(&self, one: &Assembly, places: &(impl Places + ?Sized)) -> bool {
        let count = one.rows.len();
        (1_u32..(1 << count) - 1).filter(|chosen| chosen.count_ones() > 1).any(|chosen| {
            let rows = one.rows.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
            let rows: Vec<u32> = rows.map(|(_, row)| *row).collect();
            self.is_of_use(&rows, one.standing)
                && self.with_room(one.standing, &rows, places).is_some_and(|standing| standing <= one.standing)
        })
    }

    /// How parcels stand that stand so by all else; none if a footprint has no room.
    fn with_room(&self, standing: Standing, rows: &[u32], places: &(impl Places + ?Sized)) -> Option<Standing> {
        let parcels: Vec<_> = rows.iter().map(|row| places.candidate(*row)).collect();
        self.footprints.iter().try_fold(standing, |standing, footprint| match room(*footprint, &parcels) {
            Fit::Fits(_) => Some(standing),
            Fit::Unknown(_) => Some(standing.max(Standing::Open)),
            Fit::Fails => None,
        })
    }
}
