//! Where to look from.

use cloudsite_domain::crs::{Crs, LocalFrame, Projector};
use cloudsite_proto::land::{LonLatBounds, Parcel, Park};
use cloudsite_proto::scene::{Camera, Compare, ComparedPlace, Select};
use geo_types::Coord;

use super::compare::Compared;

/// The opening view's angle below the horizon, degrees: a plan could be read in it, and the skyline is seen.
const OVERVIEW_PITCH_DEG: f64 = 38.0;
/// The angle below the horizon at which shapes on the ground are compared, degrees.
const PLAN_PITCH_DEG: f64 = 62.0;
/// Seen from the south-east, the sun's side.
const OVERVIEW_HEADING_DEG: f64 = 335.0;

/// A circle in park metres.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Circle {
    centre: Coord,
    radius_m: f64,
}

/// Where a position of EPSG:4326 lies in the park's local frame, metres. None where it has no place in the projection.
pub(crate) fn park_from_lon_lat(park: &Park) -> impl Fn(Coord) -> Option<Coord> + use<> {
    let projector = Projector::new(Crs::Wgs84, Crs::CANONICAL);
    let frame = LocalFrame { origin: Coord { x: park.origin_easting, y: park.origin_northing } };
    move |at| projector.project(at).ok().map(|at| frame.park_from_canonical(at))
}

/// The circle around a rectangle of degrees. None where the rectangle has no place in the projection.
fn circle(park: &Park, bounds: &LonLatBounds) -> Option<Circle> {
    let place = park_from_lon_lat(park);
    let south_west = place(Coord { x: bounds.west, y: bounds.south })?;
    let north_east = place(Coord { x: bounds.east, y: bounds.north })?;
    let diagonal = north_east - south_west;
    Some(Circle { centre: south_west + diagonal / 2.0, radius_m: diagonal.x.hypot(diagonal.y) / 2.0 })
}

/// The view of the whole park.
pub(crate) fn overview(park: &Park) -> Option<Camera> {
    Some(over(circle(park, park.bounds.as_ref()?)?, OVERVIEW_PITCH_DEG, 1.25))
}

/// The view of a part of the park in which its shapes can be compared: from high up, with what lies around it; from higher
/// up where the picture is split, since its halves are narrow.
pub(crate) fn plan_view(park: &Park, bounds: &LonLatBounds, is_split: bool) -> Option<Camera> {
    Some(over(circle(park, bounds)?, PLAN_PITCH_DEG, if is_split { 6.0 } else { 3.0 }))
}

/// The view of one place from the air, as somebody shows it who stands before it. At once, for a picture.
pub(crate) fn place_view(park: &Park, bounds: &LonLatBounds) -> Option<Camera> {
    Some(Camera { fly: false, ..over(circle(park, bounds)?, OVERVIEW_PITCH_DEG, 4.0) })
}

/// The view in which a way through the park is seen from its begin to its end. None of a way that is none.
pub(crate) fn way_view(line: &[Coord]) -> Option<Camera> {
    let (first, rest) = line.split_first()?;
    let (low, high) = rest.iter().fold((*first, *first), |(low, high), at| {
        let lower = Coord { x: low.x.min(at.x), y: low.y.min(at.y) };
        (lower, Coord { x: high.x.max(at.x), y: high.y.max(at.y) })
    });
    let diagonal = high - low;
    let circle = Circle { centre: low + diagonal / 2.0, radius_m: diagonal.x.hypot(diagonal.y) / 2.0 };
    // The panels at both sides take a part of the picture.
    Some(over(circle, PLAN_PITCH_DEG, 3.2))
}

fn over(circle: Circle, pitch_deg: f64, radii: f64) -> Camera {
    Camera {
        target_east_m: circle.centre.x,
        target_north_m: circle.centre.y,
        target_up_m: 0.0,
        heading_deg: OVERVIEW_HEADING_DEG,
        pitch_deg,
        distance_m: (circle.radius_m * radii).max(200.0),
        fly: true,
        ..Camera::default()
    }
}

/// From here to walking at eye height, looking the same way.
pub(crate) fn walk(here: &Camera) -> Camera {
    Camera { target_up_m: 0.0, pitch_deg: 0.0, walking: true, fly: true, ..*here }
}

/// From walking back into the air, over the same place.
pub(crate) fn rise(here: &Camera) -> Camera {
    Camera { target_up_m: 0.0, pitch_deg: OVERVIEW_PITCH_DEG, distance_m: 450.0, walking: false, fly: true, ..*here }
}

/// The selection of a parcel.
pub(crate) fn select(park: Option<&Park>, parcel: &Parcel, code: &str, fly: bool) -> Select {
    select_in("parcel", park, (parcel.id, code), parcel.bounds.as_ref(), fly)
}

/// The places to see beside each other, in this order; none where fewer than two of them lie somewhere.
pub(crate) fn compared(park: &Park, places: &[Compared]) -> Compare {
    let place = |place: &Compared| {
        let Circle { centre, radius_m } = circle(park, place.bounds()?)?;
        let at = ComparedPlace { ids: place.feature_ids(), east_m: centre.x, north_m: centre.y, radius_m };
        Some((at, place.key().to_owned()))
    };
    let (places, codes): (Vec<_>, Vec<_>) = places.iter().filter_map(place).unzip();
    if places.len() < 2 { Compare::default() } else { Compare { places, codes } }
}

/// The selection of a feature by id and code; where it lies is said with it, since its tile may not be there yet.
pub(crate) fn select_in(
    layer: &str,
    park: Option<&Park>,
    (id, code): (u64, &str),
    bounds: Option<&LonLatBounds>,
    fly: bool,
) -> Select {
    let place = park.zip(bounds).and_then(|(park, bounds)| circle(park, bounds));
    Select {
        layer: layer.to_owned(),
        id,
        code: code.to_owned(),
        parcel_code: String::new(),
        fly,
        east_m: place.map(|circle| circle.centre.x),
        north_m: place.map(|circle| circle.centre.y),
        radius_m: place.map(|circle| circle.radius_m),
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::siting::LettableFloor;

    use super::*;
    use crate::pure::compare::Joined;

    /// A park whose frame begins in the middle of the new district, with bounds about 2 km wide.
    fn park() -> Park {
        let origin = Projector::new(Crs::Wgs84, Crs::CANONICAL).project(Coord { x: 120.40, y: 31.50 }).unwrap();
        Park {
            origin_easting: origin.x,
            origin_northing: origin.y,
            bounds: Some(LonLatBounds { west: 120.39, south: 31.49, east: 120.41, north: 31.51 }),
            ..Park::default()
        }
    }

    #[test]
    fn the_overview_looks_at_the_middle_from_far_enough() {
        let camera = overview(&park()).unwrap();
        assert!(camera.target_east_m.abs() < 5.0 && camera.target_north_m.abs() < 5.0, "{camera:?}");
        assert!((1_500.0..2_500.0).contains(&camera.distance_m), "{}", camera.distance_m);
        assert!(!camera.walking);
    }

    #[test]
    fn a_place_is_seen_from_near_and_at_once() {
        let bounds = LonLatBounds { west: 120.40, south: 31.50, east: 120.402, north: 31.502 };
        let camera = place_view(&park(), &bounds).unwrap();
        assert!((camera.target_east_m - 95.0).abs() < 2.0 && (camera.target_north_m - 111.0).abs() < 2.0, "{camera:?}");
        assert!(!camera.fly && (500.0..700.0).contains(&camera.distance_m), "{camera:?}");
    }

    #[test]
    fn a_parcel_is_selected_with_its_place() {
        let bounds = LonLatBounds { west: 120.40, south: 31.50, east: 120.402, north: 31.502 };
        let parcel = Parcel { id: 7, bounds: Some(bounds), ..Parcel::default() };
        let selected = select(Some(&park()), &parcel, "A-1", true);
        assert_eq!((selected.id, selected.code.as_str(), selected.fly), (7, "A-1", true));
        assert!((selected.east_m.unwrap() - 95.0).abs() < 2.0, "{selected:?}");
        assert!((selected.north_m.unwrap() - 111.0).abs() < 2.0, "{selected:?}");
        assert!((selected.radius_m.unwrap() - 146.0).abs() < 2.0, "{selected:?}");
    }

    #[test]
    fn places_are_compared_where_they_lie_if_there_are_two() {
        let bounds = |west| Some(LonLatBounds { west, south: 31.50, east: west + 0.002, north: 31.502 });
        let parcel = |id, bounds| Compared::Parcel(Box::new(Parcel { id, bounds, ..Parcel::default() }));
        let floor = LettableFloor {
            name: "building/B/2".to_owned(),
            building_id: 8,
            bounds: bounds(120.39),
            ..LettableFloor::default()
        };
        let told = compared(&park(), &[parcel(7, bounds(120.40)), Compared::Floor(Box::new(floor))]);
        assert_eq!(told.codes[1], "building/B/2");
        let both = told.places;
        assert_eq!(both.iter().map(|place| &place.ids[..]).collect::<Vec<_>>(), [[7], [8]]);
        assert!((both[0].east_m - 95.0).abs() < 2.0 && (both[0].radius_m - 146.0).abs() < 2.0, "{both:?}");
        assert!((both[0].east_m - both[1].east_m - 950.0).abs() < 10.0, "{both:?}");
        assert_eq!(compared(&park(), &[parcel(7, bounds(120.40)), parcel(9, None)]), Compare::default());
    }

    #[test]
    fn of_parcels_that_are_joined_all_are_told_and_seen() {
        let parcel = |id, west| Parcel {
            id,
            bounds: Some(LonLatBounds { west, south: 31.50, east: west + 0.002, north: 31.502 }),
            ..Parcel::default()
        };
        let joined = Joined::of(vec![parcel(7, 120.40), parcel(8, 120.404)]).unwrap();
        let places = [Compared::Joined(Box::new(joined)), Compared::Parcel(Box::new(parcel(9, 120.39)))];
        let told = compared(&park(), &places).places;
        assert_eq!(told[0].ids, [7, 8]);
        // The middle of both, and all of both around it.
        assert!((told[0].east_m - 285.0).abs() < 3.0 && (told[0].radius_m - 305.0).abs() < 4.0, "{told:?}");
    }

    #[test]
    fn without_a_place_there_is_still_a_selection() {
        let selected = select(None, &Parcel { id: 7, ..Parcel::default() }, "A-1", false);
        assert_eq!((selected.id, selected.east_m), (7, None));
        let nowhere = Park { bounds: Some(LonLatBounds { west: 999.0, ..LonLatBounds::default() }), ..Park::default() };
        assert_eq!(overview(&nowhere), None);
    }

    #[test]
    fn one_walks_where_one_looked() {
        let here = overview(&park()).unwrap();
        let walking = walk(&here);
        assert!(walking.walking && !rise(&walking).walking);
        assert!((walking.heading_deg - here.heading_deg).abs() < 1e-9, "{walking:?}");
    }
}
