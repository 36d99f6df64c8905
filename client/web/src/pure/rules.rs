//! The rules of the record, asked while someone edits: the same code that the server asks.

use std::sync::LazyLock;

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Code, Feature, Layer, Names, Parcel, ParcelStatus, Zone, ZoneKind};
use cloudsite_domain::validation::{Context, Neighbours, RuleTable, Severity, Submission, validate};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon, Rect};
use jiff::civil::Date;

use super::shapes::{Rings, areas};

/// The rules that the server was built with, too.
static TABLE: LazyLock<Option<RuleTable>> =
    LazyLock::new(|| RuleTable::parse(include_str!("../../../../assets/rules/planning.json")).ok());

/// What lies around the parcel that is edited.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Surroundings {
    /// Other parcels and zones.
    pub(crate) features: Vec<Feature>,
    /// The region that the park lies in, by its code of GB/T 2260.
    pub(crate) region: Option<String>,
}

impl Neighbours for Surroundings {
    fn near(&self, layer: Layer, bounds: Rect) -> Vec<&Feature> {
        let touches = |feature: &&Feature| {
            let other = feature.shape.bounds();
            let apart = other.max().x < bounds.min().x
                || other.min().x > bounds.max().x
                || other.max().y < bounds.min().y
                || other.min().y > bounds.max().y;
            feature.layer() == layer && !apart
        };
        self.features.iter().filter(touches).collect()
    }

    fn find(&self, layer: Layer, code: &Code) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.layer() == layer && feature.code == *code)
    }
}

/// Something that a rule says of what is edited.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// The field, called as an import calls it.
    pub(crate) field: Option<String>,
    pub(crate) message: String,
    /// Where, canonical metres.
    pub(crate) at: Option<Coord>,
}

/// The areas of a GeoJSON feature in canonical metres.
pub(crate) fn canonical_areas(geojson: &str) -> Vec<Rings> {
    let projector = Projector::new(Crs::Wgs84, Crs::CANONICAL);
    let snapped = |value: f64| (value * 1e3).round() / 1e3;
    areas(geojson, |at| {
        let at = projector.project(at).ok()?;
        Some(Coord { x: snapped(at.x), y: snapped(at.y) })
    })
}

/// A feature that lies around: its shape is what counts. None if it is no area.
pub(crate) fn neighbour(layer: Layer, code: &str, geojson: &str) -> Option<Feature> {
    let shape = Shape::new(geometry(&canonical_areas(geojson))).ok()?;
    let body = match layer {
        Layer::Zone => Body::Zone(Zone { kind: ZoneKind::Other }),
        _ => Body::Parcel(Box::new(Parcel::with_status(ParcelStatus::Unknown))),
    };
    Some(Feature { code: code.parse().ok()?, names: Names::default(), shape, body, attributes: Default::default() })
}

/// All that the rules of a day say of a parcel among its neighbours.
pub(crate) fn check(code: &str, areas: &[Rings], body: Body, around: &Surroundings, day: Date) -> Vec<Finding> {
    let shape = match Shape::new(geometry(areas)) {
        Ok(shape) => shape,
        Err(problems) => {
            let finding = |problem: cloudsite_domain::geometry::Problem| Finding {
                severity: Severity::Error,
                field: None,
                message: problem.to_string(),
                at: problem.place.map(|place| place.at),
            };
            return problems.into_iter().map(finding).collect();
        }
    };
    let (Ok(code), Some(table)) = (code.parse(), TABLE.as_ref()) else { return Vec::new() };
    let feature = Feature { code, names: Names::default(), shape, body, attributes: Default::default() };
    let context = Context { region: around.region.as_deref(), ..Context::of(table, day) };
    let problems = validate(Submission { puts: std::slice::from_ref(&feature), ends: &[] }, around, &context);
    let finding = |problem: cloudsite_domain::validation::Problem| Finding {
        severity: problem.severity,
        field: problem.field.map(|field| field.into_owned()),
        message: problem.message,
        at: problem.place.map(|place| place.at),
    };
    problems.into_iter().map(finding).collect()
}

/// Rings as the domain takes them, closed.
fn geometry(areas: &[Rings]) -> Geometry {
    let closed = |ring: &Vec<Coord>| {
        let mut ring = LineString::new(ring.clone());
        ring.close();
        ring
    };
    let polygon = |rings: &Rings| {
        let mut rings = rings.iter().map(closed);
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    Geometry::MultiPolygon(MultiPolygon::new(areas.iter().map(polygon).collect()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::super::parcel_form;
    use super::*;

    const DAY: Date = date(2026, 11, 25);
    const ORIGIN: Coord = Coord { x: 531_000.0, y: 3_481_000.0 };

    fn square(east: f64, side: f64) -> Vec<Rings> {
        let at = |x: f64, y: f64| ORIGIN + Coord { x: east + x, y };
        vec![vec![vec![at(0.0, 0.0), at(side, 0.0), at(side, side), at(0.0, side)]]]
    }

    fn around(features: &[(Layer, &str, f64, f64)]) -> Surroundings {
        let feature = |(layer, code, east, side): &(Layer, &str, f64, f64)| {
            let shape = Shape::new(geometry(&square(*east, *side))).unwrap();
            let known = neighbour(*layer, code, &json!({"geometry": {"type": "Polygon", "coordinates": [[[120.4,31.5],[120.41,31.5],[120.41,31.51],[120.4,31.5]]]}}).to_string());
            Feature { shape, ..known.unwrap() }
        };
        Surroundings { features: features.iter().map(feature).collect(), region: None }
    }

    fn body(properties: serde_json::Value) -> Body {
        parcel_form::body(properties.as_object().unwrap())
    }

    fn errors(areas: &[Rings], body: Body, around: &Surroundings) -> Vec<Finding> {
        let findings = check("WX-01", areas, body, around, DAY);
        findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
    }

    #[test]
    fn the_servers_rules_answer_here() {
        let empty = Surroundings::default();
        let plain = || body(json!({"status": "available"}));
        assert_eq!(errors(&square(0.0, 100.0), plain(), &empty), []);
        let crossed = vec![vec![vec![
            ORIGIN,
            ORIGIN + Coord { x: 9.0, y: 9.0 },
            ORIGIN + Coord { x: 9.0, y: 0.0 },
            ORIGIN + Coord { x: 0.0, y: 9.0 },
        ]]];
        assert!(errors(&crossed, plain(), &empty)[0].at.is_some(), "a crossing has its place");
        let neighbours = around(&[(Layer::Parcel, "WX-02", 90.0, 100.0)]);
        let found = errors(&square(0.0, 100.0), plain(), &neighbours);
        assert!(!found.is_empty(), "it lies over WX-02");
        assert_eq!(errors(&square(0.0, 90.0), plain(), &neighbours), [], "side by side");
        let contradiction = body(json!({"status": "available", "plot_ratio_min": 3.0, "plot_ratio_max": 2.0}));
        assert_ne!(check("WX-01", &square(0.0, 100.0), contradiction, &empty, DAY), [], "a contradiction is found");
    }

    #[test]
    fn a_zone_that_is_left_is_noticed() {
        let zone = around(&[(Layer::Zone, "Z-1", 0.0, 500.0)]);
        let inside = body(json!({"status": "available", "zone": "Z-1"}));
        assert_eq!(errors(&square(10.0, 100.0), inside.clone(), &zone), []);
        assert_ne!(check("WX-01", &square(450.0, 100.0), inside, &zone, DAY), []);
    }

    #[test]
    fn lon_lat_is_brought_to_canonical_millimetres() {
        let geojson = r#"{"geometry":{"type":"Polygon","coordinates":[[[120.4,31.5],[120.41,31.5],[120.41,31.51],[120.4,31.5]]]}}"#;
        let areas = canonical_areas(geojson);
        let at = areas[0][0][0];
        assert!((at.x * 1e3).fract().abs() < 1e-6 && (500_000.0..560_000.0).contains(&at.x), "{at:?}");
        assert!(neighbour(Layer::Parcel, "a/b", geojson).is_none(), "no code");
    }
}
