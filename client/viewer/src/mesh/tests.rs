use cloudsite_domain::record::{BuildingUse, GreenKind, Layer, ParcelStatus, RoadClass, Roof, UtilityKind};
use geo_types::LineString;

use super::sample::{at, empty, rectangle, ring, tile};
use super::*;
use crate::tiles::decoded::{
    AreaFeature, AreaKind, AreaPolygon, BuildingFeature, LineFeature, LineKind, PointFeature, PointKind,
};

fn built(tile: &DecodedTile) -> TileMeshes {
    build(tile, &mut FeatureSlots::default(), &TreeRule::default(), Detail::Full)
}

/// Area of a ground mesh seen from above, m², without outlines.
fn ground_area(mesh: &Mesh<GroundVertex>, kind: GroundKind) -> f64 {
    let corner = |index: u32| mesh.vertices[index as usize];
    mesh.indices
        .chunks(3)
        .map(|three| [corner(three[0]), corner(three[1]), corner(three[2])])
        .filter(|three| three[0].slot_kind & 255 == kind as u32)
        .map(|three| {
            let [a, b, c] = three.map(|vertex| vertex.position.map(f64::from));
            ((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])).abs() / 2.0
        })
        .sum()
}

fn faces(mesh: &Mesh<ExtrudedVertex>) -> impl Iterator<Item = [ExtrudedVertex; 3]> + '_ {
    let corner = |index: u32| mesh.vertices[index as usize];
    mesh.indices.chunks(3).map(move |three| [corner(three[0]), corner(three[1]), corner(three[2])])
}

fn courtyard() -> BuildingFeature {
    let mut polygon = rectangle(100.0, 100.0, 40.0, 30.0);
    polygon.rings.push(ring(&[(110.0, 110.0), (110.0, 120.0), (130.0, 120.0), (130.0, 110.0)]));
    BuildingFeature {
        id: 7,
        usage: BuildingUse::Office,
        height_m: 9.0,
        floors: Some(2),
        roof: Roof::Green,
        parcel: None,
        polygons: vec![polygon],
    }
}

#[test]
fn a_fill_covers_its_area() {
    let mut tile = empty(0, 0);
    let mut polygon = rectangle(100.0, 100.0, 200.0, 100.0);
    polygon.rings.push(ring(&[(150.0, 120.0), (150.0, 160.0), (200.0, 160.0), (200.0, 120.0)]));
    tile.areas.push(AreaFeature { id: 1, kind: AreaKind::Parcel(ParcelStatus::Taken), polygons: vec![polygon] });
    let area = ground_area(&built(&tile).ground, GroundKind::Parcel);
    assert!((area - 18_000.0).abs() < 0.1, "{area} m2");
}

#[test]
fn outlines_and_walls_skip_edges_that_cutting_made() {
    let mut tile = empty(0, 0);
    let mut polygon = rectangle(0.0, 100.0, 50.0, 50.0);
    polygon.rings[0][3].edge_is_cut = true;
    tile.areas.push(AreaFeature {
        id: 1,
        kind: AreaKind::Parcel(ParcelStatus::Reserved),
        polygons: vec![polygon.clone()],
    });
    let cut =
        BuildingFeature { usage: BuildingUse::Utility, roof: Roof::Solar, polygons: vec![polygon], ..courtyard() };
    tile.buildings.push(cut);
    let meshes = built(&tile);
    let bands = meshes.ground.vertices.iter().filter(|vertex| vertex.slot_kind & 255 == GroundKind::Outline as u32);
    assert_eq!(bands.count(), 3 * 4, "three of four edges are outlined");
    let walls = faces(&meshes.extruded).filter(|face| face[0].normal[1] == 0);
    assert_eq!(walls.count(), 3 * 2, "three of four edges are walls");
}

#[test]
fn a_courtyard_has_walls_inside_and_no_roof_over_it() {
    let mut tile = empty(0, 0);
    tile.buildings.push(courtyard());
    let mesh = built(&tile).extruded;
    let (mut walls, mut roof_m2) = (0, 0.0);
    for face in faces(&mesh) {
        let [a, b, c] = face.map(|vertex| Vec3::from_array(vertex.position));
        let normal = (b - a).cross(c - a);
        let told = Vec3::from_array([0, 1, 2].map(|axis| f32::from(face[0].normal[axis]) / 127.0));
        assert!(normal.normalize().dot(told) > 0.99, "front faces look along their normal: {face:?}");
        if told.y > 0.5 {
            roof_m2 += f64::from(normal.length()) / 2.0;
        } else {
            walls += 1;
        }
    }
    assert_eq!(walls, 8 * 2, "eight walls of two triangles");
    assert!((roof_m2 - 1_000.0).abs() < 0.1, "{roof_m2} m2 of roof");
    let sky = faces(&mesh).filter(|face| face.iter().all(|vertex| (vertex.position[1] - 9.0).abs() < 1e-6)).count();
    assert!(sky > 0, "the roof lies at the building's height");
}

#[test]
fn a_road_is_cut_to_its_tile() {
    let mut tile = empty(0, 0);
    tile.lines.push(LineFeature {
        id: 1,
        kind: LineKind::Road { class: RoadClass::Arterial, width_m: 20.0, lanes: None },
        lines: vec![LineString::from(vec![(-30.0, 500.0), (1_030.0, 500.0)])],
    });
    let mesh = built(&tile).ground;
    for vertex in &mesh.vertices {
        let [x, z] = vertex.position;
        assert!((-0.01..=1_000.01).contains(&x) && (-1_000.01..=0.01).contains(&z), "{vertex:?}");
    }
    let area = ground_area(&mesh, GroundKind::Road);
    assert!((area - 20_000.0).abs() < 1.0, "{area} m2 of carriageway");
}

#[test]
fn parts_follow_each_other_and_name_their_layers() {
    let meshes = built(&tile(0, 0));
    let ends = |parts: &[(Layer, std::ops::Range<u32>)], total: usize| {
        let mut end = 0;
        for (layer, range) in parts {
            assert_eq!(range.start, end, "{layer} begins where the one before ends");
            end = range.end;
        }
        assert_eq!(end as usize, total);
        parts.iter().map(|(layer, _)| *layer).collect::<Vec<_>>()
    };
    let ground = ends(&meshes.ground.parts, meshes.ground.indices.len());
    assert_eq!(
        ground,
        [Layer::Road, Layer::Zone, Layer::Parcel, Layer::Water, Layer::Green, Layer::Parcel, Layer::Zone],
        "from the top down"
    );
    let extruded = ends(&meshes.extruded.parts, meshes.extruded.indices.len());
    assert_eq!(extruded, [Layer::Building, Layer::Rail, Layer::Utility]);
}

#[test]
fn less_detail_is_less() {
    let full = built(&tile(0, 0));
    let prisms = build(&tile(0, 0), &mut FeatureSlots::default(), &TreeRule::default(), Detail::Prisms);
    assert!(prisms.trees.is_empty() && !full.trees.is_empty());
    assert!(prisms.extruded.indices.len() < full.extruded.indices.len());
    assert_eq!(prisms.ground, full.ground);
}

#[test]
fn every_utility_stands_in_its_box() {
    for &kind in UtilityKind::ALL {
        let mut tile = empty(0, 0);
        tile.points.push(PointFeature {
            id: 1,
            kind: PointKind::Utility { kind, height_m: None },
            at: at(500.0, 500.0),
        });
        let meshes = built(&tile);
        assert_eq!(meshes.extruded.vertices.is_empty(), kind == UtilityKind::Fence, "{kind}");
        for vertex in &meshes.extruded.vertices {
            let position = Vec3::from_array(vertex.position);
            assert!(position.cmpge(meshes.min).all() && position.cmple(meshes.max).all(), "{kind}: {position}");
        }
    }
}

#[test]
fn neighbours_plant_the_same_trees_and_never_twice() {
    let green = |column: i32| {
        let mut tile = empty(column, 0);
        let kind = AreaKind::Green(GreenKind::Belt);
        let x = f64::from(column) * sample::SIDE_M;
        tile.areas.push(AreaFeature { id: 1, kind, polygons: vec![rectangle(x, 100.0, sample::SIDE_M, 300.0)] });
        tile.lines.push(LineFeature {
            id: 2,
            kind: LineKind::Road { class: RoadClass::Collector, width_m: 16.0, lanes: None },
            lines: vec![LineString::from(vec![(x - 20.0, 600.0), (x + sample::SIDE_M + 20.0, 600.0)])],
        });
        tile
    };
    let places = |tile: &DecodedTile| built(tile).trees.iter().map(|tree| tree.position).collect::<Vec<_>>();
    let (west, east) = (places(&green(0)), places(&green(1)));
    assert_eq!(west, places(&green(0)), "the same tile is planted the same way");
    assert!(west.len() > 1_000, "{} trees", west.len());
    let road: Vec<f32> = west.iter().chain(&east).filter(|at| (at[1] + 610.2).abs() < 0.5).map(|at| at[0]).collect();
    assert!(road.len() > 170, "{} trees on the road's north side", road.len());
    let mut sorted = road.clone();
    sorted.sort_by(f32::total_cmp);
    for pair in sorted.windows(2) {
        let gap = pair[1] - pair[0];
        assert!((gap - 11.0).abs() < 0.01, "a row without gap or double tree across the tiles' side: {gap} m");
    }
}

#[test]
fn no_tree_stands_on_a_road_in_water_or_in_a_building() {
    let tile = tile(0, 0);
    let trees = built(&tile).trees;
    assert!(trees.len() > 300, "{} trees", trees.len());
    let polygons: Vec<&AreaPolygon> = tile
        .buildings
        .iter()
        .flat_map(|building| &building.polygons)
        .chain(tile.areas.iter().filter(|area| matches!(area.kind, AreaKind::Water(_))).flat_map(|area| &area.polygons))
        .collect();
    for tree in &trees {
        let place = at(f64::from(tree.position[0]), -f64::from(tree.position[1]));
        assert!(clip::holds(&tile.square, place), "{place:?} is outside the tile");
        for polygon in &polygons {
            let rings = polygon.rings.iter().filter(|ring| structure::inside(ring, place)).count();
            assert_ne!(rings, 1, "{place:?} is inside of something");
        }
        // The middle north-south road, nine metres wide.
        assert!((place.x - 317.0).abs() > 4.5 || place.y > 900.0, "{place:?} is on the road");
    }
}

#[test]
fn nothing_is_planted_where_nothing_is_asked_for() {
    let none = TreeRule { density: 0.0 };
    let meshes = build(&tile(0, 0), &mut FeatureSlots::default(), &none, Detail::Full);
    assert!(meshes.trees.is_empty());
    let twice = TreeRule { density: 2.0 };
    let many = build(&tile(0, 0), &mut FeatureSlots::default(), &twice, Detail::Full).trees.len();
    let usual = built(&tile(0, 0)).trees.len();
    assert!(many as f64 > usual as f64 * 1.6, "{many} of {usual}");
}
