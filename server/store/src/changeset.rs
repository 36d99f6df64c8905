//! Where changes wait that are not in the record yet: [`ChangesetStore`], beside the record's store. Times are kept to the
//! microsecond.

use std::collections::BTreeMap;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::changeset::{Changeset, ChangesetId, Decision, Item, Refused, State};
use cloudsite_domain::record::{ChangeKind, Code, Layer};
use cloudsite_domain::validation::{Problem, Severity};
use jiff::Timestamp;

use crate::imports::OperationId;
use crate::{Commit, Committed, StoreError};

/// The problems of a validation that are kept; all are counted.
pub const MOST_PROBLEMS: usize = 10_000;

/// What the audit log says of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// In a word: `created`, `edited`, `approved`.
    pub did: &'static str,
    /// Who.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// What else there is to know.
    pub detail: BTreeMap<String, String>,
}

/// What a write does to the features of a changeset.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ItemChanges {
    /// Nothing.
    #[default]
    None,
    /// Puts some in, in place of those of the same layer and code, and takes some out.
    Some {
        /// To put in.
        puts: Vec<Item>,
        /// To take out.
        drops: Vec<(Layer, Code)>,
    },
    /// Has these and no others.
    All(Vec<Item>),
}

/// One write of a changeset: all of it, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangesetWrite {
    /// As it is to be; `version` is the one that the writer read. A number of 0 makes a new one.
    pub changeset: Changeset,
    /// What is in it.
    pub items: ItemChanges,
    /// What a validation found; `None` leaves what is kept, but an edit that takes the validation back removes it.
    pub problems: Option<Vec<Problem>>,
    /// What was decided by it.
    pub decision: Option<Decision>,
    /// For the audit log.
    pub deed: Deed,
    /// By what the caller of a new one knows it again: who, and which request.
    pub request: Option<String>,
}

impl ChangesetWrite {
    /// A write of the changeset alone.
    pub const fn of(changeset: Changeset, deed: Deed) -> Self {
        Self { changeset, items: ItemChanges::None, problems: None, decision: None, deed, request: None }
    }
}

/// Which features of a changeset are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Of this layer.
    pub layer: Option<Layer>,
    /// With this code.
    pub code: Option<Code>,
    /// To which this happens.
    pub kind: Option<ChangeKind>,
}

/// A feature of a changeset with how many problems it has.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedItem {
    /// The feature.
    pub item: Item,
    /// Kept problems of severity error.
    pub errors: u32,
    /// Kept problems of severity warning.
    pub warnings: u32,
}

/// Why a changeset could not be kept. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum ChangesetError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such changeset.
    #[error("there is no changeset {0}")]
    Unknown(ChangesetId),
    /// It has changed since the writer read it.
    #[error("the changeset has changed since: version {actual}, not {expected}")]
    Moved {
        /// The version that the writer read.
        expected: u64,
        /// The present version.
        actual: u64,
    },
    /// It cannot go on like this.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The operation that writes it is over: it was cancelled, or done already.
    #[error("operation {0} is over")]
    OperationOver(OperationId),
    /// As much is kept already as is taken.
    #[error("{0}")]
    Full(&'static str),
}

impl From<rusqlite::Error> for ChangesetError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Changesets. Calls block; what has returned is on disk.
pub trait ChangesetStore: Send + Sync {
    /// The changeset with a number.
    fn changeset(&self, id: ChangesetId) -> Result<Option<Changeset>, ChangesetError>;

    /// Changesets in any of `states` (all if there is none), those before a number, newest first, at most `most`.
    fn changesets(
        &self,
        states: &[State],
        before: Option<ChangesetId>,
        most: usize,
    ) -> Result<Vec<Changeset>, ChangesetError>;

    /// Writes a changeset and its event, and gives it with its number and its next version. Refused if it has another
    /// version than the writer read. A new one whose request is known gives the one that came of it.
    fn write_changeset(&self, write: ChangesetWrite) -> Result<Changeset, ChangesetError>;

    /// Writes one revision and, in the same transaction, that the changeset became it. The event is the revision's.
    fn publish_changeset(
        &self,
        commit: Commit,
        write: ChangesetWrite,
    ) -> Result<(Committed, Changeset), ChangesetError>;

    /// Deletes a changeset with all that is in it, if it still has that version.
    fn delete_changeset(&self, changeset: &Changeset, deed: &Deed) -> Result<(), ChangesetError>;

    /// Features by layer and code, `most` of them after the first `skip`.
    fn items(
        &self,
        id: ChangesetId,
        filter: &ItemFilter,
        skip: u64,
        most: usize,
    ) -> Result<Vec<ListedItem>, ChangesetError>;

    /// All features by layer and code.
    fn all_items(&self, id: ChangesetId) -> Result<Vec<Item>, ChangesetError>;

    /// The problems that are kept, in the order that they were given in, `most` of them after the first `skip`.
    fn problems(
        &self,
        id: ChangesetId,
        severity: Option<Severity>,
        feature: Option<(Layer, &Code)>,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Problem>, ChangesetError>;

    /// What was decided, oldest first.
    fn decisions(&self, id: ChangesetId) -> Result<Vec<Decision>, ChangesetError>;
}
