//! Tiles: which there are, which the view wants, fetching, decoding and handing them to the renderer.

mod attributes;
mod backoff;
mod choose;
mod commands;
mod cover;
mod decode;
pub mod decoded;
mod feed;
mod fetch;
mod grid;
mod index;
mod store;
mod systems;

pub use choose::Detail;
pub use decode::{BrokenFeature, BrokenTile, Decoded, decode};
pub use fetch::{Answer, Asked, FetchFailure, Fetcher};
pub use grid::TileGrid;
pub use index::{BrokenTileset, TileIndex};
pub use store::{Coverage, TileRequest, TileStore};
pub use systems::{FontArrived, TileDetail, TileLoaded, TilePark, TileSystems, plugin};
