//! The map of how one gets from a place to others.

use cloudsite_domain::record::Layer;
use cloudsite_dossier::{DRAWN_WAYS, Drawing, Mark, Paint, Route, way_letter};
use cloudsite_proto::siting as wire;
use geo_types::{Coord, Rect};

use super::map;
use crate::record::{Entry, Snapshot};

/// Margin around the ways, as a share of the larger side of what they take.
const MARGIN: f64 = 0.08;

/// The ways of a place as who asks is given them, which have gone over the desk, on the ground that everyone is given. Nothing
/// where no way is known.
pub(super) fn drawn(public: &Snapshot, subject: &Entry, rank: u32, destinations: &[wire::Destination]) -> Drawing {
    let ways = DRAWN_WAYS.iter().enumerate().filter_map(|(colour, (kind, is_by_car))| {
        let destination = destinations.iter().find(|destination| destination.kind == *kind)?;
        let way = if *is_by_car { destination.by_car.as_ref() } else { destination.by_truck.as_ref() }?;
        let points: Vec<[f64; 2]> = way.line.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
        (points.len() > 1).then_some(Route { colour, points })
    });
    let routes: Vec<Route> = ways.collect();
    if routes.is_empty() {
        return Drawing::default();
    }
    let bounds = routes.iter().flat_map(|route| &route.points).fold(subject.feature.shape.bounds(), |bounds, at| {
        let (min, max) = (bounds.min(), bounds.max());
        let low = Coord { x: min.x.min(at[0]), y: min.y.min(at[1]) };
        Rect::new(low, Coord { x: max.x.max(at[0]), y: max.y.max(at[1]) })
    });
    let frame = map::framed(bounds, bounds.width().max(bounds.height()) * MARGIN);
    let mut drawing = map::ground(public, frame);
    for entry in public.layer(Layer::Zone).near(frame) {
        map::add_area(&mut drawing, &entry.feature.shape, Paint::Zone);
    }
    map::add_area(&mut drawing, &subject.feature.shape, Paint::Subject);
    let end = |route: &Route| {
        let at = *route.points.last()?;
        Some(Mark { at, text: way_letter(route.colour), is_strong: true, route: Some(route.colour) })
    };
    drawing.marks = routes.iter().filter_map(end).collect();
    let (at, text) = (map::centre(&subject.feature.shape), rank.to_string());
    drawing.marks.push(Mark { at, text, is_strong: true, route: None });
    Drawing { routes, ..drawing }
}
