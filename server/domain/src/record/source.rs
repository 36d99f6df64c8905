//! Who says so: the source, the date and the confidence of a parcel's values.
//!
//! One plan is the source of many values, so a parcel keeps each source once, with the fields that it speaks of. Prices
//! and supplies keep theirs themselves, as each of a series may have another.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::terms::terms;

terms! {
    /// How sure a value is.
    Confidence, "confidence";
    /// Signed, published or measured.
    High = "high",
    /// Said by those who should know.
    Medium = "medium",
    /// Estimated, or taken from something older.
    Low = "low",
}

terms! {
    /// A field of a parcel whose source is kept.
    SourcedField, "field with a source";
    /// Whether it can be had.
    Status = "status",
    /// What has to happen before it can be had.
    Acquisition = "acquisition",
    /// Its planned use.
    LandUse = "land_use",
    /// Plot ratio, both bounds.
    PlotRatio = "plot_ratio",
    /// Site coverage, both bounds.
    SiteCoverage = "site_coverage",
    /// Green ratio, both bounds.
    GreenRatio = "green_ratio",
    /// Height limit.
    HeightLimit = "height_limit_m",
    /// Setbacks, all three.
    Setbacks = "setbacks",
    /// Tenure, kind and years.
    Tenure = "tenure",
    /// Vibration of the ground.
    Vibration = "vibration_um_per_s",
    /// The most dangerous goods that may be stored.
    HazardClass = "hazard_class",
}

/// Who said something, when, and how sure it is. A source without a value is one that says: unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Who says so: a document, an office.
    pub source: String,
    /// As of which day.
    pub as_of: Date,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// A source with the fields that it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// The fields, in the order of [`SourcedField::ALL`].
    pub fields: Vec<SourcedField>,
    /// What is said of them.
    #[serde(flatten)]
    pub source: Source,
}

/// The sources of a parcel's values. Each field has at most one; each source stands once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<SourceEntry>", into = "Vec<SourceEntry>")]
pub struct Sources(Vec<SourceEntry>);

/// Two sources for one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the field {0} has two sources")]
pub struct TwoSources(pub SourcedField);

impl Sources {
    /// No source for anything.
    pub const NONE: Self = Self(Vec::new());

    /// The source of a field.
    pub fn of(&self, field: SourcedField) -> Option<&Source> {
        self.0.iter().find(|entry| entry.fields.contains(&field)).map(|entry| &entry.source)
    }

    /// Gives a field a source, in place of the one it had.
    pub fn set(&mut self, field: SourcedField, source: Source) {
        self.forget(field);
        match self.0.iter_mut().find(|entry| entry.source == source) {
            Some(entry) => entry.fields.push(field),
            None => self.0.push(SourceEntry { fields: vec![field], source }),
        }
        self.settle();
    }

    /// Takes a field's source away.
    pub fn forget(&mut self, field: SourcedField) {
        for entry in &mut self.0 {
            entry.fields.retain(|other| *other != field);
        }
        self.settle();
    }

    /// Each source with its fields, by the first of them.
    pub fn entries(&self) -> &[SourceEntry] {
        &self.0
    }

    /// Whether nothing has a source.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one order in which equal sources are equal.
    fn settle(&mut self) {
        self.0.retain(|entry| !entry.fields.is_empty());
        self.0.iter_mut().for_each(|entry| entry.fields.sort_unstable());
        self.0.sort_unstable_by(|a, b| a.fields.cmp(&b.fields));
    }
}

impl TryFrom<Vec<SourceEntry>> for Sources {
    type Error = TwoSources;

    fn try_from(entries: Vec<SourceEntry>) -> Result<Self, TwoSources> {
        let mut all = Self::default();
        for SourceEntry { fields, source } in entries {
            for field in fields {
                if all.of(field).is_some() {
                    return Err(TwoSources(field));
                }
                all.set(field, source.clone());
            }
        }
        Ok(all)
    }
}

impl From<Sources> for Vec<SourceEntry> {
    fn from(sources: Sources) -> Self {
        sources.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn source(name: &str) -> Source {
        Source { source: name.to_owned(), as_of: date(2026, 1, 1), confidence: Some(Confidence::High) }
    }

    #[test]
    fn a_source_stands_once_however_many_fields_it_has() {
        let mut one = Sources::default();
        one.set(SourcedField::PlotRatio, source("Plan"));
        one.set(SourcedField::Status, source("Office"));
        one.set(SourcedField::HeightLimit, source("Plan"));
        let mut other = Sources::default();
        for field in [SourcedField::HeightLimit, SourcedField::PlotRatio] {
            other.set(field, source("Plan"));
        }
        other.set(SourcedField::Status, source("Plan"));
        other.set(SourcedField::Status, source("Office"));
        assert_eq!(one, other, "the order of writing leaves no trace");
        assert_eq!(one.of(SourcedField::Status), Some(&source("Office")));
        assert_eq!(one.of(SourcedField::Tenure), None);
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(
            text,
            r#"[{"fields":["status"],"source":"Office","as_of":"2026-01-01","confidence":"high"},"#.to_owned()
                + r#"{"fields":["plot_ratio","height_limit_m"],"source":"Plan","as_of":"2026-01-01","confidence":"high"}]"#
        );
        assert_eq!(serde_json::from_str::<Sources>(&text).unwrap(), one);
        one.forget(SourcedField::Status);
        assert_eq!(one.entries().len(), 1);
    }

    #[test]
    fn two_sources_for_one_field_are_refused() {
        let text = r#"[{"fields":["status"],"source":"A","as_of":"2026-01-01"},
            {"fields":["tenure","status"],"source":"B","as_of":"2026-01-02"}]"#;
        let error = serde_json::from_str::<Sources>(text).unwrap_err().to_string();
        assert!(error.contains("the field status has two sources"), "{error}");
    }
}
