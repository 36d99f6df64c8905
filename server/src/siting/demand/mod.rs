//! Demand: what briefs were refused for, counted out of the way of those who ask, and never by whom.
//!
//! [`Tally::asked`] takes note of a brief that was answered. A brief that is dragged is asked many times a second, so what an
//! asker asks takes the place of what they asked before, and only what has rested for a minute is counted, by the [`Keeper`].
//! What was counted before in the same quarter is not counted again, and a brief that a party varies within a day takes the
//! place of what it was before ([`Form`]), so that whoever clicks through a template is counted once, by where they ended.
//! Parties are organisations, and for visitors their sittings, by hashes under a key that ends with the process.

mod counted;
mod keeper;
mod service;

use std::collections::HashMap;
use std::collections::hash_map::{Entry as Slot, RandomState};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudsite_domain::record::{Body, Code};
use cloudsite_domain::siting::demand::{Demand, Form, Quarter, Unmet, asks_for_floors, fingerprint, unmet};
use cloudsite_domain::siting::{Brief, Places};
use cloudsite_proto::SITTING;
use cloudsite_store::StoreError;
use cloudsite_store::demand::DemandStore;
use jiff::{SignedDuration, Timestamp};
use tonic::Request;

use crate::grpc::recipient;
use crate::identity::{Clock, Recipient, Resolved};
use crate::record::{Entry, Snapshot};
use crate::validation::day_of;

use counted::{Counted, Known};
pub(crate) use keeper::Keeper;
pub(crate) use service::server;

/// How long a brief rests before it is counted: long enough that who still thinks is not counted twice.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// Askers whose briefs rest at most. What others ask in the meantime is not counted, and it is told how often that was.
const MOST_RESTING: usize = 1_024;

/// Briefs that are counted in a round at most, since each is held against the whole record. The others rest longer.
const MOST_A_ROUND: usize = 64;

/// The longest name of a sitting, bytes; of a longer one the brief is taken as any visitor's.
const MOST_SITTING_BYTES: usize = 64;

/// Who asks, as far as it has to be told apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    /// Whose briefs take the place of each other; none for a visitor of whom nothing is known.
    sitting: Option<u64>,
    /// Whose briefs are counted once; none for a visitor of whom nothing is known.
    party: Option<u64>,
}

/// A brief that was answered.
struct Asked {
    party: Option<u64>,
    brief: Brief,
    /// What it was answered from.
    snapshot: Arc<Snapshot>,
    at: Timestamp,
}

#[derive(Default)]
struct State {
    resting: HashMap<u64, Asked>,
    /// What was counted before.
    before: Known,
    /// Counted, and not kept yet. It has as many entries as there are zones, with the park, needs and classes.
    counted: Demand,
    not_counted: u64,
}

/// Counts briefs.
pub(crate) struct Tally {
    clock: Clock,
    /// Its keys are random and go with the process.
    hasher: RandomState,
    state: Mutex<State>,
}

impl Tally {
    /// A tally that has counted nothing.
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, hasher: RandomState::new(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who makes a request; none if it is not to be counted: what the government tries is nobody's demand, also where it
    /// looks as others do.
    pub(crate) fn asker<T>(&self, request: &Request<T>) -> Option<Asker> {
        let Recipient { organisation, is_government, .. } = recipient(request);
        if is_government {
            return None;
        }
        let resolved = request.extensions().get::<Resolved>();
        let grant = resolved.and_then(|resolved| resolved.grant).map(|grant| self.hasher.hash_one(("grant", grant)));
        let sitting = request.metadata().get(SITTING).and_then(|value| value.to_str().ok());
        let sitting = sitting.filter(|name| (1..=MOST_SITTING_BYTES).contains(&name.len()));
        let sitting = sitting.map(|name| self.hasher.hash_one(("sitting", name)));
        Some(match organisation {
            Some(code) => Asker { sitting: grant, party: Some(self.hasher.hash_one(("organisation", code))) },
            None => Asker { sitting, party: sitting },
        })
    }

    /// Takes note of a brief that was answered from `snapshot`. It has to be the newest: what is asked of the past is no
    /// demand.
    pub(crate) fn asked(&self, asker: Asker, brief: Brief, snapshot: Arc<Snapshot>) {
        let key = asker.sitting.unwrap_or_else(|| self.hasher.hash_one(("visitor", fingerprint(&brief))));
        let asked = Asked { party: asker.party, brief, snapshot, at: (self.clock)() };
        let mut state = self.state();
        let State { resting, not_counted, .. } = &mut *state;
        let is_full = resting.len() >= MOST_RESTING;
        match resting.entry(key) {
            Slot::Occupied(mut before) => {
                before.insert(asked);
            }
            Slot::Vacant(free) if !is_full => {
                free.insert(asked);
            }
            Slot::Vacant(_) => *not_counted += 1,
        }
    }

    /// Calls whose briefs were not counted, because too many rested.
    fn not_counted(&self) -> u64 {
        self.state().not_counted
    }

    /// Takes out what has rested at `now`, or with `last` whatever rests; a round's worth of it.
    fn rested(&self, now: Timestamp, last: bool) -> Vec<Asked> {
        let mut state = self.state();
        let is_rested = |asked: &Asked| last || now.duration_since(asked.at) >= REST;
        let rested = state.resting.iter().filter(|(_, asked)| is_rested(asked)).map(|(key, asked)| (asked.at, *key));
        let mut keys: Vec<_> = rested.collect();
        keys.sort_unstable();
        keys.truncate(MOST_A_ROUND);
        keys.iter().filter_map(|(_, key)| state.resting.remove(key)).collect()
    }

    /// Counts what has rested and gives it to `store`; what that does not take is kept for the next time. Blocks.
    fn settle(&self, store: &dyn DemandStore, now: Timestamp, last: bool) -> Result<(), StoreError> {
        for Asked { party, brief, snapshot, at } in self.rested(now, last) {
            let day = day_of(at);
            let key = self.hasher.hash_one((party, fingerprint(&brief), Quarter::of(day)));
            let form = Form::of(&brief);
            {
                let mut state = self.state();
                let State { before, counted, .. } = &mut *state;
                if let Some(unmet) = before.replaced(day, party, &form, key) {
                    counted.take_back(day, unmet);
                }
                if !before.is_new(key) {
                    before.note(party, Counted { form, key, unmet: None });
                    continue;
                }
            }
            let found = held_against(&brief, &snapshot);
            let mut state = self.state();
            state.before.note(party, Counted { form, key, unmet: Some(found.clone()) });
            state.counted.count(day, found);
        }
        let counted = std::mem::take(&mut self.state().counted);
        if counted.is_empty() {
            return Ok(());
        }
        let added = store.add_demand(&counted);
        if added.is_err() {
            self.state().counted.merge(counted);
        }
        added
    }
}

/// What kept a brief out of the places of a snapshot.
fn held_against(brief: &Brief, snapshot: &Snapshot) -> Unmet {
    let (sites, floors) = (snapshot.sites(), snapshot.sites().floors(brief.day()));
    if asks_for_floors(brief) {
        let rows = 0..floors.count() as u32;
        unmet(brief, rows.map(|row| (floors.candidate(row), floors.parcel(row).and_then(zone_of))))
    } else {
        let rows = 0..sites.count() as u32;
        unmet(brief, rows.map(|row| (sites.candidate(row), zone_of(sites.entry(row)))))
    }
}

/// The code of the zone that a parcel lies in.
fn zone_of(entry: &Entry) -> Option<&Code> {
    match &entry.feature.body {
        Body::Parcel(parcel) => parcel.zone.as_ref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
