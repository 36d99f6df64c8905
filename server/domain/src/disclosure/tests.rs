use std::collections::BTreeMap;
use std::sync::LazyLock;

use geo_types::{Geometry, polygon};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::geometry::Shape;
use crate::record::{
    Body, Building, BuildingUse, Confidence, Language, Mask, MaskKind, Offer, Parcel, ParcelStatus, Price, Rent, Roof,
    Source, SourcedField, Supply, SupplyKind, Utility, UtilityKind,
};

const TABLE: &str = include_str!("../../../../assets/rules/disclosure.json");

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::parse(TABLE).unwrap());

fn square(side: f64) -> Shape {
    let ring = polygon![(x: 0.123, y: 0.456), (x: side, y: 0.0), (x: side, y: side), (x: 0.0, y: side)];
    Shape::new(Geometry::from(ring)).unwrap()
}

fn feature(shape: Shape, body: Body) -> Feature {
    let attributes: BTreeMap<String, String> = [("voltage", "110 kV"), ("note", "for ourselves"), ("region", "320214")]
        .map(|(k, v)| (k.into(), v.into()))
        .into();
    let names = [(Language::En, "A name".to_owned())].into_iter().collect();
    Feature { code: "X-1".parse().unwrap(), names, shape, body, attributes }
}

fn parcel(capacity: f64) -> Body {
    let mut parcel = Parcel::with_status(ParcelStatus::Available);
    let (as_of, source, confidence) = (date(2026, 3, 31), "Grid office".to_owned(), Some(Confidence::High));
    parcel.height_limit_m = Some(36.0);
    parcel.price = Some(Price { cny_per_m2: 483.5, as_of, source: source.clone(), confidence });
    let supply = Supply {
        kind: SupplyKind::Power,
        capacity: Some(capacity),
        from: None,
        as_of,
        source: source.clone(),
        confidence,
    };
    parcel.supplies = vec![supply];
    parcel.sources.set(SourcedField::HeightLimit, Source { source, as_of, confidence });
    Body::Parcel(Box::new(parcel))
}

fn building() -> Body {
    let rent = Rent { cny_per_m2_month: 21.5, as_of: date(2026, 3, 1), source: "Owner".to_owned(), confidence: None };
    let offer = Offer {
        floor: Some(2),
        unit: None,
        area_m2: 1_800.0,
        clear_height_m: None,
        floor_load_kn_per_m2: None,
        cleanroom_iso: None,
        rent: Some(rent),
        from: None,
    };
    Body::Building(Building {
        usage: BuildingUse::Factory,
        height_m: 18.0,
        floors: Some(3),
        roof: Roof::Flat,
        parcel: None,
        offers: vec![offer],
    })
}

fn given(feature: &Feature, tier: Tier) -> Option<Feature> {
    disclose(feature, tier, &POLICY).map(Cow::into_owned)
}

fn text(feature: &Feature) -> String {
    serde_json::to_string(feature).unwrap()
}

#[test]
fn each_tier_gets_what_the_policy_opens() {
    use Tier::{Government, Investor, Negotiating, Public};
    let mask = Body::Mask(Mask { kind: MaskKind::Protection, height_limit_m: Some(9.5) });
    let utility = Body::Utility(Utility { kind: UtilityKind::Substation, height_m: Some(12.5) });
    // What is looked for, in what, and the lowest tier that finds it.
    let cases = [
        ("110 kV", parcel(12_345.0), Government),
        ("for ourselves", utility.clone(), Government),
        ("0.456", parcel(12_345.0), Government),
        ("12345", parcel(12_345.0), Negotiating),
        ("12000", parcel(12_345.0), Investor),
        ("483.5", parcel(12_345.0), Negotiating),
        ("480", parcel(12_345.0), Investor),
        ("Grid office", parcel(12_345.0), Investor),
        ("36.0", parcel(12_345.0), Public),
        ("2026-03-31", parcel(12_345.0), Public),
        ("1800.0", building(), Public),
        ("Owner", building(), Investor),
        ("12.5", utility.clone(), Public),
        ("A name", utility, Investor),
        ("A name", mask.clone(), Negotiating),
        ("9.5", mask, Investor),
    ];
    for (secret, body, from) in cases {
        let feature = feature(square(100.0), body);
        for tier in Tier::ALL {
            let told = given(&feature, *tier).is_some_and(|given| text(&given).contains(secret));
            // A rounded figure is not what the tiers above are told.
            let rounded = ["12000", "480"].contains(&secret);
            let expected = if rounded { *tier == from } else { *tier >= from };
            assert_eq!(told, expected, "{tier} and {secret} of a {}", feature.layer());
        }
    }
}

#[test]
fn the_government_gets_the_record_itself() {
    let feature = feature(square(100.0), parcel(1.0));
    let whole = disclose(&feature, Tier::Government, &POLICY);
    assert!(matches!(whole, Some(Cow::Borrowed(same)) if std::ptr::eq(same, &raw const feature)), "nothing is copied");
}

#[test]
fn a_source_goes_with_its_field() {
    let table = TABLE.replacen(r#""height_limit_m": "public""#, r#""height_limit_m": "investor""#, 1);
    let policy = Policy::parse(&table).unwrap();
    let feature = feature(square(100.0), parcel(1.0));
    let public = disclose(&feature, Tier::Public, &policy).unwrap();
    let Body::Parcel(parcel) = &public.body else { panic!("a parcel") };
    assert!(parcel.height_limit_m.is_none() && parcel.sources.is_empty());
}

#[test]
fn a_policy_that_leaves_something_open_by_oversight_is_refused() {
    let cases = [
        (r#""setbacks": "public","#, "", "who gets the field setbacks is not said"),
        (r#""setbacks": "public","#, r#""setbacks": "public", "lanes": "public","#, "there is no field lanes"),
        (
            r#""attributes": { "region": "public" },"#,
            r#""attributes": { "Line_Voltage": "investor" },"#,
            "voltage of a line",
        ),
        (r#""investor": 0.5"#, r#""investor": 0.3"#, "no multiple"),
        (r#""investor": 0.5"#, r#""investor": 0.0005"#, "whole millimetres"),
        (r#""digits": { "public": 1"#, r#""digits": { "public": 3"#, "digits"),
        (r#""most_km2": 25.0"#, r#""most_km2": -1.0"#, "most_km2"),
        (r#""rail": "#, r#""rails": "#, "cannot be read"),
    ];
    for (from, to, expected) in cases {
        assert!(TABLE.contains(from), "{from}");
        let error = Policy::parse(&TABLE.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
}

proptest! {
    #[test]
    fn a_tier_gets_part_of_what_the_next_gets_and_nothing_twice_narrows(
        capacity in 0.001f64..100_000.0,
        side in 0.6f64..5_000.0,
        body in 0usize..3,
    ) {
        let mask = Body::Mask(Mask { kind: MaskKind::AirportHeight, height_limit_m: Some(capacity) });
        let feature = feature(square(side), [parcel(capacity), building(), mask][body].clone());
        let tiers: Vec<Option<Feature>> = Tier::ALL.iter().map(|tier| given(&feature, *tier)).collect();
        for (index, lower) in tiers.iter().enumerate() {
            let tier = Tier::ALL[index];
            let again = lower.as_ref().and_then(|lower| given(lower, tier));
            prop_assert_eq!(&again, lower, "twice is once for {}", tier);
            for upper in &tiers[index..] {
                let of_upper = upper.as_ref().and_then(|upper| given(upper, tier));
                prop_assert_eq!(&of_upper, lower, "what {} gets is made of what a tier above gets", tier);
            }
            if let Some(lower) = lower {
                prop_assert!(Shape::new(lower.shape.to_geometry()).is_ok());
            }
        }
    }
}
