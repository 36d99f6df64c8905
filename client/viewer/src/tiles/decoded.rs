//! A tile as the renderer wants it: geometry in park metres, attributes as the record's own terms.

use cloudsite_domain::record::{
    BuildingUse, GreenKind, Layer, MaskKind, Names, ParcelStatus, PoiKind, RailKind, RoadClass, Roof, UtilityKind,
    WaterKind, ZoneKind,
};
use cloudsite_domain::tile::TileAddress;
use geo_types::{Coord, LineString};

/// A decoded tile. Coordinates are park metres, x east and y north.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedTile {
    /// Which tile.
    pub address: TileAddress,
    /// The tile's square.
    pub square: Square,
    /// Areas on the ground, cut to the tile's square without its buffer.
    pub areas: Vec<AreaFeature>,
    /// Buildings, whole: each is in the tile of its anchor.
    pub buildings: Vec<BuildingFeature>,
    /// Lines, as they come: with the tile's buffer. What lies beyond the square is cut when meshed.
    pub lines: Vec<LineFeature>,
    /// Points inside the square.
    pub points: Vec<PointFeature>,
    /// Labels whose anchor lies in the square.
    pub labels: Vec<LabelFeature>,
}

/// A tile's square in park metres. Meridians converge, so it is not quite parallel to the axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Square {
    /// Its corners, counter-clockwise from the south-west.
    pub corners: [Coord; 4],
}

impl Square {
    /// The smallest and the largest coordinates of its corners.
    pub fn bounds(&self) -> (Coord, Coord) {
        let fold = |pick: fn(f64, f64) -> f64| {
            self.corners
                .into_iter()
                .reduce(|a, b| Coord { x: pick(a.x, b.x), y: pick(a.y, b.y) })
                .unwrap_or(self.corners[0])
        };
        (fold(f64::min), fold(f64::max))
    }
}

/// A vertex of a ring and what is known of the edge that begins there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RingVertex {
    /// Where.
    pub at: Coord,
    /// Whether the edge from here to the next vertex was made by cutting at the tile's side: no outline, no wall.
    pub edge_is_cut: bool,
}

/// A polygon: rings without a closing vertex, the outer one first and counter-clockwise, holes clockwise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AreaPolygon {
    /// The rings.
    pub rings: Vec<Vec<RingVertex>>,
}

/// An area on the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaFeature {
    /// The feature's id.
    pub id: u64,
    /// What it is.
    pub kind: AreaKind,
    /// Its parts in this tile.
    pub polygons: Vec<AreaPolygon>,
}

/// What an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaKind {
    /// The park itself.
    Park,
    /// A zone.
    Zone(ZoneKind),
    /// A parcel.
    Parcel(ParcelStatus),
    /// Water.
    Water(WaterKind),
    /// A green space.
    Green(GreenKind),
    /// A restricted area.
    Mask(MaskKind),
}

/// A building's footprint and what stands on it.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildingFeature {
    /// The feature's id.
    pub id: u64,
    /// Its use.
    pub usage: BuildingUse,
    /// Height above ground, metres.
    pub height_m: f64,
    /// Storeys, where known.
    pub floors: Option<u32>,
    /// Its roof.
    pub roof: Roof,
    /// The code of the parcel it stands on, where known.
    pub parcel: Option<String>,
    /// The footprint's parts in this tile.
    pub polygons: Vec<AreaPolygon>,
}

/// A line on or above the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct LineFeature {
    /// The feature's id.
    pub id: u64,
    /// What it is.
    pub kind: LineKind,
    /// Its pieces in this tile and its buffer.
    pub lines: Vec<LineString>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineKind {
    /// A road's centre line.
    Road {
        /// Its class.
        class: RoadClass,
        /// Carriageway width, metres.
        width_m: f64,
        /// Lanes of both directions, where known.
        lanes: Option<u32>,
    },
    /// A railway's centre line.
    Rail {
        /// Its kind.
        kind: RailKind,
        /// Height of the track above ground, metres.
        level_m: f64,
    },
    /// A utility that is a line, such as a fence.
    Utility {
        /// Its kind.
        kind: UtilityKind,
        /// Height above ground, metres, where known.
        height_m: Option<f64>,
    },
}

/// A thing at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointFeature {
    /// The feature's id.
    pub id: u64,
    /// What it is.
    pub kind: PointKind,
    /// Where.
    pub at: Coord,
}

/// What a point is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PointKind {
    /// A utility.
    Utility {
        /// Its kind.
        kind: UtilityKind,
        /// Height above ground, metres, where known; a wind turbine's is its hub's.
        height_m: Option<f64>,
    },
    /// A point of interest.
    Poi(PoiKind),
}

/// A name to write on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFeature {
    /// The id of the feature it names.
    pub id: u64,
    /// The layer of the feature it names.
    pub of: Layer,
    /// Where it stands.
    pub at: Coord,
    /// The names by language.
    pub names: Names,
    /// The code, where the feature has one.
    pub code: Option<String>,
}
