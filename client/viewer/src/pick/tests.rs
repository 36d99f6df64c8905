use cloudsite_domain::record::{BuildingUse, ParcelStatus, PoiKind, Roof, ZoneKind};
use cloudsite_domain::tile::TileAddress;
use geo_types::Coord;

use super::*;
use crate::tiles::decoded::{AreaFeature, BuildingFeature, PointFeature, Square};

const ALL: Pickable = Pickable { buildings: true, parcels: true, zones: true, pois: true };

fn ring(x: f64, y: f64, side: f64) -> Vec<RingVertex> {
    [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        .map(|(x, y)| RingVertex { at: Coord { x, y }, edge_is_cut: false })
        .to_vec()
}

fn building(id: u64, height_m: f64, rings: Vec<Vec<RingVertex>>) -> BuildingFeature {
    BuildingFeature {
        id,
        usage: BuildingUse::Factory,
        height_m,
        floors: None,
        roof: Roof::Flat,
        parcel: None,
        polygons: vec![AreaPolygon { rings }],
    }
}

fn area(id: u64, kind: AreaKind, side: f64) -> AreaFeature {
    AreaFeature { id, kind, polygons: vec![AreaPolygon { rings: vec![ring(0.0, 0.0, side)] }] }
}

/// A zone of 180 m, in it a parcel of 100 m with a low hall around a court and a tower behind it, and beside the parcel a
/// point of interest.
fn tile() -> DecodedTile {
    let hole = ring(20.0, 20.0, 20.0).into_iter().rev().collect();
    DecodedTile {
        address: TileAddress { z: 15, x: 0, y: 0 },
        square: Square {
            corners: [(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0)].map(|(x, y)| Coord { x, y }),
        },
        areas: vec![
            area(4, AreaKind::Zone(ZoneKind::Research), 180.0),
            area(1, AreaKind::Parcel(ParcelStatus::Available), 100.0),
        ],
        buildings: vec![
            building(2, 10.0, vec![ring(10.0, 10.0, 40.0), hole]),
            building(3, 80.0, vec![ring(60.0, 60.0, 20.0)]),
        ],
        lines: Vec::new(),
        points: vec![PointFeature {
            id: 5,
            kind: PointKind::Poi(PoiKind::MetroStation),
            at: Coord { x: 140.0, y: 140.0 },
        }],
        labels: Vec::new(),
    }
}

#[test]
fn what_is_seen_is_picked() {
    let tile = tile();
    let down = |x, y| Ray { from: DVec3::new(x, y, 500.0), along: DVec3::new(1e-9, 0.0, -1.0) };
    let level = |y, z| Ray { from: DVec3::new(-50.0, y, z), along: DVec3::new(1.0, 1e-9, -1e-6) };
    let cases = [
        ("the hall's roof", down(15.0, 15.0), Some((Layer::Building, 2))),
        ("its court is the parcel", down(30.0, 30.0), Some((Layer::Parcel, 1))),
        ("the tower's roof", down(70.0, 70.0), Some((Layer::Building, 3))),
        ("the zone between", down(150.0, 150.0), Some((Layer::Zone, 4))),
        ("the point's mark", down(141.0, 139.0), Some((Layer::Poi, 5))),
        ("beside everything", down(190.0, 190.0), None),
        ("the hall's wall", level(30.0, 5.0), Some((Layer::Building, 2))),
        ("the tower's wall above the hall", level(70.0, 40.0), Some((Layer::Building, 3))),
        ("over everything", level(70.0, 90.0), None),
        ("up into the sky", Ray { from: DVec3::new(5.0, 5.0, 1.7), along: DVec3::new(-1.0, -1.0, 0.5) }, None),
    ];
    for (name, ray, expected) in cases {
        let hit = pick(std::iter::once(&tile), ray, ALL).map(|hit| (hit.layer, hit.id));
        assert_eq!(hit, expected, "{name}");
    }
}

#[test]
fn the_nearer_of_two_wins_whatever_their_order() {
    let mut tile = tile();
    let oblique = Ray { from: DVec3::new(-100.0, -100.0, 100.0), along: DVec3::new(1.0, 1.0, -0.86) };
    for _ in 0..2 {
        let hit = pick(std::iter::once(&tile), oblique, ALL).unwrap();
        assert_eq!(hit.id, 2, "the hall is before the tower");
        tile.buildings.reverse();
    }
}

#[test]
fn hidden_layers_are_seen_through() {
    let tile = tile();
    let ray = Ray { from: DVec3::new(15.0, 15.0, 500.0), along: DVec3::new(0.0, 0.0, -1.0) };
    let with = |buildings, parcels, zones| {
        pick(std::iter::once(&tile), ray, Pickable { buildings, parcels, zones, pois: true }).map(|hit| hit.id)
    };
    let found = [with(true, true, true), with(false, true, true), with(false, false, true), with(false, false, false)];
    assert_eq!(found, [Some(2), Some(1), Some(4), None]);
}

#[test]
fn walls_made_by_cutting_are_not_there() {
    let mut tile = tile();
    for vertex in &mut tile.buildings[1].polygons[0].rings[0] {
        vertex.edge_is_cut = true;
    }
    let level = Ray { from: DVec3::new(-50.0, 70.0, 40.0), along: DVec3::new(1.0, 1e-9, 0.0) };
    assert_eq!(pick(std::iter::once(&tile), level, ALL), None);
}
