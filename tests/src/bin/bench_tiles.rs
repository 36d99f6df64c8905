//! Measures a server: tiles over HTTP and bounding-box queries over gRPC, on the demo park and on generated parcels.
//!
//! Usage: `bench-tiles PARCELS`; prints one JSON object. `cargo xtask bench tiles` runs it.

use std::time::{Duration, Instant};

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::tile::TileAddress;
use cloudsite_proto::land::{Layer, ListFeaturesRequest, LonLatBounds};
use cloudsite_proto::tile::Tileset;
use cloudsite_tests::{Http, Server, geojson, import};
use futures::{StreamExt, stream};
use geo_types::Coord;
use prost::Message;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Requests under way at a time.
const AT_A_TIME: usize = 8;
/// Requests a measurement; over HTTP first to fill the server's cache and then again.
const REQUESTS: usize = 2000;
/// Parcels a file: one revision each, so that neither side holds all of them as text.
const PARCELS_A_FILE: u64 = 100_000;
/// Side of a generated parcel, some 20 m, and from one to the next, some 30 m; degrees.
const SIDE_DEG: f64 = 0.0002;
const STEP_DEG: f64 = 0.0003;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let parcels: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    let mut rows = measure("demo park", &Server::start().await).await?;
    if parcels > 0 {
        let (server, took) = generated(parcels).await?;
        rows.push(row(format!("{parcels} parcels: imported"), "parcels/s", parcels as f64 / took.as_secs_f64()));
        rows.extend(measure(&format!("{parcels} parcels"), &server).await?);
    }
    println!("{}", json!({ "rows": rows }));
    Ok(())
}

/// A server with a square field of generated parcels, and how long their import took.
async fn generated(parcels: u64) -> anyhow::Result<(Server, Duration)> {
    let folder = TempDir::new()?;
    let data = folder.path().join("data");
    let columns = (parcels as f64).sqrt().ceil() as u64;
    let mut took = Duration::ZERO;
    for first in (0..parcels).step_by(PARCELS_A_FILE as usize) {
        let numbers = first..parcels.min(first + PARCELS_A_FILE);
        let features: Vec<Value> = numbers
            .map(|number| {
                let (west, south) = geojson::PLACE;
                let (column, row) = ((number % columns) as f64, (number / columns) as f64);
                geojson::parcel(&format!("G-{number}"), (west + column * STEP_DEG, south + row * STEP_DEG), SIDE_DEG)
            })
            .collect();
        let file = geojson::write(folder.path(), "part.geojson", &features);
        let began = Instant::now();
        import(&file, "parcel", &data, &[]).await.exits(0);
        took += began.elapsed();
        eprintln!("    {} parcels imported after {:.0} s", first + features.len() as u64, took.as_secs_f64());
    }
    Ok((Server::start_in(folder).await, took))
}

/// Measures a running server.
async fn measure(name: &str, server: &Server) -> anyhow::Result<Vec<Value>> {
    let http = Http::default();
    let tileset = Tileset::decode(&http.get(&server.url("/tiles/tileset"), &[]).await.decoded()[..])?;
    let tiles = sample(&tileset);
    let urls: Vec<String> = tiles
        .iter()
        .map(|(tile, revision)| server.url(&format!("/tiles/{revision}/{}/{}/{}.mvt", tile.z, tile.x, tile.y)))
        .collect();
    let fetch = async |index: usize| {
        let answer = http.get(&urls[index % urls.len()], &[("accept-encoding", "br")]).await;
        assert!(answer.status.is_success(), "{}: {}", urls[index % urls.len()], answer.status);
        answer.body.len()
    };
    let mut rows = report(&format!("{name}: tile, first time"), &load(urls.len().min(REQUESTS), fetch).await);
    rows.extend(report(&format!("{name}: tile, again"), &load(REQUESTS, fetch).await));

    let boxes = tiles.iter().map(|(tile, _)| lon_lat(*tile)).collect::<anyhow::Result<Vec<_>>>()?;
    let park = server.park().await;
    let query = async |index: usize| {
        let bounds = Some(boxes[index % boxes.len()]);
        let request = ListFeaturesRequest { layer: Layer::Parcel.into(), bounds, page_size: 100, ..Default::default() };
        let reply = park.clone().list_features(request).await.expect("the query is answered");
        reply.into_inner().features.len()
    };
    rows.extend(report(&format!("{name}: parcels in a rectangle, gRPC"), &load(REQUESTS, query).await));
    Ok(rows)
}

/// At most as many tiles as there are requests, spread over the park, each with its revision.
fn sample(tileset: &Tileset) -> Vec<(TileAddress, u64)> {
    let zoom = tileset.max_zoom as u8;
    let all: Vec<(TileAddress, u64)> = tileset
        .groups
        .iter()
        .flat_map(|group| group.tiles.chunks_exact(2).map(|xy| (xy[0], xy[1], group.revision)))
        .filter_map(|(x, y, revision)| Some((TileAddress::new(zoom, x, y)?, revision)))
        .collect();
    let step = all.len().div_ceil(REQUESTS).max(1);
    all.into_iter().step_by(step).collect()
}

fn lon_lat(tile: TileAddress) -> anyhow::Result<LonLatBounds> {
    let bounds = tile.bounds_3857();
    let projector = Projector::new(Crs::WebMercator, Crs::Wgs84);
    let (low, high) = (projector.project(bounds.min())?, projector.project(bounds.max())?);
    let Coord { x: west, y: south } = low;
    Ok(LonLatBounds { west, south, east: high.x, north: high.y })
}

/// What a load left: the time of each request, the fastest first, and of all of them.
struct Load {
    each: Vec<Duration>,
    altogether: Duration,
}

/// Sends `count` requests, [`AT_A_TIME`] at a time.
async fn load(count: usize, send: impl AsyncFn(usize) -> usize) -> Load {
    let began = Instant::now();
    let one = async |index: usize| {
        let began = Instant::now();
        send(index).await;
        began.elapsed()
    };
    let mut each: Vec<Duration> = stream::iter(0..count).map(one).buffer_unordered(AT_A_TIME).collect().await;
    each.sort_unstable();
    Load { each, altogether: began.elapsed() }
}

fn report(name: &str, load: &Load) -> Vec<Value> {
    let percentile = |percent: usize| {
        let index = (load.each.len() * percent / 100).min(load.each.len().saturating_sub(1));
        load.each.get(index).map_or(0.0, |took| took.as_secs_f64() * 1e3)
    };
    let rate = load.each.len() as f64 / load.altogether.as_secs_f64();
    vec![
        row(format!("{name}, p50"), "ms", percentile(50)),
        row(format!("{name}, p99"), "ms", percentile(99)),
        row(format!("{name}, rate"), "requests/s", rate),
    ]
}

fn row(name: String, unit: &str, ours: f64) -> Value {
    let nothing = Value::Null;
    json!({
        "name": name, "unit": unit, "ours": ours,
        "peer": nothing, "peer_name": nothing, "ratio": nothing, "goal": nothing, "met": nothing,
    })
}
