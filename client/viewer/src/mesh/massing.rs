//! A factory that is tried: boxes with the facades of what they are, yards as slabs.

use bevy::math::DVec2;
use cloudsite_domain::record::Layer;
use cloudsite_domain::siting::massing::PartKind;
use geo_types::Coord;

use super::extrude::{Face, add_prism, add_top};
use super::vertex::{ExtrudedVertex, Style};
use super::{Mesh, palette};
use crate::massing::{Factory, PartBox};

/// A yard is so thick, metres: it has to be seen on the ground.
const YARD_M: f64 = 0.25;

/// The slot that is no feature's: nothing fades or selects it.
const NOBODY: u32 = 0;

/// Meshes a factory.
pub fn massing(factory: &Factory) -> Mesh<ExtrudedVertex> {
    let mut mesh = Mesh::default();
    for part in &factory.parts {
        add(&mut mesh, factory, part);
    }
    // The park's own layer is the one that nobody can switch off.
    mesh.close_part(Layer::Park);
    mesh
}

fn add(mesh: &mut Mesh<ExtrudedVertex>, factory: &Factory, part: &PartBox) {
    let corner = |x: f64, y: f64| {
        let at = factory.out(part.offset + DVec2::new(x, y) * part.half);
        Coord { x: at.x, y: at.y }
    };
    let corners = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
    let face = Face { colour: part.colour, style: facade(part.kind), slot: NOBODY };
    let top_m = part.height_m.max(YARD_M);
    add_prism(mesh, &corners, [0.0, top_m], face);
    if part.kind.is_building() {
        // Over the top of the prism: lighter, so that the box has a form from above.
        let roof = part.colour.map(|channel| channel + (255 - channel) / 3);
        add_top(mesh, &corners, top_m + 0.02, Face { colour: roof, ..face }.styled(Style::Roof));
    }
}

const fn facade(kind: PartKind) -> Style {
    match kind {
        PartKind::Hall => Style::Factory,
        PartKind::Offices => Style::Office,
        PartKind::Docks => Style::Warehouse,
        PartKind::Utility | PartKind::Yard | PartKind::Parking => Style::Plain,
    }
}

/// The colour of a part that none was said for.
pub(crate) const UNSAID: palette::Rgb = palette::CONCRETE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stand_where_they_are_turned_to() {
        let part = PartBox {
            kind: PartKind::Hall,
            offset: DVec2::new(10.0, 0.0),
            half: DVec2::new(5.0, 2.0),
            height_m: 9.0,
            colour: [10, 20, 30],
        };
        let yard = PartBox { kind: PartKind::Yard, height_m: 0.0, ..part };
        let mut factory =
            Factory { at: DVec2::new(100.0, 50.0), angle_rad: std::f64::consts::FRAC_PI_2, ..Factory::default() };
        assert!(massing(&factory).indices.is_empty());
        factory.parts = vec![part];
        let mesh = massing(&factory);
        let (east, north): (Vec<f32>, Vec<f32>) =
            mesh.vertices.iter().map(|vertex| (vertex.position[0], -vertex.position[2])).unzip();
        let range = |values: &[f32]| values.iter().fold((f32::MAX, f32::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        assert_eq!((range(&east), range(&north)), ((98.0, 102.0), (55.0, 65.0)), "turned to the left by a quarter");
        factory.parts = vec![yard];
        assert!(massing(&factory).vertices.iter().all(|vertex| vertex.position[1] < 0.3));
    }
}
