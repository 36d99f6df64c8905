//! The one pass of a frame, pane by pane: what stands, front to back; the ground; shadows on it; the sky; labels; marks.

use std::collections::BTreeMap;

use cloudsite_domain::record::Layer;
use cloudsite_domain::tile::TileAddress;
use wgpu::{CommandEncoder, Device, Extent3d, RenderPass, RenderPipeline, StoreOp, TextureFormat, TextureView};

use super::buffers::{GpuMesh, GpuTile, GpuTrees};
use super::frame::FrameBuffer;
use super::marks::GpuMarks;
use super::pipelines::{DEPTH_FORMAT, GROUND, NO_GROUND, PipelineKey, Pipelines};
use super::text::Text;
use super::tree_shape::{PLAIN_AT_ONCE, PLAIN_INDICES, TreeShape, plain_offset};
use super::{Shot, Target};
use crate::draw::settings::{QualitySettings, Shown, View};

/// What a frame took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Draw calls.
    pub draw_calls: u32,
    /// Triangles, before any is culled.
    pub triangles: u32,
}

/// Distance within which trees have trunks and round crowns, metres; a third of it in light quality.
const FULL_TREE_DISTANCE_M: f32 = 600.0;

/// Trees throw shadows only this near, as a share of the distance at which they are drawn.
const TREE_SHADOW_SHARE: f32 = 0.5;

/// The textures that a target is drawn with.
#[derive(Debug)]
pub(super) struct Attachments {
    key: (TextureFormat, u32),
    size: (u32, u32),
    depth: TextureView,
    /// The smoothed colour before it is resolved.
    samples: Option<TextureView>,
}

impl Attachments {
    pub(super) fn new(device: &Device, key: PipelineKey, size: (u32, u32)) -> Self {
        let texture = |label, format| {
            let texture = device.create_texture(&wgpu::TextureDescriptor {
                label: Some(label),
                size: Extent3d { width: size.0.max(1), height: size.1.max(1), depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: key.samples,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
                view_formats: &[],
            });
            texture.create_view(&wgpu::TextureViewDescriptor::default())
        };
        Self {
            key: (key.format, key.samples),
            size,
            depth: texture("depth", DEPTH_FORMAT),
            samples: (key.samples > 1).then(|| texture("samples", key.format)),
        }
    }

    pub(super) fn fit(&self, key: PipelineKey, size: (u32, u32)) -> bool {
        self.key == (key.format, key.samples) && self.size == size
    }
}

/// A tile in view, and how far away it is, metres.
type Seen<'t> = (f32, &'t GpuTile);

/// Everything that a pane is drawn from.
pub(super) struct Pass<'a> {
    pub(super) pipelines: &'a Pipelines,
    pub(super) frame: &'a FrameBuffer,
    pub(super) text: &'a Text,
    pub(super) tree_shape: &'a TreeShape,
    pub(super) tiles: &'a BTreeMap<TileAddress, GpuTile>,
    pub(super) overlay: Option<&'a GpuMesh>,
    pub(super) massing: Option<&'a GpuMesh>,
    pub(super) marks: &'a GpuMarks,
    /// Where from, in this pane.
    pub(super) view: View,
    /// How much of it, in this pane.
    pub(super) quality: QualitySettings,
    /// Which of the panes this is.
    pub(super) pane: u32,
}

impl Pass<'_> {
    pub(super) fn encode(&self, pen: &mut Pen, target: Target) {
        let (panes, pane) = (pen.shot.panes, self.pane as usize);
        let (width, height) = panes.size(target.size);
        let clip_from_world = self.view.clip_from_world(width.max(1) as f32 / height.max(1) as f32);
        let mut tiles: Vec<(f32, &GpuTile)> = self
            .tiles
            .values()
            .filter(|tile| tile.visible && tile.is_in_view(clip_from_world))
            .map(|tile| (tile.distance_m(self.view.eye), tile))
            .collect();
        tiles.sort_by(|a, b| a.0.total_cmp(&b.0));

        if panes.count() > 1 {
            // All panes are of one size, so that they show alike; a row or column that is one too many is cut off.
            let cell = panes.cell(self.pane, target.size);
            pen.pass.set_viewport(cell.left as f32, cell.top as f32, width as f32, height as f32, 0.0, 1.0);
            pen.pass.set_scissor_rect(cell.left, cell.top, cell.width, cell.height);
        }
        pen.pass.set_bind_group(0, self.frame.group(), &[FrameBuffer::offset(self.pane)]);
        self.standing(pen, &tiles);
        pen.pass.set_stencil_reference(GROUND);
        let (near, far) = self.split(&tiles);
        pen.meshes(&self.pipelines.ground_plain, self.overlay.into_iter());
        pen.meshes(&self.pipelines.ground, near.iter().filter_map(|(_, tile)| tile.ground.as_ref()));
        pen.meshes(&self.pipelines.ground_plain, far.iter().filter_map(|(_, tile)| tile.ground.as_ref()));
        if self.quality.shadows {
            self.shadows(pen, &tiles);
        }
        pen.pass.set_stencil_reference(NO_GROUND);
        pen.pass.set_pipeline(&self.pipelines.backdrop);
        pen.pass.draw(0..3, 0..1);
        pen.count(1);
        self.labels(pen, panes.view_of(pane));
        self.marks(pen);
    }

    fn standing(&self, pen: &mut Pen, tiles: &[(f32, &GpuTile)]) {
        let (near, far) = self.split(tiles);
        pen.meshes(&self.pipelines.extruded, self.massing.into_iter());
        pen.meshes(&self.pipelines.extruded, near.iter().filter_map(|(_, tile)| tile.extruded.as_ref()));
        pen.meshes(&self.pipelines.extruded_plain, far.iter().filter_map(|(_, tile)| tile.extruded.as_ref()));
        let full_m = FULL_TREE_DISTANCE_M / if self.quality.fine { 1.0 } else { 3.0 };
        let trees = self.trees(pen, tiles, self.quality.tree_distance_m);
        let (full, plain) = trees.split_at(trees.partition_point(|(distance_m, ..)| *distance_m < full_m));
        self.full_trees(pen, full);
        self.plain_trees(pen, &self.pipelines.plain_tree, plain);
    }

    fn shadows(&self, pen: &mut Pen, tiles: &[(f32, &GpuTile)]) {
        let reach_m = self.quality.shadow_distance_m;
        let near = tiles.iter().filter(|(distance_m, _)| *distance_m < reach_m);
        pen.meshes(&self.pipelines.extruded_shadow, self.massing.into_iter());
        pen.meshes(&self.pipelines.extruded_shadow, near.filter_map(|(_, tile)| tile.extruded.as_ref()));
        // A shadow tells nothing of how round its crown is.
        let tree_reach_m = self.quality.tree_distance_m * TREE_SHADOW_SHARE;
        self.plain_trees(pen, &self.pipelines.plain_tree_shadow, &self.trees(pen, tiles, tree_reach_m));
    }

    /// The trees of tiles nearer than `reach_m`, each tile with how many of them are drawn: fewer and fewer instead of
    /// none at once.
    fn trees<'t>(&self, pen: &Pen, tiles: &[(f32, &'t GpuTile)], reach_m: f32) -> Vec<(f32, &'t GpuTrees, u32)> {
        if !pen.shot.layers.is_visible(Shown::Trees) || !pen.shot.layers.is_visible(Layer::Green) {
            return Vec::new();
        }
        let near = tiles.iter().filter(|(distance_m, _)| *distance_m < reach_m);
        let counted = near.filter_map(|(distance_m, tile)| {
            let trees = tile.trees.as_ref()?;
            let share = self.quality.tree_share * ((1.0 - distance_m / reach_m) * 2.5).min(1.0);
            let count = (trees.count as f32 * share).ceil() as u32;
            (count > 0).then_some((*distance_m, trees, count))
        });
        counted.collect()
    }

    /// Trees with trunks and round crowns, an instance each.
    fn full_trees(&self, pen: &mut Pen, trees: &[(f32, &GpuTrees, u32)]) {
        pen.pass.set_pipeline(&self.pipelines.tree);
        pen.pass.set_vertex_buffer(0, self.tree_shape.vertices.slice(..));
        pen.pass.set_index_buffer(self.tree_shape.indices.slice(..), wgpu::IndexFormat::Uint16);
        let shape = &self.tree_shape.full;
        for (_, trees, count) in trees {
            pen.pass.set_vertex_buffer(1, trees.instances.slice(..));
            pen.pass.draw_indexed(shape.clone(), 0, 0..*count);
            pen.count(count * (shape.end - shape.start) / 3);
        }
    }

    /// Plain trees, as many at once as can be counted.
    fn plain_trees(&self, pen: &mut Pen, pipeline: &RenderPipeline, trees: &[(f32, &GpuTrees, u32)]) {
        pen.pass.set_pipeline(pipeline);
        pen.pass.set_index_buffer(self.tree_shape.plain_indices.slice(..), wgpu::IndexFormat::Uint16);
        for (_, trees, count) in trees {
            for first in (0..*count).step_by(PLAIN_AT_ONCE as usize) {
                let indices = PLAIN_AT_ONCE.min(count - first) * PLAIN_INDICES;
                pen.pass.set_vertex_buffer(0, trees.plain.slice(plain_offset(first)..));
                pen.pass.draw_indexed(0..indices, 0, 0..1);
                pen.count(indices / 3);
            }
        }
    }

    fn labels(&self, pen: &mut Pen, view: usize) {
        if let Some(quads) = self.text.quads(view) {
            pen.pass.set_pipeline(&self.pipelines.label);
            pen.pass.set_bind_group(1, quads.group, &[]);
            pen.pass.set_vertex_buffer(0, quads.vertices.slice(..));
            pen.pass.set_index_buffer(quads.indices.slice(..), wgpu::IndexFormat::Uint32);
            pen.count(quads.range.len() as u32 / 3);
            pen.pass.draw_indexed(quads.range, 0, 0..1);
        }
    }

    fn marks(&self, pen: &mut Pen) {
        if let Some((vertices, count)) = self.marks.vertices() {
            pen.pass.set_pipeline(&self.pipelines.mark);
            pen.pass.set_vertex_buffer(0, vertices.slice(..));
            pen.pass.draw(0..count, 0..1);
            pen.count(count / 3);
        }
    }

    /// Tiles, the nearest first, parted into those that are drawn with windows and markings and those that are drawn plain.
    fn split<'a, 't>(&self, tiles: &'a [Seen<'t>]) -> (&'a [Seen<'t>], &'a [Seen<'t>]) {
        tiles.split_at(tiles.partition_point(|(distance_m, _)| *distance_m < self.quality.plain_beyond_m))
    }
}

/// A pass and what has been drawn in it.
pub(super) struct Pen<'a> {
    pass: RenderPass<'a>,
    drawn: Drawn,
    shot: &'a Shot,
}

impl<'a> Pen<'a> {
    /// Begins the pass in which all panes are drawn.
    pub(super) fn begin(
        encoder: &'a mut CommandEncoder,
        attachments: &Attachments,
        target: Target,
        shot: &'a Shot,
    ) -> Self {
        let (view, resolve_target) = match &attachments.samples {
            Some(samples) => (samples, Some(target.view)),
            None => (target.view, None),
        };
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("park"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: StoreOp::Store },
            })],
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &attachments.depth,
                depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(0.0), store: StoreOp::Discard }),
                stencil_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(0), store: StoreOp::Discard }),
            }),
            ..Default::default()
        });
        Self { pass, drawn: Drawn::default(), shot }
    }

    /// Ends the pass; what it took.
    pub(super) fn end(self) -> Drawn {
        self.drawn
    }

    fn count(&mut self, triangles: u32) {
        self.drawn.draw_calls += 1;
        self.drawn.triangles += triangles;
    }

    fn meshes<'m>(&mut self, pipeline: &RenderPipeline, meshes: impl Iterator<Item = &'m GpuMesh>) {
        self.pass.set_pipeline(pipeline);
        for mesh in meshes {
            self.pass.set_vertex_buffer(0, mesh.vertices.slice(..));
            self.pass.set_index_buffer(mesh.indices.slice(..), wgpu::IndexFormat::Uint32);
            for range in mesh.visible(self.shot.layers) {
                self.count((range.end - range.start) / 3);
                self.pass.draw_indexed(range, 0, 0..1);
            }
        }
    }
}
