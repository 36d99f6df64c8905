//! The one tree that all trees are instances of: a trunk, a crown of two rings, and a plain crown for a distance.

use std::ops::Range;

use wgpu::util::DeviceExt;
use wgpu::{Buffer, Device};

/// Corners around the crown, around the plain crown and around the trunk.
const CROWN_SIDES: u16 = 6;
const PLAIN_SIDES: u16 = 5;
const TRUNK_SIDES: u16 = 3;

/// Buffers of the shape.
#[derive(Debug)]
pub(super) struct TreeShape {
    pub(super) vertices: Buffer,
    pub(super) indices: Buffer,
    /// The indices of the plain crown.
    pub(super) plain: Range<u32>,
    /// The indices of crown and trunk.
    pub(super) full: Range<u32>,
}

impl TreeShape {
    pub(super) fn new(device: &Device) -> Self {
        let shape = shape();
        let buffer = |label, contents: &[u8], usage| {
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage })
        };
        Self {
            vertices: buffer("tree vertices", bytemuck::cast_slice(&shape.vertices), wgpu::BufferUsages::VERTEX),
            indices: buffer("tree indices", bytemuck::cast_slice(&shape.indices), wgpu::BufferUsages::INDEX),
            plain: 0..shape.plain,
            full: shape.plain..shape.indices.len() as u32,
        }
    }
}

/// Vertices as x, y up, z and part (0 crown, 1 trunk); indices, the plain crown's before the others.
struct Shape {
    vertices: Vec<[f32; 4]>,
    indices: Vec<u16>,
    plain: u32,
}

impl Shape {
    fn ring(&mut self, sides: u16, radius: f32, height: f32, part: f32) -> u16 {
        let first = self.vertices.len() as u16;
        self.vertices.extend((0..sides).map(|side| {
            let (sin, cos) = (f32::from(side) / f32::from(sides) * std::f32::consts::TAU).sin_cos();
            [cos * radius, height, sin * radius, part]
        }));
        first
    }

    fn tip(&mut self, height: f32) -> u16 {
        self.vertices.push([0.0, height, 0.0, 0.0]);
        self.vertices.len() as u16 - 1
    }

    /// The quads between two rings of as many sides.
    fn band(&mut self, upper: u16, lower: u16, sides: u16) {
        for side in 0..sides {
            let next = (side + 1) % sides;
            self.indices.extend([upper + side, upper + next, lower + next, upper + side, lower + next, lower + side]);
        }
    }

    fn cone_up(&mut self, tip: u16, ring: u16, sides: u16) {
        for side in 0..sides {
            self.indices.extend([tip, ring + (side + 1) % sides, ring + side]);
        }
    }

    fn cone_down(&mut self, ring: u16, tip: u16, sides: u16) {
        for side in 0..sides {
            self.indices.extend([ring + side, ring + (side + 1) % sides, tip]);
        }
    }
}

fn shape() -> Shape {
    let mut shape = Shape { vertices: Vec::new(), indices: Vec::new(), plain: 0 };
    let (top, bottom) = (shape.tip(1.0), shape.tip(0.2));
    let middle = shape.ring(PLAIN_SIDES, 0.35, 0.58, 0.0);
    shape.cone_up(top, middle, PLAIN_SIDES);
    shape.cone_down(middle, bottom, PLAIN_SIDES);
    shape.plain = shape.indices.len() as u32;
    let upper = shape.ring(CROWN_SIDES, 0.27, 0.80, 0.0);
    let lower = shape.ring(CROWN_SIDES, 0.33, 0.45, 0.0);
    shape.cone_up(top, upper, CROWN_SIDES);
    shape.band(upper, lower, CROWN_SIDES);
    shape.cone_down(lower, bottom, CROWN_SIDES);
    let foot = shape.ring(TRUNK_SIDES, 0.035, 0.0, 1.0);
    let head = shape.ring(TRUNK_SIDES, 0.025, 0.4, 1.0);
    shape.band(head, foot, TRUNK_SIDES);
    shape
}

#[cfg(test)]
mod tests {
    use bevy::math::Vec3;

    use super::*;

    #[test]
    fn faces_look_outwards() {
        let shape = shape();
        let corner = |index: u16| Vec3::from_slice(&shape.vertices[usize::from(index)][..3]);
        for three in shape.indices.chunks(3) {
            let [a, b, c] = [corner(three[0]), corner(three[1]), corner(three[2])];
            let normal = (b - a).cross(c - a);
            let is_trunk = three.iter().all(|index| shape.vertices[usize::from(*index)][3] > 0.5);
            let outwards = (a + b + c) / 3.0 - Vec3::Y * if is_trunk { 0.2 } else { 0.6 };
            assert!(normal.dot(outwards) > 0.0, "{three:?}");
        }
    }
}
