//! Where everything lies: streets, water, zones, greens and parcels, none over another.

use cloudsite_domain::record::GreenKind;
use geo::{Area, BooleanOps, Contains, ConvexHull, Simplify};
use geo_types::{Coord, LineString, MultiPolygon, Point, Polygon};

use super::airport;
use super::names::Five;
use super::parcels::{Land, parcels};
use super::plane::{chamfer, grow, holds, rectangle, ribbon, tidy, union};
use super::roads::{INTERCHANGE, Road, line_of, rights_of_way, streets};
use super::utilities::{FENCE_IN_M, WIND_BELT};
use super::water::{Surface, surfaces};
use super::zones::{Zone, zones};

/// The park's boundary.
const BOUNDARY: [(f64, f64); 8] = [
    (-2_240.0, -2_420.0),
    (2_230.0, -2_420.0),
    (2_230.0, 1_780.0),
    (2_120.0, 1_960.0),
    (1_830.0, 2_420.0),
    (-2_240.0, 2_420.0),
    (-2_240.0, 1_000.0),
    (-2_240.0, -1_000.0),
];
/// Trees on each bank of a canal, metres.
const BANK_M: f64 = 16.0;
/// Shelter belt of the expressway: the whole strip, metres.
const SHELTER_M: f64 = 150.0;
/// From the middle of the streets around the bonded zone to the first parcels inside, metres.
const BONDED_MARGIN_M: f64 = 50.0;
/// Public greens within the blocks: opposite corners.
const SQUARES: [[(f64, f64); 2]; 5] = [
    [(570.0, 700.0), (1_000.0, 860.0)],
    [(-380.0, 1_130.0), (140.0, 1_300.0)],
    [(-1_390.0, -480.0), (-1_140.0, -330.0)],
    [(1_310.0, 800.0), (1_620.0, 930.0)],
    [(-930.0, -480.0), (-735.0, -290.0)],
];
/// The smallest green that is worth a feature, m².
const SMALLEST_GREEN_M2: f64 = 400.0;

/// A green of the plan.
#[derive(Debug)]
pub(super) struct Green {
    pub(super) kind: GreenKind,
    pub(super) names: Option<Five>,
    pub(super) shape: Polygon,
}

/// The plan without its buildings.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) boundary: Polygon,
    pub(super) roads: Vec<Road>,
    pub(super) paths: Vec<LineString>,
    pub(super) waters: Vec<Surface>,
    pub(super) zones: Vec<Zone>,
    pub(super) lands: Vec<Land>,
    pub(super) greens: Vec<Green>,
}

impl Layout {
    /// Lays the park out.
    pub(super) fn new(seed: u64) -> Self {
        let boundary = Polygon::new(BOUNDARY.into_iter().collect(), Vec::new());
        let roads = streets();
        let ways = rights_of_way(&roads);
        let waters = surfaces();
        let wet = union(waters.iter().map(|water| &water.shape));
        let zones = zones(&boundary, &roads);
        let reserves = Reserves::new(&boundary, &roads, &wet, &zones);
        let taken = union([&ways, &wet]);
        let not_free = reserves.all.iter().fold(taken.clone(), |taken, reserve| taken.union(&reserve.shape));
        let (lands, remains) = parcels(&boundary.difference(&not_free), &zones, seed);
        let greens = greens(&reserves, &boundary, &taken, remains);
        let paths = lake_paths(&waters, &ways);
        Self { boundary, roads, paths, waters, zones, lands, greens }
    }
}

/// Land kept free of parcels.
struct Reserve {
    kind: GreenKind,
    names: Option<Five>,
    shape: MultiPolygon,
}

struct Reserves {
    all: Vec<Reserve>,
}

impl Reserves {
    fn new(boundary: &Polygon, roads: &[Road], wet: &MultiPolygon, zones: &[Zone]) -> Self {
        let reserve = |kind, names, shape| Reserve { kind, names, shape };
        let bonded = zones.iter().find(|zone| zone.prefix == "BZ").map(|zone| zone.shape.clone());
        let bonded = bonded.unwrap_or_else(|| MultiPolygon::new(Vec::new()));
        let expressway = line_of(roads, "R-E1");
        let west: LineString =
            expressway.0.iter().copied().chain([(-2_300.0, 2_420.0).into(), (-2_300.0, -2_420.0).into()]).collect();
        let shelter = union([&ribbon(expressway, SHELTER_M), &MultiPolygon::new(vec![Polygon::new(west, Vec::new())])]);
        let fenced = grow(&bonded, -FENCE_IN_M).difference(&grow(&bonded, -BONDED_MARGIN_M));
        let verge = grow(&bonded, -1.0).difference(&grow(&bonded, -FENCE_IN_M));
        let wind = MultiPolygon::new(vec![rectangle(WIND_BELT[0], WIND_BELT[1])]);
        let field = MultiPolygon::new(vec![rectangle(airport::FIELD[0], airport::FIELD[1])]);
        let lake_park = lake_park(boundary, roads);
        let squares = SQUARES.map(|[from, to]| MultiPolygon::new(vec![rectangle(from, to)]));
        let all = vec![
            reserve(GreenKind::Lawn, None, field),
            reserve(
                GreenKind::Park,
                Some(["镜澜湖公园", "Jinglan Lake Park", "鏡瀾湖公園", "징란호 공원", "Jinglan-Seepark"]),
                lake_park,
            ),
            reserve(GreenKind::Lawn, None, interchange(roads)),
            reserve(GreenKind::Lawn, None, union([&fenced, &verge])),
            reserve(GreenKind::Belt, None, shelter),
            reserve(GreenKind::Belt, None, wind),
            reserve(GreenKind::Belt, None, grow(wet, BANK_M)),
            reserve(GreenKind::Park, None, union(&squares)),
        ];
        Self { all }
    }
}

/// The block that holds the lake.
fn lake_park(boundary: &Polygon, roads: &[Road]) -> MultiPolygon {
    let around: Vec<_> =
        ["R-A2", "R-C4", "R-C9", "R-C10"].iter().map(|code| ribbon(line_of(roads, code), 10.0)).collect();
    let lake = Point::new(100.0, -300.0);
    boundary.difference(&union(&around)).into_iter().filter(|block| block.contains(&lake)).collect::<Vec<_>>().into()
}

/// The land between the slip roads.
fn interchange(roads: &[Road]) -> MultiPolygon {
    let ramps: Vec<Coord> =
        roads.iter().filter(|road| road.code.starts_with("R-K")).flat_map(|road| road.line.0.clone()).collect();
    let hull = LineString::new(ramps).convex_hull();
    debug_assert!(holds(hull.exterior(), INTERCHANGE), "the ramps surround the interchange");
    grow(&MultiPolygon::new(vec![hull]), 12.0)
}

/// The reserves without streets and water, each without those before it, and what parcels left over.
fn greens(reserves: &Reserves, boundary: &Polygon, taken: &MultiPolygon, remains: Vec<Polygon>) -> Vec<Green> {
    let mut taken = taken.clone();
    for (_, width_m, through) in airport::STRIPS {
        taken = taken.union(&ribbon(&through.iter().copied().collect(), width_m));
    }
    let mut greens = Vec::new();
    for reserve in &reserves.all {
        let own = reserve.shape.intersection(boundary).difference(&taken);
        taken = taken.union(&reserve.shape);
        let parts = tidy(&chamfer(&own, 1.5), SMALLEST_GREEN_M2);
        greens.extend(parts.into_iter().map(|shape| Green { kind: reserve.kind, names: reserve.names, shape }));
    }
    greens.extend(remains.into_iter().map(|shape| Green { kind: GreenKind::Lawn, names: None, shape }));
    name_largest(&mut greens);
    greens
}

/// A park cut by water has its name once.
fn name_largest(greens: &mut [Green]) {
    let largest = greens
        .iter()
        .enumerate()
        .filter(|(_, green)| green.names.is_some())
        .max_by(|(_, a), (_, b)| a.shape.unsigned_area().total_cmp(&b.shape.unsigned_area()))
        .map(|(index, _)| index);
    for (index, green) in greens.iter_mut().enumerate() {
        if Some(index) != largest {
            green.names = None;
        }
    }
}

/// Footpaths around the lake.
fn lake_paths(waters: &[Surface], ways: &MultiPolygon) -> Vec<LineString> {
    let lake = waters.iter().find(|water| water.code == "W-7").map(|water| grow(&water.shape, 12.0));
    let wide = waters.iter().find(|water| water.code == "W-7").map(|water| grow(&water.shape, 58.0));
    let rings = lake.into_iter().chain(wide).flatten().map(|polygon| polygon.exterior().simplify(0.8)).collect();
    ways.clip(&geo_types::MultiLineString::new(rings), true).0
}
