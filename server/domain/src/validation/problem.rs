//! One thing that is wrong, with its place and what would mend it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::geometry::Place;
use crate::record::terms::terms;
use crate::record::{Code, Feature, Layer};

terms! {
    /// How bad a problem is.
    Severity, "severity";
    /// It must not be published.
    Error = "error",
    /// Someone has to look at it.
    Warning = "warning",
    /// Worth knowing.
    Note = "note",
}

/// What would mend a problem; proposed, never done by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Fix {
    /// Another value for a field, called as an import calls it and written as it takes it.
    SetField {
        /// The field.
        field: Cow<'static, str>,
        /// The value.
        value: String,
    },
    /// A vertex goes elsewhere, canonical metres.
    MoveVertex {
        /// The part of the area.
        part: usize,
        /// The ring of the part.
        ring: usize,
        /// The vertex of the ring.
        vertex: usize,
        /// The new easting.
        x: f64,
        /// The new northing.
        y: f64,
    },
    /// A vertex goes.
    RemoveVertex {
        /// The part of the area.
        part: usize,
        /// The ring of the part.
        ring: usize,
        /// The vertex of the ring.
        vertex: usize,
    },
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetField { field, value } => write!(f, "set {field} to {value}"),
            Self::MoveVertex { part, ring, vertex, x, y } => {
                write!(f, "move vertex {vertex} of part {part}, ring {ring} to ({x}, {y})")
            }
            Self::RemoveVertex { part, ring, vertex } => {
                write!(f, "remove vertex {vertex} of part {part}, ring {ring}")
            }
        }
    }
}

/// Something wrong with a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The rule that it breaks; of a rule in the table, that rule's id.
    pub rule: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// The feature's layer.
    pub layer: Layer,
    /// The feature's code.
    pub code: Code,
    /// The field, called as an import calls it, if it is one field.
    pub field: Option<Cow<'static, str>>,
    /// Where in the shape, if it is at one place. Canonical metres.
    pub place: Option<Place>,
    /// The other feature, if it takes two.
    pub other: Option<(Layer, Code)>,
    /// What is wrong, in a sentence; with the rule's source if it comes from the table.
    pub message: String,
    /// What would mend it.
    pub fix: Option<Fix>,
}

impl Problem {
    pub(super) fn new(
        rule: impl Into<Cow<'static, str>>,
        severity: Severity,
        feature: &Feature,
        message: String,
    ) -> Self {
        Self {
            rule: rule.into(),
            severity,
            layer: feature.layer(),
            code: feature.code.clone(),
            field: None,
            place: None,
            other: None,
            message,
            fix: None,
        }
    }

    pub(super) fn error(rule: &'static str, feature: &Feature, message: String) -> Self {
        Self::new(rule, Severity::Error, feature, message)
    }

    pub(super) fn warning(rule: &'static str, feature: &Feature, message: String) -> Self {
        Self::new(rule, Severity::Warning, feature, message)
    }

    pub(super) fn note(rule: &'static str, feature: &Feature, message: String) -> Self {
        Self::new(rule, Severity::Note, feature, message)
    }

    pub(super) fn in_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(super) const fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn with(mut self, other: &Feature) -> Self {
        self.other = Some((other.layer(), other.code.clone()));
        self
    }

    pub(super) fn mended_by(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Mended by another value of the field that it is in.
    pub(super) fn mended_with(mut self, value: impl fmt::Display) -> Self {
        self.fix = self.field.clone().map(|field| Fix::SetField { field, value: value.to_string() });
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {} [{}] {}", self.layer, self.code, self.severity, self.rule, self.message)?;
        if let Some(Place { part, ring, vertex, at }) = self.place {
            write!(f, " at part {part}, ring {ring}, vertex {vertex}, coordinate ({:.3}, {:.3})", at.x, at.y)?;
        }
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}
