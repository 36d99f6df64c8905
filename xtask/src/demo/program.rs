//! What is built on a parcel, as rows of buildings: which kinds, how deep, how long, how far apart.

use cloudsite_domain::record::{BuildingUse, Roof};

/// What a parcel is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// One firm: halls with an office in front.
    Factory,
    /// Storeyed workshops for many small firms (标准厂房).
    Workshops,
    Warehouse,
    /// Laboratories and offices around courts.
    Campus,
    /// Offices in towers on podiums.
    Towers,
    Housing,
    School,
    Substation,
    WaterPlant,
    SewagePlant,
    HeatPlant,
    Storage,
    Hangars,
}

/// What stands in one place of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Hall,
    Dock,
    Workshop,
    Office,
    Ancillary,
    Court,
    Tower,
    Point,
    Slab,
    School,
    Plant,
    Container,
    Hangar,
    /// A round basin.
    Basin,
    /// A lawn.
    Lawn,
}

impl Kind {
    /// Use and the roof that its buildings usually have.
    pub(super) fn usage(self) -> (BuildingUse, Roof) {
        match self {
            Self::Hall => (BuildingUse::Factory, Roof::Flat),
            Self::Workshop => (BuildingUse::StandardFactory, Roof::Flat),
            Self::Dock | Self::Hangar => (BuildingUse::Warehouse, Roof::Flat),
            Self::Office => (BuildingUse::Office, Roof::Flat),
            Self::Ancillary | Self::Plant | Self::Container | Self::Basin | Self::Lawn => {
                (BuildingUse::Utility, Roof::Flat)
            }
            Self::Court => (BuildingUse::Laboratory, Roof::Green),
            Self::Tower => (BuildingUse::Commercial, Roof::Green),
            Self::Point | Self::Slab => (BuildingUse::Residential, Roof::Flat),
            Self::School => (BuildingUse::Public, Roof::Green),
        }
    }
}

/// One row of buildings along the longer side of a parcel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// What stands in it; taken in turn.
    pub(super) kinds: &'static [Kind],
    /// Depth, least and most, metres.
    pub(super) depth_m: (f64, f64),
    /// Length of a building, least and most, metres.
    pub(super) unit_m: (f64, f64),
    /// Between two buildings of the row, metres.
    pub(super) gap_m: f64,
    /// Between this row and the next, metres.
    pub(super) aisle_m: f64,
}

/// The rows of a parcel: one in front, as many as fit in between, one at the back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    pub(super) front: Option<Row>,
    pub(super) middle: Row,
    pub(super) back: Option<Row>,
}

const fn row(kinds: &'static [Kind], depth_m: (f64, f64), unit_m: (f64, f64), gap_m: f64, aisle_m: f64) -> Row {
    Row { kinds, depth_m, unit_m, gap_m, aisle_m }
}

use Kind::{Ancillary, Basin, Container, Court, Dock, Hall, Hangar, Lawn, Office, Plant, Point, Slab, Tower, Workshop};

const OFFICE_FRONT: Row = row(&[Office, Lawn, Office, Ancillary], (17.0, 20.0), (42.0, 66.0), 22.0, 22.0);
const YARD_BACK: Row = row(&[Ancillary], (13.0, 16.0), (22.0, 34.0), 26.0, 0.0);

impl Program {
    /// The rows of buildings that this program is built in.
    pub(super) fn rows(self) -> Rows {
        let only = |middle: Row| Rows { front: None, middle, back: None };
        match self {
            Self::Factory => Rows {
                front: Some(OFFICE_FRONT),
                middle: row(&[Hall], (52.0, 84.0), (76.0, 138.0), 20.0, 22.0),
                back: Some(YARD_BACK),
            },
            Self::Workshops => {
                only(row(&[Workshop, Workshop, Workshop, Court], (26.0, 34.0), (52.0, 78.0), 17.0, 24.0))
            }
            Self::Warehouse => Rows {
                front: Some(row(&[Office, Ancillary], (15.0, 17.0), (30.0, 44.0), 60.0, 24.0)),
                middle: row(&[Dock], (58.0, 78.0), (110.0, 190.0), 28.0, 38.0),
                back: None,
            },
            Self::Campus => only(row(&[Court, Court, Lawn, Point], (44.0, 62.0), (48.0, 74.0), 22.0, 24.0)),
            Self::Towers => only(row(&[Tower, Court, Tower, Lawn], (54.0, 70.0), (58.0, 82.0), 22.0, 24.0)),
            Self::Housing => Rows {
                front: None,
                middle: row(&[Slab, Slab, Point, Slab, Lawn], (15.0, 18.0), (40.0, 58.0), 17.0, 29.0),
                back: None,
            },
            Self::School => only(row(&[Kind::School, Lawn], (52.0, 78.0), (70.0, 110.0), 22.0, 26.0)),
            Self::Substation => only(row(&[Plant, Container, Container], (18.0, 26.0), (24.0, 36.0), 18.0, 24.0)),
            Self::WaterPlant => only(row(&[Basin, Plant, Basin], (30.0, 40.0), (32.0, 44.0), 15.0, 16.0)),
            Self::SewagePlant => only(row(&[Basin, Basin, Plant], (34.0, 44.0), (34.0, 46.0), 12.0, 14.0)),
            Self::HeatPlant => only(row(&[Plant, Ancillary], (28.0, 44.0), (40.0, 64.0), 20.0, 24.0)),
            Self::Storage => only(row(&[Container], (6.0, 7.0), (15.0, 18.0), 7.0, 9.0)),
            Self::Hangars => only(row(&[Hangar], (62.0, 84.0), (90.0, 130.0), 34.0, 40.0)),
        }
    }
}
