//! Finding a feature among the tiles that are here.

use bevy::math::DVec2;
use cloudsite_domain::record::Layer;

use crate::tiles::Decoded;
use crate::tiles::decoded::{AreaKind, AreaPolygon, LabelFeature};

/// Radius of the circle around a point of interest, metres.
const POI_RADIUS_M: f64 = 120.0;

/// A feature that can be selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its layer.
    pub layer: Layer,
    /// Its id.
    pub id: u64,
    /// Its code, where it has one.
    pub code: Option<String>,
    /// Of a building: the code of its parcel.
    pub parcel_code: Option<String>,
}

/// The feature of a layer with this id or, where the id is 0, with this code.
pub fn find<'a>(tiles: impl Iterator<Item = &'a Decoded>, layer: Layer, id: u64, code: &str) -> Option<Found> {
    tiles.into_iter().find_map(|decoded| {
        let is_it = |feature: u64| {
            if id == 0 { decoded.codes.get(&feature).is_some_and(|known| known == code) } else { feature == id }
        };
        let (id, parcel_code) = match layer {
            Layer::Building => {
                let building = decoded.tile.buildings.iter().find(|building| is_it(building.id))?;
                (building.id, building.parcel.clone())
            }
            Layer::Poi => {
                let is_poi = |label: &&LabelFeature| label.of == Layer::Poi && is_it(label.id);
                (decoded.tile.labels.iter().find(is_poi)?.id, None)
            }
            _ => (decoded.tile.areas.iter().find(|area| layer_of(area.kind) == layer && is_it(area.id))?.id, None),
        };
        Some(Found { layer, id, code: decoded.codes.get(&id).cloned(), parcel_code })
    })
}

fn layer_of(kind: AreaKind) -> Layer {
    match kind {
        AreaKind::Park => Layer::Park,
        AreaKind::Zone(_) => Layer::Zone,
        AreaKind::Parcel(_) => Layer::Parcel,
        AreaKind::Water(_) => Layer::Water,
        AreaKind::Green(_) => Layer::Green,
        AreaKind::Mask(_) => Layer::Mask,
    }
}

/// The circle around all that is here of a feature: its centre, park metres, and radius.
pub fn circle<'a>(tiles: impl Iterator<Item = &'a Decoded>, layer: Layer, id: u64) -> Option<(DVec2, f64)> {
    let (mut min, mut max) = (DVec2::MAX, DVec2::MIN);
    let mut grow = |polygons: &[AreaPolygon]| {
        for vertex in polygons.iter().flat_map(|polygon| &polygon.rings).flatten() {
            let at = DVec2::new(vertex.at.x, vertex.at.y);
            (min, max) = (min.min(at), max.max(at));
        }
    };
    for decoded in tiles {
        if layer == Layer::Poi {
            let label = decoded.tile.labels.iter().find(|label| label.of == layer && label.id == id);
            if let Some(label) = label {
                return Some((DVec2::new(label.at.x, label.at.y), POI_RADIUS_M));
            }
        } else if layer == Layer::Building {
            let buildings = decoded.tile.buildings.iter().filter(|building| building.id == id);
            buildings.for_each(|building| grow(&building.polygons));
        } else {
            let areas = decoded.tile.areas.iter().filter(|area| area.id == id && layer_of(area.kind) == layer);
            areas.for_each(|area| grow(&area.polygons));
        }
    }
    (min.x <= max.x).then(|| (min.midpoint(max), min.distance(max) / 2.0))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use cloudsite_domain::record::{Names, ParcelStatus};
    use cloudsite_domain::tile::TileAddress;
    use geo_types::Coord;

    use super::*;
    use crate::tiles::decoded::{AreaFeature, DecodedTile, RingVertex, Square};

    /// A tile that holds a piece of parcel 7, from `x` 100 m to the east.
    fn tile(x: f64) -> Decoded {
        let corners = [(x, 0.0), (x + 100.0, 0.0), (x + 100.0, 100.0), (x, 100.0)].map(|(x, y)| Coord { x, y });
        let ring = corners.map(|at| RingVertex { at, edge_is_cut: false }).to_vec();
        let parcel = AreaFeature {
            id: 7,
            kind: AreaKind::Parcel(ParcelStatus::Available),
            polygons: vec![AreaPolygon { rings: vec![ring] }],
        };
        Decoded {
            tile: DecodedTile {
                address: TileAddress { z: 15, x: 0, y: 0 },
                square: Square { corners },
                areas: vec![parcel],
                buildings: Vec::new(),
                lines: Vec::new(),
                points: Vec::new(),
                labels: Vec::new(),
            },
            codes: HashMap::from([(7, "P-7".to_owned())]),
        }
    }

    #[test]
    fn a_parcel_is_found_by_id_and_by_code() {
        let tiles = [tile(0.0)];
        let found = Found { layer: Layer::Parcel, id: 7, code: Some("P-7".into()), parcel_code: None };
        let cases = [
            (Layer::Parcel, 7, "", true),
            (Layer::Parcel, 0, "P-7", true),
            (Layer::Parcel, 8, "P-7", false),
            (Layer::Parcel, 0, "", false),
            (Layer::Zone, 7, "", false),
        ];
        for (layer, id, code, there) in cases {
            assert_eq!(find(tiles.iter(), layer, id, code), there.then(|| found.clone()), "{layer} {id} {code}");
        }
    }

    #[test]
    fn a_point_of_interest_is_where_its_label_is() {
        let mut tile = tile(0.0);
        let at = Coord { x: 40.0, y: 60.0 };
        tile.tile.labels.push(LabelFeature { id: 9, of: Layer::Poi, at, names: Names::default(), code: None });
        tile.codes.insert(9, "I-M1".into());
        let found = find([&tile].into_iter(), Layer::Poi, 0, "I-M1");
        assert_eq!(found.map(|found| (found.id, found.layer)), Some((9, Layer::Poi)));
        assert_eq!(circle([&tile].into_iter(), Layer::Poi, 9), Some((DVec2::new(40.0, 60.0), POI_RADIUS_M)));
        assert_eq!(find([&tile].into_iter(), Layer::Zone, 9, ""), None, "it is no zone");
    }

    #[test]
    fn the_circle_holds_the_pieces_of_all_tiles() {
        let tiles = [tile(0.0), tile(100.0)];
        let (center, radius_m) = circle(tiles.iter(), Layer::Parcel, 7).unwrap();
        assert_eq!(center, DVec2::new(100.0, 50.0));
        assert!((radius_m - 100f64.hypot(50.0)).abs() < 1e-9);
        assert_eq!(circle(tiles.iter(), Layer::Building, 7), None);
    }
}
