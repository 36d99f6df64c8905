//! `/tiles`: the tileset, its description for other programs, and the tiles.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_domain::tile::{MAX_ZOOM, TileAddress};
use cloudsite_proto::tile::Tileset;
use http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, StatusCode};
use prost::Message;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::origin::origin;
use super::reply::{Keeping, Kept, encoding, for_reader, plain};
use crate::disclosure::{Channel, Refused};
use crate::identity::{Identity, Recipient};
use crate::record::ReadError;
use crate::tiles::{
    Addresses, Encoding, TileBody, TileError, TileServer, tile_json as describe, tileset as tileset_of,
    tileset_as_of as past_tileset, tileset_json,
};

/// The media type of vector tiles.
const MVT: &str = "application/vnd.mapbox-vector-tile";

/// Tiles that are made at a time, and requests that wait for it: making one is work for a core.
const MAX_BUILDS: usize = 4;

/// Gives and opens the passes in the addresses of tiles.
pub(crate) trait TilePasses: Send + Sync {
    /// At which addresses a recipient finds tiles.
    fn addresses(&self, recipient: &Recipient) -> Option<Addresses>;

    /// For whom a pass is, if it is good.
    fn open(&self, pass: &str) -> Option<Recipient>;
}

impl TilePasses for Identity {
    fn addresses(&self, recipient: &Recipient) -> Option<Addresses> {
        let tier = recipient.tier;
        let Some((pass, good_until)) = self.tile_pass(recipient).ok()? else { return Some(Addresses::public()) };
        Some(Addresses { tier, base: format!("/tiles/{tier}/{pass}"), good_until: Some(good_until) })
    }

    fn open(&self, pass: &str) -> Option<Recipient> {
        self.open_tile_pass(pass)
    }
}

/// State of the routes.
pub(super) struct Tiles {
    server: Arc<TileServer>,
    passes: Arc<dyn TilePasses>,
    builds: Semaphore,
    /// The tileset of the newest revision that each tier has asked for, without its addresses.
    tilesets: [ArcSwapOption<Tileset>; Tier::ALL.len()],
}

impl Tiles {
    pub(super) fn new(server: Arc<TileServer>, passes: Arc<dyn TilePasses>) -> Self {
        Self { server, passes, builds: Semaphore::new(MAX_BUILDS), tilesets: Default::default() }
    }

    /// The tileset of the newest revision.
    async fn tileset(&self, addresses: &Addresses) -> Option<Tileset> {
        let view = self.server.views().for_tier(addresses.tier);
        let place = &self.tilesets[addresses.tier as usize];
        let kept = place.load_full();
        let made = if let Some(kept) = kept.filter(|kept| kept.revision == view.newest().0) {
            kept
        } else {
            let tier = Addresses { base: String::new(), good_until: None, ..addresses.clone() };
            let make = move || Arc::new(tileset_of(&view.head(), &tier));
            let made = tokio::task::spawn_blocking(make).await.ok()?;
            place.store(Some(Arc::clone(&made)));
            made
        };
        let good_until_secs = addresses.good_until.map_or(0, jiff::Timestamp::as_second);
        Some(Tileset { base: addresses.base.clone(), good_until_secs, ..made.as_ref().clone() })
    }

    /// The tileset as of a revision, made anew each time.
    async fn tileset_as_of(&self, revision: Revision, addresses: Addresses) -> Result<Tileset, TileError> {
        let view = self.server.views().for_tier(addresses.tier);
        let made = tokio::task::spawn_blocking(move || {
            let snapshot = view.snapshot_at(revision)?;
            Ok(past_tileset(&view.head(), &snapshot, &addresses))
        });
        made.await.unwrap_or_else(|_| Err(TileError::Compress(std::io::ErrorKind::Interrupted.into())))
    }

    /// A tile, made if it is not kept.
    async fn tile(
        &self,
        tier: Tier,
        revision: Revision,
        tile: TileAddress,
        encoding: Encoding,
    ) -> Result<TileBody, TileError> {
        if let Some(kept) = self.server.kept(tier, revision, tile, encoding) {
            return Ok(kept);
        }
        let interrupted = |_| TileError::Compress(std::io::ErrorKind::Interrupted.into());
        let _turn =
            self.builds.acquire().await.map_err(|_| TileError::Compress(std::io::ErrorKind::Interrupted.into()))?;
        let server = Arc::clone(&self.server);
        tokio::task::spawn_blocking(move || server.tile(tier, revision, tile, encoding)).await.map_err(interrupted)?
    }
}

impl Tiles {
    /// Takes a tile for given, before it leaves.
    async fn hand_over(&self, recipient: &Recipient, body: &TileBody) -> Result<(), Response> {
        if body.parcelled.features.is_empty() {
            return Ok(());
        }
        let view = self.server.views().for_recipient(recipient.clone());
        let parcelled = Arc::clone(&body.parcelled);
        match tokio::task::spawn_blocking(move || view.hand_over(Channel::Tiles, &parcelled)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Refused::Exceeded(error))) => Err(plain(StatusCode::FORBIDDEN, error)),
            Ok(Err(Refused::Store(error))) => {
                tracing::error!(%error, "a disclosure could not be written");
                Err(plain(StatusCode::INTERNAL_SERVER_ERROR, "the server's log says what failed"))
            }
            Err(_) => Err(plain(StatusCode::INTERNAL_SERVER_ERROR, "the request was interrupted")),
        }
    }
}

/// The tileset for whoever asks, as protobuf or, where the caller asks for it, as JSON.
pub(super) async fn tileset(
    State(tiles): State<Arc<Tiles>>,
    Extension(recipient): Extension<Recipient>,
    request: HeaderMap,
) -> Response {
    let Some(addresses) = tiles.passes.addresses(&recipient) else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the addresses of tiles could not be made");
    };
    let Some(tileset) = tiles.tileset(&addresses).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the tileset could not be made");
    };
    described(&tileset, addresses.tier, &request)
}

/// The same as of a past revision.
pub(super) async fn tileset_as_of(
    State(tiles): State<Arc<Tiles>>,
    Extension(recipient): Extension<Recipient>,
    Path(revision): Path<String>,
    request: HeaderMap,
) -> Response {
    let Ok(revision) = revision.parse().map(Revision) else {
        return plain(StatusCode::NOT_FOUND, "a past tileset's address is /tiles/revisions/{revision}/tileset");
    };
    let Some(addresses) = tiles.passes.addresses(&recipient) else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the addresses of tiles could not be made");
    };
    let tier = addresses.tier;
    match tiles.tileset_as_of(revision, addresses).await {
        Ok(tileset) => described(&tileset, tier, &request),
        Err(TileError::Read(error @ ReadError::UnknownRevision { .. })) => plain(StatusCode::NOT_FOUND, error),
        Err(error) => {
            tracing::error!(%error, %revision, "a past tileset could not be made");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the tileset could not be made; the server's log says why")
        }
    }
}

/// A tileset as protobuf or, where the caller asks for it, as JSON.
fn described(tileset: &Tileset, tier: Tier, request: &HeaderMap) -> Response {
    let wants_json =
        request.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|types| types.contains("json"));
    let (bytes, content_type) = if wants_json {
        (Bytes::from(tileset_json(tileset).to_string()), "application/json")
    } else {
        (Bytes::from(tileset.encode_to_vec()), "application/x-protobuf")
    };
    document(bytes, content_type, tier, request)
}

/// The description that MapLibre and QGIS read.
pub(super) async fn tile_json(
    State(tiles): State<Arc<Tiles>>,
    Extension(recipient): Extension<Recipient>,
    request: HeaderMap,
) -> Response {
    let Some(addresses) = tiles.passes.addresses(&recipient) else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the addresses of tiles could not be made");
    };
    let view = tiles.server.views().for_tier(addresses.tier);
    let Ok(head) = tokio::task::spawn_blocking(move || view.head()).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the description could not be made");
    };
    let base = format!("{}{}", origin(&request), addresses.base);
    let bytes = Bytes::from(describe(&head.snapshot, &base).to_string());
    document(bytes, "application/json", addresses.tier, &request)
}

/// A document that is another one for each tier and organisation.
fn document(bytes: Bytes, content_type: &'static str, tier: Tier, request: &HeaderMap) -> Response {
    let tag = URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..12]);
    let is_public = tier == Tier::Public;
    let cache_control = Keeping::AskAgain.header(is_public);
    let kept = Kept { bytes, encoding: Encoding::Identity, tag, content_type, cache_control };
    for_reader(kept.reply(request), is_public)
}

/// A public tile by revision and address.
pub(super) async fn tile(
    State(tiles): State<Arc<Tiles>>,
    Path((revision, z, x, file)): Path<(String, String, String, String)>,
    request: HeaderMap,
) -> Response {
    give(&tiles, &Recipient::public(), [&revision, &z, &x, &file], &request).await
}

/// A tile of another tier, at an address that a tileset has given.
pub(super) async fn sealed_tile(
    State(tiles): State<Arc<Tiles>>,
    Path((tier, pass, revision, z, x, file)): Path<(String, String, String, String, String, String)>,
    request: HeaderMap,
) -> Response {
    let recipient = tiles.passes.open(&pass).filter(|recipient| recipient.tier.as_str() == tier);
    match recipient {
        Some(recipient) => give(&tiles, &recipient, [&revision, &z, &x, &file], &request).await,
        None => plain(StatusCode::FORBIDDEN, "this address is good no longer: ask for the tileset again"),
    }
}

async fn give(tiles: &Tiles, recipient: &Recipient, parts: [&str; 4], request: &HeaderMap) -> Response {
    let Some((revision, address)) = read_address(parts) else {
        return plain(StatusCode::NOT_FOUND, "a tile's address is /tiles/{revision}/{z}/{x}/{y}.mvt, all four numbers");
    };
    let (z, x, y) = address;
    let Some(address) = TileAddress::new(z, x, y) else {
        let error = if z > MAX_ZOOM { TileError::ZoomNotServed(z) } else { TileError::OutsideGrid { z, x, y } };
        return plain(StatusCode::NOT_FOUND, error);
    };
    let encoding = encoding(request);
    let is_public = recipient.tier == Tier::Public;
    let cache_control = Keeping::ForEver.header(is_public);
    let made = tiles.tile(recipient.tier, revision, address, encoding).await;
    if let Ok(body) = &made
        && let Err(refused) = tiles.hand_over(recipient, body).await
    {
        return refused;
    }
    let response = match made {
        Ok(body) if body.is_empty => (StatusCode::NO_CONTENT, [(CACHE_CONTROL, cache_control)]).into_response(),
        Ok(TileBody { bytes, hash, .. }) => {
            let tag = hash.to_string();
            Kept { bytes, encoding, tag, content_type: MVT, cache_control }.reply(request)
        }
        Err(error @ (TileError::Compress(_) | TileError::Read(ReadError::Store(_)))) => {
            tracing::error!(%error, tile = %address, "a tile could not be made");
            return plain(StatusCode::INTERNAL_SERVER_ERROR, "the tile could not be made; the server's log says why");
        }
        Err(error) => return plain(StatusCode::NOT_FOUND, error),
    };
    if is_public { open_to_all(response) } else { response }
}

fn read_address([revision, z, x, file]: [&str; 4]) -> Option<(Revision, (u8, u32, u32))> {
    let y = file.strip_suffix(".mvt")?;
    Some((Revision(revision.parse().ok()?), (z.parse().ok()?, x.parse().ok()?, y.parse().ok()?)))
}

/// Public tiles: any page may draw them, and they are the same whoever asks.
fn open_to_all(mut response: Response) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
