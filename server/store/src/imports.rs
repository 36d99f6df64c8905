//! What an import into a changeset needs to outlive its connection and its process: uploads, operations and the mappings
//! of columns that were kept, in [`ImportStore`]. An upload's bytes are not kept here.

use std::collections::BTreeMap;

use cloudsite_domain::changeset::{Changeset, ChangesetId, Person};
use cloudsite_domain::record::{Layer, UnknownTerm};
use jiff::Timestamp;

use crate::changeset::{ChangesetError, ChangesetWrite};

/// The mappings that are kept; the ones not used for longest go.
pub const MOST_MAPPINGS: usize = 200;

/// An upload's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub u64);

/// An operation's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u64);

impl std::fmt::Display for OperationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A file that is being uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The upload's number.
    pub id: UploadId,
    /// Whose it is, by key.
    pub owner: String,
    /// The file's name.
    pub file_name: String,
    /// How large it is to be, bytes.
    pub size_bytes: u64,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// An upload to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// Whose it is, by key.
    pub owner: String,
    /// The file's name.
    pub file_name: String,
    /// How large it is to be, bytes.
    pub size_bytes: u64,
    /// When it is forgotten.
    pub expires_at: Timestamp,
    /// By what its owner knows it again.
    pub request: Option<String>,
}

/// How much is kept at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// Uploads altogether.
    pub uploads: u64,
    /// Their bytes altogether.
    pub bytes: u64,
}

/// Where an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// It waits for its turn.
    Queued,
    /// It runs, or ran when its process ended.
    Running,
    /// It had its effect.
    Succeeded,
    /// It had none.
    Failed,
    /// It was stopped, and had none.
    Cancelled,
}

impl OperationState {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Queued, "queued"),
        (Self::Running, "running"),
        (Self::Succeeded, "succeeded"),
        (Self::Failed, "failed"),
        (Self::Cancelled, "cancelled"),
    ];

    /// The one spelling of it.
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].1
    }

    /// Whether nothing more comes of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

impl std::str::FromStr for OperationState {
    type Err = UnknownTerm;

    fn from_str(word: &str) -> Result<Self, UnknownTerm> {
        let known = Self::WORDS.map(|(_, known)| known).join(", ");
        let found = Self::WORDS.iter().find(|(_, known)| *known == word).map(|(state, _)| *state);
        found.ok_or(UnknownTerm { word: word.to_owned(), vocabulary: "state of an operation", known })
    }
}

/// An import on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operation's number.
    pub id: OperationId,
    /// Where it is.
    pub state: OperationState,
    /// Who started it.
    pub owner: Person,
    /// The code of their organisation; empty for none.
    pub organisation: String,
    /// The file.
    pub upload: UploadId,
    /// The file's name.
    pub file_name: String,
    /// What is to be done, as whoever does it has written it.
    pub plan: String,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was over.
    pub done_at: Option<Timestamp>,
    /// The changeset that came of it.
    pub changeset: Option<ChangesetId>,
    /// What came of it, as whoever did it has written it.
    pub outcome: Option<String>,
}

/// An operation to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOperation {
    /// Who starts it.
    pub owner: Person,
    /// The code of their organisation; empty for none.
    pub organisation: String,
    /// The file.
    pub upload: UploadId,
    /// The file's name.
    pub file_name: String,
    /// What is to be done.
    pub plan: String,
    /// When.
    pub at: Timestamp,
    /// By what its owner knows it again.
    pub request: Option<String>,
}

/// How an operation ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// Whether it had its effect.
    pub succeeded: bool,
    /// What came of it.
    pub outcome: String,
    /// When.
    pub at: Timestamp,
    /// The changeset that came of it.
    pub write: Option<ChangesetWrite>,
    /// What to propose the next time.
    pub mapping: Option<Mapping>,
}

/// Which column of a file each field of a layer is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The mapping's number; 0 of one that is not kept yet.
    pub id: u64,
    /// The layer.
    pub layer: Layer,
    /// The columns of the files that it is for, sorted.
    pub columns: Vec<String>,
    /// Column by field.
    pub mapping: BTreeMap<String, String>,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// Uploads, operations and mappings. Calls block; what has returned is on disk.
pub trait ImportStore: Send + Sync {
    /// Begins an upload within limits. A request that is known gives the upload that came of it.
    fn create_upload(&self, new: &NewUpload, limits: UploadLimits) -> Result<Upload, ChangesetError>;

    /// The upload with a number.
    fn upload(&self, id: UploadId) -> Result<Option<Upload>, ChangesetError>;

    /// Forgets uploads that expired before a time and for which no operation waits; gives those that are left.
    fn sweep_uploads(&self, before: Timestamp) -> Result<Vec<UploadId>, ChangesetError>;

    /// Forgets an upload; false if there is none, or an operation waits for it.
    fn delete_upload(&self, id: UploadId) -> Result<bool, ChangesetError>;

    /// Puts an operation into the queue, if fewer than `most` are in it. A request that is known gives the operation that
    /// came of it.
    fn start_operation(&self, new: &NewOperation, most: usize) -> Result<Operation, ChangesetError>;

    /// The operation with a number.
    fn operation(&self, id: OperationId) -> Result<Option<Operation>, ChangesetError>;

    /// Operations before a number, newest first, at most `most`.
    fn operations(&self, before: Option<OperationId>, most: usize) -> Result<Vec<Operation>, ChangesetError>;

    /// The oldest operation that is not over; it runs from now on. One that was cut off is taken up again.
    fn take_operation(&self) -> Result<Option<Operation>, ChangesetError>;

    /// Ends an operation and does what came of it, in one transaction. Refused with
    /// [`ChangesetError::OperationOver`] if it is over already: it has its effect once.
    fn end_operation(&self, id: OperationId, ending: Ending) -> Result<Option<Changeset>, ChangesetError>;

    /// Stops an operation that is not over, and gives it as it is then.
    fn cancel_operation(&self, id: OperationId, at: Timestamp) -> Result<Option<Operation>, ChangesetError>;

    /// The mappings of a layer, or of all, newest first.
    fn mappings(&self, layer: Option<Layer>) -> Result<Vec<Mapping>, ChangesetError>;

    /// Forgets a mapping; false if there is none.
    fn delete_mapping(&self, id: u64) -> Result<bool, ChangesetError>;
}
