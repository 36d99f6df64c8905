//! An invented quarter of one tile, with one of everything, for tests and for the pictures that they draw.

use cloudsite_domain::record::{
    BuildingUse, GreenKind, Language, Layer, ParcelStatus, RailKind, RoadClass, Roof, UtilityKind, WaterKind, ZoneKind,
};
use cloudsite_domain::tile::TileAddress;
use geo_types::{Coord, LineString};

use crate::tiles::decoded::{
    AreaFeature, AreaKind, AreaPolygon, BuildingFeature, DecodedTile, LabelFeature, LineFeature, LineKind,
    PointFeature, PointKind, RingVertex, Square,
};

/// Side of a sample tile, metres.
pub(crate) const SIDE_M: f64 = 1_000.0;

pub(crate) fn at(x: f64, y: f64) -> Coord {
    Coord { x, y }
}

/// A ring without cut edges.
pub(crate) fn ring(points: &[(f64, f64)]) -> Vec<RingVertex> {
    points.iter().map(|&(x, y)| RingVertex { at: at(x, y), edge_is_cut: false }).collect()
}

pub(crate) fn rectangle(x: f64, y: f64, width: f64, height: f64) -> AreaPolygon {
    AreaPolygon { rings: vec![ring(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])] }
}

/// A tile with nothing in it, `column` and `row` tiles east and north of the origin.
pub(crate) fn empty(column: i32, row: i32) -> DecodedTile {
    let (x, y) = (f64::from(column) * SIDE_M, f64::from(row) * SIDE_M);
    DecodedTile {
        address: TileAddress::new(15, (27_345 + column) as u32, (13_325 - row) as u32).unwrap(),
        square: Square { corners: [at(x, y), at(x + SIDE_M, y), at(x + SIDE_M, y + SIDE_M), at(x, y + SIDE_M)] },
        areas: Vec::new(),
        buildings: Vec::new(),
        lines: Vec::new(),
        points: Vec::new(),
        labels: Vec::new(),
    }
}

const USES: [BuildingUse; 9] = [
    BuildingUse::Factory,
    BuildingUse::Office,
    BuildingUse::Warehouse,
    BuildingUse::Laboratory,
    BuildingUse::Residential,
    BuildingUse::Factory,
    BuildingUse::Commercial,
    BuildingUse::Public,
    BuildingUse::Utility,
];

/// A tile with roads on its south and west side and through its middle, nine parcels' worth of buildings, a canal, a
/// belt of trees, a metro line, a fence, turbines and labels.
pub(crate) fn tile(column: i32, row: i32) -> DecodedTile {
    let mut tile = empty(column, row);
    let (x, y) = (f64::from(column) * SIDE_M, f64::from(row) * SIDE_M);
    let mut id = (f64::from(column + 50) * 100_000.0 + f64::from(row + 50) * 1_000.0) as u64;
    let mut next = || {
        id += 1;
        id
    };
    let area = |id: u64, kind: AreaKind, polygon: AreaPolygon| AreaFeature { id, kind, polygons: vec![polygon] };
    let zone = if column >= 0 { ZoneKind::ZeroCarbon } else { ZoneKind::ComprehensiveBonded };
    tile.areas.push(area(next(), AreaKind::Zone(zone), rectangle(x, y, SIDE_M, SIDE_M)));
    tile.areas.push(area(next(), AreaKind::Water(WaterKind::Canal), rectangle(x, y + 935.0, SIDE_M, 45.0)));
    tile.areas.push(area(next(), AreaKind::Green(GreenKind::Belt), rectangle(x + 20.0, y + 905.0, 960.0, 30.0)));
    tile.areas.push(area(next(), AreaKind::Green(GreenKind::Park), rectangle(x + 640.0, y + 640.0, 280.0, 250.0)));
    for (index, &usage) in USES.iter().enumerate().take(8) {
        let (px, py) = (x + 30.0 + 305.0 * (index % 3) as f64, y + 30.0 + 300.0 * (index / 3) as f64);
        let status = ParcelStatus::ALL[(index * 2 + 1 + (column + 2 * row).unsigned_abs() as usize) % 5];
        tile.areas.push(area(next(), AreaKind::Parcel(status), rectangle(px, py, 270.0, 265.0)));
        let code = format!("P-{column}{row}{index}");
        tile.labels.push(label(next(), Layer::Parcel, at(px + 135.0, py + 132.0), None, Some(code)));
        if status != ParcelStatus::Available {
            tile.buildings.extend(buildings(&mut next, usage, px, py));
        }
    }
    let road = |id: u64, class: RoadClass, width_m: f64, points: Vec<(f64, f64)>| LineFeature {
        id,
        kind: LineKind::Road { class, width_m, lanes: None },
        lines: vec![LineString::from(points)],
    };
    let (west, east) = (x - 20.0, x + SIDE_M + 20.0);
    tile.lines.push(road(next(), RoadClass::Arterial, 28.0, vec![(west, y), (east, y)]));
    tile.lines.push(road(next(), RoadClass::Arterial, 28.0, vec![(west, y + SIDE_M), (east, y + SIDE_M)]));
    for offset in [0.0, SIDE_M] {
        tile.lines.push(road(
            next(),
            RoadClass::Collector,
            16.0,
            vec![(x + offset, y - 20.0), (x + offset, y + SIDE_M)],
        ));
    }
    tile.lines.push(road(next(), RoadClass::Local, 9.0, vec![(x + 317.0, y), (x + 317.0, y + 900.0)]));
    tile.lines.push(road(next(), RoadClass::Local, 9.0, vec![(x + 622.0, y), (x + 622.0, y + 900.0)]));
    tile.lines.push(road(
        next(),
        RoadClass::Local,
        9.0,
        vec![(x, y + 312.0), (x + 600.0, y + 312.0), (x + 1_000.0, y + 300.0)],
    ));
    tile.lines.push(LineFeature {
        id: next(),
        kind: LineKind::Rail { kind: RailKind::Metro, level_m: 11.0 },
        lines: vec![LineString::from(vec![(west, y + 610.0), (x + 500.0, y + 610.0), (east, y + 610.0)])],
    });
    tile.lines.push(LineFeature {
        id: next(),
        kind: LineKind::Utility { kind: UtilityKind::Fence, height_m: None },
        lines: vec![LineString::from(vec![(x + 25.0, y + 25.0), (x + 900.0, y + 25.0), (x + 900.0, y + 890.0)])],
    });
    for (kind, dx, dy) in [
        (UtilityKind::WindTurbine, 760.0, 870.0),
        (UtilityKind::Substation, 860.0, 700.0),
        (UtilityKind::Gate, 500.0, 25.0),
        (UtilityKind::Storage, 700.0, 700.0),
        (UtilityKind::SewagePlant, 780.0, 800.0),
    ] {
        let kind = PointKind::Utility { kind, height_m: None };
        tile.points.push(PointFeature { id: next(), kind, at: at(x + dx, y + dy) });
    }
    let names = [("零碳科技产业园", "Zero-Carbon Park"), ("综合保税区", "Bonded Zone")];
    let name = names[usize::from(column < 0)];
    tile.labels.push(label(next(), Layer::Zone, at(x + 500.0, y + 500.0), Some(name), None));
    tile
}

fn label(id: u64, of: Layer, at: Coord, names: Option<(&str, &str)>, code: Option<String>) -> LabelFeature {
    let names =
        names.into_iter().flat_map(|(zh, en)| [(Language::Zh, zh.to_owned()), (Language::En, en.to_owned())]).collect();
    LabelFeature { id, of, at, names, code }
}

/// What stands on one parcel, by its use: halls with a court, towers, rows.
fn buildings(next: &mut impl FnMut() -> u64, usage: BuildingUse, x: f64, y: f64) -> Vec<BuildingFeature> {
    let mut building = |height_m: f64, roof: Roof, polygon: AreaPolygon| BuildingFeature {
        id: next(),
        usage,
        height_m,
        floors: None,
        roof,
        parcel: None,
        polygons: vec![polygon],
    };
    match usage {
        BuildingUse::Factory => {
            let mut hall = rectangle(x + 30.0, y + 110.0, 200.0, 120.0);
            hall.rings.push(ring(&[
                (x + 100.0, y + 150.0),
                (x + 100.0, y + 190.0),
                (x + 160.0, y + 190.0),
                (x + 160.0, y + 150.0),
            ]));
            vec![
                building(14.0, Roof::Solar, hall),
                building(9.0, Roof::Flat, rectangle(x + 40.0, y + 30.0, 90.0, 45.0)),
            ]
        }
        BuildingUse::Office => (0..6)
            .map(|index| {
                let (dx, dy) = (f64::from(index % 3) * 75.0, f64::from(index / 3) * 100.0);
                let roof = if index % 2 == 0 { Roof::Green } else { Roof::Flat };
                building(28.0 + f64::from(index * 37 % 60), roof, rectangle(x + 35.0 + dx, y + 40.0 + dy, 45.0, 38.0))
            })
            .collect(),
        BuildingUse::Warehouse => (0..2)
            .map(|index| {
                building(12.0, Roof::Flat, rectangle(x + 30.0, y + 30.0 + f64::from(index) * 110.0, 205.0, 80.0))
            })
            .collect(),
        BuildingUse::Residential => (0..8)
            .map(|index| {
                let (dx, dy) = (f64::from(index % 2) * 110.0, f64::from(index / 2) * 55.0);
                building(34.0, Roof::Flat, rectangle(x + 40.0 + dx, y + 30.0 + dy, 80.0, 16.0))
            })
            .collect(),
        _ => {
            let ell = ring(&[
                (x + 40.0, y + 40.0),
                (x + 200.0, y + 40.0),
                (x + 200.0, y + 90.0),
                (x + 100.0, y + 90.0),
                (x + 100.0, y + 200.0),
                (x + 40.0, y + 200.0),
            ]);
            vec![building(22.0, Roof::Flat, AreaPolygon { rings: vec![ell] })]
        }
    }
}
