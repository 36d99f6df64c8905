//! Why a file is refused: every reason, each with the feature and the place.

use std::fmt;

use cloudsite_domain::geometry::Place;

/// How many problems a refusal keeps; further ones are counted.
pub(crate) const MOST_PROBLEMS: usize = 1_000;

/// One reason to refuse a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImportProblem {
    /// The feature's code or number in the file; empty if it is the file as a whole.
    pub(crate) feature: String,
    /// Stable id of the rule, e.g. `geometry.ring_simple`.
    pub(crate) rule: String,
    /// What is wrong, for a person.
    pub(crate) message: String,
    /// The field concerned; empty if none is.
    pub(crate) field: String,
    /// Where in the geometry, with the coordinate in the file's own coordinate reference system.
    pub(crate) place: Option<Place>,
}

impl ImportProblem {
    /// A problem of the file as a whole.
    pub(crate) fn of_file(rule: &str, message: impl ToString) -> Self {
        Self::of_feature("", rule, message)
    }

    /// A problem of one feature.
    pub(crate) fn of_feature(feature: &str, rule: &str, message: impl ToString) -> Self {
        Self {
            feature: feature.to_owned(),
            rule: rule.to_owned(),
            message: message.to_string(),
            field: String::new(),
            place: None,
        }
    }

    /// The same problem, said of a field.
    #[must_use]
    pub(crate) fn in_field(mut self, field: &str) -> Self {
        field.clone_into(&mut self.field);
        self
    }

    /// The same problem, said of a place.
    #[must_use]
    pub(crate) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let feature = if self.feature.is_empty() { "the file" } else { &self.feature };
        write!(f, "{feature}: ")?;
        if !self.field.is_empty() {
            write!(f, "field {}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        if let Some(Place { part, ring, vertex, at }) = self.place {
            write!(f, " at part {part}, ring {ring}, vertex {vertex}, coordinate ({}, {})", at.x, at.y)?;
        }
        write!(f, " [{}]", self.rule)
    }
}

/// A file that is refused as a whole, with the reasons.
#[derive(Debug, Clone, Default, PartialEq, thiserror::Error)]
#[error("the file is refused: {count} problem{}", if *count == 1 { "" } else { "s" })]
pub(crate) struct Refusal {
    /// The first [`MOST_PROBLEMS`] reasons, in the file's order.
    pub(crate) problems: Vec<ImportProblem>,
    /// How many there are altogether.
    pub(crate) count: u64,
}

impl Refusal {
    /// Adds a reason.
    pub(crate) fn push(&mut self, problem: ImportProblem) {
        self.count += 1;
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// `Err(self)` if there is any reason.
    pub(crate) fn unless_empty<T>(self, value: T) -> Result<T, Self> {
        if self.count == 0 { Ok(value) } else { Err(self) }
    }
}

impl From<ImportProblem> for Refusal {
    fn from(problem: ImportProblem) -> Self {
        Self { problems: vec![problem], count: 1 }
    }
}

impl Extend<ImportProblem> for Refusal {
    fn extend<T: IntoIterator<Item = ImportProblem>>(&mut self, problems: T) {
        for problem in problems {
            self.push(problem);
        }
    }
}
