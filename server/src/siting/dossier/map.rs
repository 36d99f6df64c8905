//! What the maps of a dossier show.

use std::collections::HashMap;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Layer, RoadClass};
use cloudsite_dossier::{Area, Drawing, Line, Mark, Paint, Place};
use cloudsite_proto::siting as wire;
use geo_types::{Coord, LineString, Rect};

use crate::record::{Entry, Snapshot};

/// Features of a layer that are drawn at most; of roads the larger classes are, if there are more.
const MOST_DRAWN: usize = 5_000;

/// How far a place's map reaches beyond it: a share of its larger side, and at least so many metres.
const AROUND: f64 = 0.55;
const LEAST_AROUND_M: f64 = 90.0;

/// Height over width of a place's map.
const SITE_ASPECT: f64 = 0.82;

/// Margin around the park, as a share of its larger side.
const PARK_MARGIN: f64 = 0.03;

/// Rails are drawn by their centre line.
const RAIL_WIDTH_M: f64 = 4.0;

/// A place as who asks is given it, which has gone over the desk, and around it what everyone is given.
pub(super) fn site(public: &Snapshot, subject: &Entry, (rank, told): (u32, &wire::Place)) -> Drawing {
    let frame = around(subject.feature.shape.bounds());
    let mut drawing = Drawing { frame: sides(frame), ..Drawing::default() };
    for (layer, paint) in [(Layer::Water, Paint::Water), (Layer::Green, Paint::Green), (Layer::Parcel, Paint::Parcel)] {
        let near = public.layer(layer).near(frame).into_iter();
        for entry in near.filter(|entry| entry.feature.code != subject.feature.code).take(MOST_DRAWN) {
            add_area(&mut drawing, &entry.feature.shape, paint);
            if layer == Layer::Parcel {
                let (at, text) = (centre(&entry.feature.shape), entry.feature.code.to_string());
                drawing.marks.extend(within(frame, at).then_some(Mark { at, text, is_strong: false }));
            }
        }
    }
    for layer in [Layer::Road, Layer::Rail] {
        for entry in public.layer(layer).near(frame).into_iter().take(MOST_DRAWN) {
            add_lines(&mut drawing, entry);
        }
    }
    add_area(&mut drawing, &subject.feature.shape, Paint::Subject);
    for entry in public.layer(Layer::Building).near(frame).into_iter().take(MOST_DRAWN) {
        add_area(&mut drawing, &entry.feature.shape, Paint::Building);
    }
    let placed = told.answers.iter().filter(|answer| !answer.placement.is_empty());
    for answer in placed {
        let ring = answer.placement.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
        drawing.areas.push(Area { paint: Paint::Placement, rings: vec![ring] });
    }
    drawing.marks.push(Mark { at: centre(&subject.feature.shape), text: rank.to_string(), is_strong: true });
    drawing
}

/// The whole park with every parcel as it stands, from what everyone is given.
pub(super) fn overview(public: &Snapshot, answer: &wire::MatchResponse, places: &[Place]) -> Drawing {
    let park = public.park().map(|entry| entry.feature.shape.bounds());
    let Some(bounds) = park.or_else(|| public.layer(Layer::Parcel).bounds()).or_else(|| public.bounds()) else {
        return Drawing::default();
    };
    let margin = bounds.width().max(bounds.height()) * PARK_MARGIN;
    let frame = grown(bounds, margin, margin);
    let mut drawing = Drawing { frame: sides(frame), ..Drawing::default() };
    if let Some(park) = public.park() {
        add_area(&mut drawing, &park.feature.shape, Paint::Ground);
    }
    for (layer, paint) in [(Layer::Water, Paint::Water), (Layer::Green, Paint::Green)] {
        for entry in public.layer(layer).features().iter().take(MOST_DRAWN) {
            add_area(&mut drawing, &entry.feature.shape, paint);
        }
    }
    let roads = public.layer(Layer::Road).features();
    let is_sparse = roads.len() <= MOST_DRAWN;
    for entry in roads.iter().filter(|entry| is_sparse || is_large_road(entry)).take(MOST_DRAWN) {
        add_lines(&mut drawing, entry);
    }
    for entry in public.layer(Layer::Rail).features().iter().take(MOST_DRAWN) {
        add_lines(&mut drawing, entry);
    }
    add_parcels(&mut drawing, public, answer, places);
    for entry in public.layer(Layer::Zone).features().iter().take(MOST_DRAWN) {
        add_area(&mut drawing, &entry.feature.shape, Paint::Zone);
    }
    drawing
}

fn add_parcels(drawing: &mut Drawing, public: &Snapshot, answer: &wire::MatchResponse, places: &[Place]) {
    let told: HashMap<&str, &wire::Place> = answer
        .places
        .iter()
        .map(|place| (place.parcel.strip_prefix("parcels/").unwrap_or(&place.parcel), place))
        .collect();
    let suits = || answer.places.iter().filter(|place| place.standing() == wire::Standing::Suits);
    let (low, high) = suits().fold((u64::MAX, 0), |(low, high), place| (low.min(place.points), high.max(place.points)));
    let depth = |points: u64| {
        if high > low { ((points - low) as f64 / (high - low) as f64 * 255.0).round() as u8 } else { 255 }
    };
    // Places come in the order suits, open, fails: what is not told of fails if all others are.
    let are_all_told = (answer.suits + answer.open) as usize <= answer.places.len();
    for entry in public.layer(Layer::Parcel).features().iter().take(MOST_DRAWN) {
        let place = told.get(entry.feature.code.as_str());
        let paint = match place.map(|place| (place.standing(), place.points)) {
            Some((wire::Standing::Suits, points)) => Paint::Suits(depth(points)),
            Some((wire::Standing::Open, _)) => Paint::Open,
            Some(_) => Paint::Fails,
            None if are_all_told => Paint::Fails,
            None => Paint::Parcel,
        };
        add_area(drawing, &entry.feature.shape, paint);
        let described = places.iter().find(|place| place.ranked.parcel == entry.feature.code.as_str());
        drawing.marks.extend(described.map(|place| Mark {
            at: centre(&entry.feature.shape),
            text: place.ranked.rank.to_string(),
            is_strong: true,
        }));
    }
}

fn is_large_road(entry: &Entry) -> bool {
    let Body::Road(road) = &entry.feature.body else { return false };
    matches!(road.class, RoadClass::Expressway | RoadClass::Arterial)
}

fn around(bounds: Rect) -> Rect {
    let margin = (bounds.width().max(bounds.height()) * AROUND).max(LEAST_AROUND_M);
    let (width, height) = (bounds.width() + 2.0 * margin, bounds.height() + 2.0 * margin);
    // To the shape that the page has room for, by adding what is lacking.
    let (wanted_width, wanted_height) = (width.max(height / SITE_ASPECT), height.max(width * SITE_ASPECT));
    grown(bounds, (wanted_width - bounds.width()) / 2.0, (wanted_height - bounds.height()) / 2.0)
}

fn grown(bounds: Rect, east_m: f64, north_m: f64) -> Rect {
    let by = Coord { x: east_m, y: north_m };
    Rect::new(bounds.min() - by, bounds.max() + by)
}

fn sides(rect: Rect) -> [f64; 4] {
    [rect.min().x, rect.min().y, rect.max().x, rect.max().y]
}

fn within(rect: Rect, [x, y]: [f64; 2]) -> bool {
    (rect.min().x..=rect.max().x).contains(&x) && (rect.min().y..=rect.max().y).contains(&y)
}

fn centre(shape: &Shape) -> [f64; 2] {
    let at = shape.anchor();
    [at.x, at.y]
}

fn points(line: &LineString) -> Vec<[f64; 2]> {
    line.0.iter().map(|at| [at.x, at.y]).collect()
}

fn add_area(drawing: &mut Drawing, shape: &Shape, paint: Paint) {
    let Shape::Areas(areas) = shape else { return };
    for polygon in &areas.0 {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(points).collect();
        drawing.areas.push(Area { paint, rings });
    }
}

fn add_lines(drawing: &mut Drawing, entry: &Entry) {
    let Shape::Lines(lines) = &entry.feature.shape else { return };
    let (width_m, is_rail) = match &entry.feature.body {
        Body::Road(road) => (road.width_m.unwrap_or_else(|| road.class.customary_width_m()), false),
        _ => (RAIL_WIDTH_M, true),
    };
    drawing.lines.extend(lines.0.iter().map(|line| Line { width_m, is_rail, points: points(line) }));
}
