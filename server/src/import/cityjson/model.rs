//! A CityJSON document as far as buildings need it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Objects;

/// A document, or a line of a sequence.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) transform: Option<Transform>,
    pub(super) metadata: Option<Metadata>,
    #[serde(rename = "CityObjects", default)]
    pub(super) objects: Objects,
    #[serde(default)]
    vertices: Vec<[f64; 3]>,
}

/// How the vertices, which are whole numbers, become coordinates.
#[derive(Debug, Deserialize)]
pub(super) struct Transform {
    scale: [f64; 3],
    translate: [f64; 3],
}

/// What is said of the document as a whole.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    #[serde(rename = "referenceSystem")]
    pub(super) reference_system: Option<String>,
}

/// An object: a building, a part of one, or anything else in a city.
#[derive(Debug, Deserialize)]
pub(super) struct Object {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) attributes: Map<String, Value>,
    #[serde(default)]
    pub(super) geometry: Vec<Geometry>,
    #[serde(default)]
    pub(super) parents: Vec<String>,
    #[serde(default)]
    pub(super) children: Vec<String>,
}

/// One of an object's geometries.
#[derive(Debug, Deserialize)]
pub(super) struct Geometry {
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// A text such as `1.2`; a number in older files.
    #[serde(default)]
    lod: Value,
    /// Surfaces as deep as the kind has them. Left out in instances of templates.
    #[serde(default)]
    pub(super) boundaries: Value,
    #[serde(default)]
    pub(super) semantics: Option<Semantics>,
}

/// What each surface is.
#[derive(Debug, Deserialize)]
pub(super) struct Semantics {
    pub(super) surfaces: Vec<Surface>,
    /// Indices into `surfaces`, as deep as the surfaces stand in the boundaries.
    #[serde(default)]
    pub(super) values: Value,
}

/// A kind of surface.
#[derive(Debug, Deserialize)]
pub(super) struct Surface {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

impl Document {
    /// The vertices in the document's coordinate reference system.
    pub(super) fn placed(&self, scaled: &Self) -> Vec<[f64; 3]> {
        let Some(Transform { scale, translate }) = &scaled.transform else { return self.vertices.clone() };
        let placed = |vertex: &[f64; 3]| std::array::from_fn(|axis| vertex[axis] * scale[axis] + translate[axis]);
        self.vertices.iter().map(placed).collect()
    }
}

impl Geometry {
    /// The level of detail, the whole number before the point and what is behind it.
    pub(super) fn detail(&self) -> f64 {
        self.lod.as_f64().or_else(|| self.lod.as_str().and_then(|lod| lod.parse().ok())).unwrap_or(f64::MAX)
    }

    /// How deep surfaces stand in the boundaries: 1 is a list of surfaces, 2 of shells, 3 of solids.
    pub(super) fn depth(&self) -> Option<usize> {
        match self.kind.as_str() {
            "MultiSurface" | "CompositeSurface" => Some(1),
            "Solid" => Some(2),
            "MultiSolid" | "CompositeSolid" => Some(3),
            _ => None,
        }
    }
}
