//! The running record: the store, and the newest revision in memory beside it.
//!
//! Readers take an immutable [`Snapshot`]; a write goes to the store first, then the snapshot is replaced, then readers
//! that wait are woken. So whoever is woken finds the revision, and whoever finds it can read it again after a crash.
//!
//! [`Record`] is the whole, for what writes, checks and keeps it. Whatever answers someone has [`Views`] instead, and of
//! these a [`View`] for who asks, which gives no more than the tier may see.

mod boxes;
mod codes;
mod columns;
mod disclosed;
mod entries;
mod entry;
mod floors;
mod layer;
mod made;
mod parcel_index;
mod roads;
mod search_area;
mod sites;
mod snapshot;
mod tile_revisions;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_store::{Commit, Committed, RollBack, Store, StoreError};
use jiff::Timestamp;
use quick_cache::sync::Cache;
use tokio::sync::watch;

pub(crate) use boxes::united;
pub(crate) use columns::power_now_kw;
pub(crate) use entry::Entry;
pub(crate) use floors::Floors;
pub(crate) use layer::LayerSnapshot;
pub(crate) use made::Told;
pub(crate) use parcel_index::{Order, ParcelIndex};
pub(crate) use search_area::SearchArea;
pub(crate) use sites::Sites;
pub(crate) use snapshot::{Snapshot, lon_lat_from_canonical, mercator_from_canonical};
pub(crate) use tile_revisions::{BUFFER_UNITS, LEAF_ZOOM, MIN_ZOOM, TileRevisions};
pub(crate) use view::{View, Views};

use made::{Made, Step};
use tile_revisions::TieredTiles;

/// Past revisions that are kept in memory once someone asked for them.
const PAST_SNAPSHOTS: usize = 4;

/// Revisions of which it is kept what they did: more than a reader that keeps up ever asks for at once.
const KEPT_MADE: usize = 256;

/// Why a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// There is no such revision.
    #[error("there is no revision {asked}; the newest is {head}")]
    UnknownRevision {
        /// The revision asked for.
        asked: Revision,
        /// The newest revision.
        head: Revision,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The newest revision and what depends on it alone, as far as a tier may see it.
pub(crate) struct Head {
    /// The features.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Which revision last changed each tile.
    pub(crate) tiles: Arc<TileRevisions>,
}

/// The newest revision for all tiers.
struct Whole {
    snapshot: Arc<Snapshot>,
    tiles: TieredTiles,
}

/// The record of one park, shared by everything that reads or writes it.
pub(crate) struct Record {
    store: Arc<dyn Store>,
    head: ArcSwap<Whole>,
    past: Cache<u64, Arc<Snapshot>>,
    recent: Cache<u64, Arc<Made>>,
    /// Held while writing, and by whoever loads a past revision: each is slow and needs memory, so one at a time.
    writing: Mutex<()>,
    loading: Mutex<()>,
    made: watch::Sender<Revision>,
}

fn locked(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
    // The lock guards no value that a panic could have left half written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Record {
    /// Reads the newest revision of `store`. Blocks.
    pub(crate) fn open(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let revision = store.head()?;
        let snapshot = Arc::new(Snapshot::load(store.as_ref(), revision)?);
        let mut tiles = TieredTiles::default();
        tiles.mark(&store.touched(Revision(0))?);
        Ok(Self {
            store,
            head: ArcSwap::from_pointee(Whole { snapshot, tiles }),
            past: Cache::new(PAST_SNAPSHOTS),
            recent: Cache::new(KEPT_MADE),
            writing: Mutex::new(()),
            loading: Mutex::new(()),
            made: watch::Sender::new(revision),
        })
    }

    /// The store behind the record.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The newest revision and what depends on it, for a tier. Blocks where that tier is the first to ask.
    fn head_for(&self, tier: Tier) -> Head {
        let whole = self.head.load();
        Head { snapshot: whole.snapshot.for_tier(tier), tiles: Arc::clone(whole.tiles.of(tier)) }
    }

    fn tile_revisions_for(&self, tier: Tier) -> (Revision, Arc<TileRevisions>) {
        let whole = self.head.load();
        (whole.snapshot.revision(), Arc::clone(whole.tiles.of(tier)))
    }

    /// The newest revision's features.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.head.load().snapshot)
    }

    /// The newest revision, and a wake-up whenever there is a newer one. Only the newest is kept, so a slow reader never
    /// holds anyone up: it reads what lies between from the store.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Revision> {
        self.made.subscribe()
    }

    /// The features as of a revision. Blocks if that is not the newest.
    pub(crate) fn snapshot_at(&self, revision: Revision) -> Result<Arc<Snapshot>, ReadError> {
        let current = self.snapshot();
        if revision == current.revision() {
            return Ok(current);
        }
        if revision > current.revision() || revision == Revision(0) {
            return Err(ReadError::UnknownRevision { asked: revision, head: current.revision() });
        }
        if let Some(snapshot) = self.past.get(&revision.0) {
            return Ok(snapshot);
        }
        let _one_at_a_time = locked(&self.loading);
        let load = || current.load_from(self.store.as_ref(), revision).map(Arc::new);
        Ok(self.past.get_or_insert_with(&revision.0, load)?)
    }

    /// The newest revision made at a moment or before it, if there is one. Blocks.
    pub(crate) fn revision_at(&self, moment: Timestamp) -> Result<Option<Revision>, StoreError> {
        // The store may be ahead of what is shown, for as long as it takes to show it.
        let shown = self.snapshot().revision();
        Ok(self.store.revision_at(moment)?.map(|revision| revision.min(shown)))
    }

    /// What each revision after one and up to another did; those made since the start of this process need not be read
    /// from the store. Blocks.
    fn made(&self, after: Revision, last: Revision) -> Result<Vec<Arc<Made>>, StoreError> {
        let kept: Option<Vec<_>> = (after.0 + 1..=last.0).map(|number| self.recent.get(&number)).collect();
        kept.map_or_else(|| made::read(self.store.as_ref(), after, last), Ok)
    }

    /// Writes one revision and makes it the newest. Blocks; writers take turns.
    pub(crate) fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.write_by(|| Ok((self.store.commit(commit)?, ()))).map(|(committed, ())| committed)
    }

    /// Has `write` write one revision to the store, and makes it the newest. Blocks; writers take turns.
    pub(crate) fn write_by<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce() -> Result<(Committed, T), E>,
    ) -> Result<(Committed, T), E> {
        let _in_turn = locked(&self.writing);
        let (committed, done) = write()?;
        let before = self.head.load_full();
        if committed.revision > before.snapshot.revision() {
            let snapshot = before.snapshot.load_from(self.store.as_ref(), committed.revision)?;
            self.advance(&before, snapshot);
        }
        Ok((committed, done))
    }

    /// Makes a revision with the content of a former one, and that the newest. Blocks; writers take turns. What is in
    /// memory of the former is the new one's too.
    pub(crate) fn roll_back(&self, roll_back: RollBack) -> Result<Committed, ReadError> {
        let _in_turn = locked(&self.writing);
        let then = self.snapshot_at(roll_back.to)?;
        let made = self.store.roll_back(roll_back)?;
        let before = self.head.load_full();
        Ok(match made {
            Some(revision) => self.advance(&before, then.again(revision)),
            None => Committed::nothing(before.snapshot.revision()),
        })
    }

    /// Makes `snapshot` the newest revision after `before`, and says how much differs.
    fn advance(&self, before: &Whole, snapshot: Snapshot) -> Committed {
        let revision = snapshot.revision();
        let step = Step::between(&before.snapshot, &snapshot);
        snapshot.take_along(&before.snapshot, &step);
        let mut tiles = before.tiles.clone();
        let touched = step.touched();
        tiles.mark(&touched);
        let (made, done) = (step.made(&touched), step.count());
        self.recent.insert(revision.0, Arc::new(made));
        self.past.insert(before.snapshot.revision().0, Arc::clone(&before.snapshot));
        self.head.store(Arc::new(Whole { snapshot: Arc::new(snapshot), tiles }));
        metrics::gauge!("cloudsite_snapshot_revision").set(revision.0 as f64);
        self.made.send_replace(revision);
        done
    }
}

#[cfg(test)]
impl Record {
    /// The whole newest revision and what depends on it.
    pub(crate) fn head(&self) -> Head {
        self.head_for(Tier::Government)
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
