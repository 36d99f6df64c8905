//! GeoJSON (RFC 7946), feature by feature, with the `crs` member of its predecessor.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use cloudsite_domain::crs::Crs;
use geo_types::Coord;
use geojson::GeometryValue;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::source::{Positions, RawFeature, RawGeometry, Source};
use super::{ImportProblem, Refusal};

/// Reads the file at `path`.
pub(super) fn read_file(path: &Path) -> Result<Source, Refusal> {
    let file = File::open(path).map_err(|error| ImportProblem::of_file("file.readable", error))?;
    read(BufReader::new(file))
}

/// Reads a `FeatureCollection`. Only one feature at a time is held as JSON.
pub(super) fn read(text: impl Read) -> Result<Source, Refusal> {
    let mut source = Source::default();
    let mut json = serde_json::Deserializer::from_reader(text);
    let read = Collection(&mut source).deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| ImportProblem::of_file("geojson.well_formed", error))?;
    Ok(source)
}

/// Reads the collection's members into a [`Source`].
struct Collection<'a>(&'a mut Source);

impl<'de> DeserializeSeed<'de> for Collection<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (mut kind, mut has_features) = (None, false);
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => kind = Some(members.next_value::<String>()?),
                "crs" => take_crs(self.0, &members.next_value::<Value>()?),
                "features" => {
                    has_features = true;
                    members.next_value_seed(Features(&mut *self.0))?;
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        match kind.as_deref() {
            Some("FeatureCollection") if has_features => Ok(()),
            Some("FeatureCollection") => Err(A::Error::missing_field("features")),
            Some(other) => Err(A::Error::custom(format!("it is a {other}, not a FeatureCollection"))),
            None => Err(A::Error::missing_field("type")),
        }
    }
}

/// Reads the member `features`.
struct Features<'a>(&'a mut Source);

impl<'de> DeserializeSeed<'de> for Features<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the array of a collection's features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(value) = features.next_element::<Value>()? {
            number += 1;
            match feature(value, number) {
                Ok(feature) => self.0.features.push(feature),
                Err(problem) => self.0.problems.push(*problem),
            }
        }
        Ok(())
    }
}

/// The 2008 form: `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32650"}}`.
fn take_crs(source: &mut Source, member: &Value) {
    if member.is_null() {
        return;
    }
    let name = member.pointer("/properties/name").and_then(Value::as_str);
    match name.and_then(|name| name.parse::<Crs>().ok()) {
        Some(crs) => source.crs = Some(crs),
        None => source.unknown_crs = Some(name.map_or_else(|| member.to_string(), str::to_owned)),
    }
}

fn feature(value: Value, number: u64) -> Result<RawFeature, Box<ImportProblem>> {
    let refuse =
        |rule: &str, message: String| Box::new(ImportProblem::of_feature(&format!("feature {number}"), rule, message));
    let feature: geojson::Feature =
        serde_json::from_value(value).map_err(|error| refuse("geojson.feature", error.to_string()))?;
    let geometry = match feature.geometry {
        Some(geometry) => Some(
            raw(&geometry.value)
                .ok_or_else(|| refuse("geojson.feature", "a position has fewer than two numbers".to_owned()))?,
        ),
        None => None,
    };
    let id = feature.id.map(|id| match id {
        geojson::feature::Id::String(text) => text,
        geojson::feature::Id::Number(number) => number.to_string(),
    });
    Ok(RawFeature { number, id, properties: feature.properties.unwrap_or_default(), geometry })
}

fn position(position: &geojson::Position) -> Option<Coord> {
    match position.as_slice() {
        [x, y, ..] => Some(Coord { x: *x, y: *y }),
        _ => None,
    }
}

fn line(line: &[geojson::Position]) -> Option<Positions> {
    line.iter().map(position).collect()
}

fn rings(rings: &[Vec<geojson::Position>]) -> Option<Vec<Positions>> {
    rings.iter().map(|ring| line(ring)).collect()
}

/// `None` if a position has fewer than two numbers.
fn raw(value: &GeometryValue) -> Option<RawGeometry> {
    Some(match value {
        GeometryValue::Point { coordinates } => RawGeometry::Point(position(coordinates)?),
        GeometryValue::MultiPoint { coordinates } => match coordinates.as_slice() {
            [only] => RawGeometry::Point(position(only)?),
            _ => RawGeometry::Other("MultiPoint"),
        },
        GeometryValue::LineString { coordinates } => RawGeometry::Lines(vec![line(coordinates)?]),
        GeometryValue::MultiLineString { coordinates } => RawGeometry::Lines(rings(coordinates)?),
        GeometryValue::Polygon { coordinates } => RawGeometry::Areas(vec![rings(coordinates)?]),
        GeometryValue::MultiPolygon { coordinates } => {
            RawGeometry::Areas(coordinates.iter().map(|polygon| rings(polygon)).collect::<Option<_>>()?)
        }
        GeometryValue::GeometryCollection { .. } => RawGeometry::Other("GeometryCollection"),
    })
}
