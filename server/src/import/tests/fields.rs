//! Fields, layer by layer: what is taken, what is refused by name, what stays an attribute.

use cloudsite_domain::record::{Body, Layer};

use super::super::ImportOptions;
use super::{collection, options, polygon, read, read_geojson, square};

const LINE: &str = r#"{"type":"LineString","coordinates":[[120.4,31.5],[120.41,31.5]]}"#;
const POINT: &str = r#"{"type":"Point","coordinates":[120.4,31.5]}"#;

fn one(layer: Layer, properties: &str) -> String {
    match layer {
        Layer::Road | Layer::Rail => feature(properties, LINE),
        Layer::Poi | Layer::Utility => feature(properties, POINT),
        _ => polygon(properties, &square(0)),
    }
}

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
}

/// The body of a feature with these properties, as the record writes it.
fn body(layer: Layer, properties: &str) -> String {
    let features = read(&collection(&[one(layer, properties)]), layer)
        .unwrap_or_else(|refusal| panic!("{layer} {properties}: {:?}", refusal.problems));
    match &features[0].body {
        Body::Park(park) => format!("synthetic {}", park.synthetic),
        body => serde_json::to_string(body).unwrap(),
    }
}

#[test]
fn fields_become_what_the_layer_says() {
    let cases = [
        (Layer::Parcel, "{}", r#"{"layer":"parcel","status":"unknown"}"#),
        (
            Layer::Parcel,
            r#"{"status":"available","zone":"Z-1","land_use":"100101","plot_ratio_min":1.5,"plot_ratio_max":"2.5"}"#,
            r#"{"layer":"parcel","status":"available","zone":"Z-1","land_use":"100101","plot_ratio":{"min":1.5,"max":2.5}}"#,
        ),
        (
            Layer::Parcel,
            r#"{"setback_front_m":10,"setback_side_m":5,"setback_rear_m":6,"tenure":"grant","tenure_years":50}"#,
            r#"{"layer":"parcel","status":"unknown","setbacks":{"front_m":10.0,"side_m":5.0,"rear_m":6.0},"tenure":{"kind":"grant","years":50}}"#,
        ),
        (
            Layer::Parcel,
            r#"{"price_cny_per_m2":480,"price_as_of":"2026-01-01","price_source":"list"}"#,
            r#"{"layer":"parcel","status":"unknown","price":{"cny_per_m2":480.0,"as_of":"2026-01-01","source":"list"}}"#,
        ),
        (
            Layer::Parcel,
            r#"{"acquisition":"after_clearance","supplies":[{"kind":"gas","as_of":"2026-01-01","source":"gas"}],
                "sources":[{"fields":["acquisition"],"source":"survey","as_of":"2026-01-01","confidence":"low"}]}"#,
            r#"{"layer":"parcel","status":"unknown","acquisition":"after_clearance","supplies":[{"kind":"gas","as_of":"2026-01-01","source":"gas"}],"sources":[{"fields":["acquisition"],"source":"survey","as_of":"2026-01-01","confidence":"low"}]}"#,
        ),
        (
            Layer::Parcel,
            r#"{"supplies":"[{\"kind\":\"power\",\"capacity\":3000,\"as_of\":\"2026-01-01\",\"source\":\"grid\"}]"}"#,
            r#"{"layer":"parcel","status":"unknown","supplies":[{"kind":"power","capacity":3000.0,"as_of":"2026-01-01","source":"grid"}]}"#,
        ),
        (
            Layer::Building,
            r#"{"height_m":12.5}"#,
            r#"{"layer":"building","use":"unknown","height_m":12.5,"roof":"flat"}"#,
        ),
        (
            Layer::Building,
            r#"{"height_m":20,"use":"standard_factory","offers":"[{\"floor\":2,\"area_m2\":1800}]"}"#,
            r#"{"layer":"building","use":"standard_factory","height_m":20.0,"roof":"flat","offers":[{"floor":2,"area_m2":1800.0}]}"#,
        ),
        (Layer::Zone, "{}", r#"{"layer":"zone","kind":"other"}"#),
        (Layer::Road, r#"{"highway":"trunk_link"}"#, r#"{"layer":"road","class":"ramp"}"#),
        (Layer::Road, r#"{"highway":"services"}"#, r#"{"layer":"road","class":"service"}"#),
        (
            Layer::Road,
            r#"{"class":"path","highway":"trunk","lanes":"2"}"#,
            r#"{"layer":"road","class":"path","lanes":2}"#,
        ),
        (Layer::Rail, r#"{"railway":"subway"}"#, r#"{"layer":"rail","kind":"metro","level_m":0.0}"#),
        (Layer::Water, r#"{"natural":"water","water":"lake"}"#, r#"{"layer":"water","kind":"lake"}"#),
        (Layer::Water, r#"{"natural":"water"}"#, r#"{"layer":"water","kind":"basin"}"#),
        (Layer::Green, r#"{"leisure":"park"}"#, r#"{"layer":"green","kind":"park"}"#),
        (Layer::Utility, r#"{"kind":"gate"}"#, r#"{"layer":"utility","kind":"gate"}"#),
        (Layer::Poi, "{}", r#"{"layer":"poi","kind":"other"}"#),
        (
            Layer::Mask,
            r#"{"kind":"airport_height","height_limit_m":45}"#,
            r#"{"layer":"mask","kind":"airport_height","height_limit_m":45.0}"#,
        ),
        (Layer::Park, r#"{"synthetic":true}"#, "synthetic true"),
    ];
    for (layer, properties, expected) in cases {
        assert_eq!(body(layer, properties), expected, "{layer} {properties}");
    }
}

#[test]
fn a_malformed_field_is_named() {
    let cases = [
        (Layer::Parcel, r#"{"status":"sold"}"#, "status"),
        (Layer::Parcel, r#"{"land_use":"M1"}"#, "land_use"),
        (Layer::Parcel, r#"{"plot_ratio_min":3,"plot_ratio_max":2}"#, "plot_ratio_min"),
        (Layer::Parcel, r#"{"site_coverage_max":40}"#, "site_coverage_max"),
        (Layer::Parcel, r#"{"height_limit_m":"tall"}"#, "height_limit_m"),
        (Layer::Parcel, r#"{"height_limit_m":-3}"#, "height_limit_m"),
        (Layer::Parcel, r#"{"height_limit_m":"NaN"}"#, "height_limit_m"),
        (Layer::Parcel, r#"{"setback_front_m":10}"#, "setback_side_m"),
        (Layer::Parcel, r#"{"tenure":"grant"}"#, "tenure_years"),
        (Layer::Parcel, r#"{"tenure":"grant","tenure_years":49.5}"#, "tenure_years"),
        (Layer::Parcel, r#"{"price_cny_per_m2":480}"#, "price_as_of"),
        (Layer::Parcel, r#"{"price_cny_per_m2":480,"price_as_of":"soon","price_source":"x"}"#, "price_as_of"),
        (Layer::Parcel, r#"{"supplies":"[{]"}"#, "supplies"),
        (Layer::Parcel, r#"{"acquisition":"soon"}"#, "acquisition"),
        (Layer::Parcel, r#"{"sources":[{"fields":["colour"],"source":"x","as_of":"2026-01-01"}]}"#, "sources"),
        (Layer::Building, r#"{"use":"factory"}"#, "height_m"),
        (Layer::Building, r#"{"height_m":10,"offers":[{"floor":1,"area_m2":-4}]}"#, "offers"),
        (Layer::Building, r#"{"height_m":10,"roof":"thatch"}"#, "roof"),
        (Layer::Road, r#"{"class":"alley"}"#, "class"),
        (Layer::Utility, "{}", "kind"),
        (Layer::Mask, "{}", "kind"),
        (Layer::Park, r#"{"synthetic":"perhaps"}"#, "synthetic"),
        (Layer::Park, r#"{"origin_easting":500000}"#, "origin_easting"),
    ];
    for (layer, properties, field) in cases {
        let refusal = read(&collection(&[one(layer, properties)]), layer).expect_err(properties);
        assert_eq!(refusal.problems[0].field, field, "{layer} {properties}: {:?}", refusal.problems);
        assert_eq!(refusal.problems[0].feature, "file.1");
    }
}

#[test]
fn codes_come_from_the_code_the_id_or_the_number() {
    let with_id = |id: &str, properties: &str| {
        format!(r#"{{"type":"Feature","id":{id},"properties":{properties},"geometry":{POINT}}}"#)
    };
    let features = [
        with_id("7", r#"{"code":"X"}"#),
        with_id("7", r#"{"code":""}"#),
        with_id("\"way-9\"", "{}"),
        feature(r#"{"ref":"N12"}"#, POINT),
    ];
    let mut options = options(Layer::Poi);
    let read = |options: &ImportOptions| read_geojson(collection(&features).as_bytes(), options);
    let codes: Vec<_> = read(&options).unwrap().iter().map(|feature| feature.code.to_string()).collect();
    assert_eq!(codes, ["X", "7", "way-9", "file.4"]);
    // What is mapped is taken from there alone.
    options.mapping.insert("code".to_owned(), "ref".to_owned());
    let refused = read(&options).expect_err("two features have the id 7");
    assert_eq!(refused.problems[0].rule, "code.unique");
}

#[test]
fn names_are_sorted_by_language_and_the_rest_is_kept() {
    let properties = r#"{"name":"太湖","name:en":"Taihu Lake","name:zh":"太湖","name:zh-Hant":"太湖湖","layer":"-1",
        "wikidata":"Q209294","depth":1.9,"empty":null,"blank":" ","ok":true}"#;
    let features = read(&collection(&[one(Layer::Water, properties)]), Layer::Water).unwrap();
    let names: Vec<_> = features[0].names.iter().map(|(language, name)| format!("{}={name}", language.tag())).collect();
    assert_eq!(names, ["zh=太湖", "en=Taihu Lake"]);
    let kept: Vec<_> = features[0].attributes.iter().map(|(name, text)| format!("{name}={text}")).collect();
    assert_eq!(kept, ["depth=1.9", "layer=-1", "name:zh-Hant=太湖湖", "ok=true", "wikidata=Q209294"]);
}

#[test]
fn a_land_use_code_of_the_older_classification_is_refused_with_its_successor() {
    let said = |code: &str| {
        let properties = format!(r#"{{"land_use":"{code}"}}"#);
        let refusal = read(&collection(&[one(Layer::Parcel, &properties)]), Layer::Parcel).expect_err(code);
        refusal.problems[0].message.clone()
    };
    assert!(said("M1").ends_with("; the older code M1 is now 100101"), "{}", said("M1"));
    assert!(!said("X9").contains("older"), "{}", said("X9"));
}
