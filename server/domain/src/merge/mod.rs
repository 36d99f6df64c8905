//! Three versions of a feature into one, attribute by attribute.
//!
//! What one side left as it was is as the other side has it. Where both changed an attribute, and not to the same, nobody
//! but a person can say which is right.

pub(crate) mod attributes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::record::Feature;
use attributes::{Attribute, GEOMETRY};

/// The path of a conflict over whether the feature is there at all.
pub const FEATURE: &str = "feature";

/// An attribute that both sides changed, each to something else. What is absent has no value there.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The attribute, called as an import calls it; groups such as `plot_ratio` by their common name, the shape
    /// `geometry`.
    pub path: String,
    /// What it was.
    pub base: Option<Value>,
    /// What we say.
    pub ours: Option<Value>,
    /// What they say.
    pub theirs: Option<Value>,
}

/// Which side of a conflict is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What we say.
    Ours,
    /// What they say.
    Theirs,
}

/// What a person has decided of conflicts, by path.
pub type Choices = BTreeMap<String, Side>;

/// Merges two versions that come from one. All conflicts are returned at once, by path.
pub fn merge(base: &Feature, ours: &Feature, theirs: &Feature) -> Result<Feature, Vec<Conflict>> {
    merge_choosing(base, ours, theirs, &Choices::new())
}

fn merge_choosing(
    base: &Feature,
    ours: &Feature,
    theirs: &Feature,
    choices: &Choices,
) -> Result<Feature, Vec<Conflict>> {
    if ours == theirs || theirs == base {
        return Ok(ours.clone());
    }
    if ours == base {
        return Ok(theirs.clone());
    }
    let same = |other: &Feature| (other.layer(), &other.code) == (base.layer(), &base.code);
    if !same(ours) || !same(theirs) {
        return Err(vec![whole(Some(base), Some(ours), Some(theirs))]);
    }
    let [mut was, mut here, mut there] = [base, ours, theirs].map(attributes::of);
    let paths: BTreeSet<String> = [&was, &here, &there].into_iter().flat_map(|all| all.keys().cloned()).collect();
    let mut conflicts = Vec::new();
    let mut all = BTreeMap::new();
    for path in paths {
        let three = [was.remove(&path), here.remove(&path), there.remove(&path)];
        match choose(three).or_else(|three| decided(three, &path, choices)) {
            Ok(chosen) => all.extend(chosen.map(|attribute| (path, attribute))),
            Err([base, ours, theirs]) => {
                let [base, ours, theirs] = [base, ours, theirs].map(|side| side.map(Attribute::shown));
                conflicts.push(Conflict { path, base, ours, theirs });
            }
        }
    }
    let shapes = choose([&base.shape, &ours.shape, &theirs.shape]);
    match shapes.or_else(|three| decided(three, GEOMETRY, choices)) {
        Ok(shape) if conflicts.is_empty() => {
            Ok(attributes::together(base.layer(), base.code.clone(), shape.clone(), all))
        }
        Ok(_) => Err(conflicts),
        Err(shapes) => {
            let [base, ours, theirs] = shapes.map(|shape| written(&shape));
            conflicts.push(Conflict { path: GEOMETRY.to_owned(), base, ours, theirs });
            conflicts.sort_by(|a, b| a.path.cmp(&b.path));
            Err(conflicts)
        }
    }
}

/// Merges two versions of which either, or what they come from, may not be there: `None` is a feature that has ended or
/// was never made. Whoever ended what the other changed is in conflict, as are two that made one code each their way.
pub fn merge_states(
    base: Option<&Feature>,
    ours: Option<&Feature>,
    theirs: Option<&Feature>,
) -> Result<Option<Feature>, Vec<Conflict>> {
    merge_states_choosing(base, ours, theirs, &Choices::new())
}

/// The same, with what was decided of conflicts: that of the path [`FEATURE`] says which side's feature is there as a
/// whole, if any.
pub fn merge_states_choosing(
    base: Option<&Feature>,
    ours: Option<&Feature>,
    theirs: Option<&Feature>,
    choices: &Choices,
) -> Result<Option<Feature>, Vec<Conflict>> {
    if let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs) {
        return merge_choosing(base, ours, theirs, choices).map(Some);
    }
    match choose([base, ours, theirs]).or_else(|three| decided(three, FEATURE, choices)) {
        Ok(chosen) => Ok(chosen.cloned()),
        Err([base, ours, theirs]) => Err(vec![whole(base, ours, theirs)]),
    }
}

/// The one of three that both sides can be at peace with, or all three.
fn choose<T: PartialEq>([base, ours, theirs]: [T; 3]) -> Result<T, [T; 3]> {
    if ours == theirs || theirs == base {
        Ok(ours)
    } else if ours == base {
        Ok(theirs)
    } else {
        Err([base, ours, theirs])
    }
}

/// The side that a person has chosen, or all three.
fn decided<T>([base, ours, theirs]: [T; 3], path: &str, choices: &Choices) -> Result<T, [T; 3]> {
    match choices.get(path) {
        Some(Side::Ours) => Ok(ours),
        Some(Side::Theirs) => Ok(theirs),
        None => Err([base, ours, theirs]),
    }
}

fn whole(base: Option<&Feature>, ours: Option<&Feature>, theirs: Option<&Feature>) -> Conflict {
    let [base, ours, theirs] = [base, ours, theirs].map(|side| side.and_then(written));
    Conflict { path: FEATURE.to_owned(), base, ours, theirs }
}

/// Something as the record writes it.
pub(crate) fn written(what: &impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(what).ok()
}
