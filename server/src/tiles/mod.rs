//! Vector tiles: Mapbox Vector Tile 2.1, made from a snapshot, kept compressed.
//!
//! The address of a tile holds a revision and its content is the tile as of that revision, so what was once fetched never
//! changes. The tileset says which revision last changed which tile; addresses made from it are shared by all readers
//! until a publication touches the tile. Each tier has tiles of its own; those above the public's are at addresses that
//! are sealed for one organisation and for a time.

mod build;
mod content;
mod encode;
mod outline;
mod serve;
mod tileset;

pub(crate) use serve::{Encoding, TileBody, TileError, TileServer};
pub(crate) use tileset::{Addresses, tile_json, tileset, tileset_as_of, tileset_json};

#[cfg(test)]
mod tests;
