//! From positions in the file's system to a shape of the record, and from a problem of that shape back to the place in
//! the file.

use cloudsite_domain::geometry::{Place, Problem, Rule, Shape, ShapeKind, snap};
use cloudsite_domain::record::Layer;
use geo_types::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPolygon, Point, Polygon};

use super::ImportProblem;
use super::sliver::{Settled, settle};
use super::source::{Positions, RawGeometry};
use super::system::{Placement, System};

/// How far east or west of the canonical meridian a park may lie, metres: twice the zone that EPSG:4549 is made for.
/// What lies beyond was given in another system than it says.
const MOST_OFF_MERIDIAN_M: f64 = 300_000.0;

/// The northings of China, metres.
const NORTHINGS_M: std::ops::RangeInclusive<f64> = 300_000.0..=6_000_000.0;

/// Takes geometries of one file into the record.
pub(super) struct Placer {
    placement: Placement,
    layer: Layer,
}

/// Which kinds of shape a layer takes.
pub(super) const fn kinds_of(layer: Layer) -> &'static [ShapeKind] {
    match layer {
        Layer::Park | Layer::Zone | Layer::Parcel | Layer::Building | Layer::Water | Layer::Green | Layer::Mask => {
            &[ShapeKind::Areas]
        }
        Layer::Road | Layer::Rail => &[ShapeKind::Lines],
        Layer::Poi => &[ShapeKind::Point],
        Layer::Utility => &[ShapeKind::Point, ShapeKind::Lines],
    }
}

/// Whether a canonical position lies where the record is kept for.
pub(super) fn in_range(at: Coord) -> bool {
    (at.x - 500_000.0).abs() <= MOST_OFF_MERIDIAN_M && NORTHINGS_M.contains(&at.y)
}

impl Placer {
    pub(super) fn new(system: System, layer: Layer) -> Self {
        Self { placement: Placement::new(system), layer }
    }

    /// The shape of `raw`, or all that is wrong with it, said of the feature called `feature`.
    pub(super) fn shape(&self, feature: &str, raw: &RawGeometry) -> Result<Shape, Vec<ImportProblem>> {
        self.fits(feature, raw)?;
        let problems = as_written(feature, raw);
        if !problems.is_empty() {
            return Err(problems);
        }
        let placed = match self.projected(feature, raw)? {
            RawGeometry::Areas(areas) => return self.areas(feature, &areas),
            placed => placed,
        };
        Shape::new(geometry(&placed)).map_err(|problems| {
            let in_file =
                |place: &Place| (place.ring, line(&placed, place.part).map_or(0, |line| unsnapped(line, place.vertex)));
            problems.iter().map(|problem| self.in_file(feature, problem, &in_file)).collect()
        })
    }

    fn areas(&self, feature: &str, areas: &[Vec<Positions>]) -> Result<Shape, Vec<ImportProblem>> {
        let settled: Vec<Vec<Settled>> = areas.iter().map(|rings| settle(rings)).collect();
        let length = |lines: &mut dyn Iterator<Item = usize>| lines.sum::<usize>();
        let before = length(&mut areas.iter().flatten().map(Vec::len));
        let after = length(&mut settled.iter().flatten().map(|ring| ring.positions.len()));
        if after < before {
            tracing::warn!(feature, vertices = before - after, "slivers thinner than 1 mm were left out");
        }
        Shape::new(polygons(&settled)).map_err(|problems| {
            let in_file = |place: &Place| {
                let ring = settled.get(place.part).and_then(|rings| rings.get(place.ring));
                ring.map_or((place.ring, place.vertex), |ring| {
                    let vertex = unsnapped(&ring.positions, place.vertex);
                    (ring.ring, ring.vertices.get(vertex).copied().unwrap_or(vertex))
                })
            };
            problems.iter().map(|problem| self.in_file(feature, problem, &in_file)).collect()
        })
    }

    fn fits(&self, feature: &str, raw: &RawGeometry) -> Result<(), Vec<ImportProblem>> {
        let (kind, name) = match raw {
            RawGeometry::Point(_) => (ShapeKind::Point, ShapeKind::Point.to_string()),
            RawGeometry::Lines(_) => (ShapeKind::Lines, ShapeKind::Lines.to_string()),
            RawGeometry::Areas(_) => (ShapeKind::Areas, ShapeKind::Areas.to_string()),
            RawGeometry::Other(name) => (ShapeKind::Other, (*name).to_owned()),
        };
        if kinds_of(self.layer).contains(&kind) {
            return Ok(());
        }
        let taken: Vec<_> = kinds_of(self.layer).iter().map(ToString::to_string).collect();
        let message = format!("layer {} takes {}, not {name}", self.layer, taken.join(" or "));
        Err(vec![ImportProblem::of_feature(feature, Rule::KindFitsLayer.id(), message)])
    }

    fn projected(&self, feature: &str, raw: &RawGeometry) -> Result<RawGeometry, Vec<ImportProblem>> {
        let mut problems = Vec::new();
        let placed = map(raw, &mut |place| match self.position(place.at) {
            Ok(at) => at,
            Err((rule, message)) => {
                // One wrong position of a line says it all: the rest of it is as wrong.
                let said = |problem: &ImportProblem| {
                    problem.place.is_some_and(|other| (other.part, other.ring) == (place.part, place.ring))
                };
                if !problems.iter().any(said) {
                    problems.push(ImportProblem::of_feature(feature, rule, message).at(Some(place)));
                }
                place.at
            }
        });
        if problems.is_empty() { Ok(placed) } else { Err(problems) }
    }

    fn position(&self, at: Coord) -> Result<Coord, (&'static str, String)> {
        let placed = self.placement.canonical(at).map_err(|error| ("crs.position", error.to_string()))?;
        if in_range(placed) {
            Ok(placed)
        } else {
            let message = format!(
                "({}, {}) in {} is not in the part of China that the record is kept for (within 300 km of 120° E); is \
                 that the file's coordinate reference system?",
                at.x, at.y, self.placement.system
            );
            Err(("crs.in_range", message))
        }
    }

    /// Says a problem of the placed shape of the place in the file: ring and vertex as `counted` there, the coordinate
    /// as it is written there.
    fn in_file(&self, feature: &str, problem: &Problem, counted: &dyn Fn(&Place) -> (usize, usize)) -> ImportProblem {
        let place = problem.place.map(|place| {
            let (ring, vertex) = counted(&place);
            let digits = if self.placement.system.crs.is_geographic() { 1e9 } else { 1e3 };
            let round = |value: f64| (value * digits).round() / digits;
            let at = self.placement.in_file(place.at).unwrap_or(place.at);
            Place { part: place.part, ring, vertex, at: Coord { x: round(at.x), y: round(at.y) } }
        });
        let message = Problem { place: None, ..*problem };
        ImportProblem::of_feature(feature, problem.rule.id(), message).at(place)
    }
}

/// What can be seen before anything is projected or closed.
fn as_written(feature: &str, raw: &RawGeometry) -> Vec<ImportProblem> {
    let problem = |rule: Rule, place: Option<Place>| {
        ImportProblem::of_feature(feature, rule.id(), Problem { rule, place: None, kind: None }).at(place)
    };
    let mut problems = Vec::new();
    each_line(raw, &mut |part, ring, line| {
        let place = |vertex: usize, at: Coord| Some(Place { part, ring, vertex, at });
        if let Some(vertex) = line.iter().position(|at| !at.x.is_finite() || !at.y.is_finite()) {
            problems.push(problem(Rule::FiniteCoordinate, place(vertex, line[vertex])));
        } else if let (RawGeometry::Areas(_), [first, .., last]) = (raw, line)
            && first != last
        {
            problems.push(problem(Rule::RingClosed, place(line.len() - 1, *last)));
        }
    });
    let holds_nothing = match raw {
        RawGeometry::Areas(areas) => areas.is_empty() || areas.iter().any(Vec::is_empty),
        RawGeometry::Lines(lines) => lines.is_empty(),
        RawGeometry::Point(_) | RawGeometry::Other(_) => false,
    };
    if holds_nothing {
        problems.push(problem(Rule::EnoughVertices, None));
    }
    problems
}

fn each_line(raw: &RawGeometry, each: &mut dyn FnMut(usize, usize, &[Coord])) {
    match raw {
        RawGeometry::Point(at) => each(0, 0, &[*at]),
        RawGeometry::Lines(lines) => lines.iter().enumerate().for_each(|(part, line)| each(part, 0, line)),
        RawGeometry::Areas(areas) => {
            for (part, rings) in areas.iter().enumerate() {
                rings.iter().enumerate().for_each(|(ring, line)| each(part, ring, line));
            }
        }
        RawGeometry::Other(_) => {}
    }
}

fn line(raw: &RawGeometry, part: usize) -> Option<&Positions> {
    match raw {
        RawGeometry::Lines(lines) => lines.get(part),
        RawGeometry::Point(_) | RawGeometry::Areas(_) | RawGeometry::Other(_) => None,
    }
}

fn map(raw: &RawGeometry, to: &mut dyn FnMut(Place) -> Coord) -> RawGeometry {
    let mut line = |part: usize, ring: usize, line: &Positions| -> Positions {
        line.iter().enumerate().map(|(vertex, at)| to(Place { part, ring, vertex, at: *at })).collect()
    };
    match raw {
        RawGeometry::Point(at) => RawGeometry::Point(to(Place { part: 0, ring: 0, vertex: 0, at: *at })),
        RawGeometry::Lines(lines) => {
            RawGeometry::Lines(lines.iter().enumerate().map(|(part, each)| line(part, 0, each)).collect())
        }
        RawGeometry::Areas(areas) => {
            let area = |(part, rings): (usize, &Vec<Positions>)| {
                rings.iter().enumerate().map(|(ring, each)| line(part, ring, each)).collect()
            };
            RawGeometry::Areas(areas.iter().enumerate().map(area).collect())
        }
        RawGeometry::Other(name) => RawGeometry::Other(name),
    }
}

fn polygons(areas: &[Vec<Settled>]) -> Geometry {
    let polygon = |rings: &Vec<Settled>| {
        let mut rings = rings.iter().map(|ring| LineString::new(ring.positions.clone()));
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    Geometry::MultiPolygon(MultiPolygon::new(areas.iter().map(polygon).collect()))
}

/// A point or lines; areas go by way of [`polygons`].
fn geometry(placed: &RawGeometry) -> Geometry {
    match placed {
        RawGeometry::Point(at) => Geometry::Point(Point(*at)),
        RawGeometry::Lines(lines) => {
            let lines = lines.iter().map(|line| LineString::new(line.clone()));
            Geometry::MultiLineString(MultiLineString::new(lines.collect()))
        }
        RawGeometry::Areas(_) | RawGeometry::Other(_) => Geometry::GeometryCollection(GeometryCollection::default()),
    }
}

/// The index within the file's line of the `vertex`th vertex that is left once neighbours within 1 mm are one.
fn unsnapped(line: &[Coord], vertex: usize) -> usize {
    let starts = (0..line.len()).filter(|index| *index == 0 || snap(line[*index]) != snap(line[index - 1]));
    starts.take(vertex + 1).last().unwrap_or(vertex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertex_is_counted_as_in_the_file() {
        let at = |x: f64| Coord { x, y: 0.0 };
        let line = [at(0.0), at(0.000_1), at(1.0), at(1.0), at(2.0)];
        let counted: Vec<usize> = (0..4).map(|vertex| unsnapped(&line, vertex)).collect();
        assert_eq!(counted, [0, 2, 4, 4]);
    }

    #[test]
    fn every_layer_takes_some_kind() {
        for layer in Layer::ALL {
            assert!(!kinds_of(*layer).is_empty(), "{layer} takes nothing");
        }
    }
}
