//! The streets: a grid turned a little, two arterials that bend, an expressway with an interchange, a metro line.

use cloudsite_domain::record::RoadClass;
use geo_types::{Coord, LineString, MultiPolygon};

use super::names::Five;
use super::plane::{ribbon, smooth, union};
use super::streets::STREETS;

/// A road of the plan.
#[derive(Debug, Clone)]
pub(super) struct Road {
    pub(super) code: String,
    pub(super) names: Option<Five>,
    pub(super) class: RoadClass,
    pub(super) width_m: f64,
    pub(super) lanes: u32,
    pub(super) line: LineString,
}

impl Road {
    /// The land a road takes, footways and verges with their trees included: all that is no parcel.
    pub(super) fn right_of_way_m(&self) -> f64 {
        let verge_m = match self.class {
            RoadClass::Expressway | RoadClass::Arterial => 12.0,
            RoadClass::Collector => 7.5,
            RoadClass::Local => 5.0,
            RoadClass::Ramp => 4.0,
            RoadClass::Service | RoadClass::Path => 1.0,
        };
        self.width_m + 2.0 * verge_m
    }
}

/// Where the expressway and the avenue cross, the middle of the interchange.
pub(super) const INTERCHANGE: Coord = Coord { x: -1955.0, y: 205.0 };

/// The public streets.
pub(super) fn streets() -> Vec<Road> {
    let mut roads: Vec<Road> = STREETS
        .iter()
        .map(|&(code, class, width_m, lanes, names, through)| Road {
            code: code.to_owned(),
            names: Some(names),
            class,
            width_m,
            lanes,
            line: if through.len() == 2 || code == "R-B3" { polyline(through) } else { smooth(through) },
        })
        .collect();
    roads.extend(ramps());
    roads
}

fn polyline(through: &[(f64, f64)]) -> LineString {
    through.iter().copied().collect()
}

/// Four slip roads and four loops: a cloverleaf.
fn ramps() -> Vec<Road> {
    let mut lines = Vec::new();
    for (x, y) in [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)] {
        let at = |dx: f64, dy: f64| (INTERCHANGE.x + x * dx, INTERCHANGE.y + y * dy);
        lines.push(smooth(&[
            at(13.0, 400.0),
            at(24.0, 280.0),
            at(70.0, 170.0),
            at(150.0, 95.0),
            at(225.0, 36.0),
            at(275.0, 12.0),
        ]));
        let mut bow = vec![at(14.0, 30.0), at(18.0, 60.0)];
        bow.extend((0..=9).map(|step| {
            let angle = std::f64::consts::PI - f64::from(step) * std::f64::consts::PI / 6.0;
            at(78.0 + 56.0 * angle.cos(), 78.0 + 56.0 * angle.sin())
        }));
        bow.extend([at(60.0, 17.0), at(30.0, 12.0)]);
        lines.push(smooth(&bow));
    }
    let ramp = |(index, line): (usize, LineString)| Road {
        code: format!("R-K{}", index + 1),
        names: None,
        class: RoadClass::Ramp,
        width_m: 8.0,
        lanes: 1,
        line,
    };
    lines.into_iter().enumerate().map(ramp).collect()
}

/// All the land that streets take.
pub(super) fn rights_of_way(roads: &[Road]) -> MultiPolygon {
    let ribbons: Vec<_> = roads.iter().map(|road| ribbon(&road.line, road.right_of_way_m())).collect();
    union(&ribbons)
}

/// The line of a street by its code.
///
/// # Panics
/// If no street has the code; the codes are constants of this module.
pub(super) fn line_of<'a>(roads: &'a [Road], code: &str) -> &'a LineString {
    &roads.iter().find(|road| road.code == code).expect("the codes are constants").line
}
