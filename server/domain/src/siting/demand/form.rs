//! When two briefs are forms of one.

use std::collections::BTreeSet;

use super::Subject;
use crate::siting::brief::Brief;

/// What a brief is recognised by when it is asked again otherwise: what its musts are about, whatever they ask of it.
///
/// What a party asks on one day in China is one brief as long as each form is a form of the same as the one before it, and
/// it counts once, by the last. Another amount makes no other brief, nor does a must more or less: two forms are of one brief
/// if at least half of all that their musts are about is common to both. A brief without musts is how any begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(BTreeSet<Subject>);

impl Form {
    /// The form of a brief.
    pub fn of(brief: &Brief) -> Self {
        Self(brief.musts().map(|(_, need)| Subject::of(need)).collect())
    }

    /// Whether both are forms of one brief.
    pub fn is_of_one_with(&self, other: &Self) -> bool {
        let common = self.0.intersection(&other.0).count();
        let all = self.0.len() + other.0.len() - common;
        self.0.is_empty() || other.0.is_empty() || 2 * common >= all
    }
}
