//! What some briefs say, and the lands that they are asked of.

use std::collections::{BTreeMap, BTreeSet};

use geo_types::Rect;
use jiff::civil::{Date, date};

use super::*;
use crate::geometry::Shape;
use crate::record::{
    Bounds, HazardClass, Parcel, ParcelStatus, Price, Setbacks, Source, SourcedField, Supply, SupplyKind, Tenure,
    TenureKind, ZoneKind,
};

mod floors;
mod laws;
mod sure;
mod ways;

const DAY: Date = date(2026, 11, 26);

/// A parcel with its code, area and shape.
type Land = (Code, f64, Parcel, Option<ZoneKind>, Option<Shape>);

fn power(capacity_kw: Option<f64>, from: Option<Date>) -> Supply {
    let source = "Grid".to_owned();
    Supply { kind: SupplyKind::Power, capacity: capacity_kw, from, as_of: DAY, source, confidence: None }
}

fn land(code: &str, area_m2: f64, change: impl FnOnce(&mut Parcel)) -> Land {
    let mut parcel = Parcel::with_status(ParcelStatus::Available);
    change(&mut parcel);
    (code.parse().unwrap(), area_m2, parcel, None, None)
}

fn candidates(lands: &[Land]) -> Vec<Candidate<'_>> {
    let mut candidates: Vec<_> = lands
        .iter()
        .map(|(code, area_m2, parcel, zone, shape)| Candidate {
            code,
            area_m2: *area_m2,
            shape: shape.as_ref(),
            parcel,
            zone: *zone,
            around: None,
            floor: None,
        })
        .collect();
    candidates.sort_by_key(|candidate| candidate.code);
    candidates
}

const DRAWS: Draws = Draws { spread_percent: 30, count: 200, seed: 1 };

fn selected(brief: &Brief, candidates: &[Candidate<'_>], listed: usize, draws: Draws) -> Selection {
    select(brief, &Table::new(candidates.len()), candidates, listed, draws)
}

/// A selection with every place explained, in order.
struct All {
    places: Vec<Place>,
    selection: Selection,
}

impl std::ops::Deref for All {
    type Target = Selection;

    fn deref(&self) -> &Selection {
        &self.selection
    }
}

impl All {
    fn of(brief: &Brief, lands: &[Land]) -> Self {
        let candidates = candidates(lands);
        let selection = selected(brief, &candidates, usize::MAX, DRAWS);
        let explained = |(standing, ranked): (Standing, Ranked)| {
            let place = explain(brief, &candidates[ranked.row as usize]);
            let (told, known) =
                ((place.standing, place.score, place.possible), (standing, ranked.score, ranked.possible));
            assert_eq!(told, known, "{}: quickly judged as with every answer", place.code);
            place
        };
        Self { places: selection.places.iter().copied().map(explained).collect(), selection }
    }

    fn suiting(&self) -> &[Place] {
        &self.places[..self.suits as usize]
    }

    fn first(&self) -> Option<&Place> {
        self.suiting().first()
    }
}

fn at_least(quantity: Quantity, min: f64) -> Criterion {
    Criterion::Must(Need::Amount { quantity, min: Some(min), max: None, on: None })
}

fn wish(quantity: Quantity, weight: u32) -> Criterion {
    let of = WishOf::Amount { quantity, anchors: quantity.anchors(), on: None };
    Criterion::Wish(Wish { weight, of })
}

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn codes(places: &[Place]) -> Vec<&str> {
    places.iter().map(|place| place.code.as_str()).collect()
}

#[test]
fn a_place_passes_fails_or_is_not_known() {
    let lands = [
        land("now", 1.0, |parcel| parcel.supplies = vec![power(Some(12_000.0), None)]),
        land("later", 1.0, |parcel| {
            parcel.supplies = vec![power(Some(8_000.0), None), power(Some(12_000.0), Some(date(2028, 7, 1)))];
        }),
        land("some", 1.0, |parcel| parcel.supplies = vec![power(None, None)]),
        land("silent", 1.0, |_| {}),
        land("none", 1.0, |parcel| parcel.supplies = vec![power(Some(0.0), None)]),
    ];
    let brief = Brief::new(vec![at_least(Quantity::Power, 12_000.0)], DAY).unwrap();
    let selection = All::of(&brief, &lands);
    let told: BTreeMap<&str, (Standing, Option<f64>, Option<Date>)> = selection
        .places
        .iter()
        .map(|place| (place.code.as_str(), (place.standing, place.answers[0].margin, place.answers[0].from)))
        .collect();
    let expected = [
        ("now", (Standing::Suits, Some(0.0), None)),
        ("later", (Standing::Fails, Some(-4_000.0), Some(date(2028, 7, 1)))),
        ("some", (Standing::Open, None, None)),
        ("silent", (Standing::Open, None, None)),
        ("none", (Standing::Fails, Some(-12_000.0), None)),
    ];
    assert_eq!(told, expected.into());
    let who = |code: &str| {
        let place = selection.places.iter().find(|place| place.code.as_str() == code).unwrap();
        place.answers[0].told.as_ref().map(|told| told.source.clone())
    };
    assert_eq!((who("some"), who("silent")), (Some("Grid".to_owned()), None), "whom to ask");
    let on_the_day =
        Need::Amount { quantity: Quantity::Power, min: Some(12_000.0), max: None, on: Some(date(2028, 7, 1)) };
    let later = Brief::new(vec![Criterion::Must(on_the_day)], DAY).unwrap();
    assert_eq!(codes(All::of(&later, &lands).suiting()), ["later", "now"], "a ramp is asked day by day");
}

#[test]
fn each_quantity_and_quality_is_read_from_its_field() {
    let full = land("full", 50_000.0, |parcel| {
        parcel.plot_ratio = Bounds { min: Some(1.5), max: Some(2.5) };
        parcel.site_coverage.max = Some(0.5);
        parcel.height_limit_m = Some(45.0);
        parcel.land_use = Some("100102".parse().unwrap());
        parcel.acquisition = Some(crate::record::Acquisition::Direct);
        parcel.tenure = Some(Tenure { kind: TenureKind::Grant, years: 30 });
        parcel.vibration_um_per_s = Some(12.5);
        parcel.hazard_class = Some(HazardClass::B);
        parcel.price = Some(Price { cny_per_m2: 480.0, as_of: DAY, source: "List".to_owned(), confidence: None });
        parcel.supplies = SupplyKind::ALL
            .iter()
            .map(|kind| Supply { kind: *kind, ..power(Some(f64::from(*kind as u8) + 1.0), None) })
            .collect();
        let plan = Source { source: "Plan".to_owned(), as_of: DAY, confidence: None };
        parcel.sources.set(SourcedField::PlotRatio, plan);
    });
    let full = (full.0, full.1, full.2, Some(ZoneKind::ComprehensiveBonded), None);
    let bare = land("bare", 1.0, |parcel| parcel.status = ParcelStatus::Unknown);
    let lands = [full, bare];
    let found = Quantity::ALL.iter().map(|quantity| (*quantity, lands_amount(&lands, *quantity)));
    let (known, unknown): (Vec<_>, Vec<_>) = found.partition(|(_, amount)| *amount != Value::Unknown);
    let expected = [50_000.0, 2.5, 0.5, 45.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 480.0, 30.0, 12.5];
    let amounts: Vec<Value> = known.into_iter().map(|(_, amount)| amount).collect();
    assert_eq!(amounts, expected.map(Value::Amount));
    let of_surroundings = |quantity: Quantity| quantity.travel().is_some() || quantity.neighbour().is_some();
    let of_floors =
        [Quantity::FloorArea, Quantity::ClearHeight, Quantity::FloorLoad, Quantity::Cleanroom, Quantity::Rent];
    for (quantity, _) in unknown {
        let is_elsewhere =
            of_surroundings(quantity) || quantity == Quantity::Expansion || of_floors.contains(&quantity);
        assert!(is_elsewhere, "{quantity} of land is in the record");
    }
    let kinds = [
        (Quality::Status, "available"),
        (Quality::Acquisition, "direct"),
        (Quality::ZoneKind, "comprehensive_bonded"),
        (Quality::LandUse, "1001"),
        (Quality::Tenure, "grant"),
        (Quality::HazardClass, "b"),
    ];
    for (quality, word) in kinds {
        let need = Need::Word { quality, among: words(&[word]) };
        let selection = All::of(&Brief::new(vec![Criterion::Must(need)], DAY).unwrap(), &lands);
        let standings: Vec<_> = selection.places.iter().map(|place| (place.code.as_str(), place.standing)).collect();
        assert_eq!(standings, [("full", Standing::Suits), ("bare", Standing::Open)], "{quality}");
    }
}

fn lands_amount(lands: &[Land], quantity: Quantity) -> Value {
    let need = Need::Amount { quantity, min: Some(0.0), max: None, on: None };
    let selection = All::of(&Brief::new(vec![Criterion::Must(need)], DAY).unwrap(), lands);
    let full = selection.places.iter().find(|place| place.code.as_str() == "full").unwrap();
    full.answers[0].value.clone()
}

#[test]
fn what_makes_no_sense_is_named() {
    let amount = |min, max| Criterion::Must(Need::Amount { quantity: Quantity::Area, min, max, on: None });
    let anchored = |none, full| {
        let of = WishOf::Amount { quantity: Quantity::Price, anchors: Anchors { none, full }, on: None };
        Criterion::Wish(Wish { weight: 1, of })
    };
    let word = |quality, list: &[&str]| Criterion::Must(Need::Word { quality, among: words(list) });
    let hall = Criterion::Must(Need::Footprint(Footprint { width_m: f64::NAN, depth_m: 20_000.0 }));
    let cases: [(Vec<Criterion>, &str, &str); 15] = [
        (vec![hall.clone()], "criteria[0].width_m", "must be 1 to 5000 m"),
        (vec![hall], "criteria[0].depth_m", "and is 20000"),
        (vec![], "criteria", "there are 0: 1 to 40 are taken"),
        (vec![amount(Some(1.0), None); 41], "criteria", "there are 41"),
        (vec![amount(None, None)], "criteria[0].min", "needs a least, a most, or both"),
        (vec![amount(Some(5.0), Some(4.0))], "criteria[0].min", "5 is above the most, 4"),
        (vec![amount(Some(f64::NAN), None)], "criteria[0].min", "finite"),
        (vec![amount(None, Some(-1.0))], "criteria[0].max", "at least 0"),
        (
            vec![amount(Some(9.0), None), amount(None, Some(8.0))],
            "criteria[0].min",
            "9 is above 8, the most in criteria[1]",
        ),
        (vec![wish(Quantity::Area, 0), wish(Quantity::Power, 0)], "criteria", "the weights of all wishes are zero"),
        (vec![wish(Quantity::Area, 1_001)], "criteria[0].weight", "1001 is above 1000"),
        (vec![anchored(3.0, 3.0)], "criteria[0].full", "must differ"),
        (vec![anchored(f64::INFINITY, 3.0)], "criteria[0].none", "finite"),
        (vec![word(Quality::Status, &[])], "criteria[0].among", "name at least one"),
        (vec![word(Quality::ZoneKind, &["bonded"])], "criteria[0].among", "'bonded' is not a zone kind"),
    ];
    for (criteria, field, problem) in cases {
        let found = Brief::new(criteria.clone(), DAY).expect_err(problem);
        let named = found.iter().any(|invalid| invalid.field == field && invalid.problem.contains(problem));
        assert!(named, "{criteria:?}: {found:?}");
    }
    let both = Brief::new(vec![amount(None, None), word(Quality::Tenure, &["rent"])], DAY).expect_err("two problems");
    assert_eq!(both.len(), 2, "all at once: {both:?}");
}

#[test]
fn a_brief_says_what_its_musts_cost() {
    let of =
        |code: &str, kw: f64, area_m2: f64| land(code, area_m2, |parcel| parcel.supplies = vec![power(Some(kw), None)]);
    let lands = [
        of("A", 12_000.0, 60_000.0),
        of("B", 9_000.0, 60_000.0),
        of("C", 8_000.0, 60_000.0),
        of("D", 8_000.0, 60_000.0),
        of("E", 20_000.0, 40_000.0),
        of("F", 1_000.0, 1_000.0),
        land("G", 60_000.0, |_| {}),
    ];
    let criteria = vec![at_least(Quantity::Power, 12_000.0), at_least(Quantity::Area, 50_000.0)];
    let selection = All::of(&Brief::new(criteria, DAY).unwrap(), &lands);
    let step = |bound, opens, first: &str| Step {
        to: Way::Bound(bound),
        opens,
        is_least: false,
        first: first.parse().unwrap(),
    };
    let expected = [
        Relaxation { criterion: 0, alone: 3, unknown: 1, steps: vec![step(9_000.0, 1, "B"), step(8_000.0, 3, "C")] },
        Relaxation { criterion: 1, alone: 1, unknown: 0, steps: vec![step(40_000.0, 1, "E")] },
    ];
    assert_eq!(selection.relaxations, expected);
}

#[test]
fn a_change_is_named_only_if_nothing_else_in_the_brief_undoes_it() {
    let lands = [
        land("A", 100_000.0, |parcel| parcel.supplies = vec![power(Some(10_000.0), None)]),
        land("B", 60_000.0, |parcel| parcel.supplies = vec![power(Some(10_000.0), None)]),
    ];
    let named = |max: f64| {
        let within = Need::Amount { quantity: Quantity::Area, min: None, max: Some(max), on: None };
        let brief = Brief::new(vec![Criterion::Must(within), wish(Quantity::Area, 10)], DAY).unwrap();
        let all = All::of(&brief, &lands);
        overtaking(&brief, &all.places[1], Some(&all.places[0]), |_, _| None).then
    };
    let Then::AnyOf(changes) = named(150_000.0) else { panic!("B suits") };
    assert_eq!(changes.iter().map(|change| change.by).collect::<Vec<_>>(), [200_001]);
    assert_eq!(named(100_000.0), Then::NotKnown, "more than a must lets it have");
}

#[test]
fn a_change_that_nobody_would_believe_is_not_named() {
    let named = |first_kw: f64| {
        let lands = [("A", first_kw), ("B", 2_000.0)]
            .map(|(code, kw)| land(code, 1_000.0, |parcel| parcel.supplies = vec![power(Some(kw), None)]));
        let of = WishOf::Amount { quantity: Quantity::Power, anchors: Anchors { none: 0.0, full: 20_000.0 }, on: None };
        let brief = Brief::new(vec![Criterion::Wish(Wish { weight: 10, of })], DAY).unwrap();
        let all = All::of(&brief, &lands);
        // What other places have.
        let range = |quantity, _| (quantity == Quantity::Power).then_some((2_000.0, 4_000.0));
        overtaking(&brief, &all.places[1], Some(&all.places[0]), range).then
    };
    assert_eq!(named(10_000.0), Then::NotKnown, "10 MW, where no place has more than 4");
    assert!(matches!(named(7_000.0), Then::AnyOf(changes) if changes.len() == 1), "7 MW is not out of reach");
}

#[test]
fn a_message_shows_no_number_of_hundreds_of_digits() {
    let need = Need::Amount { quantity: Quantity::Area, min: Some(1e300), max: Some(5.5), on: None };
    let found = Brief::new(vec![Criterion::Must(need)], DAY).unwrap_err();
    let told: Vec<&str> = found.iter().map(|invalid| invalid.problem.as_str()).collect();
    assert!(told.contains(&"1e300 is above the most, 5.5: nothing can be both"), "{told:?}");
    let thin = Need::Footprint(Footprint { width_m: 1e-300, depth_m: 20.0 });
    let found = Brief::new(vec![Criterion::Must(thin)], DAY).unwrap_err();
    assert!(found[0].problem.ends_with("and is 1e-300"), "{}", found[0].problem);
}

#[test]
fn the_narrowest_must_is_that_with_the_nearest_bound() {
    let lands = [land("A", 200.0, |parcel| parcel.supplies = vec![power(Some(100.0), None)])];
    let must = |quantity, min, max| Criterion::Must(Need::Amount { quantity, min, max, on: None });
    let criteria = vec![must(Quantity::Area, Some(100.0), None), must(Quantity::Power, None, Some(160.0))];
    let brief = Brief::new(criteria, DAY).unwrap();
    assert_eq!(All::of(&brief, &lands).places[0].binding, Some(1), "60 of 160, and 100 of 100");
}

#[test]
fn a_supply_that_is_too_large_is_promised_for_no_day() {
    let steps =
        [(Some(12_000.0), None), (Some(15_000.0), Some(date(2028, 1, 1))), (Some(8_000.0), Some(date(2030, 1, 1)))];
    let lands = [land("A", 1.0, |parcel| parcel.supplies = steps.map(|(kw, from)| power(kw, from)).into())];
    let from = |min, max| {
        let need = Need::Amount { quantity: Quantity::Power, min: Some(min), max, on: None };
        All::of(&Brief::new(vec![Criterion::Must(need)], DAY).unwrap(), &lands).places[0].answers[0].from
    };
    assert_eq!(from(5_000.0, Some(10_000.0)), None, "there is enough, and too much");
    assert_eq!(from(14_000.0, None), Some(date(2028, 1, 1)));
    assert_eq!(from(14_000.0, Some(14_500.0)), None, "what comes is too much again");
}

#[test]
fn a_place_that_could_win_is_drawn_however_far_behind_it_stands() {
    let power_and_area =
        |code: &str, kw: f64, area_m2: f64| land(code, area_m2, |parcel| parcel.supplies = vec![power(Some(kw), None)]);
    let mut lands: Vec<Land> =
        (0..1_500).map(|index| power_and_area(&format!("A-{index:04}"), 20_000.0, 98_000.0)).collect();
    lands.push(power_and_area("Z", 8_000.0, 200_000.0));
    let brief = Brief::new(vec![wish(Quantity::Power, 100), wish(Quantity::Area, 100)], DAY).unwrap();
    let all = All::of(&brief, &lands);
    assert_eq!(all.places[1_500].code.as_str(), "Z", "it stands last");
    let drawn = selected(&brief, &candidates(&lands), 1, Draws { count: 1_000, ..DRAWS }).shares;
    assert!(drawn.iter().any(|share| share.code.as_str() == "Z" && share.first > 50), "{drawn:?}");
}

#[test]
fn a_footprint_is_tried_where_nothing_else_fails() {
    let shape = |side: f64| Shape::new(Rect::new((0.0, 0.0), (side, side)).to_polygon().into()).unwrap();
    let told = |parcel: &mut Parcel| {
        parcel.setbacks = Some(Setbacks { front_m: 12.0, side_m: 8.0, rear_m: 6.0 });
        parcel.site_coverage.max = Some(0.5);
    };
    let taken = |parcel: &mut Parcel| {
        told(parcel);
        parcel.status = ParcelStatus::Taken;
    };
    let lands = [
        land("large", 40_000.0, told),
        land("narrow", 20_000.0, told),
        land("silent", 40_000.0, |_| {}),
        land("small", 10_000.0, told),
        land("taken", 40_000.0, taken),
    ];
    let strip = Shape::new(Rect::new((0.0, 0.0), (200.0, 100.0)).to_polygon().into()).unwrap();
    let shapes = [shape(200.0), strip, shape(200.0), shape(100.0), shape(200.0)];
    let mut candidates = candidates(&lands);
    for (candidate, shape) in candidates.iter_mut().zip(&shapes) {
        candidate.shape = Some(shape);
    }
    let hall = Need::Footprint(Footprint { width_m: 120.0, depth_m: 90.0 });
    let free = Need::Word { quality: Quality::Status, among: words(&["available"]) };
    let brief = Brief::new(vec![Criterion::Must(hall), Criterion::Must(free)], DAY).unwrap();
    let selection = selected(&brief, &candidates, 10, DRAWS);
    let told: Vec<(Standing, &str)> =
        selection.places.iter().map(|(standing, place)| (*standing, lands[place.row as usize].0.as_str())).collect();
    let (suits, open, fails) = (Standing::Suits, Standing::Open, Standing::Fails);
    let expected = [(suits, "large"), (open, "silent"), (fails, "narrow"), (fails, "small"), (fails, "taken")];
    assert_eq!(told, expected);
    let alone: Vec<(u32, u32)> = selection.relaxations.iter().map(|cost| (cost.alone, cost.unknown)).collect();
    assert_eq!(alone, [(2, 1), (1, 0)]);
    let place = explain(&brief, &candidates[0]);
    let corners = place.answers[0].placement.expect("it has room").corners;
    assert!(corners.iter().all(|at| (11.9..188.1).contains(&at.x) && (11.9..188.1).contains(&at.y)), "{corners:?}");
}

#[test]
fn footprints_are_tried_until_enough_are_found_and_what_is_left_is_counted() {
    let lands: Vec<Land> = (0..3_000)
        .map(|index| {
            land(&format!("A-{index:04}"), 40_000.0, |parcel| {
                parcel.setbacks = Some(Setbacks { front_m: 8.0, side_m: 8.0, rear_m: 8.0 });
                // Every third has no room, which only trying tells.
                parcel.site_coverage.max = Some(if index % 3 == 0 { 0.1 } else { 0.5 });
            })
        })
        .collect();
    let shape = Shape::new(Rect::new((0.0, 0.0), (200.0, 200.0)).to_polygon().into()).unwrap();
    let mut candidates = candidates(&lands);
    for candidate in &mut candidates {
        candidate.shape = Some(&shape);
    }
    let hall = Criterion::Must(Need::Footprint(Footprint { width_m: 120.0, depth_m: 90.0 }));
    let brief = Brief::new(vec![hall], DAY).unwrap();
    // A park of 256 is told to the last place.
    for (count, listed, tried) in
        [(3_000, 0, 2), (3_000, 20, 30), (3_000, 200, 300), (3_000, 2_000, 2_000), (257, 20, 30), (256, 20, 256)]
    {
        let selection = selected(&brief, &candidates[..count], listed, DRAWS);
        assert_eq!(selection.untried as usize, count - tried, "{listed} of {count} listed");
        assert_eq!((selection.suits + selection.open + selection.fails) as usize, tried, "{listed} of {count} listed");
        let listed = listed.min(tried * 2 / 3);
        let first = &selection.places[..listed];
        assert!(first.iter().all(|(standing, _)| *standing == Standing::Suits), "{listed} listed");
        assert!(selection.places.iter().all(|(_, place)| place.row % 3 != 0 || place.row < tried as u32));
    }
}

#[test]
fn a_second_opinion_is_of_those_of_whom_all_is_known() {
    let of = |code: &str, kw: Option<f64>, area_m2: f64| {
        land(code, area_m2, |parcel| parcel.supplies = vec![power(kw, None)])
    };
    let lands = [
        of("A", Some(10_000.0), 90_000.0),
        of("B", None, 300_000.0),
        of("C", Some(12_000.0), 100_000.0),
        of("D", Some(9_000.0), 80_000.0),
    ];
    let brief = Brief::new(vec![wish(Quantity::Power, 30), wish(Quantity::Area, 20), wish(Quantity::Price, 0)], DAY);
    let brief = brief.unwrap();
    let all = All::of(&brief, &lands).places;
    let places: Vec<&Place> = all.iter().collect();
    for opinion in opinions(&brief, &places) {
        let order: Vec<&str> = opinion.order.iter().map(|at| places[*at].code.as_str()).collect();
        assert_eq!(order, ["C", "A", "D"], "{}: C is best of all in everything", opinion.method);
    }
    assert_eq!(opinions(&brief, &places).len(), Method::ALL.len());
    assert_eq!(opinions(&brief, &places[..1]), [], "of one place there is nothing to say");
    let same = [of("A", Some(1.0), 1.0), of("B", Some(1.0), 1.0)];
    let same = All::of(&brief, &same).places;
    for opinion in opinions(&brief, &same.iter().collect::<Vec<_>>()) {
        assert_eq!(opinion.order, [0, 1], "{}: of equals the first", opinion.method);
    }
}

#[test]
fn values_run_straight_between_their_anchors() {
    let price = Anchors { none: 1_500.0, full: 500.0 };
    let cases =
        [(2_000.0, 0), (1_500.0, 0), (1_250.0, 250_000), (1_000.0, 500_000), (500.0, FULL_VALUE), (0.0, FULL_VALUE)];
    for (amount, expected) in cases {
        assert_eq!(price.value(amount), expected, "{amount}");
    }
}

/// Thousands of parcels that each fall short of one must alone: of a column of few values, and of one of many.
#[test]
fn what_gives_way_is_the_nearest_among_thousands() {
    let number = |row: u64| row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let lands: Vec<Land> = (0..12_000)
        .map(|row| {
            land(&format!("P-{row:05}"), 1_000.0 + number(row) as f64 / 1e3, |parcel| {
                parcel.height_limit_m = Some(10.0 + (number(row + 70_000) % 40) as f64);
                parcel.plot_ratio.max = (row % 7 > 0).then_some((number(row + 90_000) % 300) as f64 / 100.0);
            })
        })
        .collect();
    let between =
        |quantity, min, max| Criterion::Must(Need::Amount { quantity, min: Some(min), max: Some(max), on: None });
    let asked = [
        (Quantity::Height, (35.0, f64::MAX)),
        (Quantity::Height, (5.0, 20.0)),
        (Quantity::PlotRatio, (1.8, f64::MAX)),
        (Quantity::PlotRatio, (0.0, 0.7)),
        (Quantity::Area, (9_000.0, f64::MAX)),
        (Quantity::Area, (1_000.0, 4_000.0)),
        (Quantity::Area, (2_500.0, 9_000.0)),
    ];
    for (quantity, (min, max)) in asked {
        let brief = Brief::new(vec![between(quantity, min, max)], DAY).unwrap();
        let candidates = candidates(&lands);
        let selection = selected(&brief, &candidates, 20, DRAWS);
        let [cost] = selection.relaxations.as_slice() else { panic!("one must") };
        let amounts = candidates.iter().filter_map(|place| Some((place.amount(quantity, DAY)?, place.code)));
        let outside: Vec<(f64, &Code)> = amounts.filter(|(amount, _)| !(min..=max).contains(amount)).collect();
        let (below, above): (Vec<_>, Vec<_>) = outside.iter().partition(|(amount, _)| *amount < min);
        assert!(outside.len() > 2_000, "{quantity}: so many that not all are looked at");
        assert_eq!(cost.alone as usize, outside.len(), "{quantity}");
        let is_above = above.len() > below.len();
        let mut opened = BTreeMap::<u64, (f64, Vec<&Code>)>::new();
        for (amount, code) in if is_above { above } else { below } {
            let away = if is_above { amount - max } else { min - amount };
            opened.entry(away.to_bits()).or_insert((amount, Vec::new())).1.push(code);
        }
        let mut opens = 0;
        let step = |(bound, codes): &(f64, Vec<&Code>)| {
            opens += codes.len() as u32;
            Step { to: Way::Bound(*bound), opens, is_least: false, first: (*codes.iter().min().unwrap()).clone() }
        };
        let expected: Vec<Step> = opened.values().take(5).map(step).collect();
        assert_eq!(cost.steps, expected, "{quantity} from {min} to {max}");
    }
}
