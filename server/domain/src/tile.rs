//! Tile addresses and the schema of the vector tiles, shared by the server that writes them and the viewer that reads
//! them. The grid is the web's: EPSG:3857, tile 0/0/0 is the world, y counts from north.

use std::f64::consts::PI;
use std::fmt;

use geo_types::{Coord, Rect};

use crate::crs::{Crs, Projector, Unprojectable};

/// Units along a tile's side.
pub const EXTENT: u32 = 4096;

/// Units by which shapes go on beyond a tile's sides, so that lines join.
pub const BUFFER: u32 = 64;

/// The deepest zoom that is served. One unit is 0.15 m there at Wuxi's latitude.
pub const MAX_ZOOM: u8 = 16;

/// Half the width of the EPSG:3857 world, metres.
const HALF_WORLD_M: f64 = PI * 6_378_137.0;

/// The address of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileAddress {
    /// Zoom, 0 to [`MAX_ZOOM`].
    pub z: u8,
    /// Column, from west.
    pub x: u32,
    /// Row, from north.
    pub y: u32,
}

impl TileAddress {
    /// The tile at `z`, `x`, `y`, if there is one.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= MAX_ZOOM && x < 1 << z && y < 1 << z).then_some(Self { z, x, y })
    }

    /// The tile's square in EPSG:3857, metres.
    pub fn bounds_3857(self) -> Rect {
        let side = 2.0 * HALF_WORLD_M / f64::from(1u32 << self.z);
        let west = -HALF_WORLD_M + f64::from(self.x) * side;
        let north = HALF_WORLD_M - f64::from(self.y) * side;
        Rect::new(Coord { x: west, y: north - side }, Coord { x: west + side, y: north })
    }

    /// The tile of zoom `z` in which a position of EPSG:3857 lies; positions beyond the world's edge fall in its outermost
    /// tiles.
    pub fn containing(z: u8, at: Coord) -> Self {
        let count = f64::from(1u32 << z);
        let index = |fraction: f64| (fraction * count).floor().clamp(0.0, count - 1.0) as u32;
        let x = index((at.x + HALF_WORLD_M) / (2.0 * HALF_WORLD_M));
        let y = index((HALF_WORLD_M - at.y) / (2.0 * HALF_WORLD_M));
        Self { z, x, y }
    }

    /// The tiles of zoom `z` that a rectangle of EPSG:3857 touches, as inclusive ranges of x and y.
    pub fn covering(z: u8, bounds: Rect) -> (std::ops::RangeInclusive<u32>, std::ops::RangeInclusive<u32>) {
        let north_west = Self::containing(z, Coord { x: bounds.min().x, y: bounds.max().y });
        let south_east = Self::containing(z, Coord { x: bounds.max().x, y: bounds.min().y });
        (north_west.x..=south_east.x, north_west.y..=south_east.y)
    }

    /// The tile one zoom above that holds this one.
    pub fn parent(self) -> Option<Self> {
        (self.z > 0).then(|| Self { z: self.z - 1, x: self.x / 2, y: self.y / 2 })
    }

    /// The four tiles one zoom below.
    pub fn children(self) -> [Self; 4] {
        let (z, x, y) = (self.z + 1, self.x * 2, self.y * 2);
        [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| Self { z, x, y })
    }
}

impl fmt::Display for TileAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

/// Takes positions between a tile's units (x east, y south) and canonical metres.
#[derive(Debug)]
pub struct TileFrame {
    bounds: Rect,
    to_mercator: Projector,
    from_mercator: Projector,
}

impl TileFrame {
    /// The frame of `tile`.
    pub fn new(tile: TileAddress) -> Self {
        Self {
            bounds: tile.bounds_3857(),
            to_mercator: Projector::new(Crs::CANONICAL, Crs::WebMercator),
            from_mercator: Projector::new(Crs::WebMercator, Crs::CANONICAL),
        }
    }

    /// Canonical metres to tile units, not rounded.
    pub fn tile_from_canonical(&self, at: Coord) -> Result<Coord, Unprojectable> {
        let mercator = self.to_mercator.project(at)?;
        let units = f64::from(EXTENT) / self.bounds.width();
        Ok(Coord { x: (mercator.x - self.bounds.min().x) * units, y: (self.bounds.max().y - mercator.y) * units })
    }

    /// Tile units to canonical metres.
    pub fn canonical_from_tile(&self, at: Coord) -> Result<Coord, Unprojectable> {
        let metres = self.bounds.width() / f64::from(EXTENT);
        let mercator = Coord { x: self.bounds.min().x + at.x * metres, y: self.bounds.max().y - at.y * metres };
        self.from_mercator.project(mercator)
    }
}

/// Names of layers and attributes in a tile. A name in language `xx` is the attribute `name:xx`.
///
/// Layers are those of [`crate::record::Layer`] by their own names, and `label`: one point for each thing that has a
/// name, in the one tile in which its anchor lies, whatever the number of tiles the thing itself is cut into.
pub mod schema {
    /// The layer of label points.
    pub const LABEL_LAYER: &str = "label";
    /// A feature's code; on parcels, buildings, zones and labels.
    pub const CODE: &str = "code";
    /// A feature's kind: zone, water, green, utility, poi, mask, rail.
    pub const KIND: &str = "kind";
    /// A parcel's status.
    pub const STATUS: &str = "status";
    /// A parcel's land-use code.
    pub const LAND_USE: &str = "land_use";
    /// The code of the zone a parcel lies in.
    pub const ZONE: &str = "zone";
    /// A parcel's area, m².
    pub const AREA_M2: &str = "area_m2";
    /// A building's use.
    pub const USE: &str = "use";
    /// Height above ground, metres: building, utility, mask.
    pub const HEIGHT_M: &str = "height_m";
    /// A building's storeys.
    pub const FLOORS: &str = "floors";
    /// A building's roof.
    pub const ROOF: &str = "roof";
    /// The code of the parcel a building stands on.
    pub const PARCEL: &str = "parcel";
    /// A road's class.
    pub const CLASS: &str = "class";
    /// A road's carriageway width, metres.
    pub const WIDTH_M: &str = "width_m";
    /// A road's lanes.
    pub const LANES: &str = "lanes";
    /// The height of a rail track above ground, metres.
    pub const LEVEL_M: &str = "level_m";
    /// A label's layer: that of the thing it names.
    pub const LABEL_OF: &str = "of";
    /// The attribute of the name in a language.
    pub const NAME_PREFIX: &str = "name:";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_outside_the_grid_are_none() {
        assert!(TileAddress::new(0, 0, 0).is_some());
        assert!(TileAddress::new(3, 8, 0).is_none(), "column 8 of 8");
        assert!(TileAddress::new(MAX_ZOOM + 1, 0, 0).is_none(), "too deep");
    }

    #[test]
    fn a_tile_holds_its_own_centre_and_its_children() {
        let tile = TileAddress::new(14, 13_672, 6_662).unwrap();
        assert_eq!(TileAddress::containing(14, tile.bounds_3857().center()), tile);
        for child in tile.children() {
            assert_eq!(child.parent(), Some(tile));
        }
    }

    proptest! {
        #[test]
        fn tile_units_round_trip_to_a_micrometre(x in 0.0f64..4096.0, y in 0.0f64..4096.0) {
            let frame = TileFrame::new(TileAddress::new(15, 27_345, 13_325).unwrap());
            let canonical = frame.canonical_from_tile(Coord { x, y }).unwrap();
            let back = frame.tile_from_canonical(canonical).unwrap();
            prop_assert!((back.x - x).abs() < 1e-5 && (back.y - y).abs() < 1e-5, "({x}, {y}) came back as {back:?}");
        }
    }
}
