//! Bad files: each is refused with the rule, the feature and the place.

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::Layer;
use expect_test::expect;

use super::super::MOST_PROBLEMS;
use super::{check, collection, options, polygon, read, read_geojson, said, square};

#[test]
fn what_is_no_geojson_is_refused_as_a_whole() {
    for text in ["", "{", "[1, 2", "null", "\u{0}\u{1}\u{2}", r#"{"type":"FeatureCollection"}"#, r#"{"features":[]}"#] {
        let refusal = read(text, Layer::Parcel).expect_err(text);
        assert_eq!(refusal.count, 1, "{text}");
        assert_eq!(refusal.problems[0].rule, "geojson.well_formed", "{text}");
    }
    check(
        Layer::Parcel,
        r#"{"type":"Feature","properties":{},"geometry":null,"features":[]}"#,
        expect!["the file: it is a Feature, not a FeatureCollection at line 1 column 64 [geojson.well_formed]"],
    );
}

#[test]
fn a_self_crossing_ring_is_named_with_its_vertex_and_coordinate() {
    let bow =
        polygon(r#"{"code":"BOW"}"#, "[[[120.4,31.5],[120.402,31.502],[120.402,31.5],[120.4,31.502],[120.4,31.5]]]");
    let refusal = read(&collection(&[polygon("{}", &square(5)), bow]), Layer::Parcel).expect_err("it crosses itself");
    let [problem] = refusal.problems.as_slice() else { panic!("{:?}", refusal.problems) };
    let place = problem.place.expect("it is at one place");
    assert_eq!((problem.feature.as_str(), problem.rule.as_str()), ("BOW", "geometry.ring_simple"));
    assert_eq!((place.part, place.ring, place.vertex), (0, 0, 0));
    assert!((place.at.x - 120.401).abs() < 1e-6 && (place.at.y - 31.501).abs() < 1e-6, "{:?}", place.at);
}

#[test]
fn an_unclosed_ring_is_not_closed_for_its_author() {
    let open = polygon(r#"{"code":"OPEN"}"#, "[[[120.4,31.5],[120.401,31.5],[120.401,31.501],[120.4,31.501]]]");
    check(
        Layer::Parcel,
        &collection(&[open]),
        expect![
            "OPEN: the ring is not closed at part 0, ring 0, vertex 3, coordinate (120.4, 31.501) [geometry.ring_closed]"
        ],
    );
}

#[test]
fn all_problems_are_said_at_once() {
    let features = [
        polygon(r#"{"code":"A","status":"sold"}"#, &square(0)),
        r#"{"type":"Feature","properties":{"code":"B"},"geometry":null}"#.to_owned(),
        r#"{"type":"Feature","properties":{"code":"C"},"geometry":{"type":"Point","coordinates":[120.4,31.5]}}"#
            .to_owned(),
        r#"{"type":"Feature","properties":{"code":"D"},"geometry":{"type":"Polygon","coordinates":[[["x",1]]]}}"#
            .to_owned(),
        r#"{"type":"Feature","properties":{"code":"E"},"geometry":{"type":"Polygon","coordinates":[]}}"#.to_owned(),
        polygon(r#"{"code":"A"}"#, &square(1)),
        polygon(r#"{"code":"a/b"}"#, &square(2)),
    ];
    let refusal = read(&collection(&features), Layer::Parcel).expect_err("much is wrong");
    let mut said: Vec<_> =
        refusal.problems.iter().map(|problem| (problem.feature.as_str(), problem.rule.as_str())).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("A", "code.unique"),
            ("A", "field.term"),
            ("B", "geometry.present"),
            ("C", "geometry.kind_fits_layer"),
            ("E", "geometry.enough_vertices"),
            ("feature 4", "geojson.feature"),
            ("feature 7", "code.valid"),
        ]
    );
    let unique = refusal.problems.iter().find(|problem| problem.rule == "code.unique").unwrap();
    assert_eq!(unique.message, "features 1 and 6 both have the code 'A'");
}

#[test]
fn the_wrong_system_is_noticed() {
    let file = collection(&[polygon(r#"{"code":"A"}"#, &square(0))]);
    let mut metres = options(Layer::Parcel);
    metres.crs = Some(Crs::GaussKruger120);
    expect!["the file: field crs: (120.4, 31.5) and the others cannot be in EPSG:4549; these coordinates look like degrees of longitude and latitude. Import again with --crs EPSG:4490 [crs.looks_like]"]
        .assert_eq(&said(read_geojson(file.as_bytes(), &metres)));

    let swapped = polygon(r#"{"code":"A"}"#, "[[[31.5,120.4],[31.5,120.5],[31.6,120.5],[31.5,120.4]]]");
    let refusal = read(&collection(&[swapped]), Layer::Parcel).expect_err("latitude stands first");
    assert_eq!(refusal.problems[0].rule, "crs.looks_like");
    let one_swapped = collection(&[
        polygon("{}", "[[[31.5,120.4],[31.5,120.5],[31.6,120.5],[31.5,120.4]]]"),
        polygon("{}", &square(0)),
    ]);
    let refusal = read(&one_swapped, Layer::Parcel).expect_err("one of two is elsewhere");
    assert_eq!(refusal.problems[0].rule, "crs.position");

    let named = file.replacen(
        r#""features""#,
        r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}},"features""#,
        1,
    );
    let refusal = read(&named, Layer::Parcel).expect_err("nobody knows it here");
    assert_eq!((refusal.problems[0].rule.as_str(), refusal.problems[0].field.as_str()), ("crs.known", "crs"));
    let mut told = options(Layer::Parcel);
    told.crs = Some(Crs::Wgs84);
    assert_eq!(read_geojson(named.as_bytes(), &told).expect("--crs is stronger").len(), 1);
}

#[test]
fn layers_take_their_own_kinds_only() {
    let line = r#"{"type":"Feature","properties":{"waterway":"river"},
        "geometry":{"type":"LineString","coordinates":[[120.4,31.5],[120.5,31.5]]}}"#;
    check(
        Layer::Water,
        &collection(&[line.to_owned()]),
        expect!["file.1: layer water takes polygon, not line [geometry.kind_fits_layer]"],
    );
    assert_eq!(read(&collection(&[line.to_owned()]), Layer::Road).unwrap().len(), 1);
}

#[test]
fn a_thousand_problems_are_kept_and_all_are_counted() {
    let bad: Vec<String> =
        (0..MOST_PROBLEMS + 5).map(|_| r#"{"type":"Feature","properties":{},"geometry":null}"#.to_owned()).collect();
    let refusal = read(&collection(&bad), Layer::Parcel).expect_err("none has a geometry");
    assert_eq!((refusal.problems.len(), refusal.count), (MOST_PROBLEMS, MOST_PROBLEMS as u64 + 5));
}

#[test]
fn a_mapping_from_what_no_feature_has_is_a_slip() {
    let mut mapped = options(Layer::Parcel);
    mapped.mapping.insert("land_use".to_owned(), "LANDUSE".to_owned());
    let file = collection(&[polygon(r#"{"Class":"100101"}"#, &square(0))]);
    let refusal = read_geojson(file.as_bytes(), &mapped).expect_err("it is called Class");
    assert_eq!(
        (refusal.problems[0].rule.as_str(), refusal.problems[0].field.as_str()),
        ("mapping.attribute", "land_use")
    );
    mapped.mapping.insert("land_use".to_owned(), "Class".to_owned());
    assert_eq!(read_geojson(file.as_bytes(), &mapped).unwrap().len(), 1);
    mapped.mapping.insert("plot_ratio".to_owned(), "Class".to_owned());
    assert_eq!(mapped.unknown_field(), Some("plot_ratio"));
}
