//! The footprint and the height of a building, out of its surfaces.

use geo::unary_union;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::Value;

use super::model::{Geometry, Semantics};
use crate::import::source::Positions;

/// The cosine of the steepest a ground surface may stand: a cellar's ramp is none.
const LEAST_LEVEL: f64 = 0.98;

/// How far above the lowest vertex of a building a surface may lie to be its ground, metres: floors are not all level.
const GROUND_M: f64 = 0.5;

/// The footprint of a building and how high it is above it.
#[derive(Debug, PartialEq)]
pub(super) struct Footprint {
    pub(super) areas: Vec<Vec<Positions>>,
    pub(super) height_m: Option<f64>,
}

/// A surface: rings in space, closed, the outer one first, and what it is.
struct Surface<'a> {
    rings: Vec<Vec<[f64; 3]>>,
    kind: Option<&'a str>,
}

/// The footprint that the geometries of one object tell; `None` if it has none.
pub(super) fn of(geometries: &[Geometry], vertices: &[[f64; 3]]) -> Result<Option<Footprint>, String> {
    let mut known: Vec<&Geometry> = geometries.iter().filter(|geometry| geometry.depth().is_some()).collect();
    known.sort_by(|a, b| a.detail().total_cmp(&b.detail()));
    let mut footprint = None;
    let mut height_m: Option<f64> = None;
    for geometry in known {
        let surfaces = surfaces(geometry, vertices)?;
        let (low, high) = span(&surfaces);
        // A flat footprint says nothing of the height; the first solid geometry does.
        if height_m.is_none() && high > low {
            height_m = Some(((high - low) * 1000.0).round() / 1000.0);
        }
        if footprint.is_none() {
            let ground = ground(&surfaces, low);
            footprint = (!ground.is_empty()).then(|| joined(ground));
        }
    }
    match footprint {
        Some(areas) => Ok(Some(Footprint { areas, height_m })),
        None if geometries.is_empty() => Ok(None),
        None => Err("none of its geometries has a surface that stands on the ground".to_owned()),
    }
}

/// The lowest and the highest elevation.
fn span(surfaces: &[Surface<'_>]) -> (f64, f64) {
    let elevations = surfaces.iter().flat_map(|surface| surface.rings.iter().flatten()).map(|vertex| vertex[2]);
    elevations.fold((f64::MAX, f64::MIN), |(low, high), z| (low.min(z), high.max(z)))
}

/// The surfaces called ground; without names, the level ones at the bottom.
fn ground<'s>(surfaces: &'s [Surface<'_>], low: f64) -> Vec<&'s Surface<'s>> {
    let named: Vec<_> = surfaces.iter().filter(|surface| surface.kind == Some("GroundSurface")).collect();
    if !named.is_empty() {
        return named;
    }
    let at_bottom = |surface: &&Surface<'_>| {
        let vertices = surface.rings.first().into_iter().flatten();
        is_level(surface) && vertices.into_iter().all(|vertex| vertex[2] <= low + GROUND_M)
    };
    surfaces.iter().filter(at_bottom).collect()
}

/// Whether a surface lies flat, by the normal of its outer ring (Newell's method).
fn is_level(surface: &Surface<'_>) -> bool {
    let Some(ring) = surface.rings.first() else { return false };
    let mut normal = [0.0_f64; 3];
    let Some(origin) = ring.first() else { return false };
    for edge in ring.windows(2) {
        let a: [f64; 3] = std::array::from_fn(|axis| edge[0][axis] - origin[axis]);
        let b: [f64; 3] = std::array::from_fn(|axis| edge[1][axis] - origin[axis]);
        normal[0] += a[1] * b[2] - a[2] * b[1];
        normal[1] += a[2] * b[0] - a[0] * b[2];
        normal[2] += a[0] * b[1] - a[1] * b[0];
    }
    let length = normal.iter().map(|part| part * part).sum::<f64>().sqrt();
    length > 0.0 && normal[2].abs() >= LEAST_LEVEL * length
}

/// One surface as it is; several, which share edges, as what they cover together.
fn joined(surfaces: Vec<&Surface<'_>>) -> Vec<Vec<Positions>> {
    let flat = |ring: &Vec<[f64; 3]>| ring.iter().map(|[x, y, _]| Coord { x: *x, y: *y }).collect::<Positions>();
    let areas: Vec<Vec<Positions>> = surfaces.iter().map(|surface| surface.rings.iter().map(flat).collect()).collect();
    let finite = areas.iter().flatten().flatten().all(|at| at.x.is_finite() && at.y.is_finite());
    if areas.len() < 2 || !finite {
        return areas;
    }
    let polygons: Vec<Polygon> = areas
        .iter()
        .map(|rings| {
            let mut rings = rings.iter().map(|ring| LineString::new(ring.clone()));
            let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
            Polygon::new(outer, rings.collect())
        })
        .collect();
    let whole: MultiPolygon = unary_union(&polygons);
    if whole.0.len() == areas.len() {
        // They stand apart.
        return areas;
    }
    let rings = |polygon: &Polygon| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(|ring| ring.0.clone()).collect()
    };
    whole.iter().map(rings).collect()
}

fn surfaces<'a>(geometry: &'a Geometry, vertices: &[[f64; 3]]) -> Result<Vec<Surface<'a>>, String> {
    let depth = geometry.depth().unwrap_or_default();
    let mut found = Vec::new();
    flatten(&geometry.boundaries, depth, &mut found)?;
    let mut values = Vec::new();
    if let Some(semantics) = &geometry.semantics {
        // A shell whose surfaces are nothing in particular has null in place of its list.
        let _ = flatten(&semantics.values, depth, &mut values);
    }
    let surface = |(index, rings): (usize, &'a Value)| {
        let kind = geometry.semantics.as_ref().filter(|_| values.len() == found.len());
        Ok(Surface { rings: self::rings(rings, vertices)?, kind: kind.and_then(|kind| kind_of(kind, values[index])) })
    };
    found.iter().copied().enumerate().map(surface).collect()
}

fn kind_of<'a>(semantics: &'a Semantics, value: &Value) -> Option<&'a str> {
    let index = usize::try_from(value.as_u64()?).ok()?;
    semantics.surfaces.get(index).map(|surface| surface.kind.as_str())
}

/// What stands `depth` lists deep.
fn flatten<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a Value>) -> Result<(), String> {
    if depth == 0 {
        found.push(value);
        return Ok(());
    }
    let list = value.as_array().ok_or("its boundaries are not as deep as its kind of geometry has them")?;
    list.iter().try_for_each(|inner| flatten(inner, depth - 1, found))
}

/// Rings of indices as rings of vertices. CityJSON does not repeat a ring's first vertex.
fn rings(surface: &Value, vertices: &[[f64; 3]]) -> Result<Vec<Vec<[f64; 3]>>, String> {
    let mut indices = Vec::new();
    flatten(surface, 1, &mut indices)?;
    let ring = |ring: &Value| {
        let list = ring.as_array().ok_or("a ring of it is no list of vertices")?;
        let vertex = |index: &Value| {
            let number = index.as_u64().and_then(|index| usize::try_from(index).ok());
            number
                .and_then(|number| vertices.get(number).copied())
                .ok_or_else(|| format!("it names the vertex {index}, and there are {}", vertices.len()))
        };
        let mut ring: Vec<[f64; 3]> = list.iter().map(vertex).collect::<Result<_, _>>()?;
        if ring.first() != ring.last() || ring.len() == 1 {
            ring.extend(ring.first().copied());
        }
        Ok::<_, String>(ring)
    };
    indices.into_iter().map(ring).collect()
}
