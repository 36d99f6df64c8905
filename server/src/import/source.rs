//! What the readers of the formats give: features as the file has them, nothing yet checked, closed or projected.

use cloudsite_domain::crs::Crs;
use geo_types::Coord;
use serde_json::{Map, Value};

use super::{ImportProblem, TextEncoding};

/// The positions of a line or ring, as the file has them.
pub(super) type Positions = Vec<Coord>;

/// A geometry as the file has it. `geo_types` would close rings silently, so it comes only after they were checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawGeometry {
    Point(Coord),
    Lines(Vec<Positions>),
    /// Polygons, each its rings, the outer one first.
    Areas(Vec<Vec<Positions>>),
    /// A kind that no layer takes, by name.
    Other(&'static str),
}

/// A feature as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawFeature {
    /// Counted from 1, or the row's key where the format has one.
    pub(super) number: u64,
    /// The feature's own identifier.
    pub(super) id: Option<String>,
    pub(super) properties: Map<String, Value>,
    /// `None` if it has none.
    pub(super) geometry: Option<RawGeometry>,
}

/// A file, read.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// What the file says its coordinates are; `None` if it does not say.
    pub(super) crs: Option<Crs>,
    /// What the file calls its coordinates, if that is not a system known here.
    pub(super) unknown_crs: Option<String>,
    /// How its texts were read, where the format leaves a choice.
    pub(super) encoding: Option<TextEncoding>,
    /// The names in its header, where the format has one.
    pub(super) columns: Vec<String>,
    /// Why it says nowhere where its features are.
    pub(super) placeless: Option<ImportProblem>,
    pub(super) features: Vec<RawFeature>,
    /// Features that could not be read at all.
    pub(super) problems: Vec<ImportProblem>,
}
