//! What is found of factories, and that what is proposed stands.

use geo_types::{LineString, Polygon, polygon};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::geometry::Shape;
use crate::record::{Bounds, Mask, MaskKind, Parcel, ParcelStatus, Setbacks, Source, SourcedField};
use crate::siting::Verdict;
use crate::validation::RuleTable;

const NORMS: Norms = Norms { counted_once_m: Some(8.0), least_site_use: None, parking_places: None };

fn square(side: f64) -> Polygon {
    polygon![(x: 0.0, y: 0.0), (x: side, y: 0.0), (x: side, y: side), (x: 0.0, y: side)]
}

/// A parcel of which all is known.
fn parcel() -> Parcel {
    let mut parcel = Parcel::with_status(ParcelStatus::Available);
    parcel.plot_ratio = Bounds { min: Some(0.8), max: Some(2.0) };
    parcel.site_coverage = Bounds { min: None, max: Some(0.5) };
    parcel.green_ratio = Bounds { min: Some(0.1), max: Some(0.3) };
    parcel.height_limit_m = Some(24.0);
    parcel.setbacks = Some(Setbacks { front_m: 12.0, side_m: 8.0, rear_m: 6.0 });
    parcel
}

fn site_of(area: Polygon, parcel: &Parcel, masks: &[(Mask, Shape)], norms: Norms) -> Site {
    let shape = Shape::new(area.into()).unwrap();
    Site::new(parcel, &shape, Some(masks.iter().map(|(mask, shape)| (mask, shape))), norms).unwrap()
}

/// A square whose masks nobody tells.
fn unmasked(parcel: &Parcel, norms: Norms) -> Site {
    let none = None::<[(&Mask, &Shape); 0]>;
    Site::new(parcel, &Shape::new(square(100.0).into()).unwrap(), none, norms).unwrap()
}

fn site() -> Site {
    site_of(square(100.0), &parcel(), &[], NORMS)
}

fn part(kind: PartKind, offset: (f64, f64), size: (f64, f64), storeys: u32, storey_m: f64) -> Part {
    let offset = Coord { x: offset.0, y: offset.1 };
    Part { kind, offset, width_m: size.0, depth_m: size.1, storeys, storey_m }
}

fn hall(at: (f64, f64), degrees: f64, size: (f64, f64), storeys: u32, storey_m: f64) -> Massing {
    let hall = part(PartKind::Hall, (0.0, 0.0), size, storeys, storey_m);
    Massing::new(Coord { x: at.0, y: at.1 }, degrees.to_radians(), vec![hall]).unwrap()
}

fn judged(site: &Site, massing: &Massing) -> Findings {
    let mut findings = Findings::default();
    site.judge(massing, &mut findings);
    findings
}

#[track_caller]
fn holds(findings: &Findings, check: Check, verdict: Verdict, value: f64) {
    let finding = findings.of(check);
    assert_eq!(finding.verdict, verdict, "{finding:?}");
    assert!(finding.value.is_some_and(|found| (found - value).abs() < 1e-9), "{finding:?} is not {value}");
}

#[test]
fn a_hall_is_measured() {
    let findings = judged(&site(), &hall((50.0, 50.0), 0.0, (60.0, 50.0), 3, 7.5));
    holds(&findings, Check::PlotRatio, Verdict::Pass, 0.9);
    holds(&findings, Check::SiteCoverage, Verdict::Pass, 0.3);
    holds(&findings, Check::SiteUse, Verdict::Unknown, 0.3);
    holds(&findings, Check::GreenRatio, Verdict::Pass, 0.7);
    holds(&findings, Check::Height, Verdict::Pass, 22.5);
    assert!((findings.of(Check::Height).margin.unwrap() - 1.5).abs() < 1e-9);
    let distances: Vec<f64> = findings.sides.iter().map(|side| side.distance_m).collect();
    assert_eq!(distances, [25.0, 20.0, 25.0, 20.0]);
    assert!(findings.sides.iter().all(|side| side.verdict == Verdict::Pass));
    assert_eq!(findings.verdict(), Verdict::Unknown, "no one tells of the airport, of parking, of site use");
    assert!(findings.may_stand());
}

#[test]
fn a_high_storey_counts_twice() {
    let ratio = |storey_m| judged(&site(), &hall((50.0, 50.0), 0.0, (60.0, 50.0), 2, storey_m)).counted_m2;
    assert!((ratio(8.0) - 6_000.0).abs() < 1e-6 && (ratio(8.1) - 12_000.0).abs() < 1e-6);
    let unknown = site_of(square(100.0), &parcel(), &[], Norms::default());
    assert!((judged(&unknown, &hall((50.0, 50.0), 0.0, (60.0, 50.0), 2, 9.0)).counted_m2 - 6_000.0).abs() < 1e-6);
}

#[test]
fn what_depends_on_what_nobody_says_is_unknown() {
    let open = unmasked(&Parcel::with_status(ParcelStatus::Available), Norms::default());
    let findings = judged(&open, &hall((50.0, 50.0), 0.0, (60.0, 50.0), 1, 9.0));
    let passed: Vec<Check> =
        findings.checks.iter().filter(|found| found.verdict == Verdict::Pass).map(|found| found.check).collect();
    assert_eq!(passed, [Check::Inside]);
    assert!(findings.sides.iter().all(|side| side.verdict == Verdict::Unknown));
}

#[test]
fn setbacks_are_sure_only_where_every_front_would_be() {
    // 13 m from the west, 7 m from the east, 5 m from the south, 45 m from the north.
    let findings = judged(&site(), &hall((53.0, 30.0), 0.0, (80.0, 50.0), 1, 7.0));
    let by_side: Vec<(f64, Verdict)> = findings.sides.iter().map(|side| (side.distance_m, side.verdict)).collect();
    let expected = [(5.0, Verdict::Fail), (7.0, Verdict::Unknown), (45.0, Verdict::Pass), (13.0, Verdict::Pass)];
    assert_eq!(by_side, expected);
}

#[test]
fn what_lies_outside_fails_and_says_on_which_side() {
    for (at, name) in [((95.0, 50.0), "half outside"), ((160.0, 50.0), "outside")] {
        let findings = judged(&site(), &hall(at, 0.0, (40.0, 30.0), 1, 7.0));
        assert_eq!(findings.of(Check::Inside).verdict, Verdict::Fail, "{name}");
        let failed: Vec<usize> = (0..4).filter(|&index| findings.sides[index].verdict == Verdict::Fail).collect();
        assert_eq!(failed, [1], "{name}: {:?}", findings.sides);
        assert!(findings.sides[1].distance_m <= 0.0);
    }
    let pond: LineString = vec![(40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0), (40.0, 40.0)].into();
    let around = site_of(Polygon::new(square(100.0).exterior().clone(), vec![pond]), &parcel(), &[], NORMS);
    assert_eq!(
        judged(&around, &hall((50.0, 50.0), 0.0, (10.0, 10.0), 1, 7.0)).of(Check::Inside).verdict,
        Verdict::Fail
    );
    assert_eq!(
        judged(&around, &hall((50.0, 50.0), 0.0, (70.0, 70.0), 1, 7.0)).of(Check::Inside).verdict,
        Verdict::Fail
    );
    assert_eq!(
        judged(&around, &hall((20.0, 50.0), 0.0, (10.0, 10.0), 1, 7.0)).of(Check::Inside).verdict,
        Verdict::Pass
    );
}

#[test]
fn yards_are_used_but_not_built_and_need_no_setback() {
    let yard = part(PartKind::Yard, (0.0, 35.0), (60.0, 30.0), 0, 0.0);
    let parts = vec![part(PartKind::Hall, (0.0, 0.0), (60.0, 40.0), 1, 7.0), yard];
    let findings = judged(&site(), &Massing::new(Coord { x: 50.0, y: 50.0 }, 0.0, parts).unwrap());
    holds(&findings, Check::SiteCoverage, Verdict::Pass, 0.24);
    holds(&findings, Check::SiteUse, Verdict::Unknown, 0.42);
    holds(&findings, Check::GreenRatio, Verdict::Pass, 0.58);
    assert_eq!(findings.sides[2], SideFinding { verdict: Verdict::Pass, distance_m: 30.0 }, "{:?}", findings.sides);
}

#[test]
fn parts_that_overlap_are_counted_once() {
    let parts = vec![
        part(PartKind::Hall, (0.0, 0.0), (40.0, 40.0), 1, 7.0),
        part(PartKind::Offices, (20.0, 0.0), (20.0, 20.0), 3, 4.0),
    ];
    let findings = judged(&site(), &Massing::new(Coord { x: 50.0, y: 50.0 }, 0.3, parts).unwrap());
    assert!(
        (findings.footprint_m2 - 1_800.0).abs() < 1e-6 && (findings.floor_m2 - 2_600.0).abs() < 1e-6,
        "{findings:?}"
    );
}

#[test]
fn the_lowest_airport_limit_over_a_building_counts() {
    let mask = |limit_m, from: f64| {
        let strip = polygon![(x: from, y: -50.0), (x: 200.0, y: -50.0), (x: 200.0, y: 150.0), (x: from, y: 150.0)];
        let mask = Mask { kind: MaskKind::AirportHeight, height_limit_m: limit_m };
        (mask, Shape::new(strip.into()).unwrap())
    };
    let of = |masks: &[(Mask, Shape)], x: f64| {
        let site = site_of(square(100.0), &parcel(), masks, NORMS);
        let findings = judged(&site, &hall((x, 50.0), 0.0, (20.0, 20.0), 2, 8.0));
        let found = findings.of(Check::AirportHeight);
        (found.verdict, found.max)
    };
    let masks = [mask(Some(15.0), 80.0), mask(Some(20.0), 60.0), mask(None, 0.0)];
    assert_eq!(of(&masks[..2], 30.0), (Verdict::Unknown, None), "nobody tells of a limit");
    assert_eq!(of(&masks[..2], 55.0), (Verdict::Pass, Some(20.0)));
    assert_eq!(of(&masks[..2], 75.0), (Verdict::Fail, Some(15.0)));
    assert_eq!(of(&masks, 55.0), (Verdict::Unknown, Some(20.0)), "another limit is there, and nobody says which");
    assert_eq!(of(&masks, 75.0), (Verdict::Fail, Some(15.0)));
    let apart = [(10.0, 30.0), (70.0, 30.0)].map(|(x, y)| part(PartKind::Hall, (x, y), (10.0, 10.0), 1, 8.0));
    let site = site_of(square(100.0), &parcel(), &masks[1..2], NORMS);
    let both = judged(&site, &Massing::new(Coord::zero(), 0.0, apart.to_vec()).unwrap());
    assert_eq!(
        both.of(Check::AirportHeight).verdict,
        Verdict::Unknown,
        "one of them stands under no limit that is told"
    );
}

#[test]
fn norms_come_from_a_table() {
    let norms = Norms { least_site_use: Some(0.4), parking_places: Some(0.5), ..NORMS };
    let findings =
        judged(&site_of(square(100.0), &parcel(), &[], norms), &hall((50.0, 50.0), 0.0, (60.0, 50.0), 1, 7.0));
    holds(&findings, Check::SiteUse, Verdict::Fail, 0.3);
    let parking = findings.of(Check::Parking);
    assert_eq!((parking.verdict, parking.min), (Verdict::Unknown, Some(15.0)), "3,000 m² of floor");
    assert_eq!(parking.value, None, "no car park is drawn");
}

#[test]
fn a_car_park_lies_in_front_and_under_nothing() {
    let hall = Block { width_m: 80.0, depth_m: 40.0, storeys: 1, storey_m: 9.0 };
    let lot = Block { width_m: 40.0, depth_m: 18.0, ..Block::default() };
    let offices = |width_m: f64| Some(Block { width_m, depth_m: 12.0, storeys: 3, storey_m: 4.0 });
    let table = [(None, -20.0), (offices(20.0), -30.0), (offices(0.5), -20.25), (offices(60.0), -50.0)];
    for (offices, middle) in table {
        let blocks = Blocks { hall, offices, parking: Some(lot), ..Blocks::default() };
        let massing = blocks.massing(Coord { x: 50.0, y: 50.0 }, 0.0).unwrap();
        let park = massing.parts().iter().find(|part| part.kind == PartKind::Parking).unwrap();
        assert_eq!(park.offset, Coord { x: middle, y: -29.0 }, "beside {offices:?}");
        assert_eq!(Blocks::of_massing(&massing), blocks);
    }
}

#[test]
fn a_car_park_has_places_and_is_neither_green_nor_used() {
    let norms = Norms { least_site_use: Some(0.3), parking_places: Some(0.5), ..NORMS };
    let beside = |depth_m: f64, norms: Norms| {
        let building = part(PartKind::Hall, (0.0, 0.0), (60.0, 50.0), 1, 7.0);
        let park = part(PartKind::Parking, (-35.0, 0.0), (10.0, depth_m), 0, 0.0);
        // Under the hall it has no places.
        let under = part(PartKind::Parking, (0.0, 0.0), (30.0, 30.0), 0, 0.0);
        let massing = Massing::new(Coord { x: 55.0, y: 50.0 }, 0.0, vec![building, park, under]).unwrap();
        judged(&site_of(square(100.0), &parcel(), &[], norms), &massing)
    };
    let findings = beside(45.0, norms);
    holds(&findings, Check::Parking, Verdict::Pass, 15.0);
    holds(&findings, Check::SiteUse, Verdict::Pass, 0.3);
    assert!((findings.of(Check::GreenRatio).value.unwrap() - 0.655).abs() < 1e-9, "{findings:?}");
    assert!((findings.footprint_m2 - 3_000.0).abs() < 1e-9, "{findings:?}");
    holds(&beside(44.0, norms), Check::Parking, Verdict::Fail, 14.0);
    let unknown = beside(45.0, NORMS);
    holds(&unknown, Check::Parking, Verdict::Unknown, 15.0);
}

#[test]
fn an_edge_of_many_pieces_is_one_side() {
    let pieces = |from: (f64, f64), to: (f64, f64)| {
        (0..10).map(move |step| {
            let part = f64::from(step) / 10.0;
            Coord { x: from.0 + (to.0 - from.0) * part, y: from.1 + (to.1 - from.1) * part }
        })
    };
    let corners = [(40.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0), (40.0, 0.0)];
    let ring: LineString = corners.windows(2).flat_map(|ends| pieces(ends[0], ends[1])).collect();
    let site = site_of(Polygon::new(ring, vec![]), &parcel(), &[], NORMS);
    assert_eq!(site.sides().count(), 4, "{:?}", site.sides().collect::<Vec<_>>());
}

#[test]
fn nonsense_is_refused_and_named() {
    let refused = |change: fn(&mut Part)| {
        let mut part = part(PartKind::Hall, (0.0, 0.0), (10.0, 10.0), 1, 5.0);
        change(&mut part);
        Massing::new(Coord::zero(), 0.0, vec![part]).unwrap_err().to_string()
    };
    assert_eq!(refused(|part| part.width_m = f64::NAN), "hall.width_m: NaN is not between 0.1 and 3000");
    assert_eq!(refused(|part| part.storeys = 0), "hall.storeys: 0 is not between 1 and 60");
    assert_eq!(refused(|part| part.offset.x = 1e9), "hall.offset.x: 1000000000 is not between -3000 and 3000");
    assert_eq!(refused(|part| part.kind = PartKind::Yard), "yard.storeys: 1 is not between 0 and 0");
    assert_eq!(Massing::new(Coord::zero(), 0.0, vec![]), Err(InvalidMassing::Parts(0)));
    assert!(hall((0.0, 0.0), 0.0, (9.0, 9.0), 1, 5.0).moved(Coord { x: f64::INFINITY, y: 0.0 }, 0.0).is_err());
}

/// Rules of which those of Wuxi bound how much of the land is used.
const TABLE: &str = r#"{"rules": [
    {"id": "storey.once", "parameter": "storey_counted_once_m", "at_most": 8.0, "severity": "note",
     "source": {"document": "A plan"}},
    {"id": "site_use.industrial", "parameter": "site_use", "land_use": ["1001"], "regions": ["3202"], "at_least": 0.4,
     "from": "2024-01-01", "severity": "error", "source": {"document": "A decree", "article": "article 3"}}
  ], "classifications": []}"#;

#[test]
fn whoever_sets_a_bound_is_named() {
    let table = RuleTable::parse(TABLE).unwrap();
    let law = Law { table: &table, day: date(2026, 11, 26), region: Some("320214") };
    let mut parcel = parcel();
    parcel.land_use = Some("100101".parse().unwrap());
    parcel.height_limit_m = None;
    let said = |source: &str| Source { source: source.to_owned(), as_of: date(2026, 1, 5), confidence: None };
    parcel.sources.set(SourcedField::PlotRatio, said("The plan"));
    parcel.sources.set(SourcedField::HeightLimit, said("The bureau"));
    let norms = law.norms(&parcel);
    assert_eq!(norms, Norms { counted_once_m: Some(8.0), least_site_use: Some(0.4), parking_places: None });
    assert_eq!(Law { region: None, ..law }.norms(&parcel).least_site_use, None, "it holds elsewhere");
    let flight = Mask { kind: MaskKind::AirportHeight, height_limit_m: Some(15.0) };
    let lake = Mask { kind: MaskKind::Protection, height_limit_m: None };
    let shape = |area: Polygon| Shape::new(area.into()).unwrap();
    let corner = polygon![(x: 0.0, y: 0.0), (x: 30.0, y: 0.0), (x: 30.0, y: 30.0), (x: 0.0, y: 30.0)];
    let elsewhere = polygon![(x: 500.0, y: 0.0), (x: 530.0, y: 0.0), (x: 530.0, y: 30.0)];
    let masks = [(lake.clone(), shape(elsewhere)), (lake, shape(corner)), (flight, shape(square(100.0)))];
    let site = site_of(square(100.0), &parcel, &masks, norms);
    let findings = judged(&site, &hall((40.0, 40.0), 0.0, (60.0, 50.0), 2, 7.5));
    let held = |check: Check| {
        let held = law.held_to(&parcel, findings.of(check), |mask| format!("mask/{mask}"));
        held.into_iter().map(|held| format!("{} {} {:?}", held.rule, held.source, held.as_of)).collect::<Vec<_>>()
    };
    let day = |day: &str| format!("Some({day})");
    assert_eq!(
        held(Check::PlotRatio),
        [format!("parcel.plot_ratio The plan {}", day("2026-01-05")), "storey.once A plan None".to_owned()]
    );
    assert_eq!(held(Check::SiteCoverage), ["parcel.site_coverage  None"], "nobody is named");
    assert_eq!(held(Check::SiteUse), [format!("site_use.industrial A decree, article 3 {}", day("2024-01-01"))]);
    assert_eq!(held(Check::Height), [format!("parcel.height_limit_m The bureau {}", day("2026-01-05"))], "whom to ask");
    assert_eq!(held(Check::AirportHeight), ["mask.height_limit_m mask/2 None"]);
    assert_eq!(held(Check::KeptFree), ["mask.shape mask/1 None"]);
    assert_eq!(held(Check::Parking), Vec::<String>::new());
}

#[test]
fn a_link_says_the_same_when_read_again() {
    let blocks = Blocks {
        hall: Block { width_m: 120.0, depth_m: 60.5, storeys: 2, storey_m: 9.0 },
        yard: Some(Block { width_m: 30.0, depth_m: 20.0, storeys: 0, storey_m: 0.0 }),
        ..Blocks::default()
    };
    let massing = blocks.massing(Coord { x: -12.5, y: 1_480.25 }, 0.5_f64.to_radians()).unwrap();
    let text = massing.to_string();
    assert_eq!(text, "-12.50,1480.25,0.50_hall,0.00,0.00,120.00,60.50,2,9.00_yard,0.00,40.25,30.00,20.00,0,0.00");
    let read: Massing = text.parse().unwrap();
    assert_eq!((read.to_string(), Blocks::of_massing(&read)), (text, blocks));
    for bad in ["", "1,2", "1,2,3", "1,2,3_shed,0,0,1,1,1,5", "1,2,3_hall,0,0,1,1,1.5,5", "1,2,NaN_hall,0,0,1,1,1,5"] {
        assert!(bad.parse::<Massing>().is_err(), "{bad}");
    }
}

#[test]
fn the_largest_hall_uses_up_what_binds() {
    let like = hall((0.0, 0.0), 0.0, (10.0, 10.0), 1, 8.0);
    let proposed = site().largest(&like).found().unwrap();
    let findings = judged(&site(), &proposed);
    assert!(findings.may_stand() && findings.sides.iter().all(|side| side.verdict == Verdict::Pass), "{findings:?}");
    // 24 m permit three storeys of 8 m, and three times half of the land is less than the plot ratio.
    assert!((findings.of(Check::PlotRatio).value.unwrap() - 1.5).abs() < 0.02, "{findings:?}");
    let mut low = parcel();
    low.height_limit_m = Some(5.0);
    let site = site_of(square(100.0), &low, &[], NORMS);
    let proposed = site.largest(&like).found().unwrap();
    assert!((Blocks::of_massing(&proposed).hall.storey_m - 5.0).abs() < 1e-9, "a storey comes below the limit");
    low.height_limit_m = Some(2.0);
    assert_eq!(site_of(square(100.0), &low, &[], NORMS).largest(&like), Proposal::Nowhere);
}

#[test]
fn a_factory_is_put_where_it_fits_and_nowhere_else() {
    let asked = hall((-500.0, 0.0), 1.0, (70.0, 30.0), 1, 7.0);
    let placed = site().best_place(&asked).found().unwrap();
    let failed: Vec<Check> = judged(&site(), &placed)
        .checks
        .iter()
        .filter(|found| found.verdict == Verdict::Fail)
        .map(|found| found.check)
        .collect();
    assert_eq!(failed, [Check::PlotRatio], "its place is good, and it is too low");
    assert!((placed.at().x - 50.0).abs() < 0.1 && (placed.at().y - 50.0).abs() < 0.1, "{placed}");
    assert_eq!(site().best_place(&hall((0.0, 0.0), 0.0, (101.0, 10.0), 1, 7.0)), Proposal::Nowhere);
    let begun = site().begin().unwrap();
    assert!(judged(&site(), &begun).may_stand(), "{begun}: {:?}", judged(&site(), &begun));
}

#[test]
fn a_hall_that_is_asked_for_is_begun_with_where_it_fits() {
    let mut any = parcel();
    any.plot_ratio.min = None;
    let site = site_of(square(100.0), &any, &[], NORMS);
    let begun = site.begin_with(30.0, 70.0).unwrap();
    let hall = Blocks::of_massing(&begun).hall;
    assert_eq!(
        (begun.parts().len(), hall.width_m.to_bits(), hall.depth_m.to_bits()),
        (1, 30.0_f64.to_bits(), 70.0_f64.to_bits())
    );
    assert!(judged(&site, &begun).may_stand(), "{begun}");
    let large = site.begin_with(300.0, 70.0).unwrap();
    assert_eq!(judged(&site, &large).of(Check::Inside).verdict, Verdict::Fail, "it is shown, and said not to fit");
    assert!((large.at().x - 50.0).abs() < 1e-6, "{large}");
}

/// A parcel around (150, 150) whose edge goes in and out by so many metres at every second of its corners.
fn toothed(corners: u32, depth_m: f64) -> Polygon {
    let corner = |number: u32| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(number) / f64::from(corners)).sin_cos();
        let reach = 150.0 - f64::from(number % 2) * depth_m;
        Coord { x: 150.0 + reach * cos, y: 150.0 + reach * sin }
    };
    Polygon::new((0..corners).map(corner).collect::<LineString>(), vec![])
}

#[test]
fn on_an_intricate_outline_what_is_proposed_stands_too_and_what_was_not_tried_is_not_called_impossible() {
    let like = hall((0.0, 0.0), 0.0, (40.0, 30.0), 2, 7.0);
    let intricate = site_of(toothed(900, 0.3), &parcel(), &[], NORMS);
    for proposal in [intricate.largest(&like), intricate.best_place(&like)] {
        let found = judged(&intricate, &proposal.clone().found().unwrap());
        let outside = found.sides.iter().filter(|side| side.verdict != Verdict::Pass).count();
        assert_eq!((found.of(Check::Inside).verdict, outside), (Verdict::Pass, 0), "{proposal:?}");
    }
    let too_intricate = site_of(toothed(900, 30.0), &parcel(), &[], NORMS);
    assert_eq!(too_intricate.largest(&like), Proposal::Untried);
    assert_eq!(too_intricate.best_place(&like), Proposal::Untried);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_proposed_may_stand_and_elsewhere_it_fails(
        corners in proptest::collection::vec(60.0..180.0_f64, 4..9),
        size in (10.0..60.0_f64, 10.0..60.0_f64), storeys in 1_u32..4, coverage in 0.2..0.7_f64,
    ) {
        // A star around a middle: simple, seldom convex.
        let step = std::f64::consts::TAU / corners.len() as f64;
        let corner = |(index, reach): (usize, &f64)| {
            let (sin, cos) = (step * index as f64).sin_cos();
            Coord { x: 531_000.0 + reach * cos, y: 3_481_000.0 + reach * sin }
        };
        let ring: LineString = corners.iter().enumerate().map(corner).collect();
        let mut parcel = parcel();
        parcel.site_coverage.max = Some(coverage);
        parcel.plot_ratio.min = None;
        let site = site_of(Polygon::new(ring, vec![]), &parcel, &[], NORMS);
        let asked = hall((0.0, 0.0), 0.0, size, storeys, 7.0);
        let sure = |massing: &Massing| {
            let findings = judged(&site, massing);
            findings.of(Check::Inside).verdict == Verdict::Pass
                && findings.sides.iter().all(|side| side.verdict != Verdict::Fail)
        };
        if let Some(placed) = site.best_place(&asked).found() {
            prop_assert!(sure(&placed), "{:?}", judged(&site, &placed));
            let away = placed.clone().moved(placed.at() + Coord { x: 400.0, y: 0.0 }, placed.angle_rad()).unwrap();
            prop_assert!(!judged(&site, &away).may_stand());
        }
        if let Some(largest) = site.largest(&asked).found() {
            let findings = judged(&site, &largest);
            prop_assert!(findings.may_stand(), "{} {:?}", largest, findings);
            prop_assert!(findings.sides.iter().all(|side| side.verdict == Verdict::Pass), "{:?}", findings);
        }
    }

    #[test]
    fn distances_are_those_of_the_shapes(at in (-80.0..180.0_f64, -80.0..180.0_f64), degrees in 0.0..360.0_f64) {
        use geo::{Contains, Distance, Euclidean};
        let massing = hall(at, degrees, (50.0, 20.0), 1, 7.0);
        let footprint = Polygon::new(massing.corners(&massing.parts()[0]).into_iter().collect(), vec![]);
        let findings = judged(&site(), &massing);
        let site = site();
        for (side, (a, b)) in findings.sides.iter().zip(site.sides()) {
            let expected = Euclidean.distance(&LineString::from(vec![a, b]), &footprint);
            prop_assert!((side.distance_m.abs() - expected).abs() < 1e-6, "{} is not {}", side.distance_m, expected);
        }
        prop_assert_eq!(findings.of(Check::Inside).verdict == Verdict::Pass, square(100.0).contains(&footprint));
    }
}

#[test]
fn nothing_stands_or_is_proposed_where_land_is_kept_free() {
    let strip = polygon![(x: 40.0, y: -10.0), (x: 60.0, y: -10.0), (x: 60.0, y: 110.0), (x: 40.0, y: 110.0)];
    let protection = Mask { kind: MaskKind::Protection, height_limit_m: None };
    let masks = [(protection, Shape::new(strip.into()).unwrap())];
    let kept = site_of(square(100.0), &parcel(), &masks, NORMS);
    let verdict =
        |site: &Site, at: (f64, f64)| judged(site, &hall(at, 0.0, (16.0, 40.0), 1, 7.0)).of(Check::KeptFree).verdict;
    assert_eq!(verdict(&kept, (50.0, 50.0)), Verdict::Fail, "in the strip");
    assert_eq!(verdict(&kept, (35.0, 50.0)), Verdict::Fail, "partly in it");
    assert_eq!(verdict(&kept, (28.0, 50.0)), Verdict::Pass);
    assert_eq!(verdict(&site(), (50.0, 50.0)), Verdict::Pass, "there is none, and it would be told");
    let untold = unmasked(&parcel(), NORMS);
    assert_eq!(verdict(&untold, (50.0, 50.0)), Verdict::Unknown, "nobody tells of any");
    let yard =
        Massing::new(Coord { x: 50.0, y: 50.0 }, 0.0, vec![part(PartKind::Yard, (0.0, 0.0), (16.0, 40.0), 0, 0.0)]);
    assert_eq!(judged(&kept, &yard.unwrap()).of(Check::KeptFree).verdict, Verdict::Pass, "a yard is no building");
    let like = hall((50.0, 50.0), 0.0, (20.0, 20.0), 1, 7.0);
    let (largest, open) = (kept.largest(&like).found().unwrap(), site().largest(&like).found().unwrap());
    assert_eq!(judged(&kept, &largest).of(Check::KeptFree).verdict, Verdict::Pass, "{largest:?}");
    assert!(judged(&kept, &largest).footprint_m2 < judged(&site(), &open).footprint_m2, "the strip takes room");
    let moved = kept.best_place(&like).found().unwrap();
    assert_eq!(judged(&kept, &moved).of(Check::KeptFree).verdict, Verdict::Pass, "{moved:?}");
}
