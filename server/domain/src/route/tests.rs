use geo_types::{Coord, Geometry, LineString, Point, Rect};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::geometry::Shape;
use crate::record::{Body, Feature, Names, Parcel, ParcelStatus, Poi, PoiKind, Road, RoadClass, Utility, UtilityKind};
use crate::siting::{Brief, Candidate, Criterion, Need, Quantity, Surroundings, Value, Verdict, Wish, WishOf, explain};

fn travel() -> TravelTable {
    TravelTable::parse(include_str!("../../../../assets/rules/travel.json")).unwrap()
}

fn feature(code: &str, shape: impl Into<Geometry>, body: Body) -> Feature {
    Feature {
        code: code.parse().unwrap(),
        names: Names::default(),
        shape: Shape::new(shape.into()).unwrap(),
        body,
        attributes: std::collections::BTreeMap::new(),
    }
}

fn road(code: &str, class: RoadClass, width_m: Option<f64>, through: &[(f64, f64)]) -> Feature {
    let line: LineString = through.iter().copied().collect();
    feature(code, line, Body::Road(Road { class, width_m, lanes: None }))
}

fn street(code: &str, through: &[(f64, f64)]) -> Feature {
    road(code, RoadClass::Arterial, None, through)
}

fn poi(code: &str, kind: PoiKind, x: f64, y: f64) -> Feature {
    feature(code, Point::new(x, y), Body::Poi(Poi { kind }))
}

fn network(features: &[Feature]) -> Network {
    Network::new(features.iter(), &travel())
}

fn at(x: f64, y: f64) -> Shape {
    Shape::new(Point::new(x, y).into()).unwrap()
}

fn plot(x: f64, y: f64, side: f64) -> Shape {
    let corner = Coord { x, y };
    Shape::new(Rect::new(corner, corner + Coord { x: side, y: side }).to_polygon().into()).unwrap()
}

/// The minutes for so many metres.
fn minutes(length_m: f64, class: RoadClass, vehicle: Vehicle) -> f64 {
    length_m / (travel().speed_kmh(class, vehicle).unwrap() * 1_000.0 / 60.0)
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
}

#[test]
fn a_way_goes_from_the_plot_by_the_crossing_to_the_place() {
    let net = network(&[
        street("A", &[(0.0, 0.0), (1_000.0, 0.0)]),
        street("B", &[(600.0, -500.0), (600.0, 500.0)]),
        poi("M", PoiKind::MetroStation, 600.0, 400.0),
        poi("far", PoiKind::MetroStation, 600.0, -490.0),
    ]);
    // Its middle is at 250, its side 10 m from the street.
    let way = net.way(&plot(200.0, 10.0, 100.0), Kind::MetroStation, Vehicle::Car).unwrap();
    assert_eq!(way.place.code.as_str(), "M");
    let expected = [(250.0, 10.0), (250.0, 0.0), (600.0, 0.0), (600.0, 400.0)];
    assert_eq!(way.line, expected.map(|(x, y)| Coord { x, y }));
    close(way.length_m, 760.0);
    close(way.off_road_m, 10.0);
    let on_road = minutes(750.0, RoadClass::Arterial, Vehicle::Car);
    close(way.minutes, on_road + minutes(10.0, RoadClass::Service, Vehicle::Car));
    assert_eq!(way.roads.iter().map(|code| code.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    let truck = net.way(&plot(200.0, 10.0, 100.0), Kind::MetroStation, Vehicle::Truck).unwrap();
    assert!(truck.minutes > way.minutes, "a truck is slower");
}

#[test]
fn what_is_not_known_says_why() {
    let roads = [street("A", &[(0.0, 0.0), (1_000.0, 0.0)]), street("B", &[(0.0, 2_000.0), (1_000.0, 2_000.0)])];
    let island = poi("G", PoiKind::CustomsGate, 500.0, 2_000.0);
    let lost = poi("L", PoiKind::Airport, 500.0, 1_000.0);
    let features: Vec<Feature> = roads.into_iter().chain([island, lost]).collect();
    let net = network(&features);
    let unreached = |shape: &Shape, kind| net.way(shape, kind, Vehicle::Car).unwrap_err();
    let here = at(500.0, 5.0);
    assert_eq!(unreached(&here, Kind::MetroStation), Unreached::NoSuchPlace);
    assert_eq!(unreached(&here, Kind::CustomsGate), Unreached::NotConnected, "two roads that never meet");
    assert_eq!(unreached(&here, Kind::Airport), Unreached::NotConnected, "it is at no road itself");
    assert_eq!(unreached(&at(500.0, 301.0), Kind::CustomsGate), Unreached::NoRoadNear);
    assert!(net.way(&at(500.0, 1_701.0), Kind::CustomsGate, Vehicle::Car).is_ok(), "299 m are near enough");
    let nothing = network(&[]);
    assert_eq!(nothing.way(&here, Kind::Gate, Vehicle::Car), Err(Unreached::NoSuchPlace));
    let asked = [(Kind::CustomsGate, Vehicle::Car), (Kind::Gate, Vehicle::Truck)];
    assert_eq!(net.minutes(&here, &asked), [Err(Unreached::NotConnected), Err(Unreached::NoSuchPlace)]);
}

#[test]
fn ends_meet_what_their_carriageway_comes_to() {
    let reached = |width_m: Option<f64>, end: f64| {
        let main = road("A", RoadClass::Arterial, width_m, &[(0.0, 0.0), (1_000.0, 0.0)]);
        let side = road("B", RoadClass::Local, width_m.map(|_| 10.0), &[(500.0, end), (500.0, 400.0)]);
        let net = network(&[main, side, poi("M", PoiKind::MetroStation, 0.0, 0.0)]);
        net.way(&at(500.0, 390.0), Kind::MetroStation, Vehicle::Car).is_ok()
    };
    assert!(reached(None, 0.0), "they touch");
    assert!(reached(None, 3.9), "nearly");
    assert!(!reached(None, 4.5), "nothing is said of its width");
    assert!(reached(Some(30.0), 23.0), "15 m and 5 m and 4 m between them");
    assert!(!reached(Some(30.0), 24.5));
    assert!(reached(Some(30.0), -30.0), "it crosses");
}

#[test]
fn an_expressway_is_left_by_its_ramps_alone() {
    let road_at = |code: &str, class, through: &[(f64, f64)]| road(code, class, None, through);
    let features = |with_ramp: bool| {
        let mut features = vec![
            road_at("E", RoadClass::Expressway, &[(0.0, 0.0), (5_000.0, 0.0)]),
            street("S1", &[(1_000.0, -500.0), (1_000.0, 500.0)]),
            street("S2", &[(4_000.0, -500.0), (4_000.0, 500.0)]),
            // It ends at the expressway, and does not meet it.
            street("S3", &[(2_000.0, 0.0), (2_000.0, 500.0)]),
            poi("M", PoiKind::MetroStation, 4_000.0, 500.0),
        ];
        if with_ramp {
            features.push(road_at("K1", RoadClass::Ramp, &[(1_000.0, 100.0), (1_100.0, 20.0), (1_200.0, 0.0)]));
            features.push(road_at("K2", RoadClass::Ramp, &[(3_800.0, 0.0), (3_900.0, 20.0), (4_000.0, 100.0)]));
        }
        network(&features)
    };
    let (from, beside) = (at(1_000.0, 400.0), at(2_000.0, 400.0));
    let without = features(false);
    assert_eq!(without.way(&from, Kind::MetroStation, Vehicle::Car), Err(Unreached::NotConnected));
    assert_eq!(without.way(&from, Kind::Ramp, Vehicle::Car), Err(Unreached::NoSuchPlace));
    let with = features(true);
    let way = with.way(&from, Kind::MetroStation, Vehicle::Car).unwrap();
    let roads: Vec<&str> = way.roads.iter().map(|code| code.as_str()).collect();
    assert_eq!(roads, ["E", "K1", "K2", "S1", "S2"]);
    assert_eq!(with.way(&beside, Kind::MetroStation, Vehicle::Car), Err(Unreached::NotConnected));
    let ramp = with.way(&from, Kind::Ramp, Vehicle::Truck).unwrap();
    assert_eq!((ramp.place.code.as_str(), ramp.place.at), ("K1", Coord { x: 1_000.0, y: 100.0 }));
    close(ramp.length_m, 300.0);
}

#[test]
fn a_lane_that_leads_to_no_street_is_passed_over_and_paths_are_not_driven_on() {
    let lane = |code: &str, class| road(code, class, None, &[(100.0, 20.0), (200.0, 20.0), (200.0, 90.0)]);
    for (class, ends_at) in [(RoadClass::Service, 20.0), (RoadClass::Path, 20.0)] {
        let net = network(&[
            street("A", &[(0.0, 0.0), (1_000.0, 0.0)]),
            lane("yard", class),
            poi("M", PoiKind::MetroStation, 0.0, 0.0),
        ]);
        let way = net.way(&plot(100.0, ends_at, 90.0), Kind::MetroStation, Vehicle::Truck).unwrap();
        assert_eq!(way.roads.len(), 1, "{class}: {:?}", way.roads);
        close(way.off_road_m, 20.0);
    }
    // A lane from the street is driven on.
    let net = network(&[
        street("A", &[(0.0, 0.0), (1_000.0, 0.0)]),
        road("lane", RoadClass::Service, None, &[(150.0, 0.0), (150.0, 90.0)]),
        poi("M", PoiKind::MetroStation, 0.0, 0.0),
    ]);
    let way = net.way(&at(155.0, 80.0), Kind::MetroStation, Vehicle::Truck).unwrap();
    assert_eq!(way.roads.len(), 2);
    close(way.off_road_m, 5.0);
}

#[test]
fn gates_of_fences_are_places_and_two_on_one_stretch_are_told_apart() {
    let gate = |code: &str, x: f64| {
        let utility = Utility { kind: UtilityKind::Gate, height_m: None };
        feature(code, Point::new(x, 0.0), Body::Utility(utility))
    };
    let net = network(&[street("A", &[(0.0, 0.0), (1_000.0, 0.0)]), gate("west", 300.0), gate("east", 700.0)]);
    for (x, expected, length_m) in [(320.0, "west", 20.0), (650.0, "east", 50.0), (300.0, "west", 0.0)] {
        let way = net.way(&at(x, 0.0), Kind::Gate, Vehicle::Car).unwrap();
        assert_eq!(way.place.code.as_str(), expected);
        close(way.length_m, length_m);
    }
}

#[test]
fn roads_that_are_no_lines_yet_break_nothing() {
    let loops = street("loop", &[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)]);
    let twice = street("twice", &[(0.0, 0.0), (100.0, 0.0)]);
    let net = network(&[loops.clone(), twice, loops, poi("M", PoiKind::MetroStation, 50.0, 100.0)]);
    let way = net.way(&at(50.0, 0.0), Kind::MetroStation, Vehicle::Car).unwrap();
    close(way.length_m, 200.0);
}

#[test]
fn a_brief_can_ask_how_long_it_takes() {
    let net = network(&[
        street("A", &[(0.0, 0.0), (20_000.0, 0.0)]),
        poi("M", PoiKind::MetroStation, 0.0, 0.0),
        poi("T", PoiKind::Airport, 0.0, 0.0),
    ]);
    let need = |quantity, most| Criterion::Must(Need::Amount { quantity, min: None, max: Some(most), on: None });
    let quantity = Quantity::MinutesToMetro;
    let wish =
        Criterion::Wish(Wish { weight: 10, of: WishOf::Amount { quantity, anchors: quantity.anchors(), on: None } });
    let musts =
        [need(quantity, 20.0), need(Quantity::MinutesToAirport, 20.0), need(Quantity::MinutesToCustomsGate, 20.0)];
    let brief = Brief::new(musts.into_iter().chain([wish]).collect(), date(2026, 11, 26)).unwrap();
    let (code, parcel) = ("P".parse().unwrap(), Parcel::with_status(ParcelStatus::Available));
    // By car it is 18 minutes, by truck more than 20.
    let shape = at(12_000.0, 0.0);
    let of = |around: Option<&dyn Surroundings>| {
        let shape = Some(&shape);
        explain(
            &brief,
            &Candidate { code: &code, area_m2: 1.0, shape, parcel: &parcel, zone: None, around, floor: None },
        )
    };
    let place = of(Some(&net));
    let verdicts: Vec<Verdict> = place.answers.iter().map(|answer| answer.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::Pass]);
    assert_eq!(place.answers[0].value, Value::Amount(18.0));
    assert_eq!(place.answers[1].value, Value::Amount(20.6));
    assert!(place.answers[0].told.as_ref().is_some_and(|told| told.source.contains("no traffic is counted")));
    assert_eq!(place.answers[2].told, None);
    assert!((1..1_000_000).contains(&place.answers[3].worth), "{:?}", place.answers[3]);
    let nowhere = of(None);
    assert!(nowhere.answers.iter().all(|answer| answer.verdict == Verdict::Unknown), "without roads nobody knows");
}

/// From where to where on the grid, and of which class.
type Drawn = ((i32, i32), (i32, i32), RoadClass);

/// Streets between points of a grid of 100 m, some of them lanes and ramps.
fn streets() -> impl Strategy<Value = Vec<Feature>> {
    let point = || (0..8_i32, 0..8_i32);
    let class = prop::sample::select(vec![RoadClass::Arterial, RoadClass::Local, RoadClass::Service, RoadClass::Ramp]);
    prop::collection::vec((point(), point(), class), 1..24).prop_map(|drawn| {
        let line = |(index, ((x, y), (to_x, to_y), class)): (usize, Drawn)| {
            let metres = |(x, y): (i32, i32)| (f64::from(x) * 100.0, f64::from(y) * 100.0);
            (x != to_x || y != to_y)
                .then(|| road(&format!("R{index}"), class, None, &[metres((x, y)), metres((to_x, to_y))]))
        };
        drawn.into_iter().enumerate().filter_map(line).collect()
    })
}

proptest! {
    #[test]
    fn ways_back_take_as_long_and_no_detour_is_shorter(features in streets()) {
        let net = network(&features);
        let (nodes, _) = net.size();
        let from: Vec<_> = (0..nodes.min(12)).map(|node| net.all_from(node, Vehicle::Truck)).collect();
        for (a, of_a) in from.iter().enumerate() {
            prop_assert_eq!(of_a[a], Some(0));
            for (b, of_b) in from.iter().enumerate() {
                prop_assert_eq!(of_a[b], of_b[a], "{} and {}", a, b);
                for via in 0..nodes {
                    if let (Some(first), Some(second)) = (of_a[via], of_b[via]) {
                        prop_assert!(of_a[b].is_some_and(|whole| whole <= first + second));
                    }
                }
            }
        }
    }

    #[test]
    fn a_way_is_as_long_as_its_drawing_and_the_same_each_time(
        features in streets(), x in 0.0f64..700.0, y in 0.0f64..700.0, to in (0..8_i32, 0..8_i32)
    ) {
        let station = poi("M", PoiKind::MetroStation, f64::from(to.0) * 100.0, f64::from(to.1) * 100.0);
        let features: Vec<Feature> = features.into_iter().chain([station]).collect();
        let (net, again) = (network(&features), network(&features));
        let from = at(x, y);
        for vehicle in Vehicle::ALL {
            let way = net.way(&from, Kind::MetroStation, *vehicle);
            prop_assert_eq!(&again.way(&from, Kind::MetroStation, *vehicle), &way);
            let alone = net.minutes(&from, &[(Kind::MetroStation, *vehicle)]);
            prop_assert_eq!(&alone[0], &way.as_ref().map(|way| way.minutes).map_err(|error| *error));
            let Ok(way) = way else { continue };
            let drawn: f64 = way.line.windows(2).map(|two| lines::distance(two[0], two[1])).sum();
            // Where lines only nearly touch, and where it is snapped.
            prop_assert!((drawn - way.length_m).abs() < 0.1, "{} m drawn, {} m long", drawn, way.length_m);
            let fastest = travel().speed_kmh(RoadClass::Arterial, *vehicle).unwrap() / 0.06;
            prop_assert!(way.minutes >= way.length_m / fastest - 1e-3);
        }
    }
}
