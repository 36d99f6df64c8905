//! What the demo park promises, read back from its GeoJSON as an importer would.

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{
    Acquisition, Bounds, BuildingUse, Code, GreenKind, LandUse, Language, Layer, MaskKind, Offer, ParcelStatus,
    PoiKind, RailKind, RoadClass, Roof, Sources, SupplyKind, TenureKind, UtilityKind, WaterKind, ZoneKind,
};
use geo::{Area, BooleanOps, BoundingRect, Distance, Euclidean, Intersects, MapCoords};
use geo_types::{Geometry, MultiPolygon, Point};
use geojson::GeoJson;
use serde_json::{Map, Value};

use super::calibration::INDUSTRIAL_DENSITY;
use super::plane::ribbon;

struct Read {
    layer: Layer,
    code: String,
    properties: Map<String, Value>,
    shape: Shape,
}

impl Read {
    fn number(&self, key: &str) -> Option<f64> {
        self.properties.get(key).and_then(Value::as_f64)
    }

    fn text(&self, key: &str) -> &str {
        self.properties.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn areas(&self) -> &MultiPolygon {
        match &self.shape {
            Shape::Areas(areas) => areas,
            other => panic!("{} {} is a {}", self.layer, self.code, other.kind()),
        }
    }
}

fn read() -> Vec<Read> {
    let GeoJson::FeatureCollection(park) = super::park().unwrap().parse().unwrap() else {
        panic!("the park is a feature collection");
    };
    let projector = Projector::new(Crs::Wgs84, Crs::CANONICAL);
    park.features
        .into_iter()
        .map(|feature| {
            let properties = feature.properties.unwrap();
            let text = |key: &str| properties[key].as_str().unwrap().to_owned();
            let code = text("code");
            code.parse::<Code>().unwrap();
            let degrees = Geometry::<f64>::try_from(feature.geometry.unwrap()).unwrap();
            let metres = degrees.map_coords(|at| projector.project(at).unwrap());
            let shape = Shape::new(metres).unwrap_or_else(|problems| panic!("{code}: {problems:?}"));
            Read { layer: text("layer").parse().unwrap(), code, properties, shape }
        })
        .collect()
}

fn of(park: &[Read], layer: Layer) -> impl Iterator<Item = &Read> + Clone {
    park.iter().filter(move |feature| feature.layer == layer)
}

/// The area that two shapes share, m².
fn shared_m2(a: &MultiPolygon, b: &MultiPolygon) -> f64 {
    let apart = !a.bounding_rect().unwrap().intersects(&b.bounding_rect().unwrap());
    if apart { 0.0 } else { a.intersection(b).unsigned_area() }
}

#[test]
fn the_committed_park_is_the_one_that_is_made() {
    let path = crate::tools::root().join(super::FILE);
    let committed = std::fs::read_to_string(path).unwrap();
    let made = super::park().unwrap();
    let differs = committed.lines().zip(made.lines()).position(|(old, new)| old != new);
    assert_eq!(differs, None, "first line that differs, from 0; `cargo xtask gen demo` makes the file anew");
    assert_eq!(committed.len(), made.len(), "as long");
    assert!(made.len() <= 4_000_000, "{} bytes", made.len());
    assert_eq!(made, super::park().unwrap(), "the same again");
}

#[test]
fn the_park_is_as_large_and_as_full_as_it_says() {
    let park = read();
    let counts = |layer: Layer| of(&park, layer).count();
    let expected = [
        (Layer::Park, 1..=1),
        (Layer::Zone, 8..=8),
        (Layer::Parcel, 140..=175),
        (Layer::Building, 1_400..=1_650),
        (Layer::Road, 45..=200),
        (Layer::Rail, 1..=1),
        (Layer::Water, 7..=60),
        (Layer::Green, 50..=400),
        (Layer::Utility, 15..=40),
        (Layer::Poi, 10..=20),
        (Layer::Mask, 5..=20),
    ];
    assert_eq!(expected.len(), Layer::ALL.len(), "every layer has its count");
    for (layer, range) in expected {
        assert!(range.contains(&counts(layer)), "{} of {layer}, expected {range:?}", counts(layer));
    }
    let area_km2 = of(&park, Layer::Park).map(|each| each.shape.area_m2()).sum::<f64>() / 1e6;
    assert!((18.0..25.0).contains(&area_km2), "{area_km2} km2");
    let codes: BTreeSet<_> = park.iter().map(|each| (each.layer, &each.code)).collect();
    assert_eq!(codes.len(), park.len(), "a code is unique in its layer");
    let stations = of(&park, Layer::Poi).filter(|each| each.text("kind") == PoiKind::MetroStation.as_str());
    assert_eq!(stations.count(), 4, "metro stations");
    let concave = of(&park, Layer::Building).filter(|each| each.areas().0[0].exterior().0.len() > 5);
    assert!(concave.count() > 300, "footprints that are no rectangles");
    let holed = of(&park, Layer::Building).filter(|each| !each.areas().0[0].interiors().is_empty());
    assert!(holed.count() > 40, "footprints with a court");
}

#[test]
fn every_word_is_one_of_the_record() {
    let park = read();
    for each in &park {
        let (layer, code) = (each.layer, &each.code);
        let kind = each.text("kind");
        let known = match layer {
            Layer::Park => each.properties["synthetic"] == Value::Bool(true) && each.number("origin_easting").is_some(),
            Layer::Zone => kind.parse::<ZoneKind>().is_ok(),
            Layer::Parcel => each.text("status").parse::<ParcelStatus>().is_ok(),
            Layer::Building => {
                each.text("use").parse::<BuildingUse>().is_ok() && each.text("roof").parse::<Roof>().is_ok()
            }
            Layer::Road => each.text("class").parse::<RoadClass>().is_ok(),
            Layer::Rail => kind.parse::<RailKind>().is_ok(),
            Layer::Water => kind.parse::<WaterKind>().is_ok(),
            Layer::Green => kind.parse::<GreenKind>().is_ok(),
            Layer::Utility => kind.parse::<UtilityKind>().is_ok(),
            Layer::Poi => kind.parse::<PoiKind>().is_ok(),
            Layer::Mask => kind.parse::<MaskKind>().is_ok(),
        };
        assert!(known, "{layer} {code}: {:?}", each.properties);
    }
}

#[test]
fn names_come_in_every_language() {
    let park = read();
    let named = [Layer::Park, Layer::Zone, Layer::Parcel, Layer::Rail, Layer::Poi];
    for each in park.iter().filter(|each| named.contains(&each.layer)) {
        for language in Language::ALL {
            let name = each.text(&format!("name:{}", language.tag()));
            assert!(!name.trim().is_empty(), "{} {} has no name in {}", each.layer, each.code, language.tag());
        }
    }
    let whole = of(&park, Layer::Park).next().unwrap();
    for language in Language::ALL {
        let notice = whole.text(&format!("notice:{}", language.tag()));
        assert!(notice.starts_with("演示数据 / synthetic"), "{notice}");
    }
    let names: Vec<_> = of(&park, Layer::Parcel).map(|each| each.text("name:en")).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "no two parcels of one name");
}

#[test]
fn planning_data_can_be_met() {
    let park = read();
    let zones: BTreeSet<_> = of(&park, Layer::Zone).map(|each| each.code.as_str()).collect();
    let (mut later, mut sourced) = (0, 0);
    let mut ways: BTreeMap<Acquisition, usize> = BTreeMap::new();
    for each in of(&park, Layer::Parcel) {
        let code = &each.code;
        assert!(zones.contains(each.text("zone")), "{code} lies in a zone");
        for name in ["plot_ratio", "site_coverage", "green_ratio"] {
            let bounds = Bounds::new(each.number(&format!("{name}_min")), each.number(&format!("{name}_max")));
            assert!(bounds.is_ok(), "{code} {name}: {bounds:?}");
        }
        if let Some(land_use) = each.properties.get("land_use") {
            land_use.as_str().unwrap().parse::<LandUse>().unwrap();
            assert!(each.number("height_limit_m").unwrap() >= 10.0, "{code} can be built on");
        }
        if let Some(way) = each.properties.get("acquisition") {
            let way = way.as_str().unwrap().parse::<Acquisition>().unwrap();
            *ways.entry(way).or_insert(0) += 1;
            assert!(!matches!(each.text("status"), "taken" | "unknown"), "{code} cannot be had");
        }
        if let Some(sources) = each.properties.get("sources") {
            let sources: Sources = serde_json::from_value(sources.clone()).unwrap();
            let fields = sources.entries().iter().flat_map(|entry| &entry.fields);
            sourced += fields.count();
        }
        if each.properties.contains_key("tenure") {
            each.text("tenure").parse::<TenureKind>().unwrap();
        }
        for supply in each.properties.get("supplies").and_then(Value::as_array).into_iter().flatten() {
            supply["kind"].as_str().unwrap().parse::<SupplyKind>().unwrap();
            assert!(supply["capacity"].as_f64().unwrap() > 0.0, "{code}: {supply}");
            assert!(supply["source"].as_str().unwrap().contains("synthetic"), "{code}: {supply}");
            later += usize::from(supply.get("from").is_some());
        }
    }
    assert!(later >= 10, "capacities that come later: {later}");
    assert!(sourced >= 1_000, "values with a source: {sourced}");
    assert_eq!(ways.len(), Acquisition::ALL.len(), "every way of acquisition occurs: {ways:?}");
    let statuses: BTreeMap<_, usize> = of(&park, Layer::Parcel).fold(BTreeMap::new(), |mut counts, each| {
        *counts.entry(each.text("status")).or_default() += 1;
        counts
    });
    assert_eq!(statuses.len(), ParcelStatus::ALL.len(), "every status occurs: {statuses:?}");
    assert!(statuses["available"] >= 20, "land on offer: {statuses:?}");
    let example = of(&park, Layer::Parcel).find(|each| each.code == super::built::EXAMPLE).unwrap();
    let power: Vec<_> =
        example.properties["supplies"].as_array().unwrap().iter().filter(|s| s["kind"] == "power").collect();
    assert_eq!((power.len(), &power[1]["from"]), (2, &Value::from("2028-07-01")), "the example's power");
}

/// Neighbours along an edge of 500 m share no more than this after both were snapped to 1 mm.
const SNAPPED_M2: f64 = 1.0;

#[test]
fn nothing_lies_over_what_it_must_not() {
    let park = read();
    let parcels: Vec<&Read> = of(&park, Layer::Parcel).collect();
    for (index, one) in parcels.iter().enumerate() {
        for other in &parcels[index + 1..] {
            let shared = shared_m2(one.areas(), other.areas());
            assert!(shared < SNAPPED_M2, "{} and {} share {shared} m2", one.code, other.code);
        }
    }
    let public = |class: &str| !matches!(class, "service" | "path");
    let roads = of(&park, Layer::Road).filter(|each| public(each.text("class"))).map(|each| {
        let Shape::Lines(lines) = &each.shape else { panic!("{} is a line", each.code) };
        (&each.code, ribbon(&lines.0[0], each.number("width_m").unwrap()))
    });
    let water = of(&park, Layer::Water).filter(|each| each.text("kind") != "basin");
    let water = water.map(|each| (&each.code, each.areas().clone()));
    for (code, strip) in roads.chain(water) {
        for parcel in &parcels {
            let shared = shared_m2(parcel.areas(), &strip);
            assert!(shared < SNAPPED_M2, "{} and {code} share {shared} m2", parcel.code);
        }
    }
}

#[test]
fn buildings_keep_their_setbacks_and_their_distance() {
    let park = read();
    let mut by_parcel: BTreeMap<&str, Vec<&Read>> = BTreeMap::new();
    for each in of(&park, Layer::Building) {
        by_parcel.entry(each.text("parcel")).or_default().push(each);
    }
    for parcel in of(&park, Layer::Parcel) {
        let houses = by_parcel.remove(parcel.code.as_str()).unwrap_or_default();
        let edge = parcel.areas().0[0].exterior();
        let setback_m = parcel.number("setback_front_m").unwrap_or_default();
        for (index, house) in houses.iter().enumerate() {
            let outside_m2 = house.areas().difference(parcel.areas()).unsigned_area();
            assert!(outside_m2 < 0.01, "{} stands {outside_m2} m2 outside", house.code);
            for at in &house.areas().0[0].exterior().0 {
                let away_m = Euclidean.distance(&Point::from(*at), edge);
                assert!(away_m > setback_m - 0.02, "{} is {away_m} m from the edge, not {setback_m}", house.code);
            }
            let limit_m = parcel.number("height_limit_m").unwrap();
            assert!(house.number("height_m").unwrap() <= limit_m, "{} is higher than {limit_m} m", house.code);
            for other in &houses[index + 1..] {
                let shared = shared_m2(house.areas(), other.areas());
                assert!(shared < 0.1, "{} and {} share {shared} m2", house.code, other.code);
            }
        }
    }
    assert!(by_parcel.is_empty(), "buildings on no parcel: {:?}", by_parcel.keys());
}

#[test]
fn nothing_stands_in_the_way_of_aircraft() {
    let park = read();
    let masks: Vec<_> = of(&park, Layer::Mask).filter(|each| each.text("kind") == "airport_height").collect();
    let limits: Vec<_> = masks.iter().map(|each| each.number("height_limit_m").unwrap()).collect();
    assert!(limits.is_sorted() && limits.len() >= 3, "the limits step: {limits:?}");
    for (mask, limit_m) in masks.iter().zip(limits) {
        for house in of(&park, Layer::Building) {
            let height_m = house.number("height_m").unwrap();
            let clear = height_m <= limit_m || shared_m2(house.areas(), mask.areas()) < 0.1;
            assert!(clear, "{} is {height_m} m high where {limit_m} m are allowed", house.code);
        }
    }
}

#[test]
fn built_industry_is_as_dense_and_as_high_as_the_real_one() {
    let park = read();
    let uses = ["factory", "standard_factory", "warehouse"];
    let heights: Vec<f64> = of(&park, Layer::Building)
        .filter(|each| each.text("use").ends_with("factory"))
        .map(|each| each.number("height_m").unwrap())
        .collect();
    let mean_m = heights.iter().sum::<f64>() / heights.len() as f64;
    assert!((13.4..21.8).contains(&mean_m), "mean height of factories {mean_m} m, real quartiles 13.4 and 21.8");
    let industrial: BTreeSet<_> = of(&park, Layer::Building)
        .filter(|each| uses.contains(&each.text("use")))
        .map(|each| each.text("parcel"))
        .collect();
    let on = |parcel: &str| industrial.contains(parcel);
    let land_m2: f64 = of(&park, Layer::Parcel).filter(|each| on(&each.code)).map(|each| each.shape.area_m2()).sum();
    let built_m2: f64 =
        of(&park, Layer::Building).filter(|each| on(each.text("parcel"))).map(|each| each.shape.area_m2()).sum();
    // The real cells hold streets and water as well: about a third of the land.
    let density = built_m2 / land_m2 * 2.0 / 3.0;
    let [low, _, high] = INDUSTRIAL_DENSITY;
    assert!((low..high).contains(&density), "density {density}, real quartiles {low} and {high}");
}

#[test]
fn floors_of_standard_factories_are_to_let() {
    let park = read();
    let mut count = 0;
    for each in of(&park, Layer::Building) {
        let Some(offers) = each.properties.get("offers") else { continue };
        assert_eq!(each.text("use"), BuildingUse::StandardFactory.as_str(), "{}", each.code);
        for offer in serde_json::from_value::<Vec<Offer>>(offers.clone()).unwrap() {
            let floor = f64::from(offer.floor.unwrap());
            assert!((1.0..=each.number("floors").unwrap()).contains(&floor), "{}: {offer:?}", each.code);
            assert!(offer.area_m2 <= each.shape.area_m2() * 1.01, "{}: {offer:?}", each.code);
            assert!(offer.rent.unwrap().source.contains("synthetic"), "{}", each.code);
            count += 1;
        }
    }
    assert!(count >= 20, "offers: {count}");
}

#[test]
fn a_street_leads_to_every_place_that_one_drives_to() {
    let park = read();
    let streets = [RoadClass::Arterial, RoadClass::Collector, RoadClass::Local];
    let is_street = |road: &&Read| streets.contains(&road.text("class").parse().unwrap());
    let roads: Vec<&Read> = of(&park, Layer::Road).filter(is_street).collect();
    // Where ways by truck and car end, and where one changes to the metro.
    let ends = [PoiKind::Airport, PoiKind::Port, PoiKind::Interchange, PoiKind::MetroStation, PoiKind::CustomsGate];
    for place in of(&park, Layer::Poi).filter(|poi| ends.contains(&poi.text("kind").parse().unwrap())) {
        let (Shape::Point(at), code) = (&place.shape, &place.code) else { panic!("{} is no point", place.code) };
        let away = roads.iter().map(|road| match &road.shape {
            Shape::Lines(lines) => Euclidean.distance(at, lines),
            other => panic!("{} is a {}", road.code, other.kind()),
        });
        let nearest_m = away.min_by(f64::total_cmp).unwrap();
        assert!(nearest_m < 60.0, "{code} {}: the nearest street is {nearest_m:.0} m away", place.text("name:en"));
    }
}
