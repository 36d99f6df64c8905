//! Features and their identity.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Body, Layer, Names, Revision};
use crate::geometry::Shape;

/// A feature's number: given by the store, the same in every revision, unique in the park, and below 2^53 so that it
/// survives JavaScript and the id of a vector tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeatureId(pub u64);

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A feature's code: what people call it by, unique in its layer, such as a parcel number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// A text that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a code: 1 to 128 characters, no slash, no control character, no space at either end")]
pub struct InvalidCode(pub String);

impl Code {
    /// The code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        let clean = text.trim() == text && !text.chars().any(|c| c.is_control() || c == '/');
        if clean && (1..=128).contains(&length) { Ok(Self(text.to_owned())) } else { Err(InvalidCode(text.to_owned())) }
    }
}

impl TryFrom<String> for Code {
    type Error = InvalidCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One feature of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// What people call it by.
    pub code: Code,
    /// Its names.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub names: Names,
    /// Where it is.
    pub shape: Shape,
    /// What its layer says of it.
    pub body: Body,
    /// What else its source said, kept as it came.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Feature {
    /// The layer it belongs to.
    pub const fn layer(&self) -> Layer {
        self.body.layer()
    }
}

/// A feature as it stood from one revision to another.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureVersion {
    /// The feature's number.
    pub id: FeatureId,
    /// The revision that made this version.
    pub since: Revision,
    /// The feature.
    pub feature: Feature,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_can_be_read_aloud_and_put_in_a_path() {
        for good in ["P-001", "锡新-2026-17", "xinwu_land_use.17"] {
            assert!(good.parse::<Code>().is_ok(), "{good:?} is a code");
        }
        for bad in ["", " P-001", "P-001 ", "a/b", "a\nb", &"x".repeat(129)] {
            assert!(bad.parse::<Code>().is_err(), "{bad:?} is no code");
        }
    }
}
