//! Floors that can be let, by the same briefs as land.

use super::*;
use crate::record::{Offer, Rent};

fn offer(area_m2: f64) -> Offer {
    Offer {
        floor: Some(2),
        unit: None,
        area_m2,
        clear_height_m: Some(6.0),
        floor_load_kn_per_m2: Some(10.0),
        cleanroom_iso: Some(7),
        rent: Some(Rent { cny_per_m2_month: 24.0, as_of: DAY, source: "Letting".to_owned(), confidence: None }),
        from: None,
    }
}

/// What a floor on a parcel is found to be.
fn place(offer: &Offer, criteria: Vec<Criterion>) -> Place {
    let code = "B-1".parse().unwrap();
    let mut parcel = Parcel::with_status(ParcelStatus::Taken);
    parcel.supplies = vec![power(Some(50_000.0), None)];
    parcel.tenure = Some(Tenure { kind: TenureKind::Grant, years: 30 });
    parcel.hazard_class = Some(HazardClass::A);
    parcel.vibration_um_per_s = Some(3.0);
    let zone = Some(ZoneKind::ComprehensiveBonded);
    let (area_m2, floor) = (offer.area_m2, Some(Floor { offer, on: DAY }));
    let candidate = Candidate { code: &code, area_m2, shape: None, parcel: &parcel, zone, around: None, floor };
    explain(&Brief::new(criteria, DAY).unwrap(), &candidate)
}

fn word(quality: Quality, asked: &str) -> Criterion {
    Criterion::Must(Need::Word { quality, among: words(&[asked]) })
}

#[test]
fn a_floor_answers_for_itself() {
    let amounts = [
        (Quantity::Area, 1_800.0),
        (Quantity::FloorArea, 1_800.0),
        (Quantity::ClearHeight, 6.0),
        (Quantity::FloorLoad, 10.0),
        (Quantity::Cleanroom, 7.0),
        (Quantity::Rent, 24.0),
    ];
    for (quantity, amount) in amounts {
        let found = place(&offer(1_800.0), vec![at_least(quantity, 1.0)]);
        assert_eq!(found.answers[0].value, Value::Amount(amount), "{quantity}");
    }
    let rent = place(&offer(1_800.0), vec![at_least(Quantity::Rent, 1.0)]);
    assert_eq!(rent.answers[0].told.as_ref().map(|told| told.source.as_str()), Some("Letting"));
    let words = [
        (Quality::Status, "available"),
        (Quality::Acquisition, "direct"),
        (Quality::Tenure, "lease"),
        (Quality::ZoneKind, "comprehensive_bonded"),
    ];
    for (quality, asked) in words {
        assert_eq!(place(&offer(1_800.0), vec![word(quality, asked)]).standing, Standing::Suits, "{quality}");
    }
}

#[test]
fn what_the_land_has_is_not_said_of_a_floor() {
    for quantity in [Quantity::Power, Quantity::TenureYears, Quantity::Vibration, Quantity::PlotRatio, Quantity::Price]
    {
        let found = place(&offer(1_800.0), vec![at_least(quantity, 0.0)]);
        assert_eq!((found.standing, &found.answers[0].value), (Standing::Open, &Value::Unknown), "{quantity}");
        assert_eq!((&found.answers[0].told, found.answers[0].from), (&None, None), "{quantity}");
    }
    assert_eq!(place(&offer(1_800.0), vec![word(Quality::HazardClass, "a")]).standing, Standing::Open);
}

#[test]
fn a_floor_can_be_had_once_it_is_free() {
    let from = |day| Offer { from: Some(day), ..offer(1_800.0) };
    let free = |offer: &Offer| place(offer, vec![word(Quality::Status, "available")]).standing;
    assert_eq!((free(&from(DAY)), free(&from(date(2027, 1, 1)))), (Standing::Suits, Standing::Fails));
    let at_once = place(&from(date(2027, 1, 1)), vec![word(Quality::Acquisition, "direct")]);
    assert_eq!(at_once.standing, Standing::Open);
}

#[test]
fn whether_a_hall_has_room_between_the_columns_of_a_floor_is_unknown() {
    let hall = |width_m, depth_m| vec![Criterion::Must(Need::Footprint(Footprint { width_m, depth_m }))];
    assert_eq!(place(&offer(1_800.0), hall(30.0, 50.0)).standing, Standing::Open);
    assert_eq!(place(&offer(1_800.0), hall(60.0, 50.0)).standing, Standing::Fails, "larger than the floor");
}
