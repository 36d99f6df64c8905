//! Snapshots for the tiers below the government's, made of the whole one when a tier first asks, and from then on taken
//! along with each revision.

use std::sync::{Arc, OnceLock};
use std::thread;

use cloudsite_domain::disclosure::disclose;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{FeatureVersion, Layer};

use super::entries::Entries;
use super::made::Step;
use super::{Entry, LayerSnapshot, Snapshot};
use crate::disclosure::policy;

/// Layers of at least this many features are disclosed on several cores.
const MANY: usize = 8_192;

/// The tiers that are given less than the whole record.
pub(crate) const BELOW: [Tier; 3] = [Tier::Public, Tier::Investor, Tier::Negotiating];

/// What the tiers below the government's may see of a snapshot.
#[derive(Default)]
pub(super) struct Below([OnceLock<Arc<Snapshot>>; BELOW.len()]);

impl Below {
    /// What `tier` sees, if that was made.
    fn made(&self, tier: Tier) -> Option<&Arc<Snapshot>> {
        self.0.get(tier as usize)?.get()
    }
}

impl Snapshot {
    /// As far as a tier may see it. The first to ask for a tier makes it and the others wait: blocks.
    pub(super) fn for_tier(self: &Arc<Self>, tier: Tier) -> Arc<Self> {
        let Some(place) = self.below.0.get(tier as usize) else { return Arc::clone(self) };
        let made = place.get_or_init(|| {
            let layers = Layer::ALL.iter().map(|layer| narrowed(self.shared_layer(*layer), *layer, tier));
            let masks_are_told = policy().layer(Layer::Mask).is_given_to(tier);
            let mut seen = Self::of_layers(self.revision(), layers.collect());
            seen.masks_are_told = masks_are_told;
            Arc::new(seen)
        });
        Arc::clone(made)
    }

    /// The same, if it is there already. Does not block.
    pub(super) fn ready_for_tier(self: &Arc<Self>, tier: Tier) -> Option<Arc<Self>> {
        if tier == Tier::Government { Some(Arc::clone(self)) } else { self.below.made(tier).cloned() }
    }

    /// Takes over what tiers saw of a snapshot with the same content.
    pub(super) fn take_again(&self, same: &Self) {
        for tier in BELOW {
            let Some(seen) = same.below.made(tier) else { continue };
            // It is not shared yet, so nobody else has made it.
            let _new = self.below.0[tier as usize].set(Arc::new(seen.again(self.revision())));
        }
    }

    /// Takes along to this snapshot what tiers saw of the one `before` a step, so that only what changed is disclosed
    /// anew; what they see of this one already stays.
    pub(super) fn take_along(&self, before: &Self, step: &Step<'_>) {
        for tier in BELOW {
            let known = self.below.made(tier).is_some();
            let Some(seen) = before.below.made(tier).filter(|_| !known) else { continue };
            let given_layers = step.now().filter(|(layer, _)| policy().layer(*layer).is_given_to(tier));
            let differences = given_layers.map(|(layer, now)| {
                let seen = now.into_iter().map(|(id, entry)| (id, entry.and_then(|entry| given(entry, tier))));
                (layer, seen.collect())
            });
            let _new = self.below.0[tier as usize].set(Arc::new(seen.changed(self.revision(), differences.collect())));
        }
    }
}

/// A version as a tier may see it; the same one where that is all of it.
fn given(entry: &Entry, tier: Tier) -> Option<Entry> {
    let feature = disclose(&entry.feature, tier, policy())?;
    if *feature == entry.feature {
        return Some(entry.clone());
    }
    Some(Entry::from(FeatureVersion { id: entry.id, since: entry.since, feature: feature.into_owned() }))
}

/// A layer as a tier may see it; the same one where that is all of it.
fn narrowed(whole: &Arc<LayerSnapshot>, layer: Layer, tier: Tier) -> Arc<LayerSnapshot> {
    if !policy().layer(layer).is_given_to(tier) {
        return Arc::new(LayerSnapshot::new(Entries::default()));
    }
    let entries = whole.features();
    let part = |pieces: &[Arc<[Entry]>]| -> Vec<_> {
        pieces.iter().flat_map(|piece| piece.iter()).filter_map(|entry| given(entry, tier)).collect()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let seen = if entries.len() < MANY || cores == 1 {
        part(entries.pieces())
    } else {
        thread::scope(|scope| {
            let parts = entries.pieces().chunks(entries.piece_count().div_ceil(cores));
            let threads: Vec<_> = parts.map(|pieces| scope.spawn(move || part(pieces))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    };
    let same = seen.len() == entries.len() && seen.iter().zip(entries.iter()).all(|(seen, whole)| seen.shares(whole));
    if same { Arc::clone(whole) } else { Arc::new(LayerSnapshot::new(seen.into_iter().collect())) }
}
