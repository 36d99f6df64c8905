//! A feature's properties, from which each field takes what is its own. What nothing takes stays an attribute.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ImportProblem;

/// Before the name of a kept attribute that an export had to tell from a field of the same name.
pub(crate) const ATTRIBUTE_PREFIX: &str = "attribute:";

/// The properties of one feature, and what was found wrong with them.
pub(super) struct Properties<'a> {
    left: Map<String, Value>,
    /// Field of the record -> property of the file.
    mapping: &'a BTreeMap<String, String>,
    problems: Vec<(String, &'static str, String)>,
}

impl<'a> Properties<'a> {
    pub(super) fn new(mut all: Map<String, Value>, mapping: &'a BTreeMap<String, String>) -> Self {
        // Databases have no other way to leave a text out.
        all.retain(|_, value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()));
        Self { left: all, mapping, problems: Vec::new() }
    }

    /// Takes the property of `field`; it is an attribute no more.
    pub(super) fn take(&mut self, field: &str) -> Option<Value> {
        self.left.remove(self.mapping.get(field).map_or(field, String::as_str))
    }

    /// Whether `field` is there to be taken.
    pub(super) fn has(&self, field: &str) -> bool {
        self.left.contains_key(self.mapping.get(field).map_or(field, String::as_str))
    }

    /// Gives a taken property back: it stays an attribute.
    pub(super) fn keep(&mut self, name: &str, text: String) {
        self.left.insert(name.to_owned(), Value::String(text));
    }

    /// Looks at a property that stays an attribute.
    pub(super) fn look(&self, name: &str) -> Option<&str> {
        self.left.get(name).and_then(Value::as_str)
    }

    /// Says what is wrong with a field.
    pub(super) fn refuse(&mut self, field: &str, rule: &'static str, message: impl Display) {
        self.problems.push((field.to_owned(), rule, message.to_string()));
    }

    /// Takes a field that is a text; numbers are taken as they are written.
    pub(super) fn text(&mut self, field: &str) -> Option<String> {
        self.take(field).map(|value| as_text(&value))
    }

    /// Takes a field that is one word of a vocabulary, a code or a date.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, field: &str) -> Option<T> {
        let text = self.text(field)?;
        text.trim().parse().map_err(|error: T::Err| self.refuse(field, "field.term", error)).ok()
    }

    /// Takes a field without which the feature says nothing.
    pub(super) fn required<T: FromStr<Err: Display>>(&mut self, field: &str) -> Option<T> {
        let before = self.problems.len();
        let value = self.parsed(field);
        if value.is_none() && self.problems.len() == before {
            self.refuse_missing(field);
        }
        value
    }

    pub(super) fn refuse_missing(&mut self, field: &str) {
        let message = format!("it is missing; if the file calls it something else, say --map {field}=ATTRIBUTE");
        self.refuse(field, "field.required", message);
    }

    /// Takes a field that is a finite number.
    pub(super) fn number(&mut self, field: &str) -> Option<f64> {
        let value = self.take(field)?;
        let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        let number = number.filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.refuse(field, "field.number", format!("'{}' is not a finite number", as_text(&value)));
        }
        number
    }

    /// Takes a field that is a number of at least 0.
    pub(super) fn amount(&mut self, field: &str) -> Option<f64> {
        let number = self.number(field)?;
        if number < 0.0 {
            self.refuse(field, "field.range", format!("{number} is less than 0"));
            return None;
        }
        Some(number)
    }

    /// Takes a field that counts something.
    pub(super) fn count(&mut self, field: &str) -> Option<u32> {
        let number = self.number(field)?;
        if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            self.refuse(field, "field.range", format!("{number} is not a whole number of at least 0"));
            return None;
        }
        Some(number as u32)
    }

    /// Takes a field that is a JSON array, or the text of one, as a file has it that knows only texts.
    pub(super) fn list<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        let read = match self.take(field)? {
            Value::String(text) => serde_json::from_str(&text),
            other => serde_json::from_value(other),
        };
        read.map_err(|error| self.refuse(field, "field.list", error)).ok()
    }

    /// Takes a field that is yes or no.
    pub(super) fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.take(field)?;
        let flag = match as_text(&value).to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.refuse(field, "field.flag", format!("'{}' is neither true nor false", as_text(&value)));
        }
        flag
    }

    /// What nothing took, as text, and all that was wrong, said of the feature called `feature`.
    pub(super) fn finish(self, feature: &str) -> (BTreeMap<String, String>, Vec<ImportProblem>) {
        let attributes = self.left.iter().map(|(name, value)| {
            let name = name.strip_prefix(ATTRIBUTE_PREFIX).unwrap_or(name);
            (name.to_owned(), as_text(value))
        });
        let problems = self
            .problems
            .into_iter()
            .map(|(field, rule, message)| ImportProblem::of_feature(feature, rule, message).in_field(&field));
        (attributes.collect(), problems.collect())
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
