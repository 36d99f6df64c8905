//! The policy as it is written, and what can be wrong with it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::fields::Field;
use super::policy::{ExtentRule, LayerRule, Policy};
use crate::identity::Tier;
use crate::record::Layer;
use crate::validation::Basis;

/// A text that is no policy.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPolicy {
    /// It is not written as one.
    #[error("the disclosure policy cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// It does not say what it has to, or says what it may not; everything at once.
    #[error("the disclosure policy cannot be followed: {}", .0.join("; "))]
    Problems(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The first day of this policy.
    from: Date,
    /// The grid of coordinates for each tier, metres, where a layer has none of its own.
    grid_m: BTreeMap<Tier, f64>,
    /// The significant digits of capacities, prices and rents for each tier; those that are not named get all.
    digits: BTreeMap<Tier, u8>,
    /// From which tier on the authors and messages of revisions are told.
    revisions: Tier,
    layers: BTreeMap<Layer, Row>,
    /// What no tier below the government's may be given, whatever the rows say.
    never: Vec<Never>,
    extent: Extent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The lowest tier that may know of the layer.
    from: Tier,
    /// For each field the lowest tier that gets it.
    fields: BTreeMap<Field, Tier>,
    /// The same for attributes that are no fields; those that are not listed are closed.
    #[serde(default)]
    attributes: BTreeMap<String, Tier>,
    #[serde(default)]
    grid_m: BTreeMap<Tier, f64>,
    /// Whether its area counts.
    counted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Never {
    /// What it is about.
    what: String,
    /// Words, any of which an attribute's name holds that is about it, in lower case.
    words: Vec<String>,
    source: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Extent {
    most_km2: f64,
    from: Date,
    source: Basis,
}

/// The tiers that are given less than the record, from the most to the least.
const BELOW: [Tier; 3] = [Tier::Negotiating, Tier::Investor, Tier::Public];

pub(super) fn read(text: &str) -> Result<Policy, InvalidPolicy> {
    let table: Table = serde_json::from_str(text)?;
    let mut problems = Vec::new();
    let layers = Layer::ALL.iter().filter_map(|layer| rule(&table, *layer, &mut problems)).collect();
    if table.digits.contains_key(&Tier::Government) {
        problems.push("the government gets every digit".to_owned());
    }
    let digits: Vec<u8> = BELOW.iter().filter_map(|tier| table.digits.get(tier).copied()).collect();
    if digits.contains(&0) || digits.windows(2).any(|pair| pair[0] < pair[1]) {
        problems.push("digits: at least one, and no more for a tier than for the next".to_owned());
    }
    if !(table.extent.most_km2.is_finite() && table.extent.most_km2 > 0.0) {
        problems.push("extent.most_km2 must be an area".to_owned());
    }
    if !problems.is_empty() {
        return Err(InvalidPolicy::Problems(problems));
    }
    let Extent { most_km2, from, source } = table.extent;
    let extent = ExtentRule { most_km2, from, source };
    Ok(Policy { layers, revisions_from: table.revisions, extent, from: table.from })
}

fn rule(table: &Table, layer: Layer, problems: &mut Vec<String>) -> Option<LayerRule> {
    let Some(row) = table.layers.get(&layer) else {
        problems.push(format!("{layer}: the layer is not named"));
        return None;
    };
    for field in Field::of_layer(layer).iter().filter(|field| !row.fields.contains_key(field)) {
        problems.push(format!("{layer}: who gets the field {field} is not said"));
    }
    for field in row.fields.keys().filter(|field| !Field::of_layer(layer).contains(field)) {
        problems.push(format!("{layer}: there is no field {field}"));
    }
    for (name, _) in row.attributes.iter().filter(|(_, from)| **from < Tier::Government) {
        let lower = name.to_lowercase();
        let closed = table.never.iter().find(|never| never.words.iter().any(|word| lower.contains(word.as_str())));
        if let Some(Never { what, source, .. }) = closed {
            problems.push(format!("{layer}: the attribute {name} is about {what}, which stays closed ({source})"));
        }
    }
    Some(LayerRule {
        from: row.from,
        fields: row.fields.clone(),
        attributes: row.attributes.clone(),
        grid_mm: grids(table, row, layer, problems),
        digits: table.digits.clone(),
        counted: row.counted,
    })
}

/// The grids of a layer. Each is a multiple of the next tier's, or else a position could be told more closely by putting
/// together what two tiers were given.
fn grids(table: &Table, row: &Row, layer: Layer, problems: &mut Vec<String>) -> BTreeMap<Tier, u32> {
    let mut grids = BTreeMap::new();
    let mut finer = 1;
    for tier in BELOW {
        let Some(metres) = row.grid_m.get(&tier).or_else(|| table.grid_m.get(&tier)).copied() else {
            problems.push(format!("{layer}: the grid for {tier} is not said"));
            continue;
        };
        let millimetres = (metres * 1000.0).round();
        if !(1.0..=1e6).contains(&millimetres) || (millimetres / 1000.0 - metres).abs() > 1e-9 {
            problems
                .push(format!("{layer}: a grid of {metres} m for {tier} is not one of whole millimetres up to 1 km"));
            continue;
        }
        let millimetres = millimetres as u32;
        if !millimetres.is_multiple_of(finer) {
            problems.push(format!("{layer}: the grid for {tier} is no multiple of the next tier's"));
        }
        finer = millimetres;
        grids.insert(tier, millimetres);
    }
    grids
}
