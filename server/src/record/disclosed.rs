//! Snapshots for the tiers below the government's, made of the whole one when a tier first asks, and from then on taken
//! along with each revision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::thread;

use cloudsite_domain::disclosure::disclose;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{FeatureId, FeatureVersion, Layer};

use super::{LayerSnapshot, Snapshot};
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

/// Features of a layer that a revision has changed, in full.
pub(super) struct Changed {
    /// Those that began, changed or ended; none where so many did that the layer was read anew.
    pub(super) ids: Option<BTreeSet<FeatureId>>,
    /// Those that are there now.
    pub(super) versions: Vec<Arc<FeatureVersion>>,
}

impl Snapshot {
    /// As far as a tier may see it. The first to ask for a tier makes it and the others wait: blocks.
    pub(super) fn for_tier(self: &Arc<Self>, tier: Tier) -> Arc<Self> {
        let Some(place) = self.below.0.get(tier as usize) else { return Arc::clone(self) };
        let made = place.get_or_init(|| {
            let layers = Layer::ALL.iter().map(|layer| narrowed(self.shared_layer(*layer), *layer, tier));
            Arc::new(Self::of_layers(self.revision(), layers.collect()))
        });
        Arc::clone(made)
    }

    /// The same, if it is there already. Does not block.
    pub(super) fn ready_for_tier(self: &Arc<Self>, tier: Tier) -> Option<Arc<Self>> {
        if tier == Tier::Government { Some(Arc::clone(self)) } else { self.below.made(tier).cloned() }
    }

    /// Takes along to this snapshot what tiers saw of the one `before`, so that only what changed is disclosed anew.
    pub(super) fn take_along(&self, before: &Self, changed: &BTreeMap<Layer, Changed>) {
        for tier in BELOW {
            let Some(seen) = before.below.made(tier) else { continue };
            let mut next = seen.at_revision(self.revision());
            for (layer, changed) in changed {
                next.set_layer(*layer, self.narrowed_after(seen, *layer, changed, tier));
            }
            // It is not shared yet, so nobody else has made it.
            let _new = self.below.0[tier as usize].set(Arc::new(next));
        }
    }

    fn narrowed_after(&self, seen: &Self, layer: Layer, changed: &Changed, tier: Tier) -> Arc<LayerSnapshot> {
        let before = seen.shared_layer(layer);
        match &changed.ids {
            _ if !policy().layer(layer).is_given_to(tier) => Arc::clone(before),
            None => narrowed(self.shared_layer(layer), layer, tier),
            Some(ids) => {
                let given = changed.versions.iter().filter_map(|version| given(version, tier)).collect();
                Arc::new(before.replaced(|id| ids.contains(&id), given))
            }
        }
    }
}

/// A version as a tier may see it; the same one where that is all of it.
fn given(version: &Arc<FeatureVersion>, tier: Tier) -> Option<Arc<FeatureVersion>> {
    let feature = disclose(&version.feature, tier, policy())?;
    if *feature == version.feature {
        return Some(Arc::clone(version));
    }
    let FeatureVersion { id, since, .. } = **version;
    Some(Arc::new(FeatureVersion { id, since, feature: feature.into_owned() }))
}

/// A layer as a tier may see it; the same one where that is all of it.
fn narrowed(whole: &Arc<LayerSnapshot>, layer: Layer, tier: Tier) -> Arc<LayerSnapshot> {
    if !policy().layer(layer).is_given_to(tier) {
        return Arc::new(LayerSnapshot::new(Vec::new()));
    }
    let versions = whole.features();
    let part = |versions: &[Arc<FeatureVersion>]| -> Vec<_> {
        versions.iter().filter_map(|version| given(version, tier)).collect()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let seen = if versions.len() < MANY || cores == 1 {
        part(versions)
    } else {
        thread::scope(|scope| {
            let parts = versions.chunks(versions.len().div_ceil(cores));
            let threads: Vec<_> = parts.map(|versions| scope.spawn(move || part(versions))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    };
    let same = seen.len() == versions.len() && seen.iter().zip(versions).all(|(seen, whole)| Arc::ptr_eq(seen, whole));
    if same { Arc::clone(whole) } else { Arc::new(LayerSnapshot::new(seen)) }
}
