//! Where the record is kept: the [`Store`] trait, the contract that each implementation has to meet, and SQLite.
//!
//! A store keeps versions and returns candidates; it decides nothing about space.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use cloudsite_domain::audit::{Action, Checkpoint, Digest, Event, Happening, Link};
use cloudsite_domain::record::{Change, Code, Feature, FeatureId, FeatureVersion, Layer, Revision, RevisionEntry};
use geo_types::Rect;
use jiff::Timestamp;

pub mod brief;
pub mod changeset;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod demand;
mod error;
pub mod extent;
pub mod identity;
pub mod imports;
pub mod meeting;
pub mod sqlite;

pub use error::StoreError;

/// A write: all of it becomes one revision, or none of it.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Who writes.
    pub author: String,
    /// Why.
    pub message: String,
    /// When; the store reads no clock.
    pub at: Timestamp,
    /// The revision the writer last saw; if the record has moved on, the write is refused. `None` writes on top of
    /// whatever is there.
    pub expected_head: Option<Revision>,
    /// Features to create, or to give a new version, by layer and code. One that equals its present version is left.
    pub puts: Vec<Feature>,
    /// Features to end.
    pub ends: Vec<(Layer, Code)>,
    /// What the audit log says of it besides.
    pub cause: Cause,
}

/// What a write comes from, for the event that the store appends in the write's own transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What was done.
    pub action: Action,
    /// With what: a file, a changeset.
    pub subject: String,
    /// The code of the author's organisation; empty for none.
    pub organisation: String,
    /// What else there is to know.
    pub detail: BTreeMap<String, String>,
}

impl Cause {
    /// An action on a subject, by someone of no organisation, and no more to know.
    pub fn new(action: Action, subject: impl Into<String>) -> Self {
        Self { action, subject: subject.into(), organisation: String::new(), detail: BTreeMap::new() }
    }
}

/// A write that makes the content of a former revision the newest again. It is a revision like any other: nothing that was
/// made in between is lost.
#[derive(Debug, Clone)]
pub struct RollBack {
    /// The revision whose content the new one will have.
    pub to: Revision,
    /// Who writes.
    pub author: String,
    /// Why.
    pub message: String,
    /// When; the store reads no clock.
    pub at: Timestamp,
    /// As in [`Commit::expected_head`].
    pub expected_head: Option<Revision>,
    /// What the audit log says of it besides.
    pub cause: Cause,
}

/// What a feature is as of a revision, where that may be another than as of some other.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The feature's layer.
    pub layer: Layer,
    /// The feature's number.
    pub id: FeatureId,
    /// Its version; none if it is not there.
    pub version: Option<FeatureVersion>,
}

/// A revision as it is on disk now, to be compared with what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionOnDisk {
    /// The digest of its changes; see [`cloudsite_domain::audit::RevisionDigest`].
    pub digest: Digest,
    /// The features whose versions of this revision are not what was written.
    pub changed: Vec<(Layer, Code)>,
}

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The revision made; the present head if nothing changed.
    pub revision: Revision,
    /// Features that were not there before.
    pub created: u64,
    /// Features that have a new version.
    pub updated: u64,
    /// Features that ended.
    pub ended: u64,
    /// Features that were equal to what is there.
    pub unchanged: u64,
}

impl Committed {
    /// Nothing, while the record is at `head`.
    pub const fn nothing(head: Revision) -> Self {
        Self { revision: head, created: 0, updated: 0, ended: 0, unchanged: 0 }
    }
}

/// Where something began or ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touched {
    /// In which revision.
    pub revision: Revision,
    /// The feature's layer.
    pub layer: Layer,
    /// The bounding box, canonical metres.
    pub bounds: Rect,
}

/// The record on disk. Calls block; one writer at a time, readers are never held up by it.
pub trait Store: Send + Sync {
    /// The newest revision; 0 if nothing was ever written.
    fn head(&self) -> Result<Revision, StoreError>;

    /// Writes one revision and its event in the audit log. When it returns, both are on disk.
    fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// Writes the revision that has the content of a former one, and its event; a feature's version is the former one's
    /// again. One that would change nothing makes none.
    fn roll_back(&self, roll_back: RollBack) -> Result<Option<Revision>, StoreError>;

    /// What is known of the revisions in a range, oldest first.
    fn revisions(&self, range: RangeInclusive<u64>) -> Result<Vec<RevisionEntry>, StoreError>;

    /// The newest revision made at a moment or before it, if there is one.
    fn revision_at(&self, moment: Timestamp) -> Result<Option<Revision>, StoreError>;

    /// What changed in the revisions after one and up to another, by revision and then id.
    fn changes(&self, after: Revision, up_to: Revision) -> Result<Vec<Change>, StoreError>;

    /// A feature as of a revision.
    fn feature(&self, layer: Layer, code: &Code, at: Revision) -> Result<Option<FeatureVersion>, StoreError>;

    /// Calls `each` with the features of a layer as of a revision, by id. Stops at the first error.
    fn scan(
        &self,
        layer: Layer,
        at: Revision,
        each: &mut dyn FnMut(FeatureVersion) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Calls `each` with what differs as of a revision from another, older or newer one: each feature that changed between
    /// the two as it is as of `at`, by id. One that changed back is among them. Stops at the first error.
    fn differences(
        &self,
        from: Revision,
        at: Revision,
        each: &mut dyn FnMut(Difference) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The ids of the features of a layer whose bounding box touches `bounds` (canonical metres) as of a revision, by id:
    /// candidates, no more.
    fn candidates(&self, layer: Layer, bounds: Rect, at: Revision) -> Result<Vec<FeatureId>, StoreError>;

    /// Where each version that began or ended after `after` was, by revision. What tiles have to know to keep what did not
    /// change.
    fn touched(&self, after: Revision) -> Result<Vec<Touched>, StoreError>;

    /// Appends to the audit log what is no write of the record, all of it or nothing, and says where the log ends then.
    fn append(&self, happenings: Vec<Happening>) -> Result<Link, StoreError>;

    /// Where the audit log ends.
    fn log_head(&self) -> Result<Link, StoreError>;

    /// Calls `each` with the events of a range of the audit log, oldest first. Stops at the first error.
    fn events(
        &self,
        range: RangeInclusive<u64>,
        each: &mut dyn FnMut(Event) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The disclosures to an organisation that the audit log tells of within a time, oldest first; its bounds are taken in
    /// whole seconds.
    fn disclosures(&self, organisation: &Code, within: Range<Timestamp>) -> Result<Vec<Event>, StoreError>;

    /// Keeps a checkpoint of the audit log; of two at one event, the first.
    fn add_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError>;

    /// The checkpoints at an event and after it, oldest first.
    fn checkpoints(&self, from: u64) -> Result<Vec<Checkpoint>, StoreError>;

    /// A revision as it is on disk now.
    fn on_disk(&self, revision: Revision) -> Result<RevisionOnDisk, StoreError>;
}
