use geo_types::{Coord, Rect};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::geometry::Shape;
use crate::record::{
    Acquisition, Body, Bounds, Building, BuildingUse, Language, Names, Offer, Parcel, ParcelStatus, Park, Price, Roof,
    Source, SourcedField, Supply, SupplyKind, Tenure, TenureKind,
};

/// A parcel each of whose attributes has one of three values.
fn parcel(choices: &[u8; 10]) -> Feature {
    let [status, ratio, height, price, power, water, name, other, side, source] = *choices;
    let day = date(2026, 1, 1);
    let mut parcel = Parcel::with_status(ParcelStatus::ALL[status as usize]);
    parcel.plot_ratio =
        [Bounds::default(), Bounds { min: Some(1.5), max: None }, Bounds { min: None, max: Some(2.0) }][ratio as usize];
    parcel.height_limit_m = [None, Some(24.0), Some(0.1 + 0.2)][height as usize];
    parcel.acquisition = [None, Some(Acquisition::Direct), Some(Acquisition::AfterClearance)][height as usize];
    parcel.tenure = (side == 1).then_some(Tenure { kind: TenureKind::Grant, years: 50 });
    if price > 0 {
        let cny_per_m2 = f64::from(price) * 480.0;
        parcel.price = Some(Price { cny_per_m2, as_of: day, source: "List".to_owned(), confidence: None });
    }
    for (kind, steps) in [(SupplyKind::Power, power), (SupplyKind::Water, water)] {
        parcel.supplies.extend((0..steps).map(|step| Supply {
            kind,
            capacity: (step == 0).then_some(3_000.0),
            from: (step > 0).then_some(date(2028, 7, 1)),
            as_of: day,
            source: "Office".to_owned(),
            confidence: None,
        }));
    }
    if source > 0 {
        let source = Source { source: format!("Plan {source}"), as_of: day, confidence: None };
        parcel.sources.set(SourcedField::PlotRatio, source.clone());
        parcel.sources.set(SourcedField::Setbacks, source);
    }
    let mut names = Names::default();
    names.set(Language::Zh, ["", "一号", "二号"][name as usize]);
    let corner = Coord { x: 540_000.0, y: 3_480_000.0 };
    let shape = Rect::new(corner, corner + Coord { x: 100.0 + f64::from(side), y: 80.0 });
    Feature {
        code: "P-1".parse().unwrap(),
        names,
        shape: Shape::new(shape.to_polygon().into()).unwrap(),
        body: Body::Parcel(Box::new(parcel)),
        attributes: (0..other).map(|index| (format!("a{index}"), "x".to_owned())).collect(),
    }
}

fn parcels() -> impl Strategy<Value = Feature> {
    prop::array::uniform10(0..3_u8).prop_map(|choices| parcel(&choices))
}

proptest! {
    #[test]
    fn what_is_taken_apart_is_put_together(feature in parcels()) {
        let all = attributes::of(&feature);
        let again = attributes::together(feature.layer(), feature.code.clone(), feature.shape.clone(), all);
        prop_assert_eq!(again, feature);
    }

    #[test]
    fn one_side_that_changed_nothing_has_no_say(base in parcels(), x in parcels()) {
        prop_assert_eq!(merge(&base, &base, &x), Ok(x.clone()));
        prop_assert_eq!(merge(&base, &x, &base), Ok(x.clone()));
        prop_assert_eq!(merge(&base, &x, &x), Ok(x.clone()));
    }

    #[test]
    fn the_sides_can_change_places(base in parcels(), ours in parcels(), theirs in parcels()) {
        let turned = merge(&base, &theirs, &ours).map_err(|conflicts| {
            let turn = |conflict: Conflict| Conflict { ours: conflict.theirs, theirs: conflict.ours, ..conflict };
            conflicts.into_iter().map(turn).collect::<Vec<_>>()
        });
        prop_assert_eq!(merge(&base, &ours, &theirs), turned);
    }

    #[test]
    fn a_merge_says_what_one_side_says(base in parcels(), ours in parcels(), theirs in parcels()) {
        let [was, here, there] = [&base, &ours, &theirs].map(attributes::of);
        match merge(&base, &ours, &theirs) {
            Ok(merged) => {
                prop_assert!([&base.shape, &ours.shape, &theirs.shape].contains(&&merged.shape));
                let merged = attributes::of(&merged);
                for path in here.keys().chain(there.keys()).chain(merged.keys()) {
                    let value = merged.get(path);
                    let changed = if here.get(path) == was.get(path) { there.get(path) } else { here.get(path) };
                    prop_assert_eq!(value, changed, "{}", path);
                }
            }
            Err(conflicts) => {
                prop_assert!(conflicts.is_sorted_by(|a, b| a.path < b.path));
                for Conflict { path, base, ours, theirs } in conflicts {
                    prop_assert!(base != ours && base != theirs && ours != theirs, "{}", path);
                }
            }
        }
    }
}

#[test]
fn changes_of_two_people_to_one_parcel_go_together() {
    let base = parcel(&[0, 1, 0, 1, 1, 1, 1, 1, 0, 0]);
    // One changes status, name and shape; the other power, price and the source of the plot ratio.
    let ours = parcel(&[1, 1, 0, 1, 1, 1, 2, 1, 2, 0]);
    let theirs = parcel(&[0, 1, 0, 2, 2, 1, 1, 1, 0, 1]);
    assert_eq!(merge(&base, &ours, &theirs), Ok(parcel(&[1, 1, 0, 2, 2, 1, 2, 1, 2, 1])));
}

#[test]
fn a_conflict_names_the_attribute_and_all_three_values() {
    let base = parcel(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let ours = parcel(&[1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
    let theirs = parcel(&[2, 2, 0, 0, 0, 0, 0, 0, 2, 0]);
    let conflicts = merge(&base, &ours, &theirs).unwrap_err();
    let paths: Vec<_> = conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
    assert_eq!(paths, ["geometry", "plot_ratio", "status"]);
    let ratio = &conflicts[1];
    assert_eq!(ratio.base, None);
    let plan = serde_json::json!({ "source": "Plan 1", "as_of": "2026-01-01" });
    assert_eq!(ratio.ours, Some(serde_json::json!({ "value": { "min": 1.5 }, "source": plan })));
    assert_eq!(ratio.theirs, Some(serde_json::json!({ "max": 2.0 })));
}

#[test]
fn what_one_ended_and_the_other_changed_is_in_conflict() {
    let (a, b, c) = (parcel(&[0; 10]), parcel(&[1; 10]), parcel(&[2; 10]));
    let merged = |base, ours, theirs| merge_states(base, ours, theirs).map_err(|all| all[0].path.clone());
    let cases = [
        ("ended by one", Some(&a), None, Some(&a), Ok(None)),
        ("ended by both", Some(&a), None, None, Ok(None)),
        ("made by one", None, Some(&a), None, Ok(Some(a.clone()))),
        ("made by both alike", None, Some(&a), Some(&a), Ok(Some(a.clone()))),
        ("ended and changed", Some(&a), None, Some(&b), Err(FEATURE.to_owned())),
        ("made by both, each their way", None, Some(&b), Some(&c), Err(FEATURE.to_owned())),
        ("never there", None, None, None, Ok(None)),
    ];
    for (name, base, ours, theirs, expected) in cases {
        assert_eq!(merged(base, ours, theirs), expected, "{name}");
    }
}

#[test]
fn other_layers_are_merged_as_well() {
    let at = |body: Body| Feature { body, ..parcel(&[0; 10]) };
    let building = |height_m, area_m2| {
        let offer: Offer = serde_json::from_value(serde_json::json!({ "area_m2": area_m2 })).unwrap();
        let (usage, roof) = (BuildingUse::StandardFactory, Roof::Flat);
        at(Body::Building(Building { usage, height_m, floors: None, roof, parcel: None, offers: vec![offer] }))
    };
    assert_eq!(
        merge(&building(12.0, 900.0), &building(15.0, 900.0), &building(12.0, 800.0)),
        Ok(building(15.0, 800.0))
    );
    let park = |x, text: &str| {
        let notice = Names::from_iter([(Language::En, text.to_owned())]);
        at(Body::Park(Park { synthetic: true, origin: Coord { x, y: 0.0 }, notice }))
    };
    assert_eq!(merge(&park(1.0, "a"), &park(2.0, "a"), &park(1.0, "b")), Ok(park(2.0, "b")));
    let mut renamed = park(1.0, "a");
    renamed.code = "other".parse().unwrap();
    let conflicts = merge(&park(1.0, "a"), &renamed, &park(2.0, "a")).unwrap_err();
    assert_eq!((conflicts.len(), conflicts[0].path.as_str()), (1, FEATURE), "a code is not merged");
    assert_eq!(attributes::of(&renamed).keys().collect::<Vec<_>>(), ["notice:en", "origin", "synthetic"]);
}
