//! Factories that somebody keeps by a name, as the fit test finds them.

use serde::{Deserialize, Serialize};

use crate::model::Verdict;

/// A factory on a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// What it is called by who keeps it.
    pub name: String,
    /// Of all checks together: a pass is one of each.
    pub verdict: Verdict,
    /// Ground under buildings, square metres.
    pub footprint_m2: f64,
    /// Floor area, square metres.
    pub floor_m2: f64,
    /// Floor area as the plan counts it, square metres.
    pub counted_m2: f64,
    /// All that is checked.
    pub checks: Vec<Checked>,
    /// Its parts.
    pub blocks: Vec<Block>,
}

/// A check of a factory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// As in `FitCheck` of the service; `setbacks` is that of the side that it stands worst to, metres.
    pub check: String,
    /// What is found.
    pub verdict: Verdict,
    /// What it is; none if it is no number.
    pub value: Option<f64>,
    /// At least so much.
    pub min: Option<f64>,
    /// At most so much.
    pub max: Option<f64>,
}

/// A part of a factory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// As in `FactoryPart` of the service.
    pub kind: String,
    /// 0 of a yard or a car park.
    pub storeys: u32,
    /// Metres.
    pub height_m: f64,
    /// East and north, EPSG:4549, metres.
    pub corners: [[f64; 2]; 4],
}
