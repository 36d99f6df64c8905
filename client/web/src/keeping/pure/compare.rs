//! What an attribute was and what it will be, in words.

use cloudsite_domain::record::{LandUse, Language};
use serde_json::{Map, Value};

use crate::pure::number::short_number;
use crate::pure::text::{fill, text};

/// The name of an attribute by its path.
pub(crate) fn path_name(path: &str, language: Language) -> String {
    let key = match path {
        "status" => "filter.status",
        "zone" => "card.zone",
        "land_use" => "card.land_use",
        "acquisition" => "card.acquisition",
        "plot_ratio" => "card.plot_ratio",
        "site_coverage" => "card.site_coverage",
        "green_ratio" => "card.green_ratio",
        "height_limit_m" => "card.height_limit",
        "setbacks" => "card.setbacks",
        "tenure" => "card.tenure",
        "price" => "card.price",
        "geometry" => "compare.geometry",
        "feature" => "compare.feature",
        _ => return other_name(path, language),
    };
    text(language, key)
}

fn other_name(path: &str, language: Language) -> String {
    match path.split_once(':') {
        Some(("source", field)) => fill(language, "compare.source", &[("field", &path_name(field, language))]),
        Some(("name", tag)) => fill(language, "compare.name", &[("language", tag)]),
        Some(("supplies", kind)) => text(language, &format!("supply.{kind}")),
        Some(("attribute", name)) => name.to_owned(),
        _ => field_name(path, language),
    }
}

/// The name of a field as an import calls it, or that word itself where the page has no name for it.
pub(crate) fn field_name(field: &str, language: Language) -> String {
    let key = format!("field.{}", field.replace(':', "_"));
    let name = text(language, &key);
    if name == key { field.to_owned() } else { name }
}

/// An attribute's value, given as JSON, in words; none if there is no value.
pub(crate) fn value_text(path: &str, json: &str, language: Language) -> Option<String> {
    if json.is_empty() {
        return None;
    }
    let Ok(value) = serde_json::from_str::<Value>(json) else { return Some(json.to_owned()) };
    // In a conflict, a value comes with its source where it has one.
    let value = match value {
        Value::Object(mut both) if both.len() == 2 && both.contains_key("source") && both.contains_key("value") => {
            both.remove("value").unwrap_or_default()
        }
        value => value,
    };
    let said = match (path, &value) {
        (_, Value::Null) => return None,
        ("geometry", _) => text(language, "compare.shape"),
        ("status" | "acquisition", Value::String(term)) => text(language, &format!("{path}.{term}")),
        ("zone", Value::String(code)) => code.clone(),
        ("land_use", Value::String(code)) => land_use(code, language),
        ("plot_ratio", Value::Object(bounds)) => bounds_text(bounds, language, |value| short_number(value, language)),
        ("site_coverage" | "green_ratio", Value::Object(bounds)) => {
            bounds_text(bounds, language, |value| format!("{}%", short_number(value * 100.0, language)))
        }
        ("height_limit_m", Value::Number(_)) => format!("{} m", plain(&value, language)),
        ("setbacks", Value::Object(setbacks)) => setbacks_text(setbacks, language),
        ("tenure", Value::Object(tenure)) => tenure_text(tenure, language),
        ("price", Value::Object(price)) => price_text(price, language),
        _ if path.starts_with("supplies:") => series(&value, language),
        _ if path.starts_with("source:") => said_text(&value, language),
        _ => plain(&value, language),
    };
    Some(said)
}

fn land_use(code: &str, language: Language) -> String {
    let name = code.parse::<LandUse>().ok().and_then(|land_use| land_use.name(language).map(str::to_owned));
    name.map_or_else(|| code.to_owned(), |name| format!("{name} ({code})"))
}

fn bounds_text(bounds: &Map<String, Value>, language: Language, write: impl Fn(f64) -> String) -> String {
    let bound = |name: &str| bounds.get(name).and_then(Value::as_f64).map(&write);
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) if min == max => min,
        (Some(min), Some(max)) => fill(language, "bounds.between", &[("min", &min), ("max", &max)]),
        (Some(min), None) => fill(language, "bounds.at_least", &[("value", &min)]),
        (None, Some(max)) => fill(language, "bounds.at_most", &[("value", &max)]),
        (None, None) => text(language, "card.unknown"),
    }
}

fn number_in(fields: &Map<String, Value>, name: &str, language: Language) -> String {
    fields.get(name).map_or_else(|| text(language, "card.unknown"), |value| plain(value, language))
}

fn setbacks_text(setbacks: &Map<String, Value>, language: Language) -> String {
    let metres = |name: &str| format!("{} m", number_in(setbacks, name, language));
    let [front, side, rear] = ["front_m", "side_m", "rear_m"].map(metres);
    fill(language, "card.setbacks_value", &[("front", &front), ("side", &side), ("rear", &rear)])
}

fn tenure_text(tenure: &Map<String, Value>, language: Language) -> String {
    let kind = tenure.get("kind").and_then(Value::as_str).unwrap_or_default();
    let (kind, years) = (text(language, &format!("tenure.{kind}")), number_in(tenure, "years", language));
    fill(language, "card.tenure_value", &[("kind", &kind), ("years", &years)])
}

fn price_text(price: &Map<String, Value>, language: Language) -> String {
    let value = number_in(price, "cny_per_m2", language);
    let price_in_m2 =
        fill(language, "card.price_value", &[("value", &value), ("unit", &text(language, "unit.square_metre"))]);
    format!("{price_in_m2} · {}", said_text(&Value::Object(price.clone()), language))
}

fn said_text(value: &Value, language: Language) -> String {
    let field = |name: &str| value[name].as_str().unwrap_or_default();
    fill(language, "card.said", &[("source", field("source")), ("date", field("as_of"))])
}

/// The entries of a dated series, one a line.
fn series(value: &Value, language: Language) -> String {
    let entry = |entry: &Value| {
        let capacity = match &entry["capacity"] {
            Value::Null => text(language, "card.unknown"),
            capacity => plain(capacity, language),
        };
        match entry["from"].as_str() {
            Some(day) => format!("{capacity} {}", fill(language, "supply.from", &[("date", day)])),
            None => capacity,
        }
    };
    value
        .as_array()
        .map_or_else(|| plain(value, language), |entries| entries.iter().map(entry).collect::<Vec<_>>().join("\n"))
}

/// Any value, as far as it says something.
fn plain(value: &Value, language: Language) -> String {
    match value {
        Value::Null => text(language, "card.unknown"),
        Value::String(text) => text.clone(),
        Value::Number(number) => short_number(number.as_f64().unwrap_or_default(), language),
        Value::Bool(is) => is.to_string(),
        Value::Array(entries) => entries.iter().map(|entry| plain(entry, language)).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", plain(value, language));
            fields.iter().map(field).collect::<Vec<_>>().join(" · ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_said_as_the_card_says_them() {
        let cases = [
            ("status", r#""available""#, "Available"),
            ("acquisition", r#""after_clearance""#, "after clearance"),
            ("land_use", r#""100101""#, "Industrial, class 1 (100101)"),
            ("land_use", r#""X9""#, "X9"),
            ("plot_ratio", r#"{"min":1.5,"max":2.5}"#, "1.5 – 2.5"),
            ("site_coverage", r#"{"min":0.4}"#, "≥ 40%"),
            ("height_limit_m", "45.0", "45 m"),
            ("setbacks", r#"{"front_m":8,"side_m":5.5,"rear_m":6}"#, "front 8 m · side 5.5 m · rear 6 m"),
            ("tenure", r#"{"kind":"grant","years":50}"#, "Granted land-use right, 50 years"),
            (
                "price",
                r#"{"cny_per_m2":768,"as_of":"2026-03-01","source":"Bureau"}"#,
                "CNY 768 / m² · Bureau, 2026-03-01",
            ),
            (
                "supplies:power",
                r#"[{"capacity":3000},{"capacity":12000,"from":"2028-07-01"}]"#,
                "3,000\n12,000 from 2028-07-01",
            ),
            ("supplies:gas", r#"[{"kind":"gas"}]"#, "unknown"),
            ("source:status", r#"{"source":"Survey","as_of":"2026-04-30"}"#, "Survey, 2026-04-30"),
            ("status", r#"{"value":"taken","source":{"source":"x"}}"#, "Taken"),
            ("name:zh", r#""地块""#, "地块"),
            ("attribute:ref", r#""a""#, "a"),
            ("offers", r#"[{"floor":2,"area_m2":1200}]"#, "area_m2: 1,200 · floor: 2"),
            ("geometry", r#"{"areas":[]}"#, "another shape"),
            ("status", "not JSON", "not JSON"),
        ];
        for (path, json, expected) in cases {
            assert_eq!(value_text(path, json, Language::En).as_deref(), Some(expected), "{path} {json}");
        }
        for nothing in ["", "null"] {
            assert_eq!(value_text("status", nothing, Language::En), None, "{nothing:?}");
        }
    }

    #[test]
    fn attributes_have_names() {
        let cases = [
            ("plot_ratio", "Plot ratio (FAR)"),
            ("source:status", "Source of Status"),
            ("name:ja", "Name (ja)"),
            ("supplies:power", "Power"),
            ("attribute:ref", "ref"),
            ("plot_ratio_min", "Plot ratio, at least"),
            ("floors", "floors"),
        ];
        for (path, expected) in cases {
            assert_eq!(path_name(path, Language::En), expected, "{path}");
        }
    }
}
