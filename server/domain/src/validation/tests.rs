//! What is found, and what is proposed: a line a problem.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use geo_types::{Coord, Geometry, LineString, Polygon, Rect};
use jiff::civil::{Date, date};

use super::*;
use crate::geometry::Shape;
use crate::record::{
    Acquisition, Bounds, Building, BuildingUse, Names, Offer, Parcel, ParcelStatus, Roof, Source, SourcedField, Supply,
    SupplyKind, Tenure, TenureKind, Zone, ZoneKind,
};

const TABLE: &str = include_str!("../../../../assets/rules/planning.json");
const TODAY: Date = date(2026, 11, 24);

fn table() -> RuleTable {
    RuleTable::parse(TABLE).unwrap()
}

fn feature(code: &str, shape: impl Into<Geometry>, body: Body) -> Feature {
    Feature {
        code: code.parse().unwrap(),
        names: Names::default(),
        shape: Shape::new(shape.into()).unwrap(),
        body,
        attributes: BTreeMap::new(),
    }
}

fn rectangle(x: f64, y: f64, width: f64, depth: f64) -> Geometry {
    let from = Coord { x: 540_000.0 + x, y: 3_480_000.0 + y };
    Rect::new(from, from + Coord { x: width, y: depth }).to_polygon().into()
}

fn ring(positions: &[(f64, f64)]) -> Geometry {
    let line: LineString = positions.iter().map(|(x, y)| Coord { x: 540_000.0 + x, y: 3_480_000.0 + y }).collect();
    Polygon::new(line, Vec::new()).into()
}

fn parcel(code: &str, shape: Geometry, change: impl FnOnce(&mut Parcel)) -> Feature {
    let mut parcel = Parcel::with_status(ParcelStatus::Available);
    change(&mut parcel);
    feature(code, shape, Body::Parcel(Box::new(parcel)))
}

fn zone(code: &str, shape: Geometry) -> Feature {
    feature(code, shape, Body::Zone(Zone { kind: ZoneKind::Industrial }))
}

fn factory(height_m: f64, floors: u32) -> Building {
    Building {
        usage: BuildingUse::StandardFactory,
        height_m,
        floors: Some(floors),
        roof: Roof::Flat,
        parcel: Some("P-1".parse().unwrap()),
        offers: Vec::new(),
    }
}

/// A record that is a list.
struct Listed(Vec<Feature>);

impl Neighbours for Listed {
    fn near(&self, layer: Layer, bounds: Rect) -> Vec<&Feature> {
        let touches = |own: Rect| {
            own.min().x <= bounds.max().x
                && own.max().x >= bounds.min().x
                && own.min().y <= bounds.max().y
                && own.max().y >= bounds.min().y
        };
        self.0.iter().filter(|each| each.layer() == layer && touches(each.shape.bounds())).collect()
    }

    fn find(&self, layer: Layer, code: &Code) -> Option<&Feature> {
        self.0.iter().find(|each| each.layer() == layer && each.code == *code)
    }
}

fn said(puts: &[Feature], record: &Listed, day: Date) -> String {
    let table = table();
    let context = Context { region: Some("320214"), ..Context::of(&table, day) };
    let problems = validate(Submission { puts, ends: &[] }, record, &context);
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn check(puts: &[Feature], expect: Expect) {
    expect.assert_eq(&said(puts, &Listed(Vec::new()), TODAY));
}

#[test]
fn a_good_parcel_among_good_neighbours_has_no_problem() {
    let plain = |code, x, y| parcel(code, rectangle(x, y, 100.0, 80.0), |_| {});
    let whole = parcel("P-1", rectangle(0.0, 0.0, 100.0, 80.0), |parcel| {
        parcel.zone = Some("Z".parse().unwrap());
        parcel.acquisition = Some(Acquisition::Direct);
        parcel.land_use = Some("100101".parse().unwrap());
        parcel.plot_ratio = Bounds { min: Some(1.5), max: Some(2.5) };
        parcel.site_coverage = Bounds { min: Some(0.4), max: Some(0.6) };
        parcel.green_ratio = Bounds { min: Some(0.1), max: Some(0.2) };
        parcel.height_limit_m = Some(36.0);
        parcel.tenure = Some(Tenure { kind: TenureKind::Grant, years: 50 });
    });
    let around = zone("Z", rectangle(0.0, 0.0, 400.0, 400.0));
    let puts = [around, whole, plain("P-2", 100.0, 0.0), plain("P-3", 0.0, 80.0), plain("P-4", 100.0, 80.0)];
    check(&puts, expect![""]);
}

#[test]
fn shapes_that_nobody_meant_are_found() {
    let puts = [
        parcel(
            "spike",
            ring(&[(0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (180.0, 50.2), (100.0, 50.4), (0.0, 80.0)]),
            |_| {},
        ),
        parcel("sliver", rectangle(300.0, 0.0, 100.0, 0.4), |_| {}),
        parcel("double", ring(&[(500.0, 0.0), (600.0, 0.0), (600.003, 0.0), (600.0, 80.0)]), |_| {}),
    ];
    check(
        &puts,
        expect![[r"
        parcel spike: warning [geometry.spike] a spike: the ring turns back at an angle of 0.286° at part 0, ring 0, vertex 3, coordinate (540180.000, 3480050.200); remove vertex 3 of part 0, ring 0
        parcel sliver: warning [geometry.sliver] the part is a sliver of 40.00 m², 0.398 m wide on average at part 0, ring 0, vertex 0, coordinate (540400.000, 3480000.000)
        parcel double: note [geometry.near_vertices] 1 of 4 vertices lie within 5 mm of the next at part 0, ring 0, vertex 1, coordinate (540600.000, 3480000.000); remove vertex 2 of part 0, ring 0"]],
    );
}

#[test]
fn overlaps_and_gaps_between_neighbours_are_found() {
    let plain = |code, shape| parcel(code, shape, |_| {});
    let puts = [
        plain("P-1", rectangle(0.0, 0.0, 100.0, 80.0)),
        plain("within-tolerance", rectangle(99.997, 0.0, 100.0, 80.0)),
        plain("over-by-30-mm", rectangle(0.0, 79.97, 100.0, 80.0)),
        plain("leaves-120-mm", rectangle(-100.12, 0.0, 100.0, 80.0)),
        plain("across-the-street", rectangle(0.0, -92.0, 100.0, 80.0)),
        plain("wedge", ring(&[(200.0, 0.0), (300.0, 0.0), (300.0, 80.0), (200.2, 80.0)])),
    ];
    check(
        &puts,
        expect![[r"
        parcel P-1: error [parcel.overlap] it overlaps parcel over-by-30-mm by 3.00 m², 30 mm deep at part 0, ring 0, vertex 1, coordinate (540050.000, 3480080.000)
        parcel P-1: warning [parcel.gap] between it and parcel leaves-120-mm is a gap of up to 120 mm, 80.0 m long at part 0, ring 0, vertex 2, coordinate (540000.000, 3480000.000); move vertex 3 of part 0, ring 0 to (539999.88, 3480000)
        parcel within-tolerance: warning [parcel.gap] between it and parcel wedge is a gap of up to 203 mm, 80.0 m long at part 0, ring 0, vertex 0, coordinate (540199.997, 3480080.000); move vertex 1 of part 0, ring 0 to (540200.2, 3480079.999)"]],
    );
}

#[test]
fn a_parcel_over_another_is_found_however_it_lies() {
    let base = || parcel("base", rectangle(0.0, 0.0, 100.0, 100.0), |_| {});
    let cases = [
        ("the same twice", rectangle(0.0, 0.0, 100.0, 100.0)),
        ("inside, from edge to edge", rectangle(0.0, 0.0, 100.0, 40.0)),
        ("across, with no corner inside", rectangle(-20.0, 40.0, 140.0, 20.0)),
        ("a corner", rectangle(90.0, 90.0, 100.0, 100.0)),
        ("half, by the diagonal", ring(&[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)])),
        ("around", rectangle(-10.0, -10.0, 120.0, 120.0)),
    ];
    for (name, shape) in cases {
        let found = said(&[base(), parcel("other", shape, |_| {})], &Listed(Vec::new()), TODAY);
        assert!(found.contains("[parcel.overlap]"), "{name}: {found}");
    }
}

#[test]
fn the_present_record_is_asked_for_what_the_submission_leaves_as_it_is() {
    let plain = |code: &str, x| parcel(code, rectangle(x, 0.0, 100.0, 80.0), |_| {});
    let record = Listed(vec![plain("old", 50.0), plain("moves", 0.0), zone("Z", rectangle(0.0, 0.0, 100.0, 100.0))]);
    let moved = parcel("moves", rectangle(1_000.0, 0.0, 10.0, 10.0), |parcel| parcel.zone = Some("Z".parse().unwrap()));
    let puts = [plain("new", 0.0), moved];
    let expected = expect![[r"
        parcel new: error [parcel.overlap] it overlaps parcel old by 4000.00 m², 40.0 m deep at part 0, ring 0, vertex 0, coordinate (540100.000, 3480040.000)
        parcel moves: error [parcel.in_zone] 100.00 m² of it (100.0%) lie outside of its zone Z, up to 910.0 m at part 0, ring 0, vertex 0, coordinate (541010.000, 3480000.000)"]];
    expected.assert_eq(&said(&puts, &record, TODAY));
    let table = table();
    let ends = [(Layer::Parcel, "old".parse().unwrap())];
    let problems = validate(Submission { puts: &puts[..1], ends: &ends }, &record, &Context::of(&table, TODAY));
    let others: Vec<_> = problems.iter().filter_map(|problem| problem.other.clone()).collect();
    assert_eq!(others, [(Layer::Parcel, "moves".parse().unwrap())], "what ends is in nobody's way");
}

#[test]
fn zones_hold_their_parcels_or_another_is_proposed() {
    let within = |code: &str, x: f64, name: &str| {
        parcel(code, rectangle(x, 10.0, 50.0, 50.0), |parcel| parcel.zone = Some(name.parse().unwrap()))
    };
    let puts = [
        zone("west", rectangle(0.0, 0.0, 100.0, 100.0)),
        zone("east", rectangle(100.0, 0.0, 200.0, 100.0)),
        within("good", 10.0, "west"),
        within("across", 70.0, "west"),
        within("elsewhere", 150.0, "west"),
        within("nowhere", 210.0, "north"),
    ];
    check(
        &puts,
        expect![[r"
            parcel across: error [parcel.in_zone] 1000.00 m² of it (40.0%) lie outside of its zone west, up to 20.0 m at part 0, ring 0, vertex 0, coordinate (540120.000, 3480010.000)
            parcel elsewhere: error [parcel.in_zone] 2500.00 m² of it (100.0%) lie outside of its zone west, up to 100.0 m at part 0, ring 0, vertex 0, coordinate (540200.000, 3480010.000); set zone to east
            parcel nowhere: error [parcel.zone_known] there is no zone north; set zone to east"]],
    );
}

#[test]
fn values_that_no_land_can_have_are_found() {
    let bounds = |min, max| Bounds { min, max };
    let puts = [
        parcel("percent", rectangle(0.0, 0.0, 9.0, 9.0), |parcel| parcel.site_coverage = bounds(None, Some(40.0))),
        parcel("crossed", rectangle(20.0, 0.0, 9.0, 9.0), |parcel| parcel.plot_ratio = bounds(Some(3.0), Some(2.0))),
        parcel("full", rectangle(40.0, 0.0, 9.0, 9.0), |parcel| {
            parcel.site_coverage = bounds(Some(0.7), None);
            parcel.green_ratio = bounds(Some(0.4), None);
        }),
        parcel("flat", rectangle(60.0, 0.0, 9.0, 9.0), |parcel| parcel.height_limit_m = Some(0.0)),
        parcel("unreachable", rectangle(80.0, 0.0, 9.0, 9.0), |parcel| {
            parcel.plot_ratio = bounds(Some(3.0), None);
            parcel.site_coverage = bounds(None, Some(0.4));
            parcel.height_limit_m = Some(12.0);
        }),
        parcel("unknown", rectangle(100.0, 0.0, 9.0, 9.0), |parcel| parcel.plot_ratio = bounds(Some(3.0), None)),
    ];
    check(
        &puts,
        expect![[r"
        parcel percent: error [value.range] 40 does not lie between 0 and 1; set site_coverage_max to 0.4
        parcel crossed: error [value.bounds] the lower bound 3 is above the upper bound 2
        parcel full: error [value.coverage_and_green] at least 0.7 of the land is to be built on and at least 0.4 to be green: together more than all of it
        parcel flat: error [value.range] a height limit of 0 m leaves nothing to build, or is none
        parcel unreachable: error [plan.reachable] a plot ratio of 3 cannot be reached: 0.4 of the land times 5 storeys below 12 m is 2.00"]],
    );
}

#[test]
fn rules_of_the_table_are_named_with_their_source() {
    let industrial = |code: &str, x: f64, min, max| {
        parcel(code, rectangle(x, 0.0, 9.0, 9.0), |parcel| {
            parcel.land_use = Some("100102".parse().unwrap());
            parcel.plot_ratio = Bounds { min, max };
        })
    };
    let used = |code: &str, x: f64, land_use: &str, years| {
        parcel(code, rectangle(x, 20.0, 9.0, 9.0), |parcel| {
            parcel.land_use = Some(land_use.parse().unwrap());
            parcel.tenure = Some(Tenure { kind: TenureKind::Grant, years });
        })
    };
    let puts = [
        industrial("low", 0.0, Some(0.8), Some(1.2)),
        industrial("lax", 20.0, Some(1.0), Some(2.0)),
        industrial("open", 40.0, None, Some(2.0)),
        industrial("silent", 60.0, None, None),
        used("factory", 0.0, "100101", 51),
        used("homes", 20.0, "0701", 70),
        used("shops", 40.0, "0901", 50),
        used("store", 60.0, "1101", 60),
        used("wrong", 80.0, "1099", 50),
    ];
    check(
        &puts,
        expect![[r"
        parcel low: warning [plot_ratio.industrial.south_jiangsu] the plot ratio may be 1.2 at most, where 1.5 is the least (project brief); set plot_ratio_max to 1.5
        parcel lax: warning [plot_ratio.industrial.south_jiangsu] a plot ratio of 1 would do, where 1.5 is the least (project brief); set plot_ratio_min to 1.5
        parcel open: note [plot_ratio.industrial.south_jiangsu] there is no lower bound on the plot ratio, where 1.5 is the least (project brief); set plot_ratio_min to 1.5
        parcel factory: error [tenure.industrial] a tenure of 51 years, where 50 are the most (城镇国有土地使用权出让和转让暂行条例 (国务院令第55号), 第十二条(二)); set tenure_years to 50
        parcel shops: error [tenure.commercial] a tenure of 50 years, where 40 are the most (城镇国有土地使用权出让和转让暂行条例 (国务院令第55号), 第十二条(四)); set tenure_years to 40
        parcel store: error [tenure.other] a tenure of 60 years, where 50 are the most (城镇国有土地使用权出让和转让暂行条例 (国务院令第55号), 第十二条(五)); set tenure_years to 50
        parcel wrong: error [land_use.known] the land-use code 1099 is not one of 国土空间调查、规划、用途管制用地用海分类指南 (自然资发〔2023〕234号)"]],
    );
}

#[test]
fn a_rule_holds_on_its_days_and_in_its_region_only() {
    let low = parcel("low", rectangle(0.0, 0.0, 9.0, 9.0), |parcel| {
        parcel.land_use = Some("1001".parse().unwrap());
        parcel.plot_ratio = Bounds { min: Some(1.0), max: Some(1.2) };
        parcel.tenure = Some(Tenure { kind: TenureKind::Grant, years: 60 });
    });
    let table = table();
    let rules = |day, region| {
        let context = Context { region, ..Context::of(&table, day) };
        let problems = validate(Submission { puts: std::slice::from_ref(&low), ends: &[] }, &NoNeighbours, &context);
        problems.into_iter().map(|problem| problem.rule).collect::<Vec<_>>()
    };
    let (ratio, tenure) = ("plot_ratio.industrial.south_jiangsu", "tenure.industrial");
    assert_eq!(rules(TODAY, Some("320214")), [ratio, tenure]);
    assert_eq!(rules(TODAY, Some("320900")), [tenure], "northern Jiangsu");
    assert_eq!(rules(TODAY, None), [tenure], "nobody knows where");
    assert_eq!(rules(date(1990, 5, 18), Some("320214")), [ratio], "the day before the law");
}

#[test]
fn buildings_are_checked_against_their_parcel() {
    let land = parcel("P-1", rectangle(0.0, 0.0, 100.0, 100.0), |parcel| {
        parcel.land_use = Some("100101".parse().unwrap());
        parcel.plot_ratio = Bounds { min: Some(1.5), max: Some(2.0) };
        parcel.height_limit_m = Some(24.0);
    });
    let shape = |x: f64, width: f64| rectangle(x, 10.0, width, 60.0);
    let building = |code: &str, x: f64, width: f64, height_m: f64, floors: u32, offers: Vec<Offer>| {
        let body = Building { offers, ..factory(height_m, floors) };
        feature(code, shape(x, width), Body::Building(body))
    };
    let offer = |floor, area_m2| Offer {
        floor: Some(floor),
        unit: None,
        area_m2,
        clear_height_m: None,
        floor_load_kn_per_m2: None,
        cleanroom_iso: None,
        rent: None,
        from: None,
    };
    let mut lost = building("lost", 0.0, 5.0, 9.0, 2, Vec::new());
    let Body::Building(body) = &mut lost.body else { panic!("a building") };
    body.parcel = Some("P-9".parse().unwrap());
    let puts = [
        land,
        building("high", 10.0, 60.0, 27.0, 3, Vec::new()),
        building("out", 75.0, 30.0, 12.0, 3, Vec::new()),
        building("low", 2.0, 5.0, 4.0, 2, Vec::new()),
        building("let", 70.0, 4.0, 12.0, 2, vec![offer(1, 200.0), offer(1, 100.0), offer(3, 10.0)]),
        lost,
    ];
    check(
        &puts,
        expect![[r"
            parcel P-1: warning [plot_ratio.standard_factory.south_jiangsu] a plot ratio of 1.5 would do, where 2 is the least (project brief); set plot_ratio_min to 2
            parcel P-1: warning [parcel.built_ratio] what stands there has a plot ratio of 2.81, where 2 is the most
            building high: warning [building.height_limit] it is 27 m high, where 24 m are allowed
            building out: warning [building.on_parcel] 300.00 m² of it (16.7%) lie outside of its parcel P-1, up to 5.0 m at part 0, ring 0, vertex 0, coordinate (540105.000, 3480010.000)
            building low: warning [storey.counted_at_all] 2 storeys in 4 m: 2.00 m each (建筑工程建筑面积计算规范 GB/T 50353-2013, 3.0.1)
            building let: warning [offer.twice] entry 1: another one has its floor and unit, so it cannot be asked for by name
            building let: error [offer.floor] entry 2: there is no floor 3
            building let: warning [offer.area] 300 m² are to let on floor 1 of a building of 240 m²
            building lost: error [building.parcel_known] there is no parcel P-9"]],
    );
}

#[test]
fn days_run_forward() {
    let supply = |from: Option<Date>, as_of| Supply {
        kind: SupplyKind::Power,
        capacity: Some(3_000.0),
        from,
        as_of,
        source: "Grid".to_owned(),
        confidence: None,
    };
    let said_on = date(2026, 1, 1);
    let puts = [
        parcel("future", rectangle(0.0, 0.0, 9.0, 9.0), |parcel| {
            let source = Source { source: "Plan".to_owned(), as_of: date(2027, 1, 1), confidence: None };
            parcel.sources.set(SourcedField::PlotRatio, source);
        }),
        parcel("order", rectangle(20.0, 0.0, 9.0, 9.0), |parcel| {
            parcel.supplies = vec![supply(Some(date(2028, 7, 1)), said_on), supply(None, said_on)];
        }),
        parcel("twice", rectangle(40.0, 0.0, 9.0, 9.0), |parcel| {
            parcel.supplies = vec![supply(None, said_on), supply(None, said_on)];
        }),
        parcel("later", rectangle(60.0, 0.0, 9.0, 9.0), |parcel| {
            parcel.supplies = vec![supply(None, said_on), supply(Some(date(2028, 7, 1)), said_on)];
        }),
    ];
    check(
        &puts,
        expect![[r"
        parcel future: error [date.future] 'Plan' is of 2027-01-01, which is after 2026-11-24
        parcel order: error [supply.series] the capacity of power from the beginning stands after that from 2028-07-01
        parcel twice: error [supply.series] there are two capacities of power from the beginning on"]],
    );
}

#[test]
fn a_code_stands_once() {
    let plain = |x| parcel("P-1", rectangle(x, 0.0, 9.0, 9.0), |_| {});
    check(
        &[plain(0.0), plain(100.0)],
        expect!["parcel P-1: error [code.unique] the code P-1 stands here twice in the layer parcel"],
    );
}

#[test]
fn older_land_use_codes_have_successors() {
    let table = table();
    let known = table.classification(TODAY).unwrap();
    let cases = [
        ("M1", Some("100101")),
        ("m2", Some("100102")),
        ("M3", Some("100103")),
        ("W1", Some("110101")),
        ("W3", Some("110103")),
        ("A35", Some("0802")),
        ("A3", None),
        ("B29", Some("0902")),
        ("Q7", None),
    ];
    for (older, now) in cases {
        assert_eq!(known.successor(older).map(ToString::to_string).as_deref(), now, "{older}");
    }
    for predecessor in &known.predecessors {
        assert!(known.knows(&predecessor.now), "{} became an unknown code", predecessor.code);
    }
    assert!(table.classification(date(2020, 1, 1)).is_none());
}

#[test]
fn a_table_that_makes_no_sense_is_refused() {
    let rule = |id: &str, more: &str| {
        format!(r#"{{"id":"{id}","parameter":"plot_ratio","severity":"error","source":{{"document":"x"}}{more}}}"#)
    };
    let table = |rules: &[String]| format!(r#"{{"rules":[{}],"classifications":[]}}"#, rules.join(","));
    let good = rule("a", r#","at_least":1"#);
    assert!(RuleTable::parse(&table(std::slice::from_ref(&good))).is_ok());
    let cases = [
        (table(&[good.clone(), good]), "stands in the table twice"),
        (table(&[rule("a", "")]), "no bounds"),
        (table(&[rule("a", r#","at_least":2,"at_most":1"#)]), "no bounds"),
        (table(&[rule("a", r#","at_least":1,"from":"2026-01-02","until":"2026-01-01""#)]), "ends before it begins"),
        (table(&[rule("a", r#","at_least":1,"colour":"red""#)]), "unknown field"),
        ("[]".to_owned(), "cannot be read"),
    ];
    for (text, expected) in cases {
        let error = RuleTable::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Ten thousand parcels in a grid that is turned by 7 degrees, so that no bounding box tells neighbours apart, with
/// a few that are not where they should be.
#[test]
fn a_large_submission_is_checked_pair_by_pair() {
    const SIDE: usize = 100;
    let (sin, cos) = 7.0_f64.to_radians().sin_cos();
    let turned = |x: f64, y: f64| Coord { x: 540_000.0 + x * cos - y * sin, y: 3_480_000.0 + x * sin + y * cos };
    let mut puts = vec![zone("Z", rectangle(-10_000.0, -1_000.0, 50_000.0, 50_000.0))];
    for index in 0..SIDE * SIDE {
        let (x, y) = ((index % SIDE) as f64 * 100.0, (index / SIDE) as f64 * 80.0);
        // Every thousandth reaches over its eastern neighbour, and the one after next leaves a gap to its own.
        let east = x + match index % 1_000 {
            500 => 100.4,
            502 => 99.7,
            _ => 100.0,
        };
        let corners = [turned(x, y), turned(east, y), turned(east, y + 80.0), turned(x, y + 80.0)];
        let shape = Polygon::new(corners.into_iter().collect(), Vec::new());
        puts.push(parcel(&format!("P-{index}"), shape.into(), |parcel| {
            parcel.zone = Some("Z".parse().unwrap());
            parcel.land_use = Some("100101".parse().unwrap());
            parcel.plot_ratio = Bounds { min: Some(1.5), max: Some(2.5) };
        }));
    }
    let table = table();
    let problems = validate(Submission { puts: &puts, ends: &[] }, &NoNeighbours, &Context::of(&table, TODAY));
    let of = |rule: &str| problems.iter().filter(|problem| problem.rule == rule).count();
    assert_eq!((of("parcel.overlap"), of("parcel.gap")), (10, 10), "{:?}", problems.first());
    assert_eq!(problems.len(), 20);
}
