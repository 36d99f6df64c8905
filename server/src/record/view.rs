//! The record as readers reach it: for someone, and no more of it than their tier may see.

use std::sync::Arc;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{Layer, Revision, RevisionEntry};
use cloudsite_store::StoreError;
use geo_types::{Coord, Rect};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{Head, ReadError, Record, Snapshot, TileRevisions, Told};
use crate::disclosure::{Channel, Delivery, Desk, Parcelled, Refused, policy};
use crate::identity::Recipient;

/// Gives out views of a record: all that whatever answers someone has of it.
#[derive(Clone)]
pub(crate) struct Views {
    record: Arc<Record>,
    desk: Arc<Desk>,
}

impl Views {
    /// Views of `record`; what is given by them goes over `desk`.
    pub(crate) const fn new(record: Arc<Record>, desk: Arc<Desk>) -> Self {
        Self { record, desk }
    }

    /// What a recipient may see, where it was proved before that who asks is one.
    pub(crate) fn for_recipient(&self, recipient: Recipient) -> View {
        View { record: Arc::clone(&self.record), desk: Arc::clone(&self.desk), recipient }
    }

    /// What a tier may see. What is given by it is not counted, so it is for what is made for all of a tier at once.
    pub(crate) fn for_tier(&self, tier: Tier) -> View {
        self.for_recipient(Recipient::of_tier(tier))
    }

    /// What everyone may see.
    pub(crate) fn public(&self) -> View {
        self.for_tier(Tier::Public)
    }

    /// The newest revision, and a wake-up whenever there is a newer one: numbers are told to everyone.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Revision> {
        self.record.subscribe()
    }
}

/// The record for a recipient.
#[derive(Clone)]
pub(crate) struct View {
    record: Arc<Record>,
    desk: Arc<Desk>,
    recipient: Recipient,
}

impl View {
    /// The tier.
    pub(crate) const fn tier(&self) -> Tier {
        self.recipient.tier
    }

    /// A reply with features of a layer, to be put together and then handed over.
    pub(crate) fn delivery(&self, layer: Layer) -> Delivery {
        Delivery::new(&self.recipient, layer)
    }

    /// Takes a reply for given, or refuses it. Blocks.
    pub(crate) fn hand_over(&self, channel: Channel, parcelled: &Parcelled) -> Result<(), Refused> {
        self.desk.hand_over(&self.recipient, channel, parcelled)
    }

    /// The newest revision's number.
    pub(crate) fn newest(&self) -> Revision {
        self.record.snapshot().revision()
    }

    /// The features as of a revision, 0 being the newest, if they are in memory. Does not block.
    pub(crate) fn ready(&self, revision: Revision) -> Option<Arc<Snapshot>> {
        let whole = self.record.snapshot();
        let wanted = revision == Revision(0) || revision == whole.revision();
        if wanted { whole.ready_for_tier(self.tier()) } else { None }
    }

    /// The features as of a revision, 0 being the newest. Blocks.
    pub(crate) fn snapshot_at(&self, revision: Revision) -> Result<Arc<Snapshot>, ReadError> {
        let whole = if revision == Revision(0) { self.record.snapshot() } else { self.record.snapshot_at(revision)? };
        Ok(whole.for_tier(self.tier()))
    }

    /// The newest revision and what depends on it. Blocks where the tier is the first to ask.
    pub(crate) fn head(&self) -> Head {
        self.record.head_for(self.tier())
    }

    /// The newest revision's number, and which revision last changed each tile. Does not block.
    pub(crate) fn tile_revisions(&self) -> (Revision, Arc<TileRevisions>) {
        self.record.tile_revisions_for(self.tier())
    }

    /// What is known of the revisions in a range, oldest first. Blocks.
    pub(crate) fn revisions(&self, range: std::ops::RangeInclusive<u64>) -> Result<Vec<RevisionEntry>, StoreError> {
        let mut entries = self.record.store().revisions(range)?;
        if !self.is_whole() && !policy().tells_authors(self.tier()) {
            for entry in &mut entries {
                entry.author.clear();
                entry.message.clear();
            }
        }
        Ok(entries)
    }

    /// What each revision after one and up to another did, as far as the tier may know, places as closely as it is told
    /// them. Blocks.
    pub(crate) fn made(&self, after: Revision, last: Revision) -> Result<Vec<Told>, StoreError> {
        let told = |layer: Layer, bounds: Rect| {
            let rule = policy().layer(layer);
            if self.is_whole() {
                Some(bounds)
            } else {
                self.tells(layer).then(|| outwards(bounds, rule.grid_mm(self.tier()).unwrap_or(1)))
            }
        };
        Ok(self.record.made(after, last)?.iter().map(|made| made.told(told)).collect())
    }

    /// The newest revision made at a moment or before it, if there is one. Blocks.
    pub(crate) fn revision_at(&self, moment: Timestamp) -> Result<Option<Revision>, StoreError> {
        self.record.revision_at(moment)
    }

    /// Whether anything of a layer is told to the tier.
    pub(crate) fn tells(&self, layer: Layer) -> bool {
        self.is_whole() || policy().layer(layer).is_given_to(self.tier())
    }

    fn is_whole(&self) -> bool {
        self.tier() == Tier::Government
    }
}

/// The rectangle of cells of a grid that holds another one.
fn outwards(bounds: Rect, grid_mm: u32) -> Rect {
    let cell_m = f64::from(grid_mm) / 1000.0;
    let to =
        |at: Coord, round: fn(f64) -> f64| Coord { x: round(at.x / cell_m) * cell_m, y: round(at.y / cell_m) * cell_m };
    Rect::new(to(bounds.min(), f64::floor), to(bounds.max(), f64::ceil))
}
