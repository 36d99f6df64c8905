//! `/tiles`: the tileset, its description for other programs, and the tiles.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cloudsite_domain::record::Revision;
use cloudsite_domain::tile::{MAX_ZOOM, TileAddress};
use cloudsite_proto::tile::Tileset;
use http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, StatusCode};
use prost::Message;
use tokio::sync::Semaphore;

use super::origin::origin;
use super::reply::{IMMUTABLE, Kept, REVALIDATE, encoding, plain};
use crate::record::{Head, ReadError};
use crate::tiles::{
    Encoding, TileBody, TileError, TileServer, tile_json as describe, tileset as tileset_of,
    tileset_as_of as past_tileset, tileset_json,
};

/// The media type of vector tiles.
const MVT: &str = "application/vnd.mapbox-vector-tile";

/// Tiles that are made at a time, and requests that wait for it: making one is work for a core.
const MAX_BUILDS: usize = 4;

/// State of the routes.
pub(super) struct Tiles {
    server: Arc<TileServer>,
    builds: Semaphore,
    /// The tileset of the newest revision that was asked for.
    tileset: arc_swap::ArcSwapOption<Tileset>,
}

impl Tiles {
    pub(super) fn new(server: Arc<TileServer>) -> Self {
        Self { server, builds: Semaphore::new(MAX_BUILDS), tileset: arc_swap::ArcSwapOption::empty() }
    }

    /// The tileset of the newest revision.
    async fn tileset(&self) -> Option<Arc<Tileset>> {
        let head: Arc<Head> = self.server.record().head();
        let kept = self.tileset.load_full();
        if let Some(kept) = kept.filter(|kept| kept.revision == head.snapshot.revision().0) {
            return Some(kept);
        }
        let made = tokio::task::spawn_blocking(move || Arc::new(tileset_of(&head))).await.ok()?;
        self.tileset.store(Some(Arc::clone(&made)));
        Some(made)
    }

    /// The tileset as of a revision, made anew each time, and the revision that was the newest meanwhile.
    async fn tileset_as_of(&self, revision: Revision) -> Result<(Tileset, Revision), TileError> {
        let record = Arc::clone(self.server.record());
        let made = tokio::task::spawn_blocking(move || {
            let snapshot = record.snapshot_at(revision)?;
            let head = record.head();
            Ok((past_tileset(&head, &snapshot), head.snapshot.revision()))
        });
        made.await.unwrap_or_else(|_| Err(TileError::Compress(std::io::ErrorKind::Interrupted.into())))
    }

    /// A tile, made if it is not kept.
    async fn tile(&self, revision: Revision, tile: TileAddress, encoding: Encoding) -> Result<TileBody, TileError> {
        if let Some(kept) = self.server.kept(revision, tile, encoding) {
            return Ok(kept);
        }
        let interrupted = |_| TileError::Compress(std::io::ErrorKind::Interrupted.into());
        let _turn =
            self.builds.acquire().await.map_err(|_| TileError::Compress(std::io::ErrorKind::Interrupted.into()))?;
        let server = Arc::clone(&self.server);
        tokio::task::spawn_blocking(move || server.tile(revision, tile, encoding)).await.map_err(interrupted)?
    }
}

/// The tileset of the newest revision.
pub(super) async fn tileset(State(tiles): State<Arc<Tiles>>, request: HeaderMap) -> Response {
    let Some(tileset) = tiles.tileset().await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the tileset could not be made");
    };
    open_to_all(document(&tileset, &tileset.revision.to_string(), REVALIDATE, &request))
}

/// The tileset as of a past revision. What it says stays true, so it may be kept for ever.
pub(super) async fn tileset_as_of(
    State(tiles): State<Arc<Tiles>>,
    Path(revision): Path<String>,
    request: HeaderMap,
) -> Response {
    let Ok(revision) = revision.parse().map(Revision) else {
        return plain(StatusCode::NOT_FOUND, "a past tileset's address is /tiles/revisions/{revision}/tileset");
    };
    match tiles.tileset_as_of(revision).await {
        Ok((tileset, head)) => open_to_all(document(&tileset, &format!("{revision}-of-{head}"), IMMUTABLE, &request)),
        Err(TileError::Read(error @ ReadError::UnknownRevision { .. })) => plain(StatusCode::NOT_FOUND, error),
        Err(error) => {
            tracing::error!(%error, %revision, "a past tileset could not be made");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the tileset could not be made; the server's log says why")
        }
    }
}

/// A tileset as a reply, as protobuf or, where the caller asks for it, as JSON. `version` changes with it.
fn document(tileset: &Tileset, version: &str, cache_control: &'static str, request: &HeaderMap) -> Response {
    let wants_json =
        request.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|types| types.contains("json"));
    let (bytes, content_type, kind) = if wants_json {
        (Bytes::from(tileset_json(tileset).to_string()), "application/json", "json")
    } else {
        (Bytes::from(tileset.encode_to_vec()), "application/x-protobuf", "pb")
    };
    let tag = format!("tileset-{version}-{kind}");
    Kept { bytes, encoding: Encoding::Identity, tag, content_type, cache_control }.reply(request)
}

/// The description that MapLibre and QGIS read.
pub(super) async fn tile_json(State(tiles): State<Arc<Tiles>>, request: HeaderMap) -> Response {
    let snapshot = tiles.server.record().snapshot();
    let bytes = Bytes::from(describe(&snapshot, &origin(&request)).to_string());
    let tag = format!("tilejson-{}", snapshot.revision());
    let content_type = "application/json";
    let reply =
        Kept { bytes, encoding: Encoding::Identity, tag, content_type, cache_control: REVALIDATE }.reply(&request);
    open_to_all(reply)
}

/// A tile by revision and address.
pub(super) async fn tile(
    State(tiles): State<Arc<Tiles>>,
    Path((revision, z, x, file)): Path<(String, String, String, String)>,
    request: HeaderMap,
) -> Response {
    let Some((revision, address)) = read_address(&revision, &z, &x, &file) else {
        return plain(StatusCode::NOT_FOUND, "a tile's address is /tiles/{revision}/{z}/{x}/{y}.mvt, all four numbers");
    };
    let (z, x, y) = address;
    let Some(address) = TileAddress::new(z, x, y) else {
        let error = if z > MAX_ZOOM { TileError::ZoomNotServed(z) } else { TileError::OutsideGrid { z, x, y } };
        return plain(StatusCode::NOT_FOUND, error);
    };
    let encoding = encoding(&request);
    match tiles.tile(revision, address, encoding).await {
        Ok(body) if body.is_empty => {
            open_to_all((StatusCode::NO_CONTENT, [(CACHE_CONTROL, IMMUTABLE)]).into_response())
        }
        Ok(TileBody { bytes, hash, .. }) => {
            let tag = hash.to_string();
            open_to_all(Kept { bytes, encoding, tag, content_type: MVT, cache_control: IMMUTABLE }.reply(&request))
        }
        Err(error @ (TileError::Compress(_) | TileError::Read(ReadError::Store(_)))) => {
            tracing::error!(%error, tile = %address, "a tile could not be made");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the tile could not be made; the server's log says why")
        }
        Err(error) => plain(StatusCode::NOT_FOUND, error),
    }
}

fn read_address(revision: &str, z: &str, x: &str, file: &str) -> Option<(Revision, (u8, u32, u32))> {
    let y = file.strip_suffix(".mvt")?;
    Some((Revision(revision.parse().ok()?), (z.parse().ok()?, x.parse().ok()?, y.parse().ok()?)))
}

/// Tiles are public: any page may draw them.
fn open_to_all(mut response: Response) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
