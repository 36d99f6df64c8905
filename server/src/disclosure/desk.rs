//! The desk over which everything goes that is given to an organisation: counted in the ledger, held against the guard.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudsite_domain::audit::{Action, Happening};
use cloudsite_domain::disclosure::{Cell, cells};
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{Code, Layer};
use cloudsite_store::StoreError;
use cloudsite_store::extent::ExtentStore;
use jiff::Timestamp;

use super::guard::{ExtentExceeded, Guard, Refused};
use super::ledger::Ledger;
use super::policy;
use crate::audit::{Counted, Journal};
use crate::identity::{Clock, Recipient};
use crate::record::Entry;

/// By which way something is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Channel {
    /// Calls.
    Grpc,
    /// Vector tiles.
    Tiles,
    /// OGC API - Features.
    Ogc,
}

impl Channel {
    /// What the log calls it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Tiles => "tiles",
            Self::Ogc => "ogc",
        }
    }
}

/// What a reply holds, as the desk counts it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parcelled {
    /// How many features of which layer.
    pub(crate) features: Vec<(Layer, u64)>,
    /// Where they lie.
    pub(crate) cells: BTreeSet<Cell>,
}

/// Where disclosures are counted and, if they would be too much, refused.
pub(crate) struct Desk {
    guard: Guard,
    ledger: Ledger,
    journal: Arc<Journal>,
    clock: Clock,
}

impl Desk {
    /// A desk that goes on from what `store` has. Blocks.
    pub(crate) fn open(store: Arc<dyn ExtentStore>, journal: Arc<Journal>, clock: Clock) -> Result<Self, StoreError> {
        let guard = Guard::open(store, policy().extent().most_km2)?;
        Ok(Self { guard, ledger: Ledger::default(), journal, clock })
    }

    /// Takes for given what a reply holds, or refuses it: nothing may leave before this has said yes. Blocks.
    pub(crate) fn hand_over(
        &self,
        recipient: &Recipient,
        channel: Channel,
        parcelled: &Parcelled,
    ) -> Result<(), Refused> {
        let Some(organisation) = counted(recipient) else { return Ok(()) };
        let (tier, at) = (recipient.tier, (self.clock)());
        if !recipient.is_government {
            match self.guard.give(organisation, tier, &parcelled.cells, at) {
                Ok(()) => {}
                Err(Refused::Exceeded(error)) => {
                    self.escalate(&error, at);
                    return Err(Refused::Exceeded(error));
                }
                Err(error) => return Err(error),
            }
        }
        for (layer, features) in &parcelled.features {
            self.ledger.note((organisation, tier), *layer, channel, *features, at);
        }
        Ok(())
    }

    fn escalate(&self, error: &ExtentExceeded, at: Timestamp) {
        let organisation = error.organisation.to_string();
        tracing::warn!(
            organisation,
            asked_km2 = error.asked_km2,
            "an organisation asked for more area than may be given"
        );
        let subject = format!("more than {} km² that hang together", error.most_km2);
        let actor = format!("members of {organisation}");
        self.journal.count(Counted { action: Action::Refusal, subject, actor, organisation }, at);
        self.journal.ring();
    }

    /// Writes what area was given. Blocks.
    pub(crate) fn keep(&self) -> Result<(), StoreError> {
        self.guard.write()
    }

    /// Gives to `append` what was counted in hours that are over, or all of it.
    pub(crate) fn flush<E>(
        &self,
        now: Timestamp,
        all: bool,
        append: impl FnOnce(Vec<Happening>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.ledger.flush(now, all, append)
    }
}

/// The organisation that is counted for a recipient; none for everyone, and for the operator.
fn counted(recipient: &Recipient) -> Option<&Code> {
    recipient.organisation.as_ref().filter(|_| recipient.tier > Tier::Public)
}

/// A reply while it is put together.
pub(crate) struct Delivery {
    layer: Layer,
    features: u64,
    cells: BTreeSet<Cell>,
    is_counted: bool,
    is_measured: bool,
}

impl Delivery {
    /// A reply to a recipient with features of a layer.
    pub(crate) fn new(recipient: &Recipient, layer: Layer) -> Self {
        let is_counted = counted(recipient).is_some();
        let is_measured = is_counted && !recipient.is_government && policy().layer(layer).is_counted();
        Self { layer, features: 0, cells: BTreeSet::new(), is_counted, is_measured }
    }

    /// Whether it is counted at all.
    pub(crate) const fn is_counted(&self) -> bool {
        self.is_counted
    }

    /// Takes up a feature.
    pub(crate) fn add(&mut self, entry: &Entry) {
        self.features += u64::from(self.is_counted);
        if self.is_measured {
            self.cells.append(&mut cells(&entry.feature.shape));
        }
    }

    /// What is in it.
    pub(crate) fn parcelled(self) -> Parcelled {
        let features = if self.features == 0 { Vec::new() } else { vec![(self.layer, self.features)] };
        Parcelled { features, cells: self.cells }
    }
}
