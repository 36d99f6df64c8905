use cloudsite_domain::crs::LocalFrame;
use cloudsite_domain::record::Language;
use cloudsite_proto::tile::{GeometryType, TileValue};
use proptest::prelude::*;

use super::*;

const ADDRESS: TileAddress = TileAddress { z: 15, x: 27_345, y: 13_325 };

fn grid() -> TileGrid {
    TileGrid::new(ADDRESS, LocalFrame { origin: Coord { x: 540_000.0, y: 3_480_000.0 } }).unwrap()
}

/// A closed ring as commands, the first vertex relative to the tile's corner.
fn ring(corners: [(i32, i32); 4]) -> Vec<u32> {
    let zigzag = |value: i32| ((value << 1) ^ (value >> 31)) as u32;
    let mut commands = vec![9, zigzag(corners[0].0), zigzag(corners[0].1), 26];
    for pair in corners.windows(2) {
        commands.extend([zigzag(pair[1].0 - pair[0].0), zigzag(pair[1].1 - pair[0].1)]);
    }
    commands.push(15);
    commands
}

/// A layer of one feature.
fn layer(name: &str, id: u64, kind: GeometryType, geometry: Vec<u32>, attributes: &[(&str, TileValue)]) -> TileLayer {
    TileLayer {
        version: 2,
        name: name.to_owned(),
        features: vec![TileFeature {
            id: Some(id),
            tags: (0..attributes.len() as u32).flat_map(|index| [index, index]).collect(),
            r#type: Some(kind.into()),
            geometry,
        }],
        keys: attributes.iter().map(|(key, _)| (*key).to_owned()).collect(),
        values: attributes.iter().map(|(_, value)| value.clone()).collect(),
        extent: Some(EXTENT),
    }
}

fn text(text: &str) -> TileValue {
    TileValue { string_value: Some(text.to_owned()), ..TileValue::default() }
}

fn number(value: f64) -> TileValue {
    TileValue { double_value: Some(value), ..TileValue::default() }
}

fn tile() -> VectorTile {
    let across = ring([(-32, 1_000), (1_000, 1_000), (1_000, 2_000), (-32, 2_000)]);
    VectorTile {
        layers: vec![
            layer(
                "parcel",
                5,
                GeometryType::Polygon,
                across.clone(),
                &[("status", text("available")), ("code", text("P-5"))],
            ),
            layer(
                "building",
                6,
                GeometryType::Polygon,
                across,
                &[("height_m", number(24.0)), ("use", text("factory")), ("parcel", text("P-5"))],
            ),
            layer("road", 7, GeometryType::Linestring, vec![9, 0, 0, 10, 400, 0], &[("class", text("arterial"))]),
            layer("poi", 8, GeometryType::Point, vec![17, 100, 100, 10_000, 0], &[("kind", text("customs_gate"))]),
            layer(
                "label",
                5,
                GeometryType::Point,
                vec![9, 100, 100],
                &[("of", text("parcel")), ("name:zh", text("地块"))],
            ),
            layer("of_the_future", 9, GeometryType::Unknown, vec![1, 2, 3], &[]),
        ],
    }
}

fn decoded(tile: &VectorTile) -> Result<Decoded, BrokenTile> {
    decode(ADDRESS, &tile.encode_to_vec(), &grid())
}

#[test]
fn features_come_as_the_records_own_terms() {
    let Decoded { tile, codes } = decoded(&tile()).unwrap();
    assert_eq!(tile.areas.len(), 1);
    assert_eq!((tile.buildings[0].usage, tile.buildings[0].parcel.as_deref()), (BuildingUse::Factory, Some("P-5")));
    assert_eq!(tile.lines[0].kind, LineKind::Road { class: RoadClass::Arterial, width_m: 24.0, lanes: None });
    assert_eq!(tile.points.len(), 1, "the point outside the square is another tile's");
    assert_eq!(tile.labels[0].names.get(Language::Zh), Some("地块"));
    assert_eq!(codes.get(&5).map(String::as_str), Some("P-5"));
}

#[test]
fn areas_are_cut_to_the_square_turn_counter_clockwise_and_know_their_cuts() {
    let tile = decoded(&tile()).unwrap().tile;
    let ring = &tile.areas[0].polygons[0].rings[0];
    let points: Vec<Coord> = ring.iter().map(|vertex| vertex.at).collect();
    let doubled: f64 =
        (0..4).map(|index| (points[index], points[(index + 1) % 4])).map(|(a, b)| a.x * b.y - b.x * a.y).sum();
    assert!(doubled > 0.0, "clockwise");
    assert_eq!(ring.iter().filter(|vertex| vertex.edge_is_cut).count(), 1);
    let (min, _) = tile.square.bounds();
    assert!(points.iter().all(|at| at.x > min.x - 0.01), "beyond the square");
}

#[test]
fn buildings_stay_whole() {
    let tile = decoded(&tile()).unwrap().tile;
    let ring = &tile.buildings[0].polygons[0].rings[0];
    let (min, _) = tile.square.bounds();
    assert!(ring.iter().any(|vertex| vertex.at.x < min.x - 1.0) && ring.iter().all(|vertex| !vertex.edge_is_cut));
}

#[test]
fn a_word_of_a_newer_server_costs_its_feature_and_no_other() {
    let whole = decoded(&tile()).unwrap().tile;
    let mut tile = tile();
    tile.layers[0].values[0] = text("on the moon");
    let told = decoded(&tile).unwrap().tile;
    assert_eq!((whole.areas.len() - told.areas.len(), told.buildings.len()), (1, whole.buildings.len()));
}

#[test]
fn what_is_broken_is_named() {
    type Change = fn(&mut VectorTile);
    let broken = |change: Change| {
        let mut tile = tile();
        change(&mut tile);
        let error = decoded(&tile).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {source}")
    };
    let cases: [(Change, &str); 3] = [
        (|tile| tile.layers[1].features[0].geometry.truncate(4), "layer 'building', feature 6: the geometry ends"),
        (|tile| tile.layers[1].values[0] = text("tall"), "layer 'building', feature 6: attribute 'height_m'"),
        (|tile| tile.layers[2].version = 3, "layer 'road' is of version 3"),
    ];
    for (change, expected) in cases {
        let message = broken(change);
        assert!(message.starts_with(expected), "{message}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_tile_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _: Result<Decoded, BrokenTile> = decode(ADDRESS, &bytes, &grid());
    }

    #[test]
    fn a_damaged_tile_is_finite_or_an_error(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = tile().encode_to_vec();
        for (index, value) in damage {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(Decoded { tile, .. }) = decode(ADDRESS, &bytes, &grid()) {
            let areas = tile.areas.iter().flat_map(|area| &area.polygons);
            let buildings = tile.buildings.iter().flat_map(|building| &building.polygons);
            for vertex in areas.chain(buildings).flat_map(|area| &area.rings).flatten() {
                prop_assert!(vertex.at.x.is_finite() && vertex.at.y.is_finite());
            }
            prop_assert!(tile.buildings.iter().all(|building| (0.0..=1_000.0).contains(&building.height_m)));
        }
    }
}
