//! The running record: the store, and the newest revision in memory beside it.
//!
//! Readers take an immutable [`Snapshot`]; a write goes to the store first, then the snapshot is replaced, then readers
//! that wait are woken. So whoever is woken finds the revision, and whoever finds it can read it again after a crash.
//!
//! [`Record`] is the whole, for what writes, checks and keeps it. Whatever answers someone has [`Views`] instead, and of
//! these a [`View`] for who asks, which gives no more than the tier may see.

mod disclosed;
mod layer;
mod search_area;
mod snapshot;
mod tile_revisions;
mod view;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{Change, Code, FeatureId, Layer, Revision};
use cloudsite_store::{Commit, Committed, Store, StoreError};
use quick_cache::sync::Cache;
use tokio::sync::watch;

pub(crate) use layer::{LayerSnapshot, united};
pub(crate) use search_area::SearchArea;
pub(crate) use snapshot::{Snapshot, lon_lat_from_canonical, mercator_from_canonical};
pub(crate) use tile_revisions::{BUFFER_UNITS, LEAF_ZOOM, MIN_ZOOM, TileRevisions};
pub(crate) use view::{View, Views};

use disclosed::Changed;
use tile_revisions::TieredTiles;

/// Past revisions that are kept in memory once someone asked for them.
const PAST_SNAPSHOTS: usize = 4;

/// Changes of one write that are read one by one; more than these and the layer is read anew.
const MAX_SINGLE_READS: usize = 2_000;

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
        let load = || Snapshot::load(self.store.as_ref(), revision).map(Arc::new);
        Ok(self.past.get_or_insert_with(&revision.0, load)?)
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
            self.head.store(Arc::new(self.advance(&before, committed.revision)?));
            metrics::gauge!("cloudsite_snapshot_revision").set(committed.revision.0 as f64);
            self.made.send_replace(committed.revision);
        }
        Ok((committed, done))
    }

    /// The head after `before`, with only the changed layers read and indexed anew.
    fn advance(&self, before: &Whole, to: Revision) -> Result<Whole, StoreError> {
        let from = before.snapshot.revision();
        let changes = self.store.changes(from, to)?;
        let mut snapshot = before.snapshot.as_ref().at_revision(to);
        let mut changed = BTreeMap::new();
        for (layer, changes) in by_layer(&changes) {
            let of_layer = self.changed(layer, &changes, to)?;
            let rebuilt = match &of_layer.ids {
                None => LayerSnapshot::load(self.store.as_ref(), layer, to)?,
                Some(ids) => before.snapshot.layer(layer).replaced(|id| ids.contains(&id), of_layer.versions.clone()),
            };
            snapshot.set_layer(layer, Arc::new(rebuilt));
            changed.insert(layer, of_layer);
        }
        snapshot.take_along(&before.snapshot, &changed);
        let mut tiles = before.tiles.clone();
        tiles.mark(&self.store.touched(from)?);
        Ok(Whole { snapshot: Arc::new(snapshot), tiles })
    }

    /// What of a layer changed, read one by one unless that is too much.
    fn changed(&self, layer: Layer, changes: &[&Change], to: Revision) -> Result<Changed, StoreError> {
        if changes.len() > MAX_SINGLE_READS {
            return Ok(Changed { ids: None, versions: Vec::new() });
        }
        let codes: BTreeMap<FeatureId, &Code> = changes.iter().map(|change| (change.id, &change.code)).collect();
        let mut versions = Vec::new();
        for code in codes.values() {
            versions.extend(self.store.feature(layer, code, to)?.map(Arc::new));
        }
        Ok(Changed { ids: Some(codes.into_keys().collect()), versions })
    }
}

fn by_layer(changes: &[Change]) -> BTreeMap<Layer, Vec<&Change>> {
    let mut layers = BTreeMap::<_, Vec<_>>::new();
    for change in changes {
        layers.entry(change.layer).or_default().push(change);
    }
    layers
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
