use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{Layer, ParcelStatus, Revision};
use cloudsite_domain::tile::{EXTENT, TileAddress};
use cloudsite_proto::tile::{GeometryType, TileLayer, TileValue, VectorTile};
use geo_types::{Coord, Rect};
use prost::Message;
use std::io::Read;
use std::sync::Arc;

use super::build::build;
use super::outline::twice_area;
use super::{Addresses, Encoding, TileError, TileServer, tile_json, tileset, tileset_as_of};
use crate::record::{LEAF_ZOOM, MIN_ZOOM, Record, Snapshot, mercator_from_canonical, sample};

const WHOLE: Tier = Tier::Government;

fn decoded(snapshot: &Snapshot, tile: TileAddress) -> VectorTile {
    VectorTile::decode(build(snapshot, tile).as_slice()).unwrap()
}

fn layer<'a>(tile: &'a VectorTile, name: &str) -> Option<&'a TileLayer> {
    tile.layers.iter().find(|layer| layer.name == name)
}

fn tile_at(z: u8, east_m: f64, north_m: f64) -> TileAddress {
    let at = mercator_from_canonical(sample::CORNER + Coord { x: east_m, y: north_m }).unwrap();
    TileAddress::containing(z, at)
}

/// All tiles of a zoom over the sample.
fn tiles(z: u8) -> Vec<TileAddress> {
    let (low, high) = (sample::CORNER, sample::CORNER + Coord { x: 4_000.0, y: 3_000.0 });
    let bounds = Rect::new(mercator_from_canonical(low).unwrap(), mercator_from_canonical(high).unwrap());
    let (columns, rows) = TileAddress::covering(z, bounds);
    columns.flat_map(|x| rows.clone().map(move |y| TileAddress { z, x, y })).collect()
}

fn attribute(layer: &TileLayer, feature: usize, key: &str) -> Option<TileValue> {
    let key = layer.keys.iter().position(|known| known == key)?;
    let mut tags = layer.features[feature].tags.chunks(2);
    tags.find(|tag| tag[0] as usize == key).map(|tag| layer.values[tag[1] as usize].clone())
}

/// The rings of a polygon's commands, open.
fn rings(geometry: &[u32]) -> Vec<Vec<[i32; 2]>> {
    let number = |value: u32| (value >> 1).cast_signed() ^ -((value & 1).cast_signed());
    let (mut at, mut rings, mut rest) = ([0, 0], Vec::<Vec<[i32; 2]>>::new(), geometry);
    while let Some((command, tail)) = rest.split_first() {
        let (id, count) = (command & 7, (command >> 3) as usize);
        if id == 1 {
            rings.push(Vec::new());
        }
        let parameters = if id == 7 { 0 } else { count * 2 };
        for step in tail[..parameters].chunks(2) {
            at = [at[0] + number(step[0]), at[1] + number(step[1])];
            rings.last_mut().unwrap().push(at);
        }
        rest = &tail[parameters..];
    }
    rings
}

#[test]
fn each_building_is_whole_in_one_tile_of_each_zoom() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    for z in [14, LEAF_ZOOM] {
        let mut seen = Vec::new();
        for address in tiles(z) {
            let tile = decoded(&snapshot, address);
            for feature in layer(&tile, "building").map_or(&[][..], |layer| &layer.features) {
                let outline = rings(&feature.geometry);
                assert_eq!(outline.len(), 1);
                let side_m = mercator_side_m(address) / f64::from(EXTENT);
                let area_m2 = twice_area(&outline[0]) as f64 / 2.0 * side_m * side_m;
                assert!((2_000.0..2_800.0).contains(&area_m2), "2 400 m2 uncut and wound outwards, not {area_m2}");
                seen.push(feature.id());
            }
        }
        seen.sort_unstable();
        let mut buildings: Vec<u64> =
            snapshot.layer(Layer::Building).features().iter().map(|version| version.id.0).collect();
        buildings.sort_unstable();
        assert_eq!(seen, buildings, "zoom {z}");
    }
}

/// The side of a tile on the ground at the sample, metres.
fn mercator_side_m(tile: TileAddress) -> f64 {
    tile.bounds_3857().width() * 31.43_f64.to_radians().cos()
}

#[test]
fn tiles_say_what_the_schema_says() {
    let (_folder, record) = sample::open();
    let tile = decoded(&record.snapshot(), tile_at(LEAF_ZOOM, 150.0, 150.0));
    let parcels = layer(&tile, "parcel").expect("parcels");
    assert_eq!((parcels.version, parcels.extent()), (2, EXTENT));
    let text = |value: &str| Some(TileValue { string_value: Some(value.to_owned()), ..TileValue::default() });
    assert_eq!(attribute(parcels, 0, "code"), text("P-1"));
    assert_eq!(attribute(parcels, 0, "status"), text("available"));
    assert_eq!(attribute(parcels, 0, "zone"), text("Z-1"));
    let area = attribute(parcels, 0, "area_m2").and_then(|value| value.double_value);
    assert_eq!(area, Some(10_000.0));
    let buildings = layer(&tile, "building").expect("buildings");
    assert_eq!(attribute(buildings, 0, "height_m").and_then(|value| value.double_value), Some(18.0));
    assert_eq!(attribute(buildings, 0, "floors").and_then(|value| value.uint_value), Some(3));
    let labels = layer(&tile, "label").expect("labels");
    let labelled: Vec<_> = (0..labels.features.len()).map(|index| attribute(labels, index, "of")).collect();
    assert!(labelled.contains(&text("parcel")) && labelled.contains(&text("poi")), "{labelled:?}");
    assert!(labels.features.iter().all(|feature| feature.r#type() == GeometryType::Point));
    assert!(layer(&tile, "park").is_none(), "the park's outline is not drawn");
}

#[test]
fn less_is_shown_from_afar() {
    let (_folder, record) = sample::open();
    let names = |z: u8| -> Vec<String> {
        let tile = decoded(&record.snapshot(), tile_at(z, 400.0, 400.0));
        tile.layers.into_iter().map(|layer| layer.name).collect()
    };
    assert_eq!(names(14), ["zone", "water", "parcel", "road", "building", "poi", "label"]);
    assert_eq!(names(12), ["zone", "water", "parcel", "road", "building", "label"]);
    assert_eq!(names(MIN_ZOOM), ["zone", "water", "road", "label"]);
}

#[test]
fn shapes_are_cut_to_the_tile_and_its_buffer() {
    let (_folder, record) = sample::open();
    let buffer = 64;
    for address in tiles(LEAF_ZOOM) {
        let tile = decoded(&record.snapshot(), address);
        for layer in tile.layers.iter().filter(|layer| layer.name != "building") {
            for [x, y] in layer.features.iter().flat_map(|feature| rings(&feature.geometry)).flatten() {
                let range = -buffer..=EXTENT.cast_signed() + buffer;
                assert!(range.contains(&x) && range.contains(&y), "{} of {address}: ({x}, {y})", layer.name);
            }
        }
    }
}

fn server(record: &Arc<Record>) -> TileServer {
    TileServer::new(sample::views(record))
}

#[test]
fn an_address_keeps_its_content_while_the_record_goes_on() {
    let (_folder, record) = sample::open();
    let (near, far) = (tile_at(LEAF_ZOOM, 150.0, 150.0), tile_at(LEAF_ZOOM, 2_300.0, 1_300.0));
    let before = server(&record).tile(WHOLE, Revision(1), near, Encoding::Identity).unwrap();
    sample::commit(&record, vec![sample::parcel("P-1", 0.0, 100.0, ParcelStatus::Taken)], Vec::new());
    // A server that kept nothing has to read the past.
    let after = server(&record);
    assert_eq!(after.tile(WHOLE, Revision(1), near, Encoding::Identity).unwrap().hash, before.hash);
    assert_ne!(after.tile(WHOLE, Revision(2), near, Encoding::Identity).unwrap().hash, before.hash, "the status shows");
    assert_eq!(record.head().tiles.last_change(far), Some(Revision(1)), "elsewhere nothing changed");
    after.tile(WHOLE, Revision(1), far, Encoding::Identity).unwrap();
    assert!(after.kept(WHOLE, Revision(2), far, Encoding::Identity).is_some(), "both revisions share one tile");
}

#[test]
fn encodings_hold_the_same_tile() {
    let (_folder, record) = sample::open();
    let server = server(&record);
    let address = tile_at(LEAF_ZOOM, 150.0, 150.0);
    let body = |encoding| server.tile(WHOLE, Revision(1), address, encoding).unwrap();
    let plain = body(Encoding::Identity).bytes;
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(body(Encoding::Gzip).bytes.as_ref()).read_to_end(&mut unzipped).unwrap();
    assert_eq!(unzipped, plain);
    let mut unbrotlied = Vec::new();
    brotli::BrotliDecompress(&mut body(Encoding::Brotli).bytes.as_ref(), &mut unbrotlied).unwrap();
    assert_eq!(unbrotlied, plain);
}

#[test]
fn what_is_no_tile_is_said_so() {
    let (_folder, record) = sample::open();
    let server = server(&record);
    let leaf = tile_at(LEAF_ZOOM, 150.0, 150.0);
    let refusal = |revision, tile| server.tile(WHOLE, revision, tile, Encoding::Identity).map(|_| ()).unwrap_err();
    assert!(matches!(refusal(Revision(2), leaf), TileError::Read(_)), "a revision to come");
    assert!(matches!(refusal(Revision(0), leaf), TileError::Read(_)), "no revision");
    assert!(matches!(refusal(Revision(1), leaf.children()[0]), TileError::ZoomNotServed(16)));
    let elsewhere = TileAddress { z: LEAF_ZOOM, x: 0, y: 0 };
    assert!(
        server.tile(WHOLE, Revision(1), elsewhere, Encoding::Brotli).unwrap().is_empty,
        "nothing on the other side"
    );
}

#[test]
fn the_tileset_names_each_tile_with_its_last_revision() {
    let (_folder, record) = sample::open();
    sample::commit(&record, vec![sample::building("B-3", 2_110.0, 1_100.0)], Vec::new());
    let set = tileset(&record.head(), &Addresses::public());
    assert_eq!((set.revision, set.min_zoom, set.max_zoom, set.synthetic), (2, 11, 15, true));
    let changed = tile_at(LEAF_ZOOM, 2_120.0, 1_120.0);
    let group = |revision: u64| set.groups.iter().find(|group| group.revision == revision).expect("a group");
    let holds = |revision, tile: TileAddress| group(revision).tiles.chunks(2).any(|at| at == [tile.x, tile.y]);
    assert!(holds(2, changed) && !holds(1, changed));
    assert!(holds(1, tile_at(LEAF_ZOOM, 100.0, 100.0)));
    let json = tile_json(&record.snapshot(), "http://localhost:8080/tiles");
    assert_eq!(json["tiles"][0], "http://localhost:8080/tiles/2/{z}/{x}/{y}.mvt");
    assert_eq!(json["vector_layers"].as_array().map(Vec::len), Some(11));
}

#[test]
fn a_past_tileset_leads_to_the_tiles_of_its_time() {
    let (_folder, record) = sample::open();
    let (near, far) = (tile_at(LEAF_ZOOM, 150.0, 150.0), tile_at(LEAF_ZOOM, 2_300.0, 1_300.0));
    let fresh = tile_at(LEAF_ZOOM, 3_600.0, 2_600.0);
    sample::commit(&record, vec![sample::parcel("P-1", 0.0, 100.0, ParcelStatus::Taken)], Vec::new());
    sample::commit(&record, vec![sample::building("B-9", 3_600.0, 2_600.0)], Vec::new());
    let head = record.head();
    // Where each of the three tiles is at revisions 1 to 3; in the last one there was nothing to see before.
    let cases = [(1, [Some(1), Some(1), None]), (2, [Some(2), Some(1), None]), (3, [Some(2), Some(1), Some(3)])];
    for (as_of, expected) in cases {
        let set = tileset_as_of(&head, &record.snapshot_at(Revision(as_of)).unwrap(), &Addresses::public());
        assert_eq!((set.revision, set.origin_easting), (as_of, tileset(&head, &Addresses::public()).origin_easting));
        let at = |tile: TileAddress| {
            let holds =
                |group: &&cloudsite_proto::tile::TileGroup| group.tiles.chunks(2).any(|at| at == [tile.x, tile.y]);
            set.groups.iter().find(holds).map(|group| group.revision)
        };
        assert_eq!([near, far, fresh].map(at), expected, "as of revision {as_of}");
    }
    let server = server(&record);
    let hash = |revision| server.tile(WHOLE, Revision(revision), near, Encoding::Identity).unwrap().hash;
    assert_ne!(hash(1), hash(2), "the parcel was not taken yet");
}
