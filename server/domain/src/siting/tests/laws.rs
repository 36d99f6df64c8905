//! What holds for every brief.

use proptest::prelude::*;

use super::*;

/// How wide a parcel is for its depth, of those whose shape is told.
const ASPECTS: [f64; 3] = [1.0, 3.0, 8.0];

/// When what is being built will be there, and a day after that.
const LATER: Date = date(2028, 7, 1);
const LAST: Date = date(2030, 7, 1);

fn arbitrary_land() -> impl Strategy<Value = Vec<Land>> {
    let number =
        |steps: u32, width: f64| proptest::option::of((0..steps).prop_map(move |step| f64::from(step) * width));
    let ground = (
        proptest::option::weighted(0.8, proptest::sample::select(&ASPECTS[..])),
        proptest::option::of((0_u32..4, 0_u32..4)),
        number(5, 0.2),
    );
    let kw = (number(8, 2_500.0), proptest::option::weighted(0.4, number(8, 2_500.0)));
    let one = (1_u32..40, kw, number(6, 0.5), number(9, 150.0), 0_usize..6, ground);
    proptest::collection::vec(one, 1..14).prop_map(|rows| {
        let mut lands = Vec::new();
        for (index, (area, (kw, later_kw), ratio, price, status, (aspect, setbacks, coverage))) in
            rows.into_iter().enumerate()
        {
            let area_m2 = f64::from(area) * 5_000.0;
            let land = land(&format!("P-{index:02}"), area_m2, |parcel| {
                parcel.status = ParcelStatus::ALL[status];
                parcel.supplies = vec![power(kw, None)];
                parcel.supplies.extend(later_kw.map(|kw| power(kw, Some(LATER))));
                parcel.plot_ratio.max = ratio;
                parcel.site_coverage.max = coverage;
                parcel.setbacks = setbacks.map(|(front, others)| Setbacks {
                    front_m: f64::from(front) * 10.0,
                    side_m: f64::from(others) * 10.0,
                    rear_m: f64::from(others) * 5.0,
                });
                parcel.price = price.map(|cny_per_m2| Price {
                    cny_per_m2,
                    as_of: DAY,
                    source: "List".to_owned(),
                    confidence: None,
                });
            });
            let shape = aspect.map(|aspect| rectangle((area_m2 * aspect).sqrt(), (area_m2 / aspect).sqrt()));
            lands.push((land.0, land.1, land.2, land.3, shape));
        }
        lands
    })
}

fn rectangle(width_m: f64, depth_m: f64) -> Shape {
    Shape::new(Rect::new((0.0, 0.0), (width_m, depth_m)).to_polygon().into()).expect("a rectangle is a shape")
}

/// An amount within two bounds, the lower one and how much further the upper one is, in steps.
fn between(quantity: Quantity, step: f64, lowest: std::ops::Range<u32>) -> impl Strategy<Value = Criterion> {
    (lowest, 0_u32..5).prop_map(move |(min, wide)| {
        let (min, max) = (f64::from(min) * step, f64::from(min + wide) * step);
        Criterion::Must(Need::Amount { quantity, min: Some(min), max: Some(max), on: None })
    })
}

fn footprint() -> impl Strategy<Value = Criterion> {
    (1_u32..12, 1_u32..12).prop_map(|(width, depth)| {
        let (width_m, depth_m) = (f64::from(width) * 25.0, f64::from(depth) * 25.0);
        Criterion::Must(Need::Footprint(Footprint { width_m, depth_m }))
    })
}

fn ramp() -> impl Strategy<Value = Ramp> {
    (0_u32..5, 0_u32..4, proptest::option::of(0_u32..3)).prop_map(|(first, more, most)| {
        let step = |min: u32, on| RampStep { min: f64::from(min) * 2_500.0, on };
        let last = most.map(|most| step(first + more + most, Some(LAST)));
        let steps = [step(first, None), step(first + more, Some(LATER))];
        Ramp { quantity: Quantity::Power, steps: steps.into_iter().chain(last).collect() }
    })
}

fn arbitrary_brief() -> impl Strategy<Value = Brief> {
    let most = |step: u32| Need::Amount {
        quantity: Quantity::Area,
        min: None,
        max: Some(f64::from(step) * 5_000.0),
        on: None,
    };
    let power = prop_oneof![
        (0_u32..8).prop_map(|step| at_least(Quantity::Power, f64::from(step) * 2_500.0)),
        ramp().prop_map(|ramp| Criterion::Must(Need::Ramp(ramp))),
        between(Quantity::Power, 2_500.0, 0..8),
    ];
    let musts = (
        proptest::option::of(power),
        proptest::option::of((0_u32..15).prop_map(|step| at_least(Quantity::Area, f64::from(step) * 5_000.0))),
        proptest::option::of(Just(Criterion::Must(Need::Word {
            quality: Quality::Status,
            among: words(&["available", "negotiating", "reserved"]),
        }))),
        proptest::option::of((15_u32..40).prop_map(move |step| Criterion::Must(most(step)))),
        proptest::option::weighted(0.3, between(Quantity::Price, 150.0, 0..6)),
        proptest::collection::vec(footprint(), 0..3),
    );
    let weights = (1_u32..50, 0_u32..50, 0_u32..50, 0_u32..50, prop_oneof![Just(0), 0_u32..50], 0_u32..50);
    let more = (proptest::option::of((ramp(), 0_u32..50)), proptest::option::of((footprint(), 0_u32..50)));
    (musts, weights, more).prop_map(
        |((power, area, status, most, price, footprints), (a, b, c, d, e, f), (rises, hall))| {
            // Enough power is enough: more of it is worth less again.
            let modest = WishOf::Amount {
                quantity: Quantity::Power,
                anchors: Anchors { none: 20_000.0, full: 5_000.0 },
                on: None,
            };
            let free = WishOf::Word { quality: Quality::Status, among: words(&["available", "planned"]) };
            let wished = [
                wish(Quantity::Area, a),
                wish(Quantity::Power, b),
                wish(Quantity::PlotRatio, c),
                wish(Quantity::Price, d),
                Criterion::Wish(Wish { weight: e, of: modest }),
                Criterion::Wish(Wish { weight: f, of: free }),
            ];
            let musts = [power, area, status, most, price].into_iter().flatten().chain(footprints);
            let rises = rises.map(|(ramp, weight)| Criterion::Wish(Wish { weight, of: WishOf::Ramp(ramp) }));
            let hall = hall.and_then(|(hall, weight)| match hall {
                Criterion::Must(Need::Footprint(hall)) => {
                    Some(Criterion::Wish(Wish { weight, of: WishOf::Footprint(hall) }))
                }
                _ => None,
            });
            let wished = wished.into_iter().chain(rises).chain(hall);
            Brief::new(musts.chain(wished).collect(), DAY).expect("it makes sense")
        },
    )
}

/// The musts that a place does not meet, as far as is looked: buildings are tried only where nothing else fails, and what is
/// smaller than one needs no trying.
fn unmet(brief: &Brief, lands: &[Land], place: &Place) -> Vec<usize> {
    let area_m2 = lands.iter().find(|land| land.0 == place.code).expect("it is one of them").1;
    let is_small = |need: &Need| match need {
        Need::Footprint(footprint) => footprint.width_m * footprint.depth_m > area_m2 * (1.0 + 1e-9),
        _ => false,
    };
    let verdict = |index: usize| place.answers[index].verdict;
    let fails_at_sight = brief.musts().any(|(index, need)| match need {
        Need::Footprint(_) => is_small(need),
        _ => verdict(index) == Verdict::Fail,
    });
    let is_unmet = |(index, need): (usize, &Need)| {
        let is_looked_at = !matches!(need, Need::Footprint(_)) || is_small(need) || !fails_at_sight;
        (is_looked_at && verdict(index) != Verdict::Pass).then_some(index)
    };
    brief.musts().filter_map(is_unmet).collect()
}

/// The brief with each wish weighed anew.
fn weighed(brief: &Brief, weight: impl Fn(usize, u32) -> u32) -> Brief {
    let criteria = brief.criteria().iter().enumerate().map(|(index, criterion)| match criterion {
        Criterion::Wish(wish) => Criterion::Wish(Wish { weight: weight(index, wish.weight), ..wish.clone() }),
        Criterion::Must(_) => criterion.clone(),
    });
    Brief::new(criteria.collect(), brief.day()).expect("it makes sense")
}

/// Gives land another amount.
fn put(land: &mut Land, quantity: Quantity, to: f64) {
    match quantity {
        Quantity::Area => land.1 = to,
        Quantity::Power => land.2.supplies = vec![power(Some(to), None)],
        Quantity::PlotRatio => land.2.plot_ratio.max = Some(to),
        _ => {
            let source = "List".to_owned();
            land.2.price = Some(Price { cny_per_m2: to, as_of: DAY, source, confidence: None });
        }
    }
}

/// Gives land a share of a ramp, or more where it has more.
fn raise(land: &mut Land, ramp: &Ramp, share: f64) {
    let had = |on: Option<Date>| land.2.capacity_at(SupplyKind::Power, on.unwrap_or(DAY)).unwrap_or(0.0);
    // Once divided by what is needed, a product may have lost its last bit.
    let enough = |step: &RampStep| power(Some(had(step.on).max(share * step.min * (1.0 + 1e-9))), step.on);
    land.2.supplies = ramp.steps.iter().map(enough).collect();
}

/// Has land meet a must by the least that does.
fn meet(land: &mut Land, need: &Need, answer: &Answer) {
    match need {
        Need::Amount { quantity, min, max, .. } => {
            let is_above = matches!(answer.value, Value::Amount(amount) if max.is_some_and(|max| amount > max));
            put(land, *quantity, if is_above { *max } else { min.or(*max) }.unwrap());
        }
        Need::Word { .. } => land.2.status = ParcelStatus::Available,
        Need::Ramp(ramp) => raise(land, ramp, 1.0),
        Need::Footprint(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn columns_say_what_each_place_says_by_itself(lands in arbitrary_land(), brief in arbitrary_brief(), listed in 1_usize..20) {
        let candidates = candidates(&lands);
        let mut alone: Vec<Place> = candidates.iter().map(|candidate| explain(&brief, candidate)).collect();
        let unmet = |place: &Place| unmet(&brief, &lands, place);
        let fails_more = |place: &Place| place.standing == Standing::Fails && unmet(place).len() > 1;
        alone.sort_by(|a, b| {
            let key = |place: &Place| (place.standing, fails_more(place), std::cmp::Reverse((place.score, place.possible)));
            key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
        });
        let selection = selected(&brief, &candidates, listed, DRAWS);
        let count = |standing| alone.iter().filter(|place| place.standing == standing).count() as u32;
        prop_assert_eq!(selection.suits, count(Standing::Suits));
        prop_assert_eq!(selection.open, count(Standing::Open));
        prop_assert_eq!(selection.fails, count(Standing::Fails));
        let first: Vec<&Code> = alone.iter().take(listed).map(|place| &place.code).collect();
        let found: Vec<&Code> = selection.places.iter().map(|(_, place)| candidates[place.row as usize].code).collect();
        prop_assert_eq!(found, first);
        for cost in &selection.relaxations {
            let only = alone.iter().filter(|place| unmet(place) == [cost.criterion]);
            let count = |verdict| only.clone().filter(|place| place.answers[cost.criterion].verdict == verdict).count() as u32;
            prop_assert_eq!((cost.alone, cost.unknown), (count(Verdict::Fail), count(Verdict::Unknown)));
            let nothing_else = |place: &&Place| brief.musts().all(|(index, _)| {
                (index == cost.criterion) == (place.answers[index].verdict != Verdict::Pass)
            });
            let in_truth = alone.iter().filter(nothing_else).filter(|place| place.standing == Standing::Fails).count();
            prop_assert!(in_truth as u32 <= cost.alone, "it is said that it is up to so many");
        }
    }

    #[test]
    fn points_add_up_to_the_score_and_nothing_unknown_has_any(lands in arbitrary_land(), brief in arbitrary_brief()) {
        let selection = All::of(&brief, &lands);
        for place in &selection.places {
            prop_assert_eq!(place.points.iter().sum::<u64>(), place.score);
            prop_assert!(place.score <= place.possible && place.possible <= selection.full);
            for ((answer, points), criterion) in place.answers.iter().zip(&place.points).zip(brief.criteria()) {
                prop_assert!(answer.verdict != Verdict::Unknown || *points == 0);
                // Whether there is room has no value but the place where.
                let is_known = match criterion.need() {
                    Some(Need::Footprint(_)) => continue,
                    _ => answer.value != Value::Unknown,
                };
                prop_assert_eq!(answer.verdict != Verdict::Unknown, is_known);
            }
            let unknown = brief.musts().any(|(index, _)| place.answers[index].verdict == Verdict::Unknown);
            prop_assert!(!(unknown && place.standing == Standing::Suits), "unknown is no pass");
        }
    }

    #[test]
    fn another_place_never_reorders_the_rest(lands in arbitrary_land(), more in arbitrary_land(), brief in arbitrary_brief()) {
        let alone = All::of(&brief, &lands);
        let more = more.into_iter().map(|(code, area, parcel, zone, shape)| (format!("Q{code}").parse().unwrap(), area, parcel, zone, shape));
        let all: Vec<Land> = lands.iter().cloned().chain(more).collect();
        let together = All::of(&brief, &all);
        let kept: Vec<&Place> = together.places.iter().filter(|place| place.code.as_str().starts_with("P-")).collect();
        prop_assert_eq!(kept, alone.places.iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_candidates_and_the_scale_of_weights_change_nothing(
        lands in arbitrary_land(), brief in arbitrary_brief(), scale in 2_u32..20,
    ) {
        let one = All::of(&brief, &lands);
        let mut turned = lands.clone();
        turned.reverse();
        prop_assert_eq!(&All::of(&brief, &turned).places, &one.places);
        prop_assert_eq!(&All::of(&brief, &turned).relaxations, &one.relaxations);
        let scaled = All::of(&weighed(&brief, |_, weight| weight * scale), &lands);
        prop_assert_eq!(codes(&scaled.places), codes(&one.places));
        prop_assert_eq!(scaled.full, one.full * u64::from(scale));
        for (scaled, place) in scaled.places.iter().zip(&one.places) {
            prop_assert_eq!(scaled.score, place.score * u64::from(scale));
        }
    }

    #[test]
    fn each_step_of_a_relaxation_opens_what_it_says(lands in arbitrary_land(), brief in arbitrary_brief()) {
        let before = All::of(&brief, &lands);
        for relaxation in &before.relaxations {
            for step in &relaxation.steps {
                let mut criteria = brief.criteria().to_vec();
                match (&mut criteria[relaxation.criterion], &step.to) {
                    (Criterion::Must(Need::Amount { min: Some(min), .. }), Way::Bound(bound)) if bound < min => *min = *bound,
                    (Criterion::Must(Need::Amount { max: Some(max), .. }), Way::Bound(bound)) if bound > max => *max = *bound,
                    (Criterion::Must(Need::Ramp(ramp)), Way::Bound(bound)) if *bound < ramp.peak() => {
                        for asked in &mut ramp.steps {
                            asked.min = asked.min.min(*bound);
                        }
                    }
                    (Criterion::Must(Need::Word { among, .. }), Way::Word(word)) => {
                        prop_assert!(among.insert(word.clone()), "it is another word");
                    }
                    (Criterion::Must(Need::Footprint(footprint)), Way::Part(part)) if *part < 1.0 => {
                        *footprint = footprint.times(*part);
                    }
                    (other, _) => return Err(TestCaseError::fail(format!("{other:?} gives no way to {step:?}"))),
                }
                let after = All::of(&Brief::new(criteria, DAY).unwrap(), &lands);
                let (now, told) = (after.suiting().len(), before.suiting().len() + step.opens as usize);
                // A smaller building may have room for sure where it was not known of the whole.
                let is_more = matches!(step.to, Way::Part(_)) && now > told;
                prop_assert!(now == told || is_more, "{:?}: {} instead of {}", step, now, told);
                prop_assert!(after.suiting().iter().any(|place| place.code == step.first));
            }
        }
    }

    #[test]
    fn what_is_named_makes_a_place_the_first(lands in arbitrary_land(), brief in arbitrary_brief()) {
        let all = All::of(&brief, &lands);
        for place in &all.places {
            let Overtaking { failed, unknown, then } = overtaking(&brief, place, all.first(), |_, _| None);
            // What has room is in the shape of the land: no other has the same, and more.
            let is_room = |index: &usize| matches!(
                &brief.criteria()[*index],
                Criterion::Must(Need::Footprint(_)) | Criterion::Wish(Wish { of: WishOf::Footprint(_), .. })
            );
            let musts: Vec<usize> = failed.into_iter().chain(unknown).collect();
            let ways: Vec<Vec<Change>> = match then {
                Then::IsEnough => vec![Vec::new()],
                Then::AnyOf(changes) => {
                    prop_assert!(changes.is_sorted_by_key(|change| change.by), "the smallest first");
                    changes.into_iter().map(|change| vec![change]).collect()
                }
                Then::AllOf(changes) => {
                    prop_assert!(changes.len() > 1, "one that would do is named alone");
                    vec![changes]
                }
                Then::NotKnown => continue,
            };
            for way in ways {
                if musts.iter().any(is_room) || way.iter().any(|change| is_room(&change.criterion)) {
                    continue;
                }
                let mut changed = lands.clone();
                let land = changed.iter_mut().find(|land| land.0 == place.code).unwrap();
                for index in &musts {
                    meet(land, brief.criteria()[*index].need().unwrap(), &place.answers[*index]);
                }
                for change in &way {
                    let wish = brief.criteria()[change.criterion].wish().unwrap();
                    match (&wish.of, change.to) {
                        (WishOf::Ramp(ramp), Some(to)) => raise(land, ramp, to),
                        (WishOf::Amount { quantity, .. }, Some(to)) => put(land, *quantity, to),
                        _ => land.2.status = ParcelStatus::Available,
                    }
                }
                let after = All::of(&brief, &changed);
                prop_assert_eq!(&after.places[0].code, &place.code, "{:?} {:?}", musts, way);
            }
        }
    }

    #[test]
    fn the_first_stays_first_within_an_interval_and_not_beyond(lands in arbitrary_land(), brief in arbitrary_brief()) {
        let selection = All::of(&brief, &lands);
        let Some(first) = selection.first() else { return Ok(()) };
        prop_assert_eq!(selection.intervals.len(), brief.wishes().count());
        for interval in &selection.intervals {
            let own = brief.criteria()[interval.criterion].wish().unwrap().weight;
            prop_assert!(interval.from <= f64::from(own) && interval.to.is_none_or(|to| to >= f64::from(own)));
            for weight in (0..=60).chain([200, MOST_WEIGHT]) {
                let at = f64::from(weight);
                let near = |bound: f64| (bound - at).abs() < 1e-6;
                if near(interval.from) || interval.to.is_some_and(near) || brief.wishes().all(|(index, wish)| wish.weight == 0 || index == interval.criterion) && weight == 0 {
                    continue;
                }
                let within = interval.from < at && interval.to.is_none_or(|to| at < to);
                let now = All::of(&weighed(&brief, |index, own| if index == interval.criterion { weight } else { own }), &lands);
                let still = now.places[0].score == now.places.iter().find(|place| place.code == first.code).unwrap().score;
                prop_assert_eq!(within || (at == 0.0 && interval.from == 0.0), still, "{:?} at {}", interval, weight);
            }
        }
    }

    #[test]
    fn shares_come_to_all_draws_and_depend_on_the_seed_alone(lands in arbitrary_land(), brief in arbitrary_brief(), seed: u64) {
        let selection = All::of(&brief, &lands);
        let candidates = candidates(&lands);
        let draw = |spread_percent, count| selected(&brief, &candidates, 1, Draws { spread_percent, count, seed }).shares;
        let drawn = draw(30, 200);
        prop_assert_eq!(&drawn, &draw(30, 200));
        let draws: u32 = drawn.iter().map(|share| share.first).sum();
        prop_assert_eq!(draws, if selection.suiting().is_empty() { 0 } else { 200 });
        let firm = draw(0, 10);
        prop_assert_eq!(firm.first().map(|share| &share.code), selection.first().map(|place| &place.code), "without spread");
    }
}
