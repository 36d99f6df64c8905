//! The numbers of a factory's blocks, as they are filled in.

use cloudsite_domain::siting::massing::Block;
use cloudsite_domain::units::AreaUnit;

use crate::pure::measure::LengthUnit;

/// A number of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fitting) enum Size {
    Width,
    Depth,
    Storeys,
    Storey,
}

impl Size {
    pub(in crate::fitting) const ALL: [Self; 4] = [Self::Width, Self::Depth, Self::Storeys, Self::Storey];

    /// As text keys have it.
    pub(in crate::fitting) const fn word(self) -> &'static str {
        match self {
            Self::Width => "width",
            Self::Depth => "depth",
            Self::Storeys => "storeys",
            Self::Storey => "storey",
        }
    }

    /// Metres in one of the unit that it is shown in; of a number of storeys 1.
    pub(in crate::fitting) const fn scale(self, unit: AreaUnit) -> f64 {
        match self {
            Self::Storeys => 1.0,
            Self::Width | Self::Depth | Self::Storey => LengthUnit::of(unit).metres(),
        }
    }

    pub(in crate::fitting) fn of(self, block: Block) -> f64 {
        match self {
            Self::Width => block.width_m,
            Self::Depth => block.depth_m,
            Self::Storeys => f64::from(block.storeys),
            Self::Storey => block.storey_m,
        }
    }

    /// The block with another such number; more storeys than can be counted are as many as can.
    pub(in crate::fitting) fn set(self, block: Block, value: f64) -> Block {
        match self {
            Self::Width => Block { width_m: value, ..block },
            Self::Depth => Block { depth_m: value, ..block },
            Self::Storeys => Block { storeys: value.round() as u32, ..block },
            Self::Storey => Block { storey_m: value, ..block },
        }
    }
}
