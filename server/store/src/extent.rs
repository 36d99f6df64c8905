//! Where it is kept how much area each organisation has been given: [`ExtentStore`], beside the record's.

use cloudsite_domain::disclosure::Cell;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Code;
use jiff::Timestamp;

use crate::StoreError;

/// A cell that an organisation has been given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenCell {
    /// The organisation's code.
    pub organisation: Code,
    /// As what tier.
    pub tier: Tier,
    /// The cell.
    pub cell: Cell,
    /// When first.
    pub at: Timestamp,
}

/// What was not given to an organisation, because it would have been too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// The organisation's code.
    pub organisation: Code,
    /// How often.
    pub refusals: u64,
    /// When last.
    pub last_at: Timestamp,
}

/// Cells by organisation. Calls block; what has returned is on disk. Times are kept to the microsecond.
pub trait ExtentStore: Send + Sync {
    /// Keeps cells; one that is there already stays as it is.
    fn add_given(&self, cells: &[GivenCell]) -> Result<(), StoreError>;

    /// All cells, by organisation, tier and place.
    fn given(&self) -> Result<Vec<GivenCell>, StoreError>;

    /// Adds to how often organisations were refused.
    fn escalate(&self, refused: &[Escalation]) -> Result<(), StoreError>;

    /// All that was refused, by organisation.
    fn escalations(&self) -> Result<Vec<Escalation>, StoreError>;
}
