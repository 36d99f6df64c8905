//! A feature taken apart into attributes, each of which has one value and one path, and put together again.
//!
//! Paths are the names that an import takes fields by: `status`, `height_limit_m`, `name:zh`, `attribute:ref`. Where an
//! import has several fields for what is decided together, the group has one path: `plot_ratio`, `site_coverage`,
//! `green_ratio`, `setbacks`, `tenure`, `price`, `origin`. The shape is `geometry`; each series of supplies is one,
//! such as `supplies:power`; what a building has to let is `offers`. A value and its source are one attribute.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::geometry::Shape;
use crate::record::{Body, Code, Feature, Layer};

/// The path of the shape.
pub(crate) const GEOMETRY: &str = "geometry";

const NAME: &str = "name:";
const NOTICE: &str = "notice:";
const OTHER: &str = "attribute:";
const SUPPLIES: &str = "supplies:";

/// A value with its source; either may be absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Attribute {
    pub(crate) value: Option<Value>,
    pub(crate) source: Option<Value>,
}

impl Attribute {
    const fn plain(value: Value) -> Self {
        Self { value: Some(value), source: None }
    }

    /// Both in one value: bare if there is no source.
    pub(crate) fn shown(self) -> Value {
        let value = self.value.unwrap_or_default();
        match self.source {
            None => value,
            Some(source) => Value::from_iter([("value".to_owned(), value), ("source".to_owned(), source)]),
        }
    }
}

/// A feature's attributes by path, without its shape.
pub(crate) fn of(feature: &Feature) -> BTreeMap<String, Attribute> {
    let mut all = BTreeMap::new();
    for (language, name) in feature.names.iter() {
        all.insert(format!("{NAME}{}", language.tag()), Attribute::plain(name.into()));
    }
    for (name, text) in &feature.attributes {
        all.insert(format!("{OTHER}{name}"), Attribute::plain(text.as_str().into()));
    }
    for (field, value) in members(&feature.body) {
        match (field.as_str(), value) {
            ("layer", _) => {}
            ("notice", Value::Object(texts)) => {
                all.extend(texts.into_iter().map(|(tag, text)| (format!("{NOTICE}{tag}"), Attribute::plain(text))));
            }
            ("supplies", Value::Array(entries)) => series(entries, &mut all),
            ("sources", Value::Array(entries)) => sources(entries, &mut all),
            (_, value) => all.entry(field).or_default().value = Some(value),
        }
    }
    all
}

fn members(body: &Body) -> Map<String, Value> {
    match serde_json::to_value(body) {
        Ok(Value::Object(members)) => members,
        _ => unreachable!("a body is written as an object, to memory"),
    }
}

fn series(entries: Vec<Value>, all: &mut BTreeMap<String, Attribute>) {
    for entry in entries {
        let path = format!("{SUPPLIES}{}", entry["kind"].as_str().unwrap_or_default());
        match &mut all.entry(path).or_default().value {
            Some(Value::Array(series)) => series.push(entry),
            empty => *empty = Some(Value::Array(vec![entry])),
        }
    }
}

fn sources(entries: Vec<Value>, all: &mut BTreeMap<String, Attribute>) {
    for mut entry in entries {
        let fields = entry.as_object_mut().and_then(|entry| entry.remove("fields"));
        let fields = fields.as_ref().and_then(Value::as_array).into_iter().flatten();
        for field in fields.filter_map(Value::as_str) {
            all.entry(field.to_owned()).or_default().source = Some(entry.clone());
        }
    }
}

/// The feature that has these attributes.
///
/// # Panics
/// Never, if each attribute comes from a feature of this layer.
pub(crate) fn together(layer: Layer, code: Code, shape: Shape, all: BTreeMap<String, Attribute>) -> Feature {
    let mut body = Map::from_iter([("layer".to_owned(), layer.as_str().into())]);
    let (mut names, mut notice) = (Map::new(), Map::new());
    let (mut supplies, mut sources) = (Vec::new(), Vec::new());
    let mut attributes = BTreeMap::new();
    for (path, Attribute { value, source }) in all {
        if let Some(mut source) = source {
            source["fields"] = vec![path.clone()].into();
            sources.push(source);
        }
        let Some(value) = value else { continue };
        if let Some(tag) = path.strip_prefix(NAME) {
            names.insert(tag.to_owned(), value);
        } else if let Some(tag) = path.strip_prefix(NOTICE) {
            notice.insert(tag.to_owned(), value);
        } else if let Some(name) = path.strip_prefix(OTHER) {
            attributes.insert(name.to_owned(), value.as_str().unwrap_or_default().to_owned());
        } else if path.starts_with(SUPPLIES) {
            supplies.extend(value.as_array().cloned().unwrap_or_default());
        } else {
            body.insert(path, value);
        }
    }
    for (field, value) in
        [("notice", Value::Object(notice)), ("supplies", supplies.into()), ("sources", sources.into())]
    {
        let is_empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        if !is_empty {
            body.insert(field.to_owned(), value);
        }
    }
    let whole = "attributes of features of one layer make a feature of it";
    let mut body: Body = serde_json::from_value(Value::Object(body)).expect(whole);
    if let Body::Parcel(parcel) = &mut body {
        parcel.supplies.sort_by_key(|supply| supply.kind);
    }
    let names = serde_json::from_value(Value::Object(names)).expect(whole);
    Feature { code, names, shape, body, attributes }
}
