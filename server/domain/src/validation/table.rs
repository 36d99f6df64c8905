//! Rules of law and plan, as data: each with its days and its source.

use jiff::civil::Date;
use serde::Deserialize;

use super::Severity;
use crate::record::terms::terms;
use crate::record::{BuildingUse, LandUse, TenureKind};

terms! {
    /// What a rule bounds.
    Parameter, "parameter of a rule";
    /// The least or the greatest plot ratio that a plan may ask for.
    PlotRatio = "plot_ratio",
    /// For how many years land may be had.
    TenureYears = "tenure_years",
    /// How high a storey is at least, metres.
    StoreyHeight = "storey_height_m",
    /// A storey higher than the upper bound counts twice as floor area, metres.
    StoreyCountedOnce = "storey_counted_once_m",
    /// The least site-use coefficient (建筑系数): ground under buildings and yards over land area.
    SiteUse = "site_use",
    /// The fewest parking places for 100 m² of floor area.
    ParkingPlaces = "parking_places",
}

/// Where a rule is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The document, with its number.
    pub document: String,
    /// The article, where there is one.
    #[serde(default)]
    pub article: Option<String>,
}

impl std::fmt::Display for Basis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.article {
            Some(article) => write!(f, "{}, {article}", self.document),
            None => f.write_str(&self.document),
        }
    }
}

/// One rule: a bound on a parameter, what it applies to, and when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRule {
    /// The id that problems give.
    pub id: String,
    /// What it bounds.
    pub parameter: Parameter,
    /// Beginnings of the land-use codes that it applies to; any land use if there are none.
    #[serde(default)]
    pub land_use: Vec<String>,
    /// The use of buildings that it applies to, if it does so only where such stand.
    #[serde(default)]
    pub building_use: Option<BuildingUse>,
    /// The kind of tenure that it applies to; any if there is none.
    #[serde(default)]
    pub tenure: Option<TenureKind>,
    /// Beginnings of the GB/T 2260 codes of the regions that it applies in; everywhere if there are none.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Not less than.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// Not more than.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Its first day; it has always been if there is none.
    #[serde(default)]
    pub from: Option<Date>,
    /// Its last day; it still is if there is none.
    #[serde(default)]
    pub until: Option<Date>,
    /// Where it is written.
    pub source: Basis,
}

/// A code of an older classification and the one that took its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    /// The older code, such as `M1`.
    pub code: String,
    /// The code of this classification.
    pub now: LandUse,
}

/// One class of a classification of land use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its two digits.
    pub class: LandUse,
    /// Its groups of four digits; where there are none, any is taken.
    #[serde(default)]
    pub groups: Vec<LandUse>,
}

/// The codes of land use that are known from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    /// Its first day.
    pub from: Date,
    /// Where it is written.
    pub source: Basis,
    /// Its classes.
    pub classes: Vec<Class>,
    /// What codes of the classification before it have become.
    #[serde(default)]
    pub predecessors: Vec<Predecessor>,
}

impl Classification {
    /// Whether it has this code.
    pub fn knows(&self, code: &LandUse) -> bool {
        let code = code.as_str();
        let Some(class) = self.classes.iter().find(|class| code.starts_with(class.class.as_str())) else {
            return false;
        };
        code.len() == 2 || class.groups.is_empty() || class.groups.iter().any(|group| code.starts_with(group.as_str()))
    }

    /// What a code of the classification before it has become; of a finer code than is listed, what the wider one has.
    pub fn successor(&self, older: &str) -> Option<&LandUse> {
        let older = older.trim().to_ascii_uppercase();
        let known = self.predecessors.iter().filter(|predecessor| older.starts_with(&predecessor.code));
        known.max_by_key(|predecessor| predecessor.code.len()).map(|predecessor| &predecessor.now)
    }
}

/// What is asked of the table.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The day as of which is asked.
    pub day: Date,
    /// The region, by its code of GB/T 2260, if it is known.
    pub region: Option<&'a str>,
    /// The land use, if it is known.
    pub land_use: Option<&'a LandUse>,
    /// What stands or is to stand there, if it matters.
    pub building_use: Option<BuildingUse>,
    /// How the land is had, if it is known.
    pub tenure: Option<TenureKind>,
}

/// The rules and classifications of all days.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    rules: Vec<PlanRule>,
    classifications: Vec<Classification>,
}

/// A text that is no table of rules.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTable {
    /// It is not written as a table.
    #[error("the rule table cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Two rules of one name.
    #[error("the rule {0} stands in the table twice")]
    Repeated(String),
    /// A rule without a bound that can be met.
    #[error("the rule {0} has no bounds that can be met")]
    Boundless(String),
    /// A rule that ends before it begins.
    #[error("the rule {0} ends before it begins")]
    Never(String),
}

impl RuleTable {
    /// Reads a table from JSON.
    pub fn parse(text: &str) -> Result<Self, InvalidTable> {
        let table: Self = serde_json::from_str(text)?;
        for (index, rule) in table.rules.iter().enumerate() {
            let id = || rule.id.clone();
            if table.rules[..index].iter().any(|other| other.id == rule.id) {
                return Err(InvalidTable::Repeated(id()));
            }
            let meetable = match (rule.at_least, rule.at_most) {
                (None, None) => false,
                (Some(least), Some(most)) => least <= most,
                _ => true,
            };
            if !meetable {
                return Err(InvalidTable::Boundless(id()));
            }
            if rule.until.is_some_and(|until| rule.from.is_some_and(|from| until < from)) {
                return Err(InvalidTable::Never(id()));
            }
        }
        Ok(table)
    }

    /// All rules.
    pub fn rules(&self) -> &[PlanRule] {
        &self.rules
    }

    /// The rule on a parameter that applies: of several the one for what stands there, then the one for the narrowest land
    /// use, then the one for a region, then the youngest.
    pub fn rule(&self, parameter: Parameter, situation: &Situation<'_>) -> Option<&PlanRule> {
        let applying = self.rules.iter().filter(|rule| rule.parameter == parameter);
        let ranked = applying.filter_map(|rule| Some((rule.rank(situation)?, rule)));
        ranked.max_by_key(|(rank, _)| *rank).map(|(_, rule)| rule)
    }

    /// The classification of land use on a day.
    pub fn classification(&self, day: Date) -> Option<&Classification> {
        self.classifications.iter().filter(|each| each.from <= day).max_by_key(|each| each.from)
    }
}

impl PlanRule {
    /// How closely it fits, or `None` if it does not apply.
    fn rank(&self, situation: &Situation<'_>) -> Option<(bool, usize, bool, Option<Date>)> {
        let in_force =
            self.from.is_none_or(|from| from <= situation.day) && self.until.is_none_or(|until| situation.day <= until);
        let here = self.regions.is_empty()
            || situation
                .region
                .is_some_and(|region| self.regions.iter().any(|beginning| region.starts_with(beginning)));
        let built = self.building_use.is_none() || self.building_use == situation.building_use;
        let had = self.tenure.is_none() || self.tenure == situation.tenure;
        if !(in_force && here && built && had) {
            return None;
        }
        let digits = if self.land_use.is_empty() {
            0
        } else {
            let code = situation.land_use?.as_str();
            self.land_use.iter().filter(|beginning| code.starts_with(beginning.as_str())).map(String::len).max()?
        };
        Some((self.building_use.is_some(), digits, !self.regions.is_empty(), self.from))
    }
}
