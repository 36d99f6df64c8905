//! What the rules of the record are asked while someone edits, and what they say.

use serde_json::{Map, Value, json};

use crate::pure::shapes::Rings;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gravity {
    /// It must not be published.
    Error,
    /// Someone has to look at it.
    Warning,
    /// Worth knowing.
    Note,
}

impl Gravity {
    /// The word for keys and styles.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something that a rule says of what is edited.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) gravity: Gravity,
    pub(crate) message: String,
    /// Where, canonical metres.
    pub(crate) at: Option<[f64; 2]>,
}

/// What lies around the parcel that is edited, by code; canonical metres.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Surroundings {
    pub(crate) parcels: Vec<(String, Vec<Rings>)>,
    pub(crate) zones: Vec<(String, Vec<Rings>)>,
    /// The region that the park lies in, by its code of GB/T 2260.
    pub(crate) region: Option<String>,
}

impl Surroundings {
    /// As the rules take them, asked as of a day.
    pub(crate) fn told(&self, day: &str) -> String {
        let features = |features: &[(String, Vec<Rings>)]| {
            features.iter().map(|(code, areas)| json!([code, positions(areas)])).collect::<Vec<_>>()
        };
        let (parcels, zones) = (features(&self.parcels), features(&self.zones));
        json!({ "parcels": parcels, "zones": zones, "region": self.region, "day": day }).to_string()
    }
}

/// A parcel as it stands, as the rules take it.
pub(crate) fn asked(code: &str, areas: &[Rings], properties: &Map<String, Value>) -> String {
    json!({ "code": code, "areas": positions(areas), "properties": properties }).to_string()
}

/// What the rules say, read from their answer. What cannot be read is passed over.
pub(crate) fn findings(answer: &str) -> Vec<Finding> {
    let said: Vec<Value> = serde_json::from_str(answer).unwrap_or_default();
    let finding = |said: &Value| {
        let gravity = match said["severity"].as_str()? {
            "error" => Gravity::Error,
            "warning" => Gravity::Warning,
            _ => Gravity::Note,
        };
        let at = said["at"][0].as_f64().zip(said["at"][1].as_f64()).map(|(x, y)| [x, y]);
        Some(Finding { gravity, message: said["message"].as_str()?.to_owned(), at })
    };
    said.iter().filter_map(finding).collect()
}

/// Areas as JSON, in their own coordinates, the first position of a ring not repeated.
fn positions(areas: &[Rings]) -> Vec<Vec<Vec<[f64; 2]>>> {
    areas.iter().map(|rings| rings.iter().map(|ring| ring.iter().map(|at| [at.x, at.y]).collect()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use geo_types::Coord;

    use super::*;

    #[test]
    fn what_is_asked_is_what_the_rules_take() {
        let areas = vec![vec![vec![Coord { x: 1.0, y: 2.0 }, Coord { x: 3.0, y: 2.0 }, Coord { x: 3.0, y: 4.5 }]]];
        let expected = json!({"code": "A", "areas": [[[[1.0, 2.0], [3.0, 2.0], [3.0, 4.5]]]], "properties": {}});
        assert_eq!(asked("A", &areas, &Map::new()), expected.to_string());
        let around = Surroundings { parcels: vec![("B".to_owned(), areas)], ..Surroundings::default() };
        let told: Value = serde_json::from_str(&around.told("2026-11-25")).unwrap();
        assert_eq!(
            (&told["parcels"][0][0], &told["day"], &told["region"]),
            (&json!("B"), &json!("2026-11-25"), &Value::Null)
        );
    }

    #[test]
    fn an_answer_is_read() {
        let answer = json!([
            {"severity": "error", "rule": "parcel.overlap", "field": null, "message": "over B", "at": [1.0, 2.0]},
            {"severity": "note", "rule": "x", "field": "status", "message": "well", "at": null},
            {"severity": "note"},
        ]);
        let expected = [
            Finding { gravity: Gravity::Error, message: "over B".to_owned(), at: Some([1.0, 2.0]) },
            Finding { gravity: Gravity::Note, message: "well".to_owned(), at: None },
        ];
        assert_eq!(findings(&answer.to_string()), expected);
        assert_eq!(findings("no JSON"), []);
    }
}
