//! A factory tried on a parcel: boxes on the ground, and what plan and record say to them.
//!
//! A [`Massing`] is a handful of boxes that are moved and turned as one. A [`Site`] is a parcel made ready for being asked
//! again and again: [`Site::judge`] answers while someone drags, with no memory of its own. [`Site::best_place`] and
//! [`Site::largest`] propose.

mod arrange;
mod edges;
mod law;
mod plan;
mod propose;
mod site;
mod text;
mod verdict;

use std::ops::RangeInclusive;

use geo_types::Coord;

use crate::record::terms;

pub use arrange::{Block, Blocks};
pub use law::{HeldTo, Law};
pub use propose::Proposal;
pub use site::{Norms, NotASite, Site};
pub use text::UnreadableMassing;
pub use verdict::{Check, Finding, Findings, PLACE_M2, SideFinding};

/// Parts of a massing at most.
pub const MOST_PARTS: usize = 8;

/// Sides, storey heights and distances from the place at most, metres; storeys at most.
const LONGEST_M: f64 = 3_000.0;
const HIGHEST_STOREY_M: f64 = 60.0;
const MOST_STOREYS: u32 = 60;

terms! {
    /// What a part of a factory is.
    PartKind, "kind of part";
    /// Main hall.
    Hall = "hall",
    /// Offices.
    Offices = "offices",
    /// Loading docks under a roof.
    Docks = "docks",
    /// Utility block.
    Utility = "utility",
    /// Open yard, paved, on which goods are stored and moved: nothing stands on it.
    Yard = "yard",
    /// Car park, open and paved: nothing stands on it.
    Parking = "parking",
}

impl PartKind {
    /// Whether it stands.
    pub const fn is_building(self) -> bool {
        !matches!(self, Self::Yard | Self::Parking)
    }

    /// Whether its ground is used in the sense of the site-use coefficient (建筑系数): built on, or stored on. Ways and car parks
    /// are not.
    pub(super) const fn is_used(self) -> bool {
        !matches!(self, Self::Parking)
    }
}

/// A part of a factory: a box, or a yard or car park, that is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// From the massing's place to its middle, across and along before it is turned, metres.
    pub offset: Coord,
    /// From side to side across, metres.
    pub width_m: f64,
    /// From side to side along, metres.
    pub depth_m: f64,
    /// Storeys; 0 of what does not stand.
    pub storeys: u32,
    /// The height of each of them, metres; 0 of what does not stand.
    pub storey_m: f64,
}

impl Part {
    /// Its height, metres.
    pub fn height_m(&self) -> f64 {
        f64::from(self.storeys) * self.storey_m
    }

    /// Half its sides.
    fn half(&self) -> Coord {
        Coord { x: self.width_m / 2.0, y: self.depth_m / 2.0 }
    }
}

/// A factory somewhere: valid if it exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Massing {
    at: Coord,
    angle_rad: f64,
    parts: Vec<Part>,
}

/// A factory that there cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidMassing {
    /// None or too many parts.
    #[error("parts: there are {0}, and may be 1 to {MOST_PARTS}")]
    Parts(usize),
    /// A number out of its range.
    #[error("{}{field}: {value} is not between {least} and {most}", of(.part.as_ref()))]
    Range {
        /// Of which part, by its place among them; none of the place and the angle.
        part: Option<(usize, PartKind)>,
        /// Which, such as `width_m`.
        field: &'static str,
        /// What it is.
        value: f64,
        /// Not less than.
        least: f64,
        /// Not more than.
        most: f64,
    },
}

impl Massing {
    /// A factory of parts around a place, canonical or park metres, turned to the left by an angle, radians.
    ///
    /// # Errors
    /// No or too many parts; a number that is none or out of its range.
    pub fn new(at: Coord, angle_rad: f64, parts: Vec<Part>) -> Result<Self, InvalidMassing> {
        if parts.is_empty() || parts.len() > MOST_PARTS {
            return Err(InvalidMassing::Parts(parts.len()));
        }
        for (index, part) in parts.iter().enumerate() {
            check(index, part)?;
        }
        Self { at: Coord::zero(), angle_rad: 0.0, parts }.moved(at, angle_rad)
    }

    /// The same factory elsewhere.
    ///
    /// # Errors
    /// A number that is none.
    pub fn moved(self, at: Coord, angle_rad: f64) -> Result<Self, InvalidMassing> {
        const FAR: f64 = 1e8;
        within(None, "at.x", at.x, -FAR..=FAR)?;
        within(None, "at.y", at.y, -FAR..=FAR)?;
        within(None, "angle_rad", angle_rad, -FAR..=FAR)?;
        Ok(Self { at, angle_rad: angle_rad.rem_euclid(std::f64::consts::TAU), ..self })
    }

    /// Its place, metres.
    pub const fn at(&self) -> Coord {
        self.at
    }

    /// How far it is turned to the left, radians, 0 to a full turn.
    pub const fn angle_rad(&self) -> f64 {
        self.angle_rad
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The corners of a part on the ground, one after the other to the left.
    pub fn corners(&self, part: &Part) -> [Coord; 4] {
        let (half, frame) = (part.half(), self.frame());
        [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
            .map(|(x, y)| frame.out(part.offset + Coord { x: x * half.x, y: y * half.y }))
    }

    /// How far it reaches across and along, from the outermost part to the outermost, metres.
    pub fn size(&self) -> Coord {
        let ends = self.parts.iter().map(|part| (part.offset - part.half(), part.offset + part.half()));
        let around = ends.reduce(|(low, high), (from, to)| {
            let low = Coord { x: low.x.min(from.x), y: low.y.min(from.y) };
            (low, Coord { x: high.x.max(to.x), y: high.y.max(to.y) })
        });
        around.map_or_else(Coord::zero, |(low, high)| high - low)
    }

    /// The frame in which its parts are upright.
    pub(super) fn frame(&self) -> Frame {
        let (sin, cos) = self.angle_rad.sin_cos();
        Frame { at: self.at, sin, cos }
    }
}

/// A frame that is moved and turned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    at: Coord,
    sin: f64,
    cos: f64,
}

impl Frame {
    /// Into the frame.
    pub(super) fn inward(&self, at: Coord) -> Coord {
        let from = at - self.at;
        Coord { x: from.x * self.cos + from.y * self.sin, y: from.y * self.cos - from.x * self.sin }
    }

    /// Out of it.
    pub(super) fn out(&self, at: Coord) -> Coord {
        self.at + Coord { x: at.x * self.cos - at.y * self.sin, y: at.x * self.sin + at.y * self.cos }
    }
}

/// How a part is named before one of its numbers.
fn of(part: Option<&(usize, PartKind)>) -> String {
    part.map(|(_, kind)| format!("{kind}.")).unwrap_or_default()
}

fn check(index: usize, part: &Part) -> Result<(), InvalidMassing> {
    let within = |field, value, range| within(Some((index, part.kind)), field, value, range);
    within("offset.x", part.offset.x, -LONGEST_M..=LONGEST_M)?;
    within("offset.y", part.offset.y, -LONGEST_M..=LONGEST_M)?;
    within("width_m", part.width_m, 0.1..=LONGEST_M)?;
    within("depth_m", part.depth_m, 0.1..=LONGEST_M)?;
    if part.kind.is_building() {
        within("storeys", f64::from(part.storeys), 1.0..=f64::from(MOST_STOREYS))?;
        within("storey_m", part.storey_m, 1.0..=HIGHEST_STOREY_M)
    } else {
        within("storeys", f64::from(part.storeys), 0.0..=0.0)?;
        within("storey_m", part.storey_m, 0.0..=0.0)
    }
}

fn within(
    part: Option<(usize, PartKind)>,
    field: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
) -> Result<(), InvalidMassing> {
    // Not a number is within nothing.
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(InvalidMassing::Range { part, field, value, least, most })
}

#[cfg(test)]
mod tests;
