//! What binds a place, what it would take for it to win, and how musts give way.

use super::*;

/// Five hectares with so much power, plot ratio and price.
fn of(code: &str, kw: f64, ratio: f64, price: f64) -> Land {
    land(code, 50_000.0, |parcel| {
        parcel.supplies = vec![power(Some(kw), None)];
        parcel.plot_ratio.max = Some(ratio);
        let source = "List".to_owned();
        parcel.price = Some(Price { cny_per_m2: price, as_of: DAY, source, confidence: None });
    })
}

#[test]
fn a_building_that_could_hardly_be_larger_binds() {
    let shape = Shape::new(Rect::new((0.0, 0.0), (100.0, 100.0)).to_polygon().into()).unwrap();
    let (code, area_m2, parcel, zone, _) = land("A", 10_000.0, |parcel| {
        parcel.site_coverage.max = Some(1.0);
        parcel.setbacks = Some(Setbacks { front_m: 10.0, side_m: 10.0, rear_m: 10.0 });
    });
    let lands = [(code, area_m2, parcel, zone, Some(shape))];
    let binding = |side_m: f64, least_m2: f64| {
        let hall = Criterion::Must(Need::Footprint(Footprint { width_m: side_m, depth_m: side_m }));
        let brief = Brief::new(vec![at_least(Quantity::Area, least_m2), hall], DAY).unwrap();
        All::of(&brief, &lands).places[0].binding
    };
    assert_eq!(binding(78.0, 9_000.0), Some(1), "a hall of 5 % more has no room, and there is 11 % more area");
    assert_eq!(binding(70.0, 9_000.0), Some(0), "a hall of 31 % more would have");
    assert_eq!(binding(81.0, 9_000.0), None, "it does not suit");
    let hall = Criterion::Must(Need::Footprint(Footprint { width_m: 10.0, depth_m: 10.0 }));
    let brief = Brief::new(vec![hall], DAY).unwrap();
    assert_eq!(All::of(&brief, &lands).places[0].binding, Some(0), "nothing else could");
}

#[test]
fn what_a_failing_place_would_have_to_be_is_said_as_of_any_other() {
    let wished = |quantity, none, full| {
        Criterion::Wish(Wish { weight: 10, of: WishOf::Amount { quantity, anchors: Anchors { none, full }, on: None } })
    };
    let ratio = wished(Quantity::PlotRatio, 0.0, 4.0);
    let price = wished(Quantity::Price, 1_000.0, 0.0);
    let brief = Brief::new(vec![at_least(Quantity::Power, 8_000.0), ratio, price], DAY).unwrap();
    let then = |kw: f64, ratio: f64, price: f64| {
        let lands = [of("A", 8_000.0, 2.0, 500.0), of("B", kw, ratio, price)];
        let all = All::of(&brief, &lands);
        let place = all.places.iter().find(|place| place.code.as_str() == "B").unwrap();
        overtaking(&brief, place, all.first(), |_, _| None)
    };
    let met = then(1_000.0, 2.4, 500.0);
    assert_eq!((met.failed, met.then), (vec![0], Then::IsEnough), "it has more of all else");
    let Overtaking { failed, then: Then::AnyOf(changes), .. } = then(1_000.0, 1.0, 500.0) else { panic!("one does") };
    assert_eq!((failed, changes.iter().map(|change| change.criterion).collect::<Vec<_>>()), (vec![0], vec![1, 2]));
    // Both halves of the first's worth are more than the whole of one, by the point that decides.
    let Overtaking { failed, then: Then::AllOf(changes), .. } = then(8_000.0, 0.0, 5_000.0) else { panic!("two do") };
    assert_eq!(failed, Vec::<usize>::new());
    assert_eq!(changes.iter().map(|change| change.criterion).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn words_that_would_do_and_smaller_buildings_are_ways_out() {
    let of = |code: &str, status: ParcelStatus, side_m: f64| {
        let (code, area_m2, parcel, zone, _) = land(code, side_m * side_m, |parcel| {
            parcel.status = status;
            parcel.site_coverage.max = Some(1.0);
            parcel.setbacks = Some(Setbacks { front_m: 0.0, side_m: 0.0, rear_m: 0.0 });
        });
        let shape = Shape::new(Rect::new((0.0, 0.0), (side_m, side_m)).to_polygon().into()).unwrap();
        (code, area_m2, parcel, zone, Some(shape))
    };
    let lands = [
        of("A", ParcelStatus::Available, 91.0),
        of("B", ParcelStatus::Available, 82.0),
        of("C", ParcelStatus::Planned, 100.0),
        of("D", ParcelStatus::Planned, 120.0),
        of("E", ParcelStatus::Reserved, 110.0),
        of("F", ParcelStatus::Reserved, 20.0),
        of("G", ParcelStatus::Taken, 110.0),
    ];
    let hall = Criterion::Must(Need::Footprint(Footprint { width_m: 100.0, depth_m: 100.0 }));
    let free = Criterion::Must(Need::Word { quality: Quality::Status, among: words(&["available"]) });
    let selection = All::of(&Brief::new(vec![free, hall], DAY).unwrap(), &lands);
    let step = |to, opens, first: &str| Step { to, opens, is_least: false, first: first.parse().unwrap() };
    let word = |word: &str| Way::Word(word.to_owned());
    let [status, room] = &selection.relaxations[..] else { panic!("two musts") };
    assert_eq!(status.steps, [step(word("planned"), 2, "C"), step(word("reserved"), 1, "E")]);
    assert_eq!(room.steps, [step(Way::Part(0.9), 1, "A"), step(Way::Part(0.8), 2, "B")]);
    assert_eq!(selection.sets, [], "single musts keep places out");
}

#[test]
fn a_step_that_was_not_tried_on_all_says_that_it_opens_at_least_so_many() {
    let shape = Shape::new(Rect::new((0.0, 0.0), (110.0, 110.0)).to_polygon().into()).unwrap();
    let steps = |planned: usize, brief: Vec<Criterion>| {
        let of = |number: usize| {
            let (code, area_m2, parcel, zone, _) = land(&format!("P{number:03}"), 12_100.0, |parcel| {
                let is_planned = number < planned;
                parcel.status = if is_planned { ParcelStatus::Planned } else { ParcelStatus::Taken };
                parcel.supplies = vec![power(Some(if is_planned { 1_000.0 } else { 10.0 }), None)];
                parcel.site_coverage.max = Some(1.0);
                parcel.setbacks = Some(Setbacks { front_m: 0.0, side_m: 0.0, rear_m: 0.0 });
            });
            (code, area_m2, parcel, zone, Some(shape.clone()))
        };
        // More than are tried to the last.
        let lands: Vec<Land> = (0..300).map(of).collect();
        let selection = All::of(&Brief::new(brief, DAY).unwrap(), &lands).selection.clone();
        let step = |step: &Step| (step.opens, step.is_least);
        selection.relaxations[0].steps.iter().map(step).collect::<Vec<_>>()
    };
    let hall = |side_m| Criterion::Must(Need::Footprint(Footprint { width_m: side_m, depth_m: side_m }));
    let free = Criterion::Must(Need::Word { quality: Quality::Status, among: words(&["available"]) });
    for (planned, told) in [(9, (8, true)), (8, (8, false))] {
        // Without the taken ones, which would be tried as well.
        let powered = at_least(Quantity::Power, 500.0);
        assert_eq!(steps(planned, vec![free.clone(), hall(100.0), powered]), [told], "{planned} would do");
        assert_eq!(
            steps(planned, vec![hall(120.0), at_least(Quantity::Power, 500.0)]),
            [told],
            "{planned} are too small"
        );
    }
    // The only one that is too small, among more than are tried.
    let selection = {
        let of = |number: usize| {
            let side_m = if number == 0 { 90.0 } else { 110.0 };
            let (code, area_m2, parcel, zone, _) = land(&format!("P{number:03}"), 12_100.0, |parcel| {
                parcel.site_coverage.max = Some(1.0);
                parcel.setbacks = Some(Setbacks { front_m: 0.0, side_m: 0.0, rear_m: 0.0 });
            });
            let shape = Shape::new(Rect::new((0.0, 0.0), (side_m, 110.0)).to_polygon().into()).unwrap();
            (code, area_m2, parcel, zone, Some(shape))
        };
        let lands: Vec<Land> = (0..300).map(of).collect();
        let brief = Brief::new(vec![hall(100.0)], DAY).unwrap();
        selected(&brief, &candidates(&lands), 20, DRAWS)
    };
    let [step] = &selection.relaxations[0].steps[..] else { panic!("{:?}", selection.relaxations) };
    assert!(
        selection.untried > 0 && (step.opens, step.is_least) == (1, true),
        "{step:?}, {} untried",
        selection.untried
    );
    for (planned, told) in [(49, (48, true)), (48, (48, false))] {
        assert_eq!(
            steps(planned, vec![at_least(Quantity::Power, 2_000.0), hall(100.0)]),
            [told],
            "{planned} are nearest"
        );
    }
}

#[test]
fn where_no_must_stands_alone_in_the_way_sets_of_them_are_named() {
    let lands =
        [of("A", 1.0, 1.0, 100.0), of("B", 1.0, 1.0, 100.0), of("C", 1.0, 3.0, 900.0), of("D", 1.0, 1.0, 900.0)];
    let most = Need::Amount { quantity: Quantity::Price, min: None, max: Some(500.0), on: None };
    let criteria = vec![at_least(Quantity::Power, 8_000.0), at_least(Quantity::PlotRatio, 2.0), Criterion::Must(most)];
    let sets = |lands: &[Land]| All::of(&Brief::new(criteria.clone(), DAY).unwrap(), lands).sets.clone();
    let set = |criteria: &[usize], places| Set { criteria: criteria.to_vec(), places };
    assert_eq!(sets(&lands), [set(&[0, 1], 2), set(&[0, 2], 1)]);
    assert_eq!(sets(&lands[3..]), [set(&[0, 1, 2], 1)]);
    let [a, b, c, d] = lands;
    assert_eq!(sets(&[a, b, c, d, of("E", 8_000.0, 3.0, 900.0)]), [], "one stands alone in the way of E");
}
