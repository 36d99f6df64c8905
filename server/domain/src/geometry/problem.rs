//! What is wrong with a geometry, and where.

use std::fmt;

use geo_types::Coord;
use serde::{Deserialize, Serialize};

use super::ShapeKind;

/// The rule that a geometry breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Each coordinate is a finite number.
    FiniteCoordinate,
    /// A ring has at least three distinct vertices, a line two.
    EnoughVertices,
    /// A ring's last vertex is its first.
    RingClosed,
    /// A ring neither crosses nor touches itself.
    RingSimple,
    /// A ring encloses an area.
    RingHasArea,
    /// A hole lies inside its outer ring and crosses no other ring.
    HoleInside,
    /// The parts of an area do not overlap or share edges.
    PartsApart,
    /// The geometry is of a kind that its layer takes.
    KindFitsLayer,
}

impl Rule {
    /// The rule's id, as reports give it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::FiniteCoordinate => "geometry.finite_coordinate",
            Self::EnoughVertices => "geometry.enough_vertices",
            Self::RingClosed => "geometry.ring_closed",
            Self::RingSimple => "geometry.ring_simple",
            Self::RingHasArea => "geometry.ring_has_area",
            Self::HoleInside => "geometry.hole_inside",
            Self::PartsApart => "geometry.parts_apart",
            Self::KindFitsLayer => "geometry.kind_fits_layer",
        }
    }

    const fn complaint(self) -> &'static str {
        match self {
            Self::FiniteCoordinate => "a coordinate is not a finite number",
            Self::EnoughVertices => "too few distinct vertices",
            Self::RingClosed => "the ring is not closed",
            Self::RingSimple => "the ring crosses or touches itself",
            Self::RingHasArea => "the ring encloses no area",
            Self::HoleInside => "a hole lies outside its outer ring or crosses another ring",
            Self::PartsApart => "two parts overlap or share an edge",
            Self::KindFitsLayer => "the layer does not take this kind of geometry",
        }
    }
}

/// Where in a geometry something is: part, ring and vertex are counted from 0; ring 0 is the outer one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The polygon or line of a multi-geometry.
    pub part: usize,
    /// The ring of the polygon.
    pub ring: usize,
    /// The vertex of the ring or line.
    pub vertex: usize,
    /// The coordinate there.
    pub at: Coord,
}

/// A rule broken at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Problem {
    /// Which rule.
    pub rule: Rule,
    /// Where, if it is at one place.
    pub place: Option<Place>,
    /// The kind of the geometry, if that is what is wrong.
    pub kind: Option<ShapeKind>,
}

impl Problem {
    pub(super) const fn at(rule: Rule, part: usize, ring: usize, vertex: usize, at: Coord) -> Self {
        Self { rule, place: Some(Place { part, ring, vertex, at }), kind: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.complaint())?;
        if let Some(kind) = self.kind {
            write!(f, " ({kind})")?;
        }
        if let Some(Place { part, ring, vertex, at }) = self.place {
            write!(f, " at part {part}, ring {ring}, vertex {vertex}, coordinate ({}, {})", at.x, at.y)?;
        }
        Ok(())
    }
}
