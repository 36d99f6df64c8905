//! Whose a datagram is: by the user name fragment of a binding request, and by the path after one was genuine.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::event::{Path, Protocol};
use crate::names::PeerId;

/// Paths that a peer may have at once: its addresses, times UDP and TCP. The oldest goes for a new one.
const PATHS: usize = 16;

/// A peer, and the lane that it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub peer: PeerId,
    pub lane: usize,
}

/// Why a fragment is not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotEntered {
    /// It is another peer's.
    Taken,
    /// As many peers as may be are there.
    Full,
}

#[derive(Debug)]
struct Known {
    lane: usize,
    paths: VecDeque<Path>,
    ufrag: Option<String>,
}

/// Who is reached by which path and fragment, over all lanes of one port. Only what is proved is entered, so strangers leave
/// nothing here.
#[derive(Debug)]
pub(crate) struct Demultiplexer {
    most: usize,
    entries: RwLock<Entries>,
}

#[derive(Debug)]
struct Entries {
    by_path: HashMap<Path, Owner>,
    by_ufrag: HashMap<String, Owner>,
    known: HashMap<PeerId, Known>,
    /// How many peers are on each lane.
    on: Vec<usize>,
}

impl Demultiplexer {
    /// One for so many lanes, and at most so many peers.
    pub(crate) fn new(lanes: usize, most: usize) -> Self {
        let (by_path, by_ufrag, known) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { most, entries: RwLock::new(Entries { by_path, by_ufrag, known, on: vec![0; lanes] }) }
    }

    fn entries(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn entries_mut(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The peer whose fragment it is.
    pub(crate) fn by_ufrag(&self, ufrag: &str) -> Option<Owner> {
        self.entries().by_ufrag.get(ufrag).copied()
    }

    /// The peer whose path it is.
    pub(crate) fn by_path(&self, path: Path) -> Option<Owner> {
        self.entries().by_path.get(&path).copied()
    }

    /// The lane that a peer is on.
    pub(crate) fn lane_of(&self, peer: PeerId) -> Option<usize> {
        self.entries().known.get(&peer).map(|known| known.lane)
    }

    /// How many peers are on each lane.
    pub(crate) fn population(&self) -> Vec<usize> {
        self.entries().on.clone()
    }

    /// Whether there is no room for one more.
    pub(super) fn is_full(&self) -> bool {
        self.entries().known.len() >= self.most
    }

    /// Whether some peer is reached over UDP at an address, whatever the port.
    pub(super) fn knows_host(&self, ip: IpAddr) -> bool {
        let is_there = |path: &Path| path.protocol == Protocol::Udp && path.remote.ip() == ip;
        self.entries().by_path.keys().any(is_there)
    }

    /// Enters a fragment in place of the peer's former one; a peer who has none yet is new.
    pub(super) fn enter_ufrag(&self, ufrag: &str, owner: Owner) -> Result<(), NotEntered> {
        let mut entries = self.entries_mut();
        let Entries { by_ufrag, known, on, .. } = &mut *entries;
        match by_ufrag.get(ufrag) {
            Some(other) if other.peer == owner.peer => return Ok(()),
            Some(_) => return Err(NotEntered::Taken),
            None => {}
        }
        if !known.contains_key(&owner.peer) {
            if known.len() >= self.most {
                return Err(NotEntered::Full);
            }
            if let Some(on) = on.get_mut(owner.lane) {
                *on += 1;
            }
        }
        by_ufrag.insert(ufrag.to_owned(), owner);
        let new = || Known { lane: owner.lane, paths: VecDeque::new(), ufrag: None };
        if let Some(former) = known.entry(owner.peer).or_insert_with(new).ufrag.replace(ufrag.to_owned()) {
            by_ufrag.remove(&former);
        }
        Ok(())
    }

    /// Enters a path on which a genuine request of a known peer has come. An address that another peer had is now this
    /// one's.
    pub(super) fn enter_path(&self, path: Path, peer: PeerId) {
        // Most requests come on the path that is known: no writing for those.
        if self.by_path(path).is_some_and(|owner| owner.peer == peer) {
            return;
        }
        let mut entries = self.entries_mut();
        let Entries { by_path, known, .. } = &mut *entries;
        let Some(lane) = known.get(&peer).map(|known| known.lane) else { return };
        if let Some(owner) = by_path.insert(path, Owner { peer, lane })
            && let Some(known) = known.get_mut(&owner.peer)
        {
            known.paths.retain(|known| *known != path);
        }
        let Some(known) = known.get_mut(&peer) else { return };
        known.paths.push_back(path);
        if known.paths.len() > PATHS
            && let Some(former) = known.paths.pop_front()
        {
            by_path.remove(&former);
        }
    }

    /// Forgets a path: its connection is closed.
    pub(super) fn forget_path(&self, path: Path) -> Option<PeerId> {
        let mut entries = self.entries_mut();
        let Owner { peer, .. } = entries.by_path.remove(&path)?;
        if let Some(known) = entries.known.get_mut(&peer) {
            known.paths.retain(|known| *known != path);
        }
        Some(peer)
    }

    /// Whether it knows nobody.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let entries = self.entries();
        entries.by_path.is_empty()
            && entries.by_ufrag.is_empty()
            && entries.known.is_empty()
            && entries.on.iter().all(|on| *on == 0)
    }

    /// Forgets a peer.
    pub(super) fn forget(&self, peer: PeerId) {
        let mut entries = self.entries_mut();
        let Entries { by_path, by_ufrag, known, on } = &mut *entries;
        let Some(known) = known.remove(&peer) else { return };
        for path in known.paths {
            by_path.remove(&path);
        }
        if let Some(ufrag) = known.ufrag {
            by_ufrag.remove(&ufrag);
        }
        if let Some(on) = on.get_mut(known.lane) {
            *on -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(port: u16) -> Path {
        Path { protocol: Protocol::Udp, remote: ([192, 0, 2, 7], port).into() }
    }

    /// Some peers, each on the lane of its number.
    fn with(peers: &[u64]) -> Demultiplexer {
        let demultiplexer = Demultiplexer::new(4, 4);
        for peer in peers {
            demultiplexer.enter_ufrag(&format!("of {peer}"), owner(*peer)).unwrap();
        }
        demultiplexer
    }

    fn owner(peer: u64) -> Owner {
        Owner { peer: PeerId(peer), lane: peer as usize }
    }

    #[test]
    fn an_address_is_the_last_ones_who_proved_it() {
        let demultiplexer = with(&[1, 2]);
        demultiplexer.enter_path(path(1), PeerId(1));
        demultiplexer.enter_path(path(1), PeerId(2));
        assert_eq!(demultiplexer.by_path(path(1)), Some(owner(2)));
        demultiplexer.forget(PeerId(1));
        assert_eq!(
            demultiplexer.by_path(path(1)),
            Some(owner(2)),
            "what was handed on is not forgotten with the former owner"
        );
        demultiplexer.forget(PeerId(2));
        assert!(demultiplexer.is_empty());
    }

    #[test]
    fn the_same_address_over_tcp_is_another_path() {
        let demultiplexer = with(&[1]);
        demultiplexer.enter_path(path(1), PeerId(1));
        assert_eq!(demultiplexer.by_path(Path { protocol: Protocol::Tcp, ..path(1) }), None);
        assert!(demultiplexer.knows_host(path(9).remote.ip()));
        assert!(!demultiplexer.knows_host([192, 0, 2, 8].into()));
    }

    #[test]
    fn a_peer_has_a_bounded_number_of_paths_and_one_fragment() {
        let demultiplexer = with(&[]);
        for port in 0..100 {
            demultiplexer.enter_ufrag(&format!("f{port}"), owner(1)).unwrap();
            demultiplexer.enter_path(path(port), PeerId(1));
        }
        assert_eq!(demultiplexer.entries().by_path.len(), PATHS);
        assert_eq!(demultiplexer.entries().by_ufrag.len(), 1);
        assert_eq!(demultiplexer.by_path(path(99)), Some(owner(1)));
        assert_eq!(demultiplexer.by_ufrag("f99"), Some(owner(1)));
        assert_eq!(demultiplexer.population(), [0, 1, 0, 0]);
        demultiplexer.forget(PeerId(1));
        assert!(demultiplexer.is_empty());
    }

    #[test]
    fn a_fragment_of_another_peer_and_one_peer_too_many_are_refused() {
        let demultiplexer = with(&[0, 1]);
        assert_eq!(demultiplexer.enter_ufrag("of 1", owner(1)), Ok(()));
        assert_eq!(demultiplexer.enter_ufrag("of 1", owner(2)), Err(NotEntered::Taken));
        demultiplexer.enter_ufrag("of 2", owner(2)).unwrap();
        demultiplexer.enter_ufrag("of 3", owner(3)).unwrap();
        assert_eq!(demultiplexer.enter_ufrag("of 4", owner(4)), Err(NotEntered::Full));
        assert_eq!(demultiplexer.enter_ufrag("again", owner(3)), Ok(()), "whoever is there may have another one");
        assert_eq!(demultiplexer.lane_of(PeerId(2)), Some(2));
        demultiplexer.forget(PeerId(2));
        assert_eq!(demultiplexer.enter_ufrag("of 4", Owner { lane: 0, ..owner(4) }), Ok(()));
        assert_eq!(demultiplexer.population(), [2, 1, 0, 1]);
    }
}
