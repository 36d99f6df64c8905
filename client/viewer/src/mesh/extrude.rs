//! What stands on the ground: one mesh of walls, roofs and prisms.

use cloudsite_domain::geometry::triangulate;
use cloudsite_domain::record::{BuildingUse, Layer, Roof};
use geo_types::Coord;

use super::palette::{self, Rgb};
use super::vertex::{ExtrudedVertex, Style, tagged};
use super::{Detail, Mesh, ground, ribbon, structure};
use crate::draw::FeatureSlots;
use crate::tiles::decoded::{BuildingFeature, DecodedTile};

/// Below this height a building gets no plant on its roof, metres.
const ROOF_PLANT_FROM_M: f64 = 10.0;

pub(super) fn mesh(tile: &DecodedTile, slots: &mut FeatureSlots, detail: Detail) -> Mesh<ExtrudedVertex> {
    let mut mesh = Mesh::default();
    for building in &tile.buildings {
        let slot = slots.slot(building.id);
        add_building(&mut mesh, building, slot, detail);
    }
    mesh.close_part(Layer::Building);
    structure::add_viaducts(&mut mesh, tile, slots);
    mesh.close_part(Layer::Rail);
    structure::add_utilities(&mut mesh, tile, slots, detail);
    mesh.close_part(Layer::Utility);
    structure::add_poi_marks(&mut mesh, tile, slots);
    mesh.close_part(Layer::Poi);
    mesh
}

/// What the faces of one thing have in common.
#[derive(Clone, Copy)]
pub(super) struct Face {
    pub(super) colour: Rgb,
    pub(super) style: Style,
    pub(super) slot: u32,
}

impl Face {
    fn vertex(self, at: Coord, height_m: f64, normal: [f64; 3], facade: [f64; 2]) -> ExtrudedVertex {
        let [r, g, b] = self.colour;
        let [nx, ny, nz] = normal.map(|value| (value * 127.0).round() as i8);
        ExtrudedVertex {
            position: [at.x as f32, height_m as f32, -at.y as f32],
            normal: [nx, ny, nz, 0],
            colour: [r, g, b, 255],
            facade: facade.map(|value| value as f32),
            slot_style: tagged(self.slot, self.style as u8),
        }
    }

    pub(super) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

/// A wall from `a` to `b`, seen from its right; `along_m` is where it begins on its facade.
pub(super) fn add_wall(
    mesh: &mut Mesh<ExtrudedVertex>,
    a: Coord,
    b: Coord,
    heights_m: [f64; 2],
    along_m: f64,
    face: Face,
) {
    let Some(left) = ribbon::left_normal(a, b) else { return };
    let length_m = (b.x - a.x).hypot(b.y - a.y);
    let normal = [-left.x, 0.0, left.y];
    let [bottom, top] = heights_m;
    let corner = |at: Coord, height_m: f64, along_m: f64| face.vertex(at, height_m, normal, [along_m, height_m]);
    mesh.fan([
        corner(a, bottom, along_m),
        corner(b, bottom, along_m + length_m),
        corner(b, top, along_m + length_m),
        corner(a, top, along_m),
    ]);
}

/// A convex horizontal face, corners counter-clockwise, seen from above.
pub(super) fn add_top(mesh: &mut Mesh<ExtrudedVertex>, corners: &[Coord], height_m: f64, face: Face) {
    mesh.fan(corners.iter().map(|&at| face.vertex(at, height_m, [0.0, 1.0, 0.0], [at.x, at.y])));
}

/// An upright box on a convex footprint, corners counter-clockwise.
pub(super) fn add_prism(mesh: &mut Mesh<ExtrudedVertex>, corners: &[Coord], heights_m: [f64; 2], face: Face) {
    for (index, &corner) in corners.iter().enumerate() {
        add_wall(mesh, corner, corners[(index + 1) % corners.len()], heights_m, 0.0, face);
    }
    add_top(mesh, corners, heights_m[1], face);
}

/// The vertex of a turbine's blade: where the hub is, and where the blade is before it turns.
pub(super) fn blade_vertex(hub: Coord, height_m: f64, facing: Coord, offset_m: [f64; 2], face: Face) -> ExtrudedVertex {
    face.vertex(hub, height_m, [facing.x, 0.0, -facing.y], offset_m)
}

/// The facade that a use has.
const fn facade(usage: BuildingUse) -> Style {
    match usage {
        BuildingUse::Office => Style::Office,
        BuildingUse::Factory | BuildingUse::StandardFactory => Style::Factory,
        BuildingUse::Warehouse => Style::Warehouse,
        BuildingUse::Residential | BuildingUse::Commercial => Style::Residential,
        BuildingUse::Laboratory | BuildingUse::Public => Style::Laboratory,
        BuildingUse::Utility | BuildingUse::Unknown => Style::Plain,
    }
}

fn roof(building: &BuildingFeature) -> (Style, Rgb) {
    match building.roof {
        Roof::Flat => (Style::Roof, palette::roof(building.usage)),
        Roof::Solar => (Style::SolarRoof, palette::roof(building.usage)),
        Roof::Green => (Style::GreenRoof, palette::GREEN_ROOF),
    }
}

fn add_building(mesh: &mut Mesh<ExtrudedVertex>, building: &BuildingFeature, slot: u32, detail: Detail) {
    let walls = Face { colour: vary(palette::wall(building.usage), building.id), style: facade(building.usage), slot };
    let (style, colour) = roof(building);
    for polygon in &building.polygons {
        for ring in &polygon.rings {
            let mut along_m = 0.0;
            for (index, vertex) in ring.iter().enumerate() {
                let end = ring[(index + 1) % ring.len()].at;
                if !vertex.edge_is_cut {
                    add_wall(mesh, vertex.at, end, [0.0, building.height_m], along_m, walls);
                }
                along_m += (end.x - vertex.at.x).hypot(end.y - vertex.at.y);
            }
        }
        let triangles = triangulate(&ground::closed(polygon));
        let first = mesh.vertices.len() as u32;
        let face = Face { colour, style, slot };
        mesh.vertices.extend(
            triangles
                .vertices
                .iter()
                .map(|&[x, y]| face.vertex(Coord { x, y }, building.height_m, [0.0, 1.0, 0.0], [x, y])),
        );
        // Earcut gives no fixed orientation; walls and roofs are culled alike.
        for three in triangles.indices.chunks_exact(3) {
            let [a, b, c] = [three[0], three[1], three[2]].map(|index| triangles.vertices[index as usize]);
            let counter_clockwise = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]) >= 0.0;
            let order = if counter_clockwise { [0, 1, 2] } else { [0, 2, 1] };
            mesh.indices.extend(order.map(|corner| first + three[corner]));
        }
        let plant = detail == Detail::Full && building.roof == Roof::Flat && building.height_m >= ROOF_PLANT_FROM_M;
        if plant {
            let face = Face { colour: palette::MACHINE, style: Style::Plain, slot };
            structure::add_roof_plant(mesh, polygon, building.height_m, building.id, face);
        }
    }
}

/// A shade of the colour, the same for the same id, so that neighbours of one use are not one mass.
fn vary(colour: Rgb, id: u64) -> Rgb {
    let step = (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as i16 - 8;
    colour.map(|channel| (i16::from(channel) + step).clamp(0, 255) as u8)
}
