//! Shapes that are valid and still not what anyone meant: spikes, slivers, vertices that lie on each other.
//!
//! That rings are closed, simple and oriented and that holes lie inside is what makes a [`Shape`] one.

use geo_types::Coord;

use super::{Context, Fix, Problem};
use crate::geometry::{Place, Shape};
use crate::record::Feature;

/// A sharper corner is no corner of land, degrees. Surveyed parcels end in wedges of three degrees and more.
const SHARPEST_DEGREES: f64 = 1.0;

/// What is narrower on average is no land, metres.
const NARROWEST_M: f64 = 1.0;

/// Checks an area's rings.
pub(super) fn check(feature: &Feature, context: &Context<'_>, problems: &mut Vec<Problem>) {
    let Shape::Areas(areas) = &feature.shape else { return };
    for (part, polygon) in areas.iter().enumerate() {
        for (ring, line) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
            let open = &line.0[..line.0.len() - 1];
            let place = |vertex: usize| Place { part, ring, vertex, at: open[vertex] };
            let (area_m2, around_m) = measure(open);
            let width_m = 2.0 * area_m2 / around_m;
            if width_m < NARROWEST_M {
                let what = if ring == 0 { "the part" } else { "the hole" };
                let message = format!("{what} is a sliver of {area_m2:.2} m², {width_m:.3} m wide on average");
                problems.push(Problem::warning("geometry.sliver", feature, message).at(place(0)));
            }
            near_vertices(feature, open, context.tolerance_m, place, problems);
            spikes(feature, open, context.tolerance_m, place, problems);
        }
    }
}

fn spikes(
    feature: &Feature,
    open: &[Coord],
    tolerance_m: f64,
    place: impl Fn(usize) -> Place,
    problems: &mut Vec<Problem>,
) {
    for vertex in 0..open.len() {
        let at = open[vertex];
        let before = open[(vertex + open.len() - 1) % open.len()] - at;
        let after = open[(vertex + 1) % open.len()] - at;
        let short = |leg: Coord| leg.x.hypot(leg.y) <= tolerance_m;
        let degrees =
            (before.x * after.y - before.y * after.x).abs().atan2(before.x * after.x + before.y * after.y).to_degrees();
        if degrees < SHARPEST_DEGREES && !short(before) && !short(after) {
            let message = format!("a spike: the ring turns back at an angle of {degrees:.3}°");
            let Place { part, ring, .. } = place(vertex);
            let fix = (open.len() > 3).then_some(Fix::RemoveVertex { part, ring, vertex });
            problems.push(Problem::warning("geometry.spike", feature, message).at(place(vertex)).mended_by(fix));
        }
    }
}

/// One problem a ring: a curve that was drawn too finely has hundreds of such vertices.
fn near_vertices(
    feature: &Feature,
    open: &[Coord],
    tolerance_m: f64,
    place: impl Fn(usize) -> Place,
    problems: &mut Vec<Problem>,
) {
    let near = |vertex: &usize| {
        let along = open[(vertex + 1) % open.len()] - open[*vertex];
        along.x.hypot(along.y) <= tolerance_m
    };
    let count = (0..open.len()).filter(near).count();
    if let Some(first) = (0..open.len()).find(near) {
        let millimetres = tolerance_m * 1000.0;
        let message = format!("{count} of {} vertices lie within {millimetres} mm of the next", open.len());
        let Place { part, ring, .. } = place(first);
        let vertex = (first + 1) % open.len();
        let fix = (open.len() > 3).then_some(Fix::RemoveVertex { part, ring, vertex });
        problems.push(Problem::note("geometry.near_vertices", feature, message).at(place(first)).mended_by(fix));
    }
}

/// The area and the length of a ring. Relative to its first vertex, so that large coordinates cost no digits.
fn measure(open: &[Coord]) -> (f64, f64) {
    let origin = open[0];
    let pairs = (0..open.len()).map(|vertex| (open[vertex] - origin, open[(vertex + 1) % open.len()] - origin));
    let (area, around) = pairs.fold((0.0, 0.0), |(area, around), (a, b)| {
        (area + a.x * b.y - a.y * b.x, around + (b.x - a.x).hypot(b.y - a.y))
    });
    (area.abs() / 2.0, around)
}
