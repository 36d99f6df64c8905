//! The road network of a snapshot: made when it is first asked for, and shared by the snapshots that have the same roads.

use std::sync::{Arc, LazyLock, OnceLock};

use cloudsite_domain::record::Layer;
use cloudsite_domain::route::{Network, TravelTable};

use super::Snapshot;

/// The layers that a network is made of.
const LAYERS: [Layer; 3] = [Layer::Road, Layer::Utility, Layer::Poi];

/// The network, once it was asked for.
#[derive(Default)]
pub(super) struct KeptRoads(OnceLock<Arc<Network>>);

impl KeptRoads {
    /// That of a snapshot in which these layers are others: the same one, if none of them is of the network.
    pub(super) fn after(&self, changed: impl IntoIterator<Item = Layer>) -> Self {
        let is_other = changed.into_iter().any(|layer| LAYERS.contains(&layer));
        Self(if is_other { OnceLock::new() } else { self.0.clone() })
    }
}

impl Snapshot {
    /// The road network. The first to ask makes it and the others wait: blocks.
    pub(crate) fn roads(&self) -> &Arc<Network> {
        self.roads.0.get_or_init(|| {
            let entries = LAYERS.iter().flat_map(|layer| self.layer(*layer).features().iter());
            Arc::new(Network::new(entries.map(|entry| &entry.feature), travel()))
        })
    }
}

/// The table of travel that this program was built with.
fn travel() -> &'static TravelTable {
    static TRAVEL: LazyLock<TravelTable> = LazyLock::new(|| {
        let text = include_str!("../../../assets/rules/travel.json");
        TravelTable::parse(text).expect("the table was read when the program was tested")
    });
    &TRAVEL
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cloudsite_domain::record::{Feature, FeatureId, FeatureVersion, Revision};
    use cloudsite_domain::route::{Kind, Vehicle};

    use super::*;
    use crate::record::{Entry, LayerSnapshot};

    /// The demo park, whole.
    fn demo() -> Snapshot {
        let features = crate::demo::features().unwrap_or_else(|refusal| panic!("{refusal}"));
        let entry = |(index, feature): (usize, Feature)| {
            Entry::from(FeatureVersion { id: FeatureId(index as u64 + 1), since: Revision(1), feature })
        };
        let entries: Vec<Entry> = features.into_iter().enumerate().map(entry).collect();
        let of_layer = |layer: &Layer| {
            let own = entries.iter().filter(|entry| entry.feature.layer() == *layer).cloned();
            Arc::new(LayerSnapshot::new(own.collect()))
        };
        Snapshot::of_layers(Revision(1), Layer::ALL.iter().map(of_layer).collect())
    }

    #[test]
    fn a_network_is_made_once_while_its_roads_stay() {
        let before = demo();
        let first = Arc::clone(before.roads());
        assert!(Arc::ptr_eq(&first, before.roads()));
        let of = |layer: Layer| {
            let entry = before.layer(layer).at(0).clone();
            let differences = [(layer, vec![(entry.id, None)])].into();
            before.changed(Revision(2), differences)
        };
        assert!(Arc::ptr_eq(&first, of(Layer::Parcel).roads()), "a parcel is no road");
        assert!(!Arc::ptr_eq(&first, of(Layer::Road).roads()));
        assert!(Arc::ptr_eq(&first, before.again(Revision(3)).roads()));
    }

    #[test]
    fn every_parcel_of_the_demo_park_is_reached() {
        let snapshot = demo();
        let network = snapshot.roads();
        let asked: Vec<(Kind, Vehicle)> =
            Kind::ALL.iter().flat_map(|kind| Vehicle::ALL.iter().map(move |vehicle| (*kind, *vehicle))).collect();
        for entry in snapshot.layer(Layer::Parcel).features().iter() {
            let found = network.minutes(&entry.feature.shape, &asked);
            for (asked, minutes) in asked.iter().zip(found) {
                let minutes = minutes.unwrap_or_else(|why| panic!("{} {asked:?}: {why:?}", entry.feature.code));
                assert!((0.0..40.0).contains(&minutes), "{} {asked:?}: {minutes} min", entry.feature.code);
            }
        }
    }
}
