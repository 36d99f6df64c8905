//! Changesets: what is to become one revision of the record, or none, and the way it has to go.
//!
//! ```text
//! draft -> validated -> approved -> published
//!   ^          |            |
//!   +-- edit --+------------+        anything but published -> rejected
//! ```
//!
//! Whoever edited any of it may not approve it. An edit takes back what was decided before.

mod item;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use geo_types::Rect;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::identity::Principal;
use crate::record::Revision;
use crate::record::terms::terms;
use crate::validation::{Problem, Severity};

pub use item::{Item, bring};

/// The longest title and the longest reason, characters.
pub const LONGEST_TITLE: usize = 200;
/// See [`LONGEST_TITLE`].
pub const LONGEST_REASON: usize = 1_000;

/// A changeset's number, given by the store and never given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangesetId(pub u64);

impl std::fmt::Display for ChangesetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

terms! {
    /// Where a changeset is on its way.
    State, "state of a changeset";
    /// It is being edited, or has errors.
    Draft = "draft",
    /// It was checked and has no errors.
    Validated = "validated",
    /// Someone who edited nothing of it has approved it.
    Approved = "approved",
    /// It became a revision.
    Published = "published",
    /// It was turned down.
    Rejected = "rejected",
}

/// Who edits or decides: known by a key that stays, called by a name that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Stays the same whatever they are called.
    pub key: String,
    /// What revisions and the audit log call them.
    pub label: String,
}

impl From<&Principal> for Person {
    fn from(principal: &Principal) -> Self {
        let key = match principal {
            Principal::Visitor => "visitor".to_owned(),
            Principal::Operator => "operator".to_owned(),
            Principal::Member { id, .. } => format!("members/{id}"),
        };
        Self { key, label: principal.label() }
    }
}

/// What a validation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// When.
    pub at: Timestamp,
    /// The revision that it was checked against.
    pub revision: Revision,
    /// The day whose rules were applied.
    pub day: Date,
    /// Problems for which it must not be published.
    pub errors: u64,
    /// Problems that someone has to look at.
    pub warnings: u64,
    /// Problems that are worth knowing.
    pub notes: u64,
}

impl Validation {
    /// Counts problems.
    pub fn of(problems: &[Problem], at: Timestamp, revision: Revision, day: Date) -> Self {
        let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count() as u64;
        let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
        Self { at, revision, day, errors, warnings, notes }
    }
}

/// How many features are new, changed and gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Features that are new.
    pub created: u64,
    /// Features that change.
    pub updated: u64,
    /// Features that end.
    pub ended: u64,
}

impl Counts {
    /// All of them.
    pub const fn total(self) -> u64 {
        self.created + self.updated + self.ended
    }
}

/// Why a changeset cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its state does not allow it.
    #[error("it is {is} and cannot be {wanted}")]
    State {
        /// What it is.
        is: State,
        /// What it was to be.
        wanted: &'static str,
    },
    /// Whoever edited it may not approve it.
    #[error("{0} edited it, so someone else has to approve it")]
    TwoPersons(String),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
}

/// A changeset. Every transition consumes it and gives it as it is then, or says why not.
#[derive(Debug, Clone, PartialEq)]
pub struct Changeset {
    /// The changeset's number.
    pub id: ChangesetId,
    /// What it is for: the revision's message.
    pub title: String,
    /// What revisions and the audit log call whoever made it.
    pub author: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// Counts its writes; the store's.
    pub version: u64,
    /// The revision that it was begun on, or last rebased on.
    pub base: Revision,
    /// Where it is on its way.
    pub state: State,
    /// Who edited it: labels by key.
    pub editors: BTreeMap<String, String>,
    /// What the last validation found, if there was one since the last edit.
    pub validation: Option<Validation>,
    /// The revision that it became.
    pub published: Option<Revision>,
    /// How much there is in it; the store's.
    pub counts: Counts,
    /// Around all that it touches, canonical metres; the store's.
    pub bounds: Option<Rect>,
}

impl Changeset {
    fn refused(&self, wanted: &'static str) -> Refused {
        Refused::State { is: self.state, wanted }
    }

    const fn is_open(&self) -> bool {
        matches!(self.state, State::Draft | State::Validated | State::Approved)
    }

    /// Someone changed what is in it: it is a draft again.
    pub fn edited(mut self, by: &Person, at: Timestamp) -> Result<Self, Refused> {
        if !self.is_open() {
            return Err(self.refused("edited"));
        }
        self.editors.insert(by.key.clone(), by.label.clone());
        Ok(Self { state: State::Draft, validation: None, updated_at: at, ..self })
    }

    /// Someone brought it to a revision, which changes what is in it.
    pub fn rebased(self, by: &Person, onto: Revision, at: Timestamp) -> Result<Self, Refused> {
        if !self.is_open() {
            return Err(self.refused("rebased"));
        }
        Ok(Self { base: onto, ..self.edited(by, at)? })
    }

    /// It was checked. What has errors is a draft; what has none is validated, or stays approved.
    pub fn validated(self, validation: Validation) -> Result<Self, Refused> {
        if !self.is_open() {
            return Err(self.refused("validated"));
        }
        let state = match self.state {
            _ if validation.errors > 0 => State::Draft,
            State::Approved => State::Approved,
            _ => State::Validated,
        };
        Ok(Self { state, updated_at: validation.at, validation: Some(validation), ..self })
    }

    /// Someone who edited nothing of it takes it upon themselves.
    pub fn approved(self, by: &Person, at: Timestamp) -> Result<Self, Refused> {
        if self.state != State::Validated {
            return Err(self.refused("approved"));
        }
        if self.counts.total() == 0 {
            return Err(Refused::Empty);
        }
        if self.editors.contains_key(&by.key) {
            return Err(Refused::TwoPersons(by.label.clone()));
        }
        Ok(Self { state: State::Approved, updated_at: at, ..self })
    }

    /// It is turned down.
    pub fn rejected(self, at: Timestamp) -> Result<Self, Refused> {
        if !self.is_open() {
            return Err(self.refused("rejected"));
        }
        Ok(Self { state: State::Rejected, updated_at: at, ..self })
    }

    /// It became a revision.
    pub fn published(self, as_revision: Revision, at: Timestamp) -> Result<Self, Refused> {
        if self.state != State::Approved {
            return Err(self.refused("published"));
        }
        Ok(Self { state: State::Published, published: Some(as_revision), updated_at: at, ..self })
    }

    /// Refuses to delete what someone is about to decide, or has.
    pub fn check_deletable(&self) -> Result<(), Refused> {
        if matches!(self.state, State::Draft | State::Rejected) { Ok(()) } else { Err(self.refused("deleted")) }
    }
}

/// What someone decided of a changeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The state that it got by it.
    pub state: State,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: String,
}
