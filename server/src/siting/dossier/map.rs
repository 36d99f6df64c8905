//! What the maps of a dossier show.

use std::collections::HashMap;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Code, Layer, RoadClass};
use cloudsite_dossier::{Area, Block, Drawing, Line, Mark, Paint, Place, assembly_letter};
use cloudsite_proto::siting as wire;
use geo_types::{Coord, LineString, Rect};

use super::tell;
use crate::record::{Entry, Snapshot};

/// Features of a layer that are drawn at most; of roads the larger classes are, if there are more.
const MOST_DRAWN: usize = 5_000;

/// How far a place's map reaches beyond it: a share of its larger side, and at least so many metres.
const AROUND: f64 = 0.55;
const LEAST_AROUND_M: f64 = 90.0;

/// Height over width of a place's maps.
pub(super) const SITE_ASPECT: f64 = 0.74;

/// Margin around the park, as a share of its larger side.
const PARK_MARGIN: f64 = 0.03;

/// How far from the edge of a map codes are written, as a share of its sides.
const LABEL_MARGIN: f64 = 0.06;

/// Rails are drawn by their centre line.
const RAIL_WIDTH_M: f64 = 4.0;

/// A place as who asks is given it, which has gone over the desk, and around it what everyone is given.
pub(super) fn site(public: &Snapshot, subject: &Entry, (rank, told): (u32, &wire::Place)) -> Drawing {
    let frame = around(subject.feature.shape.bounds());
    let is_other = |entry: &Entry| entry.feature.code != subject.feature.code;
    let mut drawing = near(public, frame, is_other);
    add_area(&mut drawing, &subject.feature.shape, Paint::Subject);
    add_buildings(&mut drawing, public, frame);
    add_placements(&mut drawing, &told.answers);
    let (at, text) = (beside(&subject.feature.shape, &told.answers), rank.to_string());
    drawing.marks.push(Mark { at, text, is_strong: true, route: None });
    drawing
}

/// Where a mark hides nothing: the middle, or half way to the corner that is the farthest from the building that is asked for.
fn beside(shape: &Shape, answers: &[wire::Answer]) -> [f64; 2] {
    let middle = centre(shape);
    let placed = answers.iter().find(|answer| answer.placement.len() >= 4);
    let (Some(placed), Shape::Areas(areas)) = (placed, shape) else { return middle };
    let corners: Vec<[f64; 2]> = placed.placement.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
    let sum = corners.iter().fold([0.0, 0.0], |sum, at| [sum[0] + at[0], sum[1] + at[1]]);
    let building = sum.map(|sum| sum / corners.len() as f64);
    let away = |at: &[f64; 2]| (at[0] - building[0]).hypot(at[1] - building[1]);
    let ring = areas.0.iter().flat_map(|polygon| points(polygon.exterior()));
    // Nearer to the corner than to the middle, so that a building in the middle is passed.
    let between = ring.map(|corner| [0, 1].map(|axis| middle[axis] * 0.3 + corner[axis] * 0.7));
    between.max_by(|one, other| away(one).total_cmp(&away(other))).unwrap_or(middle)
}

/// Joined parcels as who asks is given them, which have gone over the desk, and around them what everyone is given.
/// Where they have a letter, it is written on the first.
pub(super) fn joined(public: &Snapshot, own: &Snapshot, (index, told): (Option<usize>, &wire::Assembly)) -> Drawing {
    let parcels = own.layer(Layer::Parcel);
    let codes = told.parcels.iter().filter_map(|name| tell::code_of(name).parse::<Code>().ok());
    let entries: Vec<&Entry> = codes.filter_map(|code| parcels.find(&code)).collect();
    let Some(bounds) = entries.iter().map(|entry| entry.feature.shape.bounds()).reduce(united) else {
        return Drawing::default();
    };
    let frame = around(bounds);
    let is_other = |entry: &Entry| entries.iter().all(|one| one.feature.code != entry.feature.code);
    let mut drawing = near(public, frame, is_other);
    for entry in &entries {
        add_area(&mut drawing, &entry.feature.shape, Paint::Joined);
    }
    add_buildings(&mut drawing, public, frame);
    add_placements(&mut drawing, &told.answers);
    for (place, entry) in entries.iter().enumerate() {
        let letter =
            index.filter(|_| place == 0).map(|index| format!("{} ", assembly_letter(index))).unwrap_or_default();
        let text = format!("{letter}{}", entry.feature.code);
        drawing.marks.push(Mark { at: centre(&entry.feature.shape), text, is_strong: true, route: None });
    }
    drawing
}

/// A factory on a parcel, likewise.
pub(super) fn variant(public: &Snapshot, subject: &Entry, blocks: &[Block]) -> Drawing {
    let frame = around(subject.feature.shape.bounds());
    let mut drawing = near(public, frame, |entry| entry.feature.code != subject.feature.code);
    add_area(&mut drawing, &subject.feature.shape, Paint::Subject);
    add_buildings(&mut drawing, public, frame);
    let area = |block: &Block| Area { paint: Paint::Placement, rings: vec![block.corners.to_vec()] };
    drawing.areas.extend(blocks.iter().map(area));
    drawing
}

/// The building of a floor as who asks is given it, which has gone over the desk, and around it what everyone is given.
pub(super) fn floor(public: &Snapshot, own: &Snapshot, told: &wire::Floor) -> Drawing {
    let code = told.building.strip_prefix("building/").and_then(|code| code.parse::<Code>().ok());
    let Some(building) = code.and_then(|code| own.layer(Layer::Building).find(&code)) else {
        return Drawing::default();
    };
    let frame = around(building.feature.shape.bounds());
    let mut drawing = near(public, frame, |_| true);
    add_buildings(&mut drawing, public, frame);
    add_area(&mut drawing, &building.feature.shape, Paint::Subject);
    let (at, text) = (centre(&building.feature.shape), building.feature.code.to_string());
    drawing.marks.push(Mark { at, text, is_strong: true, route: None });
    drawing
}

/// Ground, roads and those parcels around that are others.
fn near(public: &Snapshot, frame: Rect, is_other: impl Fn(&Entry) -> bool) -> Drawing {
    let mut drawing = Drawing { frame: sides(frame), ..Drawing::default() };
    // A code at the edge would be cut off.
    let labelled = grown(frame, -frame.width() * LABEL_MARGIN, -frame.height() * LABEL_MARGIN);
    for (layer, paint) in [(Layer::Water, Paint::Water), (Layer::Green, Paint::Green), (Layer::Parcel, Paint::Parcel)] {
        let near = public.layer(layer).near(frame).into_iter();
        for entry in near.filter(|entry| layer != Layer::Parcel || is_other(entry)).take(MOST_DRAWN) {
            add_area(&mut drawing, &entry.feature.shape, paint);
            if layer == Layer::Parcel {
                let (at, text) = (centre(&entry.feature.shape), entry.feature.code.to_string());
                drawing.marks.extend(within(labelled, at).then_some(Mark { at, text, is_strong: false, route: None }));
            }
        }
    }
    for layer in [Layer::Road, Layer::Rail] {
        for entry in public.layer(layer).near(frame).into_iter().take(MOST_DRAWN) {
            add_lines(&mut drawing, entry);
        }
    }
    drawing
}

fn add_buildings(drawing: &mut Drawing, public: &Snapshot, frame: Rect) {
    for entry in public.layer(Layer::Building).near(frame).into_iter().take(MOST_DRAWN) {
        add_area(drawing, &entry.feature.shape, Paint::Building);
    }
}

fn add_placements(drawing: &mut Drawing, answers: &[wire::Answer]) {
    for answer in answers.iter().filter(|answer| !answer.placement.is_empty()) {
        let ring = answer.placement.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
        drawing.areas.push(Area { paint: Paint::Placement, rings: vec![ring] });
    }
}

/// The whole park with every parcel as it stands, from what everyone is given.
pub(super) fn overview(public: &Snapshot, answer: &wire::MatchResponse, places: &[Place]) -> Drawing {
    let park = public.park().map(|entry| entry.feature.shape.bounds());
    let Some(bounds) = park.or_else(|| public.layer(Layer::Parcel).bounds()).or_else(|| public.bounds()) else {
        return Drawing::default();
    };
    let margin = bounds.width().max(bounds.height()) * PARK_MARGIN;
    let frame = grown(bounds, margin, margin);
    let mut drawing = ground(public, frame);
    add_parcels(&mut drawing, public, answer, places);
    for entry in public.layer(Layer::Zone).features().iter().take(MOST_DRAWN) {
        add_area(&mut drawing, &entry.feature.shape, Paint::Zone);
    }
    drawing
}

/// The park's ground, water, green, roads and rails within a frame; of many roads the large ones.
pub(super) fn ground(public: &Snapshot, frame: Rect) -> Drawing {
    let mut drawing = Drawing { frame: sides(frame), ..Drawing::default() };
    if let Some(park) = public.park() {
        add_area(&mut drawing, &park.feature.shape, Paint::Ground);
    }
    for (layer, paint) in [(Layer::Water, Paint::Water), (Layer::Green, Paint::Green)] {
        for entry in public.layer(layer).near(frame).into_iter().take(MOST_DRAWN) {
            add_area(&mut drawing, &entry.feature.shape, paint);
        }
    }
    let roads = public.layer(Layer::Road).near(frame);
    let is_sparse = roads.len() <= MOST_DRAWN;
    for entry in roads.into_iter().filter(|entry| is_sparse || is_large_road(entry)).take(MOST_DRAWN) {
        add_lines(&mut drawing, entry);
    }
    for entry in public.layer(Layer::Rail).near(frame).into_iter().take(MOST_DRAWN) {
        add_lines(&mut drawing, entry);
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
    let are_all_told = answer.untried == 0 && (answer.suits + answer.open) as usize <= answer.places.len();
    let joined = |code: &str| {
        let has = |one: &wire::Assembly| one.parcels.iter().any(|name| tell::code_of(name) == code);
        answer.assemblies.iter().position(has)
    };
    for entry in public.layer(Layer::Parcel).features().iter().take(MOST_DRAWN) {
        let joined = joined(entry.feature.code.as_str());
        let place = told.get(entry.feature.code.as_str());
        let paint = match place.filter(|_| joined.is_none()).map(|place| (place.standing(), place.points)) {
            Some((wire::Standing::Suits, points)) => Paint::Suits(depth(points)),
            Some((wire::Standing::Open, _)) => Paint::Open,
            Some(_) => Paint::Fails,
            None if joined.is_some() => Paint::Joined,
            None if are_all_told => Paint::Fails,
            None => Paint::Parcel,
        };
        add_area(drawing, &entry.feature.shape, paint);
        let described = places.iter().find(|place| place.ranked.parcel == entry.feature.code.as_str());
        drawing.marks.extend(described.map(|place| Mark {
            at: centre(&entry.feature.shape),
            text: place.ranked.rank.to_string(),
            is_strong: true,
            route: None,
        }));
        let is_first = |index: &usize| {
            answer.assemblies[*index]
                .parcels
                .first()
                .is_some_and(|name| tell::code_of(name) == entry.feature.code.as_str())
        };
        drawing.marks.extend(joined.filter(is_first).map(|index| Mark {
            at: centre(&entry.feature.shape),
            text: assembly_letter(index),
            is_strong: true,
            route: None,
        }));
    }
}

fn is_large_road(entry: &Entry) -> bool {
    let Body::Road(road) = &entry.feature.body else { return false };
    matches!(road.class, RoadClass::Expressway | RoadClass::Arterial)
}

fn around(bounds: Rect) -> Rect {
    framed(bounds, (bounds.width().max(bounds.height()) * AROUND).max(LEAST_AROUND_M))
}

fn united(one: Rect, other: Rect) -> Rect {
    let (a, b, c, d) = (one.min(), other.min(), one.max(), other.max());
    Rect::new(Coord { x: a.x.min(b.x), y: a.y.min(b.y) }, Coord { x: c.x.max(d.x), y: c.y.max(d.y) })
}

/// Bounds with a margin in metres, in the shape of a place's map.
pub(super) fn framed(bounds: Rect, margin: f64) -> Rect {
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

pub(super) fn centre(shape: &Shape) -> [f64; 2] {
    let at = shape.anchor();
    [at.x, at.y]
}

fn points(line: &LineString) -> Vec<[f64; 2]> {
    line.0.iter().map(|at| [at.x, at.y]).collect()
}

pub(super) fn add_area(drawing: &mut Drawing, shape: &Shape, paint: Paint) {
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
