//! A parcel that is being edited on its card.

use cloudsite_link::LinkError;
use serde_json::{Map, Value};

use crate::keeping::pure::outline::Vertex;
use crate::keeping::pure::parcel_form::Inputs;
use crate::keeping::pure::rules::Surroundings;
use crate::pure::shapes::Rings;

/// The parcel as the record has it and as it stands on the card.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Editing {
    pub(crate) code: String,
    /// The revision that made the version that is edited.
    pub(crate) since_revision: u64,
    /// What the record says, called as an import calls it.
    pub(crate) original: Map<String, Value>,
    /// What the record has as its shape, canonical metres.
    pub(crate) original_areas: Vec<Rings>,
    pub(crate) inputs: Inputs,
    pub(crate) areas: Vec<Rings>,
    /// The vertex that was last touched.
    pub(crate) touched: Option<Vertex>,
    pub(crate) around: Surroundings,
    /// Whether the rules are there to be asked.
    pub(crate) has_rules: bool,
    pub(crate) saving: bool,
    pub(crate) error: Option<LinkError>,
}
