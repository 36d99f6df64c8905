//! Assemblies against all sets that there are.

use std::collections::BTreeSet;

use geo_types::Rect;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::connected::tests::by_growing;
use super::*;
use crate::geometry::Shape;
use crate::record::{Code, Parcel, ParcelStatus, Setbacks, Supply, SupplyKind};
use crate::siting::{Anchors, Candidate, Footprint, Judged, Quality, Quantity, Table, Wish};

const DAY: Date = date(2026, 11, 26);

/// Squares of 100 m beside each other in rows of so many, each with what a function makes of it.
struct Field {
    codes: Vec<Code>,
    shapes: Vec<Shape>,
    parcels: Vec<Parcel>,
}

impl Field {
    fn of(columns: usize, count: usize, mut change: impl FnMut(usize, &mut Parcel)) -> Self {
        let square = |index: usize| {
            let (x, y) = ((index % columns) as f64 * 100.0, (index / columns) as f64 * 100.0);
            Shape::new(Rect::new((x, y), (x + 100.0, y + 100.0)).to_polygon().into()).unwrap()
        };
        let parcel = |index: usize| {
            let mut parcel = Parcel::with_status(ParcelStatus::Available);
            change(index, &mut parcel);
            parcel
        };
        Self {
            codes: (0..count).map(|index| format!("P-{index:03}").parse().unwrap()).collect(),
            shapes: (0..count).map(square).collect(),
            parcels: (0..count).map(parcel).collect(),
        }
    }

    fn candidates(&self) -> Vec<Candidate<'_>> {
        let all = self.codes.iter().zip(&self.shapes).zip(&self.parcels);
        all.map(|((code, shape), parcel)| Candidate {
            code,
            area_m2: shape.area_m2(),
            shape: Some(shape),
            parcel,
            zone: None,
            around: None,
            floor: None,
        })
        .collect()
    }

    fn borders(&self) -> Borders {
        let shapes: Vec<Option<&Shape>> = self.shapes.iter().map(Some).collect();
        Borders::of(&shapes, |_, _| false, &[])
    }

    fn joined(&self, brief: &Brief, listed: usize) -> Assemblies {
        let (candidates, table) = (self.candidates(), Table::new(self.codes.len()));
        Judged::of(brief, &table, &candidates[..], 10).assemblies(&self.borders(), listed)
    }
}

fn power(capacity_kw: Option<f64>) -> Supply {
    let source = "Grid".to_owned();
    Supply { kind: SupplyKind::Power, capacity: capacity_kw, from: None, as_of: DAY, source, confidence: None }
}

fn at_least(quantity: Quantity, min: f64) -> Criterion {
    Criterion::Must(Need::Amount { quantity, min: Some(min), max: None, on: None })
}

fn free() -> Criterion {
    Criterion::Must(Need::Word { quality: Quality::Status, among: ["available".to_owned()].into() })
}

const NONE: [&[u32]; 0] = [];

fn rows(found: &Assemblies) -> Vec<&[u32]> {
    found.found.iter().map(|one| one.rows.as_slice()).collect()
}

#[test]
fn parcels_that_are_too_small_alone_are_joined_and_no_more_than_needed() {
    let field = Field::of(4, 4, |index, parcel| {
        if index == 3 {
            parcel.status = ParcelStatus::Taken;
        }
    });
    let brief = Brief::new(vec![at_least(Quantity::Area, 20_000.0), free()], DAY).unwrap();
    let found = field.joined(&brief, 10);
    assert_eq!(rows(&found), [[0, 1]], "of two sets that share a parcel the first; none with what is taken");
    let enough = Brief::new(vec![at_least(Quantity::Area, 9_000.0), free()], DAY).unwrap();
    assert_eq!(rows(&field.joined(&enough, 10)), NONE, "who has a place of his own needs no other");
    let more = Brief::new(vec![at_least(Quantity::Area, 50_000.0)], DAY).unwrap();
    assert_eq!(rows(&field.joined(&more, 10)), NONE, "there are not as many");
}

#[test]
fn supplies_of_several_are_at_least_the_largest_and_at_most_the_sum() {
    let brief = |kw| Brief::new(vec![at_least(Quantity::Area, 20_000.0), at_least(Quantity::Power, kw)], DAY).unwrap();
    let field = Field::of(2, 2, |index, parcel| parcel.supplies = vec![power(Some(5_000.0 + index as f64 * 3_000.0))]);
    let standing = |kw| field.joined(&brief(kw), 1).found.first().map(|one| one.standing);
    assert_eq!(standing(8_000.0), Some(Standing::Suits), "one of them has it");
    assert_eq!(standing(13_000.0), Some(Standing::Open), "whether both can be had at a time is not known");
    assert_eq!(standing(13_001.0), None, "not even both have it");
    let JointPlace { answers, .. } = explain_joint(&brief(9_000.0), &field.candidates()[..], &[0, 1]);
    assert_eq!(answers[1].amount, Some(Between { from: 8_000.0, to: 13_000.0 }));
    let silent = Field::of(2, 2, |_, _| {});
    assert_eq!(silent.joined(&brief(1.0), 1).found[0].standing, Standing::Open, "nobody knows of any");
}

#[test]
fn a_building_stands_across_a_border_that_is_no_longer_one() {
    let field = Field::of(2, 2, |_, parcel| {
        parcel.setbacks = Some(Setbacks { front_m: 10.0, side_m: 10.0, rear_m: 10.0 });
        parcel.site_coverage.max = Some(0.6);
    });
    let hall = |width_m| Criterion::Must(Need::Footprint(Footprint { width_m, depth_m: 60.0 }));
    let brief = Brief::new(vec![hall(150.0)], DAY).unwrap();
    let found = field.joined(&brief, 10);
    assert_eq!(rows(&found), [[0, 1]]);
    let JointPlace { standing, answers, .. } = explain_joint(&brief, &field.candidates()[..], &[0, 1]);
    assert_eq!((standing, answers[0].placement.is_some()), (Standing::Suits, true));
    let longer = Brief::new(vec![hall(190.0)], DAY).unwrap();
    assert_eq!(rows(&field.joined(&longer, 10)), NONE, "the outer setbacks are still there");
}

#[test]
fn a_price_is_that_of_all_the_land_and_what_each_has_is_told_from_to() {
    let field = Field::of(2, 2, |index, parcel| parcel.height_limit_m = Some(20.0 + index as f64 * 10.0));
    let brief = Brief::new(vec![at_least(Quantity::Area, 20_000.0), at_least(Quantity::Height, 15.0)], DAY).unwrap();
    let JointPlace { standing, answers, .. } = explain_joint(&brief, &field.candidates()[..], &[0, 1]);
    assert_eq!(standing, Standing::Suits);
    assert_eq!(answers[1].amount, Some(Between { from: 20.0, to: 30.0 }));
    let prices = [(300.0, 10_000.0), (600.0, 20_000.0)];
    let mean = Between { from: 500.0, to: 500.0 };
    assert_eq!(together(Quantity::Price, prices.into_iter()), Some(mean));
    assert_eq!(together(Quantity::Price, [(300.0, 1.0), (f64::NAN, 1.0)].into_iter()), None);
}

/// All that may be joined, by looking at each set by itself.
fn by_hand(brief: &Brief, field: &Field) -> Vec<Vec<u32>> {
    let (candidates, borders) = (field.candidates(), field.borders());
    let standing = |rows: &[u32]| explain_joint(brief, &candidates[..], rows).standing;
    let alone = |row: u32| {
        let JointPlace { standing, answers, .. } = explain_joint(brief, &candidates[..], &[row]);
        let each = |need: &Need| matches!(need, Need::Word { .. });
        standing == Standing::Fails
            && brief.musts().all(|(index, need)| !each(need) || answers[index].verdict != Verdict::Fail)
    };
    let in_play: Vec<bool> = (0..candidates.len() as u32).map(alone).collect();
    let all = by_growing(&borders, &in_play);
    let of_use: Vec<(Vec<u32>, Standing)> = all
        .into_iter()
        .filter(|set| set.len() > 1)
        .map(|set| (set.clone(), standing(&set)))
        .filter(|(_, standing)| *standing != Standing::Fails)
        .collect();
    let is_part = |part: &[u32], whole: &[u32]| part.len() < whole.len() && part.iter().all(|row| whole.contains(row));
    let minimal = of_use
        .iter()
        .filter(|(set, standing)| !of_use.iter().any(|(part, of_part)| is_part(part, set) && of_part <= standing));
    minimal.map(|(set, _)| set.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn what_is_found_is_what_looking_at_each_set_finds(
        rows_of in prop::collection::vec((prop::option::of(0_u32..5), 0_usize..3), 6..14),
        least_m2 in 1_u32..5, least_kw in prop::option::of(1_u32..12), weight in 1_u32..9,
    ) {
        let field = Field::of(4, rows_of.len(), |index, parcel| {
            let (kw, status) = rows_of[index];
            parcel.supplies = vec![power(kw.map(|step| f64::from(step) * 1_000.0))];
            parcel.status = [ParcelStatus::Available, ParcelStatus::Available, ParcelStatus::Unknown][status];
        });
        let wish = Wish {
            weight,
            of: WishOf::Amount { quantity: Quantity::Power, anchors: Anchors { none: 0.0, full: 9_000.0 }, on: None },
        };
        let criteria = [Some(at_least(Quantity::Area, f64::from(least_m2) * 10_000.0)), Some(free()), least_kw.map(|step| at_least(Quantity::Power, f64::from(step) * 1_000.0)), Some(Criterion::Wish(wish))];
        let brief = Brief::new(criteria.into_iter().flatten().collect(), DAY).unwrap();
        let found = field.joined(&brief, 20);
        let expected: BTreeSet<Vec<u32>> = by_hand(&brief, &field).into_iter().collect();
        prop_assert_eq!(found.found.is_empty(), expected.is_empty(), "{:?} and {:?}", &found, &expected);
        let mut used = BTreeSet::new();
        let candidates = field.candidates();
        for one in &found.found {
            prop_assert!(expected.contains(&one.rows), "{:?} is none of {:?}", one, &expected);
            prop_assert!(one.rows.iter().all(|row| used.insert(*row)), "a parcel is in two");
            let joint = explain_joint(&brief, &candidates[..], &one.rows);
            prop_assert_eq!((one.standing, (one.score, one.possible)), (joint.standing, joint.points(&brief)));
            prop_assert!(field.borders().connect(&one.rows), "{:?} border on each other", one.rows);
        }
        let best = |set: &Vec<u32>| {
            let JointPlace { standing, answers, .. } = explain_joint(&brief, &candidates[..], set);
            (standing, std::cmp::Reverse(answers.iter().map(|answer| answer.worth).max()))
        };
        let first = expected.iter().map(best).min();
        prop_assert_eq!(found.found.first().map(|one| best(&one.rows)), first, "the first is as good as any");
    }
}
