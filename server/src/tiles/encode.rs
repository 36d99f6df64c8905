//! The encoding of Mapbox Vector Tile 2.1: commands, zigzag numbers and shared keys and values.

use std::collections::HashMap;

use cloudsite_domain::record::FeatureId;
use cloudsite_domain::tile::EXTENT;
use cloudsite_proto::tile::{GeometryType, TileFeature, TileLayer, TileValue};

/// A position in tile units, x east and y south.
pub(super) type Unit = [i32; 2];

/// The version of the specification.
const VERSION: u32 = 2;

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;

/// A shape in tile units, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TileShape {
    /// One position.
    Point(Unit),
    /// Lines of at least two vertices.
    Lines(Vec<Vec<Unit>>),
    /// Polygons of rings that are not closed, outer ring first.
    Areas(Vec<Vec<Vec<Unit>>>),
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A text.
    Text(String),
    /// A measure.
    Number(f64),
    /// A count.
    Count(u64),
}

/// Layers share equal values; numbers are equal if their bits are.
#[derive(PartialEq, Eq, Hash)]
enum ValueKey {
    Text(String),
    Bits(u64),
    Count(u64),
}

impl From<&Value> for ValueKey {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Number(number) => Self::Bits(number.to_bits()),
            Value::Count(count) => Self::Count(*count),
        }
    }
}

impl From<Value> for TileValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self { string_value: Some(text), ..Self::default() },
            Value::Number(number) => Self { double_value: Some(number), ..Self::default() },
            Value::Count(count) => Self { uint_value: Some(count), ..Self::default() },
        }
    }
}

/// A layer while it is being written.
pub(super) struct LayerWriter {
    layer: TileLayer,
    keys: HashMap<String, u32>,
    values: HashMap<ValueKey, u32>,
}

impl LayerWriter {
    /// An empty layer.
    pub(super) fn new(name: &str) -> Self {
        let layer = TileLayer { version: VERSION, name: name.to_owned(), extent: Some(EXTENT), ..TileLayer::default() };
        Self { layer, keys: HashMap::new(), values: HashMap::new() }
    }

    /// Adds a feature.
    pub(super) fn add(&mut self, id: FeatureId, shape: &TileShape, attributes: Vec<(String, Value)>) {
        let mut tags = Vec::with_capacity(attributes.len() * 2);
        for (key, value) in attributes {
            tags.push(self.key(key));
            tags.push(self.value(value));
        }
        let (kind, geometry) = commands(shape);
        self.layer.features.push(TileFeature { id: Some(id.0), tags, r#type: Some(kind.into()), geometry });
    }

    /// The layer, if anything is in it.
    pub(super) fn finish(self) -> Option<TileLayer> {
        (!self.layer.features.is_empty()).then_some(self.layer)
    }

    fn key(&mut self, key: String) -> u32 {
        let keys = &mut self.layer.keys;
        *self.keys.entry(key).or_insert_with_key(|key| {
            keys.push(key.clone());
            keys.len() as u32 - 1
        })
    }

    fn value(&mut self, value: Value) -> u32 {
        let values = &mut self.layer.values;
        *self.values.entry(ValueKey::from(&value)).or_insert_with(|| {
            values.push(value.into());
            values.len() as u32 - 1
        })
    }
}

const fn command(id: u32, count: usize) -> u32 {
    id | (count as u32) << 3
}

/// The zigzag encoding: small numbers of either sign become small unsigned ones.
const fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// Writes steps from one position to the next.
struct Pen {
    at: Unit,
    out: Vec<u32>,
}

impl Pen {
    fn step(&mut self, to: Unit) {
        self.out.push(zigzag(to[0] - self.at[0]));
        self.out.push(zigzag(to[1] - self.at[1]));
        self.at = to;
    }

    fn path(&mut self, vertices: &[Unit]) {
        self.out.push(command(MOVE_TO, 1));
        self.step(vertices[0]);
        self.out.push(command(LINE_TO, vertices.len() - 1));
        for vertex in &vertices[1..] {
            self.step(*vertex);
        }
    }
}

fn commands(shape: &TileShape) -> (GeometryType, Vec<u32>) {
    let mut pen = Pen { at: [0, 0], out: Vec::new() };
    let kind = match shape {
        TileShape::Point(at) => {
            pen.out.push(command(MOVE_TO, 1));
            pen.step(*at);
            GeometryType::Point
        }
        TileShape::Lines(lines) => {
            for line in lines {
                pen.path(line);
            }
            GeometryType::Linestring
        }
        TileShape::Areas(areas) => {
            for ring in areas.iter().flatten() {
                pen.path(ring);
                pen.out.push(command(CLOSE_PATH, 1));
            }
            GeometryType::Polygon
        }
    };
    (kind, pen.out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_written_as_it_says() {
        let cases = [
            (TileShape::Point([25, 17]), vec![9, 50, 34]),
            (TileShape::Lines(vec![vec![[2, 2], [2, 10], [10, 10]]]), vec![9, 4, 4, 18, 0, 16, 16, 0]),
            (
                TileShape::Lines(vec![vec![[2, 2], [2, 10], [10, 10]], vec![[1, 1], [3, 5]]]),
                vec![9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8],
            ),
            (TileShape::Areas(vec![vec![vec![[3, 6], [8, 12], [20, 34]]]]), vec![9, 6, 12, 18, 10, 12, 24, 44, 15]),
        ];
        for (shape, expected) in cases {
            assert_eq!(commands(&shape).1, expected, "{shape:?}");
        }
    }

    #[test]
    fn equal_keys_and_values_are_written_once() {
        let mut writer = LayerWriter::new("parcel");
        for id in 1..=3 {
            let attributes = vec![
                ("status".to_owned(), Value::Text("available".to_owned())),
                ("area_m2".to_owned(), Value::Number(f64::from(id % 2))),
                ("floors".to_owned(), Value::Count(2)),
            ];
            writer.add(FeatureId(u64::try_from(id).unwrap()), &TileShape::Point([0, 0]), attributes);
        }
        let layer = writer.finish().expect("three features");
        assert_eq!(layer.keys, ["status", "area_m2", "floors"]);
        assert_eq!(layer.values.len(), 4, "{:?}", layer.values);
        assert_eq!(layer.features[2].tags, layer.features[0].tags);
        assert!(LayerWriter::new("empty").finish().is_none());
    }
}
