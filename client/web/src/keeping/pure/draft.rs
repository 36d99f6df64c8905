//! A draft as it is laid over the 3D park.

use cloudsite_domain::crs::LocalFrame;
use cloudsite_proto::change::{ChangedFeature, Problem, Severity};
use cloudsite_proto::land::{ChangeKind, LonLat, LonLatBounds, Park};
use cloudsite_proto::scene::overlay_area::Kind;
use cloudsite_proto::scene::{Overlay, OverlayArea, OverlayMark, OverlayRing, OverlaySide};
use geo_types::Coord;

use crate::pure::shapes::{Rings, areas};

/// At most so many places are marked: what is found a thousand times is one thing.
const MOST_MARKS: usize = 1_000;

/// Half the side of what is shown around a single place, degrees; some 40 m.
const AROUND_DEG: f64 = 0.0004;

/// Which of the two is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Side {
    /// The record as it is, with the outlines of what is looked at.
    Before,
    /// The record as it will be.
    #[default]
    After,
    /// Both, beside each other.
    Both,
}

/// The overlay of a changeset: the shapes of one side or of both in the colour of what happens to them, and marks where
/// something is wrong. What is looked at stands out. `place` brings longitude and latitude into the park's frame.
pub(crate) fn overlay(
    changes: &[ChangedFeature],
    problems: &[Problem],
    looked_at: Option<&str>,
    side: Side,
    place: impl Fn(Coord) -> Option<Coord> + Copy,
) -> Overlay {
    let before = || before(changes, looked_at, place);
    match side {
        Side::Before => Overlay { areas: before(), ..Overlay::default() },
        Side::After | Side::Both => Overlay {
            areas: after(changes, looked_at, place),
            marks: marks(problems, place),
            left: (side == Side::Both).then(|| OverlaySide { areas: before(), marks: Vec::new() }),
        },
    }
}

/// What is looked at, as it is. Everything else the record shows itself.
fn before(
    changes: &[ChangedFeature],
    looked_at: Option<&str>,
    place: impl Fn(Coord) -> Option<Coord> + Copy,
) -> Vec<OverlayArea> {
    let shown = changes.iter().filter(|change| looked_at == Some(change.name.as_str()));
    let rings = shown.flat_map(|change| areas(&change.before_geojson, place));
    rings.map(|rings| area(rings, Kind::Updated, true)).collect()
}

/// Everything as it will be; what ends, as it was.
fn after(
    changes: &[ChangedFeature],
    looked_at: Option<&str>,
    place: impl Fn(Coord) -> Option<Coord> + Copy,
) -> Vec<OverlayArea> {
    let of = |change: &ChangedFeature| {
        let emphasised = looked_at == Some(change.name.as_str());
        let (geojson, kind) = match change.kind() {
            ChangeKind::Created => (&change.after_geojson, Kind::Created),
            ChangeKind::Ended => (&change.before_geojson, Kind::Ended),
            _ => (&change.after_geojson, Kind::Updated),
        };
        areas(geojson, place).into_iter().map(move |rings| area(rings, kind, emphasised))
    };
    changes.iter().flat_map(of).collect()
}

/// Where something is wrong.
fn marks(problems: &[Problem], place: impl Fn(Coord) -> Option<Coord>) -> Vec<OverlayMark> {
    let mark = |problem: &Problem| {
        let LonLat { lon, lat } = problem.place.as_ref()?.at?;
        let at = place(Coord { x: lon, y: lat })?;
        Some(OverlayMark { east_m: at.x, north_m: at.y, is_error: problem.severity() == Severity::Error })
    };
    problems.iter().filter_map(mark).take(MOST_MARKS).collect()
}

/// The overlay of a parcel that is being edited, given in canonical metres.
pub(crate) fn edited(areas: &[Rings], park: &Park) -> Overlay {
    let frame = LocalFrame { origin: Coord { x: park.origin_easting, y: park.origin_northing } };
    let local = |rings: &Rings| {
        rings.iter().map(|ring| ring.iter().map(|at| frame.park_from_canonical(*at)).collect()).collect::<Rings>()
    };
    let areas = areas.iter().map(|rings| area(local(rings), Kind::Updated, true)).collect();
    Overlay { areas, ..Overlay::default() }
}

/// An area of the overlay.
pub(crate) fn area(rings: Rings, kind: Kind, emphasised: bool) -> OverlayArea {
    let ring = |ring: Vec<Coord>| OverlayRing { coordinates: ring.into_iter().flat_map(|at| [at.x, at.y]).collect() };
    OverlayArea { kind: kind.into(), rings: rings.into_iter().map(ring).collect(), emphasised, colour: None }
}

/// Where a problem is: its own place, else the feature that has it, if that is known.
pub(crate) fn place_of(problem: &Problem, changes: &[ChangedFeature]) -> Option<LonLatBounds> {
    let at = problem.place.as_ref().and_then(|place| place.at);
    let around = |LonLat { lon, lat }| LonLatBounds {
        west: lon - AROUND_DEG,
        south: lat - AROUND_DEG,
        east: lon + AROUND_DEG,
        north: lat + AROUND_DEG,
    };
    at.map(around).or_else(|| changes.iter().find(|change| change.name == problem.feature)?.bounds)
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::change::Place;

    use super::*;

    fn geojson(east: f64) -> String {
        format!(r#"{{"geometry":{{"type":"Polygon","coordinates":[[[{east},0],[{east},1],[9,9],[{east},0]]]}}}}"#)
    }

    fn change(name: &str, kind: ChangeKind) -> ChangedFeature {
        let there = |is: bool, east| if is { geojson(east) } else { String::new() };
        ChangedFeature {
            name: name.to_owned(),
            kind: kind.into(),
            before_geojson: there(kind != ChangeKind::Created, 1.0),
            after_geojson: there(kind != ChangeKind::Ended, 2.0),
            ..ChangedFeature::default()
        }
    }

    fn problem(feature: &str, at: Option<LonLat>) -> Problem {
        let place = at.map(|at| Place { at: Some(at), ..Place::default() });
        Problem { feature: feature.to_owned(), place, severity: Severity::Error.into(), ..Problem::default() }
    }

    #[test]
    fn each_side_shows_its_shapes() {
        let changes = [
            change("parcel/A", ChangeKind::Created),
            change("parcel/B", ChangeKind::Updated),
            change("parcel/C", ChangeKind::Ended),
        ];
        let problems = [problem("parcel/A", Some(LonLat { lon: 3.0, lat: 4.0 })), problem("parcel/B", None)];
        let shown = |side| {
            let overlay = overlay(&changes, &problems, Some("parcel/B"), side, Some);
            let areas = overlay.areas.iter();
            let areas =
                areas.map(|area| (area.kind(), area.rings[0].coordinates[0], area.emphasised)).collect::<Vec<_>>();
            (areas, overlay.marks.len())
        };
        let after = vec![(Kind::Created, 2.0, false), (Kind::Updated, 2.0, true), (Kind::Ended, 1.0, false)];
        assert_eq!(shown(Side::After), (after, 1));
        assert_eq!(shown(Side::Before), (vec![(Kind::Updated, 1.0, true)], 0), "only what is looked at is outlined");
        let of = |side| overlay(&changes, &problems, Some("parcel/B"), side, Some);
        let both = of(Side::Both);
        assert_eq!(both.left, Some(OverlaySide { areas: of(Side::Before).areas, marks: Vec::new() }));
        assert_eq!(Overlay { left: None, ..both }, of(Side::After));
    }

    #[test]
    fn a_problem_is_found_at_its_place_or_at_its_feature() {
        let bounds = LonLatBounds { west: 1.0, south: 1.0, east: 2.0, north: 2.0 };
        let changes = [ChangedFeature { bounds: Some(bounds), ..change("parcel/A", ChangeKind::Created) }];
        let own = place_of(&problem("parcel/A", Some(LonLat { lon: 5.0, lat: 5.0 })), &changes).unwrap();
        assert!(own.west < 5.0 && own.north > 5.0, "{own:?}");
        assert_eq!(place_of(&problem("parcel/A", None), &changes), Some(bounds));
        assert_eq!(place_of(&problem("parcel/Z", None), &changes), None);
    }
}
