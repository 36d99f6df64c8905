//! The tiles that are here or on their way. Knows no network and no clock: it says what to ask for and is told what came.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::tile::TileAddress;

use super::backoff::Backoff;
use super::cover::cover;
use super::decode::Decoded;
use super::index::TileIndex;

/// At most so many requests are under way: browsers allow six a host anyhow.
pub(super) const MOST_IN_FLIGHT: usize = 6;

/// A tile to ask the server for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileRequest {
    /// Which tile.
    pub address: TileAddress,
    /// The revision in its address.
    pub revision: u64,
    /// Whose it is: another tier's tile of the same revision is another tile.
    pub tier: Tier,
}

/// A tile's bytes, to be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Which tile.
    pub request: TileRequest,
    /// A vector tile.
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Pending {
    #[default]
    None,
    InFlight,
    Received(Received),
}

#[derive(Debug, Default)]
struct Entry {
    ready: Option<(TileRequest, Arc<Decoded>)>,
    pending: Pending,
    backoff: Backoff,
    /// The last plan that wanted or showed it.
    used: u64,
    shown: bool,
}

/// What the view shows and lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Wanted tiles that are here.
    pub loaded: usize,
    /// Wanted tiles.
    pub wanted: usize,
}

impl Coverage {
    /// Whether nothing is missing.
    pub fn is_complete(self) -> bool {
        self.loaded == self.wanted
    }
}

/// A change to what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    /// Which tile.
    pub address: TileAddress,
    /// Whether it is to be shown.
    pub shown: bool,
}

/// The tiles.
#[derive(Debug, Default)]
pub struct TileStore {
    entries: HashMap<TileAddress, Entry>,
    wanted: Vec<TileAddress>,
    plans: u64,
}

impl TileStore {
    /// Sets what the view wants, nearest first.
    pub fn want(&mut self, wanted: Vec<TileAddress>) {
        self.plans += 1;
        for tile in &wanted {
            self.entries.entry(*tile).or_default().used = self.plans;
        }
        self.wanted = wanted;
    }

    /// What to ask for now: wanted tiles that are missing or older than the index says, as far as there is room.
    pub fn requests(&mut self, index: &TileIndex, now_secs: f64) -> Vec<TileRequest> {
        let in_flight = self.entries.values().filter(|entry| entry.pending == Pending::InFlight).count();
        let mut requests = Vec::new();
        for &address in &self.wanted {
            if in_flight + requests.len() >= MOST_IN_FLIGHT {
                break;
            }
            let (Some(request), Some(entry)) = (request(index, address), self.entries.get_mut(&address)) else {
                continue;
            };
            let is_current = entry.ready.as_ref().is_some_and(|(ready, _)| *ready == request);
            if is_current || entry.pending != Pending::None || !entry.backoff.is_due(now_secs) {
                continue;
            }
            entry.pending = Pending::InFlight;
            requests.push(request);
        }
        requests
    }

    /// Takes in the bytes that came.
    pub fn receive(&mut self, request: TileRequest, bytes: Vec<u8>) {
        if let Some(entry) = self.entries.get_mut(&request.address) {
            entry.pending = Pending::Received(Received { request, bytes });
        }
    }

    /// Notes that a tile did not come or could not be read.
    pub fn fail(&mut self, address: TileAddress, now_secs: f64) {
        if let Some(entry) = self.entries.get_mut(&address) {
            entry.pending = Pending::None;
            entry.backoff.fail(now_secs);
        }
    }

    /// The next bytes to decode: wanted ones only, nearest first. Bytes that nothing wants any more are dropped.
    pub fn next_received(&mut self) -> Option<Received> {
        let wanted: HashSet<TileAddress> = self.wanted.iter().copied().collect();
        for (address, entry) in &mut self.entries {
            if matches!(entry.pending, Pending::Received(_)) && !wanted.contains(address) {
                entry.pending = Pending::None;
            }
        }
        self.wanted.iter().find_map(|address| {
            let entry = self.entries.get_mut(address)?;
            match std::mem::take(&mut entry.pending) {
                Pending::Received(received) => Some(received),
                other => {
                    entry.pending = other;
                    None
                }
            }
        })
    }

    /// Takes in a decoded tile; whether an older one in its place is being shown.
    pub fn complete(&mut self, request: TileRequest, decoded: Arc<Decoded>) -> bool {
        let entry = self.entries.entry(request.address).or_default();
        entry.ready = Some((request, decoded));
        entry.backoff.succeed();
        entry.shown
    }

    /// The changes that bring what is shown in line with what is wanted.
    pub fn show(&mut self, index: &TileIndex) -> Vec<Visibility> {
        let is_ready = |tile| self.entries.get(&tile).is_some_and(|entry| entry.ready.is_some());
        let shown = cover(&self.wanted, (index.min_zoom, index.max_zoom), is_ready);
        let mut changes = Vec::new();
        for (address, entry) in &mut self.entries {
            let show = shown.contains(address);
            if show {
                entry.used = self.plans;
            }
            if entry.shown != show {
                entry.shown = show;
                changes.push(Visibility { address: *address, shown: show });
            }
        }
        changes
    }

    /// Removes tiles that the index no longer has, and those longest unused beyond `most`; the ones removed that were
    /// ready.
    pub fn evict(&mut self, index: &TileIndex, most: usize) -> Vec<TileAddress> {
        let mut removed: Vec<TileAddress> =
            self.entries.keys().copied().filter(|address| index.get(*address).is_none()).collect();
        let mut idle: Vec<(u64, TileAddress)> = self
            .entries
            .iter()
            .filter(|(address, entry)| {
                !entry.shown
                    && entry.used < self.plans
                    && entry.pending != Pending::InFlight
                    && index.get(**address).is_some()
            })
            .map(|(address, entry)| (entry.used, *address))
            .collect();
        idle.sort_unstable();
        let excess = (self.entries.len() - removed.len()).saturating_sub(most);
        removed.extend(idle.into_iter().take(excess).map(|(_, address)| address));
        let entries = &mut self.entries;
        removed.retain(|address| entries.remove(address).is_some_and(|entry| entry.ready.is_some()));
        removed
    }

    /// How much of what is wanted is here.
    pub fn coverage(&self, index: &TileIndex) -> Coverage {
        let is_loaded = |address: &&TileAddress| {
            let ready = self.entries.get(address).and_then(|entry| entry.ready.as_ref());
            request(index, **address).zip(ready).is_some_and(|(wanted, (ready, _))| wanted == *ready)
        };
        Coverage { loaded: self.wanted.iter().filter(is_loaded).count(), wanted: self.wanted.len() }
    }

    /// The tiles that are here.
    pub fn ready(&self) -> impl Iterator<Item = &Arc<Decoded>> {
        self.entries.values().filter_map(|entry| entry.ready.as_ref().map(|(_, tile)| tile))
    }

    /// The tiles that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &Arc<Decoded>> {
        self.entries.values().filter(|entry| entry.shown).filter_map(|entry| entry.ready.as_ref().map(|(_, tile)| tile))
    }
}

/// How a tile is asked for, if the index has it.
fn request(index: &TileIndex, address: TileAddress) -> Option<TileRequest> {
    let revision = index.get(address)?.revision;
    Some(TileRequest { address, revision, tier: index.tier })
}

#[cfg(test)]
mod tests {
    use super::super::grid::TileGrid;
    use cloudsite_proto::tile::Tileset;

    use super::super::index::tests::tileset;
    use super::super::{choose, decode};
    use super::*;
    use crate::tiles::Detail;

    fn wanted(index: &TileIndex) -> Vec<TileAddress> {
        let view = choose::ViewPyramid::new(&index.bounds.opening(1.5), 1.5);
        choose::choose(index, &[view], Detail { sides: 1.5, most: 40 })
    }

    fn decoded(index: &TileIndex, request: TileRequest) -> Arc<Decoded> {
        let grid = TileGrid::new(request.address, index.park).unwrap();
        Arc::new(decode::decode(request.address, &[], &grid).unwrap())
    }

    /// Lets everything that is asked for come, until nothing more is; how many tiles came.
    fn load(store: &mut TileStore, index: &TileIndex) -> usize {
        let mut came = 0;
        loop {
            let requests = store.requests(index, 0.0);
            assert!(requests.len() <= MOST_IN_FLIGHT);
            for request in requests {
                store.receive(request, Vec::new());
            }
            let Some(received) = store.next_received() else { return came };
            store.complete(received.request, decoded(index, received.request));
            came += 1;
        }
    }

    #[test]
    fn all_that_is_wanted_comes_and_is_shown_once() {
        let (index, mut store) = (TileIndex::new(&tileset(6)).unwrap(), TileStore::default());
        let wanted = wanted(&index);
        store.want(wanted.clone());
        assert_eq!(load(&mut store, &index), wanted.len());
        assert!(store.coverage(&index).is_complete());
        assert_eq!(store.show(&index).len(), wanted.len());
        assert_eq!(store.show(&index), [], "nothing changes twice");
        assert_eq!(store.shown().count(), wanted.len());
    }

    #[test]
    fn a_new_revision_brings_back_only_what_it_changed() {
        let (mut index, mut store) = (TileIndex::new(&tileset(6)).unwrap(), TileStore::default());
        store.want(wanted(&index));
        load(&mut store, &index);
        let mut newer = tileset(6);
        newer.revision = 9;
        newer.groups[0].revision = 9;
        index = TileIndex::new(&newer).unwrap();
        assert!(!store.coverage(&index).is_complete());
        assert_eq!(load(&mut store, &index), 1, "one wanted tile holds the changed one");
        assert!(store.coverage(&index).is_complete());
    }

    #[test]
    fn another_tier_has_other_tiles_of_the_same_revision() {
        let mut store = TileStore::default();
        let index = TileIndex::new(&tileset(6)).unwrap();
        store.want(wanted(&index));
        let all = load(&mut store, &index);
        let other = TileIndex::new(&Tileset { tier: "investor".to_owned(), ..tileset(6) }).unwrap();
        assert!(!store.coverage(&other).is_complete());
        assert_eq!(load(&mut store, &other), all);
        assert!(store.coverage(&other).is_complete());
    }

    #[test]
    fn a_failed_tile_is_asked_for_again_after_a_pause() {
        let (index, mut store) = (TileIndex::new(&tileset(1)).unwrap(), TileStore::default());
        store.want(wanted(&index));
        let request = store.requests(&index, 0.0)[0];
        store.fail(request.address, 0.0);
        assert_eq!(store.requests(&index, 0.1), []);
        assert_eq!(store.requests(&index, 0.6), [request]);
    }

    #[test]
    fn the_longest_unused_go_first_and_what_is_shown_stays() {
        let (index, mut store) = (TileIndex::new(&tileset(6)).unwrap(), TileStore::default());
        let all = wanted(&index);
        let (first, rest) = all.split_at(3);
        for tiles in [first, rest] {
            store.want(tiles.to_vec());
            load(&mut store, &index);
            store.show(&index);
        }
        let mut evicted = store.evict(&index, all.len() - 2);
        evicted.sort_unstable();
        assert!(evicted.len() == 2 && evicted.iter().all(|tile| first.contains(tile)), "{evicted:?}");
        assert_eq!(store.evict(&index, 0).len(), 1, "only the last one that is not shown");
        let gone = TileIndex::new(&tileset(1)).unwrap();
        assert!(!store.evict(&gone, 100).is_empty(), "what the index no longer has goes");
    }
}
