//! A parcel made ready for being asked again and again.

use geo::{Area, BooleanOps};
use geo_types::{MultiPolygon, Polygon};

use super::super::fit::plain;
use super::edges::Edges;
use crate::geometry::Shape;
use crate::record::{Bounds, Mask, MaskKind, Parcel, Setbacks};

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
    /// Its place among the masks that the site was made of.
    pub(super) mask: usize,
    /// None where there is one and nobody says which.
    pub(super) limit_m: Option<f64>,
    pub(super) edges: Edges,
}

/// An area on which nothing may stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeptFree {
    /// As of a ceiling.
    pub(super) mask: usize,
    pub(super) area: Polygon,
    pub(super) edges: Edges,
}

/// An outline as it is tried.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plain {
    pub(super) areas: Vec<Polygon>,
    /// How far it is from the true one at most, metres.
    pub(super) apart_m: f64,
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
    /// The least and the most setback.
    pub(super) setbacks_m: Option<(f64, f64)>,
    pub(super) ceilings: Vec<Ceiling>,
    /// Where on it nothing may stand.
    pub(super) kept_free: Vec<KeptFree>,
    /// Whether it would be told if there were more of that.
    pub(super) kept_free_is_told: bool,
    /// None where the outline is too intricate to be tried.
    pub(super) plain: Option<Plain>,
    pub(super) norms: Norms,
}

impl Site {
    /// A parcel of a shape, under the masks on it, if whoever asks is told of masks; all in the same frame, metres.
    ///
    /// # Errors
    /// The shape is no area.
    pub fn new<'m>(
        parcel: &Parcel,
        shape: &Shape,
        masks: Option<impl IntoIterator<Item = (&'m Mask, &'m Shape)>>,
        norms: Norms,
    ) -> Result<Self, NotASite> {
        let areas = areas_of(shape).ok_or(NotASite::NoArea)?;
        let (mut ceilings, mut kept_free) = (Vec::new(), Vec::new());
        let kept_free_is_told = masks.is_some();
        for (index, (mask, shape)) in masks.into_iter().flatten().enumerate() {
            let over =
                areas_of(shape).map_or_else(|| MultiPolygon::new(Vec::new()), |masked| masked.intersection(&areas));
            match (mask.kind, mask.height_limit_m) {
                _ if over.0.is_empty() => {}
                (MaskKind::AirportHeight, limit_m) => {
                    ceilings.push(Ceiling { mask: index, limit_m, edges: Edges::of(&over) });
                }
                (MaskKind::Protection, _) => kept_free.extend(over.into_iter().map(|area| {
                    let edges = Edges::of(&MultiPolygon::new(vec![area.clone()]));
                    KeptFree { mask: index, area, edges }
                })),
            }
        }
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
            ceilings,
            kept_free,
            kept_free_is_told,
            plain: plain(&areas.0).map(|(areas, apart_m)| Plain { areas: areas.into_owned(), apart_m }),
            norms,
            areas,
        })
    }

    /// The area of the land, m².
    pub const fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// The least and the most setback, metres: which edge is the front is not in the record. None if nobody knows.
    pub const fn setbacks_m(&self) -> Option<(f64, f64)> {
        self.setbacks_m
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
    let areas = shape.areas();
    (!areas.is_empty()).then(|| MultiPolygon::new(areas.to_vec()))
}
