//! Everything in the park as of one revision.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::record::{Body, Code, FeatureId, Layer, Revision};
use cloudsite_store::{Difference, Store, StoreError};
use geo_types::{Coord, Rect};

use super::disclosed::Below;
use super::roads::KeptRoads;
use super::sites::{Kept, Sites};
use super::{Entry, LayerSnapshot, united};

/// Without a park in the record, the local frame begins on a corner of this grid, metres, so that it does not move with
/// every import.
const ORIGIN_GRID_M: f64 = 1_000.0;

/// The park as of a revision, as far as a tier may see it. Never changes.
pub(crate) struct Snapshot {
    revision: Revision,
    layers: Vec<Arc<LayerSnapshot>>,
    parcels_by_zone: OnceLock<HashMap<Code, u32>>,
    sites: OnceLock<Kept>,
    pub(super) roads: KeptRoads,
    /// Whether whoever sees it is told of masks: if not, that there is none says nothing.
    pub(super) masks_are_told: bool,
    /// Of the whole: what the tiers below the government's may see of it, once one of them has asked.
    pub(super) below: Below,
}

impl Snapshot {
    /// Reads all layers from the store. Blocks.
    pub(super) fn load(store: &dyn Store, revision: Revision) -> Result<Self, StoreError> {
        let layers = Layer::ALL
            .iter()
            .map(|layer| LayerSnapshot::load(store, *layer, revision).map(Arc::new))
            .collect::<Result<_, _>>()?;
        Ok(Self::of_layers(revision, layers))
    }

    /// Another revision, by what differs in it from this one; what does not is shared. Blocks.
    pub(super) fn load_from(&self, store: &dyn Store, revision: Revision) -> Result<Self, StoreError> {
        let mut differences = BTreeMap::<Layer, Vec<(FeatureId, Option<Entry>)>>::new();
        store.differences(self.revision, revision, &mut |Difference { layer, id, version }| {
            differences.entry(layer).or_default().push((id, version.map(Entry::from)));
            Ok(())
        })?;
        Ok(self.changed(revision, differences))
    }

    /// Another revision, in which some features, by layer and id, are something else or not there.
    pub(super) fn changed(
        &self,
        revision: Revision,
        differences: BTreeMap<Layer, Vec<(FeatureId, Option<Entry>)>>,
    ) -> Self {
        let mut layers = self.layers.clone();
        let roads = self.roads.after(differences.keys().copied());
        for (layer, differences) in differences {
            layers[layer as usize] = Arc::new(self.layer(layer).changed(differences));
        }
        Self { roads, masks_are_told: self.masks_are_told, ..Self::of_layers(revision, layers) }
    }

    /// The same under another revision: one that goes back to this.
    pub(super) fn again(&self, revision: Revision) -> Self {
        let (roads, masks_are_told) = (self.roads.after([]), self.masks_are_told);
        let again = Self { roads, masks_are_told, ..Self::of_layers(revision, self.layers.clone()) };
        again.take_again(self);
        again
    }

    /// A snapshot of layers that stand in the order of [`Layer::ALL`].
    pub(super) fn of_layers(revision: Revision, layers: Vec<Arc<LayerSnapshot>>) -> Self {
        Self {
            revision,
            layers,
            parcels_by_zone: OnceLock::new(),
            sites: OnceLock::new(),
            roads: KeptRoads::default(),
            masks_are_told: true,
            below: Below::default(),
        }
    }

    /// A layer to be shared.
    pub(super) fn shared_layer(&self, layer: Layer) -> &Arc<LayerSnapshot> {
        &self.layers[layer as usize]
    }

    /// The revision.
    pub(crate) const fn revision(&self) -> Revision {
        self.revision
    }

    /// A layer.
    pub(crate) fn layer(&self, layer: Layer) -> &LayerSnapshot {
        // `terms!` numbers the layers in the order of `Layer::ALL`, of which there is one entry each.
        &self.layers[layer as usize]
    }

    /// The park's own feature, if the record has one.
    pub(crate) fn park(&self) -> Option<&Entry> {
        self.layer(Layer::Park).features().iter().next()
    }

    /// The smallest rectangle around everything, canonical metres.
    pub(crate) fn bounds(&self) -> Option<Rect> {
        self.layers.iter().filter_map(|layer| layer.bounds()).reduce(united)
    }

    /// The origin of the park's local frame, canonical metres.
    pub(crate) fn origin(&self) -> Coord {
        if let Some(Body::Park(park)) = self.park().map(|version| &version.feature.body) {
            return park.origin;
        }
        let on_grid = |value: f64| (value / ORIGIN_GRID_M).round() * ORIGIN_GRID_M;
        self.bounds().map_or_else(Coord::zero, |bounds| {
            let centre = bounds.center();
            Coord { x: on_grid(centre.x), y: on_grid(centre.y) }
        })
    }

    /// The parcels as site selection looks at them. Its columns are made when they are first asked for: blocks then.
    pub(crate) fn sites(&self) -> Sites<'_> {
        Sites::new(self, self.sites.get_or_init(|| Kept::of(self)))
    }

    /// Whether the park says of itself that it is invented.
    pub(crate) fn is_synthetic(&self) -> bool {
        matches!(self.park().map(|version| &version.feature.body), Some(Body::Park(park)) if park.synthetic)
    }

    /// How many parcels name this zone as theirs.
    pub(crate) fn parcels_in_zone(&self, zone: &Code) -> u32 {
        let counts = self.parcels_by_zone.get_or_init(|| {
            let mut counts = HashMap::new();
            for version in self.layer(Layer::Parcel).features().iter() {
                if let Body::Parcel(parcel) = &version.feature.body
                    && let Some(zone) = &parcel.zone
                {
                    *counts.entry(zone.clone()).or_default() += 1;
                }
            }
            counts
        });
        counts.get(zone).copied().unwrap_or(0)
    }
}

/// Canonical metres to degrees of EPSG:4326. What the record holds has passed the projection once already; a position
/// that has none is given as the origin of the system, as a reader cannot do more about it.
pub(crate) fn lon_lat_from_canonical(at: Coord) -> Coord {
    static PROJECTOR: LazyLock<Projector> = LazyLock::new(|| Projector::new(Crs::CANONICAL, Crs::Wgs84));
    PROJECTOR.project(at).unwrap_or_else(|_| Coord::zero())
}

/// Canonical metres to EPSG:3857, if the position has one.
pub(crate) fn mercator_from_canonical(at: Coord) -> Option<Coord> {
    static PROJECTOR: LazyLock<Projector> = LazyLock::new(|| Projector::new(Crs::CANONICAL, Crs::WebMercator));
    PROJECTOR.project(at).ok()
}
