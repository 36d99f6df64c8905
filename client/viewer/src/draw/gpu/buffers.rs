//! A tile on the GPU.

use std::ops::Range;

use bevy::math::{Mat4, Vec3, Vec4};
use cloudsite_domain::record::Layer;
use wgpu::util::DeviceExt;
use wgpu::{Buffer, BufferUsages, Device};

use super::tree_shape::TreeShape;
use crate::draw::settings::LayerVisibility;
use crate::mesh::{Mesh, TileMeshes, TreeInstance};

/// A mesh's buffers.
#[derive(Debug)]
pub(super) struct GpuMesh {
    pub(super) vertices: Buffer,
    pub(super) indices: Buffer,
    parts: Vec<(Layer, Range<u32>)>,
}

impl GpuMesh {
    pub(super) fn new<V: bytemuck::Pod>(device: &Device, label: &str, mesh: &Mesh<V>) -> Option<Self> {
        (!mesh.indices.is_empty()).then(|| Self {
            vertices: buffer(device, label, bytemuck::cast_slice(&mesh.vertices), BufferUsages::VERTEX),
            indices: buffer(device, label, bytemuck::cast_slice(&mesh.indices), BufferUsages::INDEX),
            parts: mesh.parts.clone(),
        })
    }

    /// The ranges of indices to draw: neighbouring parts that are visible make one range.
    pub(super) fn visible(&self, layers: LayerVisibility) -> Vec<Range<u32>> {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (_, part) in self.parts.iter().filter(|(layer, _)| layers.is_visible(*layer)) {
            match ranges.last_mut() {
                Some(last) if last.end == part.start => last.end = part.end,
                _ => ranges.push(part.clone()),
            }
        }
        ranges
    }
}

fn buffer(device: &Device, label: &str, contents: &[u8], usage: BufferUsages) -> Buffer {
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage })
}

/// A tile's trees.
#[derive(Debug)]
pub(super) struct GpuTrees {
    /// One entry a tree.
    pub(super) instances: Buffer,
    /// The corners of all trees as plain ones.
    pub(super) plain: Buffer,
    pub(super) count: u32,
}

impl GpuTrees {
    fn new(device: &Device, shape: &TreeShape, trees: &[TreeInstance]) -> Option<Self> {
        (!trees.is_empty()).then(|| Self {
            instances: buffer(device, "trees", bytemuck::cast_slice(trees), BufferUsages::VERTEX),
            plain: buffer(device, "plain trees", bytemuck::cast_slice(&shape.plain(trees)), BufferUsages::VERTEX),
            count: trees.len() as u32,
        })
    }
}

/// A tile's buffers and the box around it.
#[derive(Debug)]
pub(super) struct GpuTile {
    pub(super) ground: Option<GpuMesh>,
    pub(super) extruded: Option<GpuMesh>,
    pub(super) trees: Option<GpuTrees>,
    pub(super) visible: bool,
    min: Vec3,
    max: Vec3,
}

impl GpuTile {
    pub(super) fn new(device: &Device, shape: &TreeShape, meshes: &TileMeshes) -> Self {
        Self {
            ground: GpuMesh::new(device, "ground", &meshes.ground),
            extruded: GpuMesh::new(device, "extruded", &meshes.extruded),
            trees: GpuTrees::new(device, shape, &meshes.trees),
            visible: true,
            min: meshes.min,
            max: meshes.max,
        }
    }

    /// Distance in metres from `eye` to the nearest place of the box.
    pub(super) fn distance_m(&self, eye: Vec3) -> f32 {
        eye.distance(eye.clamp(self.min, self.max))
    }

    /// Whether any of the box can be seen: not all of its corners are beyond one side of the view.
    pub(super) fn is_in_view(&self, clip_from_world: Mat4) -> bool {
        let corners: [Vec4; 8] = std::array::from_fn(|index| {
            let pick = |axis: usize| if index >> axis & 1 == 0 { self.min[axis] } else { self.max[axis] };
            clip_from_world * Vec4::new(pick(0), pick(1), pick(2), 1.0)
        });
        let sides: [fn(Vec4) -> f32; 5] =
            [|at| at.w + at.x, |at| at.w - at.x, |at| at.w + at.y, |at| at.w - at.y, |at| at.w];
        sides.iter().all(|inside| corners.iter().any(|&corner| inside(corner) > 0.0))
    }
}
