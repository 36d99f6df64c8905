//! The attributes of a vector tile's feature, read as the record's terms.

use std::fmt::Display;
use std::str::FromStr;

use cloudsite_domain::record::{Language, Names};
use cloudsite_domain::tile::schema;
use cloudsite_proto::tile::{TileFeature, TileLayer, TileValue};

/// What is wrong with a feature's attributes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenAttribute {
    /// A tag points outside the layer's keys or values.
    #[error("tag {index} points outside the layer's keys and values")]
    Dangling {
        /// The index of the key's number among the feature's tags.
        index: usize,
    },
    /// An attribute that every feature of the layer has is missing or of the wrong type.
    #[error("attribute '{key}' is missing or of the wrong type")]
    Missing {
        /// The attribute.
        key: &'static str,
    },
    /// A word that the vocabulary does not have.
    #[error("attribute '{key}': {reason}")]
    UnknownTerm {
        /// The attribute.
        key: &'static str,
        /// Which words it has.
        reason: String,
    },
}

/// The attributes of one feature.
#[derive(Debug)]
pub(super) struct Attributes<'a>(Vec<(&'a str, &'a TileValue)>);

impl<'a> Attributes<'a> {
    /// Those of `feature` in `layer`.
    pub(super) fn new(layer: &'a TileLayer, feature: &TileFeature) -> Result<Self, BrokenAttribute> {
        let pairs = feature.tags.chunks(2).enumerate().map(|(index, tag)| {
            let key = tag.first().and_then(|key| layer.keys.get(*key as usize));
            let value = tag.get(1).and_then(|value| layer.values.get(*value as usize));
            key.map(String::as_str).zip(value).ok_or(BrokenAttribute::Dangling { index: index * 2 })
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    fn get(&self, key: &str) -> Option<&'a TileValue> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.string_value.as_deref()
    }

    /// A finite number of whatever type it was written as.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        let value = self.get(key)?;
        let whole = value.int_value.or(value.sint_value).map(|value| value as f64);
        value
            .double_value
            .or(value.float_value.map(f64::from))
            .or(whole)
            .or(value.uint_value.map(|value| value as f64))
            .filter(|value| value.is_finite())
    }

    /// A number that must be there.
    pub(super) fn required_number(&self, key: &'static str) -> Result<f64, BrokenAttribute> {
        self.number(key).ok_or(BrokenAttribute::Missing { key })
    }

    /// A count.
    pub(super) fn count(&self, key: &str) -> Option<u32> {
        self.number(key).filter(|value| (0.0..1e6).contains(value)).map(|value| value as u32)
    }

    /// A term of a vocabulary.
    pub(super) fn term<T: FromStr<Err: Display>>(&self, key: &'static str) -> Result<T, BrokenAttribute> {
        let word = self.text(key).ok_or(BrokenAttribute::Missing { key })?;
        word.parse().map_err(|error: T::Err| BrokenAttribute::UnknownTerm { key, reason: error.to_string() })
    }

    /// The names in the languages of the record.
    pub(super) fn names(&self) -> Names {
        let mut names = Names::default();
        for (key, value) in &self.0 {
            let language = key.strip_prefix(schema::NAME_PREFIX).and_then(Language::from_tag);
            if let (Some(language), Some(name)) = (language, &value.string_value) {
                names.set(language, name);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::Roof;

    use super::*;

    fn layer() -> TileLayer {
        let text = |text: &str| TileValue { string_value: Some(text.into()), ..TileValue::default() };
        TileLayer {
            version: 2,
            name: "building".into(),
            keys: ["roof", "height_m", "name:zh", "floors"].map(String::from).into(),
            values: vec![
                text("solar"),
                TileValue { sint_value: Some(-3), ..TileValue::default() },
                text("一号楼"),
                TileValue { float_value: Some(f32::NAN), ..TileValue::default() },
            ],
            ..TileLayer::default()
        }
    }

    #[test]
    fn values_are_read_by_what_is_asked_for() {
        let (layer, feature) = (layer(), TileFeature { tags: vec![0, 0, 1, 1, 2, 2, 3, 3], ..TileFeature::default() });
        let attributes = Attributes::new(&layer, &feature).unwrap();
        assert_eq!(attributes.term("roof"), Ok(Roof::Solar));
        assert_eq!(attributes.number("height_m"), Some(-3.0));
        assert_eq!(attributes.count("height_m"), None, "a count is not negative");
        assert_eq!(attributes.number("floors"), None, "not a number is no number");
        assert_eq!(attributes.names().get(Language::Zh), Some("一号楼"));
        assert_eq!(attributes.required_number("width_m"), Err(BrokenAttribute::Missing { key: "width_m" }));
    }

    #[test]
    fn tags_that_point_nowhere_are_refused() {
        let layer = layer();
        for (tags, index) in [(vec![0, 9], 0), (vec![0, 0, 7, 0], 2), (vec![0, 0, 1], 2)] {
            let feature = TileFeature { tags, ..TileFeature::default() };
            assert_eq!(Attributes::new(&layer, &feature).unwrap_err(), BrokenAttribute::Dangling { index });
        }
    }
}
