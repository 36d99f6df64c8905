//! Tiles by address, kept as they go out.

use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_domain::tile::TileAddress;
use flate2::Compression;
use flate2::write::GzEncoder;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::build::{build, contents};
use super::content::FULL_ZOOM;
use crate::disclosure::Parcelled;
use crate::record::{LEAF_ZOOM, MIN_ZOOM, ReadError, View, Views};

/// How much memory kept tiles may take.
const CACHE_BYTES: u64 = 128 * 1024 * 1024;

/// What an entry costs beside its bytes.
const ENTRY_BYTES: u64 = 200;

/// About how many entries that is.
const CACHE_ENTRIES: usize = 8_192;

/// Quality of brotli, 0 to 11: what a request can wait for. 5 is within a tenth of 11 on tiles at a thirtieth of the time.
const BROTLI_QUALITY: i32 = 5;

/// A content encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
    /// Brotli.
    Brotli,
}

impl Encoding {
    /// The best encoding that an `Accept-Encoding` header allows.
    pub(crate) fn accepted(header: &str) -> Self {
        let allows = |name: &str| {
            header.split(',').any(|entry| {
                let mut parts = entry.split(';');
                let named = parts.next().is_some_and(|part| part.trim().eq_ignore_ascii_case(name));
                let refused = parts.any(|part| {
                    part.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0))
                });
                named && !refused
            })
        };
        if allows("br") {
            Self::Brotli
        } else if allows("gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// The value of `Content-Encoding`, if there has to be one.
    pub(crate) const fn content_encoding(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    fn encode(self, plain: &Bytes) -> std::io::Result<Bytes> {
        match self {
            Self::Identity => Ok(plain.clone()),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(plain)?;
                encoder.finish().map(Bytes::from)
            }
            Self::Brotli => {
                let mut out = Vec::new();
                let params = brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
                brotli::BrotliCompress(&mut plain.as_ref(), &mut out, &params)?;
                Ok(Bytes::from(out))
            }
        }
    }
}

/// A tile as it goes out.
#[derive(Debug, Clone)]
pub(crate) struct TileBody {
    /// The bytes, encoded as asked.
    pub(crate) bytes: Bytes,
    /// Whether nothing is in the tile, in which case there are no bytes in any encoding.
    pub(crate) is_empty: bool,
    /// The hash of the content before it was encoded.
    pub(crate) hash: Arc<str>,
    /// What is given with it, where that is more than the public has.
    pub(crate) parcelled: Arc<Parcelled>,
}

/// Why there is no tile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TileError {
    /// Not an address of the grid.
    #[error("there is no tile {z}/{x}/{y}: at zoom z, x and y are below 2^z")]
    OutsideGrid {
        /// Zoom.
        z: u8,
        /// Column.
        x: u32,
        /// Row.
        y: u32,
    },
    /// Not a zoom that is served.
    #[error("tiles are served for zooms {MIN_ZOOM} to {LEAF_ZOOM}, not {0}")]
    ZoomNotServed(u8),
    /// The revision cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The tile could not be compressed.
    #[error("cannot compress the tile: {0}")]
    Compress(#[from] std::io::Error),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tier: Tier,
    revision: Revision,
    tile: TileAddress,
    encoding: Encoding,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, TileBody> for ByBytes {
    fn weight(&self, _: &Key, body: &TileBody) -> u64 {
        body.bytes.len() as u64 + ENTRY_BYTES
    }
}

/// Makes tiles of a record and keeps them.
pub(crate) struct TileServer {
    views: Views,
    kept: Cache<Key, TileBody, ByBytes>,
}

/// Where a tile's content comes from.
enum Source {
    /// Nothing was ever there.
    Nothing,
    /// The tile is kept under this revision already, or can be made of it.
    Revision(Revision),
}

impl TileServer {
    /// Serves the tiles of the record behind `views`.
    pub(crate) fn new(views: Views) -> Self {
        Self { views, kept: Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES, ByBytes) }
    }

    /// The record that the tiles are made of.
    pub(crate) const fn views(&self) -> &Views {
        &self.views
    }

    /// The tile at an address for a tier, if it is kept. Does not block.
    pub(crate) fn kept(
        &self,
        tier: Tier,
        revision: Revision,
        tile: TileAddress,
        encoding: Encoding,
    ) -> Option<TileBody> {
        let view = self.view(tier, tile);
        match source(&view, revision, tile).ok()? {
            Source::Nothing => Some(nothing()),
            Source::Revision(revision) => self.kept.get(&Key { tier: view.tier(), revision, tile, encoding }),
        }
    }

    /// The tile at an address for a tier; equal requests at the same time make it once. Blocks.
    pub(crate) fn tile(
        &self,
        tier: Tier,
        revision: Revision,
        tile: TileAddress,
        encoding: Encoding,
    ) -> Result<TileBody, TileError> {
        let view = self.view(tier, tile);
        let revision = match source(&view, revision, tile)? {
            Source::Nothing => return Ok(nothing()),
            Source::Revision(revision) => revision,
        };
        self.kept.get_or_insert_with(&Key { tier: view.tier(), revision, tile, encoding }, || {
            if encoding == Encoding::Identity {
                return make(&view, revision, tile);
            }
            let plain = self.tile(tier, revision, tile, Encoding::Identity)?;
            if plain.is_empty {
                return Ok(plain);
            }
            Ok(TileBody { bytes: encoding.encode(&plain.bytes)?, ..plain })
        })
    }

    /// What a tile is made of for a tier. Below the zoom at which all is shown, where one tile covers much, the tiers
    /// under the government's have the public's: an overview is no reason to give anyone a whole district closely.
    fn view(&self, tier: Tier, tile: TileAddress) -> View {
        let close = tile.z >= FULL_ZOOM || tier == Tier::Government;
        if close { self.views.for_tier(tier) } else { self.views.public() }
    }
}

fn make(view: &View, revision: Revision, tile: TileAddress) -> Result<TileBody, TileError> {
    let started = std::time::Instant::now();
    let head = view.head();
    // A tile that has not changed since is made of the newest snapshot, which is in memory.
    let unchanged = head.tiles.last_change(tile).is_some_and(|last| last <= revision);
    let snapshot = if unchanged { head.snapshot } else { view.snapshot_at(revision)? };
    let bytes = Bytes::from(build(&snapshot, tile));
    let parcelled = if view.tier() == Tier::Public { Parcelled::default() } else { contents(&snapshot, tile) };
    metrics::histogram!("cloudsite_tile_build_seconds").record(started.elapsed().as_secs_f64());
    let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..12]);
    Ok(TileBody { is_empty: bytes.is_empty(), bytes, hash: hash.into(), parcelled: Arc::new(parcelled) })
}

/// Checks the address, and names the revision under which its content is kept: all revisions since the tile's last
/// change share one.
fn source(view: &View, revision: Revision, tile: TileAddress) -> Result<Source, TileError> {
    if !(MIN_ZOOM..=LEAF_ZOOM).contains(&tile.z) {
        return Err(TileError::ZoomNotServed(tile.z));
    }
    let (newest, tiles) = view.tile_revisions();
    if revision > newest || revision == Revision(0) {
        return Err(ReadError::UnknownRevision { asked: revision, head: newest }.into());
    }
    Ok(match tiles.last_change(tile) {
        None => Source::Nothing,
        Some(last) => Source::Revision(revision.min(last)),
    })
}

fn nothing() -> TileBody {
    TileBody { bytes: Bytes::new(), is_empty: true, hash: "0".into(), parcelled: Arc::default() }
}
