//! Coordinates that cannot be what the file says they are, and what they look like instead. It is proposed, never
//! applied: whoever imports says so.

use cloudsite_domain::crs::{Crs, Datum};
use geo_types::{Coord, Rect};

use super::place::in_range;
use super::source::{RawGeometry, Source};
use super::system::{Placement, System};
use super::{ImportOptions, ImportProblem};

/// How many features are looked at, spread over the file.
const LOOKED_AT: usize = 200;

/// How far from what the record holds a file's features may lie to be taken for neighbours of it, metres.
const NEIGHBOURHOOD_M: f64 = 30_000.0;

/// What the coordinates of `source` look like, if they cannot be in `system`.
pub(super) fn look(source: &Source, system: System, options: &ImportOptions) -> Option<ImportProblem> {
    let positions = sample(source);
    let first = *positions.first()?;
    if positions.iter().any(|at| lies_in_range(&Placement::new(system), *at)) {
        return None;
    }
    let others = Crs::ALL.into_iter().filter(|crs| *crs != Crs::Wgs84);
    let others =
        others.flat_map(|crs| [false, true].map(|swap_axes| System { crs, swap_axes, datum: Datum::Cgcs2000 }));
    let mut fits: Vec<Placement> = others
        .map(Placement::new)
        .filter(|placement| positions.iter().all(|at| lies_in_range(placement, *at)))
        .collect();
    if let Some(near) = options.near {
        let is_near = |placement: &Placement| positions.iter().all(|at| lies_near(placement, *at, near));
        if fits.iter().any(is_near) {
            fits.retain(is_near);
        }
    }
    if fits.is_empty() {
        return None;
    }
    let ways: Vec<String> = fits.iter().map(|placement| way(placement.system, system)).collect();
    let looks: Vec<&str> = fits.iter().map(|placement| description(placement.system.crs)).collect();
    let mut looks: Vec<&str> = looks;
    looks.dedup();
    let swapped =
        if fits.iter().all(|placement| placement.system.swap_axes) { ", the northing or latitude first" } else { "" };
    let message = format!(
        "({}, {}) and the others cannot be in {system}; these coordinates look like {}{swapped}. Import again with {}",
        first.x,
        first.y,
        looks.join(" or "),
        ways.join(" or ")
    );
    Some(ImportProblem::of_file("crs.looks_like", message).in_field("crs"))
}

/// What has to be said to import in `system` where `now` was taken.
fn way(system: System, now: System) -> String {
    let crs = if same(system.crs, now.crs) { String::new() } else { format!("--crs {}", system.crs) };
    // Said once more, the option is to be left out.
    let swap = match (system.swap_axes, now.swap_axes) {
        (true, false) => "--swap-axes",
        (false, true) => "without --swap-axes",
        _ => "",
    };
    [crs.as_str(), swap].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn same(a: Crs, b: Crs) -> bool {
    a == b || (a.is_geographic() && b.is_geographic())
}

fn description(crs: Crs) -> &'static str {
    match crs {
        Crs::Cgcs2000 | Crs::Wgs84 => "degrees of longitude and latitude",
        Crs::GaussKruger120 => "metres of CGCS2000 / 3-degree Gauss-Kruger CM 120E without the zone's number",
        Crs::GaussKrugerZone40 => "metres with the zone number 40 before the easting",
        Crs::WebMercator => "metres of web maps",
        Crs::Utm50 | Crs::Utm51 => "metres of UTM",
    }
}

fn lies_in_range(placement: &Placement, at: Coord) -> bool {
    placement.canonical(at).is_ok_and(in_range)
}

fn lies_near(placement: &Placement, at: Coord, near: Rect) -> bool {
    placement.canonical(at).is_ok_and(|at| {
        let (low, high) = (near.min(), near.max());
        (low.x - NEIGHBOURHOOD_M..=high.x + NEIGHBOURHOOD_M).contains(&at.x)
            && (low.y - NEIGHBOURHOOD_M..=high.y + NEIGHBOURHOOD_M).contains(&at.y)
    })
}

/// The first finite coordinates of features all over the file.
fn sample(source: &Source) -> Vec<Coord> {
    let step = (source.features.len() / LOOKED_AT).max(1);
    let features = source.features.iter().step_by(step);
    let first = |geometry: &RawGeometry| match geometry {
        RawGeometry::Point(at) => Some(*at),
        RawGeometry::Lines(lines) => lines.first().and_then(|line| line.first()).copied(),
        RawGeometry::Areas(areas) => areas.first().and_then(|rings| rings.first()?.first()).copied(),
        RawGeometry::Other(_) => None,
    };
    let found = features.filter_map(|feature| first(feature.geometry.as_ref()?));
    found.filter(|at| at.x.is_finite() && at.y.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::source::RawFeature;
    use super::*;

    fn said(at: (f64, f64), crs: Crs, near: Option<Rect>) -> Option<String> {
        let feature = RawFeature {
            number: 1,
            id: None,
            properties: serde_json::Map::new(),
            geometry: Some(RawGeometry::Point(Coord::from(at))),
        };
        let source = Source { features: vec![feature], ..Source::default() };
        let options = ImportOptions { near, ..ImportOptions::default() };
        let system = System { crs, swap_axes: false, datum: Datum::Cgcs2000 };
        look(&source, system, &options).map(|problem| problem.message.rsplit_once("with ").unwrap().1.to_owned())
    }

    #[test]
    fn what_coordinates_look_like_is_proposed() {
        let wuxi = Rect::new(Coord { x: 530_000.0, y: 3_470_000.0 }, Coord { x: 545_000.0, y: 3_490_000.0 });
        let cases = [
            ((120.4, 31.5), Crs::Wgs84, None),
            ((31.5, 120.4), Crs::Wgs84, Some("--swap-axes")),
            ((120.4, 31.5), Crs::GaussKruger120, Some("--crs EPSG:4490")),
            ((31.5, 120.4), Crs::GaussKruger120, Some("--crs EPSG:4490 --swap-axes")),
            ((40_536_524.0, 3_479_506.0), Crs::GaussKruger120, Some("--crs EPSG:4528")),
            ((3_479_506.0, 40_536_524.0), Crs::GaussKrugerZone40, Some("--swap-axes")),
            ((536_524.0, 3_479_506.0), Crs::GaussKrugerZone40, Some("--crs EPSG:4549")),
            ((3_479_506.0, 536_524.0), Crs::GaussKruger120, Some("--swap-axes")),
            ((536_524.0, 3_479_506.0), Crs::Cgcs2000, Some("--crs EPSG:4549")),
            ((13_402_000.0, 3_695_000.0), Crs::Cgcs2000, Some("--crs EPSG:3857")),
            ((1.0, 1.0), Crs::GaussKruger120, None),
            ((f64::NAN, 1.0), Crs::GaussKruger120, None),
        ];
        for (at, crs, expected) in cases {
            assert_eq!(said(at, crs, Some(wuxi)).as_deref(), expected, "{at:?} in {crs}");
        }
    }

    #[test]
    fn without_a_park_all_that_fit_are_named() {
        let said = said((536_524.0, 3_479_506.0), Crs::Cgcs2000, None).unwrap();
        assert_eq!(said, "--crs EPSG:4549 or --crs EPSG:32650");
    }
}
