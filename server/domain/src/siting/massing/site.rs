//! A parcel made ready for being asked again and again.

use geo::{Area, BooleanOps};
use geo_types::{Geometry, MultiPolygon};

use super::edges::Edges;
use crate::geometry::Shape;
use crate::record::{Bounds, Mask, MaskKind, Parcel, Setbacks};
use crate::validation::{Parameter, RuleTable, Situation};

/// What law says that no parcel's record holds. What is absent is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Norms {
    /// A storey higher than this counts twice as floor area, metres.
    pub counted_once_m: Option<f64>,
    /// The least site-use coefficient (建筑系数).
    pub least_site_use: Option<f64>,
    /// Parking places for 100 m² of floor area, at least.
    pub parking_places: Option<f64>,
}

impl Norms {
    /// What a table says in a situation.
    pub fn of(table: &RuleTable, situation: &Situation<'_>) -> Self {
        let rule = |parameter| table.rule(parameter, situation);
        Self {
            counted_once_m: rule(Parameter::StoreyCountedOnce).and_then(|rule| rule.at_most),
            least_site_use: rule(Parameter::SiteUse).and_then(|rule| rule.at_least),
            parking_places: rule(Parameter::ParkingPlaces).and_then(|rule| rule.at_least),
        }
    }
}

/// Something that is no site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASite {
    /// Its shape is no area.
    #[error("shape: a parcel without an area has no room for anything")]
    NoArea,
}

/// An area within which nothing may be higher.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ceiling {
    pub(super) limit_m: f64,
    pub(super) edges: Edges,
}

/// A parcel and what may be built on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    pub(super) areas: MultiPolygon,
    pub(super) area_m2: f64,
    pub(super) edges: Edges,
    pub(super) plot_ratio: Bounds,
    pub(super) coverage: Bounds,
    pub(super) green_ratio: Bounds,
    pub(super) height_limit_m: Option<f64>,
    /// The least and the most setback: which edge is the front is not in the record.
    pub(super) setbacks_m: Option<(f64, f64)>,
    pub(super) ceilings: Vec<Ceiling>,
    pub(super) norms: Norms,
}

impl Site {
    /// A parcel of a shape, under those masks that whoever asks is told of; all in the same frame, metres.
    ///
    /// # Errors
    /// The shape is no area.
    pub fn new<'m>(
        parcel: &Parcel,
        shape: &Shape,
        masks: impl IntoIterator<Item = (&'m Mask, &'m Shape)>,
        norms: Norms,
    ) -> Result<Self, NotASite> {
        let areas = areas_of(shape).ok_or(NotASite::NoArea)?;
        let ceilings = masks.into_iter().filter(|(mask, _)| mask.kind == MaskKind::AirportHeight);
        let ceilings = ceilings.filter_map(|(mask, shape)| {
            let over = areas_of(shape)?.intersection(&areas);
            (!over.0.is_empty()).then_some(Ceiling { limit_m: mask.height_limit_m?, edges: Edges::of(&over) })
        });
        let setbacks_m = parcel.setbacks.map(|Setbacks { front_m, side_m, rear_m }| {
            (front_m.min(side_m).min(rear_m), front_m.max(side_m).max(rear_m))
        });
        Ok(Self {
            area_m2: areas.unsigned_area(),
            edges: Edges::of(&areas),
            plot_ratio: parcel.plot_ratio,
            coverage: parcel.site_coverage,
            green_ratio: parcel.green_ratio,
            height_limit_m: parcel.height_limit_m,
            setbacks_m,
            ceilings: ceilings.collect(),
            norms,
            areas,
        })
    }

    /// The area of the land, m².
    pub const fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// The sides of the parcel, as many as [`super::Findings::sides`] has: where each begins and where it ends.
    pub fn sides(&self) -> impl Iterator<Item = (geo_types::Coord, geo_types::Coord)> {
        self.edges.sides.iter().filter_map(|side| {
            let edges = &self.edges.edges[side.clone()];
            Some((edges.first()?.0, edges.last()?.1))
        })
    }
}

fn areas_of(shape: &Shape) -> Option<MultiPolygon> {
    match shape.to_geometry() {
        Geometry::Polygon(polygon) => Some(MultiPolygon::new(vec![polygon])),
        Geometry::MultiPolygon(areas) => Some(areas),
        _ => None,
    }
}
