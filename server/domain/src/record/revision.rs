//! Revisions: the record's own time, counted without a gap.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Code, FeatureId, Layer};

/// A revision of the record. 0 is the empty record before the first write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is known of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionEntry {
    /// The revision.
    pub revision: Revision,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: String,
    /// Why.
    pub message: String,
}

/// What happened to a feature in a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChangeKind {
    /// It was not there before.
    Created,
    /// It says or looks something else now.
    Updated,
    /// It is there no longer.
    Ended,
}

/// A feature's change in a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// In which revision.
    pub revision: Revision,
    /// What happened.
    pub kind: ChangeKind,
    /// The feature's layer.
    pub layer: Layer,
    /// The feature's code.
    pub code: Code,
    /// The feature's id.
    pub id: FeatureId,
}
