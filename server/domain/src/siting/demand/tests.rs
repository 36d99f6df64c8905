use std::collections::BTreeSet;

use jiff::civil::date;

use super::super::brief::{Criterion, Wish, WishOf};
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

#[test]
fn a_brief_is_kept_out_by_what_fails_alone() {
    use ParcelStatus::{Available, Reserved, Unknown};
    let all = [
        land("P-1", "A", 5_000.0, Available),
        land("P-2", "A", 6_000.0, Available),
        land("P-3", "B", 90_000.0, Reserved),
        land("P-4", "C", 5_000.0, Reserved),
        land("P-5", "D", 5_000.0, Unknown),
        land("P-6", "", 5_000.0, Available),
    ];
    let asked = brief(vec![free(), amount(Quantity::Area, 30_000.0), wish()]);
    let (area, status) = (Subject::Quantity(Quantity::Area), Subject::Quality(Quality::Status));
    let class = Some(Class::of(30_000.0));
    let needs = [((None, area), class), ((Some(code("A")), area), class), ((Some(code("B")), status), None)];
    let expected = Unmet { is_answered: false, needs: needs.into() };
    assert_eq!(found(&asked, &all), expected, "C fails both, and of D it is not known: neither is one need's doing");
    assert!(found(&brief(vec![free()]), &all).is_answered);
}

#[test]
fn a_building_is_tried_where_all_else_is_met() {
    let hall = super::super::Footprint { width_m: 100.0, depth_m: 80.0 };
    let asked = brief(vec![free(), Criterion::Must(Need::Footprint(hall))]);
    let all = [
        land("P-1", "A", 9_000.0, ParcelStatus::Reserved),
        land("P-2", "A", 9_000.0, ParcelStatus::Available),
        land("P-3", "B", 5_000.0, ParcelStatus::Available),
    ];
    let found = found(&asked, &all);
    let of = |zone: &str, subject| (Some(code(zone)), subject);
    assert_eq!(
        found.needs.into_keys().collect::<Vec<_>>(),
        [of("A", Subject::Quality(Quality::Status)), of("B", Subject::Footprint)],
        "of P-2 nobody knows the shape, and P-3 is smaller than it, whatever its shape"
    );
    assert!(!found.is_answered);
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
    let of = |is_answered| Unmet {
        is_answered,
        needs: [((Some(code("A")), Subject::Quantity(Quantity::Area)), Some(Class::of(30_000.0)))].into(),
    };
    let day = date(2026, 11, 26);
    let mut demand = Demand::default();
    demand.count(day, of(false));
    demand.count(day, of(true));
    demand.take_back(day, of(false));
    let mut other = Demand::default();
    other.count(day, of(true));
    assert_eq!(demand, other);
    let mut later = Demand::default();
    later.take_back(day, of(true));
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

fn asked(zone: &str, quantity: Quantity, amounts: &[f64], is_answered: bool) -> Demand {
    let mut demand = Demand::default();
    for amount in amounts {
        let needs = [((Some(code(zone)), Subject::Quantity(quantity)), Some(Class::of(*amount)))].into();
        demand.count(date(2026, 11, 26), Unmet { is_answered, needs });
    }
    demand
}

#[test]
fn a_few_briefs_are_not_told() {
    let mut demand = asked("B", Quantity::Area, &[30_000.0], true);
    demand.merge(asked("A", Quantity::Area, &[30_000.0, 30_000.0], false));
    demand.merge(asked("A", Quantity::Power, &[8_000.0, 8_000.0, 8_000.0, 900.0], false));
    demand.merge(asked("A", Quantity::Power, &[900.0, 8_000.0, 900.0], true));
    let report = Report::of(&demand);
    assert_eq!((report.briefs, report.unanswered), (Figure::Exactly(10), Figure::Exactly(6)));
    let told: Vec<_> =
        report.rows.iter().map(|row| (row.zone.clone(), row.subject, row.briefs, row.unanswered)).collect();
    let (area, power) = (Subject::Quantity(Quantity::Area), Subject::Quantity(Quantity::Power));
    let expected = [
        (Some(code("A")), power, Figure::Exactly(7), Figure::Exactly(4)),
        (Some(code("A")), area, Figure::Few, Figure::Few),
        (Some(code("B")), area, Figure::Few, Figure::Few),
    ];
    assert_eq!(told, expected, "two come before one only by their zone");
    assert_eq!(report.rows[0].classes, [(Class::of(900.0), 3), (Class::of(8_000.0), 4)]);
    assert_eq!(report.rows[1].classes, []);
    let none = Report::of(&Demand::default());
    assert_eq!((none.briefs, none.rows.len()), (Figure::Exactly(0), 0));
}

#[test]
fn a_class_of_a_few_cannot_be_reckoned_from_the_others() {
    let of = |amounts: &[f64]| {
        let rows = Report::of(&asked("A", Quantity::Power, amounts, true)).rows;
        rows[0].classes.iter().map(|(class, briefs)| (class.from(), *briefs)).collect::<Vec<_>>()
    };
    assert_eq!(of(&[1.0, 1.0, 1.0, 1.0, 10.0, 10.0, 10.0, 100.0]), [(1.0, 4)], "the least goes with the one");
    assert_eq!(of(&[1.0, 1.0, 1.0, 10.0, 10.0, 100.0]), [(1.0, 3)], "three are left out already");
    assert_eq!(of(&[1.0, 1.0, 1.0, 10.0]), []);
}
