//! What is wrong with features that are to go into the record, all at once: their shapes, their neighbours, what the plan
//! allows, and their days.
//!
//! Rules that come from law or plan stand in a [`RuleTable`] with their days and sources; a validation as of a day uses
//! those in force on it. What is found is in the order of the features, and for each in the order of the checks.

mod buildings;
mod dates;
mod neighbours;
mod planning;
mod problem;
mod table;
#[cfg(test)]
mod tests;
mod topology;
mod values;
mod zone;

use std::collections::{BTreeSet, HashMap};

use geo_types::Rect;
use jiff::civil::Date;

use crate::record::{Body, Building, Code, Feature, Layer};

pub use problem::{Fix, Problem, Severity};
pub use table::{Basis, Class, Classification, InvalidTable, Parameter, PlanRule, Predecessor, RuleTable, Situation};

/// The present record, as far as a validation asks for it.
pub trait Neighbours {
    /// The features of a layer whose bounding box touches `bounds`, canonical metres.
    fn near(&self, layer: Layer, bounds: Rect) -> Vec<&Feature>;

    /// The feature of a layer with this code.
    fn find(&self, layer: Layer, code: &Code) -> Option<&Feature>;
}

/// An empty record.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNeighbours;

impl Neighbours for NoNeighbours {
    fn near(&self, _: Layer, _: Rect) -> Vec<&Feature> {
        Vec::new()
    }

    fn find(&self, _: Layer, _: &Code) -> Option<&Feature> {
        None
    }
}

/// What a validation goes by.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The rules of law and plan.
    pub rules: &'a RuleTable,
    /// The day as of which is asked.
    pub day: Date,
    /// The region that the park lies in, by its code of GB/T 2260; rules of other regions do not count.
    pub region: Option<&'a str>,
    /// What is nearer is the same place, metres.
    pub tolerance_m: f64,
    /// What is farther apart is no gap by mistake, metres.
    pub widest_gap_m: f64,
}

impl<'a> Context<'a> {
    /// The context of a day, with a tolerance of 5 mm and gaps of up to half a metre.
    pub const fn of(rules: &'a RuleTable, day: Date) -> Self {
        Self { rules, day, region: None, tolerance_m: 0.005, widest_gap_m: 0.5 }
    }
}

/// What is to go into the record.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// New and changed features.
    pub puts: &'a [Feature],
    /// Features that end.
    pub ends: &'a [(Layer, Code)],
}

/// All that is wrong with a submission to a record.
pub fn validate(submission: Submission<'_>, record: &dyn Neighbours, context: &Context<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let merged = Merged::of(submission, record);
    let parcels = neighbours::Parcels::of(&merged);
    let mut zones = zone::Zones::of(&merged);
    for (index, feature) in submission.puts.iter().enumerate() {
        if merged.place.get(&(feature.layer(), &feature.code)) != Some(&index) {
            problems.push(repeated(feature));
        }
        topology::check(feature, context, &mut problems);
        match &feature.body {
            Body::Parcel(parcel) => {
                parcels.check(index, context, &mut problems);
                zones.check(feature, parcel, context, &mut problems);
                values::check(feature, parcel, &mut problems);
                planning::check(feature, parcel, &merged, context, &mut problems);
                dates::parcel(feature, parcel, context, &mut problems);
            }
            Body::Building(building) => {
                buildings::check(feature, building, &merged, context, &mut problems);
                dates::building(feature, building, context, &mut problems);
            }
            _ => {}
        }
    }
    problems
}

fn repeated(feature: &Feature) -> Problem {
    let message = format!("the code {} stands here twice in the layer {}", feature.code, feature.layer());
    Problem::error("code.unique", feature, message).in_field("code")
}

/// The record as it will be.
struct Merged<'a> {
    puts: &'a [Feature],
    /// The first of each code in `puts`.
    place: HashMap<(Layer, &'a Code), usize>,
    /// The buildings in `puts`, by the parcel that they name.
    built: HashMap<&'a Code, Vec<usize>>,
    ends: BTreeSet<(Layer, &'a Code)>,
    record: &'a dyn Neighbours,
}

impl<'a> Merged<'a> {
    fn of(submission: Submission<'a>, record: &'a dyn Neighbours) -> Self {
        let mut place = HashMap::with_capacity(submission.puts.len());
        let mut built: HashMap<&Code, Vec<usize>> = HashMap::new();
        for (index, feature) in submission.puts.iter().enumerate() {
            place.entry((feature.layer(), &feature.code)).or_insert(index);
            if let Body::Building(Building { parcel: Some(parcel), .. }) = &feature.body {
                built.entry(parcel).or_default().push(index);
            }
        }
        let ends = submission.ends.iter().map(|(layer, code)| (*layer, code)).collect();
        Self { puts: submission.puts, place, built, ends, record }
    }

    fn find(&self, layer: Layer, code: &Code) -> Option<&'a Feature> {
        if let Some(index) = self.place.get(&(layer, code)) {
            return Some(&self.puts[*index]);
        }
        self.record.find(layer, code).filter(|_| !self.ends.contains(&(layer, code)))
    }

    /// Features of the present record that stay as they are.
    fn kept_near(&self, layer: Layer, bounds: Rect) -> Vec<&'a Feature> {
        let mut near = self.record.near(layer, bounds);
        near.retain(|feature| {
            let key = (layer, &feature.code);
            !self.place.contains_key(&key) && !self.ends.contains(&key)
        });
        near
    }
}
