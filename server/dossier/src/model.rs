//! What a dossier says, in no language: the JSON that programs read.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::travel::{Destination, Travel};
use crate::variant::Variant;

/// Names by the tags of their languages.
pub type Names = BTreeMap<String, String>;

/// A site selection as of a revision, for one who asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// The park that it is about.
    pub park: ParkSheet,
    /// What the project is called by who asked; empty without.
    #[serde(default)]
    pub project: String,
    /// The revision of the record that everything was computed at.
    pub revision: u64,
    /// The day that supplies are looked at on.
    pub day: Date,
    /// The day that it was made.
    pub made_on: Date,
    /// The disclosure tier of who asked: a value that it is not given counts as unknown.
    pub tier: String,
    /// What is asked.
    pub brief: Vec<Criterion>,
    /// How many places stand how.
    pub counts: Counts,
    /// The points of a place that is all that is wished; 0 if nothing is.
    pub full_points: u64,
    /// The first places in order.
    pub ranking: Vec<Ranked>,
    /// The places that are described, as they were asked for.
    pub places: Vec<Place>,
    /// What each must costs.
    pub relaxations: Vec<Relaxation>,
    /// Between which weights the first place stays first.
    pub intervals: Vec<Interval>,
    /// How often places come first when weights are drawn at random.
    pub shares: Vec<Share>,
    /// In which order other methods put the first places.
    #[serde(default)]
    pub opinions: Vec<Opinion>,
    /// Adjacent parcels that together are what none of them is alone, the best first.
    #[serde(default)]
    pub assemblies: Vec<Assembly>,
    /// Joined parcels that are described, as they were asked for, however they stand.
    #[serde(default)]
    pub described_assemblies: Vec<Assembly>,
    /// Whether there were too many sets of parcels to look at all.
    #[serde(default)]
    pub assemblies_cut_short: bool,
    /// Floors that can be let; none where nothing is asked that only floors have.
    #[serde(default)]
    pub floors: Option<Floors>,
    /// Floors that are described, as they were asked for, however they stand; of rank 0 are those that are not among the first.
    #[serde(default)]
    pub described_floors: Vec<Floor>,
    /// What the minutes of routes are computed with; none where there are no routes.
    #[serde(default)]
    pub travel: Option<Travel>,
}

/// The park.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkSheet {
    /// Its names.
    pub names: Names,
    /// Whether everything in it is invented.
    pub synthetic: bool,
    /// What a reader has to be told.
    #[serde(default)]
    pub notice: Names,
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// How much it counts.
    #[serde(flatten)]
    pub role: Role,
    /// What it is.
    pub ask: Ask,
    /// Whom to ask where nobody has said it.
    #[serde(default)]
    pub knows: Knows,
}

/// Who knows a thing, by the words of authorities; empty where that is not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knows {
    /// Of land.
    pub land: String,
    /// Of a floor.
    pub floor: String,
}

/// How much something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// Without it a place is of no use.
    Must,
    /// The more of it the better.
    Wish {
        /// Against the other wishes.
        weight: u32,
    },
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ask {
    /// An amount: within bounds if it is a must, between what is worth nothing and all if it is a wish.
    Amount {
        /// Of what, by its word on the wire.
        quantity: String,
        /// Its unit; empty for a ratio.
        unit: String,
        /// At least so much.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// At most so much.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
        /// What is worth nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        none: Option<f64>,
        /// What is worth all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        full: Option<f64>,
        /// On which day, if not the brief's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Date>,
    },
    /// One of some words.
    Word {
        /// For what, by its word on the wire.
        quality: String,
        /// The words.
        among: Vec<String>,
    },
    /// Room for a building.
    Footprint {
        /// One side, metres.
        width_m: f64,
        /// The other side, metres.
        depth_m: f64,
    },
    /// A supply that rises in steps.
    Ramp {
        /// Of what, by its word on the wire.
        quantity: String,
        /// Its unit.
        unit: String,
        /// The earliest first.
        steps: Vec<RampStep>,
    },
}

/// So much from a day on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RampStep {
    /// At least so much.
    pub min: f64,
    /// From which day on, if not the brief's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
}

/// How many places stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// They pass every must.
    pub suits: u32,
    /// They fail none, and leave some unknown.
    pub open: u32,
    /// They fail at least one.
    pub fails: u32,
    /// They fail nothing that can be looked up, and a building was not tried on them: counted with none of the above.
    #[serde(default)]
    pub untried: u32,
}

/// How a place stands to the musts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It passes all.
    Suits,
    /// It fails none, and of some nobody knows.
    Open,
    /// It fails at least one.
    Fails,
}

/// A place in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Its code.
    pub parcel: String,
    /// 1 for the first.
    pub rank: u32,
    /// How it stands.
    pub standing: Standing,
    /// Its points.
    pub points: u64,
    /// Its points if all that is unknown were as wished.
    pub possible_points: u64,
}

/// A place that is described.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Where it stands.
    #[serde(flatten)]
    pub ranked: Ranked,
    /// Its names.
    pub names: Names,
    /// The zone that it lies in; none if the record knows of none.
    pub zone: Option<ZoneSheet>,
    /// What the record says of it.
    pub facts: Vec<Fact>,
    /// What is supplied to it; empty if the record says nothing.
    pub supplies: Vec<Supply>,
    /// Supplies of which the record does not say whether there are any.
    #[serde(default)]
    pub untold: Vec<Untold>,
    /// To each criterion, in the order of the brief.
    pub answers: Vec<Answer>,
    /// The must that it meets most narrowly, by its place in the brief.
    pub binding: Option<usize>,
    /// What it would take for it to be the first.
    #[serde(flatten)]
    pub winning: Winning,
    /// How one gets from it to places that matter.
    #[serde(default)]
    pub routes: Vec<Destination>,
    /// Factories that whoever asks keeps on it.
    #[serde(default)]
    pub variants: Vec<Variant>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZoneSheet {
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Names,
    /// Its kind; empty if it is not known.
    pub kind: String,
}

/// Who said something, when, and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// By name; empty where who asks is not told.
    pub source: String,
    /// As of which day.
    pub as_of: Date,
    /// `high`, `medium`, `low`; empty where nobody says.
    #[serde(default)]
    pub confidence: String,
}

/// What the record says of one field of a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The field, by its word.
    pub field: String,
    /// What it is.
    pub value: FactValue,
    /// Who says so, or whom to ask; none where nobody is named.
    pub said: Option<Said>,
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactValue {
    /// Nobody knows, or who asks is not told.
    Unknown,
    /// So much.
    Amount(Amount),
    /// Between bounds.
    Range {
        /// At least.
        min: Option<f64>,
        /// At most.
        max: Option<f64>,
    },
    /// A word of a vocabulary.
    Word(String),
    /// Distances to be kept: front, side, rear, metres.
    Setbacks([f64; 3]),
    /// For so many years, and how.
    Tenure {
        /// Kind of tenure.
        kind: String,
        /// For how long.
        years: u32,
    },
}

/// An amount with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// How much.
    pub value: f64,
    /// In which unit; empty for a ratio.
    pub unit: String,
}

/// What is supplied from a day on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supply {
    /// Of what.
    pub kind: String,
    /// How much; none where that is not known.
    pub capacity: Option<Amount>,
    /// From which day; none where it is there already.
    pub from: Option<Date>,
    /// Who says so.
    pub said: Said,
}

/// A supply that the record does not speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Of what.
    pub kind: String,
    /// Who knows, by the word of the authority.
    pub knows: String,
}

/// Whether a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Pass,
    /// It is not.
    Fail,
    /// Nobody knows: never a pass.
    Unknown,
}

/// What is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing.
    Unknown,
    /// So much, in the criterion's unit.
    Amount(f64),
    /// Of parcels together: at least so much, and at most so much where that is known.
    Between {
        /// At least.
        from: f64,
        /// At most; none where nobody knows.
        to: Option<f64>,
    },
    /// This.
    Word(String),
}

/// What is found of a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it is met; of a wish, whether anything is known.
    pub verdict: Verdict,
    /// What the record says.
    pub value: Value,
    /// How far within its nearest bound, in its unit; negative outside.
    pub margin: Option<f64>,
    /// The day from which there is enough; none if none is promised.
    pub from: Option<Date>,
    /// Points of a wish.
    pub points: u64,
    /// Who says so, or whom to ask.
    pub said: Option<Said>,
    /// Of a footprint that has room: its corners, east and north, EPSG:4549, metres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placement: Vec<[f64; 2]>,
    /// Of a ramp: what is found of each step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepAnswer>,
    /// Of a ramp: the step that binds, whose value, margin, day and source these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Of a footprint of which it is not known whether it has room, what would have to be: as `Answer` of the service says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lacking: String,
}

/// What is found of a step of a ramp.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepAnswer {
    /// Whether it is met.
    pub verdict: Verdict,
    /// What the record says.
    pub value: Value,
    /// The day from which there is enough; none if none is promised.
    pub from: Option<Date>,
    /// Who says so, or whom to ask.
    pub said: Option<Said>,
}

/// What it would take for a place to be the first that is not, once it passes every must by the least that does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Winning {
    /// Each by itself, the smallest first, or all of them.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Whether it takes all of them.
    #[serde(default)]
    pub together: bool,
    /// Whether passing every must is enough; of a place that suits, that it is the first.
    #[serde(default)]
    pub musts_suffice: bool,
}

/// A change that would make a place the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The wish, by its place in the brief.
    pub criterion: usize,
    /// The amount that it would have to be; none where it would have to be one of the wished words.
    pub to: Option<f64>,
}

/// What a must costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relaxation {
    /// The must, by its place in the brief.
    pub criterion: usize,
    /// Places that fail it and nothing else.
    pub alone: u32,
    /// Places that leave it unknown and are open for no other reason.
    pub unknown: u32,
    /// How far it would have to give way for how many.
    pub steps: Vec<Step>,
}

/// A must that gives way so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What is asked instead.
    #[serde(flatten)]
    pub to: Instead,
    /// Places that would suit besides.
    pub opens: u32,
    /// Whether it may be more: footprints were not tried on all that come into question.
    #[serde(default)]
    pub opens_at_least: bool,
}

/// What is asked instead of what a must asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instead {
    /// The bound instead of the one that is asked.
    Bound(f64),
    /// A word that would do, too.
    Word(String),
    /// A building of so much of both sides, less than 1.
    Part(f64),
}

/// Between which weights of a wish the first place stays first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The wish, by its place in the brief.
    pub criterion: usize,
    /// The lowest weight.
    pub from: f64,
    /// The highest; none if it can be as high as may be.
    pub to: Option<f64>,
}

/// How often a place comes first when weights are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The place's code.
    pub parcel: String,
    /// Draws of a thousand in which it comes first.
    pub first: u32,
}

/// In which order a method other than the score puts places. Such methods compare places with each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// `topsis`, `vikor` or `promethee_ii`.
    pub method: String,
    /// Codes of the first places, the best first.
    pub parcels: Vec<String>,
}

/// Adjacent parcels, joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assembly {
    /// Their codes.
    pub parcels: Vec<String>,
    /// Together, square metres.
    pub area_m2: f64,
    /// How they stand together; only of those that are described that they fail.
    pub standing: Standing,
    /// Points that they have for sure.
    pub points: u64,
    /// Points if all that is unknown were as wished.
    pub possible_points: u64,
    /// To each criterion, in the order of the brief.
    pub answers: Vec<Answer>,
    /// The must that they meet most narrowly, by its place in the brief.
    #[serde(default)]
    pub binding: Option<usize>,
    /// What it would take for them to come before the first parcel.
    #[serde(flatten)]
    pub winning: Winning,
}

/// What the brief comes to of floors that can be let.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Floors {
    /// How many stand how.
    pub counts: Counts,
    /// The first ones in order; none of them fails.
    pub ranking: Vec<Floor>,
}

/// A floor or unit of a building that can be let. It answers for itself, and its parcel only for the zone and the land use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Code of its building.
    pub building: String,
    /// The storey, counted from 1 at the ground, negative below it; none where the whole building is meant.
    pub floor: Option<i32>,
    /// The unit on that floor; empty where it is not divided.
    pub unit: String,
    /// Floor area, m².
    pub area_m2: f64,
    /// The day from which it is free; none if it is free already.
    pub from: Option<Date>,
    /// Where it stands among the floors, with the parcel that its building stands on; that is empty where nobody is told.
    #[serde(flatten)]
    pub ranked: Ranked,
    /// To each criterion, in the order of the brief.
    pub answers: Vec<Answer>,
    /// As of a place.
    pub binding: Option<usize>,
    /// What it would take for it to be the first.
    #[serde(flatten)]
    pub winning: Winning,
}
