//! The sun of a day around a factory.

use cloudsite_domain::siting::massing::Massing;
use cloudsite_domain::siting::sun::SunDay;
use geo::BoundingRect;
use geo_types::Coord;

use super::trial::Ground;

/// So far around the factory the ground is looked at, metres.
const AROUND_M: f64 = 90.0;

/// Cells of the ground that are looked at, about.
const CELLS: f64 = 1_600.0;

/// Shade of less than this is none, hours: a single step of the sun's way.
const LEAST_H: f64 = 0.25;

/// The sun of a day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shine {
    /// How long it stands high enough to count.
    pub(super) hours: f64,
    pub(super) declination_deg: f64,
    /// The side of a cell, metres.
    pub(super) cell_m: f64,
    /// Middles of the cells that are shaded at some time, and for how long the sun shines there, hours.
    pub(super) cells: Vec<(Coord, f64)>,
    /// The least of them, hours; none if nothing is shaded.
    pub(super) least: Option<f64>,
    /// Codes of the neighbours that the shade touches, and for how long, hours; the longest first.
    pub(super) touched: Vec<(String, f64)>,
}

impl Shine {
    /// Counts it.
    pub(super) fn count(day: &SunDay, ground: &Ground, massing: &Massing) -> Self {
        let corners = massing.parts().iter().flat_map(|part| massing.corners(part));
        let around = geo_types::MultiPoint::from(corners.collect::<Vec<_>>()).bounding_rect();
        let (min, max) = around.map_or((massing.at(), massing.at()), |around| (around.min(), around.max()));
        let (min, max) = (min - Coord { x: AROUND_M, y: AROUND_M }, max + Coord { x: AROUND_M, y: AROUND_M });
        let size = max - min;
        let cell_m = (size.x * size.y / CELLS).sqrt().max(2.0).ceil();
        let (columns, rows) = ((size.x / cell_m) as u32, (size.y / cell_m) as u32);
        let hours = day.hours();
        let cell = |(column, row): (u32, u32)| {
            let at = min + Coord { x: f64::from(column) + 0.5, y: f64::from(row) + 0.5 } * cell_m;
            let sun = day.sun_at(at, massing)?;
            (hours - sun >= LEAST_H).then_some((at, sun))
        };
        let cells: Vec<(Coord, f64)> =
            (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))).filter_map(cell).collect();
        let touches = |neighbour: &super::trial::Neighbour| {
            let hours = day.touches(massing, &neighbour.areas);
            (hours >= LEAST_H).then(|| (neighbour.code.clone(), hours))
        };
        let mut touched: Vec<(String, f64)> = ground.neighbours.iter().filter_map(touches).collect();
        touched.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Self {
            hours,
            declination_deg: day.declination_deg(),
            cell_m,
            least: cells.iter().map(|(_, sun)| *sun).min_by(f64::total_cmp),
            cells,
            touched,
        }
    }
}
