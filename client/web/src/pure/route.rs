//! How long it takes from the open parcel to the places that matter, as lines of its card and as a way in the park.

use cloudsite_domain::crs::LocalFrame;
use cloudsite_domain::record::Language;
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::land::Park;
use cloudsite_proto::scene::overlay_area::Kind;
use cloudsite_proto::scene::{OverlayArea, OverlayRing};
use cloudsite_proto::siting::{Destination, RouteResponse, Unreached, Way};
use geo_types::Coord;

use super::measure;
use super::number::number;
use super::text::{best_name, fill, text};

/// Half the width at which a way is drawn, and from the middle to the corners of the square at its end, metres.
const HALF_M: f64 = 7.0;
const END_M: f64 = 16.0;

/// How far the corner of a bend may lie from the way, in widths: a sharper one is cut.
const MOST_MITRE: f64 = 2.0;

/// Two places nearer than this to each other are one, metres.
const SAME_PLACE_M: f64 = 10.0;

/// What is off the road is told from here on, metres.
const TOLD_OFF_ROAD_M: f64 = 50.0;

/// A line of the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RouteLine {
    /// Which of the destinations.
    pub(crate) index: usize,
    /// What kind of place.
    pub(crate) kind: String,
    /// Which one; empty where it has no name.
    pub(crate) place: String,
    /// Minutes by truck and by car, or why they are not known.
    pub(crate) minutes: Result<(String, String), String>,
    /// How long the way is, and what of it is on no road.
    pub(crate) length: String,
}

/// The lines, one a kind of place; a gate that is the customs gate of the line before is not told again.
pub(crate) fn lines(reply: &RouteResponse, language: Language, unit: AreaUnit) -> Vec<RouteLine> {
    let customs = reply.destinations.iter().find(|one| one.kind == "customs_gate").and_then(drawn).and_then(end);
    let is_told = |one: &Destination| {
        let is_same =
            |at: Coord| customs.is_some_and(|customs| (at - customs).x.hypot((at - customs).y) < SAME_PLACE_M);
        one.kind != "gate" || drawn(one).is_some_and(|way| end(way).is_none_or(|at| !is_same(at)))
    };
    let told = reply.destinations.iter().enumerate().filter(|(_, one)| is_told(one));
    told.map(|(index, one)| line(index, one, (language, unit))).collect()
}

fn line(index: usize, destination: &Destination, (language, unit): (Language, AreaUnit)) -> RouteLine {
    let (truck, car) = (destination.by_truck.as_ref(), destination.by_car.as_ref());
    let kind = text(language, &format!("route.kind.{}", destination.kind));
    let name = |way: Option<&Way>| way.map(|way| best_name(&way.names, language)).unwrap_or_default();
    let length = drawn(destination).map(|way| length(way, language, unit)).unwrap_or_default();
    let minutes = match drawn(destination) {
        Some(_) => Ok((minutes(truck, language), minutes(car, language))),
        None => Err(text(language, why(truck))),
    };
    let place = if name(truck).is_empty() { name(car) } else { name(truck) };
    RouteLine { index, kind, place, minutes, length }
}

fn minutes(way: Option<&Way>, language: Language) -> String {
    match way.filter(|way| way.unreached() == Unreached::Unspecified) {
        Some(way) if way.minutes < 1.0 => text(language, "route.under_a_minute"),
        Some(way) => fill(language, "route.minutes", &[("n", &number(way.minutes, 0, language))]),
        None => text(language, "card.unknown"),
    }
}

fn length(way: &Way, language: Language, unit: AreaUnit) -> String {
    let long = measure::way(way.length_m, unit, language);
    if way.off_road_m < TOLD_OFF_ROAD_M {
        return long;
    }
    // No more exactly than it is known: in tens of the unit.
    let unit_m = measure::LengthUnit::of(unit).metres();
    let off_road = measure::length((way.off_road_m / unit_m / 10.0).round() * 10.0 * unit_m, 0, unit, language);
    format!("{long} · {}", fill(language, "route.off_road", &[("length", &off_road)]))
}

fn why(way: Option<&Way>) -> &'static str {
    match way.map(Way::unreached) {
        Some(Unreached::NoSuchPlace) => "route.no_such_place",
        Some(Unreached::NoRoadNear) => "route.no_road_near",
        Some(Unreached::NotConnected) => "route.not_connected",
        Some(Unreached::Unspecified) | None => "card.unknown",
    }
}

/// The way of a destination that is drawn: the truck's, or the car's where a truck gets nowhere.
fn drawn(destination: &Destination) -> Option<&Way> {
    let ways = [destination.by_truck.as_ref(), destination.by_car.as_ref()];
    ways.into_iter().flatten().find(|way| way.unreached() == Unreached::Unspecified)
}

fn end(way: &Way) -> Option<Coord> {
    way.line.chunks_exact(2).last().map(|at| Coord { x: at[0], y: at[1] })
}

/// The way to one of the destinations in the park's frame, metres; empty if there is none.
pub(crate) fn course(reply: &RouteResponse, index: usize, park: &Park) -> Vec<Coord> {
    let Some(way) = reply.destinations.get(index).and_then(drawn) else { return Vec::new() };
    let frame = LocalFrame { origin: Coord { x: park.origin_easting, y: park.origin_northing } };
    way.line.chunks_exact(2).map(|at| frame.park_from_canonical(Coord { x: at[0], y: at[1] })).collect()
}

/// The way to one of the destinations as areas of an overlay in the park's frame: a band, and a square at its end.
pub(crate) fn areas(reply: &RouteResponse, index: usize, park: &Park) -> Vec<OverlayArea> {
    let line = course(reply, index, park);
    let square = |at: &Coord| {
        let corners = [(-END_M, -END_M), (END_M, -END_M), (END_M, END_M), (-END_M, END_M)];
        corners.map(|(x, y)| *at + Coord { x, y }).to_vec()
    };
    let rings = [band(&line), line.last().map(square)];
    let area = |ring: Vec<Coord>| OverlayArea {
        kind: Kind::Created.into(),
        rings: vec![OverlayRing { coordinates: ring.iter().flat_map(|at| [at.x, at.y]).collect() }],
        emphasised: true,
        ..OverlayArea::default()
    };
    rings.into_iter().flatten().map(area).collect()
}

/// The ring around a line: along its right side and back along its left one. None around less than two points.
fn band(line: &[Coord]) -> Option<Vec<Coord>> {
    let direction = |from: Coord, to: Coord| {
        let (step, length) = (to - from, (to - from).x.hypot((to - from).y));
        (length > 0.0).then(|| step / length)
    };
    let ahead: Vec<Coord> = line.windows(2).filter_map(|two| direction(two[0], two[1])).collect();
    if ahead.is_empty() || ahead.len() + 1 != line.len() {
        return None;
    }
    let beside = |index: usize| {
        let (before, after) = (ahead[index.saturating_sub(1)], ahead[index.min(ahead.len() - 1)]);
        let middle = before + after;
        let length = middle.x.hypot(middle.y);
        // Where a way turns back, it has no middle direction.
        if length < 1e-6 {
            return Coord { x: before.y, y: -before.x };
        }
        let mitre = (2.0 / length).min(MOST_MITRE);
        Coord { x: middle.y, y: -middle.x } / length * mitre
    };
    let right = line.iter().enumerate().map(|(index, at)| *at + beside(index) * HALF_M);
    let left = line.iter().enumerate().rev().map(|(index, at)| *at - beside(index) * HALF_M);
    Some(right.chain(left).collect())
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land::LocalizedName;

    use super::*;

    fn way(minutes: f64, line: &[f64]) -> Way {
        let names = vec![LocalizedName { language: "en".to_owned(), text: "West Gate".to_owned() }];
        Way { minutes, length_m: 1_240.0, off_road_m: 20.0, line: line.to_vec(), names, ..Way::default() }
    }

    fn destination(kind: &str, by_truck: Option<Way>, by_car: Option<Way>) -> Destination {
        Destination { kind: kind.to_owned(), by_truck, by_car }
    }

    #[test]
    fn a_line_says_how_long_it_takes_or_why_nobody_knows() {
        let lost = |why: Unreached| Some(Way { unreached: why.into(), ..Way::default() });
        let at = [0.0, 0.0, 100.0, 0.0];
        let destinations = vec![
            destination("airport", lost(Unreached::NoSuchPlace), lost(Unreached::NoSuchPlace)),
            destination("metro_station", Some(way(0.4, &at)), Some(way(0.3, &at))),
            destination("customs_gate", Some(way(6.4, &at)), Some(way(5.6, &at))),
            destination("gate", Some(way(6.4, &at)), Some(way(5.6, &at))),
        ];
        let reply = RouteResponse { destinations, ..RouteResponse::default() };
        let lines = lines(&reply, Language::En, AreaUnit::Hectare);
        assert_eq!(lines.len(), 3, "the gate is the customs gate: {lines:?}");
        assert_eq!(lines[0].minutes, Err(text(Language::En, "route.no_such_place")));
        assert_eq!(lines[1].minutes.as_ref().unwrap().0, text(Language::En, "route.under_a_minute"));
        assert_eq!(lines[2].minutes, Ok(("6 min".to_owned(), "6 min".to_owned())));
        assert_eq!((lines[2].place.as_str(), lines[2].length.as_str()), ("West Gate", "1.2 km"));
    }

    #[test]
    fn a_way_is_drawn_as_wide_all_along() {
        let park = Park { origin_easting: 10.0, origin_northing: 0.0, ..Park::default() };
        let line = [10.0, 0.0, 110.0, 0.0, 110.0, 200.0];
        let reply = RouteResponse {
            destinations: vec![destination("airport", Some(way(1.0, &line)), None)],
            ..RouteResponse::default()
        };
        let drawn = areas(&reply, 0, &park);
        let expected = [0.0, -7.0, 107.0, -7.0, 107.0, 200.0, 93.0, 200.0, 93.0, 7.0, 0.0, 7.0];
        for (found, expected) in drawn[0].rings[0].coordinates.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{:?}", drawn[0].rings[0].coordinates);
        }
        assert_eq!(drawn[1].rings[0].coordinates.len(), 8, "a square where it ends");
        assert!(areas(&reply, 7, &park).is_empty());
        let there_and_back = band(&[(0.0, 0.0), (10.0, 0.0), (0.0, 0.0)].map(Coord::from)).unwrap();
        assert!(there_and_back.iter().all(|at| at.x.is_finite() && at.y.is_finite()));
        assert_eq!(band(&[Coord::zero()]), None);
    }
}
