//! Whose a datagram is: by the user name fragment of a binding request, and by the path after one was genuine.

use std::collections::{HashMap, VecDeque};

use crate::event::Path;
use crate::names::PeerId;

/// Paths that a peer may have at once: its addresses, times UDP and TCP. The oldest goes for a new one.
const PATHS: usize = 16;

#[derive(Debug, Default)]
struct Known {
    paths: VecDeque<Path>,
    ufrag: Option<String>,
}

/// Who is reached by which path and fragment. Only what is proved is entered, so strangers leave nothing here.
#[derive(Debug, Default)]
pub(super) struct Demultiplexer {
    by_path: HashMap<Path, PeerId>,
    by_ufrag: HashMap<String, PeerId>,
    known: HashMap<PeerId, Known>,
}

impl Demultiplexer {
    /// The peer whose fragment it is.
    pub(super) fn by_ufrag(&self, ufrag: &str) -> Option<PeerId> {
        self.by_ufrag.get(ufrag).copied()
    }

    /// The peer whose path it is.
    pub(super) fn by_path(&self, path: Path) -> Option<PeerId> {
        self.by_path.get(&path).copied()
    }

    /// Enters a fragment in place of the peer's former one. False if it is another peer's.
    pub(super) fn enter_ufrag(&mut self, ufrag: &str, peer: PeerId) -> bool {
        match self.by_ufrag.get(ufrag) {
            Some(owner) => return *owner == peer,
            None => self.by_ufrag.insert(ufrag.to_owned(), peer),
        };
        let known = self.known.entry(peer).or_default();
        if let Some(former) = known.ufrag.replace(ufrag.to_owned()) {
            self.by_ufrag.remove(&former);
        }
        true
    }

    /// Enters a path on which a genuine request has come. An address that another peer had is now this one's.
    pub(super) fn enter_path(&mut self, path: Path, peer: PeerId) {
        match self.by_path.insert(path, peer) {
            Some(owner) if owner == peer => return,
            Some(owner) => {
                if let Some(known) = self.known.get_mut(&owner) {
                    known.paths.retain(|known| *known != path);
                }
            }
            None => {}
        }
        let known = self.known.entry(peer).or_default();
        known.paths.push_back(path);
        if known.paths.len() > PATHS
            && let Some(former) = known.paths.pop_front()
        {
            self.by_path.remove(&former);
        }
    }

    /// Forgets a path: its connection is closed.
    pub(super) fn forget_path(&mut self, path: Path) -> Option<PeerId> {
        let peer = self.by_path.remove(&path)?;
        if let Some(known) = self.known.get_mut(&peer) {
            known.paths.retain(|known| *known != path);
        }
        Some(peer)
    }

    /// Whether it knows nobody.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_path.is_empty() && self.by_ufrag.is_empty() && self.known.is_empty()
    }

    /// Forgets a peer.
    pub(super) fn forget(&mut self, peer: PeerId) {
        let Some(known) = self.known.remove(&peer) else { return };
        for path in known.paths {
            self.by_path.remove(&path);
        }
        if let Some(ufrag) = known.ufrag {
            self.by_ufrag.remove(&ufrag);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Protocol;

    fn path(port: u16) -> Path {
        Path { protocol: Protocol::Udp, remote: ([192, 0, 2, 7], port).into() }
    }

    #[test]
    fn an_address_is_the_last_ones_who_proved_it() {
        let (a, b) = (PeerId(1), PeerId(2));
        let mut demultiplexer = Demultiplexer::default();
        demultiplexer.enter_path(path(1), a);
        demultiplexer.enter_path(path(1), b);
        assert_eq!(demultiplexer.by_path(path(1)), Some(b));
        demultiplexer.forget(a);
        assert_eq!(
            demultiplexer.by_path(path(1)),
            Some(b),
            "what was handed on is not forgotten with the former owner"
        );
        demultiplexer.forget(b);
        assert_eq!(demultiplexer.by_path(path(1)), None);
    }

    #[test]
    fn the_same_address_over_tcp_is_another_path() {
        let mut demultiplexer = Demultiplexer::default();
        demultiplexer.enter_path(path(1), PeerId(1));
        assert_eq!(demultiplexer.by_path(Path { protocol: Protocol::Tcp, ..path(1) }), None);
    }

    #[test]
    fn a_peer_has_a_bounded_number_of_paths_and_one_fragment() {
        let mut demultiplexer = Demultiplexer::default();
        for port in 0..100 {
            demultiplexer.enter_path(path(port), PeerId(1));
            assert!(demultiplexer.enter_ufrag(&format!("f{port}"), PeerId(1)));
        }
        assert_eq!(demultiplexer.by_path.len(), PATHS);
        assert_eq!(demultiplexer.by_ufrag.len(), 1);
        assert_eq!(demultiplexer.by_path(path(99)), Some(PeerId(1)));
        assert_eq!(demultiplexer.by_ufrag("f99"), Some(PeerId(1)));
        demultiplexer.forget(PeerId(1));
        assert!(demultiplexer.is_empty());
    }

    #[test]
    fn a_fragment_of_another_peer_is_refused() {
        let mut demultiplexer = Demultiplexer::default();
        assert!(demultiplexer.enter_ufrag("same", PeerId(1)));
        assert!(demultiplexer.enter_ufrag("same", PeerId(1)));
        assert!(!demultiplexer.enter_ufrag("same", PeerId(2)));
    }
}
