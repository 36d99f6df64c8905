//! The one tree that all trees are instances of: a trunk, a crown of two rings, and a plain crown for a distance.
//!
//! Plain trees are not drawn as instances but all at once, from a mesh that repeats the crown: a machine without a GPU
//! begins anew for each instance, which takes it longer than drawing the tree.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use wgpu::util::DeviceExt;
use wgpu::{Buffer, Device};

use crate::mesh::TreeInstance;

/// Corners around the crown, around the plain crown and around the trunk.
const CROWN_SIDES: u16 = 6;
const PLAIN_SIDES: u16 = 5;
const TRUNK_SIDES: u16 = 3;

/// Plain trees that are drawn at once: so many that 16 bits can count their corners.
pub(super) const PLAIN_AT_ONCE: u32 = 8_192;

/// Corners and indices of a plain crown.
const PLAIN_CORNERS: usize = 2 + PLAIN_SIDES as usize;
pub(super) const PLAIN_INDICES: u32 = 6 * PLAIN_SIDES as u32;

/// A corner of a plain tree.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct PlainTreeVertex {
    corner: [f32; 4],
    tree: TreeInstance,
}

/// Buffers of the shape.
#[derive(Debug)]
pub(super) struct TreeShape {
    pub(super) vertices: Buffer,
    pub(super) indices: Buffer,
    /// The indices of [`PLAIN_AT_ONCE`] plain crowns, of which each has its own corners.
    pub(super) plain_indices: Buffer,
    plain_corners: Vec<[f32; 4]>,
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
            plain_indices: buffer(
                "plain tree indices",
                bytemuck::cast_slice(&repeated(&shape)),
                wgpu::BufferUsages::INDEX,
            ),
            plain_corners: shape.vertices[..PLAIN_CORNERS].to_vec(),
            full: shape.plain..shape.indices.len() as u32,
        }
    }

    /// The corners of plain trees, tree by tree.
    pub(super) fn plain(&self, trees: &[TreeInstance]) -> Vec<PlainTreeVertex> {
        let corners = |tree: &TreeInstance| {
            let tree = *tree;
            self.plain_corners.iter().map(move |corner| PlainTreeVertex { corner: *corner, tree })
        };
        trees.iter().flat_map(corners).collect()
    }
}

/// Where the corners of a plain tree begin in their buffer, bytes.
pub(super) const fn plain_offset(tree: u32) -> u64 {
    tree as u64 * (PLAIN_CORNERS * size_of::<PlainTreeVertex>()) as u64
}

/// The plain crown's indices for each of [`PLAIN_AT_ONCE`] trees.
fn repeated(shape: &Shape) -> Vec<u16> {
    let crown = &shape.indices[..shape.plain as usize];
    let of_tree = |tree: u32| crown.iter().map(move |index| (tree * PLAIN_CORNERS as u32) as u16 + index);
    (0..PLAIN_AT_ONCE).flat_map(of_tree).collect()
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
    fn plain_crowns_stand_one_after_the_other_in_16_bits() {
        let shape = shape();
        assert_eq!(shape.plain, PLAIN_INDICES);
        let indices = repeated(&shape);
        assert_eq!(indices.len() as u32, PLAIN_AT_ONCE * PLAIN_INDICES);
        let corners = PLAIN_CORNERS as u16;
        for (tree, indices) in (0..).zip(indices.chunks(PLAIN_INDICES as usize)) {
            assert!(indices.iter().all(|index| index / corners == tree), "tree {tree}: {indices:?}");
        }
    }

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
