//! A factory from nothing but the sizes of its blocks.

use geo_types::Coord;

use super::{InvalidMassing, Massing, Part, PartKind};

/// The size of a block; of a yard and a car park storeys and their height are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Block {
    /// Across, metres.
    pub width_m: f64,
    /// Along, metres.
    pub depth_m: f64,
    /// Storeys.
    pub storeys: u32,
    /// The height of each, metres.
    pub storey_m: f64,
}

/// The blocks of a factory, each beside the hall: the offices in front, the docks behind, the yard behind those, the utility
/// block to the right, the car park in front, to the left of the offices.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Blocks {
    /// Main hall.
    pub hall: Block,
    /// Offices.
    pub offices: Option<Block>,
    /// Docks.
    pub docks: Option<Block>,
    /// Utility block.
    pub utility: Option<Block>,
    /// Yard.
    pub yard: Option<Block>,
    /// Car park.
    pub parking: Option<Block>,
}

impl Blocks {
    /// The block of a kind, if there is one.
    pub const fn of(&self, kind: PartKind) -> Option<Block> {
        match kind {
            PartKind::Hall => Some(self.hall),
            PartKind::Offices => self.offices,
            PartKind::Docks => self.docks,
            PartKind::Utility => self.utility,
            PartKind::Yard => self.yard,
            PartKind::Parking => self.parking,
        }
    }

    /// Puts a block in place of that of its kind, or takes it away. A hall stays.
    pub const fn set(&mut self, kind: PartKind, block: Option<Block>) {
        match kind {
            PartKind::Hall => {
                if let Some(block) = block {
                    self.hall = block;
                }
            }
            PartKind::Offices => self.offices = block,
            PartKind::Docks => self.docks = block,
            PartKind::Utility => self.utility = block,
            PartKind::Yard => self.yard = block,
            PartKind::Parking => self.parking = block,
        }
    }

    /// The blocks of a massing, wherever they stand.
    pub fn of_massing(massing: &Massing) -> Self {
        let mut blocks = Self::default();
        for part in massing.parts() {
            let Part { width_m, depth_m, storeys, storey_m, .. } = *part;
            blocks.set(part.kind, Some(Block { width_m, depth_m, storeys, storey_m }));
        }
        blocks
    }

    /// The factory of these blocks, the hall's middle at a place.
    ///
    /// # Errors
    /// A number that is none or out of its range.
    pub fn massing(&self, at: Coord, angle_rad: f64) -> Result<Massing, InvalidMassing> {
        let hall = self.hall;
        let behind_m = hall.depth_m / 2.0 + self.docks.map_or(0.0, |docks| docks.depth_m);
        let part = |kind: PartKind| {
            let block = self.of(kind)?;
            let offset = match kind {
                PartKind::Hall => Coord::zero(),
                PartKind::Offices => Coord { x: 0.0, y: -f64::midpoint(hall.depth_m, block.depth_m) },
                PartKind::Docks => Coord { x: 0.0, y: f64::midpoint(hall.depth_m, block.depth_m) },
                PartKind::Utility => Coord { x: f64::midpoint(hall.width_m, block.width_m), y: 0.0 },
                PartKind::Yard => Coord { x: 0.0, y: behind_m + block.depth_m / 2.0 },
                PartKind::Parking => {
                    // From the hall's corner on, and not under the offices.
                    let free = self.offices.map_or(hall.width_m, |offices| -offices.width_m) / 2.0;
                    let right = (block.width_m - hall.width_m / 2.0).min(free);
                    Coord { x: right - block.width_m / 2.0, y: -f64::midpoint(hall.depth_m, block.depth_m) }
                }
            };
            let Block { width_m, depth_m, storeys, storey_m } = block;
            Some(Part { kind, offset, width_m, depth_m, storeys, storey_m })
        };
        Massing::new(at, angle_rad, PartKind::ALL.iter().copied().filter_map(part).collect())
    }
}
