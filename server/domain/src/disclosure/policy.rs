//! The policy: for each layer and tier, what is given and how closely.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::fields::{Field, keep_open};
use super::generalise::{on_grid, round_figures};
use super::table::{self, InvalidPolicy};
use crate::identity::Tier;
use crate::record::{Feature, Layer};
use crate::validation::Basis;

/// What a tier below the government's is given of features of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerRule {
    pub(super) from: Tier,
    pub(super) fields: BTreeMap<Field, Tier>,
    pub(super) attributes: BTreeMap<String, Tier>,
    pub(super) grid_mm: BTreeMap<Tier, u32>,
    pub(super) digits: BTreeMap<Tier, u8>,
    pub(super) counted: bool,
}

impl LayerRule {
    /// Whether a tier may know of features of the layer.
    pub fn is_given_to(&self, tier: Tier) -> bool {
        self.from <= tier
    }

    /// The grid that shapes are put on for a tier, millimetres; none where they stay as they are.
    pub fn grid_mm(&self, tier: Tier) -> Option<u32> {
        self.grid_mm.get(&tier).copied()
    }

    /// Whether the area of its features counts as given; not that of outlines which only say where something lies.
    pub const fn is_counted(&self) -> bool {
        self.counted
    }

    /// Takes from what the next tier gets to what `tier` gets.
    pub(super) fn narrow(&self, tier: Tier, feature: &mut Feature) {
        keep_open(feature, &|field| self.fields.get(&field).is_some_and(|from| *from <= tier));
        feature.attributes.retain(|name, _| self.attributes.get(name).is_some_and(|from| *from <= tier));
        if let Some(digits) = self.digits.get(&tier) {
            round_figures(feature, *digits);
        }
        if let Some(grid_mm) = self.grid_mm(tier) {
            feature.shape = on_grid(&feature.shape, grid_mm);
        }
    }
}

/// How much area that hangs together one recipient may be given.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtentRule {
    /// At most so much, km².
    pub most_km2: f64,
    /// Since when.
    pub from: Date,
    /// Where it is written.
    pub source: Basis,
}

/// What each tier is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// One rule a layer, in the order of [`Layer::ALL`].
    pub(super) layers: Vec<LayerRule>,
    pub(super) revisions_from: Tier,
    pub(super) extent: ExtentRule,
    pub(super) from: Date,
}

impl Policy {
    /// Reads a policy from JSON.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        table::read(text)
    }

    /// The rule of a layer.
    pub fn layer(&self, layer: Layer) -> &LayerRule {
        &self.layers[layer as usize]
    }

    /// Whether a tier is told who made a revision and why.
    pub fn tells_authors(&self, tier: Tier) -> bool {
        self.revisions_from <= tier
    }

    /// How much area one recipient may be given.
    pub const fn extent(&self) -> &ExtentRule {
        &self.extent
    }

    /// The day from which it holds.
    pub const fn from(&self) -> Date {
        self.from
    }
}
