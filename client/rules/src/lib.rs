//! The rules of the record, asked in the browser while someone edits: the same code and the same table that the server
//! asks. A module of its own, so that whoever edits nothing downloads nothing of it.
//!
//! What goes in and out is JSON: [`Rules::new`] is told what lies around the parcel, [`Rules::check`] is given the parcel
//! as it stands, again and again.

mod parcel;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Code, Feature, Layer, Names, Parcel, ParcelStatus, Zone, ZoneKind};
use cloudsite_domain::validation::{Context, Neighbours, RuleTable, Severity, Submission, validate};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon, Rect};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

/// The rules that the server was built with, too.
static TABLE: LazyLock<Option<RuleTable>> =
    LazyLock::new(|| RuleTable::parse(include_str!("../../../assets/rules/planning.json")).ok());

/// Areas: for each its outer ring and its holes, positions in canonical metres, the first not repeated at the end.
type Areas = Vec<Vec<Vec<[f64; 2]>>>;

/// What lies around a parcel, by code, and when and where it is asked.
#[derive(Debug, Default, Deserialize)]
struct Surroundings {
    parcels: Vec<(String, Areas)>,
    zones: Vec<(String, Areas)>,
    /// The region that the park lies in, by its code of GB/T 2260.
    region: Option<String>,
    /// The day whose rules are asked.
    day: Date,
}

/// A parcel as it stands.
#[derive(Debug, Deserialize)]
struct Asked {
    code: String,
    areas: Areas,
    /// Its fields, called as an import calls them.
    properties: Map<String, Value>,
}

/// Something that a rule says.
#[derive(Debug, PartialEq, Serialize)]
struct Finding {
    /// `error`, `warning` or `note`.
    severity: &'static str,
    rule: String,
    /// The field, called as an import calls it.
    field: Option<String>,
    message: String,
    /// Where, canonical metres.
    at: Option<[f64; 2]>,
}

/// The rules around one parcel.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Rules {
    features: Vec<Feature>,
    region: Option<String>,
    day: Date,
}

#[wasm_bindgen]
impl Rules {
    /// The rules among these surroundings.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(surroundings: &str) -> Result<Self, String> {
        let Surroundings { parcels, zones, region, day } =
            serde_json::from_str(surroundings).map_err(|error| error.to_string())?;
        let parcel = || Body::Parcel(Box::new(Parcel::with_status(ParcelStatus::Unknown)));
        let zone = || Body::Zone(Zone { kind: ZoneKind::Other });
        let parcels = parcels.iter().filter_map(|(code, areas)| feature(code, areas, parcel()));
        let zones = zones.iter().filter_map(|(code, areas)| feature(code, areas, zone()));
        Ok(Self { features: parcels.chain(zones).collect(), region, day })
    }

    /// All that the rules say of the parcel as it stands, as JSON.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn check(&self, parcel: &str) -> Result<String, String> {
        let asked = serde_json::from_str(parcel).map_err(|error| error.to_string())?;
        serde_json::to_string(&self.findings(&asked)).map_err(|error| error.to_string())
    }
}

impl Rules {
    fn findings(&self, Asked { code, areas, properties }: &Asked) -> Vec<Finding> {
        let shape = match Shape::new(geometry(areas)) {
            Ok(shape) => shape,
            Err(problems) => {
                let finding = |problem: cloudsite_domain::geometry::Problem| Finding {
                    severity: Severity::Error.as_str(),
                    rule: problem.rule.id().to_owned(),
                    field: None,
                    message: problem.to_string(),
                    at: problem.place.map(|place| [place.at.x, place.at.y]),
                };
                return problems.into_iter().map(finding).collect();
            }
        };
        let (Ok(code), Some(table)) = (code.parse(), TABLE.as_ref()) else { return Vec::new() };
        let body = parcel::body(properties);
        let feature = Feature { code, names: Names::default(), shape, body, attributes: BTreeMap::new() };
        let context = Context { region: self.region.as_deref(), ..Context::of(table, self.day) };
        let mut problems = validate(Submission { puts: std::slice::from_ref(&feature), ends: &[] }, self, &context);
        problems.sort_by_key(|problem| match problem.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        });
        let finding = |problem: cloudsite_domain::validation::Problem| Finding {
            severity: problem.severity.as_str(),
            rule: problem.rule.into_owned(),
            field: problem.field.map(std::borrow::Cow::into_owned),
            message: problem.message,
            at: problem.place.map(|place| [place.at.x, place.at.y]),
        };
        problems.into_iter().map(finding).collect()
    }
}

impl Neighbours for Rules {
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

/// A feature that lies around: its shape is what counts. None if it is no valid area.
fn feature(code: &str, areas: &Areas, body: Body) -> Option<Feature> {
    let shape = Shape::new(geometry(areas)).ok()?;
    Some(Feature { code: code.parse().ok()?, names: Names::default(), shape, body, attributes: BTreeMap::new() })
}

/// Areas as the domain takes them, closed.
fn geometry(areas: &Areas) -> Geometry {
    let closed = |ring: &Vec<[f64; 2]>| {
        let mut ring: LineString = ring.iter().map(|&[x, y]| Coord { x, y }).collect();
        ring.close();
        ring
    };
    let polygon = |rings: &Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.iter().map(closed);
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    Geometry::MultiPolygon(MultiPolygon::new(areas.iter().map(polygon).collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORIGIN: [f64; 2] = [531_000.0, 3_481_000.0];

    fn square(east: f64, side: f64) -> Value {
        let at = |x: f64, y: f64| json!([ORIGIN[0] + east + x, ORIGIN[1] + y]);
        json!([[[at(0.0, 0.0), at(side, 0.0), at(side, side), at(0.0, side)]]])
    }

    fn rules(parcels: Value, zones: Value) -> Rules {
        Rules::new(&json!({"parcels": parcels, "zones": zones, "region": null, "day": "2026-11-25"}).to_string())
            .unwrap()
    }

    /// Rules broken by a parcel, with the severity of each.
    fn broken(rules: &Rules, areas: &Value, properties: Value) -> Vec<(String, String)> {
        let asked = json!({"code": "WX-01", "areas": areas, "properties": properties}).to_string();
        let found: Vec<Value> = serde_json::from_str(&rules.check(&asked).unwrap()).unwrap();
        let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
        found.iter().map(|finding| (text(finding, "severity"), text(finding, "rule"))).collect()
    }

    fn error(rule: &str) -> (String, String) {
        ("error".to_owned(), rule.to_owned())
    }

    #[test]
    fn the_servers_rules_answer_here() {
        let empty = rules(json!([]), json!([]));
        let plain = || json!({"status": "available"});
        assert_eq!(broken(&empty, &square(0.0, 100.0), plain()), []);
        let [x, y] = ORIGIN;
        let crossed = json!([[[[x, y], [x + 9.0, y + 9.0], [x + 9.0, y], [x, y + 9.0]]]]);
        assert_eq!(broken(&empty, &crossed, plain())[0], error("geometry.ring_simple"));
        let beside = rules(json!([["WX-02", square(90.0, 100.0)]]), json!([]));
        assert!(broken(&beside, &square(0.0, 100.0), plain()).contains(&error("parcel.overlap")));
        assert_eq!(broken(&beside, &square(0.0, 90.0), plain()), [], "side by side");
        assert_ne!(broken(&beside, &square(0.0, 89.8), plain()), [], "a gap by mistake");
    }

    #[test]
    fn a_zone_that_is_left_is_noticed() {
        let zone = rules(json!([]), json!([["Z-1", square(0.0, 500.0)]]));
        let inside = || json!({"status": "available", "zone": "Z-1"});
        assert_eq!(broken(&zone, &square(10.0, 100.0), inside()), []);
        assert_ne!(broken(&zone, &square(450.0, 100.0), inside()), []);
    }

    #[test]
    fn plan_and_law_are_asked_and_errors_come_first() {
        let empty = rules(json!([]), json!([]));
        let wide = json!({"status": "available", "land_use": "100101", "plot_ratio_max": 0.4, "site_coverage_min": 0.9, "green_ratio_min": 0.9});
        let found = broken(&empty, &square(0.0, 100.0), wide);
        assert!(!found.is_empty(), "coverage and green make more than the whole");
        let ranks =
            found.iter().map(|(severity, _)| ["error", "warning", "note"].iter().position(|word| word == severity));
        assert!(ranks.is_sorted(), "{found:?}");
    }

    #[test]
    fn what_is_no_json_is_said() {
        assert!(Rules::new("{").is_err());
        assert!(rules(json!([]), json!([])).check("[]").is_err());
        assert!(rules(json!([["a/b", square(0.0, 9.0)], ["P", [[[[0.0, 0.0]]]]]]), json!([])).features.is_empty());
    }
}
