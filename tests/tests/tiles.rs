//! Vector tiles over HTTP, read by a decoder that has nothing in common with the encoder.

use std::collections::{BTreeMap, HashMap};

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::tile::{MAX_ZOOM, TileAddress};
use cloudsite_proto::land::{ListParcelsRequest, Parcel};
use cloudsite_proto::tile::Tileset;
use cloudsite_tests::{Server, geojson, get, import};
use geo_types::Coord;
use mvt_reader::Reader;
use mvt_reader::feature::{Feature, Value};
use prost::Message;

/// The zoom that the viewer draws, and for which the tileset lists the tiles.
const DEEPEST: u8 = 15;

async fn tileset(server: &Server) -> Tileset {
    let answer = get(&server.url("/tiles/tileset"), &[]).await;
    assert_eq!(answer.status, 200);
    Tileset::decode(&answer.decoded()[..]).expect("a tileset")
}

/// The tiles of the deepest zoom and the revision that last changed each.
fn tiles(tileset: &Tileset) -> BTreeMap<(u32, u32), u64> {
    let pairs = |tiles: &[u32]| tiles.chunks_exact(2).map(|xy| (xy[0], xy[1])).collect::<Vec<_>>();
    tileset.groups.iter().flat_map(|group| pairs(&group.tiles).into_iter().map(|xy| (xy, group.revision))).collect()
}

fn tile_at(lon: f64, lat: f64) -> (u32, u32) {
    let mercator = Projector::new(Crs::Wgs84, Crs::WebMercator).project(Coord { x: lon, y: lat });
    let mercator = mercator.expect("the park is on the map");
    let tile = TileAddress::containing(DEEPEST, mercator);
    (tile.x, tile.y)
}

fn path(revision: u64, (x, y): (u32, u32)) -> String {
    format!("/tiles/{revision}/{DEEPEST}/{x}/{y}.mvt")
}

/// The features of a tile, by layer.
fn layers(tile: Vec<u8>) -> HashMap<String, Vec<Feature>> {
    let reader = Reader::new(tile).expect("a vector tile");
    let names = reader.get_layer_names().expect("the layers have names");
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| (name, reader.get_features(index).expect("features are sound")))
        .collect()
}

async fn some_parcel(server: &Server) -> Parcel {
    let list = server.parcels().await.list_parcels(ListParcelsRequest::default()).await;
    let list = list.expect("parcels are listed").into_inner();
    list.parcels.into_iter().next().expect("the demo park has parcels")
}

#[tokio::test]
async fn the_tileset_describes_the_park() {
    let server = Server::start().await;
    let tileset = tileset(&server).await;
    assert!(tileset.synthetic && tileset.max_zoom == u32::from(DEEPEST) && tileset.min_zoom < tileset.max_zoom);
    assert!(tileset.min_x < tileset.max_x && tileset.min_y < tileset.max_y);
    assert!(tileset.origin_easting > 400_000.0 && tileset.origin_northing > 3_000_000.0);
    assert!(tiles(&tileset).len() > 20);
    assert!(tileset.groups.iter().all(|group| (1..=tileset.revision).contains(&group.revision)));
}

#[tokio::test]
async fn a_tile_holds_the_parcel_that_lies_in_it() {
    let server = Server::start().await;
    let parcel = some_parcel(&server).await;
    let anchor = parcel.anchor.expect("a parcel has an anchor");
    let at = tile_at(anchor.lon, anchor.lat);
    let revision = tiles(&tileset(&server).await)[&at];
    let answer = get(&server.url(&path(revision, at)), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    let layers = layers(answer.decoded());
    let known =
        ["zone", "parcel", "building", "road", "rail", "water", "green", "utility", "poi", "mask", "label", "park"];
    assert!(layers.keys().all(|layer| known.contains(&layer.as_str())), "{:?}", layers.keys());

    let drawn = layers["parcel"].iter().find(|feature| feature.id == Some(parcel.id));
    let properties = drawn.expect("the tile holds the parcel").properties.as_ref().expect("it has attributes");
    let text = |key: &str| match properties.get(key) {
        Some(Value::String(text)) => text.as_str(),
        other => panic!("{key} is {other:?}"),
    };
    assert_eq!(text("code"), parcel.name.trim_start_matches("parcels/"));
    assert_eq!(text("status"), parcel.status);
    let label = layers["label"].iter().find(|feature| feature.id == Some(parcel.id));
    assert!(label.is_some(), "the parcel's label stands where its anchor lies");
}

#[tokio::test]
async fn every_tile_of_the_park_can_be_decoded() {
    let server = Server::start().await;
    let mut buildings = std::collections::BTreeSet::new();
    let (tiles, mut empty) = (tiles(&tileset(&server).await), 0);
    for (at, revision) in &tiles {
        let answer = get(&server.url(&path(*revision, *at)), &[]).await;
        if answer.status == 204 {
            // The tileset goes by bounding boxes, and a feature may leave a corner of its own free.
            empty += 1;
            continue;
        }
        assert_eq!(answer.status, 200, "{at:?}");
        let layers = layers(answer.decoded());
        assert!(!layers.is_empty(), "{at:?} is empty and does not say so");
        buildings.extend(layers.get("building").into_iter().flatten().filter_map(|feature| feature.id));
    }
    assert!(empty * 4 < tiles.len(), "{empty} of {} tiles are empty", tiles.len());
    assert!(buildings.len() > 1000, "only {} buildings are in the tiles", buildings.len());
}

#[tokio::test]
async fn a_tile_is_cached_for_ever_and_compressed() {
    let server = Server::start().await;
    let (at, revision) = tiles(&tileset(&server).await).into_iter().next().expect("there is a tile");
    let url = server.url(&path(revision, at));
    let plain = get(&url, &[]).await;
    assert!(plain.header("cache-control").contains("immutable"), "{:?}", plain.headers);
    assert!(plain.header("vary").to_lowercase().contains("accept-encoding"), "{:?}", plain.headers);
    for encoding in ["br", "gzip"] {
        let answer = get(&url, &[("accept-encoding", encoding)]).await;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert_eq!(answer.decoded(), plain.decoded(), "{encoding} changes the tile");
    }
    let etag = plain.header("etag").to_owned();
    assert!(etag.len() > 2, "there is an ETag");
    let again = get(&url, &[("if-none-match", &etag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn an_import_changes_the_address_of_what_it_touches_and_of_nothing_else() {
    let server = Server::start().await;
    let before = tiles(&tileset(&server).await);
    let parcel = some_parcel(&server).await;
    let (bounds, anchor) = (parcel.bounds.unwrap(), parcel.anchor.unwrap());
    let place = (anchor.lon, anchor.lat);
    assert!(bounds.west < place.0 && place.0 < bounds.east);
    let at = tile_at(place.0, place.1);
    let old = get(&server.url(&path(before[&at], at)), &[]).await.decoded();

    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", place, 0.0001)]);
    let report = import(&file, "parcel", &server.data(), &[]).await.exits(0).json();
    let made = report["revision"].as_u64().unwrap();

    let after = tiles(&tileset(&server).await);
    assert_eq!(after[&at], made);
    let far: Vec<_> = before.iter().filter(|((x, y), _)| x.abs_diff(at.0) > 1 || y.abs_diff(at.1) > 1).collect();
    assert!(far.len() > 10);
    assert!(far.into_iter().all(|(tile, revision)| after.get(tile) == Some(revision)), "far tiles keep their address");

    assert_eq!(get(&server.url(&path(before[&at], at)), &[]).await.decoded(), old, "the old address keeps its content");
    let holds = |tile: Vec<u8>| {
        layers(tile)["parcel"].iter().any(|feature| {
            feature.properties.as_ref().and_then(|p| p.get("code")) == Some(&Value::String("T-1".to_owned()))
        })
    };
    assert!(holds(get(&server.url(&path(made, at)), &[]).await.decoded()));
    assert!(!holds(old));
}

#[tokio::test]
async fn addresses_that_are_none_are_told() {
    let server = Server::start().await;
    let revision = tileset(&server).await.revision;
    let cases = [
        (format!("/tiles/{revision}/3/8/0.mvt"), "a column beyond the grid"),
        (format!("/tiles/{revision}/{}/0/0.mvt", MAX_ZOOM + 1), "too deep"),
        ("/tiles/one/0/0/0.mvt".to_owned(), "no revision"),
        (format!("/tiles/{}/0/0/0.mvt", revision + 100), "a revision to come"),
        (format!("/tiles/{revision}/0/0/0.png"), "another format"),
    ];
    for (path, name) in cases {
        let status = get(&server.url(&path), &[]).await.status;
        assert!(matches!(status.as_u16(), 400 | 404), "{name}: {status}");
    }
}
