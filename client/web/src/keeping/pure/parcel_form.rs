//! A parcel's fields as they are typed, and back to what an import takes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::pure::number::typed;

/// How a field is typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// One of some words of the record; their texts' keys begin with this.
    Terms(&'static [&'static str], &'static str),
    /// One of the park's zones.
    Zone,
    /// Any text.
    Text,
    /// A number of at least 0.
    Number,
    /// A share, typed in per cent.
    Share,
    /// A whole number of at least 0.
    Whole,
    /// A day.
    Day,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Field {
    /// Called as an import calls it.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Fields of one group are all there or none.
    pub(crate) group: &'static str,
}

const STATUSES: &[&str] = &["available", "reserved", "negotiating", "taken", "planned", "unknown"];
const ACQUISITIONS: &[&str] = &["direct", "after_plan_change", "after_clearance"];
const TENURES: &[&str] = &["grant", "lease", "lease_then_grant"];
const HAZARD_CLASSES: &[&str] = &["a", "b", "c", "d", "e"];

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, group: "" }
}

const fn grouped(name: &'static str, kind: Kind, group: &'static str) -> Field {
    Field { name, kind, group }
}

/// The fields in the order of the form.
pub(crate) const FIELDS: [Field; 25] = [
    field("status", Kind::Terms(STATUSES, "status")),
    field("acquisition", Kind::Terms(ACQUISITIONS, "acquisition")),
    field("zone", Kind::Zone),
    field("land_use", Kind::Text),
    field("plot_ratio_min", Kind::Number),
    field("plot_ratio_max", Kind::Number),
    field("site_coverage_min", Kind::Share),
    field("site_coverage_max", Kind::Share),
    field("green_ratio_min", Kind::Share),
    field("green_ratio_max", Kind::Share),
    field("height_limit_m", Kind::Number),
    grouped("setback_front_m", Kind::Number, "setbacks"),
    grouped("setback_side_m", Kind::Number, "setbacks"),
    grouped("setback_rear_m", Kind::Number, "setbacks"),
    grouped("tenure", Kind::Terms(TENURES, "tenure"), "tenure"),
    grouped("tenure_years", Kind::Whole, "tenure"),
    field("vibration_um_per_s", Kind::Number),
    field("hazard_class", Kind::Terms(HAZARD_CLASSES, "hazard_class")),
    grouped("price_cny_per_m2", Kind::Number, "price"),
    grouped("price_as_of", Kind::Day, "price"),
    grouped("price_source", Kind::Text, "price"),
    field("name:zh", Kind::Text),
    field("name:en", Kind::Text),
    field("name:ja", Kind::Text),
    field("name:ko", Kind::Text),
];

/// What is typed, by field.
pub(crate) type Inputs = BTreeMap<&'static str, String>;

/// What is wrong with a field as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is no number of at least 0, or no whole one.
    NotANumber,
    /// It is needed with the others of its group.
    Missing,
}

impl Wrong {
    /// The key of its text.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::NotANumber => "edit.not_a_number",
            Self::Missing => "edit.missing",
        }
    }
}

/// What the form shows of a feature's properties.
pub(crate) fn inputs(properties: &Map<String, Value>) -> Inputs {
    let text = |field: &Field| match (&properties.get(field.name), field.kind) {
        (Some(Value::Number(share)), Kind::Share) => tidy(share.as_f64().unwrap_or_default() * 100.0),
        (Some(Value::Number(number)), _) => tidy(number.as_f64().unwrap_or_default()),
        (Some(Value::String(text)), _) => text.clone(),
        _ => String::new(),
    };
    FIELDS.iter().map(|field| (field.name, text(field))).collect()
}

/// A number without needless decimals: shares are counted in per cent, which binary fractions are not.
fn tidy(number: f64) -> String {
    ((number * 1e6).round() / 1e6).to_string()
}

/// The properties with what was typed in place of what was there. What the form does not show stays.
pub(crate) fn properties(
    original: &Map<String, Value>,
    inputs: &Inputs,
) -> Result<Map<String, Value>, BTreeMap<&'static str, Wrong>> {
    let mut changed = original.clone();
    let mut wrong = BTreeMap::new();
    let typed_in = |name: &str| inputs.get(name).map(|text| text.trim()).unwrap_or_default();
    for field in &FIELDS {
        let text = typed_in(field.name);
        if text.is_empty() {
            changed.remove(field.name);
            let mates = FIELDS.iter().filter(|mate| !field.group.is_empty() && mate.group == field.group);
            if mates.into_iter().any(|mate| !typed_in(mate.name).is_empty()) {
                wrong.insert(field.name, Wrong::Missing);
            }
            continue;
        }
        match value(field.kind, text) {
            Some(value) => {
                changed.insert(field.name.to_owned(), value);
            }
            None => {
                wrong.insert(field.name, Wrong::NotANumber);
            }
        }
    }
    if wrong.is_empty() { Ok(changed) } else { Err(wrong) }
}

fn value(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Number => typed(text).map(Value::from),
        Kind::Share => typed(text).map(|per_cent| (per_cent * 1e4).round() / 1e6).map(Value::from),
        Kind::Whole => {
            typed(text).filter(|years| years.fract() == 0.0 && *years < 1e6).map(|years| json!(years as u32))
        }
        Kind::Terms(..) | Kind::Zone | Kind::Text | Kind::Day => Some(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::{Acquisition, HazardClass, ParcelStatus, TenureKind};

    use super::*;

    fn original() -> Map<String, Value> {
        let value = json!({
            "code": "WX-01", "status": "available", "site_coverage_max": 0.35, "plot_ratio_max": 2.5, "land_use": "100101",
            "tenure": "grant", "tenure_years": 50, "supplies": [{"kind":"power","capacity":3000,"as_of":"2026-01-01","source":"Grid"}],
            "ref": "kept",
        });
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_is_not_touched_stays() {
        let inputs = inputs(&original());
        assert_eq!((inputs["site_coverage_max"].as_str(), inputs["tenure_years"].as_str()), ("35", "50"));
        let back = properties(&original(), &inputs).unwrap();
        assert_eq!(
            json!(back).to_string().replace(".0", ""),
            json!(original()).to_string(),
            "nothing is lost or made up"
        );
    }

    #[test]
    fn what_is_typed_goes_in_and_what_is_emptied_goes_out() {
        let mut inputs = inputs(&original());
        inputs.insert("plot_ratio_max", "3，0".replace('，', "."));
        inputs.insert("status", "taken".to_owned());
        inputs.insert("land_use", " ".to_owned());
        inputs.insert("green_ratio_max", "１２.5".to_owned());
        let changed = properties(&original(), &inputs).unwrap();
        assert_eq!(changed["plot_ratio_max"], json!(3.0));
        assert_eq!((&changed["status"], changed.get("land_use")), (&json!("taken"), None));
        assert_eq!(changed["green_ratio_max"], json!(0.125));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let mut inputs = inputs(&original());
        for (name, text) in
            [("height_limit_m", "tall"), ("plot_ratio_min", "-1"), ("tenure_years", "1.5"), ("setback_side_m", "5")]
        {
            inputs.insert(name, text.to_owned());
        }
        let wrong = properties(&original(), &inputs).unwrap_err();
        let expected = [
            ("height_limit_m", Wrong::NotANumber),
            ("plot_ratio_min", Wrong::NotANumber),
            ("setback_front_m", Wrong::Missing),
            ("setback_rear_m", Wrong::Missing),
            ("tenure_years", Wrong::NotANumber),
        ];
        assert_eq!(wrong, expected.into());
    }

    #[test]
    fn every_term_of_the_record_can_be_chosen() {
        let words = [
            (STATUSES, ParcelStatus::ALL.iter().map(|term| term.as_str()).collect::<Vec<_>>()),
            (HAZARD_CLASSES, HazardClass::ALL.iter().map(|term| term.as_str()).collect()),
            (ACQUISITIONS, Acquisition::ALL.iter().map(|term| term.as_str()).collect()),
            (TENURES, TenureKind::ALL.iter().map(|term| term.as_str()).collect()),
        ];
        for (offered, terms) in words {
            assert_eq!(offered, terms);
        }
    }
}
