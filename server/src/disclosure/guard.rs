//! The guard of the extent: adds up the area that each organisation has been given, and lets nobody put together more than
//! the law lets anyone have.
//!
//! The area is kept in memory and written a moment later; once an organisation comes near to the limit it is written before
//! anything leaves, so that not even a crash makes it less. What the public is given is generalised data that everyone has,
//! and is not counted; nor is what the government has of itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudsite_domain::disclosure::{Cell, Cover, TooMuch};
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Code;
use cloudsite_store::StoreError;
use cloudsite_store::extent::{Escalation, ExtentStore, GivenCell};
use jiff::Timestamp;

/// The part of the limit from which on nothing leaves before it is written.
const NEAR: f64 = 0.8;

/// An organisation has been given as much as may be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{organisation} has been given {given_km2:.2} km² and with this would have {asked_km2:.2} km² that hang together; \
     at most {most_km2} km² may be given: the park's bureau has been told and can say how to go on"
)]
pub(crate) struct ExtentExceeded {
    /// The organisation's code.
    pub(crate) organisation: Code,
    /// What it has, km².
    pub(crate) given_km2: f64,
    /// The largest piece that it would have, km².
    pub(crate) asked_km2: f64,
    /// The limit, km².
    pub(crate) most_km2: f64,
}

#[derive(Default)]
struct State {
    covers: HashMap<Code, Cover>,
    /// What is not written yet. No more than there are cells in the park for each organisation.
    unwritten: Vec<GivenCell>,
    refused: HashMap<Code, Escalation>,
}

/// What each organisation has been given.
pub(super) struct Guard {
    store: Arc<dyn ExtentStore>,
    most_km2: f64,
    state: Mutex<State>,
}

impl Guard {
    /// Reads what has been given so far. Blocks.
    pub(super) fn open(store: Arc<dyn ExtentStore>, most_km2: f64) -> Result<Self, StoreError> {
        let mut state = State::default();
        for GivenCell { organisation, cell, .. } in store.given()? {
            // What was given was within the limit of its day, so it is taken as it is.
            let _added = state.covers.entry(organisation).or_default().add([cell], f64::INFINITY);
        }
        Ok(Self { store, most_km2, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes cells for given to an organisation, or refuses them. Blocks where they have to be written first.
    pub(super) fn give(
        &self,
        organisation: &Code,
        tier: Tier,
        cells: &BTreeSet<Cell>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let mut state = self.state();
        let State { covers, unwritten, refused } = &mut *state;
        let cover = covers.entry(organisation.clone()).or_default();
        if cells.iter().all(|cell| cover.has(*cell)) {
            return Ok(());
        }
        match cover.add(cells.iter().copied(), self.most_km2 * 1e6) {
            Ok(new) => {
                let organisation = || organisation.clone();
                unwritten.extend(new.into_iter().map(|cell| GivenCell {
                    organisation: organisation(),
                    tier,
                    cell,
                    at,
                }));
            }
            Err(TooMuch { contiguous_m2 }) => {
                let count = refused.entry(organisation.clone()).or_insert_with(|| Escalation {
                    organisation: organisation.clone(),
                    refusals: 0,
                    last_at: at,
                });
                count.refusals += 1;
                count.last_at = count.last_at.max(at);
                return Err(Refused::Exceeded(ExtentExceeded {
                    organisation: organisation.clone(),
                    given_km2: cover.area_m2() / 1e6,
                    asked_km2: contiguous_m2 / 1e6,
                    most_km2: self.most_km2,
                }));
            }
        }
        let near = cover.contiguous_m2() > self.most_km2 * 1e6 * NEAR;
        drop(state);
        if near { Ok(self.write()?) } else { Ok(()) }
    }

    /// Writes what is not written yet; what the store does not take waits on. Blocks.
    pub(super) fn write(&self) -> Result<(), StoreError> {
        let (cells, refused) = {
            let mut state = self.state();
            (std::mem::take(&mut state.unwritten), std::mem::take(&mut state.refused))
        };
        if !cells.is_empty()
            && let Err(error) = self.store.add_given(&cells)
        {
            let mut state = self.state();
            state.unwritten.extend(cells);
            state.refused.extend(refused);
            return Err(error);
        }
        let refused: Vec<Escalation> = refused.into_values().collect();
        if refused.is_empty() { Ok(()) } else { self.store.escalate(&refused) }
    }
}

/// Why cells are not given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It would be too much.
    #[error(transparent)]
    Exceeded(#[from] ExtentExceeded),
    /// It cannot be written that they are.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use cloudsite_store::sqlite::SqliteStore;

    use super::*;

    fn row(y: i32, length: i32) -> BTreeSet<Cell> {
        (0..length).map(|x| Cell { x, y }).collect()
    }

    #[test]
    fn what_was_given_counts_after_a_restart_and_too_much_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn ExtentStore> = Arc::new(SqliteStore::open(folder.path()).unwrap());
        let guard = || Guard::open(Arc::clone(&store), 1.0).unwrap();
        let (firm, other): (Code, Code) = ("firm".parse().unwrap(), "other".parse().unwrap());
        let at = Timestamp::from_second(7).unwrap();
        let first = guard();
        first.give(&firm, Tier::Investor, &row(0, 60), at).unwrap();
        assert_eq!(store.given().unwrap(), [], "far from the limit it is written later");
        first.write().unwrap();
        assert_eq!(store.given().unwrap().len(), 60);
        first.give(&firm, Tier::Investor, &row(1, 30), at).unwrap();
        assert_eq!(store.given().unwrap().len(), 90, "near to it, at once");

        let again = guard();
        let error = again.give(&firm, Tier::Investor, &row(2, 11), at).unwrap_err();
        let Refused::Exceeded(error) = error else { panic!("{error}") };
        assert_eq!((error.given_km2, error.asked_km2, error.most_km2), (0.9, 1.01, 1.0));
        again.give(&firm, Tier::Investor, &row(1, 20), at).unwrap();
        again.give(&firm, Tier::Investor, &row(9, 100), at).unwrap();
        again.give(&other, Tier::Negotiating, &row(2, 100), at).unwrap();
        again.write().unwrap();
        let [escalation] = store.escalations().unwrap().try_into().unwrap();
        assert_eq!((escalation.organisation, escalation.refusals), (firm, 1));
    }
}
