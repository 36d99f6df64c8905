//! The running record: the store, and the newest revision in memory beside it.
//!
//! Readers take an immutable [`Snapshot`]; a write goes to the store first, then the snapshot is replaced, then readers
//! that wait are woken. So whoever is woken finds the revision, and whoever finds it can read it again after a crash.

mod layer;
mod search_area;
mod snapshot;
mod tile_revisions;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use cloudsite_domain::record::{Change, Code, FeatureId, FeatureVersion, Layer, Revision};
use cloudsite_store::{Commit, Committed, Store, StoreError};
use quick_cache::sync::Cache;
use tokio::sync::watch;

pub(crate) use layer::{LayerSnapshot, united};
pub(crate) use search_area::SearchArea;
pub(crate) use snapshot::{Snapshot, lon_lat_from_canonical, mercator_from_canonical};
pub(crate) use tile_revisions::{BUFFER_UNITS, LEAF_ZOOM, MIN_ZOOM, TileRevisions};

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

/// The newest revision and what depends on it alone.
pub(crate) struct Head {
    /// The features.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Which revision last changed each tile.
    pub(crate) tiles: Arc<TileRevisions>,
}

/// The record of one park, shared by everything that reads or writes it.
pub(crate) struct Record {
    store: Arc<dyn Store>,
    head: ArcSwap<Head>,
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
        let mut tiles = TileRevisions::default();
        tiles.mark(store.touched(Revision(0))?);
        Ok(Self {
            store,
            head: ArcSwap::from_pointee(Head { snapshot, tiles: Arc::new(tiles) }),
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

    /// The newest revision and what depends on it.
    pub(crate) fn head(&self) -> Arc<Head> {
        self.head.load_full()
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
        let before = self.head();
        if committed.revision > before.snapshot.revision() {
            self.head.store(Arc::new(self.advance(&before, committed.revision)?));
            metrics::gauge!("cloudsite_snapshot_revision").set(committed.revision.0 as f64);
            self.made.send_replace(committed.revision);
        }
        Ok((committed, done))
    }

    /// The head after `before`, with only the changed layers read and indexed anew.
    fn advance(&self, before: &Head, to: Revision) -> Result<Head, StoreError> {
        let from = before.snapshot.revision();
        let changes = self.store.changes(from, to)?;
        let mut snapshot = before.snapshot.as_ref().at_revision(to);
        for (layer, changes) in by_layer(&changes) {
            let rebuilt = if changes.len() > MAX_SINGLE_READS {
                LayerSnapshot::load(self.store.as_ref(), layer, to)?
            } else {
                let codes: BTreeMap<FeatureId, &Code> =
                    changes.iter().map(|change| (change.id, &change.code)).collect();
                let mut versions: Vec<FeatureVersion> = Vec::new();
                for code in codes.values() {
                    versions.extend(self.store.feature(layer, code, to)?);
                }
                before.snapshot.layer(layer).replaced(|id| codes.contains_key(&id), versions)
            };
            snapshot.set_layer(layer, rebuilt);
        }
        let mut tiles = before.tiles.as_ref().clone();
        tiles.mark(self.store.touched(from)?);
        Ok(Head { snapshot: Arc::new(snapshot), tiles: Arc::new(tiles) })
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
pub(crate) mod sample;
#[cfg(test)]
mod tests;
