use std::collections::BTreeSet;

use jiff::civil::date;

use super::super::brief::{Criterion, Wish, WishOf};
use super::super::candidate::Candidate;
use super::*;
use crate::record::{Parcel, ParcelStatus};

fn amount(quantity: Quantity, min: f64) -> Criterion {
    Criterion::Must(Need::Amount { quantity, min: Some(min), max: None, on: None })
}

fn free() -> Criterion {
    Criterion::Must(Need::Word { quality: Quality::Status, among: BTreeSet::from(["available".to_owned()]) })
}

fn wish() -> Criterion {
    let of = WishOf::Amount { quantity: Quantity::Area, anchors: Quantity::Area.anchors(), on: None };
    Criterion::Wish(Wish { weight: 10, of })
}

fn brief(criteria: Vec<Criterion>) -> Brief {
    Brief::new(criteria, date(2026, 11, 26)).unwrap()
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

struct Land {
    code: Code,
    zone: Option<Code>,
    area_m2: f64,
    parcel: Parcel,
}

fn land(name: &str, zone: &str, area_m2: f64, status: ParcelStatus) -> Land {
    let zone = (!zone.is_empty()).then(|| code(zone));
    Land { code: code(name), zone, area_m2, parcel: Parcel::with_status(status) }
}

fn place(land: &Land) -> Candidate<'_> {
    Candidate {
        code: &land.code,
        area_m2: land.area_m2,
        shape: None,
        parcel: &land.parcel,
        zone: None,
        around: None,
        floor: None,
    }
}

fn found(brief: &Brief, all: &[Land]) -> Unmet {
    unmet(brief, all.iter().map(|land| (place(land), land.zone.as_ref())))
}

const AREA: Subject = Subject::Quantity(Quantity::Area);
const PLOT_RATIO: Subject = Subject::Quantity(Quantity::PlotRatio);
const HEIGHT: Subject = Subject::Quantity(Quantity::Height);
const STATUS: Subject = Subject::Quality(Quality::Status);

/// Checks what a brief that asks for free land of 3 ha, a plot ratio of 2 and 50 m of height is kept out by, the zone's name
/// before each need and `park` before those of the park.
fn check_land(all: &[Land], is_refused: bool, expected: &[(&str, Subject)]) {
    let asked = brief(vec![
        free(),
        amount(Quantity::Area, 30_000.0),
        amount(Quantity::PlotRatio, 2.0),
        amount(Quantity::Height, 50.0),
    ]);
    let found = found(&asked, all);
    let named = |scope: &Scope| match scope {
        Scope::Park => "park".to_owned(),
        Scope::Zone(zone) => zone.as_ref().map_or("", Code::as_str).to_owned(),
    };
    let told: Vec<_> = found.needs.keys().map(|(scope, subject)| (named(scope), *subject)).collect();
    let expected: Vec<_> = expected.iter().map(|(zone, subject)| ((*zone).to_owned(), *subject)).collect();
    assert_eq!((found.is_refused, told), (is_refused, expected));
}

/// Free land, and what is known of its plot ratio and height.
fn free_land(zone: &str, area_m2: f64, plot_ratio: Option<f64>, height_m: Option<f64>) -> Land {
    let mut land = land("P", zone, area_m2, ParcelStatus::Available);
    land.parcel.plot_ratio.max = plot_ratio;
    land.parcel.height_limit_m = height_m;
    land
}

fn taken(zone: &str) -> Land {
    land("P", zone, 90_000.0, ParcelStatus::Reserved)
}

#[test]
fn a_need_that_alone_keeps_a_place_out_is_told() {
    let (enough, little) = (Some(3.0), Some(1.0));
    let suits = || free_land("A", 40_000.0, enough, Some(90.0));
    check_land(&[suits()], false, &[]);
    check_land(
        &[suits(), free_land("A", 9_000.0, enough, Some(90.0)), free_land("A", 90_000.0, little, Some(1.0))],
        false,
        &[("park", AREA), ("A", AREA)],
    );
    check_land(
        &[free_land("A", 9_000.0, enough, Some(90.0)), free_land("A", 40_000.0, enough, Some(9.0))],
        true,
        &[("park", AREA), ("park", HEIGHT), ("A", AREA), ("A", HEIGHT)],
    );
    check_land(
        &[free_land("", 9_000.0, enough, Some(90.0)), free_land("B", 9_000.0, enough, Some(90.0))],
        true,
        &[("park", AREA), ("", AREA), ("B", AREA)],
    );
}

#[test]
fn where_every_place_fails_several_those_that_fail_fewest_count() {
    let (enough, little) = (Some(3.0), Some(1.0));
    let two = || [free_land("A", 9_000.0, little, Some(90.0)), free_land("A", 40_000.0, little, Some(9.0))];
    let three = free_land("A", 9_000.0, little, Some(9.0));
    let all: Vec<_> = two().into_iter().chain([three]).collect();
    let needs = [AREA, PLOT_RATIO, HEIGHT];
    let of = |zone: &'static str| needs.iter().map(move |need| (zone, *need));
    check_land(&all, true, &of("park").chain(of("A")).collect::<Vec<_>>());
    let fewest = &[free_land("A", 9_000.0, little, Some(90.0)), free_land("A", 9_000.0, little, Some(9.0))];
    check_land(fewest, true, &[("park", AREA), ("park", PLOT_RATIO), ("A", AREA), ("A", PLOT_RATIO)]);
    // Where a place of the zone suits, the zone refuses nothing.
    let answered: Vec<_> = two().into_iter().chain([free_land("A", 40_000.0, enough, Some(90.0))]).collect();
    check_land(&answered, false, &[]);
}

#[test]
fn what_is_not_known_refuses_nothing() {
    let (enough, little) = (Some(3.0), Some(1.0));
    let open = || free_land("A", 40_000.0, enough, None);
    check_land(&[open()], false, &[]);
    check_land(&[open(), free_land("A", 9_000.0, little, Some(9.0))], false, &[]);
    let just_one = free_land("A", 9_000.0, enough, Some(90.0));
    check_land(&[open(), just_one], false, &[("park", AREA), ("A", AREA)]);
    check_land(&[free_land("A", 9_000.0, None, None)], true, &[("park", AREA), ("A", AREA)]);
    let fewest = [free_land("A", 9_000.0, little, None), free_land("A", 9_000.0, little, Some(9.0))];
    check_land(&fewest, true, &[("park", AREA), ("park", PLOT_RATIO), ("A", AREA), ("A", PLOT_RATIO)]);
    let elsewhere = [free_land("A", 9_000.0, enough, Some(90.0)), free_land("B", 40_000.0, enough, None)];
    check_land(&elsewhere, false, &[("park", AREA), ("A", AREA)]);
}

#[test]
fn land_that_is_not_on_offer_counts_for_no_need() {
    let enough = Some(3.0);
    let small_and_taken = land("P", "A", 9_000.0, ParcelStatus::Reserved);
    check_land(&[taken("A"), small_and_taken, free_land("A", 40_000.0, enough, Some(90.0))], false, &[]);
    check_land(&[taken("A"), taken("A")], true, &[("park", STATUS), ("A", STATUS)]);
    check_land(
        &[taken("A"), free_land("B", 9_000.0, enough, Some(90.0)), taken("B")],
        true,
        &[("park", AREA), ("A", STATUS), ("B", AREA)],
    );
    // Of whom it is not known may be on offer.
    let mut unsure = land("P", "A", 90_000.0, ParcelStatus::Unknown);
    check_land(&[taken("A"), unsure], false, &[]);
    unsure = land("P", "A", 9_000.0, ParcelStatus::Unknown);
    check_land(&[taken("A"), unsure], true, &[("park", AREA), ("A", AREA)]);
}

#[test]
fn a_need_is_counted_with_the_class_of_what_it_asks() {
    let asked = brief(vec![free(), amount(Quantity::Area, 30_000.0), wish()]);
    let found = found(&asked, &[free_land("A", 9_000.0, None, None), taken("B")]);
    let class = Some(Class::of(30_000.0));
    let of = |zone: &str, subject| (Scope::Zone(Some(code(zone))), subject);
    let needs = [((Scope::Park, AREA), class), (of("A", AREA), class), (of("B", STATUS), None)];
    assert_eq!(found, Unmet { is_refused: true, needs: needs.into() });
}

#[test]
fn a_building_is_tried_where_nothing_else_is_failed() {
    let hall = super::super::Footprint { width_m: 100.0, depth_m: 80.0 };
    let asked = brief(vec![free(), amount(Quantity::PlotRatio, 2.0), Criterion::Must(Need::Footprint(hall))]);
    let (enough, little) = (Some(3.0), Some(1.0));
    let room = |zone: &str| free_land(zone, 9_000.0, enough, None);
    let small = |zone: &str, plot_ratio| free_land(zone, 5_000.0, plot_ratio, None);
    let needs = |all: &[Land]| {
        let found = found(&asked, all);
        let of_park = found.needs.into_keys().filter(|(scope, _)| *scope == Scope::Park);
        (found.is_refused, of_park.map(|(_, subject)| subject).collect::<Vec<_>>())
    };
    assert_eq!(needs(&[room("A"), taken("A")]), (false, vec![]), "nobody knows its shape, so it may have room");
    assert_eq!(needs(&[small("A", enough)]), (true, vec![Subject::Footprint]), "it is smaller, whatever its shape");
    assert_eq!(needs(&[small("A", None)]), (true, vec![Subject::Footprint]), "whatever else is not known");
    assert_eq!(needs(&[small("A", little)]), (true, vec![PLOT_RATIO, Subject::Footprint]));
    assert_eq!(needs(&[free_land("A", 9_000.0, little, None)]), (true, vec![PLOT_RATIO]), "it may have room");
}

#[test]
fn no_more_footprints_are_tried_than_where_briefs_are_answered_and_those_first_that_suit() {
    // Every outline is one of 50 by 200 m, so none has room, and all are large enough.
    let outline = geo_types::Rect::new((500_000.0, 3_400_000.0), (500_050.0, 3_400_200.0));
    let shape = crate::geometry::Shape::new(outline.to_polygon().into()).unwrap();
    let asked = brief(vec![
        amount(Quantity::PlotRatio, 2.0),
        Criterion::Must(Need::Footprint(super::super::Footprint { width_m: 90.0, depth_m: 90.0 })),
    ]);
    let places = |open: usize, suit: usize| {
        let of = |zone, count, plot_ratio| (0..count).map(move |_| free_land(zone, 10_000.0, plot_ratio, None));
        let all: Vec<_> = of("A", open, None).chain(of("B", suit, Some(3.0))).collect();
        let placed = all.iter().map(|land| (Candidate { shape: Some(&shape), ..place(land) }, land.zone.as_ref()));
        let found = unmet(&asked, placed);
        let zones = found.needs.into_keys().filter_map(|(scope, _)| match scope {
            Scope::Zone(zone) => zone,
            Scope::Park => None,
        });
        (found.is_refused, zones.map(|zone| zone.to_string()).collect::<Vec<_>>())
    };
    let most = crate::siting::musts::MOST_TRIED;
    assert_eq!(places(1, most - 1), (true, vec!["A".to_owned(), "B".to_owned()]), "all are tried");
    assert_eq!(places(1, most), (false, vec!["B".to_owned()]), "the last, which is open, is not");
}

#[test]
fn whoever_asks_for_floors_lacks_them_where_there_are_none() {
    let of_floors = brief(vec![free(), amount(Quantity::ClearHeight, 7.0), amount(Quantity::Area, 1.0)]);
    let height = Subject::Quantity(Quantity::ClearHeight);
    let needs = [((Scope::Park, STATUS), None), ((Scope::Park, height), Some(Class::of(7.0)))];
    assert_eq!(unmet(&of_floors, []), Unmet { is_refused: true, needs: needs.into() });
    assert!(asks_for_floors(&of_floors) && !asks_for_floors(&brief(vec![free(), amount(Quantity::Area, 1.0)])));
}

#[test]
fn what_is_dragged_is_one_brief() {
    let power = |kw| amount(Quantity::Power, kw);
    let first = fingerprint(&brief(vec![free(), power(8_000.0)]));
    assert_eq!(first, fingerprint(&brief(vec![power(9_500.0), wish(), free()])), "of one class, in another order");
    assert_ne!(first, fingerprint(&brief(vec![free(), power(12_000.0)])));
    assert_ne!(first, fingerprint(&brief(vec![power(8_000.0)])));
}

#[test]
fn a_brief_is_one_as_long_as_half_of_what_it_is_about_stays() {
    let form = |quantities: &[Quantity]| {
        Form::of(&brief(quantities.iter().map(|quantity| amount(*quantity, 8_000.0)).chain([wish()]).collect()))
    };
    let (area, power, water) = (Quantity::Area, Quantity::Power, Quantity::Water);
    let cases: [(&[Quantity], &[Quantity], bool); 6] = [
        (&[area, power], &[area, power], true),
        (&[area], &[area, power], true),
        (&[area, power], &[area, power, water], true),
        (&[], &[area, power], true),
        (&[area], &[power], false),
        (&[area, power], &[area, water], false),
    ];
    for (one, other, is_one) in cases {
        assert_eq!(form(one).is_of_one_with(&form(other)), is_one, "{one:?} and {other:?}");
        assert_eq!(form(other).is_of_one_with(&form(one)), is_one, "{other:?} and {one:?}");
    }
    let other_amount = Form::of(&brief(vec![amount(area, 1.0)]));
    assert_eq!(form(&[area]), other_amount, "neither amounts nor wishes make a form");
}

#[test]
fn what_is_taken_back_was_never_counted() {
    let of = |is_refused| Unmet {
        is_refused,
        needs: [((Scope::Zone(Some(code("A"))), AREA), Some(Class::of(30_000.0)))].into(),
    };
    let day = date(2026, 11, 26);
    let mut demand = Demand::default();
    demand.count(day, of(true));
    demand.count(day, of(false));
    demand.take_back(day, of(true));
    let mut other = Demand::default();
    other.count(day, of(false));
    assert_eq!(demand, other);
    let mut later = Demand::default();
    later.take_back(day, of(false));
    assert!(!later.is_empty(), "it takes back what was kept before");
    demand.merge(later);
    assert_eq!(demand, Demand::default());
}

#[test]
fn every_subject_has_its_word() {
    let all = Quantity::ALL.iter().map(|quantity| Subject::Quantity(*quantity));
    let all = all.chain(Quality::ALL.iter().map(|quality| Subject::Quality(*quality))).chain([Subject::Footprint]);
    for subject in all {
        assert_eq!(subject.as_str().parse(), Ok(subject));
    }
    assert!("colour".parse::<Subject>().is_err());
}

/// Briefs that asked such amounts and were kept out of a zone by it.
fn asked(zone: &str, quantity: Quantity, amounts: &[f64], is_refused: bool) -> Demand {
    let mut demand = Demand::default();
    for amount in amounts {
        let scopes = [Scope::Park, Scope::Zone(Some(code(zone)))];
        let needs = scopes.map(|scope| ((scope, Subject::Quantity(quantity)), Some(Class::of(*amount))));
        demand.count(date(2026, 11, 26), Unmet { is_refused, needs: needs.into() });
    }
    demand
}

/// The least and the most of a figure.
fn figure(figure: Figure) -> (u64, u64) {
    (figure.least(), figure.most())
}

#[test]
fn a_figure_is_one_of_three_numbers() {
    let cases = [
        (0, (0, 0)),
        (1, (1, 2)),
        (2, (1, 2)),
        (3, (3, 5)),
        (5, (3, 5)),
        (6, (6, 8)),
        (119, (117, 119)),
        (120, (120, 122)),
    ];
    for (briefs, expected) in cases {
        assert_eq!(figure(Figure::of(briefs)), expected, "{briefs}");
    }
    assert_eq!((Figure::of(0), Figure::of(FEWEST - 1)), (Figure::NONE, Figure::FEW));
}

#[test]
fn no_difference_of_two_figures_tells_of_one_brief_or_two() {
    // All that lie one in the other, such as refused briefs among all, or a zone's among the park's.
    for whole in 0..40_u64 {
        for part in 0..=whole {
            let (told_whole, told_part) = (Figure::of(whole), Figure::of(part));
            let such = |whole: u64, part: u64| {
                part <= whole && (Figure::of(whole), Figure::of(part)) == (told_whole, told_part)
            };
            let all = (0..50_u64).flat_map(|whole| (0..=whole).map(move |part| (whole, part)));
            let apart: BTreeSet<u64> =
                all.filter(|(whole, part)| such(*whole, *part)).map(|(whole, part)| whole - part).collect();
            let is_told = apart.len() == 1 && (1..FEWEST).contains(apart.first().unwrap());
            assert!(!is_told, "{part} of {whole} are told apart: {apart:?}");
        }
    }
}

#[test]
fn what_refused_most_briefs_comes_first() {
    let (power, water, gas) = (Quantity::Power, Quantity::Water, Quantity::Gas);
    let mut demand = asked("A", power, &[1.0; 9], false);
    demand.merge(asked("A", power, &[1.0; 3], true));
    demand.merge(asked("B", water, &[1.0; 6], true));
    demand.merge(asked("A", gas, &[1.0; 4], false));
    demand.merge(asked("B", Quantity::Steam, &[1.0; 2], true));
    demand.merge(asked("B", Quantity::Sewage, &[1.0], true));
    demand.merge(asked("A", Quantity::Area, &[1.0; 7], false));
    // A brief that is kept out of two zones by water is one in the park.
    let mut both = asked("A", water, &[1.0; 3], true);
    both.days.clear();
    both.kept_out.retain(|kind, _| kind.scope != Scope::Park);
    demand.merge(both);
    let report = Report::of(&demand);
    assert_eq!((figure(report.briefs), figure(report.refused)), ((30, 32), (12, 14)));
    let row = |row: &NeedRow| (row.subject.as_str(), figure(row.refused), figure(row.briefs));
    let park: Vec<_> = report.park.iter().map(row).collect();
    let expected = [
        ("water", (6, 8), (6, 8)),
        ("power", (3, 5), (12, 14)),
        ("area_m2", (0, 0), (6, 8)),
        ("gas", (0, 0), (3, 5)),
        ("sewage", (1, 2), (1, 2)),
        ("steam", (1, 2), (1, 2)),
    ];
    assert_eq!(park, expected, "one comes before two only by its need");
    let zones: Vec<_> = report.zones.iter().map(|zone| (zone.zone.clone().unwrap(), row(&zone.row).0)).collect();
    let expected = [
        ("B", "water"),
        ("A", "power"),
        ("A", "water"),
        ("A", "area_m2"),
        ("A", "gas"),
        ("B", "sewage"),
        ("B", "steam"),
    ];
    assert_eq!(zones, expected.map(|(zone, need)| (code(zone), need)));
}

#[test]
fn the_order_says_no_more_than_the_figures() {
    let (power, water) = (Quantity::Power, Quantity::Water);
    for (of_power, of_water) in [(3, 5), (5, 3), (1, 2), (2, 1)] {
        let mut demand = asked("A", power, &vec![1.0; of_power], true);
        demand.merge(asked("A", water, &vec![1.0; of_water], true));
        let report = Report::of(&demand);
        let order: Vec<_> = report.park.iter().map(|row| row.subject.as_str()).collect();
        assert_eq!(order, ["power", "water"], "{of_power} and {of_water} are told as the same");
    }
}

#[test]
fn a_few_briefs_are_not_told() {
    let report = Report::of(&asked("A", Quantity::Power, &[1.0, 1.0], false));
    let row = &report.park[0];
    assert_eq!((row.briefs, row.refused), (Figure::FEW, Figure::FEW), "nor whether they were refused");
    assert_eq!((report.briefs, report.refused, row.classes.len()), (Figure::FEW, Figure::FEW, 0));
    let none = Report::of(&Demand::default());
    assert_eq!((none.briefs, none.park.len(), none.zones.len()), (Figure::NONE, 0, 0));
}

#[test]
fn a_class_of_a_few_cannot_be_reckoned_from_the_others() {
    let of = |amounts: &[f64]| {
        let row = Report::of(&asked("A", Quantity::Power, amounts, false)).park.remove(0);
        row.classes.into_iter().map(|(class, briefs)| (class.from(), briefs.least())).collect::<Vec<_>>()
    };
    assert_eq!(of(&[1.0, 1.0, 1.0, 1.0, 10.0, 10.0, 10.0, 100.0]), [(1.0, 3)], "the least goes with the one");
    assert_eq!(of(&[1.0, 1.0, 1.0, 10.0, 10.0, 100.0]), [(1.0, 3)], "three are left out already");
    assert_eq!(of(&[1.0, 1.0, 1.0, 10.0]), []);
}
