//! Where the briefs are kept that organisations save: [`BriefStore`], beside the record's.

use cloudsite_domain::record::Code;
use cloudsite_domain::siting::{BriefId, MOST_SAVED, SavedBrief};
use jiff::Timestamp;

use crate::StoreError;
use crate::changeset::Deed;

/// Why a brief could not be kept. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum BriefError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such brief.
    #[error("there is no brief {0}")]
    Unknown(BriefId),
    /// It has changed since the writer read it.
    #[error("the brief has changed since: version {actual}, not {expected}")]
    Moved {
        /// The version that the writer read.
        expected: u64,
        /// The present version.
        actual: u64,
    },
    /// The organisation keeps as many as it can.
    #[error("an organisation keeps {MOST_SAVED} briefs at most: delete one first")]
    Full,
}

impl From<rusqlite::Error> for BriefError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Briefs by organisation. Each write is one transaction with its event in the audit log, which says nothing of what a
/// brief asks. Calls block; what has returned is on disk. Times are kept to the microsecond.
pub trait BriefStore: Send + Sync {
    /// Keeps a new brief, whose version becomes 1, if its organisation has fewer than [`MOST_SAVED`]. One whose `request` is
    /// known, which says who asks and what they call it, gives the brief that came of it as it is now, and keeps nothing.
    fn create_brief(&self, brief: &SavedBrief, request: Option<&str>, deed: &Deed) -> Result<SavedBrief, BriefError>;

    /// The brief with a number, whosever it is.
    fn brief(&self, id: BriefId) -> Result<Option<SavedBrief>, BriefError>;

    /// Briefs of organisations, the one that was kept last first: `most` of those that come after the one that was kept at
    /// a moment under a number.
    fn briefs(
        &self,
        organisations: &[Code],
        after: Option<(Timestamp, BriefId)>,
        most: usize,
    ) -> Result<Vec<SavedBrief>, BriefError>;

    /// Keeps title, content, revision and time of change, if nobody has changed the brief since `brief.version`. Gives it
    /// with the next version.
    fn update_brief(&self, brief: &SavedBrief, deed: &Deed) -> Result<SavedBrief, BriefError>;

    /// Deletes a brief, if nobody has changed it since `brief.version`.
    fn delete_brief(&self, brief: &SavedBrief, deed: &Deed) -> Result<(), BriefError>;
}
