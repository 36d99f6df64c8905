//! How often someone may try to sign in.

use std::sync::Mutex;

use cloudsite_store::identity::SecretHash;
use jiff::{SignedDuration, Timestamp};
use quick_cache::sync::Cache;

/// Wrong attempts for one address within [`WINDOW`] before further ones are refused unseen.
const MOST: u32 = 10;

/// How long attempts count.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Addresses that are counted at a time. When it is full, one that has not been asked for lately is forgotten; whoever
/// wants that must spend as many sign-ins, each of which costs a hash.
const ADDRESSES: usize = 10_000;

#[derive(Clone, Copy)]
struct Count {
    since: Timestamp,
    wrong: u32,
}

/// Counts wrong attempts by the hash of what was given as an address.
pub(super) struct Attempts {
    counts: Cache<[u8; 32], Count>,
    /// Counting is reading and writing, so one at a time.
    turn: Mutex<()>,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self { counts: Cache::new(ADDRESSES), turn: Mutex::new(()) }
    }

    /// Counts an attempt before it is made; false if there were too many. One that succeeds is taken back by
    /// [`Self::forget`].
    pub(super) fn may(&self, address: &SecretHash, now: Timestamp) -> bool {
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = self.counts.get(&address.0).filter(|count| now.duration_since(count.since) < WINDOW);
        let count = known.unwrap_or(Count { since: now, wrong: 0 });
        if count.wrong >= MOST {
            return false;
        }
        self.counts.insert(address.0, Count { wrong: count.wrong + 1, ..count });
        true
    }

    /// Counts from nothing again.
    pub(super) fn forget(&self, address: &SecretHash) {
        self.counts.remove(&address.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_wrong_attempts_have_to_wait() {
        let attempts = Attempts::new();
        let at = |secs| Timestamp::from_second(secs).unwrap();
        let (chen, sato) = (SecretHash([1; 32]), SecretHash([2; 32]));
        for number in 0..MOST {
            assert!(attempts.may(&chen, at(number.into())), "attempt {number}");
        }
        assert!(!attempts.may(&chen, at(299)));
        assert!(attempts.may(&sato, at(299)), "others are not concerned");
        assert!(attempts.may(&chen, at(300)), "the window is over");
        for _ in 0..3 * MOST {
            assert!(attempts.may(&sato, at(310)), "who succeeds may go on");
            attempts.forget(&sato);
        }
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let attempts = Attempts::new();
        for number in 0..3 * ADDRESSES as u64 {
            let mut address = [0; 32];
            address[..8].copy_from_slice(&number.to_be_bytes());
            attempts.may(&SecretHash(address), Timestamp::UNIX_EPOCH);
        }
        assert!(attempts.counts.len() <= ADDRESSES, "{}", attempts.counts.len());
    }
}
