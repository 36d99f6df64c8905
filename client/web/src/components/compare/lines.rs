//! What the brief finds of each place, as lines of the table.

use std::borrow::Cow;

use cloudsite_proto::siting::answer::Value;
use cloudsite_proto::siting::{Answer, Assembly, Floor, MatchResponse, Place, Standing, Verdict};
use leptos::prelude::*;

use crate::components::panel::brief::{label, step_lines, value};
use crate::pure::brief::{ROWS, Role, Subject, share, standing_word};
use crate::pure::compare::{Better, Cell, Column, Line, Said, Sign, arises, fact_of, facts, floor_of, joined_of};
use crate::pure::facts::code_of;
use crate::pure::number::number;
use crate::pure::whom::Whom;
use crate::state::Page;

/// What the brief finds of a place.
struct Found<'a> {
    /// How many come before it, where it is among the first of its kind.
    rank: Option<usize>,
    place: Cow<'a, Place>,
    /// The floor that it is, if it is one.
    floor: Option<&'a Floor>,
}

/// A column of the table: whether it is a floor's, and what is found of it; none while there is no answer for it.
type Ranked<'a> = (bool, Option<Found<'a>>);

/// The place behind a key in an answer: among the first of its kind, or among those that were named.
fn find<'a>(reply: &'a MatchResponse, key: &str) -> Ranked<'a> {
    if let Some(codes) = joined_of(key) {
        let is_it = |one: &&Assembly| one.parcels.iter().map(|name| code_of(name)).eq(codes.iter().copied());
        let found = reply.named_assemblies.iter().chain(&reply.assemblies).find(is_it);
        return (false, found.map(|one| Found { rank: None, place: Cow::Owned(as_place(one)), floor: None }));
    }
    if floor_of(key).is_none() {
        let is_it = |place: &&Place| code_of(&place.parcel) == key;
        let rank = reply.places.iter().position(|place| is_it(&place));
        let place = rank.map(|rank| &reply.places[rank]).or_else(|| reply.named.iter().find(is_it));
        return (false, place.map(|place| Found { rank, place: Cow::Borrowed(place), floor: None }));
    }
    let found = reply.floors.as_ref().and_then(|floors| {
        let rank = floors.places.iter().position(|floor| floor.name == key);
        let named = || floors.named.iter().find(|floor| floor.name == key);
        let floor = rank.map(|rank| &floors.places[rank]).or_else(named)?;
        Some(Found { rank, place: Cow::Borrowed(floor.place.as_ref()?), floor: Some(floor) })
    });
    (true, found)
}

/// Parcels that are joined as if they were one place.
fn as_place(assembly: &Assembly) -> Place {
    Place {
        standing: assembly.standing,
        points: assembly.points,
        possible_points: assembly.possible_points,
        answers: assembly.answers.clone(),
        ..Place::default()
    }
}

/// Standing, score and every criterion; none while there is no answer to a brief.
pub(super) fn by_brief(page: Page, keys: &[String]) -> Vec<Line> {
    page.matched.with(|matched| {
        let Some(reply) = matched.reply() else { return Vec::new() };
        let places: Vec<Ranked<'_>> = keys.iter().map(|key| find(reply, key)).collect();
        let mut lines = vec![standing(page, reply, &places)];
        if reply.full_points > 0 {
            lines.push(score(page, reply, &places));
        }
        let criteria = matched.rows.iter().enumerate();
        lines.extend(criteria.map(|(index, row)| criterion(page, (index, *row), reply.full_points, &places)));
        lines
    })
}

/// What the record says, without what the brief has asked for.
pub(super) fn by_record(page: Page, keys: &[String]) -> Vec<Line> {
    let asked: Vec<&str> = page.matched.with(|matched| {
        let rows = matched.reply().map_or(&[][..], |_| &matched.rows[..]);
        rows.iter().filter_map(|row| fact_of(ROWS[*row].0)).collect()
    });
    page.compared_places.with(|places| {
        let columns: Vec<_> = keys
            .iter()
            .map(|key| match places.get(key) {
                None => Column::Waiting(key),
                Some(Err(_)) => Column::Missing,
                Some(Ok(place)) => Column::Loaded(place),
            })
            .collect();
        page.zones.with(|zones| facts(&columns, zones, (page.language.get(), page.unit()), &asked))
    })
}

fn standing(page: Page, reply: &MatchResponse, places: &[Ranked<'_>]) -> Line {
    let cell = |(is_floor, found): &Ranked<'_>| {
        let Some(Found { rank, place, floor }) = found else {
            let count = reply.places.len().to_string();
            return Cell { notes: vec![page.fill("comparison.not_explained", &[("n", &count)])], ..Cell::default() };
        };
        let key = if *is_floor { "comparison.floor_rank" } else { "comparison.rank" };
        let said = |rank: usize| page.fill(key, &[("n", &(rank + 1).to_string())]);
        let from = floor.map(|floor| &floor.from).filter(|from| !from.is_empty());
        let from = from.map(|day| page.fill("brief.free_from", &[("day", day)]));
        Cell {
            sign: match place.standing() {
                Standing::Suits => Sign::Pass,
                Standing::Open => Sign::Unknown,
                Standing::Unspecified | Standing::Fails => Sign::Fail,
            },
            said: Said::Known(page.text(&format!("brief.standing.{}", standing_word(place.standing())))),
            notes: rank.map(said).into_iter().chain(from).collect(),
            amount: None,
        }
    };
    let name = page.text("comparison.standing");
    Line { name, better: Better::Neither, cells: places.iter().map(cell).collect() }
}

/// Of a place of which something is unknown, what it has for sure and what it may have. One that fails has none.
fn score(page: Page, reply: &MatchResponse, places: &[Ranked<'_>]) -> Line {
    let percent = |points: u64| {
        let share = share(points, reply.full_points) * 100.0;
        format!("{} %", number(share, 0, page.language.get()))
    };
    let cell = |(_, found): &Ranked<'_>| {
        let place = found.as_ref().map(|found| found.place.as_ref());
        let Some(place) = place.filter(|place| place.standing() != Standing::Fails) else {
            return Cell::default();
        };
        let (sure, possible) = (percent(place.points), percent(place.possible_points));
        let said =
            if sure == possible { sure } else { page.fill("brief.between", &[("from", &sure), ("to", &possible)]) };
        let suits = place.standing() == Standing::Suits;
        Cell { said: Said::Known(said), amount: suits.then_some(place.points as f64), ..Cell::default() }
    };
    Line { name: page.text("comparison.score"), better: Better::More, cells: places.iter().map(cell).collect() }
}

fn criterion(page: Page, (index, row): (usize, usize), full: u64, places: &[Ranked<'_>]) -> Line {
    let is_wish = page.brief.with(|brief| brief.as_ref().is_some_and(|draft| draft.rows[row].role == Role::Wish));
    let better = match ROWS[row].1 {
        Subject::Amount { at_most, .. } if is_wish => {
            if at_most {
                Better::Less
            } else {
                Better::More
            }
        }
        _ => Better::Neither,
    };
    let cell = |(is_floor, found): &Ranked<'_>| {
        let Some(answer) = found.as_ref().and_then(|found| found.place.answers.get(index)) else {
            return Cell::default();
        };
        if arises(row, *is_floor) {
            return cell_of(page, (row, is_wish, *is_floor), full, answer);
        }
        let counts = (!is_wish).then(|| page.text("comparison.counts_as_unknown"));
        Cell { said: Said::NotApplicable, notes: counts.into_iter().collect(), ..Cell::default() }
    };
    Line { name: label(page, row), better, cells: places.iter().map(cell).collect() }
}

fn cell_of(page: Page, (row, is_wish, is_floor): (usize, bool, bool), full: u64, answer: &Answer) -> Cell {
    let verdict = answer.verdict();
    let is_known = match ROWS[row].1 {
        Subject::Footprint => verdict != Verdict::Unknown,
        Subject::Amount { .. } | Subject::Words { .. } | Subject::Level { .. } => answer.value.is_some(),
    };
    let mut notes = Vec::new();
    if is_wish {
        let points = number(share(answer.points, full) * 100.0, 1, page.language.get());
        notes.push(page.fill("comparison.points", &[("n", &points)]));
    }
    notes.extend(step_lines(page, row, answer));
    if answer.steps.is_empty() && !answer.from.is_empty() {
        notes.push(page.fill("comparison.enough", &[("day", &answer.from)]));
    }
    // Of what is unknown it is said below whom to ask.
    if is_known && !answer.as_of.is_empty() {
        notes.push(format!("{} {}", answer.source, answer.as_of).trim().to_owned());
    }
    let whom = Whom::of_row(&answer.source, row, is_floor);
    Cell {
        sign: match verdict {
            _ if is_wish => Sign::None,
            Verdict::Pass | Verdict::Unspecified => Sign::Pass,
            Verdict::Fail => Sign::Fail,
            Verdict::Unknown => Sign::Unknown,
        },
        said: if is_known { Said::Known(value(page, row, answer)) } else { Said::Unknown { whom } },
        notes,
        amount: match answer.value {
            // Of a ramp it is that of one step, and another place may be bound by another.
            _ if !answer.steps.is_empty() => None,
            Some(Value::Amount(amount)) => Some(amount),
            Some(Value::Word(_)) | None => None,
        },
    }
}
