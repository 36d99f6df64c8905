//! Which tiles there are, where they lie and which revision changed each of them last.

use std::collections::HashMap;

use bevy::math::{DVec2, DVec3};
use cloudsite_domain::crs::{Crs, LocalFrame, Projector, Unprojectable};
use cloudsite_domain::identity::Tier;
use cloudsite_domain::tile::{MAX_ZOOM, TileAddress};
use cloudsite_proto::tile::Tileset;
use geo_types::{Coord, Rect};

use crate::camera::ParkBounds;

/// How far above the ground things are reckoned to rise when a tile is looked for in the picture, metres.
const TALLEST_M: f64 = 160.0;

/// Where everyone's tiles are.
const PUBLIC: &str = "/tiles";

/// What is wrong with a tileset document.
#[derive(Debug, thiserror::Error)]
pub enum BrokenTileset {
    /// The bytes are not a tileset.
    #[error("not a tileset")]
    Bytes(#[from] prost::DecodeError),
    /// Zooms out of order or too deep.
    #[error("zooms {min} to {max} are not within 0 to {MAX_ZOOM}")]
    Zooms {
        /// The lowest.
        min: u32,
        /// The deepest.
        max: u32,
    },
    /// Coordinates of tiles that are not pairs, or outside the grid.
    #[error("tile coordinate {0} of a group has no partner or lies outside the grid")]
    Address(u32),
    /// The extent or the origin are not places on Earth.
    #[error("the extent or a tile has no place in the park's frame")]
    Place(#[from] Unprojectable),
}

/// A box around a tile and what stands on it, park metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TileBox {
    /// Smallest corner.
    pub min: DVec3,
    /// Largest corner.
    pub max: DVec3,
}

/// A tile that is not empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexedTile {
    /// The revision that last changed it.
    pub revision: u64,
    /// Where it lies.
    pub bounds: TileBox,
}

/// The tiles of a park.
#[derive(Debug, Clone)]
pub struct TileIndex {
    /// The revision this describes.
    pub revision: u64,
    /// The lowest zoom that holds tiles.
    pub min_zoom: u8,
    /// The deepest.
    pub max_zoom: u8,
    /// What the address of each tile begins with.
    pub base: String,
    /// Whose tiles these are.
    pub tier: Tier,
    /// The park's frame.
    pub park: LocalFrame,
    /// The rectangle that all features lie in, park metres.
    pub bounds: ParkBounds,
    tiles: HashMap<TileAddress, IndexedTile>,
}

impl TileIndex {
    /// The index that a tileset document describes.
    pub fn new(tileset: &Tileset) -> Result<Self, BrokenTileset> {
        let (min, max) = (tileset.min_zoom, tileset.max_zoom);
        if min > max || max > u32::from(MAX_ZOOM) {
            return Err(BrokenTileset::Zooms { min, max });
        }
        let park = LocalFrame { origin: Coord { x: tileset.origin_easting, y: tileset.origin_northing } };
        let place = Place { park, projector: Projector::new(Crs::WebMercator, Crs::CANONICAL) };
        let extent =
            Rect::new(Coord { x: tileset.min_x, y: tileset.min_y }, Coord { x: tileset.max_x, y: tileset.max_y });
        let extent = place.bounds(extent)?;
        let revisions = revisions(tileset)?;
        let tiles = revisions
            .into_iter()
            .map(|(tile, revision)| Ok((tile, IndexedTile { revision, bounds: place.bounds(tile.bounds_3857())? })))
            .collect::<Result<_, Unprojectable>>()?;
        Ok(Self {
            revision: tileset.revision,
            min_zoom: min as u8,
            max_zoom: max as u8,
            base: if tileset.base.is_empty() { PUBLIC.to_owned() } else { tileset.base.clone() },
            tier: tileset.tier.parse().unwrap_or(Tier::Public),
            park,
            bounds: ParkBounds { min: extent.min.truncate(), max: extent.max.truncate() },
            tiles,
        })
    }

    /// The tile at an address, if it is not empty.
    pub fn get(&self, tile: TileAddress) -> Option<&IndexedTile> {
        self.tiles.get(&tile)
    }

    /// The tiles of the lowest zoom.
    pub fn roots(&self) -> impl Iterator<Item = (TileAddress, &IndexedTile)> {
        self.tiles.iter().filter(|(tile, _)| tile.z == self.min_zoom).map(|(tile, entry)| (*tile, entry))
    }

    /// The tiles below `tile` that are not empty.
    pub fn children(&self, tile: TileAddress) -> impl Iterator<Item = (TileAddress, &IndexedTile)> {
        let children = (tile.z < self.max_zoom).then(|| tile.children());
        children.into_iter().flatten().filter_map(|child| Some((child, self.get(child)?)))
    }
}

/// The revision of each tile that is not empty: those listed, and above them the largest of those they hold.
fn revisions(tileset: &Tileset) -> Result<HashMap<TileAddress, u64>, BrokenTileset> {
    let mut revisions: HashMap<TileAddress, u64> = HashMap::new();
    for group in &tileset.groups {
        for pair in group.tiles.chunks(2) {
            let listed = match pair {
                [x, y] => TileAddress::new(tileset.max_zoom as u8, *x, *y),
                _ => None,
            };
            let mut above = Some(listed.ok_or(BrokenTileset::Address(pair[0]))?);
            while let Some(tile) = above.filter(|tile| u32::from(tile.z) >= tileset.min_zoom) {
                let revision = revisions.entry(tile).or_default();
                *revision = group.revision.max(*revision);
                above = tile.parent();
            }
        }
    }
    Ok(revisions)
}

struct Place {
    park: LocalFrame,
    projector: Projector,
}

impl Place {
    fn bounds(&self, mercator: Rect) -> Result<TileBox, Unprojectable> {
        let (min, max) = (mercator.min(), mercator.max());
        let corners = [min, max, Coord { x: min.x, y: max.y }, Coord { x: max.x, y: min.y }];
        let (mut low, mut high) = (DVec2::MAX, DVec2::MIN);
        for corner in corners {
            let at = self.park.park_from_canonical(self.projector.project(corner)?);
            low = low.min(DVec2::new(at.x, at.y));
            high = high.max(DVec2::new(at.x, at.y));
        }
        Ok(TileBox { min: low.extend(0.0), max: high.extend(TALLEST_M) })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use cloudsite_proto::tile::TileGroup;

    use super::*;

    /// A made-up square park of `side` by `side` tiles of zoom 15 near Wuxi, of which the first tile is of revision 7
    /// and the others of revision 3.
    pub(crate) fn tileset(side: u32) -> Tileset {
        let (x, y) = (27_345, 13_325);
        let corner = |x, y| TileAddress::new(15, x, y).unwrap().bounds_3857();
        let (north_west, south_east) = (corner(x, y), corner(x + side - 1, y + side - 1));
        let middle = Coord { x: south_east.max().x, y: north_west.max().y };
        let origin = Projector::new(Crs::WebMercator, Crs::CANONICAL).project(middle).unwrap();
        let others = (0..side * side).skip(1).flat_map(|index| [x + index % side, y + index / side]).collect();
        Tileset {
            revision: 7,
            min_zoom: 11,
            max_zoom: 15,
            min_x: north_west.min().x,
            min_y: south_east.min().y,
            max_x: south_east.max().x,
            max_y: north_west.max().y,
            origin_easting: origin.x,
            origin_northing: origin.y,
            groups: vec![TileGroup { revision: 7, tiles: vec![x, y] }, TileGroup { revision: 3, tiles: others }],
            synthetic: true,
            ..Tileset::default()
        }
    }

    #[test]
    fn a_tile_has_the_largest_revision_of_those_it_holds() {
        let index = TileIndex::new(&tileset(6)).unwrap();
        let first = TileAddress::new(15, 27_345, 13_325).unwrap();
        let cases =
            [(first, Some(7)), (first.parent().unwrap(), Some(7)), (TileAddress { x: first.x + 3, ..first }, Some(3))];
        for (tile, revision) in cases {
            assert_eq!(index.get(tile).map(|entry| entry.revision), revision, "{tile}");
        }
        assert_eq!(index.get(TileAddress { x: first.x - 1, ..first }), None);
        let root = std::iter::successors(Some(first), |tile| tile.parent()).nth(4).unwrap();
        assert!(index.roots().any(|(tile, entry)| tile == root && entry.revision == 7));
        assert!(index.roots().all(|(tile, _)| tile.z == 11));
    }

    #[test]
    fn broken_tilesets_are_refused() {
        let zooms = Tileset { max_zoom: 40, ..tileset(2) };
        assert!(matches!(TileIndex::new(&zooms), Err(BrokenTileset::Zooms { max: 40, .. })));
        let odd = Tileset { groups: vec![TileGroup { revision: 1, tiles: vec![5] }], ..tileset(2) };
        assert!(matches!(TileIndex::new(&odd), Err(BrokenTileset::Address(5))));
        let nowhere = Tileset { min_x: f64::NAN, ..tileset(2) };
        assert!(matches!(TileIndex::new(&nowhere), Err(BrokenTileset::Place(_))));
    }
}
